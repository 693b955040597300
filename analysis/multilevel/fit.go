package multilevel

import (
	"fmt"
	"math"
	"slices"

	"past/analysis"
	"past/analysis/meta"
)

// DF is the rule for the degrees of freedom of t and F tests.
type DF string

const (
	// Residual is n - p for every coefficient, the default.
	Residual DF = "residual"
	// Contain counts, for each coefficient, the levels of the smallest grouping within
	// which its column is constant (clusters for an intercept or a study-level
	// moderator, effects otherwise), less p; at least 1.
	Contain DF = "contain"
)

// Components says which random effects are in the model.
type Components string

const (
	Both        Components = "both"    // between and within clusters, the default
	BetweenOnly Components = "between" // one effect a cluster, none within
	WithinOnly  Components = "within"  // the ordinary random-effects model, blind to clusters
)

// Options choose the model; the zero value is REML with z tests, independent sampling
// errors and both components, at 95 %.
type Options struct {
	Method     meta.Method // REML (default) or ML, for comparing models with different moderators
	Test       meta.Test   // Z (default; too narrow with few clusters) or T
	DF         DF
	Components Components
	// Rho is the correlation of sampling errors within a cluster (CHE); 0 is
	// independence. It must keep every cluster's covariance positive definite.
	Rho float64
	// SmoothVariances gives every effect the mean sampling variance of its cluster
	// (smooth_vi of clubSandwich, which metapsyTools sets): differences between the
	// variances of one cluster are mostly chance and would turn into weights.
	SmoothVariances bool
	Level           float64 // confidence level, 0.95 when 0
}

// Levels is one number between clusters and one within them: the variance
// components, on the squared scale of the effects, and what follows from them.
type Levels struct {
	Between float64 // τ², between clusters
	Within  float64 // σ², between effects of one cluster
}

// Total is the sum of both: for the components the variance of true effects.
func (s Levels) Total() float64 { return s.Between + s.Within }

// Result is a fitted model. Tau2 and I2 are of both levels together. Q is the
// residual heterogeneity r'S^-1 r with the sampling covariance alone. The prediction
// interval is for a new effect in a new cluster; only in models with the intercept
// alone. Omnibus tests all coefficients but the intercept, NaN without moderators.
type Result struct {
	analysis.Fit
	analysis.Likelihood // Deviance is -2 LogLik
	Options             Options
	Clusters            int // clusters used
	Sigma2              Levels
	I2Level             Levels

	m    *problem
	st   state
	w    *workspace
	beta []float64
}

// check fills defaults and refuses unknown values.
func (o *Options) check() error {
	if o.Method == "" {
		o.Method = meta.REML
	}
	if o.Test == "" {
		o.Test = meta.Z
	}
	if o.DF == "" {
		o.DF = Residual
	}
	if o.Components == "" {
		o.Components = Both
	}
	if o.Level == 0 {
		o.Level = 0.95
	}
	switch {
	case o.Method != meta.REML && o.Method != meta.ML:
		return fmt.Errorf("unknown method %q: use REML or ML", o.Method)
	case o.Test != meta.Z && o.Test != meta.T:
		return fmt.Errorf("unknown test %q: use z or t", o.Test)
	case o.DF != Residual && o.DF != Contain:
		return fmt.Errorf("unknown degrees of freedom %q: use residual or contain", o.DF)
	case o.Components != Both && o.Components != BetweenOnly && o.Components != WithinOnly:
		return fmt.Errorf("unknown components %q: use both, between or within", o.Components)
	case !(o.Level > 0 && o.Level < 1):
		return fmt.Errorf("the confidence level %g must lie between 0 and 1", o.Level)
	}
	return nil
}

// Fit estimates the three-level model. It refuses, with a sentence, data from a
// single cluster (nothing distinguishes between from within), fewer effects than
// coefficients and one more, and impossible values.
func Fit(data Data, design Design, opt Options) (*Result, error) {
	if err := opt.check(); err != nil {
		return nil, err
	}
	if opt.SmoothVariances {
		data.Variance = smoothed(data, design)
	}
	m, err := prepare(data, design, opt.Rho)
	if err != nil {
		return nil, err
	}
	return m.fit(opt)
}

// smoothed are the cluster means of the variances of the rows that can be used.
func smoothed(data Data, design Design) []float64 {
	if len(data.Variance) != len(data.Effect) || len(data.Cluster) != len(data.Effect) {
		return data.Variance // prepare says what is wrong
	}
	sum, n := map[string]float64{}, map[string]float64{}
	usable := func(i int) bool {
		missing := math.IsNaN(data.Effect[i]) || math.IsNaN(data.Variance[i])
		for _, c := range design.Columns {
			missing = missing || i < len(c) && math.IsNaN(c[i])
		}
		return !missing
	}
	for i, c := range data.Cluster {
		if usable(i) {
			sum[c] += data.Variance[i]
			n[c]++
		}
	}
	out := slices.Clone(data.Variance)
	for i, c := range data.Cluster {
		if usable(i) {
			out[i] = sum[c] / n[c]
		}
	}
	return out
}

