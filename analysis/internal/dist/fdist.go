package dist

import "math"

// fLimit is the number of degrees of freedom from which F is treated as its
// chi-square limit; the difference is then below 1e-9 relative.
const fLimit = 1e10

// fTails gives P(F <= x) and P(F > x) for F(d1, d2).
func fTails(x, d1, d2 float64) (lower, upper float64) {
	switch {
	case !(d1 > 0) || !(d2 > 0) || math.IsNaN(x):
		return math.NaN(), math.NaN()
	case x <= 0:
		return 0, 1
	case math.IsInf(x, 1):
		return 1, 0
	case d1 >= fLimit && d2 >= fLimit:
		if x < 1 {
			return 0, 1
		}
		return 1, 0
	case d2 >= fLimit:
		lower, upper, _ = gammaTails(x*d1/2, d1/2)
		return lower, upper
	case d1 >= fLimit:
		upper, lower, _ = gammaTails(d2/x/2, d2/2)
		return lower, upper
	}
	lower, upper, _ = betaTails(math.Log(d1/d2)+math.Log(x), d1/2, d2/2)
	return lower, upper
}

// FSF is P(F > x) with d1 and d2 degrees of freedom; either may be +Inf.
func FSF(x, d1, d2 float64) float64 {
	_, upper := fTails(x, d1, d2)
	return upper
}
