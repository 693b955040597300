package extract

import (
	"fmt"
	"math"

	"past/analysis/effect"
	"past/internal/evidence"
	"past/internal/review"
)

// reportedOnly reports whether a row gives an effect and not the numbers of the
// arms that an effect could be computed from.
func reportedOnly(x review.Extraction) bool {
	if x.Reported.Estimate == nil {
		return false
	}
	if IsCount(x.ScoreType) {
		return x.Events1 == nil || x.Total1 == nil || x.Events2 == nil || x.Total2 == nil
	}
	return x.N1 == nil || x.Mean1 == nil || x.SD1 == nil || x.N2 == nil || x.Mean2 == nil || x.SD2 == nil
}

// reported takes an effect over as a paper prints it, by the same rules as a
// sponsor's contrast.
func reported(e *evidence.Effect, x review.Extraction, formula effect.Formula) {
	j, r := effectJudge{e}, x.Reported
	e.Reason = reason(CodeComplete, "an effect as the paper reports it, with its precision")
	if e.Verdict != evidence.Usable {
		e.Reason = e.Flags[len(e.Flags)-1]
	}
	e.Measure, e.Adjusted = r.Measure, r.Adjusted == evidence.Yes
	e.Flags = append(e.Flags, "reported: the effect as the paper prints it, not computed from the numbers of its arms")
	x1, df := contrastOf(r), math.Inf(1)
	if e.N1 != nil && e.N2 != nil {
		df = *e.N1 + *e.N2 - 2
	}
	for _, col := range []string{"estimate", "se", "ci_lb", "ci_ub", "p"} {
		if in, ok := x.Inputs[col]; ok {
			e.Inputs = append(e.Inputs, in)
		}
	}
	ratio := evidence.IsLogMeasure(r.Measure)
	se, from := precision(&x1, df)
	if ratio && r.SE != nil && *r.SE > 0 {
		se, from = *r.SE, "standard error"
	}
	if !judgeReported(j, r, ratio, se) {
		return
	}
	est := analysed(*r.Estimate, ratio)
	if from != "standard error" {
		e.Flags = append(e.Flags, "se: computed from the "+from+" (Cochrane Handbook 6.5.2.3)")
	}
	if z, ok := fromP(&x1); ok && from != "p-value" && disagree(math.Abs(est)/se, z, "=", 0.5, 0.25) {
		j.set(evidence.NeedsReview, CodeDiscordant, fmt.Sprintf("the estimate and its precision give z = %.2f, the p-value %v another",
			math.Abs(est)/se, *r.P))
	}
	e.SetEffect(r.Measure, string(formula), est, se*se)
	judgeEffectSize(j)
}

// judgeReported reports whether a reported effect can be computed from, and
// keeps its doubts.
func judgeReported(j effectJudge, r review.Reported, ratio bool, se float64) bool {
	switch est := *r.Estimate; {
	case ratio && est <= 0:
		j.set(evidence.Unusable, CodeImplausible, fmt.Sprintf("a ratio of %v", est))
		return false
	case r.Lower != nil && r.Upper != nil && (est < *r.Lower || est > *r.Upper):
		j.set(evidence.NeedsReview, CodeLimits, fmt.Sprintf("the interval %v to %v does not contain the estimate %v", *r.Lower, *r.Upper, est))
	case math.IsNaN(se):
		j.set(evidence.Unusable, CodeNoSpread, "the reported effect has no standard error, interval or exact p-value")
		return false
	}
	return true
}

// contrastOf is a reported effect as a contrast with a 95 % interval.
func contrastOf(r review.Reported) evidence.Contrast {
	level := 95.0
	return evidence.Contrast{Kind: kindOfMeasure[r.Measure], Estimate: r.Estimate, SE: r.SE, Lower: r.Lower, Upper: r.Upper, P: r.P, POp: "=",
		CILevel: &level}
}

var kindOfMeasure = map[string]string{"MD": KindMeanDifference, "SMD": KindSMD, "RR": KindRiskRatio, "OR": KindOddsRatio,
	"HR": KindHazardRatio, "RD": KindRiskDifference}
