package meta

import (
	"fmt"
	"math"
	"sort"
)

// Values beyond these magnitudes would overflow in the third powers of the weights.
const (
	maxMagnitude = 1e60
	minVariance  = 1e-60
)

// sample is the data of one fit in the form the computations want: rows sorted by
// variance, then effect, so that sums do not depend on the order given and the
// most precise study comes first.
//
// Without moderators (z == nil) effects are held relative to the effect of the
// most precise study: differences of nearby effects are exact, so that tiny
// variances beside large effects lose no digits. With moderators the model matrix
// is replaced by an orthonormal basis z of its columns, X = z R.
type sample struct {
	k, p   int
	y, v   []float64
	shift  float64
	z      []float64 // k x p row by row, or nil
	rmat   []float64 // p x p upper triangular R, row by row
	pinned []bool    // rows that alone determine a coefficient: hat value 1 whatever the weights
	perm   []int     // sorted position -> position among the used rows
	a      []float64 // weights given, sorted alike, or nil

	w  []float64 // scratch, k
	qr []float64 // scratch, k x (p+1)
	rt []float64 // scratch, p x p and vectors of length p
}

// checkRow returns what is wrong with one row, or "".
func checkRow(y, v float64) string {
	switch {
	case math.IsInf(y, 0):
		return "an infinite effect"
	case math.IsInf(v, 0):
		return "an infinite sampling variance"
	case v < 0:
		return fmt.Sprintf("a negative sampling variance (%v)", v)
	case v == 0:
		return "a sampling variance of 0"
	case v < minVariance || v > maxMagnitude:
		return fmt.Sprintf("a sampling variance of %v, outside the range 1e-60 to 1e60; rescale the effects", v)
	case math.Abs(y) > maxMagnitude:
		return fmt.Sprintf("an effect of %v, beyond 1e60; rescale the effects", y)
	}
	return ""
}

// newSample checks and sorts the rows used. x is the model matrix of the used rows
// (k x p) or nil; a the weights or nil.
func newSample(y, v, x []float64, p int, a []float64) *sample {
	k := len(y)
	s := &sample{k: k, p: p}
	buf := make([]float64, 3*k)
	s.y, s.v, s.w = buf[:k:k], buf[k:2*k:2*k], buf[2*k:]
	s.perm = make([]int, k)
	s.sortRows(y, v)
	for i, r := range s.perm {
		s.y[i], s.v[i] = y[r], v[r]
	}
	if a != nil {
		s.a = make([]float64, k)
		for i, r := range s.perm {
			s.a[i] = a[r]
		}
	}
	if x == nil {
		s.recentre()
		return s
	}
	s.z = make([]float64, k*p)
	for i, r := range s.perm {
		copy(s.z[i*p:(i+1)*p], x[r*p:(r+1)*p])
	}
	s.qr = make([]float64, k*(p+1))
	s.rt = make([]float64, 2*p*p+5*p)
	return s
}

// sortRows fills perm: by variance, then effect, then row.
func (s *sample) sortRows(y, v []float64) {
	for i := range s.perm {
		s.perm[i] = i
	}
	less := func(a, b int) bool {
		if v[a] != v[b] {
			return v[a] < v[b]
		}
		if y[a] != y[b] {
			return y[a] < y[b]
		}
		return a < b
	}
	if s.k <= 24 { // insertion sort: no allocation, fast for the usual sizes
		for i := 1; i < s.k; i++ {
			r := s.perm[i]
			j := i
			for ; j > 0 && less(r, s.perm[j-1]); j-- {
				s.perm[j] = s.perm[j-1]
			}
			s.perm[j] = r
		}
		return
	}
	sort.Slice(s.perm, func(i, j int) bool { return less(s.perm[i], s.perm[j]) })
}

// recentre holds the effects relative to the first, most precise, study.
func (s *sample) recentre() {
	c := s.y[0]
	s.shift += c
	for i := range s.y {
		s.y[i] -= c
	}
}

// sortStable sorts indices by a comparison of what they stand for.
func sortStable(index []int, less func(a, b int) bool) {
	sort.SliceStable(index, func(i, j int) bool { return less(index[i], index[j]) })
}
