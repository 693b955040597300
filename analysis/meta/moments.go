package meta

import (
	"math"
)

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

// projection is the fit with one set of weights, row by row: what the closed-form
// estimators, the residuals and the final estimates need.
type projection struct {
	s    *sample
	w    []float64 // weights
	b    []float64 // coefficients, relative to the sample's shift
	g    *gram     // factorisation; nil without moderators
	r    []float64 // residuals
	h    []float64 // hat values
	omh  []float64 // 1 - h, accurate where h is near 1
	sumW float64
}

// project fits with weights w (which it keeps).
func (s *sample) project(w []float64) *projection {
	k := s.k
	buf := make([]float64, 3*k+s.p)
	pr := &projection{s: s, w: w}
	pr.r, pr.h, pr.omh, pr.b = buf[:k:k], buf[k:2*k:2*k], buf[2*k:3*k:3*k], buf[3*k:]
	for _, x := range w {
		pr.sumW += x
	}
	if s.x == nil {
		s.projectMean(pr)
	} else {
		s.projectRegression(pr)
	}
	return pr
}

func (s *sample) projectMean(pr *projection) {
	w := pr.w
	top := 0
	for i := range w {
		if w[i] > w[top] {
			top = i
		}
	}
	rest, sy := 0.0, 0.0
	for i := range w {
		if i != top {
			rest += w[i]
		}
		sy += w[i] * (s.y[i] - s.y[top])
	}
	sum := rest + w[top]
	pr.b[0] = s.y[top] + sy/sum
	for i := range w {
		// relative to the heaviest study first: both differences are small
		pr.r[i] = (s.y[i] - s.y[top]) - sy/sum
		pr.h[i] = w[i] / sum
		pr.omh[i] = 1 - pr.h[i]
	}
	pr.omh[top] = rest / sum
}

func (s *sample) projectRegression(pr *projection) {
	pr.g = newGram(s.p)
	s.factorise(pr.g, pr.w, -1)
	pr.g.coef(pr.b)
	for i, w := range pr.w {
		x := s.rowOf(i)
		pr.r[i] = s.y[i] - dot(x, pr.b)
		pr.h[i] = w * pr.g.lower(x, s.u)
		pr.omh[i] = 1 - pr.h[i]
		if s.isPinned(i) {
			pr.r[i], pr.h[i], pr.omh[i] = 0, 1, 0
		} else if pr.omh[i] < 1e-3 {
			pr.omh[i] = s.withoutHat(i, pr.w)
		}
	}
}

// inverse is (X'W X)^-1.
func (pr *projection) inverse() []float64 {
	m := make([]float64, pr.s.p*pr.s.p)
	if pr.g == nil {
		m[0] = 1 / pr.sumW
		return m
	}
	pr.g.inverse(m)
	return m
}

// rss is sum w r^2.
func (pr *projection) rss() float64 {
	q := 0.0
	for i, r := range pr.r {
		q += pr.w[i] * r * r
	}
	return q
}

// trace is tr(P F) = sum w f (1-h); f nil is 1.
func (pr *projection) trace(f []float64) float64 {
	t := 0.0
	for i, w := range pr.w {
		x := w * pr.omh[i]
		if f != nil {
			x *= f[i]
		}
		t += x
	}
	return t
}

// pairTrace is tr(P F P G) = sum over i, j of P_ij^2 f_i g_j for diagonal F and G
// (nil: 1). Rows with a hat value above one half are taken pair by pair, the others
// by the p x p matrices X'W F W X: nothing cancels when a study outweighs the rest.
func (pr *projection) pairTrace(f, g []float64) float64 {
	k, p := pr.s.k, pr.s.p
	at := func(x []float64, i int) float64 {
		if x == nil {
			return 1
		}
		return x[i]
	}
	fq, gq, u := make([]float64, p*p), make([]float64, p*p), make([]float64, p)
	sum := 0.0
	for i := 0; i < k; i++ {
		w := pr.w[i]
		if pr.h[i] > 0.5 {
			d := w * pr.omh[i]
			sum += d * d * at(f, i) * at(g, i)
			row := pr.row(i)
			for j := 0; j < k; j++ {
				if j == i || (pr.h[j] > 0.5 && j < i) {
					continue
				}
				sum += row[j] * row[j] * (at(f, i)*at(g, j) + at(f, j)*at(g, i))
			}
			continue
		}
		sum += w * w * (1 - 2*pr.h[i]) * at(f, i) * at(g, i)
		pr.scaled(i, u)
		for a := 0; a < p; a++ {
			for b := 0; b < p; b++ {
				x := w * w * u[a] * u[b]
				fq[a*p+b] += x * at(f, i)
				gq[a*p+b] += x * at(g, i)
			}
		}
	}
	for j := range fq {
		sum += fq[j] * gq[j]
	}
	return sum
}

// scaled is D^-1/2 R^-T x of a row: its squared length is x'(X'W X)^-1 x.
func (pr *projection) scaled(i int, u []float64) {
	if pr.g == nil {
		u[0] = 1 / math.Sqrt(pr.sumW)
		return
	}
	pr.g.lower(pr.s.rowOf(i), u)
	for j := range u {
		u[j] /= math.Sqrt(pr.g.d[j])
	}
}

// row is row i of P off the diagonal. Without moderators it is -w_i w_j / sum w;
// with them it comes from the fit without row i, M the inverse of X'W X there:
//
//	P_ij = -w_i w_j x_i'M x_j / (1 + w_i x_i'M x_i)
//
// For a row that outweighs the others the direct form would be a small difference
// of large terms.
func (pr *projection) row(i int) []float64 {
	k, p, s := pr.s.k, pr.s.p, pr.s
	out := make([]float64, k)
	if s.x == nil {
		for j := range out {
			out[j] = -pr.w[i] * (pr.w[j] / pr.sumW)
		}
		return out
	}
	less := s.less
	if s.isPinned(i) || !s.factorise(less, pr.w, i) {
		return out
	}
	u, q := make([]float64, p), make([]float64, p)
	scale := pr.w[i] / (1 + pr.w[i]*less.lower(s.rowOf(i), u))
	for j := range out {
		less.lower(s.rowOf(j), q)
		d := 0.0
		for l := range u {
			d += u[l] * q[l] / less.d[l]
		}
		out[j] = -scale * pr.w[j] * d
	}
	return out
}
