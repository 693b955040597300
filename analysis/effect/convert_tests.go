package effect

import (
	"errors"
	"math"

	"past/analysis/internal/dist"
)

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

// DFromP is d from the p-value of an independent-groups t test (sides 1 or 2);
// sign gives the direction. The t value is returned too.
func DFromP(p, sign, n1, n2 float64, sides int) (d, t float64, err error) {
	if t, err = TFromP(p, n1+n2-2, sides); err != nil {
		return math.NaN(), math.NaN(), err
	}
	if sides == 2 {
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
