package extract

import "past/internal/evidence"

// The reason codes of verdicts. A reason is "CODE: sentence"; docs/extraction.md
// says of each what it means and what a person can do.
const (
	CodeComplete       = "complete"         // all numbers are there and none is in doubt
	CodeNoValue        = "no-value"         // the register gives no number
	CodeUnreadable     = "unreadable"       // the text is not a number
	CodeOperator       = "operator"         // a bound ("<1"), not a value
	CodeNoN            = "no-n"             // no denominator for this group
	CodeZeroN          = "zero-n"           // a value of nobody
	CodeNoNumbers      = "no-numbers"       // means, SDs or sizes are missing
	CodeNoSpread       = "no-spread"        // a mean without its spread
	CodeNegativeSpread = "negative-spread"  // a spread below zero
	CodeZeroSpread     = "zero-spread"      // a spread of zero among several people
	CodeSpreadTooLarge = "spread-too-large" // more than a bounded scale allows
	CodeOutOfRange     = "out-of-range"     // outside the instrument's range
	CodeSEForSD        = "se-for-sd"        // declared an SD, as small as a standard error
	CodeLimits         = "limits"           // limits reversed, or the value outside them
	CodeAdjusted       = "adjusted"         // a model-based mean: its SE gives no raw SD
	CodeMedian         = "median"           // a median: a mean needs an assumption
	CodeGeometric      = "geometric"        // a geometric mean: another scale
	CodeUnits          = "unit-of-analysis" // counted in other units than participants
	CodeCounts         = "counts"           // more events than people, or a broken number of people
	CodePercent        = "percent"          // outside 0 to 100, or a percent where a count is declared
	CodeAboveEnrolment = "above-enrolment"  // a denominator above the enrolment
	CodeIdentical      = "identical-arms"   // two arms with the same value and spread
	CodeRepeated       = "repeated-spread"  // one spread in several rows: perhaps of another row
	CodeParam          = "parameter"        // a parameter that gives no effect size
	CodeNotComputable  = "not-computable"   // the numbers give no effect size
	CodeCrossoverPhase = "crossover-phase"  // a crossover whose phase is not stated
	CodeImplausible    = "implausible"      // an effect beyond what is credible
	CodeDiscordant     = "discordant"       // arm values, contrast and p-value disagree
	CodeInstrument     = "instrument"       // the instrument is not known for certain
	CodeArms           = "arms"             // which arm is treatment or control is not certain
	CodeTimepoint      = "timepoint"        // the point in time is not certain
	CodeRow            = "row"              // the row may be a part, a subgroup or a level, not the whole
	CodeDenominator    = "denominator"      // denominators that do not add up
	CodeOutcomeSize    = "outcome-size"     // the size is the outcome's: the source has none for the row block
	CodeScoreType      = "score-type"       // endpoint or change is not certain
	CodePOnly          = "p-only"           // a p-value and no estimate
	CodeCountedTwice   = "counted-twice"    // the same people in both arms or in several rows
	CodeSharedControl  = "shared-control"   // one control arm in several comparisons
	CodeSources        = "sources"          // two sources give different numbers
	CodeDoseUnit       = "dose-unit"        // a dose in a unit that cannot be meant
	CodeUnit           = "unit"             // a unit in which no score is given
	CodeDispersion     = "dispersion"       // the texts name another spread than is declared
	CodeTurned         = "turned"           // an improvement given as positive, taken as the change that it is
	CodeKindSource     = "kind-source"      // where it is said that the number is a change
	CodeTimeSource     = "time-source"      // where it is said when a visit was
	CodeSign           = "sign"             // which way a change or a difference was taken is not certain
	CodeSameDrug       = "same-drug"        // both groups got the studied drug
	CodeNoSubstance    = "no-substance"     // no studied substance is compared
	CodeOverlap        = "overlap"          // a group made of other groups
	CodeTreated        = "both-treated"     // the waiting group had been treated by then
	CodeBaseline       = "baseline"         // measured before the treatment
	CodeDesign         = "design"           // groups that chance did not form, or of a design not stated
	CodePart           = "part"             // a subscale or a kind of number that gives no effect
)

func reason(code, sentence string) string { return code + ": " + sentence }

// worse is true when verdict a is worse than b.
func worse(a, b evidence.Verdict) bool {
	rank := map[evidence.Verdict]int{evidence.Usable: 0, evidence.NeedsReview: 1, evidence.Unusable: 2}
	return rank[a] > rank[b]
}
