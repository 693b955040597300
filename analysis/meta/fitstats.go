package meta

import (
	"fmt"
	"math"
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
	k, p := float64(r.K), float64(r.P)
	sum := s.sumLogV(r.Tau2)
	parms := p
	if !r.Method.common() && !r.Tau2Fixed {
		parms++
	}
	ml := -0.5 * (k*log2Pi + sum + r.rss)
	saturated := -0.5 * (k*log2Pi + s.sumLogV(0))
	r.FitML = criteria(ml, -2*(ml-saturated), parms, k)
	if r.K == r.P {
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
	r.FitREML = criteria(reml, -2*reml, parms, k-p)
}

func criteria(ll, deviance, parms, n float64) FitStats {
	m := math.Max(n, parms+2)
	return FitStats{
		LogLik: ll, Deviance: deviance,
		AIC:  -2*ll + 2*parms,
		BIC:  -2*ll + parms*math.Log(n),
		AICc: -2*ll + 2*parms*m/(m-parms-1),
	}
}

// explained is R2: 100 (tau2 of the model without moderators - tau2) / the former,
// not below 0; for common-effect models the adjusted R2 of the weighted regression.
func (r *Result) explained() float64 {
	if r.P < 2 || !r.hasIntercept() {
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
	return math.Max(0, 100*(1-rest*float64(r.K-1)/float64(r.K-r.P)))
}

// guard sets the Knapp-Hartung interval against the common-effect one.
func (r *Result) guard() {
	if r.Test != KnHa || r.Method.common() {
		return
	}
	p := r.P
	buf := make([]float64, 6*p)
	cut := func() []float64 { c := buf[:p:p]; buf = buf[p:]; return c }
	g := &Guard{CELb: cut(), CEUb: cut(), Lb: cut(), Ub: cut(), SE: cut(), PVal: cut()}
	beta, se := r.commonEffect()
	z := quantile(r.Level, math.Inf(1))
	for j := range beta {
		g.CELb[j], g.CEUb[j] = beta[j]-z*se[j], beta[j]+z*se[j]
		if r.ci*r.SE[j] < z*se[j] {
			g.Active = true
		}
	}
	copy(g.Lb, r.CILb)
	copy(g.Ub, r.CIUb)
	copy(g.SE, r.SE)
	copy(g.PVal, r.PVal)
	if g.Active {
		unscaled := r
		if r.S2W < 1 {
			o := *r.opt
			o.Test = AdHoc
			unscaled = &Result{Method: r.Method, Test: AdHoc, Level: r.Level, opt: &o, K: r.K, P: p, s: r.s, Tau2: r.Tau2, CoefNames: r.CoefNames}
			unscaled.allocate()
			unscaled.coefficients()
			unscaled.statistics()
		}
		copy(g.Lb, unscaled.CILb)
		copy(g.Ub, unscaled.CIUb)
		copy(g.SE, unscaled.SE)
		copy(g.PVal, unscaled.PVal)
	}
	r.Guard = g
}

// commonEffect is the estimate with tau2 = 0 and its standard errors.
func (r *Result) commonEffect() (beta, se []float64) {
	o := *r.opt
	o.Method, o.Test, o.Tau2, o.Weights, o.Unweighted = FE, Z, nil, nil, false
	c := &Result{Method: FE, Test: Z, opt: &o, K: r.K, P: r.P, s: r.s}
	if r.s.a != nil {
		plain := *r.s
		plain.a = nil
		c.s = &plain
	}
	c.allocate()
	c.coefficients()
	for j := range c.SE {
		c.SE[j] = math.Sqrt(c.VB[j][j])
	}
	return c.Beta, c.SE
}

// collectWarnings says what a reader of the result must know.
func (r *Result) collectWarnings(maxima int) {
	switch {
	case r.K == 1:
		r.warn(WarnSingleStudy, "only one study: nothing is pooled and heterogeneity cannot be seen")
	case r.K < 5:
		r.warn(WarnFewStudies, fmt.Sprintf("only %d studies: tau2 and every interval that rests on it are very uncertain", r.K))
	}
	if r.K == r.P && r.K > 1 {
		r.warn(WarnNoDF, fmt.Sprintf("%d coefficients for %d studies: the model fits exactly and tau2 cannot be estimated", r.P, r.K))
	}
	if r.Test != r.opt.Test {
		r.warn(WarnTestChanged, fmt.Sprintf("test %s has no degrees of freedom here; z was used", r.opt.Test))
	}
	if !r.Method.common() && !r.Tau2Fixed && r.Tau2 == 0 && r.K > r.P {
		r.warn(WarnTau2Zero, "tau2 is estimated as 0: this is no proof of homogeneity, see its interval")
	}
	if maxima > 1 {
		r.warn(WarnMultipleModes, fmt.Sprintf("the likelihood has %d local maxima; tau2 is the highest", maxima))
	}
	if r.Test.scaled() && r.Method.common() {
		r.warn(WarnKnHaCommon, "the Knapp-Hartung test is meant for random-effects models")
	}
	if r.Test == KnHa && r.S2W == 0 {
		r.warn(WarnScaleZero, "the effects agree exactly: the Knapp-Hartung interval has no width and must not be read as certainty")
	}
	if r.Guard != nil && r.Guard.Active {
		r.warn(WarnGuard, "the Knapp-Hartung interval is narrower than the common-effect one; the guarded interval is the one to report")
	}
	if lo, hi := r.s.v[0], r.s.v[r.K-1]; hi/lo > 1e10 {
		r.warn(WarnVarianceRange, fmt.Sprintf("sampling variances range from %.3g to %.3g: check their units", lo, hi))
	}
}
