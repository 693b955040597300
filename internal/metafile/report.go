package metafile

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	stats "past/analysis"
	"past/analysis/effect"
	"past/analysis/meta"
	"past/analysis/multilevel"
	"past/internal/evidence"
	"past/internal/metafile/plan"
	"past/internal/metafile/roles"
	human "past/internal/text"
)

// printer writes lines of the answer for people and keeps what every line needs.
type printer struct {
	bytes.Buffer
	*analysis
	back     func(float64) float64 // for the pooled effects, nil without one
	backName string                // of the back-transformed quantity
}

func (p *printer) line(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

// text is the analysis for people to read.
func (a *analysis) text() []byte {
	p := &printer{analysis: a}
	if info, err := effect.Lookup(string(a.Measure)); err == nil {
		p.backName = info.Back
		if back, ok := effect.BackTransform(info.Measure, a.Sizes()); ok && info.Back != "" {
			p.back = back
		}
	}
	p.heading()
	p.studies()
	if p.cmd.Dose == "" && !p.shared {
		p.answer()
	}
	p.doseResponse()
	p.clusters()
	p.pooled()
	p.heterogeneity()
	p.subgroupLines()
	p.moderatorLines()
	p.counts()
	for _, f := range a.further {
		p.line("\n%s", f.name)
		for _, l := range f.lines {
			p.line("  %s", human.OneLine(l))
		}
	}
	for i, warning := range a.Warnings {
		if i == 0 {
			p.line("\nWarnings")
		}
		p.line("  - %s", printable(warning))
	}
	return p.Bytes()
}

func printable(s string) string { return strings.TrimSpace(human.OneLine(s)) }

func (p *printer) heading() {
	label := string(p.Measure)
	if info, err := effect.Lookup(label); err == nil && info.Measure != effect.GEN {
		label = info.Label + " (" + label + ")"
	} else if err == nil {
		label = "effects as given, of an unnamed measure (GEN; --measure names it)"
	}
	p.line("%s: %s, formula mode %s", printable(p.name), label, p.Conventions())
	if t := roles.ColumnText(p.Chosen); t != "" {
		p.line("columns: %s", printable(t))
	}
	rows := fmt.Sprintf("%d of %d rows", p.K, p.Rows)
	if p.Data.Read > 0 {
		rows = fmt.Sprintf("%d of the %d rows kept (%d in the file)", p.K, p.Rows, p.Data.Read)
	}
	p.line("used: %s\n", rows)
}

// num prints a number with four significant decimals, or in exponent form when it
// is very small or large.
func num(x float64) string {
	a := math.Abs(x)
	switch {
	case math.IsNaN(x):
		return "-"
	case math.IsInf(x, 1):
		return "Inf"
	case math.IsInf(x, -1):
		return "-Inf"
	case a != 0 && (a < 1e-4 || a >= 1e7):
		return fmt.Sprintf("%.3e", x)
	}
	s := fmt.Sprintf("%.4f", x)
	if s == "-0.0000" {
		return "0.0000"
	}
	return s
}

func pval(p float64) string {
	switch {
	case math.IsNaN(p):
		return "p not available"
	case p < 0.0001:
		return "p < 0.0001"
	}
	return fmt.Sprintf("p = %.4f", p)
}

func limits(i stats.Interval) string { return interval(i.Lower, i.Upper) }

func interval(lb, ub float64) string { return "[" + num(lb) + ", " + num(ub) + "]" }

// pad fills s with spaces to a width counted in characters.
func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s)))
}

// column is s in a column of a width: cut, or filled with spaces.
func column(s string, width int) string {
	if s = printable(s); utf8.RuneCountInString(s) > width {
		s = string([]rune(s)[:width-1]) + "…"
	}
	return pad(s, width)
}

func (p *printer) studies() {
	const maxShown = 60
	width := len("study")
	for _, l := range p.labels {
		width = max(width, min(40, utf8.RuneCountInString(l)))
	}
	p.line("%s  %10s  %-24s %8s", pad("study", width), "effect", fmt.Sprintf("%g%% interval", 100*p.primary().Level), "weight")
	weights := p.primary().Weights
	common := p.common().Coef[0]
	z := (common.Upper - common.Value) / common.SE
	for i, y := range p.Y {
		if i == maxShown && p.K > maxShown+5 {
			p.line("... and %d more studies", p.K-i)
			break
		}
		se := math.Sqrt(p.V[i])
		weight := "-"
		if i < len(weights) {
			weight = fmt.Sprintf("%.1f%%", weights[i])
		}
		p.line("%s  %10s  %-24s %8s", column(p.labels[i], width), num(y), interval(y-z*se, y+z*se), weight)
	}
}

