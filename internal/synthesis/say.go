package synthesis

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"past/analysis/certainty"
	"past/internal/evidence"
)

// say writes a finding in words, at three reading levels, from its numbers
// alone. The sentence's verb follows the certainty and its direction the
// headline interval (certainty.Statement): nothing is said to reduce or raise
// anything unless the interval excludes no effect and certainty allows it.
func say(q Question, f *evidence.Finding) error {
	p := f.Primary
	lo, hi, ok := f.Headline.Interval()
	if !ok {
		f.Sentences = sayNothing(q, *f)
		if p.K > 1 && p.Estimate != nil {
			f.Sentences = sayConflict(q, *f)
		}
		return nil
	}
	q.ComparatorWords = pooledAgainst(q, f.Effects)
	asked := ask(q)
	if parts := partTerms(f.Effects); len(parts) == 1 && len(filter(f.Effects, partTerm)) == len(f.Effects) {
		q.Outcome = parts[0] + " as an adverse event" // what was counted, not the wider outcome
	}
	est := *f.Headline.Estimate
	level, err := certainty.ParseLevel(f.Certainty.Level)
	if err != nil {
		return err
	}
	words := certainty.Words{Level: level, Estimate: est, Lo: lo, Hi: hi}
	if q.Measure == "SMD" {
		words.Thresholds = certainty.ConventionalThresholds
		if q.MID != nil && *q.MID < words.Thresholds.Large {
			words.Thresholds.Small = *q.MID
			words.Thresholds.Moderate = max(words.Thresholds.Moderate, *q.MID)
		}
	}
	statement, err := statementOf(q, words)
	if err != nil {
		return err
	}
	statement = sentenceCase(statement)
	if why := Overstates(withoutNames(q, statement), lo, hi, f.Certainty.Level); why != "" {
		return fmt.Errorf("the sentence %q says too much: %s", statement, why)
	}
	num := fmt.Sprintf("%s %s [%s, %s]", MeasureName(q.Measure), natural(q.Measure, est), natural(q.Measure, lo), natural(q.Measure, hi))
	who := fmt.Sprintf("%s, %s", plural(p.K, "study", "studies"), p.N.Words("participant", "participants"))
	switch n := otherIllness(f.Effects); {
	case n > 0 && n < p.K:
		who += fmt.Sprintf("; %d of the studies in people with another illness", n)
	case n > 0 && q.Population == "":
		who += "; in people with another illness"
	}
	if people := peopleStated(f.Effects); people != "" {
		who += "; people as stated: " + people
	}
	if form := formsOf(f.Effects); form != "" {
		who += "; " + form
	}
	if both := addedBackground(f.Effects); both != "" {
		who += "; both groups also got " + both
	}
	if when := timeWords(f.Effects); when != "" {
		who += "; measured " + when
	}
	one := ""
	switch f.Headline.Kind {
	case evidence.HeadlineStudy:
		one = " One study is not a meta-analysis."
	case evidence.HeadlineSmall:
		one = fmt.Sprintf(" With %s this is a small-sample answer.", plural(p.K, "study", "studies"))
	}
	f.Sentences = evidence.Sentences{
		Ask: asked, Answer: answer(q, f, level, certainty.ConventionalThresholds),
		Plain:      statement + one,
		Curriculum: fmt.Sprintf("%s (%s; %s; %s).%s", strings.TrimSuffix(statement, "."), num, who, certaintyWords(f.Certainty), one),
		Researcher: researcher(*f, num, who) + one,
	}
	return nil
}

// otherIllness counts the pooled results of people with another illness.
func otherIllness(effects []evidence.Effect) int {
	return len(filter(effects, func(e evidence.Effect) bool { return e.PopulationClass == "other-illness" }))
}

// peopleStated are the populations in the sources' words, where these are few enough
// for a sentence and every source states them.
func peopleStated(effects []evidence.Effect) string {
	var out []string
	for i := range effects {
		words := evidence.Spelled(effects[i].Population)
		if words == "" {
			return ""
		}
		if lower := strings.ToLower(words[:1]) + words[1:]; !slices.Contains(out, words) && !slices.Contains(out, lower) {
			if strings.ToUpper(words[:min(2, len(words))]) != words[:min(2, len(words))] {
				words = lower
			}
			out = append(out, words)
		}
	}
	if len(out) > 2 {
		return ""
	}
	return strings.Join(out, " or ")
}

