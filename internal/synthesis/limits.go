package synthesis

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/internal/extract"
	"past/internal/vocab"
)

// limits are what a reader must know before citing, from the numbers.
func limits(q Question, f evidence.Finding) []string {
	var out []string
	add := func(when bool, format string, args ...any) {
		if when {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	p := f.Primary
	if p.K > 0 {
		lo, hi, _ := f.Headline.Interval()
		add(f.Coverage.Restated && !f.Coverage.Asked,
			"The starter set holds these trials as a file and was not searched for others: how many more there are is not known here.")
		add(p.K == 1, "One study is not a meta-analysis: the number is that study's own.")
		add(f.OtherScore != "", "%s", f.OtherScore)
		out = append(out, flaggedLimits(f)...)
		out = append(out, fewStudies(f)...)
		out = append(out, otherModel(f)...)
		add(p.Guarded(), "The usual interval (Knapp-Hartung) came out narrower than one that assumes a single common effect; "+
			"every number is that of the wider, guarded fit, and the narrow interval is a footnote.")
		add(f.Headline.Predicts(p.Tau2, p.PILower, p.PIUpper) && *p.PILower <= 0 && *p.PIUpper >= 0 && (lo > 0 || hi < 0),
			"The prediction interval includes no effect: a new study in another setting may find none.")
		add(q.MID != nil && withinMID(q, lo, hi), "The interval includes effects smaller than the minimal important difference.")
		if s, err := shift(q, f.Effects, p, f.Headline); s != nil && err == nil {
			out = append(out, sayShift(s, len(f.Effects)))
		} else {
			add(q.Kind != "harm" && felt(q),
				"Participants can often tell whether they received the drug, and what they expect can then change what they report.")
		}
		add(p.K > 1 && p.K < 10, "With fewer than ten studies no test for small-study effects is informative.")
		out = append(out, mixture(f.Effects)...)
	}
	add(len(f.Retracted) > 0, "%s of the pooled studies %s retracted; no number of a retracted report is pooled.",
		plural(len(f.Retracted), "report", "reports"), map[bool]string{true: "is", false: "are"}[len(f.Retracted) == 1])
	out = append(out, noticeLimits(&f)...)
	add(f.Lacking().Any(), "%s", f.Lacking().Sentence())
	add(slices.ContainsFunc(f.Missing, func(m evidence.MissingTrial) bool { return m.Why == WhyOverdue }), "Overdue: %s.", OverdueRule)
	return out
}

// flaggedMost bounds how many flagged studies are named among the limits.
const flaggedMost = 6

// flaggedLimits say how much of a finding rests on numbers with a flag, and of each
// study what the flag says.
func flaggedLimits(f evidence.Finding) []string {
	share := evidence.FlaggedShare(f.Flagged, len(f.Effects))
	if share == "" {
		return nil
	}
	if len(f.Flagged) == 1 {
		who := ""
		if len(f.Effects) > 1 {
			who = f.Flagged[0].Study + ": "
		}
		return []string{share + ": " + who + f.Flagged[0].Says() + "."}
	}
	out := []string{share + "; each says below what it is."}
	if len(f.Flagged) > flaggedMost {
		out[0] = fmt.Sprintf("%s; the %d with the most weight say below what it is.", share, flaggedMost)
	}
	list := slices.Clone(f.Flagged)
	slices.SortStableFunc(list, func(a, b evidence.Flagged) int {
		return cmp.Compare(evidence.Value(b.Weight), evidence.Value(a.Weight))
	})
	for _, x := range list[:min(flaggedMost, len(list))] {
		weight := ""
		if x.Weight != nil {
			weight = fmt.Sprintf(" (%s %% of the weight)", short(*x.Weight))
		}
		out = append(out, x.Study+weight+": "+x.Says()+".")
	}
	return out
}

// fewStudies says what two to four studies can carry, and what a prediction
// from a between-study variance estimated as 0 is worth.
func fewStudies(f evidence.Finding) []string {
	var out []string
	p := f.Primary
	if p.K < 2 {
		return nil
	}
	if p.K < SmallSample && f.Headline.Kind != evidence.HeadlinePooled {
		fitted := "the studies themselves come first"
		if f.Headline.Kind == evidence.HeadlineSmall {
			fitted = "the answer shown is the posterior of stated priors, the fitted interval (Knapp-Hartung) a footnote"
		}
		out = append(out, "Fewer than five studies: how much studies differ (the between-study variance, τ²) is poorly known; "+fitted+".")
	}
	if p.Tau2 != nil && *p.Tau2 == 0 && p.Tau2Up != nil && p.K < 10 && p.PILower != nil {
		s := fmt.Sprintf("The between-study variance is estimated as 0 from %s; values up to %s fit as well (95 %% interval), so "+
			"the prediction interval rests on an estimate of which little is known", plural(p.K, "study", "studies"), fixed(*p.Tau2Up, 2))
		if b := f.Bayes; b != nil {
			lo, hi := b.PredLow, b.PredUp
			if eventRatio(p.Measure) {
				lo, hi = math.Exp(lo), math.Exp(hi)
			}
			s += fmt.Sprintf("; allowing for that (Bayesian, %s), a new study may find anything from %s to %s", b.Prior, fixed(lo, 2), fixed(hi, 2))
		}
		out = append(out, s+".")
	}
	return out
}

// otherModel says when the three-level model of all rows gives much another answer
// than one row per study: by more than a standard error.
func otherModel(f evidence.Finding) []string {
	p := f.Primary
	for _, r := range f.Sensitivity {
		if r.Label != allRowsLabel || r.Estimate == nil || r.CILower == nil || p.Estimate == nil || p.SE == nil ||
			!(math.Abs(*r.Estimate-*p.Estimate) > *p.SE) {
			continue
		}
		return []string{fmt.Sprintf("All rows of these studies in a three-level model give %s %s, one row per study %s: the "+
			"choice of rows moves the result by more than a standard error.",
			MeasureSymbol(p.Measure), Full(p.Measure, *r.Estimate, *r.CILower, *r.CIUpper, 2),
			Full(p.Measure, *p.Estimate, *p.CILower, *p.CIUpper, 2))}
	}
	return nil
}

// withinMID reports whether the interval holds effects of the estimate's side
// that are smaller than the minimal important difference.
func withinMID(q Question, lo, hi float64) bool {
	return !math.IsNaN(lo) && lo < *q.MID && hi > -*q.MID
}

// short writes a number with one decimal where it has one.
func short(x float64) string { return strings.TrimSuffix(fixed(x, 1), ".0") }

// mixture names what differs among the pooled studies.
func mixture(effects []evidence.Effect) []string {
	var out []string
	classes := map[string]int{}
	unjudged := 0
	for _, e := range effects {
		classes[plain(e.ComparatorClass)]++
		if e.RiskOfBias == "" {
			unjudged++
		}
	}
	if len(classes) > 1 {
		var parts []string
		for c, n := range classes {
			parts = append(parts, fmt.Sprintf("%s (%d)", c, n))
		}
		slices.Sort(parts)
		out = append(out, "Comparators differ between the studies: "+strings.Join(parts, ", ")+".")
	}
	if parts := partTerms(effects); len(parts) > 0 {
		out = append(out, fmt.Sprintf("The outcome is wider than what is counted: %s alone in %d of %s.", strings.Join(parts, ", "),
			len(filter(effects, partTerm)), plural(len(effects), "study", "studies")))
	}
	if form := formsOf(effects); form != "" {
		out = append(out, sentenceCase(form)+"; what holds for it may not hold for other forms of the drug.")
	}
	if both := addedTo(effects); both != "" {
		out = append(out, both)
	}
	if m := mixedPeople(effects); m != "" {
		out = append(out, m)
	}
	if unjudged > 0 {
		out = append(out, fmt.Sprintf("The risk of bias has not been judged for %d of %s.", unjudged, plural(len(effects), "study", "studies")))
	}
	if when := measuredAt(effects); when != "" {
		out = append(out, when)
	}
	return out
}

func partTerm(e evidence.Effect) bool {
	_, part := extract.HarmTerm(e)
	return part
}

// partTerms are the terms of the effects that count only a part of the outcome.
func partTerms(effects []evidence.Effect) []string {
	var out []string
	for _, e := range effects {
		if term, part := extract.HarmTerm(e); part && !slices.Contains(out, "“"+term+"”") {
			out = append(out, "“"+term+"”")
		}
	}
	slices.Sort(out)
	return out
}

// addedTo says in how many studies both groups got another treatment besides.
func addedTo(effects []evidence.Effect) string {
	n, with := backgrounds(effects)
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("In %d of %s both groups got another treatment besides (%s): the result is of adding the drug to it.", n,
		plural(len(effects), "study", "studies"), strings.Join(with, "; "))
}

// addedBackground is what both groups of every study got besides; "" where a study
// had nothing or does not say.
func addedBackground(effects []evidence.Effect) string {
	n, with := backgrounds(effects)
	if n < len(effects) {
		return ""
	}
	return strings.Join(with, " or ")
}

// backgrounds are the treatments that both groups got besides, and in how many studies.
func backgrounds(effects []evidence.Effect) (n int, with []string) {
	for _, e := range effects {
		if e.Background == "" || e.Background == evidence.NoBackground {
			continue
		}
		n++
		if !slices.Contains(with, e.Background) {
			with = append(with, e.Background)
		}
	}
	slices.Sort(with)
	return n, with
}

// mixedPeople names the populations where people with the diagnosis and people
// with another illness are pooled; "" where one kind is.
func mixedPeople(effects []evidence.Effect) string {
	var other []string
	n, unknown := 0, 0
	for _, e := range effects {
		switch e.PopulationClass {
		case "other-illness":
			n++
			if e.Population != "" && !slices.Contains(other, e.Population) {
				other = append(other, e.Population)
			}
		case "":
			unknown++
		}
	}
	if n == 0 || n+unknown == len(effects) {
		return ""
	}
	slices.Sort(other)
	return fmt.Sprintf("The populations are mixed: %d of %s are of people with another illness (%s).", n,
		plural(len(effects), "study", "studies"), strings.Join(other, "; "))
}

// measuredAt says when the pooled results were measured: in weeks after the last
// dose where the sources say so, and for the others by the sources' own clock.
func measuredAt(effects []evidence.Effect) string {
	var after, other []float64
	for _, e := range effects {
		switch {
		case e.WeeksAfterLastDose != nil:
			after = append(after, *e.WeeksAfterLastDose)
		case e.TimepointWeeks != nil:
			other = append(other, *e.TimepointWeeks)
		}
	}
	span := evidence.WeekSpan
	switch {
	case len(after) > 0 && len(other) > 0:
		return fmt.Sprintf("Measured %s after the last dose; of %s the sources do not say when the last dose was (%s by their own "+
			"clock). Nothing is said of later.",
			span(after), plural(len(other), "result", "results"), span(other))
	case len(after) > 0:
		return "Measured " + span(after) + " after the last dose; nothing is said of later."
	case len(other) > 0:
		return "Measured at " + span(other) + " by the sources' own clock, which does not say when the last dose was; nothing is said of later."
	}
	if w := windows(effects); w != "" {
		return w
	}
	return labelled(effects)
}

// labelled repeats the sources' own words for a time that they do not give in weeks.
func labelled(effects []evidence.Effect) string {
	var words []string
	for i := range effects {
		if w := effects[i].TimepointRaw; w != "" && !slices.Contains(words, "“"+w+"”") {
			words = append(words, "“"+w+"”")
		}
	}
	if len(words) == 0 || extract.IsHarmTable(effects[0]) {
		return ""
	}
	return "Measured at " + strings.Join(words, ", ") + " in the sources' words; how many weeks after the last dose that was is not stated."
}

// timeWords says in a sentence's brackets when the results were measured; "" where
// the sources do not say it in weeks.
func timeWords(effects []evidence.Effect) string {
	var after, other []float64
	for i := range effects {
		switch e := &effects[i]; {
		case e.WeeksAfterLastDose != nil:
			after = append(after, *e.WeeksAfterLastDose)
		case e.TimepointWeeks != nil && !extract.IsHarmTable(*e):
			other = append(other, *e.TimepointWeeks)
		}
	}
	var out []string
	if len(after) > 0 {
		out = append(out, evidence.WeekSpan(after)+" after the last dose")
	}
	if len(other) > 0 {
		out = append(out, "at "+evidence.WeekSpan(other)+" by the sources' own clock")
	}
	return strings.Join(out, " or ")
}

// windows says what a table of adverse events calls the time of those counted: it is
// the table's own word and no time after a dose.
func windows(effects []evidence.Effect) string {
	var words []string
	for i := range effects {
		at := strings.LastIndex(effects[i].TimepointRaw, ", ")
		if !extract.IsHarmTable(effects[i]) || at < 0 {
			return ""
		}
		if w := "“" + effects[i].TimepointRaw[at+2:] + "”"; !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	if len(words) == 0 {
		return ""
	}
	return "When the events happened is not stated: the source counts them under " + strings.Join(words, " and ") + ", its own word."
}

// notToSay lists sentences that the finding does not carry, with the reason.
func notToSay(q Question, f evidence.Finding) []string {
	var out []string
	add := func(when bool, phrase, why string) {
		if when {
			out = append(out, fmt.Sprintf("“%s”: %s.", phrase, why))
		}
	}
	who, p := sentenceCase(q.Intervention), f.Primary
	has := map[bool]string{true: "have", false: "has"}[q.Plural]
	if p.K == 0 || p.Estimate == nil {
		add(q.Kind != "harm", who+" helps", "no trial in this edition gives a number")
		add(q.Kind != "harm", who+" "+has+" no effect on "+q.Outcome, "trials without numbers show neither effect nor its absence")
		add(q.Kind == "harm", who+" "+map[bool]string{true: "are", false: "is"}[q.Plural]+" safe",
			"no trial in this edition gives a number for "+q.Outcome)
		return out
	}
	lo, hi, _ := f.Headline.Interval()
	across := lo <= 0 && hi >= 0
	level := orNone(f.Certainty.Level)
	if q.Kind == "harm" {
		add(true, who+" "+map[bool]string{true: "are", false: "is"}[q.Plural]+" safe", fmt.Sprintf("%s and %s are too few to exclude rare harm",
			plural(p.K, "study", "studies"), p.N.Words("participant", "participants")))
		add(across, "no more frequent than with the comparator", "an interval that includes no difference does not show that there is none")
		return out
	}
	add(true, "proven", map[bool]string{true: "one study", false: "an estimate"}[p.K == 1]+" with certainty "+level+" is not a proof")
	add(true, "cures", "the finding is a difference between groups in "+q.Outcome+", not a cure")
	add(across || level == "very low", "reduces, increases, improves or works", because(across, level == "very low"))
	add(across, who+" "+has+" no effect", "an interval that includes no effect does not show that there is none")
	add(!across && level == "moderate", "reduces, increases or improves, without ‘probably’", "certainty is moderate")
	add(!across && level == "low", "reduces, increases or improves, without ‘may’", "certainty is low")
	add(true, "it holds for a person", "the number is an average over groups")
	add(p.K == 1, "studies show", "there is one study")
	add(f.Headline.Predicts(p.Tau2, p.PILower, p.PIUpper) && *p.PILower <= 0 && *p.PIUpper >= 0, "works in every setting",
		"the prediction interval includes no effect")
	add(f.Headline.Kind == evidence.HeadlineSmall, "works in every setting",
		fmt.Sprintf("%s hardly show how much settings differ", plural(p.K, "study", "studies")))
	add(f.Headline.Kind == evidence.HeadlineNotPooled && p.K > 1, "works in every setting", "the studies differ too much to be averaged")
	add(q.MID != nil && withinMID(q, lo, hi), "a clinically important effect is certain",
		"the interval includes effects below the minimal important difference")
	add(q.Domain == "ptsd" && !slices.ContainsFunc(f.Effects, func(e evidence.Effect) bool { return e.Condition == "sexual-trauma" }),
		"works for survivors of sexual trauma", "no result of that group is in this finding; the whole sample of a trial does not answer it")
	v := vocab.Default()
	add(v.AsksSexual() && !v.SexualDomain(q.Domain), "improves sexual function, intimacy or relationships",
		"this finding is about "+q.Outcome+" and nothing else")
	add(strings.Contains(q.Intervention, "therapy") || strings.Contains(q.Intervention, "support"), "the drug alone does this",
		"the question asks about "+q.Intervention+", and the result is not split by what was done beside the drug")
	return out
}

// because says why a finding carries no verb: its interval, its certainty or both.
func because(across, veryLow bool) string {
	switch {
	case across && veryLow:
		return "the interval includes no effect and the certainty is very low"
	case across:
		return "the interval includes no effect"
	}
	return "the certainty is very low"
}
