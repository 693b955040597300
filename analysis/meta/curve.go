package meta

import (
	"fmt"
	"math"
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
	if j < 0 || j >= r.P {
		return nil, fmt.Errorf("p-value curve: there is no coefficient %d, the model has %d", j, r.P)
	}
	return curve(r.Beta[j], r.SE[j], r.DDF, n, width)
}

// StudyCurve returns the p-value function of one used row by itself, normal with
// its own sampling variance.
func (r *Result) StudyCurve(row, n int, width float64) ([]CurvePoint, error) {
	if row < 0 || row >= r.K {
		return nil, fmt.Errorf("p-value curve: there is no study %d, the model has %d", row, r.K)
	}
	return curve(r.Yi[row], math.Sqrt(r.Vi[row]), math.Inf(1), n, width)
}

// PredictionCurve returns the p-value function of the prediction interval of a
// model without moderators: sqrt(se^2+tau2) in place of the standard error.
func (r *Result) PredictionCurve(n int, width float64) ([]CurvePoint, error) {
	if err := r.meanOnly("the prediction curve"); err != nil {
		return nil, err
	}
	if r.Method.common() {
		return nil, fmt.Errorf("the common-effect model has no prediction interval")
	}
	return curve(r.Beta[0], math.Sqrt(r.VB[0][0]+r.Tau2), r.DDF, n, width)
}

func curve(at, se, df float64, n int, width float64) ([]CurvePoint, error) {
	if n < 2 || !(width > 0) || math.IsInf(width, 0) {
		return nil, fmt.Errorf("p-value curve: need at least 2 points and a positive width, not %d and %v", n, width)
	}
	out := make([]CurvePoint, n)
	for i := range out {
		z := width * (2*float64(i)/float64(n-1) - 1)
		out[i] = CurvePoint{at + z*se, twoSided(z, df)}
	}
	return out, nil
}