// formsOf names the forms of a substance that were given where they have a name of
// their own, such as esketamine for ketamine; "" where none has.
func formsOf(effects []evidence.Effect) string {
	forms := map[string]int{}
	for _, e := range effects {
		if e.Drug != "" && e.Drug != e.Substance {
			forms[substanceName(e.Drug)]++
		}
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(forms)) {
		if forms[name] == len(effects) {
			return "the drug given was " + name
		}
		out = append(out, fmt.Sprintf("%s in %d of them", name, forms[name]))
	}
	return strings.Join(out, ", ")
}

// withoutNames takes the question's own words out of a sentence: "higher dose"
// in the name of a treatment claims nothing.
func withoutNames(q Question, s string) string {
	for _, name := range []string{q.against(), q.Intervention, q.Outcome} {
		if name != "" {
			s = strings.ReplaceAll(s, name, "it")
			s = strings.ReplaceAll(s, sentenceCase(name), "It")
		}
	}
	return s
}

// Say writes the sentences, limits and what not to say of a finding again, after
// its certainty was signed by a person.
func Say(q Question, f *evidence.Finding) error {
	f.State = stateOf(q, *f)
	if err := say(q, f); err != nil {
		return fmt.Errorf("question %s: %w", q.ID, err)
	}
	f.Limits = nil
	if f.State.Sayable() {
		f.Limits = limits(q, *f)
	}
	f.NotToSay = notToSay(q, *f)
	return nil
}

// statementOf is the sentence of a finding. A harm speaks of a higher or lower
// risk and never of benefit.
func statementOf(q Question, w certainty.Words) (string, error) {
	if q.Kind != "harm" {
		return certainty.Statement(certainty.Subject{Intervention: q.Intervention, Plural: q.Plural, Outcome: q.Outcome,
			Comparator: q.against()}, w)
	}
	what := q.riskOf()
	with := ""
	if q.against() != "" {
		with = " compared with " + q.against()
	}
	side := "higher"
	if w.Estimate < 0 {
		side = "lower"
	}
	switch {
	case w.Level == certainty.NotRated:
		return "", errors.New("statement: the certainty is not rated")
	case w.Level == certainty.VeryLow:
		return fmt.Sprintf("The evidence is very uncertain about %s with %s%s.", what, q.Intervention, with), nil
	case w.Lo <= 0 && w.Hi >= 0:
		return fmt.Sprintf("It is uncertain whether %s differs with %s%s: the interval includes no difference (%s certainty).", what,
			q.Intervention, with, w.Level), nil
	case w.Level == certainty.High:
		return fmt.Sprintf("%s is %s with %s%s.", what, side, q.Intervention, with), nil
	case w.Level == certainty.Moderate:
		return fmt.Sprintf("%s is probably %s with %s%s.", what, side, q.Intervention, with), nil
	}
	return fmt.Sprintf("%s may be %s with %s%s.", what, side, q.Intervention, with), nil
}

// riskOf is a harm as a sentence names it: a counted one is a risk, a measured
// one is not.
func (q Question) riskOf() string {
	if q.Measure == "MD" || q.Measure == "SMD" {
		return q.Outcome
	}
	return "the risk of " + q.Outcome
}

var (
	direction = regexp.MustCompile(`(?i)\b(reduces?|reductions?|increases?|improves?|improvements?|raises?|lowers?|lower|` +
		`higher|works?|prevents?)\b`)
	hedge     = regexp.MustCompile(`(?i)\b(may|might|could)\b`)
	probably  = regexp.MustCompile(`(?i)\bprobably\b`)
	neverSaid = regexp.MustCompile(`(?i)\b(proves?|proven|cures?|cured|guarantees?|safe and effective|always|eliminates?)\b`)
	lowDose   = regexp.MustCompile(`(?i)\b(a )?low(er)? dose\b`)
)

