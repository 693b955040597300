package effect

import (
	"errors"
	"fmt"
	"math"

	"past/analysis/internal/dist"
)

// Quantiles is what papers report instead of a mean: the five-number summary of
// N values, NaN where a number was not reported. NewQuantiles gives one with all
// of them missing.
type Quantiles struct{ Min, Q1, Median, Q3, Max, N float64 }

// NewQuantiles is a summary of n values with nothing known yet.
func NewQuantiles(n float64) Quantiles {
	x := math.NaN()
	return Quantiles{x, x, x, x, x, n}
}

// MeanSD is an estimated mean and standard deviation; NaN when the method does
// not give it.
type MeanSD struct{ Mean, SD float64 }

// ErrTooFewQuantiles is returned when a summary lacks numbers that the method needs.
var ErrTooFewQuantiles = errors.New("the summary lacks numbers that this method needs")

// Scenario is which numbers of a summary are known (names of Wan et al. 2014).
type Scenario int

// The scenarios.
const (
	NoScenario Scenario = 0
	S1         Scenario = 1 // minimum, median, maximum
	S2         Scenario = 2 // the whole five-number summary
	S3         Scenario = 3 // quartiles and median
)

// Scenario says which of the three scenarios a summary fits, the richest first.
func (q Quantiles) Scenario() Scenario {
	ends := !math.IsNaN(q.Min + q.Max)
	quarters := !math.IsNaN(q.Q1 + q.Q3)
	switch {
	case math.IsNaN(q.Median):
		return NoScenario
	case ends && quarters:
		return S2
	case ends:
		return S1
	case quarters:
		return S3
	}
	return NoScenario
}

// check makes sure that what scenario s needs is there and in order.
func (q Quantiles) check(s Scenario) error {
	if !(q.N >= 1) || math.IsInf(q.N, 1) {
		return fmt.Errorf("n must be at least 1, not %g", q.N)
	}
	var need []float64
	switch s {
	case S1:
		need = []float64{q.Min, q.Median, q.Max}
	case S2:
		need = []float64{q.Min, q.Q1, q.Median, q.Q3, q.Max}
	case S3:
		need = []float64{q.Q1, q.Median, q.Q3}
	default:
		return ErrTooFewQuantiles
	}
	for i, x := range need {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return ErrTooFewQuantiles
		}
		if i > 0 && x < need[i-1] {
			return fmt.Errorf("the numbers of the summary are out of order: %g comes before %g", need[i-1], x)
		}
	}
	return nil
}

// rangeZ and quartileZ are twice the expected standard normal order statistics of
// the range and of the quartiles (Blom's approximation; Wan et al. 2014).
func rangeZ(n float64) float64    { return 2 * dist.NormQuantile((n-0.375)/(n+0.25)) }
func quartileZ(n float64) float64 { return 2 * dist.NormQuantile((0.75*n-0.125)/(n+0.25)) }

// Wan2014 estimates mean and SD from a summary, for data near normal (Wan, Wang,
// Liu & Tong 2014, BMC Med Res Methodol 14:135):
//
//	S1 mean (a + 2m + b)/4,               sd (b-a)/xi
//	S2 mean (a + 2q1 + 2m + 2q3 + b)/8,   sd (b-a)/(2 xi) + (q3-q1)/(2 eta)
//	S3 mean (q1 + m + q3)/3,              sd (q3-q1)/eta
//
// with xi = 2 Phi^-1((n-0.375)/(n+0.25)), eta = 2 Phi^-1((0.75n-0.125)/(n+0.25)).
func Wan2014(q Quantiles, s Scenario) (MeanSD, error) {
	if err := q.check(s); err != nil {
		return MeanSD{}, fmt.Errorf("method of Wan 2014: %w", err)
	}
	xi, eta := rangeZ(q.N), quartileZ(q.N)
	switch s {
	case S1:
		return MeanSD{(q.Min + 2*q.Median + q.Max) / 4, (q.Max - q.Min) / xi}, nil
	case S2:
		return MeanSD{(q.Min + 2*q.Q1 + 2*q.Median + 2*q.Q3 + q.Max) / 8,
			(q.Max-q.Min)/(2*xi) + (q.Q3-q.Q1)/(2*eta)}, nil
	}
	return MeanSD{(q.Q1 + q.Median + q.Q3) / 3, (q.Q3 - q.Q1) / eta}, nil
}