// effectLine prints one pooled estimate, back-transformed on a second line.
func (p *printer) effectLine(title string, e stats.Estimate) {
	p.line("%s  %s", pad(title, 50), estimate(e))
	if p.back != nil {
		x, y := p.back(e.Lower), p.back(e.Upper)
		p.line("%s  %s  %s", pad("  as "+p.backName, 50), num(p.back(e.Value)), interval(math.Min(x, y), math.Max(x, y)))
	}
}

// estimate is a number with its interval and its p value.
func estimate(e stats.Estimate) string {
	return fmt.Sprintf("%s  %s  %s", num(e.Value), interval(e.Lower, e.Upper), pval(e.P))
}

// coefficient prints one coefficient of a model with moderators.
func (p *printer) coefficient(indent, width int, name string, e stats.Estimate) {
	p.line("%s%s  %s", strings.Repeat(" ", indent), column(name, width), estimate(e))
}

// collect puts the warnings of one model into the list at the end.
func (p *printer) collect(warnings []string) {
	for _, w := range warnings {
		p.Warn("%s", w)
	}
}

// answer prints what is shown of few studies before the fitted model.
func (p *printer) answer() {
	switch h := p.headline; {
	case h.Kind == evidence.HeadlineSmall:
		p.line("\n%s  %s  %s", pad(string(h.Kind), 50), num(*h.Estimate), interval(*h.Lower, *h.Upper))
		if p.back != nil {
			p.line("%s  %s  %s", pad("  as "+p.backName, 50), num(p.back(*h.Estimate)), interval(p.back(*h.Lower), p.back(*h.Upper)))
		}
		p.line("  %s", h.Note)
	case h.Kind == evidence.HeadlineNotPooled:
		p.line("\nnot pooled: %s", h.Note)
	case h.Kind == evidence.HeadlinePooled && strings.Contains(h.Note, ";"):
		_, why, _ := strings.Cut(h.Note, "; ")
		p.line("\n%s", why)
	}
}

func (p *printer) pooled() {
	r := p.primary()
	p.line("")
	fixed := r.Method == meta.FE || r.Method == meta.EE
	title := "random effects (" + methodText(r) + ")"
	switch {
	case r.K == 1:
		title = "the only study (this is not a meta-analysis)"
	case fixed:
		title = "common effect (" + methodText(r) + ")"
	}
	if r.Unguarded != nil {
		title += ", guarded"
	}
	if p.small() {
		title = "footnote: " + title
	}
	if p.cmd.Cluster != "" || p.cmd.Dose != "" || p.shared {
		p.line("footnote: what follows takes the rows as independent")
	}
	if p.cmd.Dose != "" || p.shared {
		p.answer()
	}
	p.effectLine(title, r.Coef[0])
	if u := r.Unguarded; u != nil {
		p.effectLine("  footnote: unguarded, narrower than common effect", u.Coef[0])
	}
	if c := p.common(); r.K > 1 && !fixed {
		p.effectLine("common effect (inverse variance, z)", c.Coef[0])
	}
}

func methodText(r *meta.Result) string {
	tests := map[meta.Test]string{meta.Z: "z test", meta.T: "t test", meta.KnHa: "Knapp-Hartung", meta.AdHoc: "Knapp-Hartung, never below z"}
	return string(r.Method) + ", " + tests[r.Test]
}

func (p *printer) heterogeneity() {
	r := p.primary()
	if r.K < 2 {
		return
	}
	p.line("")
	if r.Method != meta.FE && r.Method != meta.EE {
		p.line("between-study variance tau2                         %s%s", num(r.Tau2), tau2Text(r))
		p.line("I2 from tau2 / from Q                               %.1f%% / %.1f%%", r.I2T, r.I2Q)
		name, lb, ub := p.prediction(r.Predict())
		p.line("%s  %s", pad("prediction interval ("+name+")", 50), interval(lb, ub))
		if p.back != nil && !math.IsNaN(lb) {
			p.line("%s  %s", pad("  as "+p.backName, 50), interval(p.back(lb), p.back(ub)))
		}
	} else {
		p.line("I2 from Q                                           %.1f%%", r.I2Q)
	}
	p.line("Q = %s on %.0f df, %s", num(r.Q.Value), r.Q.DF, pval(r.Q.P))
}

