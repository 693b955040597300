package dist

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// NormPDF is the standard normal density at x.
func NormPDF(x float64) float64 { return math.Exp(-0.5*x*x - lnSqrt2Pi) }

// NormCDF is P(Z <= x) for a standard normal Z.
func NormCDF(x float64) float64 { return 0.5 * math.Erfc(-x/math.Sqrt2) }

// NormSF is P(Z > x) for a standard normal Z, to full relative accuracy.
func NormSF(x float64) float64 { return 0.5 * math.Erfc(x/math.Sqrt2) }

// NormTwoSided is P(|Z| > |x|), the two-sided p-value.
func NormTwoSided(x float64) float64 { return math.Erfc(math.Abs(x) / math.Sqrt2) }

// NormLogCDF is ln P(Z <= x), finite where NormCDF has run to zero: below -30 the
// asymptotic series of Mills' ratio is used (Abramowitz & Stegun 26.2.12).
func NormLogCDF(x float64) float64 {
	if x > 0 {
		return math.Log1p(-NormSF(x))
	}
	if x > -30 {
		return math.Log(NormCDF(x))
	}
	if math.IsInf(x, -1) {
		return x
	}
	i2 := 1 / (x * x)
	s := i2 * (-1 + i2*(3+i2*(-15+i2*(105-i2*945))))
	return -0.5*x*x - lnSqrt2Pi - math.Log(-x) + math.Log1p(s)
}

// NormQuantile is the x with P(Z <= x) = p; -Inf at 0, +Inf at 1, NaN outside.
func NormQuantile(p float64) float64 {
	switch {
	case !(p >= 0 && p <= 1):
		return math.NaN()
	case p == 0:
		return math.Inf(-1)
	case p == 1:
		return math.Inf(1)
	}
	return mathext.NormalQuantile(p)
}