// Overstates says why a sentence claims more than its numbers allow; "" is a
// sentence that may stand. lo and hi are the headline interval around 0 on the
// analysis scale. A direction needs an interval that excludes no effect and at
// least low certainty; low certainty needs "may", moderate "probably".
func Overstates(sentence string, lo, hi float64, level string) string {
	text := lowDose.ReplaceAllString(sentence, "")
	if w := neverSaid.FindString(text); w != "" {
		return fmt.Sprintf("no finding supports the word %q", w)
	}
	w := direction.FindString(text)
	if w == "" {
		return ""
	}
	switch {
	case math.IsNaN(lo) || math.IsNaN(hi):
		return fmt.Sprintf("%q needs an interval", w)
	case lo <= 0 && hi >= 0:
		return fmt.Sprintf("%q needs an interval that excludes no effect", w)
	case level == "low" && !hedge.MatchString(text):
		return fmt.Sprintf("%q with low certainty needs \"may\"", w)
	case level == "moderate" && !probably.MatchString(text) && !hedge.MatchString(text):
		return fmt.Sprintf("%q with moderate certainty needs \"probably\"", w)
	case level != "low" && level != "moderate" && level != "high":
		return fmt.Sprintf("%q needs at least low certainty; it is %s", w, orNone(level))
	}
	return ""
}

