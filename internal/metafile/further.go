package metafile

import (
	"fmt"
	"slices"
	"strings"

	"past/analysis/bayes"
	"past/analysis/bias"
	"past/analysis/effect"
	"past/analysis/meta"
	"past/analysis/resample"
)

// further is one further analysis: lines for people and the same for programs.
type further struct {
	name  string
	lines []string
	tree  Tree
}

func (f *further) add(format string, args ...any) {
	f.lines = append(f.lines, fmt.Sprintf(format, args...))
}

// furtherAnalyses are what --with may name.
var furtherAnalyses = []struct {
	name string
	run  func(a *analysis, f *further) error
}{
	{"egger", (*analysis).egger}, {"trimfill", (*analysis).trimFill}, {"selection", (*analysis).selection},
	{"leave-one-out", (*analysis).leaveOneOut},
	{"influence", (*analysis).influence}, {"permutation", (*analysis).permutation}, {"bayes", (*analysis).bayes},
}

// furtherNames lists the names of the further analyses.
func furtherNames() []string {
	var out []string
	for _, f := range furtherAnalyses {
		out = append(out, f.name)
	}
	return out
}

// runFurther runs what --with asks for. An analysis that these data cannot carry
// says so in its place.
func (a *analysis) runFurther() error {
	wanted := a.cmd.With
	if slices.Contains(wanted, "all") {
		wanted = furtherNames()
	}
	for _, w := range wanted {
		i := slices.Index(furtherNames(), strings.ToLower(strings.TrimSpace(w)))
		if i < 0 {
			return fmt.Errorf("--with %s: it is none of %s, all", w, strings.Join(furtherNames(), ", "))
		}
		f := further{name: furtherNames()[i], tree: Tree{}}
		if err := furtherAnalyses[i].run(a, &f); err != nil {
			f.lines, f.tree = []string{"not computed: " + err.Error()}, Tree{"error": err.Error()}
		}
		a.further = append(a.further, f)
	}
	return nil
}

func (a *analysis) studies() bias.Studies { return bias.Studies{Y: a.c.Y, V: a.c.V} }

// limit says why a test of small-study effects must not be read as one.
func (f *further) limit(limit string, warnings []string) {
	for _, w := range append([]string{limit}, warnings...) {
		if w != "" {
			f.add("note: %s", w)
		}
	}
	f.tree["limit"] = limit
}

func (a *analysis) egger(f *further) error {
	r, err := bias.RegressionTest(a.studies(), bias.RegressionOptions{Level: a.c.level})
	if err != nil {
		return err
	}
	slope, at0 := r.Slope(), r.LimitEffect
	f.add("regression on the standard error: statistic %s, %s; effect as the standard error goes to 0: %s %s", num(slope.Stat),
		pval(slope.P), num(at0.Value), interval(at0.Lower, at0.Upper))
	f.tree["statistic"], f.tree["pval"] = slope.Stat, slope.P
	f.tree["limit_estimate"], f.tree["limit_lb"], f.tree["limit_ub"] = at0.Value, at0.Lower, at0.Upper
	if a.c.Measure == string(effect.SMD) {
		f.add("note: a standardised mean difference and its standard error are linked by construction")
	}
	f.limit(r.Limit, r.Warnings.Texts())
	return nil
}

func (a *analysis) trimFill(f *further) error {
	r, err := bias.TrimFill(a.studies(), bias.TrimFillOptions{Method: a.primary.Method, Level: a.c.level})
	if err != nil {
		return err
	}
	m := r.Fit.Coef[0]
	f.add("%d studies filled in on the %s: %s %s", r.K0, r.Side, num(m.Value), interval(m.Lower, m.Upper))
	f.tree["k0"], f.tree["side"], f.tree["beta"], f.tree["ci_lb"], f.tree["ci_ub"] = r.K0, string(r.Side), m.Value, m.Lower, m.Upper
	f.limit(r.Limit, r.Warnings.Texts())
	return nil
}

func (a *analysis) selection(f *further) error {
	side := bias.Greater
	if a.primary.Coef[0].Value < 0 {
		side = bias.Less
	}
	r, err := bias.FitSelection(a.studies(), bias.SelectionOptions{Kind: bias.StepFunction, Alternative: side, Steps: []float64{0.025},
		Level: a.c.level})
	if err != nil {
		return err
	}
	m := r.Coef[0]
	f.add("step at one-sided p = 0.025 (%s): corrected %s %s; test of selection %s", side, num(m.Value), interval(m.Lower, m.Upper),
		pval(r.LRT.P))
	f.tree["alternative"], f.tree["beta"], f.tree["ci_lb"], f.tree["ci_ub"] = string(side), m.Value, m.Lower, m.Upper
	f.tree["lrt"], f.tree["lrt_p"] = r.LRT.Value, r.LRT.P
	f.limit(r.Limit, r.Warnings.Texts())
	return nil
}

