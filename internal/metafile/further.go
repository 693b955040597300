package metafile

import (
	"fmt"
	"slices"
	"strings"

	"past/analysis/bayes"
	"past/analysis/bias"
	"past/analysis/effect"
	"past/analysis/resample"
	"past/internal/evidence"
	"past/internal/metafile/answer"
	"past/internal/metafile/roles"
	"past/internal/synthesis"
)

// further is one further analysis: lines for people and the same for programs.
type further struct {
	name  string
	lines []string
	tree  answer.Tree
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

// runFurther runs what --with asks for. An analysis that these data cannot carry
// says so in its place.
func (a *analysis) runFurther() error {
	var names []string
	for _, f := range furtherAnalyses {
		names = append(names, f.name)
	}
	wanted := a.cmd.With
	if slices.Contains(wanted, "all") {
		wanted = names
	}
	for _, w := range wanted {
		i := slices.Index(names, strings.ToLower(strings.TrimSpace(w)))
		if i < 0 {
			return fmt.Errorf("--with %s: it is none of %s, all", w, strings.Join(names, ", "))
		}
		f := further{name: names[i], tree: answer.Tree{}}
		if err := furtherAnalyses[i].run(a, &f); err != nil {
			f.lines, f.tree = []string{"not computed: " + err.Error()}, answer.Tree{"error": err.Error()}
		}
		a.further = append(a.further, f)
	}
	return nil
}

// limit says why a test of small-study effects must not be read as one.
func (f *further) limit(limit string, warnings []string) {
	if limit != "" {
		f.add("note: %s", limit)
	}
	f.notes(warnings)
	f.tree["limit"] = limit
}

// notes adds what else must be known of the numbers.
func (f *further) notes(warnings []string) {
	for _, w := range warnings {
		f.add("note: %s", w)
	}
}

// oneEach are the studies for an analysis that knows independent effects only: with
// clusters one effect for each.
func (a *analysis) oneEach(f *further) (bias.Studies, error) {
	if a.cmd.Cluster == "" {
		return a.Studies(), nil
	}
	y, v, err := a.own().PerStudy()
	if err != nil {
		return bias.Studies{}, err
	}
	if len(y) < a.K {
		f.add("note: one effect for each of %d studies, the mean of its rows (sampling correlation %v): the %d rows are not independent", len(y),
			a.Dependent.Rho, a.K)
		answer.Put(f.tree, "studies rows", len(y), a.K)
	}
	return bias.Studies{Y: y, V: v}, nil
}

// mostEach refuses what is refitted without each study where there are too many.
func (a *analysis) mostEach() error {
	if a.K > synthesis.MostLeftOut {
		return fmt.Errorf("%d studies; up to %d are left out one by one", a.K, synthesis.MostLeftOut)
	}
	return nil
}

func (a *analysis) egger(f *further) error {
	s, err := a.oneEach(f)
	if err != nil {
		return err
	}
	r, err := bias.RegressionTest(s, bias.RegressionOptions{Level: a.Level})
	if err != nil {
		return err
	}
	slope, at0 := r.Slope(), r.LimitEffect
	f.add("regression on the standard error: statistic %s, %s; effect as the standard error goes to 0: %s %s", num(slope.Stat), pval(slope.P),
		num(at0.Value), interval(at0.Lower, at0.Upper))
	answer.Put(f.tree, "statistic pval limit_estimate limit_lb limit_ub", slope.Stat, slope.P, at0.Value, at0.Lower, at0.Upper)
	if a.Measure == effect.SMD {
		f.add("note: a standardised mean difference and its standard error are linked by construction")
	}
	f.limit(r.Limit, r.Warnings.Texts())
	return nil
}

func (a *analysis) trimFill(f *further) error {
	s, err := a.oneEach(f)
	if err != nil {
		return err
	}
	r, err := bias.TrimFill(s, bias.TrimFillOptions{Method: a.primary().Method, Level: a.Level})
	if err != nil {
		return err
	}
	m := r.Fit.Coef[0]
	f.add("%d studies filled in on the %s: %s %s", r.K0, r.Side, num(m.Value), interval(m.Lower, m.Upper))
	answer.Put(f.tree, "k0 side beta ci_lb ci_ub", r.K0, r.Side, m.Value, m.Lower, m.Upper)
	f.limit(r.Limit, r.Warnings.Texts())
	return nil
}

func (a *analysis) selection(f *further) error {
	side := bias.Greater
	if a.primary().Coef[0].Value < 0 {
		side = bias.Less
	}
	s, err := a.oneEach(f)
	if err != nil {
		return err
	}
	r, err := bias.FitSelection(s, bias.SelectionOptions{Kind: bias.StepFunction, Alternative: side, Steps: []float64{0.025},
		Level: a.Level})
	if err != nil {
		return err
	}
	m := r.Coef[0]
	f.add("step at one-sided p = 0.025 (%s): corrected %s %s; test of selection %s", side, num(m.Value), interval(m.Lower, m.Upper),
		pval(r.LRT.P))
	answer.Put(f.tree, "alternative beta ci_lb ci_ub lrt lrt_p", side, m.Value, m.Lower, m.Upper, r.LRT.Value, r.LRT.P)
	f.limit(r.Limit, r.Warnings.Texts())
	return nil
}

func (a *analysis) leaveOneOut(f *further) error {
	if err := a.mostEach(); err != nil {
		return err
	}
	if a.cmd.Cluster != "" && !a.usualLevel() {
		return fmt.Errorf("whole studies are left out at 95 %% only: leave --level out")
	}
	var parts []evidence.PooledResult
	if a.cmd.Cluster != "" || a.usualLevel() && a.K-1 < synthesis.SmallSample {
		var err error
		if parts, err = a.own().LeaveOneOut(); err != nil {
			return err
		}
		a.leftOut(f, parts)
	}
	if a.cmd.Cluster != "" {
		if parts == nil {
			return fmt.Errorf("to leave out one study needs at least 3 studies")
		}
		return nil
	}
	s, err := a.primary().LeaveOneOut()
	if err != nil {
		return err
	}
	if parts != nil {
		f.add("footnote: the fitted model (%s)", methodText(a.primary()))
	}
	all := answer.Tree{}
	answer.Series(all, s, "")
	for i, l := range a.labels {
		m := s[i].Coef[0]
		f.add("without %s  %s  %s  tau2 = %s", column(l, 32), num(m.Value), interval(m.Lower, m.Upper), num(s[i].Tau2))
	}
	f.tree["labels"] = a.labels
	for _, name := range []string{"estimate", "ci_lb", "ci_ub", "tau2", "pval"} {
		f.tree[name] = all[name]
	}
	return nil
}

// leftOut prints the answers without one study, each as the answer of all is chosen.
func (a *analysis) leftOut(f *further, parts []evidence.PooledResult) {
	var rows []answer.Tree
	for _, r := range parts {
		h := r.Headline
		if h.Estimate != nil {
			f.add("%s  %s  %s  %s", column(r.Label, 40), num(*h.Estimate), interval(*h.Lower, *h.Upper), h.Kind)
		} else {
			f.add("%s  not pooled: %s", column(r.Label, 40), h.Note)
		}
		rows = append(rows, answer.Tree{"label": r.Label, "k": r.K, "kind": h.Kind, "estimate": h.Estimate, "ci_lb": h.Lower, "ci_ub": h.Upper,
			"note": h.Note})
	}
	f.tree["answers"] = rows
}

func (a *analysis) influence(f *further) error {
	if err := a.mostEach(); err != nil {
		return err
	}
	if a.cmd.Cluster != "" {
		return fmt.Errorf("influence takes the rows as independent and those of one study are not; leave-one-out leaves out whole studies")
	}
	if a.K < 2 {
		return fmt.Errorf("influence needs at least 2 studies")
	}
	in := a.primary().Influence()
	for i, l := range a.labels {
		mark := ""
		if in.Influential[i] {
			mark = "  influential"
		}
		f.add("%s  rstudent %s  Cook %s  hat %s  weight %.1f%%%s", column(l, 32), num(in.RStudent[i]), num(in.CookD[i]), num(in.Hat[i]),
			in.Weight[i], mark)
	}
	f.tree = answer.Influence(a.primary(), in)
	return nil
}

func (a *analysis) permutation(f *further) error {
	s, err := a.oneEach(f)
	if err != nil {
		return err
	}
	r, err := resample.PermuteSigns(s.Y, s.V, resample.PermutationOptions{Method: a.primary().Method, Test: a.primary().Test, Seed: 1})
	if err != nil {
		return err
	}
	how := fmt.Sprintf("%d random", r.Iterations)
	if r.Exact {
		how = fmt.Sprintf("all %d", r.Iterations)
	}
	f.add("signs permuted (%s): %s", how, pval(r.P))
	answer.Put(f.tree, "pval permutations exact", r.P, r.Iterations, r.Exact)
	f.notes(r.Warnings.Texts())
	return nil
}

// bayes uses the priors that findings use: one standard deviation or one unit of the
// log scale. Other scales have no unit that a prior could be stated in.
func (a *analysis) bayes(f *further) error {
	if !strings.HasPrefix(string(a.Measure), "SMD") && !roles.IsLog(a.Measure) {
		return fmt.Errorf("the shipped priors are for standardised mean differences and log ratios, not for %s", a.Measure)
	}
	s, err := a.oneEach(f)
	if err != nil {
		return err
	}
	p, err := bayes.Fit(s.Y, s.V, bayes.Priors{Mu: bayes.NormalPrior{SD: 1}, Tau: bayes.TauPrior{Family: bayes.HalfNormal, Scale: 0.5}},
		orDefault(a.cmd.Level, 0.95))
	if err != nil {
		return err
	}
	f.add("posterior median %s %s, tau %s, new study %s; %s, %s", num(p.Mu.Median), interval(p.Mu.Lower, p.Mu.Upper), num(p.Tau.Median),
		interval(p.Predictive.Lower, p.Predictive.Upper), p.Priors.Mu, p.Priors.Tau)
	answer.Put(f.tree, "median cri_lb cri_ub tau_median pi_lb pi_ub priors", p.Mu.Median, p.Mu.Lower, p.Mu.Upper, p.Tau.Median,
		p.Predictive.Lower,
		p.Predictive.Upper, []string{p.Priors.Mu.String(), p.Priors.Tau.String()})
	return nil
}
