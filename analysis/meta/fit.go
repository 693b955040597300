package meta

import (
	"fmt"
	"math"
	"strings"

	"past/analysis"
)

// Fit fits the model of opt to effects yi with sampling variances vi (squared
// standard errors, in squared units of the effect). A NaN in yi, vi or a moderator
// is a missing value: the row is left out and a warning says so. Anything else that
// is not a finite effect with a positive, finite variance is an error, and so are
// slices of different length, no usable row, more coefficients than rows and a
// design without information. A moderator that is a combination of those before it
// is left out with a warning.
//
// The coefficients are beta = (X'A X)^-1 X'A y with A = W = diag(1/(v+tau2)), or
// the weights given; their covariance is (X'W X)^-1, or
// (X'A X)^-1 X'A W^-1 A X (X'A X)^-1 for given weights.
func Fit(yi, vi []float64, opt Options) (*Result, error) {
	if err := opt.check(yi, vi); err != nil {
		return nil, err
	}
	r := &Result{Fit: analysis.NewFit(0, opt.Level), Method: opt.Method, Test: opt.Test, opt: &opt, Formula: "~ 1", p: 1,
		quantiles: &quantileTable{}}
	if err := r.takeRows(yi, vi); err != nil {
		return nil, err
	}
	if err := r.buildSample(); err != nil {
		return nil, err
	}
	if r.p > 1 && r.p == r.K && !r.Method.common() && opt.Tau2 == nil {
		return nil, fmt.Errorf("method %s with %d coefficients needs at least %d usable rows to estimate tau2; there are %d", r.Method, r.p,
			r.p+1, r.K)
	}
	r.fit()
	if err := r.finite(); err != nil {
		return nil, err
	}
	return r, nil
}

// check fills in the defaults and refuses what makes no model.
func (o *Options) check(yi, vi []float64) error {
	if len(yi) != len(vi) {
		return fmt.Errorf("%d effects but %d sampling variances: give one variance for each effect", len(yi), len(vi))
	}
	var err error
	if o.Method, err = ParseMethod(string(o.Method)); err != nil {
		return err
	}
	if o.Test, err = ParseTest(string(o.Test)); err != nil {
		return err
	}
	if o.Level == 0 {
		o.Level = 0.95
	}
	if !(o.Level > 0 && o.Level < 1) {
		return fmt.Errorf("the level of the intervals is %v: it must lie between 0 and 1, for example 0.95", o.Level)
	}
	if o.Tau2 != nil && !(*o.Tau2 >= 0 && *o.Tau2 <= analysis.Largest) {
		return fmt.Errorf("tau2 is held at %v: it must be a number between 0 and 1e60", *o.Tau2)
	}
	if o.Tau2 != nil && *o.Tau2 > 0 && o.Method.common() {
		return fmt.Errorf("tau2 is held at %v but method %s assumes 0: use a random-effects method", *o.Tau2, o.Method)
	}
	if o.Design != nil && o.Design.k != len(yi) {
		return fmt.Errorf("the design has %d rows, the effects %d", o.Design.k, len(yi))
	}
	if o.Method == GENQ && o.Weights == nil {
		return fmt.Errorf("method GENQ needs weights")
	}
	if o.Weights != nil && o.Unweighted {
		return fmt.Errorf("weights were given and an unweighted model asked for: choose one")
	}
	return o.checkWeights(len(yi))
}

func (o *Options) checkWeights(k int) error {
	if o.Weights == nil {
		return nil
	}
	if len(o.Weights) != k {
		return fmt.Errorf("%d weights for %d effects: give one weight for each effect", len(o.Weights), k)
	}
	for i, w := range o.Weights {
		if !(w > 0 && w <= analysis.Largest) && !math.IsNaN(w) {
			return fmt.Errorf("row %d has the weight %v: weights must be positive numbers", i+1, w)
		}
	}
	return nil
}

