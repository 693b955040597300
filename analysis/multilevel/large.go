package multilevel

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// denseLimit is the cluster size up to which CR2 uses an eigendecomposition; larger
// clusters go through the integral below, which needs memory and time in proportion
// to the cluster's size only.
const denseLimit = 128

// structure is a cluster's working covariance in closed form:
//
//	Φ = K + rho s s' + tau2 11',   W = Φ^-1 = K^-1 - alpha f f' - beta g g'
//
// K is diag(d) plus sigma2 within inner groups; group[k] ascends, nil when every row
// is its own group (K = diag(d + sigma2)).
type structure struct {
	d                              []float64
	group                          []int
	s, f, g                        []float64
	rho, tau2, sigma2, alpha, beta float64
}

// structure describes block b at th.
func (m *problem) structure(b *block, th theta, w *workspace) *structure {
	m.factor(b, th, &w.inv)
	inv := &w.inv
	c := &structure{rho: m.rho, tau2: th[0], sigma2: th[1], alpha: inv.alpha, beta: inv.beta,
		s: m.s[b.off : b.off+b.n], f: append([]float64(nil), inv.f[:b.n]...), g: append([]float64(nil), inv.g[:b.n]...)}
	c.d = make([]float64, b.n)
	for k := range c.d {
		c.d[k] = (1 - m.rho) * m.v[b.off+k]
	}
	if !b.flat {
		c.group = m.group[b.off : b.off+b.n]
	}
	return c
}

// times is Φ x.
func (c *structure) times(x, out []float64) {
	var sum, sx float64
	for k, v := range x {
		sum += v
		if c.s != nil {
			sx += c.s[k] * v
		}
	}
	for k, v := range x {
		out[k] = c.d[k]*v + c.tau2*sum
		if c.s != nil {
			out[k] += c.rho * sx * c.s[k]
		}
		if c.group == nil {
			out[k] += c.sigma2 * v
		}
	}
	if c.group != nil {
		c.eachGroup(func(lo, hi int) {
			var t float64
			for k := lo; k < hi; k++ {
				t += x[k]
			}
			for k := lo; k < hi; k++ {
				out[k] += c.sigma2 * t
			}
		})
	}
}

func (c *structure) eachGroup(do func(lo, hi int)) {
	for lo := 0; lo < len(c.d); {
		hi := lo
		for hi < len(c.d) && c.group[hi] == c.group[lo] {
			hi++
		}
		do(lo, hi)
		lo = hi
	}
}

// weights is W x for one column.
func (c *structure) weights(x []float64) []float64 {
	out := make([]float64, len(x))
	c.baseSolve(0, 1, x, out, 1)
	var fx, gx float64
	if c.s != nil {
		fx, gx = c.alpha*dot(c.f, x), c.beta*dot(c.g, x)
		for k := range out {
			out[k] -= fx*c.f[k] + gx*c.g[k]
		}
	}
	return out
}

// baseSolve writes (a K^-1 + b K)^-1 x for x with cols columns.
func (c *structure) baseSolve(a, b float64, x, out []float64, cols int) {
	if c.group == nil {
		for k, d := range c.d {
			d += c.sigma2
			f := 1 / (a/d + b*d)
			for j := 0; j < cols; j++ {
				out[k*cols+j] = f * x[k*cols+j]
			}
		}
		return
	}
	c.eachGroup(func(lo, hi int) {
		// within a group: diag(a/d + b d) + b σ² 11' - a κ (1/d)(1/d)', κ = σ²/(1+σ²Σ1/d)
		var sum, s11, s1d, sdd float64
		for k := lo; k < hi; k++ {
			d := c.d[k]
			w := 1 / (a/d + b*d)
			sum += 1 / d
			s11 += w
			s1d += w / d
			sdd += w / (d * d)
		}
		p, q := b*c.sigma2, -a*c.sigma2/(1+c.sigma2*sum)
		// (I + C S) y = C r with C = diag(p, q), S the 2×2 of sums
		m11, m12, m21, m22 := 1+p*s11, p*s1d, q*s1d, 1+q*sdd
		det := m11*m22 - m12*m21
		for j := 0; j < cols; j++ {
			var r1, rd float64
			for k := lo; k < hi; k++ {
				d := c.d[k]
				w := x[k*cols+j] / (a/d + b*d)
				r1 += w
				rd += w / d
			}
			r1, rd = p*r1, q*rd
			y1, y2 := (m22*r1-m12*rd)/det, (m11*rd-m21*r1)/det
			for k := lo; k < hi; k++ {
				d := c.d[k]
				out[k*cols+j] = (x[k*cols+j] - y1 - y2/d) / (a/d + b*d)
			}
		}
	})
}