// Luo2018 estimates the mean with weights that grow with n (Luo, Wan, Liu & Tong
// 2018, Stat Methods Med Res 27:1785-1805); w holds the weight of the mid-range
// or mid-quartile range (S2: of both, in this order).
//
//	S1 w (a+b)/2 + (1-w) m,                             w = 4/(4 + n^0.75)
//	S2 w1 (a+b)/2 + w2 (q1+q3)/2 + (1-w1-w2) m,         w1 = 2.2/(2.2 + n^0.75), w2 = 0.7 - 0.72/n^0.55
//	S3 w (q1+q3)/2 + (1-w) m,                           w = 0.7 + 0.39/n
func Luo2018(q Quantiles, s Scenario) (mean float64, w []float64, err error) {
	if err := q.check(s); err != nil {
		return math.NaN(), nil, fmt.Errorf("method of Luo 2018: %w", err)
	}
	n75 := math.Pow(q.N, 0.75)
	switch s {
	case S1:
		v := 4 / (4 + n75)
		return v*(q.Min+q.Max)/2 + (1-v)*q.Median, []float64{v}, nil
	case S2:
		v1, v2 := 2.2/(2.2+n75), 0.7-0.72/math.Pow(q.N, 0.55)
		return v1*(q.Min+q.Max)/2 + v2*(q.Q1+q.Q3)/2 + (1-v1-v2)*q.Median, []float64{v1, v2}, nil
	}
	v := 0.7 + 0.39/q.N
	return v*(q.Q1+q.Q3)/2 + (1-v)*q.Median, []float64{v}, nil
}

// Shi2020 estimates the SD from the whole five-number summary with weights that
// grow with n (Shi, Luo, Weng, Zeng, Lin, Chu & Tong 2020, Res Synth Methods
// 11:641-654): sd = (b-a)/theta1 + (q3-q1)/theta2 with
//
//	theta1 = (2 + 0.14 n^0.6)     Phi^-1((n-0.375)/(n+0.25))
//	theta2 = (2 + 2/(0.07 n^0.6)) Phi^-1((0.75n-0.125)/(n+0.25))
func Shi2020(q Quantiles) (sd, theta1, theta2 float64, err error) {
	if err := q.check(S2); err != nil {
		return math.NaN(), math.NaN(), math.NaN(), fmt.Errorf("method of Shi 2020: %w", err)
	}
	n6 := math.Pow(q.N, 0.6)
	theta1 = (2 + 0.14*n6) * rangeZ(q.N) / 2
	theta2 = (2 + 2/(0.07*n6)) * quartileZ(q.N) / 2
	return (q.Max-q.Min)/theta1 + (q.Q3-q.Q1)/theta2, theta1, theta2, nil
}

// Hozo2005 estimates mean and SD from minimum, median, maximum and n without
// assuming a distribution (Hozo, Djulbegovic & Hozo 2005, BMC Med Res Methodol
// 5:13): the mean is (a + 2m + b)/4 up to n = 25 and the median above; the SD is
// sqrt([((a-2m+b)^2)/4 + (b-a)^2]/12) up to 15, (b-a)/4 up to 70, (b-a)/6 above.
func Hozo2005(q Quantiles) (MeanSD, error) {
	if err := q.check(S1); err != nil {
		return MeanSD{}, fmt.Errorf("method of Hozo 2005: %w", err)
	}
	r := MeanSD{Mean: (q.Min + 2*q.Median + q.Max) / 4}
	if q.N > 25 {
		r.Mean = q.Median
	}
	switch w := q.Max - q.Min; {
	case q.N <= 15:
		r.SD = math.Sqrt((sq(q.Min-2*q.Median+q.Max)/4 + w*w) / 12)
	case q.N <= 70:
		r.SD = w / 4
	default:
		r.SD = w / 6
	}
	return r, nil
}

