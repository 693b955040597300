package cite

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"past/internal/edition"
	"past/internal/evidence"
	"past/internal/synthesis"
	"past/internal/text"
)

// shown writes a number of a finding on the scale that people read: ratios as
// ratios, with a true minus sign.
func shown(f edition.Flat, x float64) string {
	if f.Scale == "log" {
		x = math.Exp(x)
	}
	return synthesis.Number(x, 2)
}

// Estimate is the headline with its interval, "g −0.71 [−0.95, −0.47]", or "no
// pooled number".
func Estimate(f edition.Flat) string {
	lo, hi, ok := f.Headline.Interval()
	if !ok {
		return "no pooled number"
	}
	return fmt.Sprintf("%s %s [%s, %s]", synthesis.MeasureSymbol(f.Measure), shown(f, *f.Headline.Estimate), shown(f, lo), shown(f, hi))
}

// Certainty is the certainty in words, with whether a person signed it.
func Certainty(f edition.Flat) string {
	switch {
	case f.Certainty == "":
		return "not graded"
	case f.Signed:
		return f.Certainty + " (signed)"
	}
	return f.Certainty + " (proposed by rule, not signed)"
}

// Numbers is the finding's numbers in one line.
func Numbers(f edition.Flat) string {
	if f.Estimate == nil {
		return fmt.Sprintf("k = %d; no pooled number", f.K)
	}
	out := fmt.Sprintf("%s; k = %d; n = %d; certainty %s; %s; effect formulas of %s", Estimate(f), f.K, f.N, Certainty(f), synthesis.ModelWords(f.Method, f.Test), f.Formula)
	if k := f.Headline.Kind; k == evidence.HeadlineSmall || k == evidence.HeadlineNotPooled {
		out += fmt.Sprintf("; %s: %s", k, f.Headline.Note)
		if f.CILb != nil && f.CIUb != nil {
			out += fmt.Sprintf("; fitted model %s [%s, %s]", shown(f, *f.Estimate), shown(f, *f.CILb), shown(f, *f.CIUb))
		}
	}
	if f.UnguardedLb != nil && f.UnguardedUb != nil {
		out += fmt.Sprintf("; unguarded interval [%s, %s]", shown(f, *f.UnguardedLb), shown(f, *f.UnguardedUb))
	}
	if f.PILb != nil && f.PIUb != nil {
		out += fmt.Sprintf("; prediction interval [%s, %s]", shown(f, *f.PILb), shown(f, *f.PIUb))
	}
	if f.Tau2 != nil {
		out += "; tau² = " + synthesis.Number(*f.Tau2, 4)
	}
	if f.I2Q != nil {
		out += "; I² = " + synthesis.Number(*f.I2Q, 0) + " %"
	}
	return out
}

// near lists up to three keys that look like one, closest first.
func near(key string, keys []string) []string {
	type scored struct {
		key string
		d   int
	}
	var list []scored
	for _, k := range keys {
		d := text.Distance(strings.ToLower(key), strings.ToLower(k))
		if d <= max(2, len(key)/3) {
			list = append(list, scored{k, d})
		}
	}
	slices.SortStableFunc(list, func(a, b scored) int { return a.d - b.d })
	var out []string
	for _, s := range list[:min(3, len(list))] {
		out = append(out, s.key)
	}
	return out
}
