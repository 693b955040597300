package meta

import (
	"fmt"
	"math"
)

// Series holds fits of the same model without moderators to a sequence of subsets
// of the studies: leave-one-out or cumulative. Slices have one entry for each fit.
type Series struct {
	Order                    []int // cumulative: index among the used rows of the study added
	Estimate, SE, Stat, PVal []float64
	CILb, CIUb               []float64
	Q, QP                    []float64
	Tau2, I2, H2             []float64
	TScale                   bool // Stat are t values (test t, knha or adhoc)
}

func newSeries(n int, t Test) *Series {
	buf := make([]float64, 11*n)
	next := func() []float64 { c := buf[:n:n]; buf = buf[n:]; return c }
	return &Series{Estimate: next(), SE: next(), Stat: next(), PVal: next(), CILb: next(), CIUb: next(),
		Q: next(), QP: next(), Tau2: next(), I2: next(), H2: next(), TScale: t != Z}
}

func (s *Series) set(i int, f *Result) {
	f.guard()
	f.statistics()
	s.Estimate[i], s.SE[i], s.Stat[i], s.PVal[i] = f.Beta[0], f.SE[0], f.Stat[0], f.PVal[0]
	s.CILb[i], s.CIUb[i] = f.CILb[0], f.CIUb[0]
	s.Q[i], s.QP[i], s.Tau2[i], s.I2[i], s.H2[i] = f.QE, f.QEP, f.Tau2, f.I2, f.H2
}

func (s *Series) missing(i int) {
	for _, x := range [][]float64{s.Estimate, s.SE, s.Stat, s.PVal, s.CILb, s.CIUb, s.Q, s.QP, s.Tau2, s.I2, s.H2} {
		x[i] = math.NaN()
	}
}

func (r *Result) meanOnly(what string) error {
	if r.s.x != nil {
		return fmt.Errorf("%s is defined for models without moderators", what)
	}
	return nil
}

// LeaveOneOut fits the model without each study in turn. It fails for models with
// moderators and for a single study.
func (r *Result) LeaveOneOut() (*Series, error) {
	if err := r.meanOnly("leave-one-out"); err != nil {
		return nil, err
	}
	if r.K < 2 {
		return nil, fmt.Errorf("leave-one-out needs at least 2 studies")
	}
	s := newSeries(r.K, r.opt.Test)
	r.eachDeletion(false, func(row, _ int, fit *Result) {
		if fit == nil {
			s.missing(row)
			return
		}
		s.set(row, fit)
	})
	return s, nil
}

// Cumulative adds the studies one by one in the given order (indices among the
// used rows; nil: as they are) and fits the model at each step.
func (r *Result) Cumulative(order []int) (*Series, error) {
	if err := r.meanOnly("cumulative meta-analysis"); err != nil {
		return nil, err
	}
	if order == nil {
		order = make([]int, r.K)
		for i := range order {
			order[i] = i
		}
	}
	if err := checkOrder(order, r.K); err != nil {
		return nil, err
	}
	position := make([]int, r.K) // used row -> sorted position
	for at, row := range r.s.perm {
		position[row] = at
	}
	s := newSeries(r.K, r.opt.Test)
	s.Order = append([]int(nil), order...)
	var keep []int
	var buf *sample
	for i, row := range order {
		keep = insertSorted(keep, position[row])
		sub, _ := r.s.subset(keep, buf)
		buf = sub
		s.set(i, r.refit(sub, false))
	}
	return s, nil
}

func checkOrder(order []int, k int) error {
	seen := make([]bool, k)
	if len(order) != k {
		return fmt.Errorf("the order names %d studies, the model has %d", len(order), k)
	}
	for _, i := range order {
		if i < 0 || i >= k || seen[i] {
			return fmt.Errorf("the order must name every study from 0 to %d once; it has %d out of place", k-1, i)
		}
		seen[i] = true
	}
	return nil
}

func insertSorted(list []int, x int) []int {
	list = append(list, x)
	for i := len(list) - 1; i > 0 && list[i-1] > list[i]; i-- {
		list[i-1], list[i] = list[i], list[i-1]
	}
	return list
}
