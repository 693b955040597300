package posted

import (
	"fmt"
	"math"
	"strings"

	"past/analysis/effect"
	"past/internal/evidence"
	"past/internal/extract/reason"
)

// CheckInterval holds a reported estimate against its 95 % interval and, for a
// standardised mean difference of groups of n1 and n2 (0 where unknown), the
// interval's width against what such groups can give. Each result is "CODE:
// sentence". A ratio's limits are compared on the natural scale; only the
// estimate's place is checked there.
func CheckInterval(measure string, estimate, lower, upper, n1, n2 float64) []string {
	var out []string
	switch {
	case lower > upper:
		out = append(out, reason.Say(reason.Limits, fmt.Sprintf("the lower limit %v is above the upper %v; a sign may be lost", lower, upper)))
	case estimate < lower || estimate > upper:
		out = append(out, reason.Say(reason.Limits, fmt.Sprintf("the interval %v to %v does not contain the estimate %v", lower, upper,
			estimate)))
	}
	if measure != "SMD" || n1 < 2 || n2 < 2 || lower >= upper {
		return out
	}
	// Hedges & Olkin 1985: var = 1/n1 + 1/n2 + d^2/(2(n1+n2))
	se := math.Sqrt(1/n1 + 1/n2 + estimate*estimate/(2*(n1+n2)))
	const z975 = 1.959963984540054
	if r := (upper - lower) / (2 * z975 * se); r > 2.5 || r < 0.4 {
		out = append(out, reason.Say(reason.Implausible,
			fmt.Sprintf("an interval %.3g wide for a standardised mean difference of groups of %v and %v, whose interval is about %.3g wide",
				upper-lower, n1, n2, 2*z975*se)))
	}
	return out
}

// Precision is a contrast's standard error on the scale on which it is
// analysed (logarithms for ratios), from its own, its interval or its exact
// p-value (Cochrane Handbook 6.5.2.3); NaN when it has none. df are the degrees
// of freedom of the two groups, +Inf where they are many or not known. from
// names the source.
func Precision(x *evidence.Contrast, df float64) (se float64, from string) {
	ratio := IsRatio(x.Kind)
	if !(df > 0) || df >= 118 || ratio || x.Kind == KindSMD { // 118: 60 people in each group
		df = math.Inf(1)
	}
	if x.SE != nil && *x.SE > 0 && !ratio {
		return *x.SE, "standard error"
	}
	if se := seFromLimits(x, df, ratio); se > 0 {
		return se, "confidence interval"
	}
	if se := seFromP(x, df, ratio); se > 0 {
		return se, "p-value"
	}
	return math.NaN(), ""
}

// seFromLimits is the standard error behind a two-sided interval; 0 for none.
func seFromLimits(x *evidence.Contrast, df float64, ratio bool) float64 {
	if x.Lower == nil || x.Upper == nil || x.CILevel == nil || x.CISides == 1 || *x.Lower >= *x.Upper || ratio && *x.Lower <= 0 {
		return 0
	}
	return someSE(effect.SEFromCI(Analysed(*x.Lower, ratio), Analysed(*x.Upper, ratio), *x.CILevel/100, df))
}

// seFromP is the standard error behind an exact two-sided p-value; 0 for none.
func seFromP(x *evidence.Contrast, df float64, ratio bool) float64 {
	if x.P == nil || x.POp != "=" || *x.P <= 0 || *x.P >= 1 || strings.Contains(x.PRaw, "<") || x.CISides == 1 {
		return 0
	}
	if x.Estimate == nil || ratio && *x.Estimate <= 0 {
		return 0
	}
	se, _, err := effect.SEFromP(Analysed(*x.Estimate, ratio), *x.P, df)
	if math.IsInf(se, 0) {
		return 0
	}
	return someSE(se, err)
}

func someSE(se float64, err error) float64 {
	if err != nil {
		return 0
	}
	return se
}

// Analysed is a value on the scale on which it is analysed.
func Analysed(v float64, ratio bool) float64 {
	if ratio {
		return math.Log(v)
	}
	return v
}

// FromP is the absolute z behind a two-sided p-value.
func FromP(x *evidence.Contrast) (float64, bool) {
	if x.P == nil || *x.P <= 0 || *x.P >= 1 || strings.Contains(strings.ToLower(x.Method), "1-sided") || x.CISides == 1 {
		return 0, false
	}
	z, err := effect.ZFromP(*x.P, 2)
	return z, err == nil
}

// Disagree compares two z values; with an operator the p-value is a bound.
func Disagree(z, fromP float64, op string, abs, rel float64) bool {
	tol := abs + rel*math.Max(z, fromP)
	switch op {
	case "<", "<=":
		return z < fromP-tol
	case ">", ">=":
		return z > fromP+tol
	}
	return math.Abs(z-fromP) > tol
}
