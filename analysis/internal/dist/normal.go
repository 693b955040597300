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
