package edition

import (
	"fmt"
	"past/internal/evidence"
	"past/internal/synthesis"
)

// Shown writes a number of the finding on the scale that people read: ratios as
// ratios, with a true minus sign.
func (f Flat) Shown(x float64) string {
	return synthesis.Number(evidence.Natural(f.Measure, x), 2)
}

// EstimateWords is the headline with its interval, "g −0.71 [−0.95, −0.47]", or "no
// pooled number".
func (f Flat) EstimateWords() string {
	lo, hi, ok := f.Headline.Interval()
	if !ok {
		return "no pooled number"
	}
	return fmt.Sprintf("%s %s [%s, %s]", synthesis.MeasureSymbol(f.Measure), f.Shown(*f.Headline.Estimate), f.Shown(lo), f.Shown(hi))
}

// CertaintyWords is the certainty in words, with whether a person signed it.
func (f Flat) CertaintyWords() string {
	switch {
	case f.Certainty == "":
		return "not graded"
	case f.Signed:
		return f.Certainty + " (signed)"
	}
	return f.Certainty + " (proposed by rule, not signed)"
}

// NumberWords is the finding's numbers in one line.
func (f Flat) NumberWords() string {
	if f.Estimate == nil {
		return fmt.Sprintf("k = %d; no pooled number", f.K)
	}
	out := fmt.Sprintf("%s; k = %d; n = %s; certainty %s; %s; effect formulas of %s", f.EstimateWords(), f.K, f.N, f.CertaintyWords(),
		synthesis.ModelWords(f.Method, f.Test), f.Formula)
	if k := f.Headline.Kind; k == evidence.HeadlineSmall || k == evidence.HeadlineNotPooled {
		out += fmt.Sprintf("; %s: %s", k, f.Headline.Note)
		if f.CILb != nil && f.CIUb != nil {
			out += fmt.Sprintf("; fitted model %s [%s, %s]", f.Shown(*f.Estimate), f.Shown(*f.CILb), f.Shown(*f.CIUb))
		}
	}
	if f.UnguardedLb != nil && f.UnguardedUb != nil {
		out += fmt.Sprintf("; unguarded interval [%s, %s]", f.Shown(*f.UnguardedLb), f.Shown(*f.UnguardedUb))
	}
	if f.Headline.Predicts(f.Tau2, f.PILb, f.PIUb) {
		out += fmt.Sprintf("; prediction interval [%s, %s]", f.Shown(*f.PILb), f.Shown(*f.PIUb))
	}
	if f.Tau2 != nil {
		out += "; tau² = " + synthesis.Number(*f.Tau2, 4)
	}
	if f.I2Q != nil {
		out += "; I² = " + synthesis.Number(*f.I2Q, 0) + " %"
	}
	return out
}
