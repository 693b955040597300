package synthesis

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"past/analysis/certainty"
	"past/internal/evidence"
	"past/internal/vocab"
)

// answerWords is how many words the answer to a question may have.
const answerWords = 30

// ask puts a question as a reader would.
func ask(q Question) string {
	do, it := "Does", q.Intervention
	if q.Plural {
		do = "Do"
	}
	if it == "" || q.Outcome == "" {
		return q.Title
	}
	against := ""
	if q.against() != "" && !placeboLike(q.Comparators) {
		against = " compared with " + q.against()
	}
	switch {
	case q.Kind == "harm":
		return fmt.Sprintf("%s %s change %s%s?", do, it, q.riskOf(), against)
	case eventRatio(q.Measure) && q.LowerIsBetter:
		return fmt.Sprintf("%s %s lower the chance of %s%s?", do, it, q.Outcome, against)
	case eventRatio(q.Measure):
		return fmt.Sprintf("%s %s raise the chance of %s%s?", do, it, q.Outcome, against)
	case q.LowerIsBetter:
		return fmt.Sprintf("%s %s reduce %s%s?", do, it, q.Outcome, against)
	}
	return fmt.Sprintf("%s %s improve %s%s?", do, it, q.Outcome, against)
}

// placeboLike reports whether a question's comparators are those that a reader
// takes for granted: only another treatment is named in the question itself.
func placeboLike(comparators []string) bool {
	return len(comparators) == 0 || slices.ContainsFunc(comparators, func(c string) bool {
		return c != vocab.OtherDrug && c != vocab.TherapyAlone
	})
}

// answer is the answer in at most 30 plain words: what may be said, in how many
// trials and people, and how sure that is. The longest form that fits is taken.
// It never claims more than [Overstates] allows.
func answer(q Question, f *evidence.Finding, level certainty.Level, th certainty.Thresholds) string {
	p := f.Primary
	lo, hi, ok := f.Headline.Interval()
	who := fmt.Sprintf("In %s with %s", plural(p.K, "trial", "trials"), p.N.Words("person", "people"))
	sure := "Certainty is " + level.String() + "."
	if level == certainty.NotRated {
		sure = "The certainty is not rated."
	}
	if level == certainty.VeryLow || level == certainty.NotRated {
		return fmt.Sprintf("We do not know. %s, the evidence is too uncertain for an answer. %s", who, sure)
	}
	if !ok || lo <= 0 && hi >= 0 {
		return fmt.Sprintf("It is uncertain. %s, the interval includes no difference. %s", who, sure)
	}
	better := (*f.Headline.Estimate < 0) == q.LowerIsBetter
	open := map[certainty.Level]string{certainty.Low: "It may.", certainty.Moderate: "Probably.", certainty.High: "Yes."}[level]
	if q.Kind != "harm" && !better {
		open = map[certainty.Level]string{certainty.Low: "It may do the opposite.", certainty.Moderate: "Probably the opposite.",
			certainty.High: "No, the opposite."}[level]
	}
	subject := endedOn(q, *f.Headline.Estimate)
	short := strings.TrimSuffix(q.against(), withSame)
	best := ""
	thans := []string{""}
	if short != "" {
		thans = append(thans, " than with "+short, " than with "+q.against())
	}
	for _, than := range thans {
		for _, by := range []string{"", amount(q, lo, hi, th)} {
			s := fmt.Sprintf("%s %s, %s with %s%s%s. %s", open, who, subject, q.Intervention, than, by, sure)
			if n := len(strings.Fields(s)); n <= answerWords && n > len(strings.Fields(best)) &&
				Overstates(withoutNames(q, s), lo, hi, f.Certainty.Level) == "" {
				best = s
			}
		}
	}
	if best == "" {
		return fmt.Sprintf("%s %s. %s", open, who, sure)
	}
	return best
}

// against says what the intervention is compared with: in the question's words,
// else by the names of its comparators; "" for any.
func (q Question) against() string {
	if q.ComparatorWords != "" {
		return q.ComparatorWords
	}
	names := make([]string, len(q.Comparators))
	for i, c := range q.Comparators {
		switch names[i] = strings.ReplaceAll(c, "-", " "); c {
		case "other-drug", "other-dose":
			names[i] = "an" + names[i]
		case "waitlist-or-delayed":
			names[i] = "waiting or delayed treatment"
		}
	}
	return strings.Join(names, " or ")
}

// withSame ends the comparators of a question in which both groups get the therapy.
const withSame = " with the same therapy"

// pooledAgainst says what the pooled studies compared with: the question's words
// where they pooled each of its kinds of comparators, else those that they did.
func pooledAgainst(q Question, effects []evidence.Effect) string {
	pooled, own, other := map[string]bool{}, false, false // own: a low dose of the drug itself
	for _, e := range effects {
		pooled[e.ComparatorClass] = true
		if e.ComparatorClass == vocab.ActivePlacebo {
			bare := strings.Trim(strings.Replace(strings.ToLower(e.Comparator), "active", "", 1), " ")
			unnamed := bare == "" || bare == "placebo" // a low dose is called so too
			same := slices.ContainsFunc(vocab.Default().Match(e.Comparator).Substances, func(h vocab.Hit) bool { return h.ID == e.Substance })
			own, other = own || same || unnamed, other || !same
		}
	}
	var named []string
	known := 0
	for _, c := range []struct {
		class, words string
		is           bool
	}{{vocab.InactivePlacebo, "placebo", true}, {vocab.ActivePlacebo, "an active placebo", other}, {vocab.ActivePlacebo, "a low dose", own},
		{vocab.Waitlist, "waitlist", true}, {vocab.TherapyAlone, "therapy alone", true}} {
		if pooled[c.class] && c.is {
			named = append(named, c.words)
		}
	}
	for _, c := range []string{vocab.InactivePlacebo, vocab.ActivePlacebo, vocab.Waitlist, vocab.TherapyAlone} {
		if pooled[c] {
			known++
		}
	}
	if len(named) == 0 || known < len(pooled) || !slices.ContainsFunc(q.Comparators, func(c string) bool { return !pooled[c] }) {
		return q.against()
	}
	out := named[len(named)-1]
	if len(named) > 1 {
		out = strings.Join(named[:len(named)-1], ", ") + " or " + out
	}
	if strings.HasSuffix(q.ComparatorWords, withSame) {
		out += withSame
	}
	return out
}

// endedOn says on which side of the comparator an outcome was.
func endedOn(q Question, x float64) string {
	if eventRatio(q.Measure) || q.Measure == "RD" {
		return q.Outcome + " occurred " + map[bool]string{true: "less often", false: "more often"}[x < 0]
	}
	return q.Outcome + " ended " + side(x)
}

func side(x float64) string {
	if x < 0 {
		return "lower"
	}
	return "higher"
}

// amount is how large a standardised difference is, from the interval's ends.
func amount(q Question, lo, hi float64, th certainty.Thresholds) string {
	if q.Measure != "SMD" {
		return ""
	}
	size := func(x float64) string {
		switch x = math.Abs(x); {
		case x < th.Small:
			return "slight"
		case x < th.Moderate:
			return "small"
		case x < th.Large:
			return "moderate"
		}
		return "large"
	}
	a, b := size(lo), size(hi)
	if math.Abs(lo) > math.Abs(hi) {
		a, b = b, a
	}
	if a == b {
		return ", by a " + a + " amount"
	}
	return ", by a " + a + " to " + b + " amount"
}
