package effect

import "math"

// BackTransform gives a function that turns an effect of measure m (a pooled
// estimate or an interval bound) into the quantity named in Info.Back, and false
// when the measure has none. sizes are the studies' sizes (people for PFT,
// person-time for IRFT): those two are inverted at their harmonic mean (Miller
// 1978) and have no back-transformation without them.
//
// Values outside the transformation's range are moved to its end, so that an
// interval bound beyond a possible proportion becomes 0 or 1.
func BackTransform(m Measure, sizes []float64) (func(float64) float64, bool) {
	switch m {
	case PLO:
		return func(y float64) float64 { return 1 / (1 + math.Exp(-y)) }, true
	case PAS:
		return func(y float64) float64 { return sq(math.Sin(within(y, 0, math.Pi/2))) }, true
	case IRS:
		return func(y float64) float64 { return sq(math.Max(y, 0)) }, true
	case ZCOR:
		return math.Tanh, true
	case ABT:
		return func(y float64) float64 { return -math.Expm1(-y) }, true
	case AHW:
		return func(y float64) float64 { return 1 - (1-y)*(1-y)*(1-y) }, true
	case PFT, IRFT:
		h := harmonicMean(sizes)
		if !(h > 0) {
			return nil, false
		}
		if m == IRFT {
			return func(y float64) float64 { return inverseIRFT(y, h) }, true
		}
		return func(y float64) float64 { return inversePFT(y, h) }, true
	}
	if info, ok := catalogue[m]; ok && info.Back != "" {
		return math.Exp, true
	}
	return nil, false
}

func within(x, lo, hi float64) float64 { return math.Min(math.Max(x, lo), hi) }

func harmonicMean(x []float64) float64 {
	s, n := 0.0, 0
	for _, v := range x {
		if v > 0 {
			s += 1 / v
			n++
		}
	}
	if n == 0 {
		return math.NaN()
	}
	return float64(n) / s
}

// inversePFT is Miller's (1978) inverse of the double arcsine at size n; y is the
// half-sum form, so that its doubled value enters.
func inversePFT(y, n float64) float64 {
	lo := math.Asin(math.Sqrt(1/(n+1))) / 2
	hi := (math.Asin(math.Sqrt(n/(n+1))) + math.Pi/2) / 2
	switch {
	case math.IsNaN(y):
		return y
	case y <= lo:
		return 0
	case y >= hi:
		return 1
	}
	s, c := math.Sincos(2 * y)
	r := 1 - sq(s+(s-1/s)/n)
	return within(0.5*(1-math.Copysign(1, c)*math.Sqrt(math.Max(r, 0))), 0, 1)
}

// inverseIRFT solves y = (sqrt(r) + sqrt(r + 1/t))/2 for r: (y - 1/(4 t y))^2.
func inverseIRFT(y, t float64) float64 {
	if math.IsNaN(y) {
		return y
	}
	if y <= 0.5/math.Sqrt(t) {
		return 0
	}
	return sq(y - 1/(4*t*y))
}
