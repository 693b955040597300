package meta

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// gram is the factorisation X'W X = R'D R with R unit upper triangular, built row
// by row with Gentleman's square-root-free rotations (Gentleman 1974, AS 75). Rows
// must come with the heaviest first: then rows of very different weight, moderators
// far from zero and nearly equal columns keep their digits.
type gram struct {
	p     int
	r     []float64 // p x p, row by row; only above the diagonal
	d     []float64
	theta []float64 // R^-T D^-1 X'W y: coefficients are R^-1 theta
	rss   float64   // sum w (y - x'b)^2
	row   []float64
}

func newGram(p int) *gram {
	buf := make([]float64, p*p+3*p)
	return &gram{p: p, r: buf[:p*p], d: buf[p*p : p*p+p], theta: buf[p*p+p : p*p+2*p], row: buf[p*p+2*p:]}
}

func (g *gram) reset() {
	for i := range g.r {
		g.r[i] = 0
	}
	for i := range g.d {
		g.d[i], g.theta[i] = 0, 0
	}
	g.rss = 0
}

// include adds a row with weight w.
func (g *gram) include(w float64, x []float64, y float64) {
	p := g.p
	row := g.row
	copy(row, x)
	for i := 0; i < p; i++ {
		if w == 0 {
			return
		}
		xi := row[i]
		if xi == 0 {
			continue
		}
		di := g.d[i]
		wx := w * xi
		dp := di + wx*xi
		c, s := di/dp, wx/dp
		w *= c
		g.d[i] = dp
		r := g.r[i*p : (i+1)*p]
		for j := i + 1; j < p; j++ {
			xj := row[j]
			row[j] = xj - xi*r[j]
			r[j] = c*r[j] + s*xj
		}
		yj := y
		y -= xi * g.theta[i]
		g.theta[i] = c*g.theta[i] + s*yj
	}
	g.rss += w * y * y
}

// full reports whether every coefficient is determined.
func (g *gram) full() bool {
	for _, d := range g.d {
		if !(d > 0) {
			return false
		}
	}
	return true
}

// coef solves for the coefficients.
func (g *gram) coef(b []float64) {
	p := g.p
	for j := p - 1; j >= 0; j-- {
		b[j] = g.theta[j]
		for l := j + 1; l < p; l++ {
			b[j] -= g.r[j*p+l] * b[l]
		}
	}
}

// lower solves R'u = x and returns x'(X'W X)^-1 x = sum u^2/D.
func (g *gram) lower(x, u []float64) float64 {
	p := g.p
	h := 0.0
	for j := 0; j < p; j++ {
		u[j] = x[j]
		for l := 0; l < j; l++ {
			u[j] -= g.r[l*p+j] * u[l]
		}
		h += u[j] * u[j] / g.d[j]
	}
	return h
}

// quadratic is b'(X'W X)b for the block of coefficients from first on, the others
// partialled out: the inverse of that block of the inverse.
func (g *gram) quadratic(b []float64, first int) float64 {
	p := g.p
	q := 0.0
	for j := first; j < p; j++ {
		z := b[j]
		for l := j + 1; l < p; l++ {
			z += g.r[j*p+l] * b[l]
		}
		q += g.d[j] * z * z
	}
	return q
}

// inverse is (X'W X)^-1, p x p row by row.
func (g *gram) inverse(m []float64) {
	p := g.p
	t := make([]float64, p*p) // R^-1
	for c := 0; c < p; c++ {
		t[c*p+c] = 1
		for i := c - 1; i >= 0; i-- {
			for l := i + 1; l <= c; l++ {
				t[i*p+c] -= g.r[i*p+l] * t[l*p+c]
			}
		}
	}
	for a := 0; a < p; a++ {
		for b := 0; b <= a; b++ {
			s := 0.0
			for l := a; l < p; l++ {
				s += t[a*p+l] * t[b*p+l] / g.d[l]
			}
			m[a*p+b], m[b*p+a] = s, s
		}
	}
}

// logDet is log|X'W X|.
func (g *gram) logDet() float64 {
	l := 0.0
	for _, d := range g.d {
		l += math.Log(d)
	}
	return l
}

// clone keeps a factorisation while g goes on.
func (g *gram) clone() *gram {
	c := newGram(g.p)
	copy(c.r, g.r)
	copy(c.d, g.d)
	copy(c.theta, g.theta)
	c.rss = g.rss
	return c
}

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
// row skip (-1: with all).
func (s *sample) factorise(g *gram, w []float64, skip int) bool {
	g.reset()
	order := s.rows
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(w[b], w[a]) })
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
