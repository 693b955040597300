// Package reason has the codes of the reasons that stand beside verdicts, and the
// order of verdicts. What a row is doubted for is decided in the packages that
// read it.
package reason

import (
	"fmt"
	"strings"

	"past/internal/evidence"
)

// The reason codes of verdicts. A reason is "CODE: sentence"; docs/extraction.md
// says of each what it means and what a person can do.
const (
	Complete       = "complete"         // all numbers are there and none is in doubt
	NoValue        = "no-value"         // the register gives no number
	Unreadable     = "unreadable"       // the text is not a number
	Operator       = "operator"         // a bound ("<1"), not a value
	NoN            = "no-n"             // no denominator for this group
	ZeroN          = "zero-n"           // a value of nobody
	NoNumbers      = "no-numbers"       // means, SDs or sizes are missing
	NoSpread       = "no-spread"        // a mean without its spread
	NegativeSpread = "negative-spread"  // a spread below zero
	ZeroSpread     = "zero-spread"      // a spread of zero among several people
	SpreadTooLarge = "spread-too-large" // more than a bounded scale allows
	OutOfRange     = "out-of-range"     // outside the instrument's range
	SEForSD        = "se-for-sd"        // declared an SD, as small as a standard error
	Limits         = "limits"           // limits reversed, or the value outside them
	Adjusted       = "adjusted"         // a model-based mean: its SE gives no raw SD
	Median         = "median"           // a median: a mean needs an assumption
	Geometric      = "geometric"        // a geometric mean: another scale
	Units          = "unit-of-analysis" // counted in other units than participants
	Counts         = "counts"           // more events than people, or a broken number of people
	Percent        = "percent"          // outside 0 to 100, or a percent where a count is declared
	AboveEnrolment = "above-enrolment"  // a denominator above the enrolment
	Identical      = "identical-arms"   // two arms with the same value and spread
	Repeated       = "repeated-spread"  // one spread in several rows: perhaps of another row
	NoEvents       = "no-events"        // no event in either arm: no ratio
	Residual       = "residual"         // a spread worked back from a standard error
	UnequalStart   = "unequal-start"    // baselines that differ between the arms
	Param          = "parameter"        // a parameter that gives no effect size
	NotComputable  = "not-computable"   // the numbers give no effect size
	CrossoverPhase = "crossover-phase"  // a crossover whose phase is not stated
	Implausible    = "implausible"      // an effect beyond what is credible
	Discordant     = "discordant"       // arm values, contrast and p-value disagree
	Instrument     = "instrument"       // the instrument is not known for certain
	Arms           = "arms"             // which arm is treatment or control is not certain
	Timepoint      = "timepoint"        // the point in time is not certain
	Row            = "row"              // the row may be a part, a subgroup or a level, not the whole
	Denominator    = "denominator"      // denominators that do not add up
	OutcomeSize    = "outcome-size"     // the size is the outcome's: the source has none for the row block
	ScoreType      = "score-type"       // endpoint or change is not certain
	POnly          = "p-only"           // a p-value and no estimate
	CountedTwice   = "counted-twice"    // the same people in both arms or in several rows
	SharedControl  = "shared-control"   // one control arm in several comparisons
	Sources        = "sources"          // two sources give different numbers
	DoseUnit       = "dose-unit"        // a dose in a unit that cannot be meant
	DoseDiffers    = "dose-differs"     // sources of one trial state different doses
	Unit           = "unit"             // a unit in which no score is given
	Dispersion     = "dispersion"       // the texts name another spread than is declared
	Turned         = "turned"           // an improvement given as positive, taken as the change that it is
	KindSource     = "kind-source"      // where it is said that the number is a change
	TimeSource     = "time-source"      // where it is said when a visit was
	Sign           = "sign"             // which way a change or a difference was taken is not certain
	SameDrug       = "same-drug"        // both groups got the studied drug
	NoSubstance    = "no-substance"     // no studied substance is compared
	Overlap        = "overlap"          // a group made of other groups
	Treated        = "both-treated"     // the waiting group had been treated by then
	Baseline       = "baseline"         // measured before the treatment
	Design         = "design"           // groups that chance did not form, or of a design not stated
	Part           = "part"             // a subscale or a kind of number that gives no effect
)

// Say writes a reason: the code, then the sentence.
func Say(code, sentence string) string { return code + ": " + sentence }

// DoseDoubt says in a few words what is doubted of the dose of a row with these
// flags, to stand beside it; "" where nothing is.
func DoseDoubt(flags []string) string {
	for _, d := range []struct{ code, words string }{{DoseUnit, "dose unit in doubt"}, {DoseDiffers, "sources differ on the dose"}} {
		for _, f := range flags {
			if strings.HasPrefix(f, d.code+": ") {
				return d.words
			}
		}
	}
	return ""
}

// NoDose is the sentence on doses of which the first cannot be meant in its unit, and
// the others stand beside it in the same one.
func NoDose(substance string, doses []string) string {
	said := fmt.Sprintf("%q is no dose of %s per kilogram; an amount per 70 kg may be meant", doses[0], substance)
	if len(doses) > 1 {
		said += ", as in " + strings.Join(doses[1:], ", ") + " beside it"
	}
	return said
}

// Worse is true when verdict a is worse than b.
func Worse(a, b evidence.Verdict) bool {
	rank := map[evidence.Verdict]int{evidence.Usable: 0, evidence.NeedsReview: 1, evidence.Unusable: 2}
	return rank[a] > rank[b]
}
