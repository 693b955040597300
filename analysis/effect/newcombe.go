package effect

import "math"

// NewcombeRD is the difference of two independent proportions, e1/n1 − e2/n2,
// with its interval by Newcombe's hybrid score method (1998, method 10): it stays
// within −1 and 1 and has a width where neither group had an event. ok is false
// where the counts are no counts of people.
func NewcombeRD(e1, n1, e2, n2, level float64) (rd, lo, hi float64, ok bool) {
	for _, x := range [][2]float64{{e1, n1}, {e2, n2}} {
		if !(x[1] > 0) || !(x[0] >= 0) || x[0] > x[1] || math.IsInf(x[1], 0) {
			return math.NaN(), math.NaN(), math.NaN(), false
		}
	}
	p1, p2 := e1/n1, e2/n2
	l1, u1 := wilson(p1, n1, level)
	l2, u2 := wilson(p2, n2, level)
	rd = p1 - p2
	return rd, rd - math.Hypot(p1-l1, u2-p2), rd + math.Hypot(u1-p1, p2-l2), true
}

// wilson is the score interval of a proportion.
func wilson(p, n, level float64) (lo, hi float64) {
	z := math.Sqrt2 * math.Erfinv(level)
	mid, half := p+z*z/(2*n), z*math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(0, (mid-half)/(1+z*z/n)), min(1, (mid+half)/(1+z*z/n))
}
