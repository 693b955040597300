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
	return s.squaresAboutMean() / float64(s.k)
}

// squaresAboutMean is the sum of squares of the effects about their plain mean.
func (s *sample) squaresAboutMean() float64 {
	mean := 0.0
	for _, y := range s.y {
		mean += y
	}
	mean /= float64(s.k)
	ss := 0.0
	for _, y := range s.y {
		ss += (y - mean) * (y - mean)
	}
	return ss
}

// likelihoodTau2 returns the value of tau2 >= 0 that maximises the likelihood (ML)
// or the restricted likelihood (REML), and the number of local maxima.
//
// A maximum is a zero of the score
//
//	REML: q2(tau2) - tr(P(tau2))      ML: q2(tau2) - sum w(tau2)
//
// with a change from + to -, or tau2 = 0 where the score is not positive there.
// Both parts fall with tau2. So an interval [a, b] holds no zero when
// q2(a) < tr(P(b)) or q2(b) > tr(P(a)): intervals on a doubling grid are either
// certified in this way, or split again, before a sign is trusted.
func (s *sample) likelihoodTau2(reml bool) (tau2 float64, maxima int) {
	top := s.likelihoodBound(reml)
	if top == 0 {
		return 0, 1
	}
	var f scoreScan
	f.s, f.reml = s, reml
	f.eval(0, &f.lo)
	if f.score(&f.lo) <= 0 {
		f.add(0, &f.lo)
	}
	step := s.v[0] / 2
	for t := step; ; t *= 4 {
		last := !(t < top) // a bound that is NaN ends it too
		if last {
			t = top
		}
		f.eval(t, &f.hi)
		f.search(2)
		f.lo = f.hi
		if last {
			break
		}
	}
	if f.found == 0 { // the score is 0 over the whole range to rounding
		return 0, 1
	}
	return f.best, f.found
}

// likelihoodBound is a tau2 above which the score is negative: with the unweighted
// residual sum of squares R, q2 <= R/tau2^2 and tr(P) >= (k-p)/(tau2+vmax), so the
// positive root of n tau2^2 = R (tau2 + vmax), n = k-p (ML: n = k).
func (s *sample) likelihoodBound(reml bool) float64 {
	n := float64(s.k - s.p)
	if n <= 0 {
		return 0
	}
	if !reml {
		n = float64(s.k)
	}
	rss := s.unweightedRSS()
	if rss == 0 {
		return 0
	}
	vmax := s.v[s.k-1]
	half := rss / n / 2
	return (half + math.Sqrt(half*half+2*half*vmax)) * 1.01
}

// unweightedRSS is the residual sum of squares with equal weights.
func (s *sample) unweightedRSS() float64 {
	if s.x == nil {
		return s.squaresAboutMean()
	}
	return s.plain.rss
}

// scoreScan walks over tau2 and keeps the best of the maxima it meets.
type scoreScan struct {
	s      *sample
	reml   bool
	lo, hi moments
	found  int
	best   float64
	bestLL float64
	only   moments // moments of the only maximum so far, until its likelihood is wanted
	hasLL  bool
}

func (f *scoreScan) eval(t float64, m *moments) { f.s.at(t, m); m.tau2 = t }

// fall is the part of the score that is subtracted.
func (f *scoreScan) fall(m *moments) float64 {
	if f.reml {
		return m.trP
	}
	return m.sw
}

func (f *scoreScan) score(m *moments) float64 { return m.q2 - f.fall(m) }

