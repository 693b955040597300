package meta

import (
	"fmt"
	"math"

	"past/analysis"
)

// CurvePoint is one point of a p-value function.
type CurvePoint struct {
	X float64 // hypothesised effect
	P float64 // two-sided p-value of X
}

// PValueCurve returns the p-value function of coefficient j (Poole 1987;
// Infanger & Schmidt-Trucksaess 2019): for n values around the estimate, evenly
// spaced over width standard errors to each side, the p-value of the test that the
// coefficient has that value. Drapery plots (Ruecker & Schwarzer 2021) are made of
// these curves; where a curve crosses 0.05 the 95 % interval ends. n is at least 2.
func (r *Result) PValueCurve(j, n int, width float64) ([]CurvePoint, error) {
	if j < 0 || j >= r.p {
		return nil, fmt.Errorf("p-value curve: there is no coefficient %d, the model has %d", j, r.p)
	}
	if n < 2 || !(width > 0) || math.IsInf(width, 0) {
		return nil, fmt.Errorf("p-value curve: need at least 2 points and a positive width, not %d and %v", n, width)
	}
	out := make([]CurvePoint, n)
	for i := range out {
		z := width * (2*float64(i)/float64(n-1) - 1)
		out[i] = CurvePoint{r.beta[j] + z*r.Coef[j].SE, analysis.Wald(z, 1, r.ddf, 0).P}
	}
	return out, nil
}
