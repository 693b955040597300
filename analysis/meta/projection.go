package meta

import "math"

// projection is the fit with one set of weights, row by row: what the closed-form
// estimators, the residuals and the final estimates need.
type projection struct {
	w    []float64 // weights
	b    []float64 // coefficients on the basis (the mean, relative to shift, if z == nil)
	m    []float64 // (Z'W Z)^-1, p x p
	r    []float64 // residuals
	h    []float64 // hat values
	omh  []float64 // 1 - h, accurate where h is near 1
	q    []float64 // k x p orthonormal factor of sqrt(w) Z
	sumW float64
	s    *sample
}

// project fits with weights w (which it keeps).
func (s *sample) project(w []float64) *projection {
	k, p := s.k, s.p
	buf := make([]float64, 3*k+k*p+p+p*p)
	pr := &projection{w: w, s: s}
	pr.r, pr.h, pr.omh = buf[:k:k], buf[k:2*k:2*k], buf[2*k:3*k:3*k]
	pr.q = buf[3*k : 3*k+k*p : 3*k+k*p]
	pr.b = buf[3*k+k*p : 3*k+k*p+p : 3*k+k*p+p]
	pr.m = buf[3*k+k*p+p:]
	for _, x := range w {
		pr.sumW += x
	}
	if s.z == nil {
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
	pr.m[0] = 1 / sum
	for i := range w {
		// relative to the heaviest study first: both differences are small
		pr.r[i] = (s.y[i] - s.y[top]) - sy/sum
		pr.h[i] = w[i] / sum
		pr.omh[i] = 1 - pr.h[i]
		pr.q[i] = math.Sqrt(pr.h[i])
	}
	pr.omh[top] = rest / sum
}

func (s *sample) projectRegression(pr *projection) {
	k, p := s.k, s.p
	w := pr.w
	if !s.factorise(w, -1) {
		for i := range pr.r {
			pr.r[i], pr.h[i], pr.omh[i] = math.NaN(), math.NaN(), math.NaN()
		}
		for j := range pr.b {
			pr.b[j] = math.NaN()
		}
		for j := range pr.m {
			pr.m[j] = math.NaN()
		}
		return
	}
	s.solveCoef(pr.b)
	s.inverseGram(pr.m)
	for i := 0; i < k; i++ {
		pr.r[i] = s.y[i]
		for j := 0; j < p; j++ {
			pr.r[i] -= s.z[i*p+j] * pr.b[j]
		}
		pr.h[i] = s.whiten(i, math.Sqrt(w[i]), pr.q[i*p:(i+1)*p])
		pr.omh[i] = 1 - pr.h[i]
		if s.pinned != nil && s.pinned[i] {
			pr.r[i], pr.h[i], pr.omh[i] = 0, 1, 0
		} else if pr.omh[i] < 1e-3 {
			pr.omh[i] = s.withoutHat(i, w)
		}
	}
}

// inverseGram is (R'R)^-1 from the last factorise, into m (p x p).
func (s *sample) inverseGram(m []float64) {
	p := s.p
	r := s.rt[:p*p]
	inv := s.rt[p*p : 2*p*p]
	for j := 0; j < p; j++ { // columns of R^-1
		for i := p - 1; i >= 0; i-- {
			d := 0.0
			if i == j {
				d = 1
			}
			for l := i + 1; l < p; l++ {
				d -= r[i*p+l] * inv[l*p+j]
			}
			inv[i*p+j] = d / r[i*p+i]
		}
	}
	for a := 0; a < p; a++ {
		for b := 0; b < p; b++ {
			d := 0.0
			for l := 0; l < p; l++ {
				d += inv[a*p+l] * inv[b*p+l]
			}
			m[a*p+b] = d
		}
	}
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
// by the p x p matrices q'F q: nothing cancels when a study outweighs the rest.
func (pr *projection) pairTrace(f, g []float64) float64 {
	k, p := len(pr.w), len(pr.b)
	at := func(x []float64, i int) float64 {
		if x == nil {
			return 1
		}
		return x[i]
	}
	fq, gq := make([]float64, p*p), make([]float64, p*p)
	sum := 0.0
	for i := 0; i < k; i++ {
		w, qi := pr.w[i], pr.q[i*p:(i+1)*p]
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
		for a := 0; a < p; a++ {
			for b := 0; b < p; b++ {
				x := w * qi[a] * qi[b]
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

// row is row i of P off the diagonal. Without moderators it is -w_i w_j / sum w;
// with them it comes from the fit without row i, M the inverse of Z'W Z there:
//
//	P_ij = -w_i w_j z_i'M z_j / (1 + w_i z_i'M z_i)
//
// The orthonormal factor itself would not do: for a row that outweighs the others
// q_i'q_j is a small difference of large terms.
func (pr *projection) row(i int) []float64 {
	k, p, s := len(pr.w), len(pr.b), pr.s
	out := make([]float64, k)
	if s.z == nil {
		for j := range out {
			out[j] = -pr.w[i] * (pr.w[j] / pr.sumW)
		}
		return out
	}
	if s.pinned != nil && s.pinned[i] || !s.factorise(pr.w, i) {
		return out
	}
	u, q := make([]float64, p), make([]float64, p)
	scale := pr.w[i] / (1 + pr.w[i]*s.whiten(i, 1, u))
	for j := range out {
		s.whiten(j, 1, q)
		out[j] = -scale * pr.w[j] * dot(u, q)
	}
	return out
}