// search looks for maxima between lo and hi; depth is how often an interval that
// could not be certified is halved.
func (f *scoreScan) search(depth int) {
	lo, hi := f.lo, f.hi
	slo, shi := f.score(&lo), f.score(&hi)
	same := (slo > 0) == (shi > 0)
	if same {
		if slo > 0 && hi.q2 > f.fall(&lo) || slo <= 0 && lo.q2 < f.fall(&hi) {
			return // certified: no zero in between
		}
		if depth == 0 {
			return
		}
	} else if depth == 0 || f.monotone(&lo, &hi) {
		if slo > 0 {
			f.polish(lo, hi)
		}
		return
	}
	mid := math.Sqrt((lo.tau2+f.s.v[0])*(hi.tau2+f.s.v[0])) - f.s.v[0]
	if !(mid > lo.tau2 && mid < hi.tau2) {
		mid = lo.tau2 + (hi.tau2-lo.tau2)/2
	}
	var m moments
	f.eval(mid, &m)
	f.lo, f.hi = lo, m
	f.search(depth - 1)
	f.lo, f.hi = m, hi
	f.search(depth - 1)
	f.hi = hi
}

// monotone certifies that the score falls all the way from lo to hi, so that its
// change of sign is the only one: the derivative -2 q3 + tr(P P) (ML: sum w^2) is
// below -2 q3(hi) + tr(PP)(lo).
func (f *scoreScan) monotone(lo, hi *moments) bool {
	if f.reml {
		return 2*hi.q3 > lo.trPP
	}
	return 2*hi.q3 > lo.sww
}

// polish finds the zero between lo (score > 0) and hi (score <= 0) by Newton steps
// on log(q2 / fall) over log(tau2 + c), nearly a straight line, inside the bracket.
func (f *scoreScan) polish(lo, hi moments) {
	a, b := lo.tau2, hi.tau2
	c := f.s.v[0]
	value := func(m *moments) float64 { return math.Log(m.q2 / f.fall(m)) }
	t := startBetween(a, b, c, value(&lo), value(&hi))
	var m moments
	for i := 0; i < 100; i++ {
		f.eval(t, &m)
		g := value(&m)
		if g > 0 {
			a = t
		} else {
			b = t
		}
		slope := -2*m.q3/m.q2 + m.trPP/m.trP
		if !f.reml {
			slope = -2*m.q3/m.q2 + m.sww/m.sw
		}
		next, done := newtonStep(t, c, g, slope, a, b)
		if done {
			t = next
			break
		}
		t = next
	}
	f.eval(t, &m)
	f.add(t, &m)
}

// startBetween interpolates the zero of a function of log(t+c) that is glo at a and
// ghi at b.
func startBetween(a, b, c, glo, ghi float64) float64 {
	if !(glo > 0 && ghi < 0) || math.IsInf(glo, 0) || math.IsInf(ghi, 0) {
		return a + (b-a)/2
	}
	la, lb := math.Log(a+c), math.Log(b+c)
	t := math.Exp(la+(lb-la)*glo/(glo-ghi)) - c
	if !(t > a && t < b) {
		return a + (b-a)/2
	}
	return t
}

// newtonStep moves t by one Newton step for g over log(t+c), given dg/dt; a step
// that leaves the bracket [a, b] becomes a bisection. done: the step was so small
// that the next would be below rounding.
func newtonStep(t, c, g, slope, a, b float64) (next float64, done bool) {
	if g == 0 || a >= b {
		return t, true
	}
	d := -g / (slope * (t + c)) // step in log(t+c)
	if math.Abs(d) < 1 {
		next = t + (t+c)*math.Expm1(d)
	} else {
		next = math.NaN()
	}
	if !(next >= a && next <= b) || !(slope < 0) {
		next = a + (b-a)/2
		return next, next == a || next == b || (b-a) <= 4e-16*b
	}
	if math.Abs(next-t) <= 1e-9*(next+c*1e-3) {
		return next, true
	}
	return next, false
}

// add compares a maximum with the best one so far.
func (f *scoreScan) add(t float64, m *moments) {
	f.found++
	if f.found == 1 {
		f.best, f.only = t, *m
		return
	}
	if !f.hasLL {
		f.eval(f.best, &f.only) // restores the scratch the determinant is read from
		f.bestLL = f.s.logLik(&f.only, f.reml)
		f.hasLL = true
	}
	f.eval(t, m)
	if ll := f.s.logLik(m, f.reml); ll > f.bestLL {
		f.best, f.bestLL = t, ll
	}
}
