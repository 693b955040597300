package bias

import (
	"fmt"
	"math"

	"past/analysis"
	"past/analysis/internal/dist"
)

// FailSafeKind names a way of counting the missing studies that would undo a result.
type FailSafeKind string

// The fail-safe numbers.
const (
	Rosenthal     FailSafeKind = "rosenthal"      // Rosenthal 1979, Psychological Bulletin 86:638-641
	Orwin         FailSafeKind = "orwin"          // Orwin 1983, Journal of Educational Statistics 8:157-159, plain mean
	OrwinWeighted FailSafeKind = "orwin_weighted" // the same with the inverse-variance mean
	Rosenberg     FailSafeKind = "rosenberg"      // Rosenberg 2005, Evolution 59:464-468
)

var failSafeNames = map[FailSafeKind]string{Rosenthal: "fail-safe N (Rosenthal 1979)", Orwin: "fail-safe N (Orwin 1983)",
	OrwinWeighted: "fail-safe N (Orwin 1983, inverse-variance mean)", Rosenberg: "fail-safe N (Rosenberg 2005)"}

// FailSafeResult is the outcome of [FailSafeN]. Fields that a kind does not use are NaN.
type FailSafeResult struct {
	Method   string
	N        float64 // number of null studies, a whole number or +Inf
	P        float64 // observed p-value: one-sided for Rosenthal, two-sided for Rosenberg
	Mean     float64 // mean effect (Orwin, Rosenberg)
	Target   float64 // mean effect to be reached (Orwin)
	Warnings analysis.Warnings
}

// failSafeWarning travels with every fail-safe number.
const failSafeWarning = "a fail-safe number is neither a test nor an estimate of missing studies: it assumes that the " +
	"missing studies average zero effect, and reviewing guidance advises against relying on it"

// FailSafeN counts the studies of zero effect that would have to exist to undo the result of s.
//
// With z_i = y_i/sqrt(v_i), Z = |sum z|/sqrt(k), w = 1/v, and alpha 0.05:
//
//	Rosenthal       max(0, k (Z/z_{1-alpha})^2 - k), rounded up
//	Orwin           max(0, k (mean - target)/target), rounded up; infinite when target is 0 or has the other sign
//	Rosenberg       max(0, k ((sum w y / z_{1-alpha/2})^2 - sum w) / sum w), rounded up
//
// target is used by the Orwin kinds only; NaN means half the mean.
func FailSafeN(s Studies, kind FailSafeKind, target float64) (FailSafeResult, error) {
	const alpha = 0.05
	method, known := failSafeNames[kind]
	if !known {
		return FailSafeResult{}, fmt.Errorf("unknown fail-safe number: ask for rosenthal, orwin, orwin_weighted or rosenberg")
	}
	if err := s.check(method, 1); err != nil {
		return FailSafeResult{}, err
	}
	nan := math.NaN()
	k := float64(s.K())
	r := FailSafeResult{Method: method, P: nan, Mean: nan, Target: nan,
		Warnings: analysis.Warnings{{Code: analysis.Assumption, Text: failSafeWarning}}}
	switch kind {
	case Rosenthal:
		sum := 0.0
		for i, y := range s.Y {
			sum += y / math.Sqrt(s.V[i])
		}
		z := math.Abs(sum) / math.Sqrt(k)
		ratio := z / dist.NormQuantile(1-alpha)
		r.P = dist.NormSF(z)
		r.N = ceilCount(k*ratio*ratio - k)
	case Orwin, OrwinWeighted:
		r.Mean = plainMean(s.Y)
		if kind == OrwinWeighted {
			r.Mean, _ = s.commonEffect()
		}
		r.Target = target
		if math.IsNaN(target) {
			r.Target = r.Mean / 2
		}
		if r.Mean == 0 {
			r.N = 0
			r.Warnings.Add(analysis.NoEstimate, "the mean effect is 0: there is nothing to undo")
		} else if r.Target == 0 || math.Signbit(r.Target) != math.Signbit(r.Mean) {
			r.N = math.Inf(1)
			r.Warnings.Add(analysis.NoEstimate, "the target is zero or on the other side of zero: no number of null studies reaches it")
		} else {
			r.N = ceilCount(k * (r.Mean - r.Target) / r.Target)
		}
	case Rosenberg:
		mean, variance := s.commonEffect()
		z := math.Abs(mean) / math.Sqrt(variance)
		ratio := z / dist.NormQuantile(1-alpha/2)
		r.Mean, r.P = mean, 2*dist.NormSF(z)
		r.N = ceilCount(k * (ratio*ratio - 1))
	}
	return r, nil
}

// ceilCount rounds a count up to a whole number, not below zero. A count that misses a whole number by no more than rounding
// error is that number: half the mean as Orwin target needs k studies, never k+1.
func ceilCount(x float64) float64 {
	if !(x > 0) {
		return 0
	}
	if n := math.Round(x); math.Abs(x-n) <= math.Min(1e-11*math.Max(1, x), 1e-6) {
		return n
	}
	return math.Ceil(x)
}

func plainMean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}