// linearised is A W Q of CR2 by quadrature: the geometric mean of Φ and B^-1,
// B = Φ - QMQ', is
//
//	A = (1/π) ∫ (e^{x/2} W + e^{-x/2} B)^-1 dx
//
// and the trapezoidal rule with step h errs by exp(-2π²/h) (Trefethen & Weideman
// 2014). Under the integral is a diagonal plus 4 + p rank-one terms, inverted by
// Woodbury's formula. null directions of B (coefficients that this cluster alone
// determines) are shifted away and their part taken off again.
func (c *structure) linearised(q, wq, m, values, vectors []float64, p int) []float64 {
	n := len(c.d)
	shift := c.nullDirections(wq, values, vectors, p)
	cols := 0
	if c.s != nil {
		cols = 4
	}
	r := cols + p + len(shift.n)
	u := make([]float64, n*r)
	for k := 0; k < n; k++ {
		row := u[k*r : (k+1)*r]
		if cols == 4 {
			row[0], row[1], row[2], row[3] = c.s[k], 1, c.f[k], c.g[k]
		}
		copy(row[cols:], q[k*p:(k+1)*p])
		for j := range shift.n {
			row[cols+p+j] = shift.w[j][k]
		}
	}
	lo, hi := c.logRange()
	const h, reach = 0.5, 80.0
	out := make([]float64, n*p)
	both := make([]float64, n*(r+p)) // [U, WQ]
	for k := 0; k < n; k++ {
		copy(both[k*(r+p):], u[k*r:(k+1)*r])
		copy(both[k*(r+p)+r:], wq[k*p:(k+1)*p])
	}
	solved := make([]float64, len(both))
	for i := math.Floor((lo - reach) / h); i*h <= hi+reach; i++ {
		a, b := math.Exp(i*h/2), math.Exp(-i*h/2)
		core := mat.NewDense(r, r, nil)
		if cols == 4 {
			core.Set(0, 0, c.rho*b)
			core.Set(1, 1, c.tau2*b)
			core.Set(2, 2, -c.alpha*a)
			core.Set(3, 3, -c.beta*a)
		}
		for x := 0; x < p; x++ {
			for y := 0; y < p; y++ {
				core.Set(cols+x, cols+y, -b*m[x*p+y])
			}
		}
		for j := range shift.n {
			core.Set(cols+p+j, cols+p+j, b*shift.size)
		}
		c.baseSolve(a, b, both, solved, r+p)
		addWoodbury(out, u, solved, core, n, r, p, h/math.Pi)
	}
	for _, nv := range shift.n {
		for x := 0; x < p; x++ {
			var d float64
			for k := 0; k < n; k++ {
				d += nv[k] * wq[k*p+x]
			}
			d /= math.Sqrt(shift.size)
			for k := 0; k < n; k++ {
				out[k*p+x] -= d * nv[k]
			}
		}
	}
	return out
}

// addWoodbury adds scale (base + U C U')^-1 y to out, given solved = base^-1 [U, y].
func addWoodbury(out, u, solved []float64, core *mat.Dense, n, r, p int, scale float64) {
	c := r + p
	uu, uy := mat.NewDense(r, r, nil), mat.NewDense(r, p, nil)
	for k := 0; k < n; k++ {
		for x := 0; x < r; x++ {
			ux := u[k*r+x]
			for y := 0; y < r; y++ {
				uu.Set(x, y, uu.At(x, y)+ux*solved[k*c+y])
			}
			for y := 0; y < p; y++ {
				uy.Set(x, y, uy.At(x, y)+ux*solved[k*c+r+y])
			}
		}
	}
	var left, right, z mat.Dense
	left.Mul(core, uu)
	for x := 0; x < r; x++ {
		left.Set(x, x, left.At(x, x)+1)
	}
	right.Mul(core, uy)
	if z.Solve(&left, &right) != nil && z.IsEmpty() {
		return
	}
	for k := 0; k < n; k++ {
		for y := 0; y < p; y++ {
			v := solved[k*c+r+y]
			for x := 0; x < r; x++ {
				v -= solved[k*c+x] * z.At(x, y)
			}
			out[k*p+y] += scale * v
		}
	}
}

// shifted holds the null directions of B: n with n'Wn = 1, and w = W n.
type shifted struct {
	n, w [][]float64
	size float64 // eigenvalue given to them
}

// nullDirections finds n = WQ M^½ v for the directions v of leverage 1.
func (c *structure) nullDirections(wq, values, vectors []float64, p int) shifted {
	_, hi := c.logRange()
	s := shifted{size: math.Exp(hi)} // at the top of the spectrum it takes least away again
	n := len(c.d)
	for j, value := range values {
		if value < 1 {
			continue
		}
		d := make([]float64, n)
		for k := range d {
			for x := 0; x < p; x++ {
				d[k] += wq[k*p+x] * vectors[x*p+j]
			}
		}
		for i := range s.n { // orthogonal in the metric of W
			f := dot(s.w[i], d)
			for k := range d {
				d[k] -= f * s.n[i][k]
			}
		}
		w := c.weights(d)
		size := math.Sqrt(dot(d, w))
		if !(size > 0) {
			continue
		}
		for k := range d {
			d[k] /= size
			w[k] /= size
		}
		s.n, s.w = append(s.n, d), append(s.w, w)
	}
	return s
}

// logRange bounds the logarithms of the eigenvalues of Φ^½ B Φ^½.
func (c *structure) logRange() (lo, hi float64) {
	small, big := math.Inf(1), 0.0
	var ss float64
	for k, d := range c.d {
		if c.group == nil {
			d += c.sigma2
		}
		small, big = math.Min(small, d), math.Max(big, d)
		if c.s != nil {
			ss += c.s[k] * c.s[k]
		}
	}
	if c.group != nil {
		big += c.sigma2 * float64(len(c.d))
	}
	if c.rho < 0 {
		small *= 1e-10 // checkRho keeps the covariance that far from singular
	}
	big += c.tau2*float64(len(c.d)) + math.Max(c.rho, 0)*ss
	return 2*math.Log(small) + math.Log(1-determined), 2 * math.Log(big)
}
