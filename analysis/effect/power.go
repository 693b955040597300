package effect

import (
	"errors"
	"math"

	"past/analysis/internal/dist"
)

// Power is the chance that a meta-analysis of k studies of equal variance v finds
// a mean effect delta, with between-study variance tau2 (0 for the common-effect
// model), at level alpha (Hedges & Pigott 2001, Psychol Methods 6:203-217).
type Power struct {
	Lambda   float64 // delta/sqrt((v + tau2)/k)
	TwoSided float64 // 1 - Phi(c - lambda) + Phi(-c - lambda), c at alpha/2
	OneSided float64 // 1 - Phi(c - lambda), c at alpha
}

// PowerOfMean computes Power.
func PowerOfMean(delta float64, k, v, tau2, alpha float64) (Power, error) {
	if err := checkPower(k, v, tau2, alpha); err != nil {
		return Power{}, err
	}
	p := Power{Lambda: delta / math.Sqrt((v+tau2)/k)}
	c := -dist.NormQuantile(alpha / 2)
	p.TwoSided = dist.NormSF(c-p.Lambda) + dist.NormCDF(-c-p.Lambda)
	p.OneSided = dist.NormSF(-dist.NormQuantile(alpha) - p.Lambda)
	return p, nil
}

// PowerOfQ is the chance that Cochran's Q shows heterogeneity among k studies of
// equal variance v when the between-study variance is tau2: the upper tail of
// chi-square at c/(1 + tau2/v) (Hedges & Pigott 2001, random effects).
func PowerOfQ(k, v, tau2, alpha float64) (float64, error) {
	if err := checkPower(k, v, tau2, alpha); err != nil {
		return math.NaN(), err
	}
	if !(k > 1) {
		return math.NaN(), bad("at least 2 studies are needed")
	}
	c := dist.ChiSqUpperQuantile(alpha, k-1)
	return dist.ChiSqSF(c/(1+tau2/v), k-1), nil
}

// PowerOfQFixed is the same when the studies' true effects are fixed with variance
// tau2 around their mean (dividing by k-1): the upper tail of the noncentral
// chi-square with noncentrality (k-1) tau2/v.
func PowerOfQFixed(k, v, tau2, alpha float64) (float64, error) {
	if _, err := PowerOfQ(k, v, tau2, alpha); err != nil {
		return math.NaN(), err
	}
	c := dist.ChiSqUpperQuantile(alpha, k-1)
	return dist.NoncentralChiSqSF(c, k-1, (k-1)*tau2/v), nil
}

func checkPower(k, v, tau2, alpha float64) error {
	err := errors.Join(positive("k", k), positive("v", v), openUnit("alpha", alpha))
	if !(tau2 >= 0) {
		err = errors.Join(err, bad("tau2 cannot be negative (%g)", tau2))
	}
	return err
}
