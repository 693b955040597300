package dist

import "math"

// BinomSF is P(X > k) for a binomial with n trials and probability p.
func BinomSF(k, n, p float64) float64 {
	if badBinom(k, n, p) {
		return math.NaN()
	}
	k = math.Floor(k)
	switch {
	case k < 0:
		return 1
	case k >= n:
		return 0
	}
	return BetaCDF(p, k+1, n-k)
}

func badBinom(k, n, p float64) bool {
	return !(n >= 0) || math.IsInf(n, 1) || n != math.Floor(n) || !(p >= 0 && p <= 1) || math.IsNaN(k)
}

// PoissonPMF is P(X = k) for a Poisson with mean m.
func PoissonPMF(k, m float64) float64 {
	switch {
	case !(m >= 0) || math.IsInf(m, 1) || math.IsNaN(k):
		return math.NaN()
	case k < 0 || k != math.Floor(k) || math.IsInf(k, 1):
		return 0
	case m == 0:
		return oneIf(k == 0)
	case k == 0:
		return math.Exp(-m)
	}
	return math.Exp(-stirlingError(k)-deviance0(k, m)) / math.Sqrt(2*math.Pi*k)
}

func oneIf(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
