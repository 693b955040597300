package metafile

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"

	"past/analysis/effect"
	"past/analysis/meta"
)

// printer writes lines of the table for people and keeps what every line needs.
type printer struct {
	bytes.Buffer
	a    *analysis
	back func(float64) float64 // for the pooled effects, nil without one
	name string                // of the back-transformed quantity
}

func (p *printer) line(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

// writeTable writes the analysis for people to read.
func (a *analysis) writeTable(w io.Writer) error {
	p := &printer{a: a}
	if info, err := effect.Lookup(a.c.Measure); err == nil {
		p.name = info.Back
		if back, ok := effect.BackTransform(info.Measure, a.sizes()); ok && info.Back != "" {
			p.back = back
		}
	}
	p.heading()
	p.studies()
	p.doseResponse()
	p.clusters()
	p.pooled()
	p.heterogeneity()
	if a.subgroups != nil {
		p.subgroups()
	}
	if a.moderated != nil {
		p.moderators()
	}
	p.counts()
	p.furtherText()
	for i, warning := range a.c.Warnings {
		if i == 0 {
			p.line("\nWarnings")
		}
		p.line("  - %s", printable(warning))
	}
	_, err := w.Write(p.Bytes())
	return err
}

// sizes is what PFT and IRFT are back-transformed with.
func (a *analysis) sizes() []float64 {
	name := map[string]string{string(effect.PFT): "ni", string(effect.IRFT): "ti"}[a.c.Measure]
	if name == "" || !a.c.HasColumn(name) {
		return nil
	}
	all, err := a.c.Floats(name)
	if err != nil {
		return nil
	}
	return Used(a.c, all)
}

func (p *printer) heading() {
	c := p.a.c
	label := c.Measure
	if info, err := effect.Lookup(c.Measure); err == nil && info.Measure != effect.GEN {
		label = info.Label + " (" + c.Measure + ")"
	} else if err == nil {
		label = "effects as given, of an unnamed measure (GEN; --measure names it)"
	}
	p.line("%s: %s, formula mode %s", printable(c.Name), label, orFormula(c.Formula))
	if t := c.chosenText(); t != "" {
		p.line("columns: %s", printable(t))
	}
	rows := fmt.Sprintf("%d of %d rows", c.K, c.Rows)
	if c.read > 0 {
		rows = fmt.Sprintf("%d of the %d rows kept (%d in the file)", c.K, c.Rows, c.read)
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

func interval(lb, ub float64) string { return "[" + num(lb) + ", " + num(ub) + "]" }

// pad fills s with spaces to a width counted in characters.
func pad(s string, width int) string {
	if n := utf8.RuneCountInString(s); n < width {
		return s + strings.Repeat(" ", width-n)
	}
	return s
}

func cut(s string, width int) string {
	if utf8.RuneCountInString(s) <= width {
		return s
	}
	return string([]rune(s)[:width-1]) + "…"
}

func (p *printer) studies() {
	const maxShown = 60
	a := p.a
	width := len("study")
	for _, l := range a.labels {
		width = max(width, min(40, utf8.RuneCountInString(l)))
	}
	p.line("%s  %10s  %-24s %8s", pad("study", width), "effect", fmt.Sprintf("%g%% interval", 100*a.primary.Level), "weight")
	weights := a.primary.Weights
	z := (a.common.Coef[0].Upper - a.common.Coef[0].Value) / a.common.Coef[0].SE
	for i, y := range a.c.Y {
		if i == maxShown && len(a.c.Y) > maxShown+5 {
			p.line("... and %d more studies", len(a.c.Y)-i)
			break
		}
		se := math.Sqrt(a.c.V[i])
		weight := "-"
		if i < len(weights) {
			weight = fmt.Sprintf("%.1f%%", weights[i])
		}
		p.line("%s  %10s  %-24s %8s", pad(cut(a.labels[i], width), width), num(y), interval(y-z*se, y+z*se), weight)
	}
}

// effectLine prints one pooled estimate, back-transformed on a second line.
func (p *printer) effectLine(title string, est, lb, ub, pv float64) {
	p.line("%s  %s  %s  %s", pad(title, 50), num(est), interval(lb, ub), pval(pv))
	if p.back != nil {
		x, y := p.back(lb), p.back(ub)
		p.line("%s  %s  %s", pad("  as "+p.name, 50), num(p.back(est)), interval(math.Min(x, y), math.Max(x, y)))
	}
}

func (p *printer) pooled() {
	r := p.a.primary
	p.line("")
	title := "random effects (" + methodText(r) + ")"
	if r.Method == meta.FE || r.Method == meta.EE {
		title = "common effect (" + methodText(r) + ")"
	}
	if r.K == 1 {
		title = "the only study (this is not a meta-analysis)"
	}
	if r.Unguarded != nil {
		title += ", guarded"
	}
	if p.a.cmd.Cluster != "" || p.a.cmd.Dose != "" {
		p.line("footnote: what follows takes the rows as independent")
	}
	p.effectLine(title, r.Coef[0].Value, r.Coef[0].Lower, r.Coef[0].Upper, r.Coef[0].P)
	if u := r.Unguarded; u != nil {
		p.effectLine("  footnote: unguarded, narrower than common effect", r.Coef[0].Value, u.Coef[0].Lower, u.Coef[0].Upper, u.Coef[0].P)
	}
	if c := p.a.common; r.K > 1 && r.Method != meta.FE && r.Method != meta.EE {
		p.effectLine("common effect (inverse variance, z)", c.Coef[0].Value, c.Coef[0].Lower, c.Coef[0].Upper, c.Coef[0].P)
	}
}

func methodText(r *meta.Result) string {
	tests := map[meta.Test]string{meta.Z: "z test", meta.T: "t test", meta.KnHa: "Knapp-Hartung", meta.AdHoc: "Knapp-Hartung, never below z"}
	return string(r.Method) + ", " + tests[r.Test]
}

func (p *printer) heterogeneity() {
	r := p.a.primary
	if r.K < 2 {
		return
	}
	p.line("")
	if r.Method != meta.FE && r.Method != meta.EE {
		p.line("between-study variance tau2                         %s%s", num(r.Tau2), tau2Text(r, p.a.tau2))
		p.line("I2 from tau2 / from Q                               %.1f%% / %.1f%%", r.I2T, r.I2Q)
		name, lb, ub := p.prediction(r.Predict())
		p.line("%s  %s", pad("prediction interval ("+name+")", 50), interval(lb, ub))
		if p.back != nil && !math.IsNaN(lb) {
			p.line("%s  %s", pad("  as "+p.name, 50), interval(p.back(lb), p.back(ub)))
		}
	} else {
		p.line("I2 from Q                                           %.1f%%", r.I2Q)
	}
	p.line("Q = %s on %.0f df, %s", num(r.Q.Value), r.Q.DF, pval(r.Q.P))
}

// prediction picks the convention of the formula mode; the others are in the JSON
// answer.
func (p *printer) prediction(pr meta.Prediction) (name string, lb, ub float64) {
	if p.a.c.Formula == effect.Metapsy && pr.ClassicT.Lower <= pr.CI.Lower {
		return "classic SE, t on k-1 df", pr.ClassicT.Lower, pr.ClassicT.Upper
	}
	if p.a.primary.Test == meta.Z {
		return "normal", pr.PI.Lower, pr.PI.Upper
	}
	return "t on k-1 df", pr.PI.Lower, pr.PI.Upper
}

func (p *printer) subgroups() {
	s := p.a.subgroups
	p.line("\nsubgroups by %s, each with its own tau2", printable(p.a.cmd.Subgroup))
	for _, g := range s.Groups {
		p.line("  %s  k = %-4d %s  %s  tau2 = %s", pad(cut(printable(g.Level), 40), 40), g.Fit.K, num(g.Fit.Coef[0].Value),
			interval(g.Fit.Coef[0].Lower, g.Fit.Coef[0].Upper), num(g.Fit.Tau2))
	}
	p.line("  difference between groups: Q = %s on %.0f df, %s", num(s.QBetween), s.QBetweenDF, pval(s.QBetweenP))
}

func (p *printer) moderators() {
	r := p.a.moderated
	p.line("\nmoderators: %s (%s, k = %d)", printable(r.Formula), methodText(r), r.K)
	for j, name := range r.Names {
		p.line("  %s  %s  %s  %s", pad(cut(printable(name), 40), 40), num(r.Coef[j].Value), interval(r.Coef[j].Lower, r.Coef[j].Upper),
			pval(r.Coef[j].P))
	}
	df := fmt.Sprintf("%.0f", r.Omnibus.DF)
	stat := "QM"
	if !math.IsInf(r.Omnibus.DF2, 1) {
		df, stat = fmt.Sprintf("%.0f and %.0f", r.Omnibus.DF, r.Omnibus.DF2), "F"
	}
	share := ""
	if !math.IsNaN(r.R2) { // there is none without an intercept
		share = fmt.Sprintf(" R2 = %.1f%%;", r.R2)
	}
	p.line("  all moderators: %s = %s on %s df, %s;%s residual tau2 = %s", stat, num(r.Omnibus.Value), df, pval(r.Omnibus.P), share,
		num(r.Tau2))
}

// counts prints what is pooled of the counts themselves, from the answers of the
// blocks.
func (p *printer) counts() {
	for _, key := range []string{"two_by_two_pooled", "person_time_pooled"} {
		t := asTree(p.a.blocks[key])
		if peto := asTree(t["peto"]); peto != nil {
			p.line("")
			p.treeLine("Peto", peto)
		}
		list, _ := t["mantel_haenszel"].([]Tree)
		for _, m := range list {
			p.line("")
			p.treeLine("Mantel-Haenszel, "+text(m, "measure"), m)
		}
	}
	if t := asTree(p.a.blocks["beta_binomial"]); t != nil {
		p.line("")
		p.treeLine("beta-binomial, "+p.a.c.Measure+" (rare events, nothing added)", asTree(t[strings.ToLower(p.a.c.Measure)]))
		p.warnings(t)
	}
	if list, ok := p.a.blocks["glmm"].([]Tree); ok {
		p.treeLine("conditional mixed model (CM.EL), OR", list[0])
	}
}

// clusters prints the models for dependent effects.
func (p *printer) clusters() {
	if t := asTree(p.a.blocks["shared_control"]); t != nil {
		p.line("")
		p.treeLine("shared control allowed for, three levels (t)", t)
	}
	if t := asTree(p.a.blocks["lagged"]); t != nil {
		p.line("")
		p.treeLine(fmt.Sprintf("correlated over %s, phi %v (t)", printable(p.a.cmd.Time), t["phi"]), t)
	}
	m := asTree(p.a.blocks["multilevel"])
	if m == nil {
		return
	}
	p.line("\ndependent effects within %s", printable(p.a.cmd.Cluster))
	three, _ := m["three_level"].([]Tree)
	p.dependent("three levels, independent sampling errors", three)
	che := asTree(m["che"])
	fits, _ := che["fits"].([]Tree)
	p.dependent(fmt.Sprintf("CHE, sampling correlation %v", che["rho"]), fits)
	mods, _ := m["mods"].([]Tree)
	for _, t := range mods {
		p.dependentModerators(text(t, "formula"), asTree(t["che"]))
	}
}

// dependentModerators prints the coefficients of a model for dependent effects with
// robust intervals.
func (p *printer) dependentModerators(formula string, fit Tree) {
	r := asTree(asTree(fit["robust"])["cr2_club_sandwich"])
	if e := orElse(text(fit, "error"), text(r, "error")); e != "" || r == nil {
		p.line("  CHE, %s: not available: %s", printable(formula), e)
		return
	}
	p.line("  CHE, %s, robust variance (CR2, Satterthwaite)", printable(formula))
	names, _ := fit["coef_names"].([]string)
	for j, name := range names {
		at := func(t Tree, key string) float64 {
			if all, ok := t[key].([]float64); ok {
				return all[j]
			}
			x, _ := asNumber(t[key])
			return x
		}
		p.line("    %s  %s  %s  %s", pad(cut(printable(name), 38), 38), num(at(fit, "beta")), interval(at(r, "ci_lb"), at(r, "ci_ub")),
			pval(at(r, "pval")))
	}
	if qm, ok := asNumber(r["qm"]); ok && len(names) > 1 && names[0] == "intrcpt" {
		qp, _ := asNumber(r["qm_p"])
		p.line("    all but the intercept: F = %s, %s", num(qm), pval(qp))
	}
	p.warnings(fit)
	p.warnings(r)
}

func (p *printer) treeLine(title string, t Tree) {
	if e := text(t, "error"); e != "" {
		p.line("%s  not available: %s", pad(title, 50), e)
		return
	}
	get := func(k string) float64 { x, _ := asNumber(t[k]); return x }
	p.effectLine(title, get("beta"), get("ci_lb"), get("ci_ub"), get("pval"))
	p.warnings(t)
}

// warnings collects those of one block entry for the list at the end.
func (p *printer) warnings(t Tree) {
	list, _ := t["warnings"].([]string)
	for _, w := range list {
		p.a.c.warn("%s", w)
	}
}

func (p *printer) dependent(title string, fits []Tree) {
	for _, f := range fits {
		p.treeLine("  "+title+" (t)", f)
		if r := asTree(asTree(f["robust"])["cr2_club_sandwich"]); r != nil && text(r, "error") == "" {
			get := func(k string) float64 { x, _ := asNumber(r[k]); return x }
			est, _ := asNumber(f["beta"])
			p.warnings(r)
			p.effectLine("    with robust variance (CR2, Satterthwaite)", est, get("ci_lb"), get("ci_ub"), get("pval"))
		}
		if s, ok := f["sigma2"].([]float64); ok && len(s) == 2 {
			p.line("    variance between clusters %s, within %s", num(s[0]), num(s[1]))
		}
	}
}
