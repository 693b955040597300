package meta

import (
	"math"
)

// estimate is an estimated tau2.
type estimate struct {
	tau2   float64
	se     float64 // NaN: not available
	maxima int     // local maxima of the likelihood, 1 for other methods
}

// solveQ returns the tau2 >= 0 with Q(tau2) = y'P y = target, or 0 when Q(0) is not
// above it. Q falls and is convex, so the zero is the only one.
func (s *sample) solveQ(target float64) float64 {
	var m moments
	s.at(0, &m)
	if !(m.q > target) || !(target > 0) {
		return 0
	}
	// Q(tau2) <= RSS/tau2: the zero is below RSS/target
	a, b := 0.0, s.unweightedRSS()/target*(1+1e-9)
	c := s.v[0]
	value := func(m *moments) float64 { return math.Log(m.q / target) }
	t := startBetween(a, b, c, value(&m), -1)
	for i := 0; i < 200; i++ {
		s.at(t, &m)
		g := value(&m)
		if g > 0 {
			a = t
		} else {
			b = t
		}
		next, done := newtonStep(t, c, g, -m.q2/m.q, a, b)
		t = next
		if done {
			break
		}
	}
	return t
}

// estimateTau2 estimates tau2 by any method and gives its standard error. The
// formulas of the standard errors are those of Viechtbauer (2005, 2015) as used by
// metafor: for moment estimators the square root of
//
//	c^2 (2 tr(PVPV) + 4 tau2 tr(PVP) + 2 tau2^2 tr(PP)),
//
// c the divisor of the estimator; for ML and REML the expected information; for EB,
// PM and PMM sqrt(2 k^2/(k-p)) / sum w.
func (s *sample) estimateTau2(method Method, tau2Fixed *float64) estimate {
	df := float64(s.k - s.p)
	if method.common() {
		return estimate{0, math.NaN(), 1}
	}
	if df <= 0 {
		t := 0.0
		if tau2Fixed != nil {
			t = *tau2Fixed
		}
		return estimate{t, math.NaN(), 1}
	}
	return method.estimator().fit(s, tau2Fixed)
}

func (s *sample) likelihoodSE(tau2 float64, reml bool) float64 {
	var m moments
	s.at(tau2, &m)
	if !reml {
		return math.Sqrt(2 / m.sww)
	}
	if s.x == nil {
		return math.Sqrt(2 / m.trPP)
	}
	return math.Sqrt(2 / s.project(append([]float64(nil), s.w[:s.k]...)).pairTrace(nil, nil))
}

// momentTau2 covers the estimators with a closed form.
func (s *sample) momentTau2(method Method, fixed *float64) (tau2, se float64) {
	fix := func(t float64) float64 {
		if fixed != nil {
			return *fixed
		}
		return math.Max(t, 0)
	}
	k, df := float64(s.k), float64(s.k-s.p)
	w := make([]float64, s.k)
	tau0 := 0.0
	switch method {
	case HE:
		for i := range w {
			w[i] = 1
		}
	case GENQ:
		copy(w, s.a)
	case SJ:
		tau0 = s.crudeVariance()
		fallthrough
	default:
		for i := range w {
			w[i] = 1 / (s.v[i] + tau0)
		}
	}
	pr := s.project(w)
	q := pr.rss()
	var divisor float64
	switch method {
	case DL:
		divisor = pr.trace(nil)
		tau2 = fix((q - df) / divisor)
		pp := pr.pairTrace(nil, nil)
		return tau2, math.Sqrt(2*df+4*tau2*divisor+2*tau2*tau2*pp) / divisor
	case HS, HSk:
		f := 1.0
		if method == HSk {
			f = k / df
		}
		tau2 = fix((f*q - k) / pr.sumW)
		pp := pr.pairTrace(nil, nil)
		return tau2, f * math.Sqrt(2*df+4*tau2*pr.trace(nil)+2*tau2*tau2*pp) / pr.sumW
	case HE:
		divisor = df
		tau2 = fix((q - pr.trace(s.v)) / divisor)
	case SJ:
		divisor = df
		tau2 = fix(tau0 * q / divisor)
	case GENQ:
		divisor = pr.trace(nil)
		tau2 = fix((q - pr.trace(s.v)) / divisor)
	}
	va := 2*pr.pairTrace(s.v, s.v) + 4*tau2*pr.pairTrace(s.v, nil) + 2*tau2*tau2*pr.pairTrace(nil, nil)
	se = math.Sqrt(va) / divisor
	if method == SJ {
		se *= tau0
	}
	return tau2, se
}

// crudeVariance is the variance of the effects with divisor k.
func (s *sample) crudeVariance() float64 {
	mean := 0.0
	for _, y := range s.y {
		mean += y
	}
	mean /= float64(s.k)
	ss := 0.0
	for _, y := range s.y {
		ss += (y - mean) * (y - mean)
	}
	return ss / float64(s.k)
}