// takeRows keeps the rows without missing values and refuses impossible ones.
func (r *Result) takeRows(yi, vi []float64) error {
	o := r.opt
	buf := make([]float64, 0, 2*len(yi))
	r.Rows = make([]int, 0, len(yi))
	var dropped []string
	for i := range yi {
		if fault := analysis.RowFault(yi[i], vi[i]); fault != "" {
			return fmt.Errorf("row %d has %s", i+1, fault)
		}
		switch {
		case math.IsNaN(yi[i]):
			dropped = append(dropped, fmt.Sprintf("row %d (no effect)", i+1))
		case math.IsNaN(vi[i]):
			dropped = append(dropped, fmt.Sprintf("row %d (no sampling variance)", i+1))
		case o.Design != nil && o.Design.missing[i]:
			dropped = append(dropped, fmt.Sprintf("row %d (no moderator value)", i+1))
		case o.Weights != nil && math.IsNaN(o.Weights[i]):
			dropped = append(dropped, fmt.Sprintf("row %d (no weight)", i+1))
		default:
			r.Rows = append(r.Rows, i)
			buf = append(buf, yi[i])
		}
	}
	k := len(r.Rows)
	if k == 0 {
		return fmt.Errorf("no usable row: each of the %d rows lacks an effect, a sampling variance or a moderator", len(yi))
	}
	for _, i := range r.Rows {
		buf = append(buf, vi[i])
	}
	r.K, r.Yi, r.Vi = k, buf[:k:k], buf[k:]
	if len(dropped) > 0 {
		r.Warnings.Add(analysis.RowsDropped, "%d of %d rows left out: %s", len(dropped), len(yi), listed(dropped))
	}
	return nil
}

// listed joins up to ten items.
func listed(items []string) string {
	if len(items) > 10 {
		return strings.Join(items[:10], ", ") + fmt.Sprintf(" and %d more", len(items)-10)
	}
	return strings.Join(items, ", ")
}

var interceptNames = []string{"intrcpt"}

// buildSample sorts the rows and prepares the model matrix.
func (r *Result) buildSample() error {
	d := r.opt.Design
	r.Names = interceptNames
	var x []float64
	if d != nil {
		r.p, r.Names, r.Formula = d.p, d.Names, d.Formula
		x = make([]float64, 0, r.K*d.p)
		for _, i := range r.Rows {
			x = append(x, d.Row(i)...)
		}
	}
	if r.p > r.K {
		return fmt.Errorf("the model has %d coefficients but only %d usable rows", r.p, r.K)
	}
	var a []float64
	if r.opt.Weights != nil {
		for _, i := range r.Rows {
			a = append(a, r.opt.Weights[i])
		}
	}
	r.s = newSample(r.Yi, r.Vi, x, r.p, a, r.hasIntercept())
	if d == nil {
		return nil
	}
	return r.dropRedundant(x, a)
}

// dropRedundant leaves out moderators that are combinations of those before them,
// with a warning.
func (r *Result) dropRedundant(x, a []float64) error {
	for {
		singular, nearest, share := r.s.prepareDesign()
		if singular < 0 {
			if share < nearSingularTol {
				r.Warnings.Add(analysis.NearSingular,
					"column %q is almost a combination of the others (%.0e of its length is its own): centre or rescale it",
					r.Names[nearest], share)
			}
			return nil
		}
		left := r.p - 1
		if r.hasIntercept() {
			left--
		}
		if left < 1 {
			return singularError(r.Names, singular)
		}
		r.Warnings.Add(analysis.ColumnDropped, "%s", singularError(r.Names, singular).Error()+": it was left out")
		names := append([]string(nil), r.Names[:singular]...)
		names = append(names, r.Names[singular+1:]...)
		var rest []float64
		for i := 0; i < r.K; i++ {
			row := x[i*r.p : (i+1)*r.p]
			rest = append(append(rest, row[:singular]...), row[singular+1:]...)
		}
		r.Names, r.p, x = names, r.p-1, rest
		r.s = newSample(r.Yi, r.Vi, x, r.p, a, r.hasIntercept())
	}
}

// hasIntercept reports whether the first column of the model is the intercept.
func (r *Result) hasIntercept() bool { return r.opt.Design == nil || r.opt.Design.Intercept }

// fit estimates everything from the prepared sample.
func (r *Result) fit() {
	r.allocate()
	e := r.s.estimateTau2(r.Method, r.opt.Tau2)
	r.Tau2, r.SETau2, r.tau2Fixed = e.tau2, e.se, r.opt.Tau2 != nil && !r.Method.common()
	r.heterogeneity()
	r.coefficients()
	r.guard()
	r.statistics()
	r.Weights = r.weights()
	if r.s.x != nil {
		r.R2 = r.explained()
	}
	r.fitStats()
	r.collectWarnings(e.maxima)
}

