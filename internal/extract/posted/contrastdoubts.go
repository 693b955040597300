package posted

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/internal/extract/reason"
)

// judgedContrast is a contrast with what its rules look at.
type judgedContrast struct {
	*evidence.Contrast
	a             *evidence.Analysis
	o             *evidence.PostedOutcome
	first, second string // the two groups that are compared
	paired        bool   // there are two
}

// contrastRules are the ways in which a contrast falls short, in the order in
// which they are reported: of the gravest, the first that gives a sentence is
// the reason.
var contrastRules = []struct {
	verdict evidence.Verdict
	code    string
	why     func(x judgedContrast) string
}{
	{evidence.Unusable, reason.Arms, judgedContrast.unknownGroup},
	{evidence.Unusable, reason.NoValue, judgedContrast.noValue},
	{evidence.NeedsReview, reason.POnly, judgedContrast.onlyP},
	{evidence.NeedsReview, reason.Param, judgedContrast.noEffect},
	{evidence.NeedsReview, reason.Arms, judgedContrast.notPaired},
	{evidence.Unusable, reason.Implausible, judgedContrast.ratioBelowZero},
	{evidence.Unusable, reason.Limits, judgedContrast.ratioLimitBelowZero},
	{evidence.NeedsReview, reason.Param, judgedContrast.logScale},
	{evidence.NeedsReview, reason.Limits, judgedContrast.limits},
	{evidence.NeedsReview, reason.Implausible, judgedContrast.width},
	{evidence.NeedsReview, reason.Limits, judgedContrast.clash},
	{evidence.NeedsReview, reason.Limits, judgedContrast.level},
	{evidence.NeedsReview, reason.NoSpread, judgedContrast.noPrecision},
	{evidence.NeedsReview, reason.NegativeSpread, judgedContrast.noStandardError},
	{evidence.NeedsReview, reason.Unreadable, judgedContrast.unreadableP},
	{evidence.NeedsReview, reason.Implausible, judgedContrast.impossibleP},
	{evidence.NeedsReview, reason.Sign, judgedContrast.noSense},
}

// JudgeContrast gives the verdict: usable only with a known kind, a value, its
// precision and a stated sense.
func JudgeContrast(c *evidence.Contrast, a *evidence.Analysis, o *evidence.PostedOutcome) {
	c.Verdict, c.Reason = evidence.Usable, reason.Say(reason.Complete, "kind, value, precision and sense are given")
	x := judgedContrast{Contrast: c, a: a, o: o}
	x.first, x.second, x.paired = ComparedGroups(o, c.GroupIDs)
	for _, r := range contrastRules {
		if !reason.Worse(r.verdict, c.Verdict) {
			continue
		}
		if why := r.why(x); why != "" {
			c.Verdict, c.Reason = r.verdict, reason.Say(r.code, why)
		}
	}
}

func (x judgedContrast) unknownGroup() string {
	for _, id := range x.GroupIDs {
		if !slices.ContainsFunc(x.o.Groups, func(g evidence.Group) bool { return g.ID == id }) {
			return fmt.Sprintf("the group %q is not one of the outcome's", id)
		}
	}
	return ""
}

func (x judgedContrast) noValue() string {
	switch {
	case x.Kind == KindPOnly && x.P == nil:
		return "neither an estimate nor a p-value is given"
	case x.Kind != KindPOnly && !slices.Contains(noEffectKinds, x.Kind) && x.Estimate == nil:
		return fmt.Sprintf("the estimate %q is no number", x.a.ParamValue)
	}
	return ""
}

func (x judgedContrast) onlyP() string {
	if x.Kind == KindPOnly {
		return "only a p-value is given"
	}
	return ""
}

// noEffectKinds are the kinds of analysis that are no effect between groups.
var noEffectKinds = []string{KindSlope, KindCorrelation, KindStatistic, KindArmEstimate, KindOther}

func (x judgedContrast) noEffect() string {
	if slices.Contains(noEffectKinds, x.Kind) {
		return fmt.Sprintf("%q is no between-group effect that can be taken over (%s)", x.a.ParamType, x.Kind)
	}
	return ""
}

func (x judgedContrast) notPaired() string {
	if !x.paired {
		return fmt.Sprintf("the analysis names %d groups; a contrast needs two", len(x.GroupIDs))
	}
	return ""
}

func (x judgedContrast) ratioBelowZero() string {
	if IsRatio(x.Kind) && x.Estimate != nil && *x.Estimate <= 0 {
		return fmt.Sprintf("a ratio of %v", *x.Estimate)
	}
	return ""
}

func (x judgedContrast) ratioLimitBelowZero() string {
	if IsRatio(x.Kind) && x.Lower != nil && *x.Lower < 0 {
		return fmt.Sprintf("a ratio whose lower limit is %v", *x.Lower)
	}
	return ""
}

var logScale = regexp.MustCompile(`(?i)\blog`)

func (x judgedContrast) logScale() string {
	if IsRatio(x.Kind) && logScale.MatchString(x.a.ParamType) {
		return fmt.Sprintf("%q: the value may stand on the log scale", x.a.ParamType)
	}
	return ""
}

