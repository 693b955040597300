package meta

import (
	"fmt"
	"math"
)

// Columns whose part outside the span of the columns before them is smaller than
// this share of their length are taken as combinations of those, or as nearly so.
const (
	singularTol     = 1e-12
	nearSingularTol = 1e-7
)

// prepareDesign checks the rank of the model matrix and finds the rows that alone
// determine a coefficient. It returns the first column that is a combination of the
// others before it (-1: none) and the one nearest to being so with its share.
func (s *sample) prepareDesign() (singular, nearest int, share float64) {
	k, p := s.k, s.p
	s.plain.reset()
	for i := 0; i < k; i++ {
		s.plain.include(1, s.rowOf(i), s.y[i])
	}
	singular, nearest, share = -1, -1, 1
	for j := 0; j < p; j++ {
		norm := columnNorm(s.x, k, p, j)
		rest := math.Sqrt(s.plain.d[j])
		if !(rest > singularTol*norm) {
			return j, j, 0
		}
		if rest < share*norm {
			nearest, share = j, rest/norm
		}
	}
	s.pinned = nil
	for i := 0; i < k; i++ {
		if 1-s.plain.lower(s.rowOf(i), s.u) < 1e-12 {
			if s.pinned == nil {
				s.pinned = make([]bool, k)
			}
			s.pinned[i] = true
		}
	}
	return singular, nearest, share
}

// columnNorm is the Euclidean length of a column.
func columnNorm(x []float64, k, p, j int) float64 {
	sum := 0.0
	for i := 0; i < k; i++ {
		sum += x[i*p+j] * x[i*p+j]
	}
	return math.Sqrt(sum)
}

// factorise builds the factorisation for weights w, heaviest row first, without the
// row skip (-1: with all). Weights that follow 1/(v+tau2) fall along the rows;
// others are sorted.
func (s *sample) factorise(g *gram, w []float64, skip int) bool {
	g.reset()
	falling := true
	for i := 1; i < len(w) && falling; i++ {
		falling = w[i] <= w[i-1]
	}
	if falling {
		for i := range w {
			if i != skip {
				g.include(w[i], s.rowOf(i), s.y[i])
			}
		}
		return g.full()
	}
	order := make([]int, len(w))
	for i := range order {
		order[i] = i
	}
	sortStable(order, func(a, b int) bool { return w[a] > w[b] })
	for _, i := range order {
		if i != skip {
			g.include(w[i], s.rowOf(i), s.y[i])
		}
	}
	return g.full()
}

// withoutHat is 1 - h_i from the fit without row i, for rows whose hat value is so
// near 1 that the difference has no digits: 1 - h = 1/(1 + w x'(X'WX without i)^-1 x).
func (s *sample) withoutHat(i int, w []float64) float64 {
	if !s.factorise(s.less, w, i) {
		return 0
	}
	return 1 / (1 + w[i]*s.less.lower(s.rowOf(i), s.u))
}

// isPinned reports whether a row alone determines a coefficient: its hat value is 1
// and its residual 0 whatever the weights.
func (s *sample) isPinned(i int) bool { return s.pinned != nil && s.pinned[i] }

// regressionMoments is at for models with moderators.
func (s *sample) regressionMoments(m *moments) {
	k, p := s.k, s.p
	w := s.w[:k]
	m.sw, m.sww = 0, 0
	for i := range w {
		w[i] = 1 / (s.v[i] + m.tau2)
		m.sw += w[i]
		m.sww += w[i] * w[i]
	}
	s.factorise(s.g, w, -1)
	s.g.coef(s.b)
	c, f := s.c, s.f // X'W W r and X'W W X in the coordinates of u
	for j := range c {
		c[j] = 0
	}
	for j := range f {
		f[j] = 0
	}
	m.q, m.q2, m.q3, m.trP, m.trPP = 0, 0, 0, 0, 0
	for i := 0; i < k; i++ {
		x := s.rowOf(i)
		r := s.y[i] - dot(x, s.b)
		h := w[i] * s.g.lower(x, s.u)
		u := s.u
		omh := 1 - h
		ww := w[i] * w[i]
		for j := 0; j < p; j++ {
			c[j] += ww * r * u[j]
			for l := 0; l <= j; l++ {
				f[j*p+l] += ww * u[j] * u[l]
			}
		}
		if s.isPinned(i) {
			omh, r = 0, 0
		} else if omh < 1e-3 {
			omh = s.withoutHat(i, w)
		}
		wr := w[i] * r
		m.q += wr * r
		m.q2 += wr * wr
		m.q3 += w[i] * wr * wr
		m.trP += w[i] * omh
		m.trPP += ww * (1 - 2*h)
	}
	for j := 0; j < p; j++ {
		m.q3 -= c[j] * c[j] / s.g.d[j]
		for l := 0; l <= j; l++ {
			n := 2.0
			if l == j {
				n = 1
			}
			m.trPP += n * f[j*p+l] * f[j*p+l] / (s.g.d[j] * s.g.d[l])
		}
	}
	m.trPP = math.Max(m.trPP, 0)
}

// singularError names the column that makes the design singular.
func singularError(names []string, j int) error {
	if j == 0 {
		return fmt.Errorf("the model matrix is singular: column %q is 0 in every usable row", names[j])
	}
	return fmt.Errorf("the model matrix is singular: column %q is a combination of %v in the usable rows", names[j], names[:j])
}

func dot(a, b []float64) float64 {
	d := 0.0
	for i := range a {
		d += a[i] * b[i]
	}
	return d
}

// quadratic is x'M x.
func quadratic(x, m []float64) float64 {
	p := len(x)
	q := 0.0
	for i := range x {
		q += x[i] * dot(m[i*p:(i+1)*p], x)
	}
	return q
}
