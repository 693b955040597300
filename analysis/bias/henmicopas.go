package bias

import (
	"cmp"
	"fmt"
	"math"

	"past/analysis"
	"past/analysis/internal/dist"
	"past/analysis/internal/solve"
)

// HenmiCopasResult is the outcome of [HenmiCopas]: Coef holds the common-effect (inverse-variance) mean with its standard error
// under the random-effects model and the interval; there is no test. Tau2 is the DerSimonian-Laird estimate.
type HenmiCopasResult struct {
	analysis.Fit
	Method string
	U      float64 // percentage point: the interval is the mean -+ U SE
}

// HenmiCopasOptions chooses the interval.
type HenmiCopasOptions struct {
	// AsMetafor stops the search for the percentage point where metafor's hc() does, whose printed intervals are off in about the
	// fifth digit; otherwise it is found to 1e-12.
	AsMetafor bool
}

// metaforTolerance is that of metafor's hc(), the fourth root of the machine precision of R's numbers.
const metaforTolerance = 0x1p-13

// HenmiCopas is the interval of Henmi & Copas (2010, Statistics in Medicine 29:2969-2983). It is centred on the common-effect
// mean, which gives small, possibly biased, studies less weight than a random-effects mean, and allows for heterogeneity in its
// width:
//
//	beta = sum w y / W1, var(beta) = (1 + tau2 W2)/W1, w = 1/v, W_r = sum w^r / W1 (r > 1), tau2 by DerSimonian & Laird
//
// The percentage point U solves P(R/sqrt(var R) > t, ...) = (1-level)/2, an integral over R of the gamma approximation to Q given
// R. The integral is found to 1e-12, and so is the root unless the options say otherwise.
func HenmiCopas(s Studies, o HenmiCopasOptions) (HenmiCopasResult, error) {
	const method = "Henmi-Copas interval (Henmi & Copas 2010)"
	if err := s.check(method, 2); err != nil {
		return HenmiCopasResult{}, err
	}
	c := newHenmiCopas(s)
	r := HenmiCopasResult{Fit: analysis.NewFit(s.K(), 0.95), Method: method}
	r.Tau2 = c.tau2 * c.unit
	t, err := c.percentagePoint((1-r.Level)/2, o.AsMetafor)
	if err != nil {
		return r, fmt.Errorf("%s: the percentage point was not found: %w", method, err)
	}
	r.U = math.Sqrt(c.vr) * t
	nan, se := math.NaN(), math.Sqrt(c.vb)*math.Sqrt(c.unit)
	r.Coef = []analysis.Estimate{{Value: c.beta, SE: se, Stat: nan, DF: nan, P: nan, Lower: c.beta - r.U*se, Upper: c.beta + r.U*se}}
	if s.K() < 5 {
		r.Warnings.Add(analysis.Precision, "k = %d: the gamma approximation behind the interval is rough", s.K())
	}
	return r, nil
}

// henmiCopas holds the sums of the method, with variances divided by unit = the smallest one.
type henmiCopas struct {
	unit, k            float64
	w1, w2, w3, w4     float64
	beta, tau2, vb, vr float64
}

func newHenmiCopas(s Studies) henmiCopas {
	c := henmiCopas{unit: s.minV(), k: float64(s.K())}
	for _, v := range s.V {
		w := c.unit / v
		c.w1 += w
		c.w2 += w * w
		c.w3 += w * w * w
		c.w4 += w * w * w * w
	}
	c.w2, c.w3, c.w4 = c.w2/c.w1, c.w3/c.w1, c.w4/c.w1
	c.beta, _ = s.commonEffect()
	q := 0.0
	for i, y := range s.Y {
		q += (y - c.beta) * (y - c.beta) / s.V[i]
	}
	if d := (q - (c.k - 1)) / (c.w1 - c.w2); d > 0 {
		c.tau2 = d
	}
	c.vr = 1 + c.tau2*c.w2
	c.vb = c.vr / c.w1
	return c
}

// gammaTail is P(Q <= finv(r/t) | R = sqrt(vr) r) by the gamma distribution with Q's conditional mean and variance
// (Henmi & Copas 2010, section 3).
func (c *henmiCopas) gammaTail(r, t float64) float64 {
	f := r / t
	x := (c.w1/c.w2-1)*(f*f-1) + c.k - 1
	t2 := c.tau2
	e := (r*r - 1) / c.vr // R^2/VR^2 - 1/VR at R = sqrt(VR) r
	d3, d4 := c.w3-c.w2*c.w2, c.w4-2*c.w2*c.w3+c.w2*c.w2*c.w2
	mean := c.k - 1 + t2*(c.w1-c.w2) + t2*t2*e*d3
	v := 2*(c.k-1) + 4*t2*(c.w1-c.w2) + 2*t2*t2*(c.w1*c.w2-2*c.w3+c.w2*c.w2) +
		4*t2*t2*e*d3 + 4*t2*t2*t2*e*d4 + 2*t2*t2*t2*t2*(1-2*r*r)/(c.vr*c.vr)*d3*d3
	if !(x > 0) || math.IsNaN(mean) || math.IsNaN(v) {
		return 0
	}
	if math.IsInf(x, 1) {
		return 1
	}
	if !(mean > 0) || !(v > 0) {
		return 1 // the approximation puts Q at or below zero here, so below x
	}
	return dist.GammaCDF(x, mean*mean/v, mean/v)
}

// percentagePoint solves integral from t to infinity of gammaTail(r, t) phi(r) dr = tail for t.
func (c *henmiCopas) percentagePoint(tail float64, asMetafor bool) (float64, error) {
	var failed error
	eqn := func(t float64) float64 {
		if t <= 0 {
			return 0.5 - tail
		}
		sum := 0.0
		// beyond 40 the normal density is zero to float64; panels follow the density and the rise of the gamma tail near t
		for _, p := range [][2]float64{{t, t + 0.25}, {t + 0.25, t + 1}, {t + 1, t + 3}, {t + 3, t + 9}, {t + 9, t + 40}} {
			v, err := solve.Integrate(func(r float64) float64 { return c.gammaTail(r, t) * dist.NormPDF(r) }, p[0], p[1], 1e-14, 1e-12)
			if err != nil && failed == nil {
				failed = err
			}
			sum += v.Value
		}
		return sum - tail
	}
	if end := eqn(2); asMetafor && end < 0 {
		t, err := solve.Root(eqn, 0, 2, metaforTolerance)
		return t, cmp.Or(err, failed)
	}
	t, err := solve.RootRight(eqn, 0, 1, 64, 0)
	if err != nil {
		return math.NaN(), err
	}
	return t, failed
}
