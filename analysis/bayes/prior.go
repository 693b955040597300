package bayes

import (
	"fmt"
	"math"

	"past/analysis/internal/dist"
)

// NormalPrior is the prior of the mean effect mu, on the scale of the effects. An infinite SD means a flat prior.
type NormalPrior struct{ Mean, SD float64 }

// String names the prior.
func (p NormalPrior) String() string {
	if math.IsInf(p.SD, 1) {
		return "flat prior on mu"
	}
	return fmt.Sprintf("mu ~ normal(%g, %g)", p.Mean, p.SD)
}

func (p NormalPrior) check() error {
	if math.IsNaN(p.Mean) || math.IsInf(p.Mean, 0) || !(p.SD > 0) {
		return fmt.Errorf("prior of mu: the mean %v must be finite and the standard deviation %v positive", p.Mean, p.SD)
	}
	return nil
}

// TauFamily is the shape of the prior of the between-study standard deviation tau.
type TauFamily string

// The shapes.
const (
	HalfNormal TauFamily = "half-normal" // density 2 phi(tau/s)/s
	HalfCauchy TauFamily = "half-Cauchy" // density 2/(pi s (1 + (tau/s)^2))
	Uniform    TauFamily = "uniform"     // density 1/s on [0, s]
)

// TauPrior is the prior of tau, on the scale of the effects.
type TauPrior struct {
	Family TauFamily
	Scale  float64 // s above
}

// String names the prior.
func (p TauPrior) String() string {
	if p.Family == Uniform {
		return fmt.Sprintf("tau ~ uniform(0, %g)", p.Scale)
	}
	return fmt.Sprintf("tau ~ %s(%g)", p.Family, p.Scale)
}

func (p TauPrior) check() error {
	switch p.Family {
	case HalfNormal, HalfCauchy, Uniform:
	default:
		return fmt.Errorf("prior of tau: the family must be half-normal, half-Cauchy or uniform, not %q", p.Family)
	}
	if !(p.Scale > 0) || math.IsInf(p.Scale, 0) {
		return fmt.Errorf("prior of tau: the scale %v must be a positive finite number", p.Scale)
	}
	return nil
}

// LogDensity is the log of the prior density at tau; -Inf outside its support.
func (p TauPrior) LogDensity(tau float64) float64 {
	if tau < 0 || p.Family == Uniform && tau > p.Scale {
		return math.Inf(-1)
	}
	z := tau / p.Scale
	switch p.Family {
	case HalfNormal:
		return math.Log(2/p.Scale) + math.Log(dist.NormPDF(0)) - z*z/2
	case HalfCauchy:
		return math.Log(2/(math.Pi*p.Scale)) - math.Log1p(z*z)
	}
	return -math.Log(p.Scale)
}

// upper is the end of the support.
func (p TauPrior) upper() float64 {
	if p.Family == Uniform {
		return p.Scale
	}
	return math.Inf(1)
}
