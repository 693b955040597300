package figure

import (
	"math"
	"slices"
)

// span is what an axis of estimates has to show: points with their whiskers.
type span struct {
	points []float64
	lo, hi []float64
}

func (s *span) add(est, lo, hi float64) {
	if finite(est) {
		s.points = append(s.points, est)
	}
	if finite(est, lo, hi) {
		s.lo, s.hi = append(s.lo, lo), append(s.hi, hi)
	}
}

// extent chooses the range of an axis. It holds the bulk of the points and,
// with them, whiskers up to three times the usual length; what is further out
// is drawn with an arrow. must are values that have to be on the axis (null,
// pooled interval). It is a choice of view: no number is changed by it.
func (s *span) extent(must ...float64) (float64, float64) {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, m := range must {
		if finite(m) {
			lo, hi = math.Min(lo, m), math.Max(hi, m)
		}
	}
	if len(s.points) > 0 {
		p := slices.Clone(s.points)
		slices.Sort(p)
		q1, q3 := p[len(p)/4], p[(3*len(p)-1)/4]
		reach := 4*(q3-q1) + 1e-9
		half := make([]float64, len(s.lo))
		for i := range s.lo {
			half[i] = s.hi[i] - s.lo[i]
		}
		slices.Sort(half)
		usual := 0.0
		if len(half) > 0 {
			usual = half[len(half)/2] / 2
		}
		floor, ceil := q1-reach-3*usual, q3+reach+3*usual
		for _, x := range append(slices.Concat(s.points, s.lo), s.hi...) {
			x = math.Max(floor, math.Min(ceil, x))
			lo, hi = math.Min(lo, x), math.Max(hi, x)
		}
	}
	if !finite(lo, hi) {
		return -1, 1
	}
	if hi-lo < 1e-9 {
		lo, hi = lo-0.5, hi+0.5
	}
	pad := (hi - lo) * 0.03
	return lo - pad, hi + pad
}
