package extract

import (
	"fmt"
	"math"
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
		out = append(out, reason(CodeLimits, fmt.Sprintf("the lower limit %v is above the upper %v; a sign may be lost", lower, upper)))
	case estimate < lower || estimate > upper:
		out = append(out, reason(CodeLimits, fmt.Sprintf("the interval %v to %v does not contain the estimate %v", lower, upper, estimate)))
	}
	if measure != "SMD" || n1 < 2 || n2 < 2 || lower >= upper {
		return out
	}
	// Hedges & Olkin 1985: var = 1/n1 + 1/n2 + d^2/(2(n1+n2))
	se := math.Sqrt(1/n1 + 1/n2 + estimate*estimate/(2*(n1+n2)))
	const z975 = 1.959963984540054
	if r := (upper - lower) / (2 * z975 * se); r > 2.5 || r < 0.4 {
		out = append(out, reason(CodeImplausible,
			fmt.Sprintf("an interval %.3g wide for a standardised mean difference of groups of %v and %v, whose interval is about %.3g wide",
				upper-lower, n1, n2, 2*z975*se)))
	}
	return out
}
