package effect

import (
	"errors"
	"math"

	"past/analysis/internal/dist"
)

// Cox's divisor turns log odds ratios into d for normal distributions cut in the
// middle (Cox & Snell 1989).
const coxDivisor = 1.65

// SMDFromLogOR is d = ln(OR) sqrt(3)/pi with variance v 3/pi^2, for logistic
// distributions (Hasselblad & Hedges 1995; Chinn 2000).
func SMDFromLogOR(lor, v float64) (d, vd float64) {
	return lor * math.Sqrt(3) / math.Pi, v * 3 / (math.Pi * math.Pi)
}

// LogORFromSMD is the inverse of SMDFromLogOR.
func LogORFromSMD(d, v float64) (lor, vl float64) {
	return d * math.Pi / math.Sqrt(3), v * math.Pi * math.Pi / 3
}

// SMDFromLogORCox is d = ln(OR)/1.65 with variance v/1.65^2 (Cox & Snell 1989;
// Sánchez-Meca et al. 2003).
func SMDFromLogORCox(lor, v float64) (d, vd float64) {
	return lor / coxDivisor, v / (coxDivisor * coxDivisor)
}

// LogORFromSMDCox is the inverse of SMDFromLogORCox.
func LogORFromSMDCox(d, v float64) (lor, vl float64) {
	return coxDivisor * d, coxDivisor * coxDivisor * v
}

// RFromD is the correlation for a difference d of groups of n1 and n2:
// r = d/sqrt(d^2 + a), variance a^2 v/(d^2+a)^3, a = (n1+n2)^2/(n1 n2), which is 4
// for equal groups (Borenstein et al. 2009, chapter 7).
func RFromD(d, v, n1, n2 float64) (r, vr float64) {
	a := sq(n1+n2) / (n1 * n2)
	if math.IsNaN(a) {
		a = 4
	}
	return d / math.Sqrt(d*d+a), a * a * v / math.Pow(d*d+a, 3)
}

// DFromR is d = 2r/sqrt(1-r^2) with variance 4v/(1-r^2)^3 (Borenstein et al. 2009).
func DFromR(r, v float64) (d, vd float64) {
	q := 1 - r*r
	return 2 * r / math.Sqrt(q), 4 * v / (q * q * q)
}

// CommonLanguage is the probability that a person of group 1 scores higher than
// one of group 2, Phi(d/sqrt 2) (McGraw & Wong 1992), and Cohen's U3, Phi(d), the
// share of group 2 below the mean of group 1.
func CommonLanguage(d float64) (cles, u3 float64) {
	return dist.NormCDF(d / math.Sqrt2), dist.NormCDF(d)
}

// LogRatioFromCI is the logarithm of a ratio (OR, RR, HR) and its standard error
// from the confidence limits, (ln ub - ln lb)/(2 z) (Cochrane Handbook 6.3.2).
func LogRatioFromCI(ratio, lb, ub, level float64) (logRatio, se float64, err error) {
	if err := errors.Join(positive("the ratio", ratio), positive("the lower limit", lb), positive("the upper limit", ub)); err != nil {
		return math.NaN(), math.NaN(), err
	}
	se, err = SEFromCI(math.Log(lb), math.Log(ub), level, math.Inf(1))
	return math.Log(ratio), se, err
}

// RRFromOR is the risk ratio that an odds ratio means at a control risk p0:
// or/(1 - p0 + p0 or) (Zhang & Yu 1998). The result holds for that risk only.
func RRFromOR(or, p0 float64) (float64, error) {
	if err := errors.Join(positive("the odds ratio", or), openUnit("the control risk", p0)); err != nil {
		return math.NaN(), err
	}
	return or / (1 - p0 + p0*or), nil
}

