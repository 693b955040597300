package meta

import (
	"fmt"
	"math"

	"past/analysis"
)

// step is the fit of one step of a series; nil is a model that cannot be fitted.
func (r *Result) step(f *Result) analysis.Fit {
	if f == nil {
		none := analysis.NewFit(0, r.Level)
		none.Coef = []analysis.Estimate{analysis.Wald(math.NaN(), math.NaN(), r.ddf, r.ci)}
		return none
	}
	f.guard()
	f.statistics()
	return f.Fit
}

func (r *Result) meanOnly(what string) error {
	if r.s.x != nil {
		return fmt.Errorf("%s is defined for models without moderators", what)
	}
	return nil
}

// LeaveOneOut fits the model without each study in turn. It fails for models with
// moderators and for a single study. The fits follow the used rows.
func (r *Result) LeaveOneOut() ([]analysis.Fit, error) {
	if err := r.meanOnly("leave-one-out"); err != nil {
		return nil, err
	}
	if r.K < 2 {
		return nil, fmt.Errorf("leave-one-out needs at least 2 studies")
	}
	out := make([]analysis.Fit, r.K)
	r.eachDeletion(false, func(row, _ int, fit *Result) { out[row] = r.step(fit) })
	return out, nil
}

// Cumulative adds the studies one by one in the given order (indices among the
// used rows; nil: as they are) and fits the model at each step.
func (r *Result) Cumulative(order []int) ([]analysis.Fit, error) {
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
	out := make([]analysis.Fit, r.K)
	var keep []int
	var buf *sample
	for i, row := range order {
		keep = insertSorted(keep, position[row])
		sub, _ := r.s.subset(keep, buf)
		buf = sub
		out[i] = r.step(r.refit(sub, false))
	}
	return out, nil
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
