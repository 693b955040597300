package effect

import (
	"math"

	"past/analysis/internal/dist"
	"past/analysis/internal/solve"
)

// J is the exact small-sample correction of a standardised mean difference with
// m degrees of freedom, Gamma(m/2) / (sqrt(m/2) Gamma((m-1)/2)) (Hedges 1981);
// NaN for m <= 1.
func J(m float64) float64 {
	if !(m > 1) {
		return math.NaN()
	}
	if math.IsInf(m, 1) {
		return 1
	}
	// Gamma(m/2)/Gamma((m-1)/2) = sqrt(pi)/B((m-1)/2, 1/2)
	return math.Exp(0.5*math.Log(2*math.Pi/m) - dist.LogBeta((m-1)/2, 0.5))
}

// JApprox is the usual approximation of J, 1 - 3/(4m - 1) with m degrees of
// freedom, which is 1 - 3/(4N - 9) for two groups of N = m + 2 people (Hedges 1981).
func JApprox(m float64) float64 { return 1 - 3/(4*m-1) }

// hyp2F1 is Gauss's hypergeometric function for 0 <= x <= 1 and c > a + b or
// x < 1, by its series where that converges quickly and by Euler's integral
// elsewhere (Abramowitz & Stegun 15.1.1, 15.3.1); it serves b = 1/2 and b = 1.
func hyp2F1(a, b, c, x float64) float64 {
	if x == 1 {
		return math.Exp(dist.LogGamma(c) + dist.LogGamma(c-a-b) - dist.LogGamma(c-a) - dist.LogGamma(c-b))
	}
	term, sum := 1.0, 1.0
	for n := 0.0; n < 2000; n++ {
		term *= (a + n) * (b + n) / (c + n) / (n + 1) * x
		sum += term
		if term < 1e-17*sum*(1-x) {
			return sum
		}
	}
	// t = sin^2(theta) takes away the end-point singularity for b = 1/2.
	f := func(th float64) float64 {
		s, k := math.Sincos(th)
		return 2 * math.Pow(s, 2*b-1) * math.Pow(k, 2*(c-b)-1) * math.Pow(1-x*s*s, -a)
	}
	q, err := solve.Integrate(f, 0, math.Pi/2, 0, 1e-13)
	if err != nil && !(q.Err < 1e-10*math.Abs(q.Value)) {
		return math.NaN()
	}
	return q.Value * math.Exp(-dist.LogBeta(b, c-b))
}
