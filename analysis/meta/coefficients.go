package meta

import (
	"fmt"
	"math"

	"past/analysis"
	"past/analysis/internal/dense"
)

// coefficients fills beta, vb and the scale factor at the estimated tau2.
func (r *Result) coefficients() {
	s := r.s
	var m moments
	s.at(r.Tau2, &m)
	r.rss, r.logDet = m.q, s.logDetXWX(&m)
	if r.K == r.p {
		r.rss = 0
	}
	switch {
	case s.a != nil:
		r.givenWeights(s.a)
	case r.opt.Unweighted:
		r.givenWeights(ones(s.k))
	case s.x == nil:
		r.beta[0], r.vb[0] = m.mu+s.shift, 1/m.sw
	default:
		r.g = s.g.clone()
		r.g.coef(r.beta)
		r.beta[0] += s.shift // 0 without an intercept
		r.g.inverse(r.vb)
	}
	r.scale(m.q)
}

// givenWeights estimates with weights a that are not the inverse variances:
// beta = M X'A y and its covariance M X'A (V + tau2) A X M with M = (X'A X)^-1.
// The residual sum of squares of the likelihood stays weighted by 1/(v+tau2).
func (r *Result) givenWeights(a []float64) {
	s := r.s
	pr := s.project(a)
	r.rss = 0
	for i, res := range pr.r {
		r.rss += res * res / (s.v[i] + r.Tau2)
	}
	copy(r.beta, pr.b)
	r.beta[0] += s.shift
	copy(r.vb, s.weightedVariance(pr, r.Tau2))
}

// weightedVariance is M X'A (V + tau2) A X M for the weights a of a projection.
func (s *sample) weightedVariance(pr *projection, tau2 float64) []float64 {
	p := s.p
	m := pr.inverse()
	out, l := make([]float64, p*p), make([]float64, p)
	for i, a := range pr.w { // l: row i of A X M
		x := s.rowOf(i)
		for j := range l {
			l[j] = a * dot(x, m[j*p:(j+1)*p])
		}
		for j := range l {
			for c := 0; c <= j; c++ {
				out[j*p+c] += l[j] * (s.v[i] + tau2) * l[c]
			}
		}
	}
	for j := 0; j < p; j++ {
		for c := 0; c < j; c++ {
			out[c*p+j] = out[j*p+c]
		}
	}
	return out
}

// rowVariance is x'VB x of a row of the model matrix.
func (r *Result) rowVariance(x []float64) float64 {
	if r.g != nil {
		return r.S2W * r.g.lower(x, r.s.u)
	}
	return math.Max(quadratic(x, r.vb), 0)
}

// unscaledVariance is rowVariance without the Knapp-Hartung factor.
func (r *Result) unscaledVariance(x []float64) float64 {
	switch {
	case r.g != nil:
		return r.g.lower(x, r.s.u)
	case r.unscaled != nil:
		return math.Max(quadratic(x, r.unscaled), 0)
	}
	return r.rowVariance(x)
}

// scale applies the Knapp-Hartung factor; rss is y'P y with inverse-variance
// weights. Without degrees of freedom the test becomes z.
func (r *Result) scale(rss float64) {
	df := float64(r.K - r.p)
	if r.Test != Z && df <= 0 {
		r.Test = Z
	}
	if r.Test == Z {
		return
	}
	r.ddf = df
	if !r.Test.scaled() {
		return
	}
	r.S2W = rss / df
	if rss <= 2.220446049250313e-16 { // all residuals 0 but for rounding
		r.S2W = 0
	}
	if (r.Test == AdHoc || r.guarded) && r.S2W < 1 {
		r.S2W = 1
	}
	r.unscaled = append(r.unscaled[:0], r.vb...)
	for j := range r.vb {
		r.vb[j] *= r.S2W
	}
}