func (a *analysis) leaveOneOut(f *further) error {
	s, err := a.primary.LeaveOneOut()
	if err != nil {
		return err
	}
	t := seriesTree(s, "")
	for i, l := range a.labels {
		m := s[i].Coef[0]
		f.add("without %s  %s  %s  tau2 = %s", pad(cut(l, 32), 32), num(m.Value), interval(m.Lower, m.Upper), num(s[i].Tau2))
	}
	f.tree["labels"] = a.labels
	for _, key := range []string{"estimate", "ci_lb", "ci_ub", "tau2", "pval"} {
		f.tree[key] = t[key]
	}
	return nil
}

func (a *analysis) influence(f *further) error {
	if a.primary.K < 2 {
		return fmt.Errorf("influence needs at least 2 studies")
	}
	in := a.primary.Influence()
	for i, l := range a.labels {
		mark := ""
		if in.Influential[i] {
			mark = "  influential"
		}
		f.add("%s  rstudent %s  Cook %s  hat %s  weight %.1f%%%s", pad(cut(l, 32), 32), num(in.RStudent[i]), num(in.CookD[i]), num(in.Hat[i]),
			in.Weight[i], mark)
	}
	f.tree = influenceTree(a.primary)
	return nil
}

func (a *analysis) permutation(f *further) error {
	r, err := resample.PermuteSigns(a.c.Y, a.c.V, resample.PermutationOptions{Method: a.primary.Method, Test: a.primary.Test, Seed: 1})
	if err != nil {
		return err
	}
	how := fmt.Sprintf("%d random", r.Iterations)
	if r.Exact {
		how = fmt.Sprintf("all %d", r.Iterations)
	}
	f.add("signs permuted (%s): %s", how, pval(r.P))
	f.tree["pval"], f.tree["permutations"], f.tree["exact"] = r.P, r.Iterations, r.Exact
	return nil
}

// bayes uses the priors that findings use: one standard deviation or one unit of the
// log scale. Other scales have no unit that a prior could be stated in.
func (a *analysis) bayes(f *further) error {
	info, err := effect.Lookup(a.c.Measure)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(a.c.Measure, "SMD") && !isLog(info.Measure) {
		return fmt.Errorf("the shipped priors are for standardised mean differences and log ratios, not for %s", a.c.Measure)
	}
	p, err := bayes.Fit(a.c.Y, a.c.V, bayes.Priors{Mu: bayes.NormalPrior{SD: 1}, Tau: bayes.TauPrior{Family: bayes.HalfNormal, Scale: 0.5}},
		orDefault(a.cmd.Level, 0.95))
	if err != nil {
		return err
	}
	f.add("posterior median %s %s, tau %s, new study %s; %s, %s", num(p.Mu.Median), interval(p.Mu.Lo, p.Mu.Hi), num(p.Tau.Median),
		interval(p.Predictive.Lo, p.Predictive.Hi), p.Priors.Mu, p.Priors.Tau)
	f.tree["median"], f.tree["cri_lb"], f.tree["cri_ub"], f.tree["tau_median"], f.tree["pi_lb"], f.tree["pi_ub"] = p.Mu.Median, p.Mu.Lo,
		p.Mu.Hi, p.Tau.Median, p.Predictive.Lo, p.Predictive.Hi
	f.tree["priors"] = []string{p.Priors.Mu.String(), p.Priors.Tau.String()}
	return nil
}

// furtherText writes the further analyses for people.
func (p *printer) furtherText() {
	for _, f := range p.a.further {
		p.line("\n%s", f.name)
		for _, l := range f.lines {
			p.line("  %s", printable(l))
		}
	}
}

// tau2Text is the interval of tau2, or why there is none to show.
func tau2Text(r *meta.Result, v *meta.VarianceInterval) string {
	switch {
	case v == nil:
		return ""
	case v.Empty:
		return "  no Q-profile interval: the studies agree more than chance lets expect, no value of tau2 fits"
	case r.Tau2 < v.Tau2.Lower || r.Tau2 > v.Tau2.Upper:
		return "  Q-profile interval " + interval(v.Tau2.Lower, v.Tau2.Upper) +
			", which does not hold the estimate (the two use different criteria)"
	}
	return "  Q-profile interval " + interval(v.Tau2.Lower, v.Tau2.Upper)
}
