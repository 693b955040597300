package certainty

import (
	"fmt"
	"math"
)

// Size is the size of an effect against what matters to people.
type Size int

// The sizes.
const (
	Unsized      Size = iota // no thresholds to judge by
	SizeTrivial              // smaller than the minimal important difference
	SizeSmall                // important but small
	SizeModerate             // between small and large
	SizeLarge
)

// Thresholds are the lower limits of small (the minimal important difference), moderate and large effects, on the analysis scale.
type Thresholds struct{ Small, Moderate, Large float64 }

// ConventionalThresholds are Cohen's (1988) for standardised mean differences: 0.2, 0.5 and 0.8. They say nothing about
// importance; a declared minimal important difference should replace the first.
var ConventionalThresholds = Thresholds{0.2, 0.5, 0.8}

// SizeOf places the absolute estimate; thresholds that are not positive are not used.
func (t Thresholds) SizeOf(estimate float64) Size {
	e := math.Abs(estimate)
	switch {
	case math.IsNaN(e) || !(t.Small > 0):
		return Unsized
	case e < t.Small:
		return SizeTrivial
	case t.Large > 0 && e >= t.Large:
		return SizeLarge
	case t.Moderate > 0 && e >= t.Moderate:
		return SizeModerate
	}
	return SizeSmall
}

// Subject names what a statement is about.
type Subject struct {
	Intervention string // "MDMA-assisted therapy"
	Plural       bool   // the intervention is a plural: "psychedelics"
	Outcome      string // "PTSD symptoms"
	Comparator   string // "placebo with therapy"; may be empty
}

// Words are the numbers that a statement rests on, on the analysis scale where 0 is no effect.
type Words struct {
	Level            Level
	Estimate, Lo, Hi float64 // headline interval
	Thresholds       Thresholds
}

// Statement writes one sentence. Its verb follows the certainty (high: plain; moderate: probably; low: may; very low: the evidence
// is very uncertain) and its size the thresholds, after Santesso et al. 2020. A direction is claimed only when the interval
// excludes no effect and the certainty is at least low; "little to no difference" only when the interval is within the minimal
// important difference.
func Statement(s Subject, w Words) (string, error) {
	if s.Intervention == "" || s.Outcome == "" {
		return "", fmt.Errorf("statement: the intervention and the outcome must be named")
	}
	if w.Level == NotRated {
		return "", fmt.Errorf("statement: the certainty is not rated")
	}
	if !(w.Lo <= w.Estimate && w.Estimate <= w.Hi) {
		return "", fmt.Errorf("statement: the interval [%g, %g] does not hold the estimate %g", w.Lo, w.Hi, w.Estimate)
	}
	with := ""
	if s.Comparator != "" {
		with = " compared with " + s.Comparator
	}
	across := w.Lo <= 0 && w.Hi >= 0
	mid := w.Thresholds.Small
	negligible := mid > 0 && -mid < w.Lo && w.Hi < mid
	switch {
	case w.Level == VeryLow:
		return fmt.Sprintf("The evidence is very uncertain about the effect of %s on %s%s.", s.Intervention, s.Outcome, with), nil
	case negligible:
		return s.sentence(w.Level, "result", "in little to no difference in "+s.Outcome) + with + ".", nil
	case across:
		return fmt.Sprintf("It is uncertain whether %s %s %s%s: the interval includes no effect (%s certainty).", s.Intervention,
			s.verb("change"), s.Outcome, with, w.Level), nil
	}
	return s.directed(w) + with + ".", nil
}

// directed is the statement of an effect with a direction.
func (s Subject) directed(w Words) string {
	verb, noun := "increase", "increase"
	if w.Estimate < 0 {
		verb, noun = "reduce", "reduction"
	}
	switch w.Thresholds.SizeOf(w.Estimate) {
	case SizeLarge:
		return s.sentence(w.Level, "result", "in a large "+noun+" in "+s.Outcome)
	case SizeSmall:
		return s.sentence(w.Level, verb, s.Outcome+" slightly")
	case SizeTrivial:
		return s.sentence(w.Level, verb, s.Outcome+" by less than the minimal important difference")
	}
	return s.sentence(w.Level, verb, s.Outcome)
}

// sentence joins subject, verb with its modal, and the rest.
func (s Subject) sentence(l Level, verb, rest string) string {
	switch l {
	case High:
		return fmt.Sprintf("%s %s %s", s.Intervention, s.verb(verb), rest)
	case Moderate:
		return fmt.Sprintf("%s probably %s %s", s.Intervention, s.verb(verb), rest)
	}
	return fmt.Sprintf("%s may %s %s", s.Intervention, verb, rest)
}

// verb conjugates.
func (s Subject) verb(v string) string {
	if s.Plural {
		return v
	}
	return v + "s"
}