// statistics fills tests and intervals of the coefficients and the omnibus test.
func (r *Result) statistics() {
	r.ci = r.quantiles.at(r.Level, r.ddf)
	r.Coef = make([]analysis.Estimate, r.p)
	for j, b := range r.beta {
		r.Coef[j] = analysis.Wald(b, math.Sqrt(r.vb[j*r.p+j]), r.ddf, r.ci)
	}
	if r.s.x == nil && !r.Method.common() {
		r.Prediction = around(r.beta[0], r.ci*math.Sqrt(r.Coef[0].SE*r.Coef[0].SE+r.Tau2))
	}
	r.Cov = make([][]float64, r.p)
	for j := range r.Cov {
		r.Cov[j] = r.vb[j*r.p : (j+1)*r.p]
	}
	r.omnibus()
}

// omnibus is the Wald test of all coefficients but the intercept:
// QM = b' V^-1 b, chi-square on m df; for t-based tests F = QM/m on m and k-p df.
func (r *Result) omnibus() {
	first := 0
	if r.p > 1 && r.hasIntercept() {
		first = 1
	}
	m := r.p - first
	var q float64
	switch {
	case m == 1: // the test of that coefficient
		c := r.Coef[first]
		r.Omnibus = analysis.Statistic{Value: c.Stat * c.Stat, DF: 1, DF2: r.ddf, P: c.P}
		return
	case r.g != nil:
		q = r.g.quadratic(r.beta, first) / r.S2W
	default:
		at := make([]int, m)
		for i := range at {
			at[i] = first + i
		}
		q = dense.Wald(r.beta, r.Cov, at)
	}
	if math.IsInf(r.ddf, 1) {
		r.Omnibus = analysis.ChiSquare(q, float64(m))
		return
	}
	r.Omnibus = analysis.FTest(q/float64(m), float64(m), r.ddf)
}

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

// VIF returns the variance inflation factor of every coefficient but the intercept,
// with their names: the diagonal of the inverse of the coefficients' correlation
// matrix (Fox & Monette 1992). It fails with fewer than two moderators.
func (r *Result) VIF() (names []string, vif []float64, err error) {
	first := 0
	if r.p > 1 && r.hasIntercept() {
		first = 1
	}
	m := r.p - first
	if m < 2 {
		return nil, nil, fmt.Errorf("variance inflation needs at least two moderators")
	}
	block := make([]float64, m*m)
	for i := 0; i < m; i++ {
		copy(block[i*m:(i+1)*m], r.Cov[first+i][first:first+m])
	}
	l, d, ok := dense.Scaled(block, m)
	if !ok {
		return nil, nil, fmt.Errorf("the covariance of the coefficients is singular")
	}
	inverse := dense.Inverse(l, m)
	for j := range m {
		vif = append(vif, inverse[j*m+j]*block[j*m+j]*d[j]*d[j])
	}
	return r.Names[first:], vif, nil
}

// CompareML tests a model against a smaller one nested in it by the likelihood-ratio
// test. Both must be fitted by ML (or both FE/EE) to the same rows; restricted
// likelihoods of different moderators cannot be compared.
func CompareML(full, reduced *Result) (analysis.Statistic, error) {
	if full.Method != reduced.Method || full.Method != ML && !full.Method.common() {
		return analysis.Statistic{}, fmt.Errorf("likelihood-ratio test: fit both models by ML (they are %s and %s)", full.Method, reduced.Method)
	}
	if full.K != reduced.K {
		return analysis.Statistic{}, fmt.Errorf("likelihood-ratio test: the models use %d and %d studies; they must use the same rows", full.K,
			reduced.K)
	}
	for i := range full.Yi {
		if full.Yi[i] != reduced.Yi[i] || full.Vi[i] != reduced.Vi[i] {
			return analysis.Statistic{}, fmt.Errorf("likelihood-ratio test: the models use different data in used row %d", i+1)
		}
	}
	if full.p <= reduced.p {
		return analysis.Statistic{}, fmt.Errorf("likelihood-ratio test: the full model has %d coefficients, the reduced %d", full.p, reduced.p)
	}
	return analysis.ChiSquare(math.Max(0, 2*(full.FitML.LogLik-reduced.FitML.LogLik)), float64(full.p-reduced.p)), nil
}