func sentenceCase(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

func certaintyWords(c evidence.Certainty) string {
	if c.Signed {
		return "certainty " + c.Level
	}
	return "certainty " + orNone(c.Level) + ", proposed by rule and not signed"
}

func researcher(f evidence.Finding, num, who string) string {
	p, measure := f.Primary, f.Measure
	s := fmt.Sprintf("%s; %s; effect formulas of %s", num, who, p.Formula)
	if f.Headline.Kind == evidence.HeadlineSmall {
		s += fmt.Sprintf("; small-sample answer: %s; footnote: %s %s", f.Headline.Note, ModelWords(p.Method, p.Test),
			Full(measure, *p.Estimate, *p.CILower, *p.CIUpper, 2))
	} else {
		s += "; " + ModelWords(p.Method, p.Test)
	}
	if p.Guarded() {
		s += fmt.Sprintf(" with the ad hoc guard; without it [%s, %s]", natural(measure, *p.UnguardedLow), natural(measure, *p.UnguardedHigh))
	}
	if p.Tau2 != nil {
		s += fmt.Sprintf("; τ² = %s", fixed(*p.Tau2, 4))
	}
	if f.Headline.Predicts(p.Tau2, p.PILower, p.PIUpper) {
		s += fmt.Sprintf("; prediction interval [%s, %s]", natural(measure, *p.PILower), natural(measure, *p.PIUpper))
	}
	return s + "."
}

// sayConflict shows the studies where an average of them would hide what they
// say.
func sayConflict(q Question, f evidence.Finding) evidence.Sentences {
	text := fmt.Sprintf("%s: no pooled answer is given; %s.", q.Title, f.Headline.Note)
	var each []string
	var values []float64
	for _, e := range f.Effects {
		values = append(values, evidence.Value(e.Estimate))
		each = append(each, fmt.Sprintf("%s %s %s", e.StudyLabel, MeasureSymbol(q.Measure),
			Full(q.Measure, evidence.Value(e.Estimate), evidence.Value(e.CILower), evidence.Value(e.CIUpper), 2)))
	}
	p := f.Primary
	fitted := fmt.Sprintf(" Footnote: %s %s.", ModelWords(p.Method, p.Test), Full(q.Measure, *p.Estimate, *p.CILower, *p.CIUpper, 2))
	short := "The studies conflict and are not pooled; each is shown by itself."
	if oneSided(values) {
		short = fmt.Sprintf("In each of %s %s with %s, but by very different amounts; they are not pooled.",
			plural(p.K, "trial", "trials"), endedOn(q, values[0]), q.Intervention)
	}
	return evidence.Sentences{Ask: ask(q), Answer: short, Plain: text,
		Curriculum: text + " " + strings.Join(each, "; ") + " (" + certaintyWords(f.Certainty) + ").",
		Researcher: text + " " + strings.Join(each, "; ") + "." + fitted}
}

// sayNothing writes a finding without a number: which kind of absence it is.
func sayNothing(q Question, f evidence.Finding) evidence.Sentences {
	n, names := behind(f)
	who := q.Intervention + map[bool]string{true: " change ", false: " changes "}[q.Plural] + q.Outcome
	if q.Kind == "harm" {
		who = q.riskOf() + " differs with " + q.Intervention
	}
	if q.against() != "" && q.against() != "any comparator" {
		who += " compared with " + q.against()
	}
	text := sayAbsence(f.State, "whether "+who, n, names, f.Coverage)
	if f.State == evidence.MeasuredOnly && n > 0 && withoutEvents(f) {
		text = fmt.Sprintf("%s%s counted no event in either group, which gives no ratio, so it is not known whether %s.",
			plural(n, "study", "studies"), named(names), who)
	}
	if text == "" {
		return evidence.Sentences{Ask: ask(q)}
	}
	if q.Kind != "harm" && eventRatio(q.Measure) { // a score was measured, not the share of people
		text = strings.Replace(text, "measured it without a number", "measured "+plain(q.Domain)+" without a number", 1)
	}
	absence := " This is no evidence that there is no effect."
	if q.Kind == "harm" {
		absence = " This is no evidence of safety."
	}
	return evidence.Sentences{Ask: ask(q), Answer: text, Plain: text, Curriculum: text + absence, Researcher: q.Title + ": " + text +
		" k = 0."}
}

// withoutEvents reports whether all that was measured is that no group had an event.
func withoutEvents(f evidence.Finding) bool {
	measured := false
	for _, x := range f.Excluded {
		if measuredHere(x) {
			if x.Code != CodeNoEvents {
				return false
			}
			measured = true
		}
	}
	return measured && len(f.Measured) == 0
}

// behind counts the studies behind a state without a number and names their
// reports or records.
func behind(f evidence.Finding) (n int, names []string) {
	studies := map[string]bool{}
	add := func(study, name string) {
		studies[cmp.Or(study, name)] = true
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	switch f.State {
	case evidence.MeasuredOnly, evidence.Uncontrolled:
		for _, m := range f.Measured {
			if m.Controlled == (f.State == evidence.MeasuredOnly) {
				add(m.StudyID, m.Label)
			}
		}
		for _, x := range f.Excluded {
			if f.State == evidence.MeasuredOnly && measuredHere(x) || f.State == evidence.Uncontrolled && x.Misfit == CodeDesign && !x.Compared {
				add(x.StudyID, x.Label)
			}
		}
	case evidence.RegisteredOnly:
		for _, m := range f.Missing {
			add(m.StudyID, m.RecordID)
		}
	}
	return len(studies), names
}

// ModelWords names a method and a test of an interval for people, with the
// technical name in brackets where it says more.
func ModelWords(method, test string) string {
	m := "random effects (" + method + ")"
	switch method {
	case "", "none":
		return "no pooling"
	case "single study":
		return "single study"
	case "EE":
		m = "common effect"
	case "CHE":
		m = "all results in a three-level model (CHE)"
	}
	switch test {
	case "knha":
		m += ", Knapp-Hartung interval"
	case "adhoc":
		m += ", Knapp-Hartung interval with the ad hoc guard"
	case "t":
		m += ", t interval"
	case "z":
		m += ", normal (Wald) interval"
	case "CR2", "robust":
		m += ", cluster-robust interval (CR2)"
	}
	return m
}

// eventRatio reports whether a measure compares the events of two arms by a ratio.
func eventRatio(measure string) bool { return measure == "RR" || measure == "OR" }

// MeasureName is the name of a measure for people.
func MeasureName(m string) string {
	switch m {
	case "SMD":
		return "standardised mean difference, Hedges g"
	case "MD":
		return "mean difference"
	case "RR":
		return "risk ratio"
	case "OR":
		return "odds ratio"
	case "RD":
		return "risk difference"
	}
	return m
}

// natural writes an estimate on the scale that people read, with a true minus.
func natural(measure string, x float64) string {
	return fixed(evidence.Natural(measure, x), 2)
}

// Full writes an estimate with its interval on the scale that people read.
func Full(measure string, est, lo, hi float64, digits int) string {
	shown := func(x float64) string { return fixed(evidence.Natural(measure, x), digits) }
	return fmt.Sprintf("%s [%s, %s]", shown(est), shown(lo), shown(hi))
}

// Number writes x with a fixed number of decimals and a true minus sign.
func Number(x float64, digits int) string { return fixed(x, digits) }

// MeasureSymbol is a measure in a table: g, RR, OR, RD.
func MeasureSymbol(m string) string {
	if m == "SMD" {
		return "g"
	}
	return m
}

func fixed(x float64, digits int) string {
	s := strconv.FormatFloat(x, 'f', digits, 64)
	if strings.Trim(s, "-0.") == "" {
		s = strings.TrimPrefix(s, "-")
	}
	return strings.Replace(s, "-", "−", 1)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
