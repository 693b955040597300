package meta

import "math"

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
		mean := 0.0
		for _, y := range s.y {
			mean += y
		}
		mean /= float64(s.k)
		rss := 0.0
		for _, y := range s.y {
			rss += (y - mean) * (y - mean)
		}
		return rss
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
