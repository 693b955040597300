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

// G is a standardised mean difference with what small-sample corrections make of
// it, from d and the two group sizes.
type G struct {
	D, J, G       float64 // uncorrected; exact correction (function J); corrected
	VarLS         float64 // 1/n1 + 1/n2 + g^2/(2N) (Hedges & Olkin 1985)
	VarBorenstein float64 // J^2 (1/n1 + 1/n2 + d^2/(2N)) with the exact J (Borenstein et al. 2009)
	JApprox       float64 // 1 - 3/(4N - 9)
	GApprox       float64
	VarD          float64 // 1/n1 + 1/n2 + d^2/(2N)
	N1, N2        float64
}

// GFromD corrects d for small samples.
func GFromD(d, n1, n2 float64) (G, error) {
	if err := errors.Join(positive("n1", n1), positive("n2", n2)); err != nil {
		return G{}, err
	}
	n := n1 + n2
	if !(n > 3) {
		return G{}, bad("the groups have %g people together; at least 4 are needed", n)
	}
	g := G{D: d, J: J(n - 2), JApprox: JApprox(n - 2), N1: n1, N2: n2}
	g.G, g.GApprox = g.J*d, g.JApprox*d
	g.VarD = 1/n1 + 1/n2 + d*d/(2*n)
	g.VarLS = 1/n1 + 1/n2 + g.G*g.G/(2*n)
	g.VarBorenstein = g.J * g.J * g.VarD
	return g, nil
}

// DFromT is d = t sqrt(1/n1 + 1/n2) for an independent-groups t test.
func DFromT(t, n1, n2 float64) float64 { return t * math.Sqrt(1/n1+1/n2) }

// DFromF is d from an F value with 1 numerator degree of freedom; sign gives the
// direction, which F does not hold.
func DFromF(f, sign, n1, n2 float64) (float64, error) {
	if !(f >= 0) {
		return math.NaN(), bad("F cannot be negative (%g)", f)
	}
	return math.Copysign(DFromT(math.Sqrt(f), n1, n2), sign), nil
}

// PValue is a p-value of a test with one side or two.
type PValue struct {
	P     float64
	Sides int
}

// DFromP is d from the p-value of an independent-groups t test; sign gives the
// direction. The t value is returned too.
func DFromP(p PValue, sign, n1, n2 float64) (d, t float64, err error) {
	if t, err = TFromP(p.P, n1+n2-2, p.Sides); err != nil {
		return math.NaN(), math.NaN(), err
	}
	if p.Sides == 2 {
		t = math.Copysign(t, sign)
	} else if sign < 0 {
		t = -t
	}
	return DFromT(t, n1, n2), t, nil
}

// RFromT is r = t/sqrt(t^2 + df) (Rosenthal 1991).
func RFromT(t, df float64) float64 { return t / math.Sqrt(t*t+df) }

// FisherZ is atanh(r), with variance 1/(n-3) for n pairs (Fisher 1921).
func FisherZ(r, n float64) (z, v float64) { return math.Atanh(r), 1 / (n - 3) }

// PhiFromChiSq is sqrt(x/n), the phi coefficient of a 2x2 table from its
// chi-square with 1 degree of freedom; the sign must come from the table.
func PhiFromChiSq(x, n float64) float64 { return math.Sqrt(x / n) }

// DFromEtaSq is d from eta squared of a comparison of two equal groups,
// 2 sqrt(eta/(1-eta)) (Cohen 1988).
func DFromEtaSq(eta float64) (float64, error) {
	if !(eta >= 0 && eta < 1) {
		return math.NaN(), bad("eta squared must lie in [0, 1), not %g", eta)
	}
	return 2 * math.Sqrt(eta/(1-eta)), nil
}

// DFromBeta is d from an unstandardised regression coefficient of a group
// indicator and the SD of the outcome over everyone (Lipsey & Wilson 2001,
// appendix B): b over the pooled SD, sd_pooled^2 = (sd_y^2 (N-1) - b^2 n1 n2/N)/(N-2).
func DFromBeta(b, sdY, n1, n2 float64) (float64, error) {
	n := n1 + n2
	v := (sdY*sdY*(n-1) - b*b*n1*n2/n) / (n - 2)
	if !(v > 0) {
		return math.NaN(), bad("the coefficient %g is too large for an outcome SD of %g", b, sdY)
	}
	return b / math.Sqrt(v), nil
}

// ZFromP is the absolute z value behind a p-value; sides is 1 or 2.
func ZFromP(p float64, sides int) (float64, error) {
	if !(p > 0 && p <= 1) {
		return math.NaN(), bad("p must lie in (0, 1], not %g", p)
	}
	return -dist.NormQuantile(p / float64(sides)), nil
}
