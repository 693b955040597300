package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/reports/internal/show"
)

// formulaNote is how an effect measure is worked out, in words.
type formulaNote struct{ measure, mode, title, text string }

// formulas explain the named formula modes. The text says what the effect
// package does; the number itself comes from there.
var formulas = []formulaNote{
	{"SMD", "metapsy", "Hedges g, formula mode metapsy",
		"d = (mean of treatment − mean of control) / pooled SD; J = 1 − 3 / (4N − 9); g = J · d; variance = N / (n₁ · " +
			"n₂) + d² / (2N), with the uncorrected d."},
	{"SMD", "metafor", "Hedges g, formula mode metafor",
		"d = (mean of treatment − mean of control) / pooled SD; J by the exact gamma function with n₁ + n₂ − 2 degrees of " +
			"freedom; g = J · d; variance = 1 / n₁ + 1 / n₂ + g² / (2N)."},
	{"SMD", "revman", "Hedges g, formula mode revman",
		"d = (mean of treatment − mean of control) / pooled SD; g = d · (1 − 3 / (4N − 9)); variance = N / (n₁ · n₂) " +
			"+ g² / (2 (N − 3.94))."},
	{"MD", "", "Mean difference", "mean of treatment − mean of control; variance = SD₁² / n₁ + SD₂² / n₂."},
	{"RR", "", "Risk ratio",
		"ln RR = ln (events₁ / n₁) − ln (events₂ / n₂); variance = 1 / events₁ − 1 / n₁ + 1 / events₂ − 1 / " +
			"n₂. Zero cells are corrected as the analysis plan says. Shown as a ratio, analysed as a logarithm."},
	{"OR", "", "Odds ratio", "ln OR = ln (a · d / (b · c)); variance = 1/a + 1/b + 1/c + 1/d. Shown as a ratio, analysed as a logarithm."},
	{"RD", "", "Risk difference", "events₁ / n₁ − events₂ / n₂; variance = p₁(1 − p₁) / n₁ + p₂(1 − p₂) / n₂."},
}

func formulaFor(measure, mode string) formulaNote {
	key := strings.ToUpper(measure)
	for _, f := range formulas {
		if f.measure == key && (f.mode == "" || strings.EqualFold(f.mode, mode)) {
			return f
		}
	}
	return formulaNote{title: show.MeasureOf(measure).Name,
		text: fmt.Sprintf("Worked out as %s in formula mode %s; the methods document gives the formula.", show.Clip(measure, 30),
			formulaName(mode))}
}

// formulaOf is how an effect itself was made: one that a source states was not
// computed from the numbers of its arms.
func formulaOf(e *evidence.Effect) formulaNote {
	n := formulaFor(e.Measure, e.Formula)
	if !slices.ContainsFunc(e.Inputs, func(in evidence.Input) bool { return in.Name == "estimate" }) {
		return n
	}
	if slices.ContainsFunc(e.Flags, func(flag string) bool { return strings.HasPrefix(flag, "standardised by ") }) {
		return formulaNote{title: "Hedges g from a stated difference in points",
			text: "d = difference / SD, by the SD that the flags name; g = J · d " +
				"with the J of formula mode " + formulaName(e.Formula) + "; variance = J² · SE² / SD² + g² / (2N)."}
	}
	n.title += ", as the source states it"
	n.text = "Taken over with the precision that the source gives; no formula was applied to the numbers of the arms."
	return n
}

// explainFinding says in a few sentences how a finding came about.
func (s *site) explainFinding(f *evidence.Finding, read reading) []string {
	var out []string
	q := fmt.Sprintf("Question %s: substance %s, condition %s, outcome %s", show.Clip(f.Question, 200), s.Name(f.Substance),
		cmp.Or(s.Name(f.Condition), "any"), s.Name(f.Domain))
	if f.Population != "" {
		q += ", population " + s.Name(f.Population)
	}
	if f.Comparator != "" {
		q += ", compared with " + s.comparators(f.Comparator)
	}
	out = append(out, q+".")
	what, made, where := "Higher scores are", "treatment minus comparator", "above"
	side := read.side(1)
	if f.LowerIsBetter {
		what, where, side = "Lower scores are", "below", read.side(-1)
	}
	if read.Measure.Ratio {
		made = "treatment divided by comparator"
	}
	if read.Measure.Ratio || f.Measure == "RD" {
		what = map[bool]string{true: "Fewer people with the outcome is", false: "More people with the outcome is"}[f.LowerIsBetter]
	}
	out = append(out, fmt.Sprintf("Every effect is %s. %s better for the patient, so values %s the line of no effect %s.", made, what, where,
		strings.Replace(side, "favours", "favour", 1)))
	if f.Primary.Estimate != nil {
		said := map[string]bool{}
		for i := range f.Effects {
			if n := formulaOf(&f.Effects[i]); !said[n.title] {
				said[n.title] = true
				out = append(out, n.title+": "+n.text)
			}
		}
		if f.Primary.K > 1 {
			by := modelName(&f.Primary) + " over " + show.Plural(f.Primary.K, "study", "studies")
			switch f.Headline.Kind {
			case evidence.HeadlinePooled:
				out = append(out, "Pooled by "+by+"; weights are given with each study.")
			case evidence.HeadlineSmall:
				out = append(out, "Fitted by "+by+"; weights are given with each study. Shown is the small-sample answer instead.")
			default:
				out = append(out, "Fitted by "+by+" for comparison only: the studies are not pooled.")
			}
		}
	}
	if f.MID != nil && *f.MID != 0 {
		t := "Minimal important difference: " + read.Measure.Value(*f.MID)
		if f.MIDSource != "" {
			t += ", from " + show.Clip(f.MIDSource, 300)
		}
		out = append(out, t+".")
	}
	if f.LastCrawl != "" {
		out = append(out, "Data to "+show.Clip(f.LastCrawl, 30)+": the newest day that a record of this edition speaks for.")
	}
	return out
}