// ORFromRR is the inverse of RRFromOR: rr (1-p0)/(1 - rr p0).
func ORFromRR(rr, p0 float64) (float64, error) {
	if err := errors.Join(positive("the risk ratio", rr), openUnit("the control risk", p0)); err != nil {
		return math.NaN(), err
	}
	if !(rr*p0 < 1) {
		return math.NaN(), bad("a risk ratio of %g is impossible at a control risk of %g", rr, p0)
	}
	return rr * (1 - p0) / (1 - rr*p0), nil
}

// Absolute is what a relative effect means for people, at an assumed control risk
// (which must be named wherever the numbers are shown).
type Absolute struct {
	ControlRisk float64 // assumed
	Risk        float64 // with the intervention
	Difference  float64 // Risk - ControlRisk
	NNT         float64 // 1/|Difference|: people treated for one more (or one fewer) event; +Inf for no difference
}

func absolute(p0, p1 float64) Absolute {
	return Absolute{ControlRisk: p0, Risk: p1, Difference: p1 - p0, NNT: 1 / math.Abs(p1-p0)}
}

// FromOR gives the absolute effect of an odds ratio (Cochrane Handbook 15.4.4).
func FromOR(or, p0 float64) (Absolute, error) {
	rr, err := RRFromOR(or, p0)
	if err != nil {
		return Absolute{}, err
	}
	return absolute(p0, p0*rr), nil
}

// FromRR gives the absolute effect of a risk ratio; a risk above 1 is an error.
func FromRR(rr, p0 float64) (Absolute, error) {
	if err := errors.Join(positive("the risk ratio", rr), openUnit("the control risk", p0)); err != nil {
		return Absolute{}, err
	}
	if rr*p0 > 1 {
		return Absolute{}, bad("a risk ratio of %g is impossible at a control risk of %g", rr, p0)
	}
	return absolute(p0, rr*p0), nil
}

// FromRD gives the absolute effect of a risk difference.
func FromRD(rd, p0 float64) (Absolute, error) {
	if err := openUnit("the control risk", p0); err != nil {
		return Absolute{}, err
	}
	if p1 := p0 + rd; !(p1 >= 0 && p1 <= 1) {
		return Absolute{}, bad("a risk difference of %g is impossible at a control risk of %g", rd, p0)
	}
	return absolute(p0, p0+rd), nil
}

// FromSMD gives the absolute effect of a standardised mean difference on a
// response that a share p0 of controls reaches, for normal outcomes: the risk is
// Phi(Phi^-1(p0) + d) (Furukawa & Leucht 2011, PLoS One 6:e19070).
func FromSMD(d, p0 float64) (Absolute, error) {
	if err := openUnit("the control risk", p0); err != nil {
		return Absolute{}, err
	}
	return absolute(p0, dist.NormCDF(dist.NormQuantile(p0)+d)), nil
}

// LogHRFromOE is the log hazard ratio (O-E)/V with standard error 1/sqrt V
// (Parmar et al. 1998; Tierney et al. 2007).
func LogHRFromOE(oe, v float64) (loghr, se float64, err error) {
	if err := positive("v", v); err != nil {
		return math.NaN(), math.NaN(), err
	}
	return oe / v, 1 / math.Sqrt(v), nil
}

// LogHRFromP is the log hazard ratio from the two-sided log-rank p-value and the
// events per group: V = e1 e2/(e1 + e2), O-E = sign z sqrt V (Tierney et al.
// 2007, method 6). O-E and V are returned too.
func LogHRFromP(p, events1, events2, sign float64) (loghr, se, oe, v float64, err error) {
	nan := math.NaN()
	z, err := ZFromP(p, 2)
	if err == nil {
		err = errors.Join(positive("the events of group 1", events1), positive("the events of group 2", events2))
	}
	if err != nil {
		return nan, nan, nan, nan, err
	}
	v = events1 * events2 / (events1 + events2)
	oe = math.Copysign(z, sign) * math.Sqrt(v)
	return oe / v, 1 / math.Sqrt(v), oe, v, nil
}
