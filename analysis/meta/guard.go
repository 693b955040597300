package meta

import (
	"math"

	"past/analysis"
)

// guard holds the Knapp-Hartung interval against the common-effect one. Studies
// that agree more than their variances let expect make it narrower than the
// interval of a model without heterogeneity; such an interval looks more certain
// than it is (Roever, Knapp & Friede 2015; IQWiG 2022). Where that happens for any
// coefficient the scale factor is held at 1, as metafor's test "adhoc" does, in
// everything that the fit gives; Unguarded keeps the former numbers.
func (r *Result) guard() {
	if r.opt.Unguarded || r.Test != KnHa || r.Method.common() || r.S2W >= 1 {
		return
	}
	se, z := r.commonEffectSE(), r.quantiles.at(r.Level, math.Inf(1))
	for j := range se {
		r.guarded = r.guarded || r.quantiles.at(r.Level, r.ddf)*math.Sqrt(r.vb[j*r.p+j]) < z*se[j]
	}
	if !r.guarded {
		return
	}
	plain := *r // the guarded numbers go to memory of their own
	plain.statistics()
	r.Unguarded = &plain.Fit
	r.allocate()
	r.coefficients()
}

// commonEffectSE are the standard errors of the coefficients with tau2 = 0.
func (r *Result) commonEffectSE() []float64 {
	o := *r.opt
	o.Method, o.Test, o.Tau2, o.Weights, o.Unweighted = FE, Z, nil, nil, false
	c := &Result{Fit: analysis.Fit{K: r.K}, Method: FE, Test: Z, opt: &o, p: r.p, s: r.s}
	if r.s.a != nil {
		plain := *r.s
		plain.a = nil
		c.s = &plain
	}
	c.allocate()
	c.coefficients()
	se := make([]float64, r.p)
	for j := range se {
		se[j] = math.Sqrt(c.vb[j*r.p+j])
	}
	return se
}
