package export

import (
	"cmp"
	_ "embed" // the template of scripts
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"past/analysis/meta"
	"past/internal/evidence"
)

// Script is one R program that reproduces one pooled number.
type Script struct {
	Name string // file name
	Text string
}

// Scripts gives a metafor script for every pooled number of a finding: the
// primary model, the sensitivity models, the subgroups and the models without
// one study each. A result without studies has none; one that a script cannot
// reproduce (multilevel models with robust variances among them) is named in
// skipped with the reason.
func Scripts(f evidence.Finding, editionID string) (scripts []Script, skipped []string) {
	add := func(part string, p evidence.PooledResult) {
		if p.K == 0 || p.Estimate == nil {
			return
		}
		name := f.ID
		if part != "" {
			name += "." + part
		}
		text, err := script(f, p, editionID)
		if err != nil {
			skipped = append(skipped, name+": "+err.Error())
			return
		}
		scripts = append(scripts, Script{Name: name + ".R", Text: text})
	}
	add("", f.Primary)
	for i, p := range f.Sensitivity {
		add(fmt.Sprintf("sensitivity-%d", i+1), p)
	}
	for _, s := range f.Subgroups {
		for i, g := range s.Groups {
			add(fmt.Sprintf("subgroup-%s-%d", fileSlug(s.Factor), i+1), g)
		}
	}
	for i, p := range f.LeaveOneOut {
		add(fmt.Sprintf("without-%d", i+1), p)
	}
	return scripts, skipped
}

func fileSlug(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		if r >= 'A' && r <= 'Z' {
			return r + 32
		}
		return '-'
	}, s)
}

//go:embed script.R.tmpl
var scriptText string

var scriptTemplate = template.Must(template.New("").Funcs(template.FuncMap{"comment": rComment, "string": rString, "numbers": rNumbers}).
	Parse(scriptText))

// scriptData is what the template of a script is given.
type scriptData struct {
	Title, ID, Part, Edition string
	Shown                    string // what the finding shows in place of the primary fit; "" where it shows the fit
	evidence.PooledResult
	Columns  []rColumn
	Effects  string // R code that makes yi and vi
	Complete bool   // every study has the raw numbers of the measure
	Other    bool   // the finding carries effects in another formula mode
}

// rColumn is a column of a data frame, its cells as R literals.
type rColumn struct{ Name, Cells string }

// Single reports whether there is nothing to pool, RevMan whether effects are made by
// RevMan's rules, Ratio whether the estimate is a logarithm.
func (d *scriptData) Single() bool { return d.Method == "single study" }
func (d *scriptData) RevMan() bool { return d.Formula == "revman" }
func (d *scriptData) Ratio() bool  { return d.Measure == "RR" || d.Measure == "OR" }

// Agrees is what the script says at its end.
func (d *scriptData) Agrees() string {
	if d.Shown == "" {
		return "agrees with the published number to 1e-6\n"
	}
	return "agrees with the fitted number to 1e-6. " + d.Shown + "\n"
}

// shownInstead says what a finding shows in place of its primary fit.
func shownInstead(f evidence.Finding) string {
	lo, hi, has := f.Headline.Interval()
	switch {
	case f.Headline.Kind == evidence.HeadlineNotPooled:
		return "The finding shows its studies, not this fit."
	case f.Headline.Kind == evidence.HeadlineSmall && has:
		shown := func(x float64) float64 { return evidence.Natural(f.Measure, x) }
		return fmt.Sprintf("The finding shows its small-sample answer, which is not fitted here: %.2f [%.2f, %.2f].",
			shown(*f.Headline.Estimate), shown(lo), shown(hi))
	}
	return ""
}

// Classic reports whether the prediction interval rests on the standard error without
// Knapp and Hartung's adjustment.
func (d *scriptData) Classic() bool { return strings.Contains(d.PIRule, "without Knapp-Hartung") }

// Quantile is the one of the prediction interval, by the rule that the result names.
func (d *scriptData) Quantile() string {
	switch {
	case strings.HasPrefix(d.PIRule, "t(k-2)"):
		return "qt(0.975, max(fit$k - 2, 1))"
	case strings.HasPrefix(d.PIRule, "normal"):
		return "qnorm(0.975)"
	}
	return "qt(0.975, max(fit$k - 1, 1))"
}

func script(f evidence.Finding, p evidence.PooledResult, editionID string) (string, error) {
	d := &scriptData{Title: f.Title, ID: f.ID, Part: cmp.Or(p.Label, "primary"), Edition: editionID, PooledResult: p, Complete: true}
	if !d.Single() && !meta.Method(p.Method).InMetafor() {
		return "", fmt.Errorf("method %q is not one that metafor's rma fits", p.Method)
	}
	if !d.Single() && !slices.Contains([]string{"z", "t", "knha", "adhoc"}, p.Test) {
		return "", fmt.Errorf("test %q is not one of metafor's", p.Test)
	}
	if d.Part == cmp.Or(f.Primary.Label, "primary") {
		d.Shown = shownInstead(f)
	}
	effects, err := effectsOf(f, p)
	if err != nil {
		return "", err
	}
	d.Columns = rColumns(effects)
	for _, e := range effects {
		d.Complete = d.Complete && raw(p.Measure, e)
		if e.Formula != p.Formula && !e.Contrast() {
			d.Other = true
			if !raw(p.Measure, e) {
				return "", fmt.Errorf("effect %s has no raw numbers to compute it in formula mode %s", e.ID, p.Formula)
			}
		}
	}
	var b strings.Builder
	made := scriptTemplate.Lookup(effectsTemplate(p.Measure, p.Formula))
	if made == nil {
		return "", fmt.Errorf("no script knows measure %s in formula mode %s", p.Measure, p.Formula)
	}
	if err := made.Execute(&b, d); err != nil {
		return "", err
	}
	d.Effects = b.String()
	b.Reset()
	err = scriptTemplate.ExecuteTemplate(&b, "script", d)
	return b.String(), err
}

