package synthesis

import (
	"fmt"
	"math"
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
	if p.K == 0 || p.Estimate == nil || p.CILower == nil || p.CIUpper == nil {
		f.Sentences = sayNothing(q, *f)
		return nil
	}
	lo, hi := Headline(p)
	level, err := certainty.ParseLevel(f.Certainty.Level)
	if err != nil {
		return err
	}
	words := certainty.Words{Level: level, Estimate: *p.Estimate, Lo: lo, Hi: hi}
	if q.Measure == "SMD" {
		words.Thresholds = certainty.ConventionalThresholds
		if q.MID != nil && *q.MID < words.Thresholds.Large {
			words.Thresholds.Small = *q.MID
			words.Thresholds.Moderate = max(words.Thresholds.Moderate, *q.MID)
		}
	}
	statement, err := certainty.Statement(certainty.Subject{Intervention: q.Intervention, Plural: q.Plural, Outcome: q.Outcome, Comparator: q.ComparatorWords}, words)
	if err != nil {
		return err
	}
	statement = sentenceCase(statement)
	num := fmt.Sprintf("%s %s [%s, %s]", MeasureName(q.Measure), natural(q.Measure, *p.Estimate), natural(q.Measure, lo), natural(q.Measure, hi))
	who := fmt.Sprintf("%s, %s", plural(p.K, "study", "studies"), plural(p.N, "participant", "participants"))
	one := ""
	if p.K == 1 {
		one = " One study is not a meta-analysis."
	}
	f.Sentences = evidence.Sentences{
		Plain:      statement + one,
		Curriculum: fmt.Sprintf("%s (%s; %s; %s).%s", strings.TrimSuffix(statement, "."), num, who, certaintyWords(f.Certainty), one),
		Researcher: researcher(p, num, who, q.Measure) + one,
	}
	return nil
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

func researcher(p evidence.PooledResult, num, who, measure string) string {
	s := fmt.Sprintf("%s; %s; model %s, test %s, formula %s", num, who, p.Method, p.Test, p.Formula)
	if p.Guarded {
		s += fmt.Sprintf("; Knapp-Hartung interval without the guard [%s, %s]", natural(measure, *p.CILower), natural(measure, *p.CIUpper))
	}
	if p.Tau2 != nil {
		s += fmt.Sprintf("; τ² = %s", fixed(*p.Tau2, 4))
	}
	if p.PILower != nil {
		s += fmt.Sprintf("; prediction interval [%s, %s]", natural(measure, *p.PILower), natural(measure, *p.PIUpper))
	}
	return s + "."
}

func sayNothing(q Question, f evidence.Finding) evidence.Sentences {
	text := fmt.Sprintf("%s: no trial in this edition gives numbers that can be pooled.", q.Title)
	if n := len(f.Measured); n > 0 {
		text += fmt.Sprintf(" %s measured the outcome without numbers that can be extracted.", plural(n, "report", "reports"))
	}
	if n := len(f.Missing); n > 0 {
		text += fmt.Sprintf(" %s registered for the question.", pluralIs(n, "trial is", "trials are"))
	}
	return evidence.Sentences{Plain: text, Curriculum: text + " The absence of trials is not evidence of no effect.", Researcher: text + " k = 0."}
}

// Headline is the interval to show first: the guarded one where the
// Knapp-Hartung interval was narrower than the common-effect one.
func Headline(p evidence.PooledResult) (lo, hi float64) {
	if p.Guarded && p.GuardLow != nil && p.GuardHigh != nil {
		return *p.GuardLow, *p.GuardHigh
	}
	if p.CILower == nil || p.CIUpper == nil {
		return math.NaN(), math.NaN()
	}
	return *p.CILower, *p.CIUpper
}

// Ratio tells whether a measure is kept as a natural logarithm.
func Ratio(measure string) bool { return measure == "RR" || measure == "OR" }

// MeasureName is the name of a measure for people.
func MeasureName(m string) string {
	switch m {
	case "SMD":
		return "Hedges g"
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
	if Ratio(measure) {
		x = math.Exp(x)
	}
	return fixed(x, 2)
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

func pluralIs(n int, one, many string) string { return plural(n, one, many) }

// limits are what a reader must know before citing.
func limits(q Question, f evidence.Finding) []string {
	var out []string
	p := f.Primary
	if p.K > 0 && p.K < 5 {
		out = append(out, "Fewer than five studies: the between-study variance is poorly known and the interval with it.")
	}
	if p.Guarded {
		out = append(out, "The Knapp-Hartung interval was narrower than the common-effect interval; the wider, guarded interval is the headline and both are shown.")
	}
	if p.K > 0 && q.Kind == "efficacy" {
		out = append(out, "Participants can often tell whether they received the drug; the comparator class is therefore shown as a moderator.")
	}
	if p.K > 1 && p.K < 10 {
		out = append(out, "With fewer than ten studies no test for small-study effects is informative.")
	}
	return out
}
