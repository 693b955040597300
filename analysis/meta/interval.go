package meta

import (
	"fmt"
	"math"

	"past/analysis"
	"past/analysis/internal/dist"
)

// VarianceInterval is an interval for tau2 and what follows from it.
type VarianceInterval struct {
	Tau2, Tau analysis.Interval
	I2, H2    analysis.Interval // I2 in percent; both by the typical sampling variance
	Empty     bool              // Q-profile: even tau2 = 0 fits too well; both bounds are 0
}

func (r *Result) varianceInterval(lb, ub float64) *VarianceInterval {
	v := &VarianceInterval{Tau2: analysis.Interval{Lower: lb, Upper: ub}, Tau: analysis.Interval{Lower: math.Sqrt(lb), Upper: math.Sqrt(ub)}}
	v.I2.Lower, v.H2.Lower = r.relative(lb)
	v.I2.Upper, v.H2.Upper = r.relative(ub)
	return v
}

// QProfile returns the interval for tau2 by inverting the test of the generalised Q
// statistic (Viechtbauer 2007): the tau2 with
//
//	Q(tau2) = chi-square quantile of 1-alpha/2 (lower bound), alpha/2 (upper bound)
//
// on k-p df, at the level of the fit. A bound is 0 where Q(0) is below its
// quantile. It fails when k = p.
func (r *Result) QProfile() (*VarianceInterval, error) {
	df := float64(r.K - r.p)
	if df <= 0 {
		return nil, fmt.Errorf("no interval for tau2: %d studies and %d coefficients leave no degrees of freedom", r.K, r.p)
	}
	lower := dist.ChiSqQuantile(0.5+r.Level/2, df)
	upper := dist.ChiSqQuantile(0.5-r.Level/2, df)
	v := r.varianceInterval(r.s.solveQ(lower), r.s.solveQ(upper))
	v.Empty = !(r.Q.Value > upper)
	return v, nil
}

// ProfileLikelihood returns the interval of the tau2 whose (restricted) likelihood
// is not too far below the maximum (Hardy & Thompson 1996; Viechtbauer 2007):
//
//	2 (ll(estimate) - ll(tau2)) <= chi-square quantile of the level on 1 df.
//
// It is defined for fits by ML and REML. Where the likelihood has several maxima
// the set may have gaps: the bounds are its outer ends then.
func (r *Result) ProfileLikelihood() (*VarianceInterval, error) {
	if r.Method != ML && r.Method != REML {
		return nil, fmt.Errorf("a profile-likelihood interval needs method ML or REML, not %s", r.Method)
	}
	if r.tau2Fixed {
		return nil, fmt.Errorf("tau2 is held at %v: it has no interval", r.Tau2)
	}
	if r.K <= r.p {
		return nil, fmt.Errorf("no interval for tau2: %d studies and %d coefficients leave no degrees of freedom", r.K, r.p)
	}
	p := profile{s: r.s, reml: r.Method == REML}
	p.cut = p.at(r.Tau2) - dist.ChiSqQuantile(r.Level, 1)/2
	return r.varianceInterval(p.bounds(r.Tau2)), nil
}

// profile is the likelihood as a function of tau2 against a cut-off.
type profile struct {
	s    *sample
	reml bool
	cut  float64
	m    moments
}

func (p *profile) at(t float64) float64 {
	p.s.at(t, &p.m)
	return p.s.logLik(&p.m, p.reml)
}

// over is the height above the cut-off.
func (p *profile) over(t float64) float64 { return p.at(t) - p.cut }

