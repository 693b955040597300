package meta

import (
	"math"

	"past/analysis"
)

const log2Pi = 1.8378770664093454836

// fitStats fills both log-likelihoods at the estimates and what follows from them:
//
//	ll ML   = -1/2 [ k log 2pi + sum log(v+tau2) + RSS ]
//	ll REML = -1/2 [ (k-p) log 2pi - log|X'X| + sum log(v+tau2) + log|X'W X| + RSS ]
//
// RSS = sum (y - X beta)^2/(v+tau2). tau2 counts as a parameter unless it is held
// or 0 by assumption. The REML criteria use k-p for k.
func (r *Result) fitStats() {
	s := r.s
	k, p := float64(r.K), float64(r.p)
	sum := s.sumLogV(r.Tau2)
	parms := p
	if !r.Method.common() && !r.tau2Fixed {
		parms++
	}
	ml := -0.5 * (k*log2Pi + sum + r.rss)
	saturated := -0.5 * (k*log2Pi + s.sumLogV(0))
	r.FitML = analysis.Criteria(ml, -2*(ml-saturated), parms, k)
	if r.K == r.p {
		r.FitML.Deviance = 0
	}
	logDet := r.logDet
	if s.x == nil {
		logDet -= math.Log(k)
	} else {
		logDet -= s.plain.logDet()
	}
	reml := -0.5 * ((k-p)*log2Pi + sum + logDet + r.rss)
	if r.K == 1 && s.x == nil {
		reml = 0 // every part cancels
	}
	r.FitREML = analysis.Criteria(reml, -2*reml, parms, k-p)
}

// explained is R2: 100 (tau2 of the model without moderators - tau2) / the former,
// not below 0; for common-effect models the adjusted R2 of the weighted regression.
func (r *Result) explained() float64 {
	if r.p < 2 || !r.hasIntercept() {
		return math.NaN()
	}
	if r.Method.common() {
		return r.adjustedR2()
	}
	null := newSample(r.Yi, r.Vi, nil, 1, r.usedWeights(), true)
	t := null.estimateTau2(r.Method, nil).tau2
	if t == 0 {
		return 0
	}
	return math.Max(0, 100*(t-r.Tau2)/t)
}

func (r *Result) usedWeights() []float64 {
	if r.opt.Weights == nil {
		return nil
	}
	a := make([]float64, r.K)
	for j, i := range r.Rows {
		a[j] = r.opt.Weights[i]
	}
	return a
}

// adjustedR2 is 1 - (1-R2)(k-1)/(k-p) of the regression with the model's weights,
// in percent, not below 0.
func (r *Result) adjustedR2() float64 {
	w := make([]float64, r.K)
	for i, v := range r.s.v {
		w[i] = 1 / v
		if r.s.a != nil {
			w[i] = r.s.a[i]
		} else if r.opt.Unweighted {
			w[i] = 1
		}
	}
	sw, swy := 0.0, 0.0
	for i, y := range r.s.y {
		sw += w[i]
		swy += w[i] * (y - r.s.y[0])
	}
	total := 0.0
	for i, y := range r.s.y {
		d := y - r.s.y[0] - swy/sw
		total += w[i] * d * d
	}
	if total == 0 {
		return 0
	}
	rest := r.s.project(w).rss() / total
	return math.Max(0, 100*(1-rest*float64(r.K-1)/float64(r.K-r.p)))
}