// Bland2015 estimates mean and SD from the five-number summary without assuming
// a distribution (Bland 2015, Int J Stat Med Res 4:57-64):
//
//	mean (a + 2q1 + 2m + 2q3 + b)/8
//	var  (a^2 + 2q1^2 + 2m^2 + 2q3^2 + b^2)/16 + (a q1 + q1 m + m q3 + q3 b)/8 - (a + 2q1 + 2m + 2q3 + b)^2/64
func Bland2015(q Quantiles) (MeanSD, error) {
	if err := q.check(S2); err != nil {
		return MeanSD{}, fmt.Errorf("method of Bland 2015: %w", err)
	}
	// the variance does not change when all numbers move together: centre them first
	a, q1, m, q3, b := q.Min-q.Median, q.Q1-q.Median, 0.0, q.Q3-q.Median, q.Max-q.Median
	s := a + 2*q1 + 2*m + 2*q3 + b
	v := (a*a+2*q1*q1+2*m*m+2*q3*q3+b*b)/16 + (a*q1+q1*m+m*q3+q3*b)/8 - s*s/64
	return MeanSD{q.Median + s/8, math.Sqrt(math.Max(v, 0))}, nil
}

// MeanSDFromQuantiles is the recommended estimate for a summary: the mean of Luo
// et al. (2018) with the SD of Wan et al. (2014), or of Shi et al. (2020) for the
// whole summary. method names what was used.
func MeanSDFromQuantiles(q Quantiles) (r MeanSD, method string, err error) {
	s := q.Scenario()
	w, err := Wan2014(q, s)
	if err != nil {
		return MeanSD{}, "", err
	}
	r.Mean, _, err = Luo2018(q, s)
	if err != nil {
		return MeanSD{}, "", err
	}
	if s == S2 {
		r.SD, _, _, err = Shi2020(q)
		return r, "mean: Luo 2018, SD: Shi 2020", err
	}
	r.SD = w.SD
	return r, "mean: Luo 2018, SD: Wan 2014", nil
}

// SkewnessTest reports whether a summary is too lopsided for the methods that assume
// normality (Shi, Luo, Wan, Liu & Tong 2023, Stat Med 42:5111-5130): statistic is
// compared with critical at level 0.05.
//
//	S1 |a + b - 2m|/(b-a)          against 1.01/ln(n+9) + 2.43/(n+1)
//	S3 |q1 + q3 - 2m|/(q3-q1)      against 2.66/sqrt n - 5.92/n^2
//	S2 max(2.65 ln(0.6n)/sqrt n |a + b - 2m|/(b-a), |q1 + q3 - 2m|/(q3-q1)) against 2.97/sqrt n - 39.1/n^3
func SkewnessTest(q Quantiles, s Scenario) (statistic, critical float64, err error) {
	if err := q.check(s); err != nil {
		return math.NaN(), math.NaN(), fmt.Errorf("skewness test: %w", err)
	}
	ends := math.Abs(q.Min+q.Max-2*q.Median) / (q.Max - q.Min)
	quarters := math.Abs(q.Q1+q.Q3-2*q.Median) / (q.Q3 - q.Q1)
	root := math.Sqrt(q.N)
	switch s {
	case S1:
		return ends, 1.01/math.Log(q.N+9) + 2.43/(q.N+1), nil
	case S3:
		return quarters, 2.66/root - 5.92/(q.N*q.N), nil
	}
	return math.Max(2.65*math.Log(0.6*q.N)/root*ends, quarters), 2.97/root - 39.1/(q.N*q.N*q.N), nil
}
