package effect

import (
	"errors"
	"fmt"
	"math"

	"past/analysis"
	"past/analysis/internal/dist"
)

// Mean is one group's mean, SD and size.
type Mean struct{ M, SD, N float64 }

// ErrBadInput is wrapped by conversions whose input cannot be right.
var ErrBadInput = errors.New("impossible input")

func bad(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrBadInput, fmt.Sprintf(format, args...))
}

func positive(name string, x float64) error {
	if !(x > 0) || math.IsInf(x, 1) {
		return bad("%s must be above 0, not %g", name, x)
	}
	return nil
}

func openUnit(name string, x float64) error {
	if !(x > 0 && x < 1) {
		return bad("%s must lie between 0 and 1, not %g", name, x)
	}
	return nil
}

// critical is the two-sided critical value at a confidence level: normal for
// df = +Inf, else Student's t.
func critical(level, df float64) float64 { return dist.TQuantile(1-(1-level)/2, df) }

// SDFromSE is se sqrt(n), the SD of a group of n from the standard error of its
// mean (Cochrane Handbook 6.5.2.2).
func SDFromSE(se, n float64) (float64, error) {
	if err := errors.Join(positive("n", n), positive("se", se)); err != nil {
		return math.NaN(), err
	}
	return se * math.Sqrt(n), nil
}

// SEFromCI is the standard error behind a confidence interval of a mean or a
// difference, (ub-lb)/(2 c) with the critical value c of Student's t on df
// degrees of freedom; df = +Inf for the normal (Cochrane Handbook 6.3.1, 6.5.2.2).
func SEFromCI(lb, ub, level, df float64) (float64, error) {
	if err := errors.Join(openUnit("the confidence level", level), positive("the degrees of freedom", math.Min(df, 1e300))); err != nil {
		return math.NaN(), err
	}
	if !(ub >= lb) || math.IsInf(ub-lb, 0) {
		return math.NaN(), bad("the interval [%g, %g] is not an interval", lb, ub)
	}
	return (ub - lb) / (2 * critical(level, df)), nil
}

// SDFromCI is the SD of one group of n from the confidence interval of its mean;
// useT says whether the interval was made with Student's t on n-1 degrees of
// freedom (below about 60 people it usually was).
func SDFromCI(ci analysis.Interval, n, level float64, useT bool) (sd, se float64, err error) {
	df := math.Inf(1)
	if useT {
		df = n - 1
	}
	if se, err = SEFromCI(ci.Lower, ci.Upper, level, df); err != nil {
		return math.NaN(), math.NaN(), err
	}
	return se * math.Sqrt(n), se, positive("n", n)
}

// PooledSD is the within-group SD behind the standard error of a difference in
// means, se/sqrt(1/n1 + 1/n2) (Cochrane Handbook 6.5.2.3).
func PooledSD(se, n1, n2 float64) (float64, error) {
	if err := errors.Join(positive("n1", n1), positive("n2", n2), positive("se", se)); err != nil {
		return math.NaN(), err
	}
	return se / math.Sqrt(1/n1+1/n2), nil
}

// TFromP is the absolute t value behind a p-value on df degrees of freedom; sides
// is 1 or 2.
func TFromP(p, df float64, sides int) (float64, error) {
	if err := openUnit("p", p); err != nil && p != 1 {
		return math.NaN(), err
	}
	if !(df > 0) {
		return math.NaN(), bad("the degrees of freedom must be above 0, not %g", df)
	}
	return -dist.TQuantile(p/float64(sides), df), nil
}

// SEFromP is the standard error of an effect from its two-sided p-value:
// |effect|/t on df degrees of freedom (+Inf for a z test); t is returned too.
func SEFromP(effect, p, df float64) (se, t float64, err error) {
	if t, err = TFromP(p, df, 2); err != nil {
		return math.NaN(), math.NaN(), err
	}
	if effect == 0 || t == 0 {
		return math.NaN(), t, bad("an effect of 0 or p = 1 says nothing about the standard error")
	}
	return math.Abs(effect) / t, t, nil
}

