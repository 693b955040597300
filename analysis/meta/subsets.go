package meta

import (
	"fmt"
	"math"
	"slices"

	"past/analysis"
	"past/analysis/internal/dist"
)

// step is the fit of one step of a series; nil is a model that cannot be fitted.
func (r *Result) step(f *Result) analysis.Fit {
	if f == nil {
		none := analysis.NewFit(0, r.Level)
		none.Coef = []analysis.Estimate{analysis.Wald(math.NaN(), math.NaN(), r.ddf, r.ci)}
		return none
	}
	f.guard()
	f.statistics()
	return f.Fit
}

func (r *Result) meanOnly(what string) error {
	if r.s.x != nil {
		return fmt.Errorf("%s is defined for models without moderators", what)
	}
	return nil
}

// LeaveOneOut fits the model without each study in turn. It fails for models with
// moderators and for a single study. The fits follow the used rows.
func (r *Result) LeaveOneOut() ([]analysis.Fit, error) {
	if err := r.meanOnly("leave-one-out"); err != nil {
		return nil, err
	}
	if r.K < 2 {
		return nil, fmt.Errorf("leave-one-out needs at least 2 studies")
	}
	out := make([]analysis.Fit, r.K)
	r.eachDeletion(false, func(row, _ int, fit *Result) { out[row] = r.step(fit) })
	return out, nil
}

// Cumulative adds the studies one by one in the given order (indices among the
// used rows; nil: as they are) and fits the model at each step.
func (r *Result) Cumulative(order []int) ([]analysis.Fit, error) {
	if err := r.meanOnly("cumulative meta-analysis"); err != nil {
		return nil, err
	}
	if order == nil {
		order = make([]int, r.K)
		for i := range order {
			order[i] = i
		}
	}
	if err := checkOrder(order, r.K); err != nil {
		return nil, err
	}
	position := make([]int, r.K) // used row -> sorted position
	for at, row := range r.s.perm {
		position[row] = at
	}
	out := make([]analysis.Fit, r.K)
	var keep []int
	var buf *sample
	for i, row := range order {
		keep = insertSorted(keep, position[row])
		sub, _ := r.s.subset(keep, buf)
		buf = sub
		out[i] = r.step(r.refit(sub, false))
	}
	return out, nil
}

func checkOrder(order []int, k int) error {
	seen := make([]bool, k)
	if len(order) != k {
		return fmt.Errorf("the order names %d studies, the model has %d", len(order), k)
	}
	for _, i := range order {
		if i < 0 || i >= k || seen[i] {
			return fmt.Errorf("the order must name every study from 0 to %d once; it has %d out of place", k-1, i)
		}
		seen[i] = true
	}
	return nil
}

func insertSorted(list []int, x int) []int {
	list = append(list, x)
	for i := len(list) - 1; i > 0 && list[i-1] > list[i]; i-- {
		list[i-1], list[i] = list[i], list[i-1]
	}
	return list
}

// subset is the sample of some of the sorted rows (positions ascending), built in
// into when that is not nil; ok is false when a coefficient cannot be estimated from
// these rows.
func (s *sample) subset(keep []int, into *sample) (*sample, bool) {
	k := len(keep)
	c := into
	if c == nil {
		c = &sample{}
	}
	c.k, c.p, c.pinned = k, s.p, nil
	if cap(c.y) < k {
		c.y, c.raw, c.v, c.w = make([]float64, s.k), make([]float64, s.k), make([]float64, s.k), make([]float64, s.k)
		c.perm = make([]int, s.k)
	}
	c.y, c.raw, c.v, c.w, c.perm = c.y[:k], c.raw[:k], c.v[:k], c.w[:k], c.perm[:k]
	for i, at := range keep {
		c.y[i], c.raw[i], c.v[i], c.perm[i] = s.raw[at], s.raw[at], s.v[at], i
	}
	c.a = nil
	if s.a != nil {
		c.a = make([]float64, k)
		for i, at := range keep {
			c.a[i] = s.a[at]
		}
	}
	if s.x == nil || s.shift != 0 {
		c.recentre()
	}
	if s.x == nil {
		return c, true
	}
	p := s.p
	if k < p {
		return c, false
	}
	if cap(c.x) < k*p {
		c.x = make([]float64, s.k*p)
		c.makeScratch()
	}
	c.x, c.rows = c.x[:k*p], slices.Grow(c.rows[:0], k)[:k]
	for i, at := range keep {
		copy(c.x[i*p:(i+1)*p], s.rowOf(at))
	}
	singular, _, share := c.prepareDesign()
	return c, singular < 0 && share > 1e-10
}

// refit fits the model of r to a subset of its sample, with the Knapp-Hartung
// scale factor held at 1 where guarded says so. nil: the model cannot be fitted to
// these rows.
func (r *Result) refit(s *sample, guarded bool) *Result {
	f := &Result{Fit: analysis.NewFit(s.k, r.Level), Method: r.Method, Test: r.opt.Test, opt: r.opt, p: r.p, s: s, quantiles: r.quantiles}
	if s.k < r.p || s.k == r.p && r.p > 1 && !r.Method.common() && r.opt.Tau2 == nil {
		return nil
	}
	f.guarded = guarded
	f.allocate()
	e := s.estimateTau2(r.Method, r.opt.Tau2)
	f.Tau2, f.SETau2 = e.tau2, e.se
	f.heterogeneity()
	f.coefficients()
	return f
}

