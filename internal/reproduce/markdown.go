package reproduce

import (
	"context"
	"fmt"
	"math"
	"strings"

	"past/internal/evidence"
	"past/internal/store"
	"past/internal/synthesis"
)

// Markdown is the page docs/reproduction.md: printed beside ours, the two
// releases of the psilocybin set as editions, and the notes on method.
func Markdown(ctx context.Context) ([]byte, error) {
	rows, err := Run()
	if err != nil {
		return nil, err
	}
	a, b, list, err := Editions(ctx, "psilocybin-depression-severity", "psilocybin-depression@25.0.5", "psilocybin-depression")
	if err != nil {
		return nil, err
	}
	releases, err := Releases()
	if err != nil {
		return nil, err
	}
	var w strings.Builder
	w.WriteString("# Published results, computed again\n\n<!-- Written by `past reproduce --out docs/reproduction.md`; a test " +
		"checks that it is current. Do not edit. -->\n\n")
	w.WriteString("Two published living reviews, run again from their released data by the shipped questions and the ordinary " +
		"synthesis. A printed number is met when ours rounds to it. Where a target lists no studies, they are those of the target before.\n\n")
	overview(&w, rows)
	studies := ""
	for _, r := range rows {
		section(&w, r, &studies)
	}
	editions(&w, a, b, list)
	sources(&w, releases)
	return []byte(w.String()), nil
}

func overview(w *strings.Builder, rows []Row) {
	met, all := 0, 0
	for _, r := range rows {
		for _, c := range r.Checks {
			all++
			if c.Agrees {
				met++
			}
		}
	}
	fmt.Fprintf(w, "%d of %d printed numbers are met; each of the others has its reason below.\n\n", met, all)
	w.WriteString("target|outcome|k|published|ours|numbers met\n---|---|---|---|---|---\n")
	for _, r := range rows {
		n := 0
		for _, c := range r.Checks {
			if c.Agrees {
				n++
			}
		}
		fmt.Fprintf(w, "%s|%s|%d|%s|%s|%d of %d\n", r.ID, r.Target.Outcome, r.Result.K, printed(r.Target.Published), ours(r.Result), n,
			len(r.Checks))
	}
}

func printed(p Published) string {
	if p.Estimate == "" {
		return fmt.Sprintf("prediction interval [%s, %s]", minus(p.PILower), minus(p.PIUpper))
	}
	return fmt.Sprintf("%s [%s, %s]", minus(p.Estimate), minus(p.CILower), minus(p.CIUpper))
}

func minus(s string) string { return strings.Replace(s, "-", "−", 1) }

func ours(r evidence.PooledResult) string {
	n := func(x *float64) string {
		v := *x
		if evidence.IsLogMeasure(r.Measure) {
			v = math.Exp(v)
		}
		return synthesis.Number(v, 4)
	}
	return fmt.Sprintf("%s %s [%s, %s]", synthesis.MeasureSymbol(r.Measure), n(r.Estimate), n(r.CILower), n(r.CIUpper))
}

// section writes one target. studies are those of the target before, which are not
// listed again.
func section(w *strings.Builder, r Row, studies *string) {
	t := r.Target
	fmt.Fprintf(w, "\n## %s: %s\n\n%s%s. Data: %s.\n\nMethod: %s. As computed: %s, test %s, formula mode %s%s.\n\n",
		r.ID, t.Outcome, t.Citation, doi(t.DOI), t.Release, t.Method, r.Result.Method, r.Result.Test, r.Result.Formula,
		prediction(r.Result.PIRule))
	w.WriteString("number|published|ours\n---|---|---\n")
	var not []string
	for _, c := range r.Checks {
		name := c.Name
		if !c.Agrees {
			name += " (not met)"
			not = append(not, c.Name+": "+c.Why)
		}
		fmt.Fprintf(w, "%s|%s|%s\n", name, minus(c.Published), c.Shown)
	}
	if len(not) > 0 {
		fmt.Fprintf(w, "\nNot met. %s.\n", strings.Join(not, ". "))
	}
	if all := strings.Join(r.Studies, ", "); all != *studies {
		fmt.Fprintf(w, "\nStudies: %s.\n", all)
		*studies = all
	}
	if g := r.Tracker; g.Guarded() {
		fmt.Fprintf(w, "\nThe Knapp-Hartung interval is narrower than the common-effect one here. The tracker gives the guarded "+
			"interval [%s, %s]; the published one is its footnote.\n",
			bound(g, g.CILower), bound(g, g.CIUpper))
	}
}

func bound(r evidence.PooledResult, x *float64) string {
	v := *x
	if evidence.IsLogMeasure(r.Measure) {
		v = math.Exp(v)
	}
	return synthesis.Number(v, 4)
}

func doi(s string) string {
	if s == "" {
		return ""
	}
	return ", doi:" + s
}

func prediction(rule string) string {
	if rule == "" {
		return ""
	}
	return ", prediction interval by " + rule
}

func editions(w *strings.Builder, a, b Edition, list []store.Change) {
	fmt.Fprintf(w, "\n## Two releases as two editions\n\nFinding %s by one plan (prediction interval t(k − 1) in both).\n\n", a.Finding.ID)
	w.WriteString("number|" + a.Release.ID + "|" + b.Release.ID + "\n---|---|---\n")
	line := func(name string, of func(evidence.PooledResult) string) {
		fmt.Fprintf(w, "%s|%s|%s\n", name, of(a.Finding.Primary), of(b.Finding.Primary))
	}
	line("k", func(p evidence.PooledResult) string { return fmt.Sprint(p.K) })
	line("n", func(p evidence.PooledResult) string { return fmt.Sprint(p.N) })
	line("estimate", ours)
	line("τ²", func(p evidence.PooledResult) string { return synthesis.Number(*p.Tau2, 4) })
	line("prediction interval", func(p evidence.PooledResult) string {
		return fmt.Sprintf("[%s, %s]", synthesis.Number(*p.PILower, 4), synthesis.Number(*p.PIUpper, 4))
	})
	fmt.Fprintf(w, "sentence|%s|%s\n", a.Finding.Sentences.Plain, b.Finding.Sentences.Plain)
	w.WriteString("\nWhat changed:\n\nkind|before|after\n---|---|---\n")
	for _, c := range list {
		fmt.Fprintf(w, "%s|%s|%s\n", c.Kind, cell(c.Before), cell(c.After))
	}
}

func cell(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, "\n", " "), "|", "\\|") }

func sources(w *strings.Builder, rs []Release) {
	w.WriteString("\n## Sources and method notes\n\n")
	for _, r := range rs {
		fmt.Fprintf(w, "* %s: %s, <%s>, %s.", r.ID, r.Name, r.URL, r.Licence)
		if r.Note != "" {
			fmt.Fprintf(w, " %s.", strings.ToUpper(r.Note[:1])+r.Note[1:])
		}
		w.WriteString("\n")
	}
	for _, n := range notes {
		w.WriteString("* " + n + "\n")
	}
}

// notes are what these reviews do, found by computing them again.
var notes = []string{
	"Effect sizes in formula mode metapsy: J = 1 − 3/(4N − 9) and variance N/(n₁n₂) + d²/(2N) with the uncorrected d.",
	"I² is from Q; its interval is the test-based one of Higgins and Thompson (2002). The interval of τ² is by Q-profile.",
	"Released files of this and other reviews in the Metapsy layout are read with `past reproduce --data FILE --question FILE`.",
}
