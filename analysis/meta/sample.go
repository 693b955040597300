package meta

import (
	"cmp"

	"past/analysis/internal/sorted"
)

// sample is the data of one fit in the form the computations want: rows sorted by
// variance, then effect, so that sums do not depend on the order given and the
// most precise study comes first.
//
// Effects are held relative to the effect of the most precise study when the model
// has a mean or an intercept: differences of nearby effects are exact, so that tiny
// variances beside large effects lose no digits.
type sample struct {
	k, p   int
	y, v   []float64
	raw    []float64 // effects as given, sorted; nil in a workspace
	shift  float64
	x      []float64 // model matrix, k x p row by row; nil: a mean only
	pinned []bool    // rows that alone determine a coefficient, or nil
	perm   []int     // sorted position -> position among the used rows
	a      []float64 // weights given, sorted alike, or nil

	// zero and last are the moments of a mean at 0 and at the tau2 asked for last,
	// which most fits want several times.
	zero, last       moments
	hasZero, hasLast bool
	w                []float64 // scratch: the weights of the last call of at
	plain, g, less   *gram     // unweighted, of the last call of at, without one row
	b, c, u, f       []float64 // scratch
	rows             []int     // scratch: the order of the rows
}

// newSample sorts the rows used. x is the model matrix of the used rows (k x p) or
// nil, a the weights or nil; intercept says that the first column of x is 1.
func newSample(y, v, x []float64, p int, a []float64, intercept bool) *sample {
	k := len(y)
	s := &sample{k: k, p: p}
	buf := make([]float64, 4*k)
	s.y, s.v, s.w, s.raw = buf[:k:k], buf[k:2*k:2*k], buf[2*k:3*k:3*k], buf[3*k:]
	s.perm = byVariance(y, v)
	for i, r := range s.perm {
		s.y[i], s.raw[i], s.v[i] = y[r], y[r], v[r]
	}
	if a != nil {
		s.a = make([]float64, k)
		for i, r := range s.perm {
			s.a[i] = a[r]
		}
	}
	if x == nil || intercept {
		s.recentre()
	}
	if x == nil {
		return s
	}
	s.x = make([]float64, k*p)
	for i, r := range s.perm {
		copy(s.x[i*p:(i+1)*p], x[r*p:(r+1)*p])
	}
	s.makeScratch()
	return s
}

func (s *sample) makeScratch() {
	p := s.p
	s.plain, s.g, s.less = newGram(p), newGram(p), newGram(p)
	s.rows = make([]int, s.k)
	buf := make([]float64, 3*p+p*p)
	s.b, s.c, s.u, s.f = buf[:p:p], buf[p:2*p:2*p], buf[2*p:3*p:3*p], buf[3*p:]
}

// byVariance orders rows by variance, then effect, then row.
func byVariance(y, v []float64) []int {
	return sorted.Order(len(v), func(a, b int) int { return cmp.Or(cmp.Compare(v[a], v[b]), cmp.Compare(y[a], y[b])) })
}

// recentre holds the effects relative to the first, most precise, study.
func (s *sample) recentre() {
	c := s.y[0]
	s.shift = c
	s.hasZero, s.hasLast = false, false
	for i := range s.y {
		s.y[i] -= c
	}
}

var unit = []float64{1}

// rowOf is a row of the model matrix: [1] without moderators.
func (s *sample) rowOf(i int) []float64 {
	if s.x == nil {
		return unit
	}
	return s.x[i*s.p : (i+1)*s.p]
}
