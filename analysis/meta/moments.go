package meta

import "math"

// moments are the sums from which every estimator is built, at one value of tau2
// with weights w = 1/(v+tau2), P = W - W X (X'W X)^-1 X'W and r = y - X beta:
//
//	q  = y'P y     = sum w r^2        q2 = y'P P y = sum w^2 r^2
//	q3 = y'P P P y                    trP, trPP = tr(P), tr(P P)
//
// q, q2, q3, sw and trP fall as tau2 rises: the eigenvalues of P do.
type moments struct {
	tau2      float64
	sw, sww   float64 // sum w, sum w^2
	q, q2, q3 float64
	trP, trPP float64
	mu        float64 // without moderators: the mean, relative to the sample's shift
}

// at computes the moments at tau2.
func (s *sample) at(tau2 float64, m *moments) {
	m.tau2 = tau2
	switch {
	case s.x != nil:
		s.regressionMoments(m)
	case s.hasLast && s.last.tau2 == tau2:
		*m = s.last
	case s.hasZero && tau2 == 0:
		*m = s.zero
	default:
		s.meanMoments(m)
		s.last, s.hasLast = *m, true
		if tau2 == 0 {
			s.zero, s.hasZero = *m, true
		}
	}
}

// meanMoments is at for a model with a mean only. The most precise study is kept
// out of the sums, because its weight may be so much larger than all others that
// sum(w) - sum(w^2)/sum(w) would cancel to nothing:
//
//	tr(P) = S' - S2'/S + w_0 S'/S,  S = w_0 + S',
//
// primes over the other studies, each of which has at most half the total weight.
func (s *sample) meanMoments(m *moments) {
	t := m.tau2
	v, y, w := s.v[:s.k], s.y[:s.k], s.w[:s.k]
	w0 := 1 / (v[0] + t)
	w[0] = w0
	var s1, s2, s3, sy float64
	for i := 1; i < len(v); i++ {
		wi := 1 / (v[i] + t)
		w[i] = wi
		ww := wi * wi
		s1 += wi
		s2 += ww
		s3 += ww * wi
		sy += wi * y[i]
	}
	S := s1 + w0
	mu := sy / S // y[0] is 0
	var q, q2, q3, wwr float64
	for i := range v {
		r := y[i] - mu
		wr := w[i] * r
		wwr1 := w[i] * wr
		q += wr * r
		q2 += wr * wr
		q3 += wwr1 * wr
		wwr += wwr1
	}
	m.mu = mu
	m.sw, m.sww = S, s2+w0*w0
	m.q, m.q2, m.q3 = q, q2, q3-wwr*wwr/S
	m.trP = s1 - s2/S + w0*(s1/S)
	c := w0 * s1 / S
	m.trPP = c*c + 2*w0*w0*(s2/S)/S + (s2 - 2*s3/S) + (s2/S)*(s2/S)
}

// logLik returns the log-likelihood (ML) or the restricted one at the moments'
// tau2, without the parts that do not depend on tau2:
//
//	ML:   -1/2 [ sum log(v+tau2) + q ]
//	REML: the same and -1/2 log|X'W X|
func (s *sample) logLik(m *moments, reml bool) float64 {
	l := s.sumLogV(m.tau2) + m.q
	if reml {
		l += s.logDetXWX(m)
	}
	return -l / 2
}

// sumLogV is sum log(v+tau2), by products to save logarithms.
func (s *sample) sumLogV(tau2 float64) float64 {
	sum, prod := 0.0, 1.0
	for _, v := range s.v {
		prod *= v + tau2
		if prod < 1e-150 || prod > 1e150 {
			sum += math.Log(prod)
			prod = 1
		}
	}
	return sum + math.Log(prod)
}

// logDetXWX is log|X'W X|; without moderators log sum w. The weights must be those
// of the last call of at.
func (s *sample) logDetXWX(m *moments) float64 {
	if s.x == nil {
		return math.Log(m.sw)
	}
	return s.g.logDet()
}
