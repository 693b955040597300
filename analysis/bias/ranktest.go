package bias

import (
	"math"

	"past/analysis"
	"past/analysis/internal/dist"
)

// RankResult is the outcome of [RankTest].
type RankResult struct {
	Method   string
	K        int
	Tau      float64 // Kendall's tau-b of standardised effect and variance, -1..1; NaN when it does not exist
	P        float64 // two-sided
	Ties     bool    // some standardised effects or variances are equal
	Exact    bool    // P is from the permutation distribution, else from the normal approximation
	Limit    string
	Warnings analysis.Warnings
}

// RankTest is the rank correlation test for funnel asymmetry (Begg & Mazumdar 1994, Biometrics 50:1088-1101).
//
// It correlates t_i = (y_i - m) / sqrt(v_i - 1/sum(1/v)) with v_i, where m is the common-effect mean. Without ties the p-value
// comes from the permutation distribution of Kendall's tau, with ties (or more than 400 studies) from the normal approximation
// with the variance corrected for ties and no continuity correction.
func RankTest(s Studies) (RankResult, error) {
	const method = "rank correlation test (Begg & Mazumdar 1994)"
	if err := s.check(method, 2); err != nil {
		return RankResult{}, err
	}
	mean, variance := s.commonEffect()
	t := make([]float64, s.K())
	for i, y := range s.Y {
		// v - 1/sum(w) is positive in theory; a dominant study can round it to nothing, and then its deviate is (near) zero too
		t[i] = (y - mean) / math.Sqrt(math.Max(s.V[i]-variance, s.V[i]*1e-16))
	}
	k := countKendall(t, s.V)
	r := RankResult{Method: method, K: s.K(), Tau: k.tau(), P: math.NaN(), Ties: k.ties(), Limit: testLimit(s.K())}
	switch {
	case k.constant:
		r.Warnings.Add(analysis.NoEstimate, "all standardised effects or all variances are equal: the rank correlation does not exist")
	case !r.Ties && k.n <= exactKendallMax:
		r.Exact, r.P = true, k.exactP()
	default:
		r.P = math.Min(1, 2*dist.NormSF(math.Abs(k.z())))
		if r.Ties {
			r.Warnings.Add(analysis.NormalTest, "equal values among the standardised effects or variances: the p-value is a normal approximation")
		} else {
			r.Warnings.Add(analysis.NormalTest, "more than %d studies: the p-value is a normal approximation", exactKendallMax)
		}
	}
	return r, nil
}
