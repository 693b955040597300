package meta

import "math"

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
