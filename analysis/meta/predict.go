package meta

import (
	"fmt"
	"math"
)

// Prediction is a predicted true effect with the interval of its mean and
// prediction intervals for the effect in a new study of the same kind,
//
//	pred +- q sqrt(se^2 + tau2),
//
// in three conventions that differ in the quantile q.
type Prediction struct {
	Pred, SE   float64
	CILb, CIUb float64
	// PILb and PIUb: q as in the tests of the fit (normal for z, t on k-p df
	// otherwise), as metafor does. NaN in common-effect models, which have no
	// other studies' effects to predict.
	PILb, PIUb float64
	// RileyLb and RileyUb: t on k-p-1 df, at least 1 (Higgins, Thompson &
	// Spiegelhalter 2009, eq. 12; Riley, Higgins & Deeks 2011).
	RileyLb, RileyUb, RileyDF float64
	// TLb and TUb: t on k-p df, at least 1 (Partlett & Riley 2017).
	TLb, TUb, TDF float64
}

// Predict returns the prediction for a model without moderators. For other models
// use [Result.PredictAt] or [Result.Fitted].
func (r *Result) Predict() Prediction {
	if r.s.x != nil {
		return r.prediction(math.NaN(), math.NaN())
	}
	return r.prediction(r.Beta[0], r.SE[0])
}

// PredictAt returns the prediction at the moderator values x, one for each
// coefficient (1 for the intercept).
func (r *Result) PredictAt(x []float64) (Prediction, error) {
	if len(x) != r.P {
		return Prediction{}, fmt.Errorf("%d moderator values for %d coefficients", len(x), r.P)
	}
	return r.prediction(dot(x, r.Beta), math.Sqrt(r.rowVariance(x))), nil
}

func (r *Result) prediction(pred, se float64) Prediction {
	p := Prediction{Pred: pred, SE: se, CILb: pred - r.ci*se, CIUb: pred + r.ci*se}
	p.RileyDF = math.Max(float64(r.K-r.P-1), 1)
	p.TDF = math.Max(float64(r.K-r.P), 1)
	if r.Method.common() {
		nan := math.NaN()
		p.PILb, p.PIUb, p.RileyLb, p.RileyUb, p.TLb, p.TUb = nan, nan, nan, nan, nan, nan
		return p
	}
	sd := math.Sqrt(se*se + r.Tau2)
	riley, t := r.quantileDF(p.RileyDF), r.quantileDF(p.TDF)
	p.PILb, p.PIUb = pred-r.ci*sd, pred+r.ci*sd
	p.RileyLb, p.RileyUb = pred-riley*sd, pred+riley*sd
	p.TLb, p.TUb = pred-t*sd, pred+t*sd
	return p
}

// quantileDF is the t quantile, taken from the fit's own when it is the same.
func (r *Result) quantileDF(df float64) float64 {
	if df == r.DDF {
		return r.ci
	}
	return quantile(r.Level, df)
}

// Exp returns the prediction back-transformed from the log scale; SE is NaN, as it
// has no meaning there.
func (p Prediction) Exp() Prediction {
	e := p
	for _, x := range []*float64{&e.Pred, &e.CILb, &e.CIUb, &e.PILb, &e.PIUb, &e.RileyLb, &e.RileyUb, &e.TLb, &e.TUb} {
		*x = math.Exp(*x)
	}
	e.SE = math.NaN()
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
	pred, va := r.rowPredictions()
	riley, t := r.quantileDF(math.Max(float64(r.K-r.P-1), 1)), r.quantileDF(math.Max(float64(r.K-r.P), 1))
	for i := range out {
		p := Prediction{Pred: pred[i], SE: math.Sqrt(va[i]), RileyDF: math.Max(float64(r.K-r.P-1), 1), TDF: math.Max(float64(r.K-r.P), 1)}
		p.CILb, p.CIUb = p.Pred-r.ci*p.SE, p.Pred+r.ci*p.SE
		sd := math.Sqrt(va[i] + r.Tau2)
		if r.Method.common() {
			sd = math.NaN()
		}
		p.PILb, p.PIUb = p.Pred-r.ci*sd, p.Pred+r.ci*sd
		p.RileyLb, p.RileyUb = p.Pred-riley*sd, p.Pred+riley*sd
		p.TLb, p.TUb = p.Pred-t*sd, p.Pred+t*sd
		out[i] = p
	}
	return out
}

// rowPredictions returns the fitted mean of every used row and its variance, in
// the order of Rows.
func (r *Result) rowPredictions() (pred, va []float64) {
	pred, va = make([]float64, r.K), make([]float64, r.K)
	for i, row := range r.s.perm {
		x := r.s.rowOf(i)
		pred[row] = dot(x, r.Beta)
		va[row] = r.rowVariance(x)
	}
	return pred, va
}
