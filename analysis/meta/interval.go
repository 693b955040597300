package meta

import (
	"fmt"
	"math"

	"past/analysis"
	"past/analysis/internal/dist"
)

// VarianceInterval is an interval for tau2 and what follows from it.
type VarianceInterval struct {
	Tau2, Tau    analysis.Interval
	I2, H2       analysis.Interval // I2 in percent; both by the typical sampling variance
	Empty        bool              // Q-profile: even tau2 = 0 fits too well; both bounds are 0
	Disconnected bool              // profile likelihood: the set has a gap; the bounds are its ends
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
	lb, ub, gap := p.bounds(r.Tau2)
	v := r.varianceInterval(lb, ub)
	v.Disconnected = gap
	return v, nil
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

// bounds walks outwards on grids that double, to the outermost crossings.
func (p *profile) bounds(best float64) (lb, ub float64, gap bool) {
	// upwards: past the bound of the score the likelihood only falls
	top := math.Max(p.s.likelihoodBound(p.reml), best)
	in, t, last := best, best, best
	outside := false
	for step := 0; step < 2100; step++ {
		t = 2*t + p.s.v[0]/2
		if p.over(t) >= 0 {
			if outside {
				gap = true
			}
			in, outside = t, false
			last = t
			continue
		}
		if !outside {
			last = t // first grid point outside after the last inside
		}
		outside = true
		if t > top {
			break
		}
	}
	ub = p.cross(in, last)
	if best == 0 || p.over(0) >= 0 {
		return 0, ub, gap || p.dips(0, best)
	}
	// downwards from the estimate to 0, on the same kind of grid
	out, inside := 0.0, best
	found := false
	for t = p.s.v[0] / 4; t < best; t = 2*t + p.s.v[0]/8 {
		if p.over(t) >= 0 {
			if !found {
				inside, found = t, true
			}
		} else if found {
			gap = true
		} else {
			out = t
		}
	}
	return p.cross(inside, out), ub, gap
}

// dips reports whether the likelihood falls below the cut-off between a and b.
func (p *profile) dips(a, b float64) bool {
	for t := p.s.v[0] / 4; t < b; t = 2*t + p.s.v[0]/8 {
		if t > a && p.over(t) < 0 {
			return true
		}
	}
	return false
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
