package extract

import (
	"fmt"
	"math"
	"strings"

	"past/analysis/effect"
	"past/internal/evidence"
	"past/internal/text"
)

// contrastOf finds the sponsor's mean difference for a pair of groups and one
// row: the outcome has a single later row, or the contrast names its time.
func (b *effectBuilder) contrastOf(o *evidence.PostedOutcome, t, c *evidence.ArmResult) *evidence.Contrast {
	var found *evidence.Contrast
	for i := range b.contrasts {
		x := &b.contrasts[i]
		if x.RecordID != b.r.ID || x.OutcomeIndex != o.Index || x.Verdict == evidence.Unusable || len(x.GroupIDs) != 2 || x.Index >= len(o.Analyses) {
			continue
		}
		if !(x.GroupIDs[0] == t.GroupID && x.GroupIDs[1] == c.GroupID || x.GroupIDs[1] == t.GroupID && x.GroupIDs[0] == c.GroupID) {
			continue
		}
		if !b.sameRow(o, &o.Analyses[x.Index], t) || x.Kind != KindMeanDifference && x.Kind != KindPOnly {
			continue
		}
		if found == nil || found.Kind == KindPOnly && x.Kind == KindMeanDifference {
			found = x
		}
	}
	return found
}

// sameRow tells whether an analysis is of the row of a cell.
func (b *effectBuilder) sameRow(o *evidence.PostedOutcome, a *evidence.Analysis, t *evidence.ArmResult) bool {
	rows := 0
	for ci := range o.Classes {
		for ki := range o.Classes[ci].Categories {
			for _, i := range b.rows[rowKey{o.Index, ci, ki}] {
				if b.cells[i].GroupID == t.GroupID && !b.cells[i].Baseline {
					rows++
				}
			}
		}
	}
	if rows <= 1 {
		return true
	}
	if t.TimepointWeeks == nil {
		return false
	}
	for _, said := range []string{a.GroupDescription, a.EstimateComment, a.MethodComment, a.PValueComment} {
		if m, ok := text.Single(said); ok && m.Weeks > 0 {
			return math.Abs(m.Weeks-*t.TimepointWeeks) < 0.5
		}
	}
	return false
}

// precision is a contrast's standard error; NaN when it has none.
func precision(x *evidence.Contrast) float64 {
	if x.SE != nil && *x.SE > 0 {
		return *x.SE
	}
	if x.Lower != nil && x.Upper != nil && x.CILevel != nil && x.CISides != 1 {
		if se, err := effect.SEFromCI(*x.Lower, *x.Upper, *x.CILevel/100, math.Inf(1)); err == nil {
			return se
		}
	}
	return math.NaN()
}

// sense is +1 where a contrast is treatment minus control, -1 where it is the
// reverse, 0 where nobody says. diff is treatment minus control of the posted
// arm values (NaN if unknown): where the contrast equals it in size, it settles
// the sense.
func sense(x *evidence.Contrast, t *evidence.ArmResult, diff float64) float64 {
	first := x.GroupIDs[0] == t.GroupID
	switch x.Sign {
	case SignFirstMinusSecond:
		if first {
			return 1
		}
		return -1
	case SignSecondMinusFirst:
		if first {
			return -1
		}
		return 1
	}
	if x.Estimate == nil || math.IsNaN(diff) || diff == 0 {
		return 0
	}
	if near, far := math.Abs(*x.Estimate-diff), math.Abs(*x.Estimate+diff); near < 0.2*math.Abs(diff) && far > 3*near {
		return 1
	} else if far < 0.2*math.Abs(diff) && near > 3*far {
		return -1
	}
	return 0
}

// triangulate holds the effect from arm values against the sponsor's contrast
// and both against its p-value. Adjustment moves a contrast a little; more than
// their precision allows is discordant.
func (b *effectBuilder) triangulate(j effectJudge, o *evidence.PostedOutcome, t, c *evidence.ArmResult) {
	x := b.contrastOf(o, t, c)
	if x == nil {
		return
	}
	e := j.e
	diff := *e.Mean1 - *e.Mean2
	se := math.Sqrt(*e.SD1**e.SD1 / *e.N1 + *e.SD2**e.SD2 / *e.N2)
	for _, why := range Disagreements(diff, se, x, sense(x, t, math.NaN())) {
		j.set(evidence.NeedsReview, CodeDiscordant, why)
	}
}

// Disagreements compares a difference of two arms (treatment minus control,
// with its standard error) with the sponsor's contrast and p-value, and says
// in sentences where they part further than their precision allows. sign is
// +1, -1 or 0 as the contrast's sense is known.
func Disagreements(diff, se float64, x *evidence.Contrast, sign float64) []string {
	var out []string
	sx := precision(x)
	if x.Kind == KindMeanDifference && x.Estimate != nil {
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
			out = append(out, fmt.Sprintf("the arm values have a standard error of %.3g, the sponsor's contrast one of %.3g: a standard error may stand where a standard deviation is declared, or the reverse", se, sx))
		}
		if zs, ok := fromP(x); ok && !math.IsNaN(sx) {
			if z := math.Abs(est) / sx; disagree(z, zs, x.POp, 0.5, 0.25) {
				out = append(out, fmt.Sprintf("the sponsor's contrast and its interval give z = %.2f, its p-value %s another", z, x.PRaw))
			}
		}
	}
	if zs, ok := fromP(x); ok && se > 0 {
		if z := math.Abs(diff) / se; disagree(z, zs, x.POp, 1.2, 0.4) {
			out = append(out, fmt.Sprintf("the arm values give z = %.2f, the sponsor's p-value %s another", z, x.PRaw))
		}
	}
	return out
}