// newFit is a fit of the problem with nothing estimated yet.
func (m *problem) newFit(level float64) analysis.Fit {
	f := analysis.NewFit(m.n, level)
	f.Names, f.Rows, f.Warnings = m.names, slices.Sorted(slices.Values(m.used)), slices.Clone(m.warnings)
	return f
}

func (m *problem) fit(opt Options) (*Result, error) {
	if err := m.checkSize(); err != nil {
		return nil, err
	}
	if opt.Components != WithinOnly && len(m.blocks) < 2 {
		return nil, fmt.Errorf("all effects come from one cluster, %q: variance between clusters cannot be estimated; use an "+
			"ordinary random-effects model", m.blocks[0].label)
	}
	fr := free{opt.Components != WithinOnly, opt.Components != BetweenOnly}
	r := &Result{Fit: m.newFit(opt.Level), Options: opt, Clusters: len(m.blocks), m: m, w: m.workspace()}
	if opt.Components == Both && !m.separable {
		fr[0] = false
		r.Warnings.Add(analysis.NotIdentified,
			"every cluster has one effect: variance between and within clusters cannot be told apart, and all of it is given as within")
	}
	st, ok := m.maximise(opt.Method == meta.REML, fr, theta{}, r.w)
	if !ok {
		return nil, fmt.Errorf("the likelihood cannot be computed for these effects and variances")
	}
	r.st = st
	r.summarise(fr)
	all := []float64{r.LogLik, r.Sigma2.Between, r.Sigma2.Within}
	for _, c := range r.Coef {
		all = append(all, c.Value, c.SE)
	}
	for _, x := range all {
		if !finite(x) {
			return nil, fmt.Errorf("effects and variances are too far in size from one another: the fit is not finite")
		}
	}
	r.warn(fr)
	return r, nil
}

// summarise turns the maximum into numbers on the scale of the effects.
func (r *Result) summarise(fr free) {
	m, st := r.m, r.st
	u := m.unit
	r.Sigma2 = Levels{Between: st.th[0] * u * u, Within: st.th[1] * u * u}
	r.beta, r.Cov = m.unscale(st)
	r.Tau2 = r.Sigma2.Total()
	reml := r.Options.Method == meta.REML
	count := float64(m.n)
	if reml {
		count -= float64(m.p)
	}
	logLik := st.logLik - count*math.Log(u)
	parms := float64(m.p)
	for a := range fr {
		if fr[a] {
			parms++
		}
	}
	r.Likelihood = analysis.Criteria(logLik, -2*logLik, parms, count)
	r.heterogeneity()
	r.infer()
}

// unscale gives coefficients and their covariance in the user's units.
func (m *problem) unscale(st state) ([]float64, [][]float64) {
	p := m.p
	gamma := make([]float64, p)
	for j := range gamma {
		gamma[j] = (m.start[j] + st.gamma[j]) * m.unit
	}
	return m.basis.coefficients(gamma), m.covariance(st.m)
}

// covariance is unit² r^-1 v r^-T: a covariance in the basis turned into one of the
// coefficients.
func (m *problem) covariance(v []float64) [][]float64 {
	p := m.p
	inv := m.basis.inverse()
	for i := range inv {
		inv[i] *= m.unit
	}
	flat := mul(mul(inv, v, p, p, p), transpose(inv, p, p), p, p, p)
	out := make([][]float64, p)
	for i := range out {
		out[i] = make([]float64, p)
		for j := range out[i] {
			out[i][j] = (flat[i*p+j] + flat[j*p+i]) / 2
		}
	}
	return out
}

// warn names what makes the result look surer than it is.
func (r *Result) warn(fr free) {
	if fr[0] && r.Sigma2.Between == 0 {
		r.Warnings.Add(analysis.Tau2Zero, "the variance between clusters is estimated as 0, at its bound")
	}
	if fr[1] && r.Sigma2.Within == 0 {
		r.Warnings.Add(analysis.Tau2Zero, "the variance within clusters is estimated as 0, at its bound")
	}
	if r.Clusters < 5 && r.Options.Components != WithinOnly {
		r.Warnings.Add(analysis.FewClusters, "only %d clusters: the variance between them is poorly known", r.Clusters)
	}
	if r.Options.Test == meta.Z && r.Clusters < 40 {
		r.Warnings.Add(analysis.NormalTest,
			"z tests with %d clusters give intervals that are too narrow; prefer t tests or CR2 with Satterthwaite degrees of freedom",
			r.Clusters)
	}
}
