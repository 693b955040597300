package extract

import (
	"fmt"
	"math"

	"past/internal/evidence"
	"past/internal/extract/posted"
	"past/internal/extract/reason"
)

// triangulate holds the effect from arm values against the sponsor's contrast
// and both against its p-value. Adjustment moves a contrast a little; more than
// their precision allows is discordant.
func (b *effectBuilder) triangulate(j effectJudge, o *evidence.PostedOutcome, t, c *evidence.ArmResult) {
	e := j.e
	diff := *e.Mean1 - *e.Mean2
	se := math.Sqrt(*e.SD1**e.SD1 / *e.N1 + *e.SD2**e.SD2 / *e.N2)
	for _, x := range b.contrastsOf(o, t, c) {
		if x.Kind != posted.KindMeanDifference && x.Kind != posted.KindPOnly {
			continue
		}
		sign := contrastSense(o, x, t.GroupID)
		for _, why := range Disagreements(diff, se, x, sign) {
			j.set(evidence.NeedsReview, reason.Discordant, why)
		}
	}
}

// Disagreements compares a difference of two arms (treatment minus control,
// with its standard error) with the sponsor's contrast and p-value, and says
// in sentences where they part further than their precision allows. sign is
// +1, -1 or 0 as the contrast's sense is known.
func Disagreements(diff, se float64, x *evidence.Contrast, sign float64) []string {
	var out []string
	sx, _ := posted.Precision(x, math.Inf(1))
	if x.Kind == posted.KindMeanDifference && x.Estimate != nil {
		est := *x.Estimate
		gap := math.Abs(math.Abs(diff) - math.Abs(est))
		if sign != 0 {
			gap = math.Abs(diff - sign*est)
		}
		allowed := 1.5 * se
		if sx > se {
			allowed = 1.5 * sx
		}
		if gap > allowed {
			out = append(out, fmt.Sprintf("the arm values differ by %.4g, the sponsor's contrast says %.4g", diff, est))
		}
		if sx/se > 2.5 || sx/se < 0.4 {
			out = append(out, fmt.Sprintf("the arm values have a standard error of %.3g, the sponsor's contrast one of %.3g: a "+
				"standard error may stand where a standard deviation is declared, or the reverse", se, sx))
		}
		if zs, ok := posted.FromP(x); ok && !math.IsNaN(sx) {
			if z := math.Abs(est) / sx; posted.Disagree(z, zs, x.POp, 0.5, 0.25) {
				out = append(out, fmt.Sprintf("the sponsor's contrast and its interval give z = %.2f, its p-value %s another", z, x.PRaw))
			}
		}
	}
	if zs, ok := posted.FromP(x); ok && se > 0 {
		if z := math.Abs(diff) / se; posted.Disagree(z, zs, x.POp, 1.2, 0.4) {
			out = append(out, fmt.Sprintf("the arm values give z = %.2f, the sponsor's p-value %s another", z, x.PRaw))
		}
	}
	return out
}