// allocate makes room for the coefficients and their covariance.
func (r *Result) allocate() {
	p := r.p
	buf := make([]float64, p+p*p)
	r.beta, r.vb = buf[:p:p], buf[p:]
	r.S2W, r.R2, r.ddf = 1, math.NaN(), math.Inf(1)
}

// heterogeneity fills Q, the I2 and H2.
func (r *Result) heterogeneity() {
	var m moments
	r.s.at(0, &m)
	df := float64(r.K - r.p)
	r.Q = analysis.ChiSquare(m.q, df)
	if df <= 0 {
		r.typicalVar = math.NaN()
		r.I2, r.H2, r.I2Q, r.I2T = 0, 1, 0, 0
		return
	}
	r.I2Q = 0
	if m.q > df {
		r.I2Q = 100 * ((m.q - df) / m.q)
	}
	r.typicalVar = df / m.trP
	r.I2, r.H2 = r.relative(r.Tau2)
	r.I2T = r.I2
	if r.Method.common() {
		r.I2, r.H2 = r.I2Q, m.q/df
	}
}

// relative turns a tau2 into I2 and H2 by the typical variance.
func (r *Result) relative(tau2 float64) (i2, h2 float64) {
	if math.IsNaN(r.typicalVar) {
		return 0, 1
	}
	if math.IsInf(tau2, 1) {
		return 100, tau2
	}
	return 100 * (tau2 / (tau2 + r.typicalVar)), tau2/r.typicalVar + 1
}

// finite refuses a result with an estimate that is no number.
func (r *Result) finite() error {
	for j, b := range r.beta {
		if math.IsNaN(b) || math.IsInf(b, 0) || math.IsNaN(r.vb[j*r.p+j]) || math.IsNaN(r.Tau2) {
			return fmt.Errorf("the model cannot be computed in double precision: coefficient %q is %v, tau2 %v; rescale effects or moderators",
				r.Names[j], b, r.Tau2)
		}
	}
	return nil
}

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

// collectWarnings says what a reader of the result must know.
func (r *Result) collectWarnings(maxima int) {
	switch {
	case r.K == 1:
		r.Warnings.Add(analysis.SingleStudy, "only one study: nothing is pooled and heterogeneity cannot be seen")
	case r.K < 5:
		r.Warnings.Add(analysis.FewStudies, "only %d studies: tau2 and every interval that rests on it are very uncertain", r.K)
	}
	if r.K == r.p && r.K > 1 {
		r.Warnings.Add(analysis.NoDF, "%d coefficients for %d studies: the model fits exactly and tau2 cannot be estimated", r.p, r.K)
	}
	if r.Test != r.opt.Test {
		r.Warnings.Add(analysis.TestChanged, "test %s has no degrees of freedom here; z was used", r.opt.Test)
	}
	if !r.Method.common() && !r.tau2Fixed && r.Tau2 == 0 && r.K > r.p {
		r.Warnings.Add(analysis.Tau2Zero, "tau2 is estimated as 0: this is no proof of homogeneity, see its interval")
	}
	if maxima > 1 {
		r.Warnings.Add(analysis.MultipleModes, "the likelihood has %d local maxima; tau2 is the highest", maxima)
	}
	if r.Test.scaled() && r.Method.common() {
		r.Warnings.Add(analysis.KnHaCommon, "the Knapp-Hartung test is meant for random-effects models")
	}
	if r.Test == KnHa && r.S2W == 0 {
		r.Warnings.Add(analysis.ScaleZero, "the effects agree exactly: the Knapp-Hartung interval has no width and must not be read as certainty")
	}
	if r.guarded {
		r.Warnings.Add(analysis.Guarded, "the Knapp-Hartung interval is narrower than the common-effect one; every number is given with its "+
			"scale factor held at 1 (ad hoc guard)")
	}
	if lo, hi := r.s.v[0], r.s.v[r.K-1]; hi/lo > 1e10 {
		r.Warnings.Add(analysis.VarianceRange, "sampling variances range from %.3g to %.3g: check their units", lo, hi)
	}
}
