package meta

import (
	"fmt"
	"math"

	"past/analysis"
)

// Prediction is a predicted true effect with the interval of its mean and
// prediction intervals for the effect in a new study of the same kind,
//
//	pred +- q sqrt(se^2 + tau2),
//
// in conventions that differ in the quantile q and, for Knapp-Hartung fits, in the
// standard error.
type Prediction struct {
	Value, SE float64
	CI        analysis.Interval
	// PI: q as in the tests of the fit (normal for z, t on k-p df otherwise), as
	// metafor does. NaN in common-effect models, which have no other studies'
	// effects to predict.
	PI analysis.Interval
	// Riley: t on RileyDF = k-p-1 df, at least 1 (Higgins, Thompson & Spiegelhalter
	// 2009, eq. 12; Riley, Higgins & Deeks 2011).
	Riley   analysis.Interval
	RileyDF float64
	// T: t on TDF = k-p df, at least 1 (Partlett & Riley 2017).
	T   analysis.Interval
	TDF float64
	// The classic intervals are made with the standard error without the
	// Knapp-Hartung factor and t on k-p df (ClassicT) or k-p-1 df, at least 1
	// (ClassicHTS), as the R package meta makes them whatever the test
	// (method.predict "V" and "HTS"; metapsyTools takes them from there).
	ClassicT, ClassicHTS analysis.Interval
}

// Predict returns the prediction for a model without moderators. For other models
// use [Result.PredictAt] or [Result.Fitted].
func (r *Result) Predict() Prediction {
	if r.s.x != nil {
		return r.prediction(math.NaN(), math.NaN(), math.NaN())
	}
	return r.prediction(r.beta[0], r.Coef[0].SE, math.Sqrt(r.unscaledVariance(unit)))
}

// PredictAt returns the prediction at the moderator values x, one for each
// coefficient (1 for the intercept).
func (r *Result) PredictAt(x []float64) (Prediction, error) {
	if len(x) != r.p {
		return Prediction{}, fmt.Errorf("%d moderator values for %d coefficients", len(x), r.p)
	}
	return r.prediction(dot(x, r.beta), math.Sqrt(r.rowVariance(x)), math.Sqrt(r.unscaledVariance(x))), nil
}

func (r *Result) prediction(pred, se, classic float64) Prediction {
	p := Prediction{Value: pred, SE: se, CI: around(pred, r.ci*se)}
	p.RileyDF = math.Max(float64(r.K-r.p-1), 1)
	p.TDF = math.Max(float64(r.K-r.p), 1)
	riley, t := r.quantileDF(p.RileyDF), r.quantileDF(p.TDF)
	sd, csd := math.Sqrt(se*se+r.Tau2), math.Sqrt(classic*classic+r.Tau2)
	if r.Method.common() {
		sd, csd = math.NaN(), math.NaN()
	}
	p.PI, p.Riley, p.T = around(pred, r.ci*sd), around(pred, riley*sd), around(pred, t*sd)
	p.ClassicT, p.ClassicHTS = around(pred, t*csd), around(pred, riley*csd)
	return p
}

func around(x, half float64) analysis.Interval {
	return analysis.Interval{Lower: x - half, Upper: x + half}
}

// quantileDF is the t quantile, computed once for each number of degrees of freedom.
func (r *Result) quantileDF(df float64) float64 {
	if df == r.ddf {
		return r.ci
	}
	return r.quantiles.at(r.Level, df)
}

// quantileTable holds the quantiles asked for with their degrees of freedom; a
// result and its refits share one.
type quantileTable struct{ known [][2]float64 }

func (t *quantileTable) at(level, df float64) float64 {
	for _, q := range t.known {
		if q[0] == df {
			return q[1]
		}
	}
	q := analysis.Quantile(level, df)
	t.known = append(t.known, [2]float64{df, q})
	return q
}

// Exp returns the prediction back-transformed from the log scale; the standard error
// is NaN, as it has no meaning there.
func (p Prediction) Exp() Prediction {
	e := p
	e.Value, e.SE = math.Exp(p.Value), math.NaN()
	for _, x := range []*analysis.Interval{&e.CI, &e.PI, &e.Riley, &e.T, &e.ClassicT, &e.ClassicHTS} {
		x.Lower, x.Upper = math.Exp(x.Lower), math.Exp(x.Upper)
	}
	return e
}

// Fitted returns the prediction for every used row.
func (r *Result) Fitted() []Prediction {
	out := make([]Prediction, r.K)
	if r.s.x == nil {
		p := r.Predict()
		for i := range out {
			out[i] = p
		}
		return out
	}
	for i, row := range r.s.perm {
		x := r.s.rowOf(i)
		out[row] = r.prediction(dot(x, r.beta), math.Sqrt(r.rowVariance(x)), math.Sqrt(r.unscaledVariance(x)))
	}
	return out
}

// rowPredictions returns the fitted mean of every used row and its variance, in
// the order of Rows.
func (r *Result) rowPredictions() (pred, va []float64) {
	pred, va = make([]float64, r.K), make([]float64, r.K)
	for i, row := range r.s.perm {
		x := r.s.rowOf(i)
		pred[row] = dot(x, r.beta)
		va[row] = r.rowVariance(x)
	}
	return pred, va
}