// eachDeletion calls f with the model fitted without each used row in turn: row is
// the index among the used rows, at its sorted position; fit is nil when the model
// cannot be fitted without it. guarded is that of [Result.refit].
func (r *Result) eachDeletion(guarded bool, f func(row, at int, fit *Result)) {
	k := r.K
	keep := make([]int, k-1)
	var buf *sample
	for at := 0; at < k; at++ {
		if r.K == 1 {
			f(r.s.perm[at], at, nil)
			return
		}
		for i, j := 0, 0; j < k; j++ {
			if j != at {
				keep[i] = j
				i++
			}
		}
		sub, ok := r.s.subset(keep, buf)
		buf = sub
		if !ok {
			f(r.s.perm[at], at, nil)
			continue
		}
		f(r.s.perm[at], at, r.refit(sub, guarded))
	}
}

// SubgroupFit is the model fitted to the studies of one level.
type SubgroupFit struct {
	Level string
	Fit   *Result
}

// SubgroupResult compares subgroups of studies.
type SubgroupResult struct {
	Groups []SubgroupFit // each with its own tau2
	// QBetween compares the groups' estimates by a common-effect analysis of them:
	// sum of (estimate - their weighted mean)^2 / se^2 on groups-1 df
	// (Borenstein et al. 2009, ch. 19).
	QBetween   float64
	QBetweenDF int
	QBetweenP  float64
	// CommonTau2 has the factor as a moderator: one tau2 for all groups, its QM is
	// the test between groups. NoIntercept is the same model with one mean a group.
	CommonTau2, NoIntercept *Result
	Warnings                analysis.Warnings
}

// Subgroups fits the model of opt in each level of a factor ("" is missing) and
// with one tau2 for all; its name is the prefix of the coefficient names. opt must not
// have a design.
func Subgroups(yi, vi []float64, factor Term, opt Options) (*SubgroupResult, error) {
	if opt.Design != nil {
		return nil, fmt.Errorf("subgroups: the options must not hold moderators")
	}
	name, labels := factor.name, factor.labels
	if !factor.factor {
		return nil, fmt.Errorf("subgroups: %q is a number: make it a factor", name)
	}
	if len(labels) != len(yi) {
		return nil, fmt.Errorf("subgroups: %d labels for %d effects", len(labels), len(yi))
	}
	if len(yi) != len(vi) {
		return nil, fmt.Errorf("%d effects but %d sampling variances: give one variance for each effect", len(yi), len(vi))
	}
	// a level is one that a usable row has
	usable := append([]string(nil), labels...)
	for i := range usable {
		if math.IsNaN(yi[i]) || math.IsNaN(vi[i]) {
			usable[i] = ""
		}
	}
	f := Factor(name, usable)
	levels := f.levels(missingRows([]Term{f}, len(usable)))
	if len(levels) == 0 {
		return nil, fmt.Errorf("subgroups: no usable row has a level of %q", name)
	}
	out := &SubgroupResult{}
	for _, l := range levels {
		fit, err := fitLevel(yi, vi, usable, l, opt)
		if err != nil {
			return nil, fmt.Errorf("subgroup %q: %w", l, err)
		}
		out.Groups = append(out.Groups, SubgroupFit{l, fit})
	}
	out.between()
	if len(levels) < 2 {
		out.Warnings.Add(analysis.OneGroup, "%q has only one level: there is nothing to compare", name)
		return out, nil
	}
	var err error
	if out.CommonTau2, err = fitFactor(true, yi, vi, f, opt); err == nil {
		out.NoIntercept, err = fitFactor(false, yi, vi, f, opt)
	}
	if err != nil {
		out.Warnings.Add(analysis.NoCommonTau2, "%s", err)
		out.CommonTau2, out.NoIntercept = nil, nil
	}
	return out, nil
}

func fitFactor(intercept bool, yi, vi []float64, f Term, opt Options) (*Result, error) {
	d, err := NewDesign(intercept, f)
	if err != nil {
		return nil, err
	}
	opt.Design = d
	return Fit(yi, vi, opt)
}

func fitLevel(yi, vi []float64, labels []string, level string, opt Options) (*Result, error) {
	var y, v, w []float64
	var rows []int
	for i, l := range labels {
		if l != level {
			continue
		}
		y, v, rows = append(y, yi[i]), append(v, vi[i]), append(rows, i)
		if opt.Weights != nil {
			w = append(w, opt.Weights[i])
		}
	}
	opt.Weights = w
	fit, err := Fit(y, v, opt)
	if err != nil {
		return nil, err
	}
	for i, r := range fit.Rows { // rows of the whole table
		fit.Rows[i] = rows[r]
	}
	return fit, nil
}

// between compares the group estimates.
func (g *SubgroupResult) between() {
	var sw, swy float64
	first := g.Groups[0].Fit.beta[0]
	for _, s := range g.Groups {
		w := 1 / s.Fit.vb[0]
		sw += w
		swy += w * (s.Fit.beta[0] - first)
	}
	for _, s := range g.Groups {
		d := s.Fit.beta[0] - first - swy/sw
		g.QBetween += d * d / s.Fit.vb[0]
	}
	g.QBetweenDF = len(g.Groups) - 1
	g.QBetweenP = 1
	if g.QBetweenDF > 0 {
		g.QBetweenP = dist.ChiSqSF(g.QBetween, float64(g.QBetweenDF))
	}
}