// bounds walks on grids that double, to the outermost crossings.
func (p *profile) bounds(best float64) (lb, ub float64) {
	// upwards: past the bound of the score the likelihood only falls
	top := math.Max(p.s.likelihoodBound(p.reml), best)
	in, out := best, best // the outermost grid point inside, and the first one outside after it
	for t, step := best, 0; step < 2100 && !(out > in && t > top); step++ {
		if t = 2*t + p.s.v[0]/2; p.over(t) >= 0 {
			in = t
		} else if out <= in {
			out = t
		}
	}
	ub = p.cross(in, out)
	if best == 0 || p.over(0) >= 0 {
		return 0, ub
	}
	// downwards from the estimate to 0, on the same kind of grid
	out, in = 0, best
	for t := p.s.v[0] / 4; t < best; t = 2*t + p.s.v[0]/8 {
		if p.over(t) >= 0 {
			in = t
			break
		}
		out = t
	}
	return p.cross(in, out), ub
}

// cross finds the crossing between a point inside (over >= 0) and one outside by
// secant steps inside the bracket, with a bisection whenever the bracket did not
// halve in two steps.
func (p *profile) cross(in, out float64) float64 {
	fi, fo := p.over(in), p.over(out)
	width := math.Abs(in - out)
	for i := 0; i < 200 && width > 4e-16*math.Max(in, out); i++ {
		t := in + (out-in)*(fi/(fi-fo))
		if i%3 == 2 {
			t = in + (out-in)/2
			if now := math.Abs(in - out); now < width/2 {
				t = in + (out-in)*(fi/(fi-fo))
			}
			width = math.Abs(in - out)
		}
		if t == in || t == out {
			t = in + (out-in)/2
			if t == in || t == out {
				break
			}
		}
		f := p.over(t)
		if f == 0 {
			return t
		}
		if f > 0 {
			in, fi = t, f
		} else {
			out, fo = t, f
		}
	}
	if fi < -fo {
		return in
	}
	return out
}

// Prediction is a predicted true effect with the interval of its mean and
// prediction intervals for the effect in a new study of the same kind,
//
//	pred +- q sqrt(se^2 + tau2),
//
// in conventions that differ in the quantile q and, for Knapp-Hartung fits, in the
// standard error.
type Prediction struct {
	Value, SE float64
	CI        analysis.Interval
	// PI: q as in the tests of the fit (normal for z, t on k-p df otherwise), as
	// metafor does. NaN in common-effect models, which have no other studies'
	// effects to predict.
	PI analysis.Interval
	// Riley: t on RileyDF = k-p-1 df, at least 1 (Higgins, Thompson & Spiegelhalter
	// 2009, eq. 12; Riley, Higgins & Deeks 2011).
	Riley   analysis.Interval
	RileyDF float64
	// T: t on TDF = k-p df, at least 1 (Partlett & Riley 2017).
	T   analysis.Interval
	TDF float64
	// The classic intervals are made with the standard error without the
	// Knapp-Hartung factor and t on k-p df (ClassicT) or k-p-1 df, at least 1
	// (ClassicHTS), as the R package meta makes them whatever the test
	// (method.predict "V" and "HTS"; metapsyTools takes them from there).
	ClassicT, ClassicHTS analysis.Interval
}

// Predict returns the prediction for a model without moderators. For other models
// use [Result.PredictAt] or [Result.Fitted].
func (r *Result) Predict() Prediction {
	if r.s.x != nil {
		return r.prediction(math.NaN(), math.NaN(), math.NaN())
	}
	return r.prediction(r.beta[0], r.Coef[0].SE, math.Sqrt(r.unscaledVariance(unit)))
}

// PredictAt returns the prediction at the moderator values x, one for each
// coefficient (1 for the intercept).
func (r *Result) PredictAt(x []float64) (Prediction, error) {
	if len(x) != r.p {
		return Prediction{}, fmt.Errorf("%d moderator values for %d coefficients", len(x), r.p)
	}
	return r.prediction(dot(x, r.beta), math.Sqrt(r.rowVariance(x)), math.Sqrt(r.unscaledVariance(x))), nil
}