// effectsTemplate names the template that makes effects of a measure in a formula mode.
func effectsTemplate(measure, mode string) string {
	if mode != "metafor" {
		return map[string]string{"metapsy": "own ", "revman": "own "}[mode] + measure
	}
	return map[string]string{"SMD": "metafor means", "MD": "metafor means", "RR": "metafor counts", "OR": "metafor counts",
		"RD": "metafor counts"}[measure]
}

func effectsOf(f evidence.Finding, p evidence.PooledResult) ([]evidence.Effect, error) {
	byID := map[string]evidence.Effect{}
	for _, e := range append(slices.Clone(f.Effects), f.Beside...) {
		byID[e.ID] = e
	}
	var out []evidence.Effect
	for _, id := range p.EffectIDs {
		e, ok := byID[id]
		if !ok {
			return nil, fmt.Errorf("effect %s is not among those that the finding carries", id)
		}
		if e.Measure != p.Measure {
			return nil, fmt.Errorf("effect %s is a %s, the model pools %s", id, e.Measure, p.Measure)
		}
		out = append(out, e)
	}
	if len(out) != p.K {
		return nil, fmt.Errorf("the model names %d effects for k = %d", len(out), p.K)
	}
	return out, nil
}

func counts(e evidence.Effect) bool {
	return e.Event1 != nil && e.Event2 != nil && e.N1 != nil && e.N2 != nil
}

func means(e evidence.Effect) bool {
	for _, v := range []*float64{e.N1, e.Mean1, e.SD1, e.N2, e.Mean2, e.SD2} {
		if v == nil {
			return false
		}
	}
	return true
}

// raw reports whether an effect carries the numbers that its measure needs.
func raw(measure string, e evidence.Effect) bool {
	if measure == "SMD" || measure == "MD" {
		return means(e)
	}
	return counts(e)
}

func rColumns(effects []evidence.Effect) []rColumn {
	var out []rColumn
	text := func(name string, of func(*evidence.Effect) string) {
		cells := make([]string, len(effects))
		for i := range effects {
			cells[i] = of(&effects[i])
		}
		out = append(out, rColumn{name, strings.Join(cells, ", ")})
	}
	number := func(name string, of func(*evidence.Effect) *float64) {
		text(name, func(e *evidence.Effect) string { return rNumber(of(e)) })
	}
	text("study", func(e *evidence.Effect) string { return rString(e.StudyLabel) })
	text("effect", func(e *evidence.Effect) string { return rString(e.ID) })
	number("n1", func(e *evidence.Effect) *float64 { return e.N1 })
	number("m1", func(e *evidence.Effect) *float64 { return e.Mean1 })
	number("sd1", func(e *evidence.Effect) *float64 { return e.SD1 })
	number("n2", func(e *evidence.Effect) *float64 { return e.N2 })
	number("m2", func(e *evidence.Effect) *float64 { return e.Mean2 })
	number("sd2", func(e *evidence.Effect) *float64 { return e.SD2 })
	number("events1", func(e *evidence.Effect) *float64 { return e.Event1 })
	number("events2", func(e *evidence.Effect) *float64 { return e.Event2 })
	number("given_yi", func(e *evidence.Effect) *float64 { return e.Estimate })
	number("given_vi", func(e *evidence.Effect) *float64 { return e.Variance })
	return out
}

// rNumbers lists numbers, "" where one of them is absent.
func rNumbers(vals ...*float64) string {
	out := make([]string, len(vals))
	for i, v := range vals {
		if v == nil {
			return ""
		}
		out[i] = rNumber(v)
	}
	return strings.Join(out, ", ")
}

// rNumber is a literal that R reads back to the same double, NA for none.
func rNumber(v *float64) string {
	if v == nil || math.IsNaN(*v) {
		return "NA"
	}
	if math.IsInf(*v, 0) {
		return strings.Replace(strconv.FormatFloat(*v, 'g', -1, 64), "+", "", 1)
	}
	return strconv.FormatFloat(*v, 'g', -1, 64)
}

// rString is an R string in ASCII, so that the script reads the same under any
// locale.
func rString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r >= ' ' && r < 0x7f:
			b.WriteRune(r)
		case r == 0 || r > 0xffff:
			b.WriteByte('?')
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// rComment keeps a text within its comment line.
func rComment(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		if r > 0x7e {
			return '?'
		}
		return r
	}, s)
}