func (x judgedContrast) limits() string {
	if x.Lower != nil && x.Upper != nil && *x.Lower > *x.Upper {
		return fmt.Sprintf("the lower limit %v is above the upper %v", *x.Lower, *x.Upper)
	}
	if e := x.Estimate; e != nil && (x.Lower != nil && *e < *x.Lower || x.Upper != nil && *e > *x.Upper) {
		return fmt.Sprintf("the interval %s to %s does not contain the estimate %v", x.a.CILower, x.a.CIUpper, *e)
	}
	return ""
}

// width holds the interval of a standardised difference against what groups of
// this size give. Reversed limits and an estimate outside are limits' to report.
func (x judgedContrast) width() string {
	if x.Kind != KindSMD || x.Estimate == nil || x.Lower == nil || x.Upper == nil || x.CILevel == nil || *x.CILevel != 95 || !x.paired {
		return ""
	}
	for _, f := range CheckInterval("SMD", *x.Estimate, *x.Lower, *x.Upper, SizeOf(x.o, x.first), SizeOf(x.o, x.second)) {
		if why, ok := strings.CutPrefix(f, reason.Implausible+": "); ok {
			return why
		}
	}
	return ""
}

func (x judgedContrast) clash() string {
	for _, why := range PrecisionClashes(x.Contrast, x.a) {
		return why
	}
	return ""
}

func (x judgedContrast) level() string {
	switch l := x.CILevel; {
	case l == nil && (x.Lower != nil || x.Upper != nil):
		return "the level of the interval is not given"
	case l != nil && (*l <= 0 || *l >= 100):
		return fmt.Sprintf("an interval of %v percent", *l)
	}
	return ""
}

func (x judgedContrast) noPrecision() string {
	if se, _ := Precision(x.Contrast, math.Inf(1)); math.IsNaN(se) && x.Kind != KindPOnly {
		return "neither a standard error, a two-sided interval nor an exact p-value is given"
	}
	return ""
}

func (x judgedContrast) noStandardError() string {
	if x.SE != nil && *x.SE <= 0 {
		return fmt.Sprintf("a standard error of %v", *x.SE)
	}
	return ""
}

func (x judgedContrast) unreadableP() string {
	if x.a.PValue != "" && x.P == nil && !evidence.ParseNumber(x.a.PValue, evidence.StyleRegister).Missing {
		return fmt.Sprintf("the p-value %q cannot be read", x.a.PValue)
	}
	return ""
}

func (x judgedContrast) impossibleP() string {
	if x.P != nil && (*x.P < 0 || *x.P > 1) {
		return fmt.Sprintf("a p-value of %v", *x.P)
	}
	return ""
}

func (x judgedContrast) noSense() string {
	if x.Sign == SignUnknown && x.Kind != KindPOnly && !IsNull(x.Contrast) {
		return "which group was taken from which is not stated"
	}
	return ""
}

// IsNull reports an estimate of no difference, which is the same whichever group
// was taken from which.
func IsNull(c *evidence.Contrast) bool {
	if c.Estimate == nil {
		return false
	}
	return IsRatio(c.Kind) && *c.Estimate == 1 || !IsRatio(c.Kind) && *c.Estimate == 0
}

// PrecisionClashes are the ways in which a contrast's interval contradicts its
// own estimate, standard error or p-value. Few degrees of freedom widen an
// interval and never narrow it.
func PrecisionClashes(c *evidence.Contrast, a *evidence.Analysis) []string {
	est, lo, hi, level := c.Estimate, c.Lower, c.Upper, c.CILevel
	if est == nil || lo == nil || hi == nil || level == nil || c.CISides == 1 || !(*lo < *hi) || *level <= 50 || *level >= 100 {
		return nil
	}
	round := lastPlace(a.CILower) + lastPlace(a.CIUpper)
	half, z := (*hi-*lo)/2, math.Sqrt2*math.Erfinv(*level/100)
	var out []string
	if c.SE != nil && *c.SE > 0 && !IsRatio(c.Kind) {
		low, high := (*c.SE-lastPlace(a.DispersionValue))/(half+round)*z, (*c.SE+lastPlace(a.DispersionValue))/max(half-round, 0)*z
		if low > 1.25 || high < 0.6 {
			out = append(out, fmt.Sprintf("the standard error %s does not go with the interval %s to %s", a.DispersionValue, a.CILower, a.CIUpper))
		}
	}
	switch c.Kind {
	case KindMeanDifference, KindSMD:
		if gap := math.Abs(*est - (*lo+*hi)/2); gap > 0.1*half+round+lastPlace(a.ParamValue) {
			out = append(out, fmt.Sprintf("the estimate %s is not in the middle of the interval %s to %s: a sign or a digit may be lost",
				a.ParamValue, a.CILower, a.CIUpper))
		}
		if zs, ok := FromP(c); ok && Disagree(math.Abs(*est)/half*z, zs, c.POp, 0.8, 0.4) {
			out = append(out, fmt.Sprintf("the interval %s to %s and the p-value %s contradict each other", a.CILower, a.CIUpper, a.PValue))
		}
	}
	return out
}

// SizeOf is an outcome's denominator of a group, 0 where unknown.
func SizeOf(o *evidence.PostedOutcome, group string) float64 {
	if raw, _, ok := countOf(o.Denoms, o.DenomUnits, group); ok {
		if n := number(raw); n != nil {
			return *n
		}
	}
	return 0
}