func (r *Result) prediction(pred, se, classic float64) Prediction {
	p := Prediction{Value: pred, SE: se, CI: around(pred, r.ci*se)}
	p.RileyDF = math.Max(float64(r.K-r.p-1), 1)
	p.TDF = math.Max(float64(r.K-r.p), 1)
	riley, t := r.quantileDF(p.RileyDF), r.quantileDF(p.TDF)
	sd, csd := math.Sqrt(se*se+r.Tau2), math.Sqrt(classic*classic+r.Tau2)
	if r.Method.common() {
		sd, csd = math.NaN(), math.NaN()
	}
	p.PI, p.Riley, p.T = around(pred, r.ci*sd), around(pred, riley*sd), around(pred, t*sd)
	p.ClassicT, p.ClassicHTS = around(pred, t*csd), around(pred, riley*csd)
	return p
}

func around(x, half float64) analysis.Interval {
	return analysis.Interval{Lower: x - half, Upper: x + half}
}

// quantileDF is the t quantile, computed once for each number of degrees of freedom.
func (r *Result) quantileDF(df float64) float64 {
	if df == r.ddf {
		return r.ci
	}
	return r.quantiles.at(r.Level, df)
}

// quantileTable holds the quantiles asked for with their degrees of freedom; a
// result and its refits share one.
type quantileTable struct{ known [][2]float64 }

func (t *quantileTable) at(level, df float64) float64 {
	for _, q := range t.known {
		if q[0] == df {
			return q[1]
		}
	}
	q := analysis.Quantile(level, df)
	t.known = append(t.known, [2]float64{df, q})
	return q
}

// Exp returns the prediction back-transformed from the log scale; the standard error
// is NaN, as it has no meaning there.
func (p Prediction) Exp() Prediction {
	e := p
	e.Value, e.SE = math.Exp(p.Value), math.NaN()
	for _, x := range []*analysis.Interval{&e.CI, &e.PI, &e.Riley, &e.T, &e.ClassicT, &e.ClassicHTS} {
		x.Lower, x.Upper = math.Exp(x.Lower), math.Exp(x.Upper)
	}
	return e
}

// Fitted returns the prediction for every used row.
func (r *Result) Fitted() []Prediction {
	out := make([]Prediction, r.K)
	if r.s.x == nil {
		p := r.Predict()
		for i := range out {
			out[i] = p
		}
		return out
	}
	for i, row := range r.s.perm {
		x := r.s.rowOf(i)
		out[row] = r.prediction(dot(x, r.beta), math.Sqrt(r.rowVariance(x)), math.Sqrt(r.unscaledVariance(x)))
	}
	return out
}

// rowPredictions returns the fitted mean of every used row and its variance, in
// the order of Rows.
func (r *Result) rowPredictions() (pred, va []float64) {
	pred, va = make([]float64, r.K), make([]float64, r.K)
	for i, row := range r.s.perm {
		x := r.s.rowOf(i)
		pred[row] = dot(x, r.beta)
		va[row] = r.rowVariance(x)
	}
	return pred, va
}

// CurvePoint is one point of a p-value function.
type CurvePoint struct {
	X float64 // hypothesised effect
	P float64 // two-sided p-value of X
}

// PValueCurve returns the p-value function of coefficient j (Poole 1987;
// Infanger & Schmidt-Trucksaess 2019): for n values around the estimate, evenly
// spaced over width standard errors to each side, the p-value of the test that the
// coefficient has that value. Drapery plots (Ruecker & Schwarzer 2021) are made of
// these curves; where a curve crosses 0.05 the 95 % interval ends. n is at least 2.
func (r *Result) PValueCurve(j, n int, width float64) ([]CurvePoint, error) {
	if j < 0 || j >= r.p {
		return nil, fmt.Errorf("p-value curve: there is no coefficient %d, the model has %d", j, r.p)
	}
	if n < 2 || !(width > 0) || math.IsInf(width, 0) {
		return nil, fmt.Errorf("p-value curve: need at least 2 points and a positive width, not %d and %v", n, width)
	}
	out := make([]CurvePoint, n)
	for i := range out {
		z := width * (2*float64(i)/float64(n-1) - 1)
		out[i] = CurvePoint{r.beta[j] + z*r.Coef[j].SE, analysis.Wald(z, 1, r.ddf, 0).P}
	}
	return out, nil
}