// tau2Text is the interval of tau2, or why there is none to show.
func tau2Text(r *meta.Result) string {
	v, err := r.QProfile()
	switch {
	case err != nil:
		return ""
	case v.Empty:
		return "  no Q-profile interval: the studies agree more than chance lets expect, no value of tau2 fits"
	case r.Tau2 < v.Tau2.Lower || r.Tau2 > v.Tau2.Upper:
		return "  Q-profile interval " + limits(v.Tau2) + ", which does not hold the estimate (the two use different criteria)"
	}
	return "  Q-profile interval " + limits(v.Tau2)
}

// prediction picks the convention of the formula mode; the others are in the JSON
// answer.
func (p *printer) prediction(pr meta.Prediction) (name string, lb, ub float64) {
	if p.Formula == effect.Metapsy && pr.ClassicT.Lower <= pr.CI.Lower {
		return "classic SE, t on k-1 df", pr.ClassicT.Lower, pr.ClassicT.Upper
	}
	if p.primary().Test == meta.Z {
		return "normal", pr.PI.Lower, pr.PI.Upper
	}
	return "t on k-1 df", pr.PI.Lower, pr.PI.Upper
}

func (p *printer) subgroupLines() {
	s := p.subgroups()
	if s == nil {
		return
	}
	p.line("\nsubgroups by %s, each with its own tau2", printable(p.cmd.Subgroup))
	for _, g := range s.Groups {
		p.line("  %s  k = %-4d %s  %s  tau2 = %s", column(g.Level, 40), g.Fit.K, num(g.Fit.Coef[0].Value),
			interval(g.Fit.Coef[0].Lower, g.Fit.Coef[0].Upper), num(g.Fit.Tau2))
	}
	p.line("  difference between groups: Q = %s on %d df, %s", num(s.QBetween), s.QBetweenDF, pval(s.QBetweenP))
}

func (p *printer) moderatorLines() {
	r := p.moderated()
	if r == nil {
		return
	}
	p.line("\nmoderators: %s (%s, k = %d)", printable(r.Formula), methodText(r), r.K)
	p.references("  ", p.Regressions[0].Got.References)
	for j, name := range r.Names {
		p.coefficient(2, 40, name, r.Coef[j])
	}
	all := r.Omnibus
	df, stat := fmt.Sprintf("%.0f", all.DF), "QM"
	if !math.IsInf(all.DF2, 1) {
		df, stat = fmt.Sprintf("%.0f and %.0f", all.DF, all.DF2), "F"
	}
	share := ""
	if !math.IsNaN(r.R2) { // there is none without an intercept
		share = fmt.Sprintf(" R2 = %.1f%%;", r.R2)
	}
	p.line("  all moderators: %s = %s on %s df, %s;%s residual tau2 = %s", stat, num(all.Value), df, pval(all.P), share, num(r.Tau2))
}

// references names what the levels of factors are compared with.
func (p *printer) references(indent string, of map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(of)) {
		p.line("%sreference level of %s: %s", indent, printable(name), printable(of[name]))
	}
}

// counts prints what is pooled of the counts themselves.
func (p *printer) counts() {
	for _, of := range []map[string][]plan.Pooled{p.Counts, p.Rates} {
		for _, key := range []string{"peto", "mantel_haenszel"} {
			for _, m := range of[key] {
				p.line("")
				title := "Peto"
				if key != "peto" {
					title = "Mantel-Haenszel, " + m.Asked.Measure
				}
				p.poolLine(title, m.Got.Fit, m.Got.Warnings.Texts(), m.Err)
			}
		}
	}
	if m := p.Rare; m != nil && p.Failed["beta_binomial"] == nil {
		p.line("")
		of := map[effect.Measure]stats.Fit{effect.OR: m.OR, effect.RR: m.RR, effect.RD: m.RD}[p.Measure]
		p.poolLine("beta-binomial, "+string(p.Measure)+" (rare events, nothing added)", of, m.Warnings.Texts(), nil)
	}
	for _, a := range p.Mixed {
		p.poolLine("conditional mixed model (CM.EL), OR", a.Got.Fit, a.Got.Warnings.Texts(), a.Err)
	}
}

