package dist

import "math"

// BinomPMF is P(X = k) for a binomial with n trials and probability p (Loader
// 2000). n and k must be whole and not negative; k outside 0..n gives 0.
func BinomPMF(k, n, p float64) float64 {
	if badBinom(k, n, p) {
		return math.NaN()
	}
	if k < 0 || k > n || k != math.Floor(k) {
		return 0
	}
	q := 1 - p
	switch {
	case p == 0:
		return oneIf(k == 0)
	case q == 0:
		return oneIf(k == n)
	case k == 0:
		return math.Exp(n * math.Log1p(-p))
	case k == n:
		return math.Exp(n * math.Log(p))
	}
	e := stirlingError(n) - stirlingError(k) - stirlingError(n-k) - deviance0(k, n*p) - deviance0(n-k, n*q)
	return math.Sqrt(n/(2*math.Pi*k*(n-k))) * math.Exp(e)
}

// BinomCDF is P(X <= k) for a binomial with n trials and probability p.
func BinomCDF(k, n, p float64) float64 {
	if badBinom(k, n, p) {
		return math.NaN()
	}
	k = math.Floor(k)
	switch {
	case k < 0:
		return 0
	case k >= n:
		return 1
	}
	return BetaSF(p, k+1, n-k)
}

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

// PoissonCDF is P(X <= k) for a Poisson with mean m.
func PoissonCDF(k, m float64) float64 {
	switch {
	case !(m >= 0) || math.IsInf(m, 1) || math.IsNaN(k):
		return math.NaN()
	case k < 0:
		return 0
	case m == 0 || math.IsInf(k, 1):
		return 1
	}
	_, upper, _ := gammaTails(m, math.Floor(k)+1)
	return upper
}

func oneIf(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
