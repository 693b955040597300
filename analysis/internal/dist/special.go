package dist

import "math"

const (
	lnSqrt2Pi = 0.918938533204672741780329736406 // ln sqrt(2 pi)
	ln2Pi     = 1.837877066409345483560659472811
)

// LogGamma is ln|Gamma(x)|; NaN for x = 0, -1, -2, ...
func LogGamma(x float64) float64 {
	if x <= 0 && x == math.Floor(x) {
		return math.NaN()
	}
	v, _ := math.Lgamma(x)
	return v
}

// LogBeta is ln B(a, b) = ln Gamma(a) + ln Gamma(b) - ln Gamma(a+b) for a, b > 0,
// without the cancellation that the plain difference has for large arguments.
func LogBeta(a, b float64) float64 {
	if !(a > 0) || !(b > 0) {
		return math.NaN()
	}
	if a > b {
		a, b = b, a
	}
	if math.IsInf(b, 1) {
		return math.Inf(-1)
	}
	if b < 10 {
		return LogGamma(a) + LogGamma(b) - LogGamma(a+b)
	}
	// Gamma(b)/Gamma(a+b) by Stirling with the corrections kept apart.
	r := stirlingError(b) - stirlingError(a+b)
	tail := r + (b-0.5)*math.Log1p(-a/(a+b)) - a*math.Log(a+b) + a
	if a < 10 {
		return LogGamma(a) + tail
	}
	return lnSqrt2Pi + stirlingError(a) + (a-0.5)*math.Log(a) - a + tail
}

// LogChoose is ln of the binomial coefficient n over k for real 0 <= k <= n.
func LogChoose(n, k float64) float64 {
	if !(n >= 0) || !(k >= 0) || k > n {
		return math.NaN()
	}
	if k == 0 || k == n {
		return 0
	}
	return -math.Log1p(n) - LogBeta(k+1, n-k+1)
}

// stirlingError is ln Gamma(x+1) - [(x+1/2) ln x - x + ln sqrt(2 pi)], the
// remainder of Stirling's formula (Loader 2000, "Fast and accurate computation of
// binomial probabilities").
func stirlingError(x float64) float64 {
	if x < 10 {
		if x == 0 {
			return math.Inf(1)
		}
		return LogGamma(x+1) - (x+0.5)*math.Log(x) + x - lnSqrt2Pi
	}
	i2 := 1 / (x * x)
	return (1.0/12 - i2*(1.0/360-i2*(1.0/1260-i2*(1.0/1680-i2*(1.0/1188-i2*(691.0/360360-i2*(1.0/156))))))) / x
}

// deviance0 is x ln(x/m) + m - x, the Poisson deviance half, accurate when x is
// close to m (Loader 2000).
func deviance0(x, m float64) float64 {
	if x == m {
		return 0
	}
	if math.Abs(x-m) < 0.1*(x+m) {
		v := (x - m) / (x + m)
		s := (x - m) * v
		ej := 2 * x * v
		v2 := v * v
		for j := 1; j < 1000; j++ {
			ej *= v2
			s1 := s + ej/float64(2*j+1)
			if s1 == s {
				return s1
			}
			s = s1
		}
		return s
	}
	if x == 0 {
		return m
	}
	return x*math.Log(x/m) + m - x
}