// fromP is the absolute z behind a two-sided p-value.
func fromP(x *evidence.Contrast) (float64, bool) {
	if x.P == nil || *x.P <= 0 || *x.P >= 1 || strings.Contains(strings.ToLower(x.Method), "1-sided") || x.CISides == 1 {
		return 0, false
	}
	z, err := effect.ZFromP(*x.P, 2)
	return z, err == nil
}

// disagree compares two z values; with an operator the p-value is a bound.
func disagree(z, fromP float64, op string, abs, rel float64) bool {
	tol := abs + rel*math.Max(z, fromP)
	switch op {
	case "<", "<=":
		return z < fromP-tol
	case ">", ">=":
		return z > fromP+tol
	}
	return math.Abs(z-fromP) > tol
}

// fromContrast standardises the sponsor's adjusted contrast by a raw standard
// deviation of the same instrument and arms. The arms' least squares means are
// never turned into a standardised difference.
func (b *effectBuilder) fromContrast(j effectJudge, o *evidence.PostedOutcome, p armPair, t, c *evidence.ArmResult) {
	e := j.e
	j.set(evidence.NeedsReview, CodeAdjusted, "from the sponsor's adjusted contrast, not from raw means")
	x := b.contrastOf(o, t, c)
	if x == nil || x.Kind != KindMeanDifference || x.Estimate == nil || math.IsNaN(precision(x)) {
		j.set(evidence.Unusable, CodeAdjusted, "adjusted means and no contrast of the two arms with its precision for this row")
		return
	}
	diff := math.NaN()
	if t.Value != nil && c.Value != nil {
		diff = *t.Value - *c.Value
	}
	sign := sense(x, t, diff)
	if sign == 0 {
		j.set(evidence.Unusable, CodeSign, "which group was taken from which is not stated and does not follow from the arm values")
		return
	}
	if x.Verdict != evidence.Usable && !strings.HasPrefix(x.Reason, CodeSign+":") {
		j.set(evidence.NeedsReview, CodeDiscordant, "the contrast itself is in doubt: "+x.Reason)
	}
	sd, from, ok := b.rawSD(p, t)
	if !ok {
		j.set(evidence.Unusable, CodeNoSpread, "the record has no raw standard deviation of this instrument to standardise the contrast by")
		return
	}
	e.N1, e.N2 = b.size(j, t, "n1"), b.size(j, c, "n2")
	if e.N1 == nil || e.N2 == nil {
		return
	}
	est, se := sign**x.Estimate, precision(x)
	a := &o.Analyses[x.Index]
	e.Inputs = append(e.Inputs, input("difference", a.ParamValue, *x.Estimate, x.Prov, "paramValue"))
	if x.SE != nil {
		e.Inputs = append(e.Inputs, input("se", a.DispersionValue, *x.SE, x.Prov, "dispersionValue"))
	} else {
		e.Inputs = append(e.Inputs, input("ci_lb", a.CILower, *x.Lower, x.Prov, "ciLowerLimit"), input("ci_ub", a.CIUpper, *x.Upper, x.Prov, "ciUpperLimit"))
	}
	e.Inputs = append(e.Inputs, from...)
	n := *e.N1 + *e.N2
	d := est / sd
	g := d * effect.JApprox(n-2)
	e.SetEffect("SMD", string(b.formula), g, se*se/(sd*sd)+d*d/(2*n))
	e.Flags = append(e.Flags, fmt.Sprintf("standardised by a raw standard deviation of %.4g from the same record", sd))
	if !math.IsNaN(diff) && math.Abs(diff-est) > 1.5*se {
		j.set(evidence.NeedsReview, CodeDiscordant, fmt.Sprintf("the adjusted means differ by %.4g, the contrast says %.4g", diff, est))
	}
	judgeEffectSize(j)
}

// rawSD pools the raw standard deviations of two arms for an instrument: at the
// same point in time if posted, else at baseline. Groups are matched by title,
// since their numbers start anew in every outcome.
func (b *effectBuilder) rawSD(p armPair, t *evidence.ArmResult) (sd float64, from []evidence.Input, ok bool) {
	for _, baseline := range []bool{false, true} {
		one := b.rawCell(p.treat.group.Title, t, baseline)
		two := b.rawCell(p.ctrl.group.Title, t, baseline)
		if one == nil || two == nil || one.OutcomeIndex != two.OutcomeIndex || one.ClassIndex != two.ClassIndex {
			continue
		}
		n1, n2 := float64(*one.N), float64(*two.N)
		if n1+n2 <= 2 {
			continue
		}
		sd = math.Sqrt(((n1-1)**one.Spread**one.Spread + (n2-1)**two.Spread**two.Spread) / (n1 + n2 - 2))
		from = []evidence.Input{input("sd1", one.SpreadRaw, *one.Spread, one.Prov, "spread"), input("sd2", two.SpreadRaw, *two.Spread, two.Prov, "spread")}
		return sd, from, true
	}
	return 0, nil, false
}

func (b *effectBuilder) rawCell(title string, t *evidence.ArmResult, baseline bool) *evidence.ArmResult {
	for i := range b.cells {
		a := &b.cells[i]
		kind, _ := kindOfDispersion(a.DispersionType)
		if a.Instrument != t.Instrument || a.Subscale != "" || a.Baseline != baseline || a.Adjusted || a.Verdict != evidence.Usable ||
			kindOfParam(a.ParamType) != paramMean || kind != dispSD || a.Spread == nil || *a.Spread <= 0 || a.N == nil || *a.N < 2 ||
			squash(a.GroupTitle) != squash(title) || a.ScoreType != "endpoint" {
			continue
		}
		if !baseline && (a.TimepointWeeks == nil || t.TimepointWeeks == nil || math.Abs(*a.TimepointWeeks-*t.TimepointWeeks) > 0.5) {
			continue
		}
		return a
	}
	return nil
}
