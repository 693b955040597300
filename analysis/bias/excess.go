package bias

import (
	"fmt"
	"math"

	"past/analysis"
	"past/analysis/internal/dist"
	"past/analysis/internal/solve"
)

// ExcessResult is the outcome of [ExcessSignificance].
type ExcessResult struct {
	Method      string
	K           int
	Observed    int       // studies with p <= Alpha
	Expected    float64   // sum of Power
	Ratio       float64   // Observed / Expected
	ChiSquared  float64   // (O-E)^2 / (E (1 - E/k)); NaN when Expected is 0 or k
	PChiSquared float64   // one-sided: more significant studies than expected
	PBinomial   float64   // one-sided, P(X >= O) for X ~ binomial(k, E/k)
	Theta, Tau2 float64   // the true effects' assumed mean and variance
	Power       []float64 // per study, in row order
	Significant []bool    // per study, in row order
	Limit       string
	Warnings    analysis.Warnings
}

// ExcessOptions says what the true effects are assumed to be.
type ExcessOptions struct {
	Theta, Tau2 float64 // their mean and variance
	AsMetafor   bool    // average the power as metafor's tes() does, over part of their distribution
}

// ExcessSignificance tests whether more studies are significant (two-sided, at level 0.05) than their power allows, when true
// effects are normal with mean theta and variance tau2 (Ioannidis & Trikalinos 2007, Clinical Trials 4:245-253).
//
// The power of study i is its average over the distribution of true effects. That average has a closed form, because y_i is then
// normal with mean theta and variance s_i^2 = v_i + tau2:
//
//	power_i = F((theta - c se_i)/s_i) + F((-theta - c se_i)/s_i),  c = z_0.975, F the standard normal distribution function
//
// metafor integrates over theta +- 5 tau only, without rescaling, which leaves out 6e-7 of the distribution.
func ExcessSignificance(s Studies, o ExcessOptions) (ExcessResult, error) {
	const method = "test of excess significance (Ioannidis & Trikalinos 2007)"
	if err := s.check(method, 1); err != nil {
		return ExcessResult{}, err
	}
	theta, tau2 := o.Theta, o.Tau2
	if math.IsNaN(theta) || math.IsInf(theta, 0) || !(tau2 >= 0) || math.IsInf(tau2, 0) {
		return ExcessResult{}, fmt.Errorf("%s: the mean %v and variance %v of the true effects must be finite, the variance not negative",
			method, theta, tau2)
	}
	k := s.K()
	r := ExcessResult{Method: method, K: k, Theta: theta, Tau2: tau2, Power: make([]float64, k), Significant: make([]bool, k),
		ChiSquared: math.NaN(), PChiSquared: math.NaN(), PBinomial: math.NaN(), Limit: testLimit(k)}
	c := dist.NormQuantile(0.975)
	for i, y := range s.Y {
		se := math.Sqrt(s.V[i])
		if r.Power[i] = averagePower(theta, tau2, se, c); o.AsMetafor && tau2 > 0 {
			p, err := powerWithin(theta, math.Sqrt(tau2), se, c, metaforReach)
			if err != nil {
				return r, fmt.Errorf("%s: power of row %d: %w", method, i+1, err)
			}
			r.Power[i] = p
		}
		r.Expected += r.Power[i]
		if math.Abs(y/se) >= c {
			r.Significant[i] = true
			r.Observed++
		}
	}
	seen, n := float64(r.Observed), float64(k)
	r.Ratio = seen / r.Expected
	p := r.Expected / n
	if p <= 0 || p >= 1 {
		r.Warnings.Add(analysis.NoEstimate, "every study has power 0 or 1 under the assumed effects: there is nothing to test")
		return r, nil
	}
	d := seen - r.Expected
	r.ChiSquared = d * d / (r.Expected * (1 - p))
	r.PChiSquared = dist.NormSF(math.Copysign(math.Sqrt(r.ChiSquared), d))
	r.PBinomial = dist.BinomSF(seen-1, n, p)
	return r, nil
}

// metaforReach is the range, in standard deviations of the true effects, over which metafor's tes() integrates.
const metaforReach = 5

// averagePower is the probability of |y/se| >= c when y is normal with mean theta and variance se^2 + tau2.
func averagePower(theta, tau2, se, c float64) float64 {
	sd := math.Sqrt(se*se + tau2)
	return dist.NormCDF((theta-c*se)/sd) + dist.NormCDF((-theta-c*se)/sd)
}

// powerWithin integrates the power over true effects within reach tau of theta.
func powerWithin(theta, tau, se, c, reach float64) (float64, error) {
	v, err := solve.Integrate(func(u float64) float64 {
		return averagePower(theta+u*tau, 0, se, c) * dist.NormPDF(u)
	}, -reach, reach, 1e-15, 1e-12, (c*se-theta)/tau, (-c*se-theta)/tau)
	return v.Value, err
}