// SDFromIQR is (q3-q1)/1.349, the SD of a normal distribution with that
// interquartile range (Cochrane Handbook 6.5.2.5 rounds the divisor to 1.35).
func SDFromIQR(q1, q3 float64) (float64, error) {
	if !(q3 >= q1) {
		return math.NaN(), bad("the upper quartile %g is below the lower %g", q3, q1)
	}
	return (q3 - q1) / (2 * dist.NormQuantile(0.75)), nil
}

// SDFromRange is the SD of a normal distribution whose n values have that range,
// (max-min)/(2 Phi^-1((n-0.375)/(n+0.25))) (Wan et al. 2014, who show that the
// range over 4 is poor for n far from 25).
func SDFromRange(min, max, n float64) (float64, error) {
	if !(max >= min) {
		return math.NaN(), bad("the maximum %g is below the minimum %g", max, min)
	}
	if !(n > 1) {
		return math.NaN(), bad("n must be above 1, not %g", n)
	}
	return (max - min) / rangeZ(n), nil
}

// ChangeSD is the SD of the change between two measurements with correlation r,
// sqrt(s1^2 + s2^2 - 2 r s1 s2) (Cochrane Handbook 6.5.2.8). r is seldom
// reported: try a range of values and say so.
func ChangeSD(sdBaseline, sdFinal, r float64) (float64, error) {
	if !(math.Abs(r) <= 1) {
		return math.NaN(), bad("the correlation must lie between -1 and 1, not %g", r)
	}
	if !(sdBaseline >= 0) || !(sdFinal >= 0) {
		return math.NaN(), bad("a standard deviation cannot be negative")
	}
	return math.Sqrt(math.Max(0, sdBaseline*sdBaseline+sdFinal*sdFinal-2*r*sdBaseline*sdFinal)), nil
}

// ChangeCorrelation is the correlation of two measurements from their SDs and the
// SD of the change (Cochrane Handbook 6.5.2.8). A result outside [-1, 1] means
// that the three SDs do not belong together, and is an error.
func ChangeCorrelation(sdBaseline, sdFinal, sdChange float64) (float64, error) {
	if err := errors.Join(positive("the baseline SD", sdBaseline), positive("the final SD", sdFinal)); err != nil {
		return math.NaN(), err
	}
	r := (sdBaseline*sdBaseline + sdFinal*sdFinal - sdChange*sdChange) / (2 * sdBaseline * sdFinal)
	if !(math.Abs(r) <= 1+1e-9) {
		return r, bad("the three SDs (%g, %g, %g) give a correlation of %.3g", sdBaseline, sdFinal, sdChange, r)
	}
	return math.Max(-1, math.Min(1, r)), nil
}

// CombineGroups merges groups into one: the sizes add, the mean is weighted by
// size, and the SD is that of all values together (Cochrane Handbook table
// 6.5.a, for any number of groups).
func CombineGroups(groups ...Mean) (Mean, error) {
	if len(groups) == 0 {
		return Mean{}, bad("no groups to combine")
	}
	var total Mean
	for i, g := range groups {
		if !(g.N > 0) || !(g.SD >= 0) || math.IsNaN(g.M) {
			return Mean{}, bad("group %d has n = %g, mean = %g, SD = %g", i+1, g.N, g.M, g.SD)
		}
		total.N += g.N
		total.M += g.N * g.M
	}
	total.M /= total.N
	ss := 0.0
	for _, g := range groups {
		ss += (g.N-1)*g.SD*g.SD + g.N*sq(g.M-total.M)
	}
	if !(total.N > 1) {
		return Mean{}, bad("the groups have %g people together", total.N)
	}
	total.SD = math.Sqrt(ss / (total.N - 1))
	return total, nil
}