func (p *printer) poolLine(title string, r stats.Fit, warnings []string, err error) {
	if err != nil {
		p.line("%s  not available: %s", pad(title, 50), err)
		return
	}
	p.effectLine(title, r.Coef[0])
	p.collect(warnings)
}

// clusters prints the models for dependent effects.
func (p *printer) clusters() {
	if g := p.Shared; g != nil {
		p.line("")
		p.effectLine("shared control allowed for, three levels (t)", g.Coef[0])
	}
	if g := p.Lagged; g != nil {
		p.line("")
		p.effectLine(fmt.Sprintf("correlated over %s, phi %v (t)", printable(p.cmd.Time), *p.cmd.Phi), g.Coef[0])
	}
	d := p.Dependent
	if d == nil {
		return
	}
	p.line("\ndependent effects within %s", printable(p.cmd.Cluster))
	p.dependent("three levels, independent sampling errors", d.Three)
	p.dependent(fmt.Sprintf("CHE, sampling correlation %v", d.Rho), d.CHE)
	for _, m := range d.Mods {
		p.dependentModerators(m.Asked.Formula, m.CHE)
	}
}

func (p *printer) dependent(title string, fits []plan.Answer[plan.LevelFit, plan.Levels]) {
	for _, f := range fits {
		title := "  " + title + " (t)"
		if f.Err != nil {
			p.line("%s  not available: %s", pad(title, 50), f.Err)
			continue
		}
		m := f.Got
		p.effectLine(title, m.Coef[0])
		p.collect(m.Warnings.Texts())
		if r := m.CR2; r.Err == nil {
			p.collect(r.Got.Warnings.Texts())
			p.effectLine("    with robust variance (CR2, Satterthwaite)", r.Got.Coef[0])
		}
		p.line("    variance between clusters %s, within %s", num(m.Sigma2.Between), num(m.Sigma2.Within))
	}
}

// dependentModerators prints the coefficients of a model for dependent effects with
// robust intervals.
func (p *printer) dependentModerators(formula string, fit plan.Answer[*plan.LevelFit, plan.Levels]) {
	err := fit.Err
	if err == nil {
		err = fit.Got.CR2.Err
	}
	if err != nil {
		p.line("  CHE, %s: not available: %s", printable(formula), err)
		return
	}
	m, r := fit.Got, fit.Got.CR2.Got
	p.line("  CHE, %s, robust variance (CR2, Satterthwaite)", printable(formula))
	p.references("    ", p.References(formula))
	for j, name := range m.Names {
		p.coefficient(4, 38, name, r.Coef[j])
	}
	if len(m.Names) > 1 && m.Names[0] == multilevel.InterceptName && r.Omnibus.DF > 0 {
		p.line("    all but the intercept: F = %s, %s", num(r.Omnibus.Value), pval(r.Omnibus.P))
	}
	p.collect(m.Warnings.Texts())
	p.collect(r.Warnings.Texts())
}

// doseResponse prints the curve.
func (p *printer) doseResponse() {
	d := p.Result.Dose
	if d == nil {
		return
	}
	p.line("\ndose-response in one stage: %s (covariance within studies: %s), %d effects of %d studies", printable(d.Formula), d.How, d.K,
		d.Clusters)
	for j, name := range d.Names {
		p.line("  %s  %s  SD between studies %s", column(name, 40), estimate(d.Coef[j]),
			num(math.Sqrt(d.Psi[j][j])))
	}
	for _, at := range d.Curve {
		ratio := ""
		if roles.IsLog(p.Measure) {
			ratio = fmt.Sprintf("  %s %s", num(math.Exp(at.Pred)), interval(math.Exp(at.Lower), math.Exp(at.Upper)))
		}
		p.line("  at %s against 0  %s  %s%s", pad(num(at.Dose), 29), num(at.Pred), interval(at.Lower, at.Upper), ratio)
	}
	p.collect(d.Warnings.Texts())
}
