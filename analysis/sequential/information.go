package sequential

import (
	"fmt"
	"math"

	"past/analysis/effect"
	"past/analysis/internal/dist"
)

// Plan states what the meta-analysis is to be able to detect, at a two-sided error rate of 5 % and with a power of 80 %.
type Plan struct {
	Effect float64 // smallest effect that matters, on the analysis scale (log for ratios), not 0
	// Diversity is the share D2 = 1 - V_common/V_random of the variance of the random-effects mean that is due to heterogeneity
	// (Wetterslev et al. 2009, BMC Med. Res. Methodol. 9:86); the requirement grows by 1/(1 - D2). 0 lets [Monitor] estimate it.
	Diversity float64
}

const (
	alpha = 0.05 // two-sided
	power = 0.80
)

// Requirement is the information that a plan asks for, in units of 1/variance of the pooled effect.
type Requirement struct {
	Unadjusted float64 // ((z_0.975 + z_0.8) / effect)^2
	Adjusted   float64 // Unadjusted / (1 - diversity)
}

// RequiredInformation computes the requirement.
func RequiredInformation(p Plan) (Requirement, error) {
	switch {
	case p.Effect == 0 || math.IsNaN(p.Effect) || math.IsInf(p.Effect, 0):
		return Requirement{}, fmt.Errorf("the effect to detect is %v: it must be a number other than 0", p.Effect)
	case !(p.Diversity >= 0 && p.Diversity < 1):
		return Requirement{}, fmt.Errorf("the diversity %v must lie between 0 and 1, 1 excluded", p.Diversity)
	}
	z := (dist.NormQuantile(1-alpha/2) + dist.NormQuantile(power)) / p.Effect
	return Requirement{Unadjusted: z * z, Adjusted: z * z / (1 - p.Diversity)}, nil
}

// ParticipantsForMeans is the number of participants, in two equal groups, whose mean difference carries information info when the
// outcome's standard deviation is sd: var = 4 sd^2/N. With sd = 1 it serves standardised mean differences near zero.
func ParticipantsForMeans(info, sd float64) float64 { return 4 * sd * sd * info }

// ParticipantsForProportions is the number of participants, in two equal groups with event probabilities p1 and p2, whose
// log odds ratio (OR), log risk ratio (RR) or risk difference (RD) carries information info; NaN for anything else.
//
//	OR: var = 2/N (1/(p1 q1) + 1/(p2 q2)),  RR: var = 2/N (q1/p1 + q2/p2),  RD: var = 2/N (p1 q1 + p2 q2),  q = 1 - p
func ParticipantsForProportions(info float64, measure effect.Measure, p1, p2 float64) float64 {
	if !(p1 > 0 && p1 < 1 && p2 > 0 && p2 < 1) {
		return math.NaN()
	}
	q1, q2 := 1-p1, 1-p2
	switch measure {
	case effect.OR:
		return 2 * info * (1/(p1*q1) + 1/(p2*q2))
	case effect.RR:
		return 2 * info * (q1/p1 + q2/p2)
	case effect.RD:
		return 2 * info * (p1*q1 + p2*q2)
	}
	return math.NaN()
}
