package meta

import "math"

// Guard holds a Knapp-Hartung interval against the common-effect one. Studies that
// agree more than their variances let expect make the Knapp-Hartung interval
// narrower than the interval of a model without heterogeneity; such an interval
// looks more certain than it is (Roever, Knapp & Friede 2015; IQWiG 2022).
type Guard struct {
	// Active: the Knapp-Hartung interval of at least one coefficient is narrower
	// than the common-effect z interval.
	Active bool
	// CELb and CEUb are the common-effect z intervals.
	CELb, CEUb []float64
	// Lb and Ub are the guarded intervals: the Knapp-Hartung ones, or, when Active,
	// those with the scale factor held at 1 (test adhoc), never narrower than the
	// common-effect ones.
	Lb, Ub []float64
	// SE and PVal belong to the guarded intervals.
	SE, PVal []float64
}

// HeadlineCI returns the interval to show first for coefficient j: the guarded one
// where the Knapp-Hartung guard is active, else the fitted one.
func (r *Result) HeadlineCI(j int) (lb, ub float64) {
	if r.Guard != nil && r.Guard.Active {
		return r.Guard.Lb[j], r.Guard.Ub[j]
	}
	return r.CILb[j], r.CIUb[j]
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
