package multilevel

import (
	"math"

	"past/analysis/internal/dense"
)

// theta holds the variance components: between clusters (τ²) and within (σ²), in
// units of problem.unit squared.
type theta [2]float64

// state is everything known about the likelihood at one theta. The normal equations
// are in the orthonormal basis and in scaled units.
type state struct {
	th      theta
	logLik  float64
	gamma   []float64 // coefficients of the basis, added to problem.start
	chol    []float64 // lower Cholesky factor of Q'WQ
	m       []float64 // (Q'WQ)^-1, filled by differentiate
	fixed   float64   // -2 logLik without r'W r
	rss     float64   // r'W r
	score   [2]float64
	hessian [2][2]float64 // second derivatives of the log-likelihood
	info    [2][2]float64 // expected information
}

// inverter holds one cluster's W = V^-1 in the form
//
//	W = K^-1 - alpha f f' - beta g g',  K = (1-ρ)diag(v) + σ² ZZ'
//	f = K^-1 s,  alpha = ρ/(1 + ρ s'f)
//	g = (K + ρ s s')^-1 1,  beta = τ²/(1 + τ² 1'g)
//
// by two steps of the Sherman-Morrison formula, and u = W 1 = g/(1 + τ² 1'g).
type inverter struct {
	alpha, beta, shrink float64
	e                   []float64 // by inner group: 1'K^-1 1 of its rows
	f, g                []float64 // by row
	fg, gg              []float64 // f and g summed by inner group
	logDet              float64
}

// workspace holds the buffers of one evaluation, reused between evaluations.
type workspace struct {
	wx   []float64 // W times the columns of xy
	inv  inverter
	a    []float64 // c×c sums of xy'W xy
	bx   []float64 // Z'W xy by inner group
	t    []float64 // c values
	gres []float64 // by inner group
	om   []float64
}

func (m *problem) workspace() *workspace {
	c := m.p + 1
	return &workspace{
		wx: make([]float64, m.n*c), a: make([]float64, c*c), t: make([]float64, c),
		bx: make([]float64, m.inner*c), gres: make([]float64, m.n), om: make([]float64, m.n*c),
		inv: inverter{e: make([]float64, m.n), f: make([]float64, m.n), g: make([]float64, m.n), fg: make([]float64, m.n),
			gg: make([]float64, m.n)},
	}
}

// factor fills inv for one cluster. It reports false where V isn't positive definite.
func (m *problem) factor(b *block, th theta, inv *inverter) bool {
	if b.n == 1 {
		d := m.v[b.off] + th[0] + th[1]
		inv.alpha, inv.beta, inv.shrink = 0, 0, 1
		inv.e[0], inv.f[0], inv.g[0], inv.fg[0], inv.gg[0] = 1/d, 0, 1/d, 0, 1/d
		inv.logDet = math.Log(d)
		return d > 0
	}
	v, s := m.v[b.off:b.off+b.n], m.s[b.off:b.off+b.n]
	f, g, e := inv.f[:b.n], inv.g[:b.n], inv.e[:b.groups]
	own := 1 - m.rho
	prod, logDet := 1.0, 0.0
	if b.flat {
		for k := range v {
			d := own*v[k] + th[1]
			prod *= d
			if prod > 1e200 || prod < 1e-200 { // one logarithm for many factors
				logDet += math.Log(prod)
				prod = 1
			}
			e[k] = 1 / d
			g[k] = e[k]
			f[k] = s[k] * e[k]
		}
	} else {
		logDet = m.factorGroups(b, th, inv)
	}
	inv.alpha = 0
	if m.rho != 0 {
		var ss, s1 float64
		for k := range f {
			ss += s[k] * f[k]
			s1 += f[k]
		}
		grow := 1 + m.rho*ss
		if !(grow > 0) {
			return false
		}
		inv.alpha = m.rho / grow
		prod *= grow // at most 1e200 times what effects within bounds allow
		for k := range g {
			g[k] -= inv.alpha * s1 * f[k]
		}
	}
	var s2 float64
	for k := range g {
		s2 += g[k]
	}
	grow := 1 + th[0]*s2
	if !(grow > 0) {
		return false
	}
	inv.beta, inv.shrink = th[0]/grow, 1/grow
	inv.logDet = logDet + math.Log(prod) + math.Log(grow)
	m.sumGroups(b, f, inv.fg)
	m.sumGroups(b, g, inv.gg)
	return true
}

// factorGroups is the part of factor for clusters in which rows share inner groups:
// K^-1 x = m/(d(1+σ²S)) + (x-m)/d with S the group's sum of 1/d and m its mean of x
// weighted by 1/d.
func (m *problem) factorGroups(b *block, th theta, inv *inverter) (logDet float64) {
	own := 1 - m.rho
	for lo := 0; lo < b.n; {
		hi := lo
		id := m.group[b.off+lo]
		var sum, root float64
		for ; hi < b.n && m.group[b.off+hi] == id; hi++ {
			d := own * m.v[b.off+hi]
			sum += 1 / d
			root += m.s[b.off+hi] / d
			logDet += math.Log(d)
		}
		logDet += math.Log1p(th[1] * sum)
		inv.e[id] = sum / (1 + th[1]*sum)
		mean := root / sum
		for k := lo; k < hi; k++ {
			d := own * m.v[b.off+k]
			inv.g[k] = 1 / (d * (1 + th[1]*sum))
			inv.f[k] = mean*inv.g[k] + (m.s[b.off+k]-mean)/d
		}
		lo = hi
	}
	return logDet
}

// sumGroups is Z'x.
func (m *problem) sumGroups(b *block, x, out []float64) {
	if b.flat {
		copy(out[:b.n], x[:b.n])
		return
	}
	for k := 0; k < b.groups; k++ {
		out[k] = 0
	}
	for k := 0; k < b.n; k++ {
		out[m.group[b.off+k]] += x[k]
	}
}

// apply writes W x for the c columns of x (rows b.off to b.off+b.n) into out.
func (m *problem) apply(b *block, th theta, inv *inverter, x, out []float64, c int, uniform []bool) {
	if b.n == 1 {
		for j := 0; j < c; j++ {
			out[j] = x[j] * inv.g[0]
		}
		return
	}
	m.applyDiagonal(b, th, inv, x, out, c)
	for j := 0; j < c; j++ {
		if uniform != nil && uniform[j] {
			for k := 0; k < b.n; k++ {
				out[k*c+j] = x[j] * inv.g[k] * inv.shrink
			}
			continue
		}
		var fx, gx float64
		for k := 0; k < b.n; k++ {
			fx += inv.f[k] * x[k*c+j]
			gx += inv.g[k] * x[k*c+j]
		}
		fx *= inv.alpha
		gx *= inv.beta
		for k := 0; k < b.n; k++ {
			out[k*c+j] -= fx*inv.f[k] + gx*inv.g[k]
		}
	}
}

// applyDiagonal writes K^-1 x.
func (m *problem) applyDiagonal(b *block, th theta, inv *inverter, x, out []float64, c int) {
	if b.flat {
		for k := 0; k < b.n; k++ {
			for j := 0; j < c; j++ {
				out[k*c+j] = x[k*c+j] * inv.e[k]
			}
		}
		return
	}
	own := 1 - m.rho
	for lo := 0; lo < b.n; {
		hi, id := lo, m.group[b.off+lo]
		var sum float64
		for ; hi < b.n && m.group[b.off+hi] == id; hi++ {
			sum += 1 / (own * m.v[b.off+hi])
		}
		for j := 0; j < c; j++ {
			var mean float64
			for k := lo; k < hi; k++ {
				mean += x[k*c+j] / (own * m.v[b.off+k])
			}
			mean /= sum
			for k := lo; k < hi; k++ {
				out[k*c+j] = (mean/(1+th[1]*sum) + x[k*c+j] - mean) / (own * m.v[b.off+k])
			}
		}
		lo = hi
	}
}

// accumulate fills w.wx with W [Q y], w.a with its cross products, and gives ln|V|.
func (m *problem) accumulate(th theta, w *workspace) (logDet float64, ok bool) {
	c := m.p + 1
	for i := range w.a {
		w.a[i] = 0
	}
	for i := range m.blocks {
		b := &m.blocks[i]
		if !m.factor(b, th, &w.inv) {
			return 0, false
		}
		logDet += w.inv.logDet
		x, wx := m.xy[b.off*c:(b.off+b.n)*c], w.wx[b.off*c:(b.off+b.n)*c]
		m.apply(b, th, &w.inv, x, wx, c, b.uniform)
		for k := 0; k < b.n; k++ {
			row, wrow := x[k*c:(k+1)*c], wx[k*c:(k+1)*c]
			for r := 0; r < c; r++ {
				for s := 0; s <= r; s++ {
					w.a[r*c+s] += row[r] * wrow[s]
				}
			}
		}
	}
	for r := 0; r < c; r++ {
		for s := 0; s < r; s++ {
			w.a[s*c+r] = w.a[r*c+s]
		}
	}
	return logDet, true
}

// evaluate gives the log-likelihood at th, restricted (REML) or not (ML). Up to the
// constant that the scale adds later (see fit.go):
//
//	ML:   -½[ n ln 2π + ln|V| + r'W r ]
//	REML: -½[ (n-p) ln 2π + ln|V| + ln|Q'WQ| + r'W r ],  Q'Q = I
//
// (Harville 1977, eqs. 3.6 and 4.2; with an orthonormal design the term ½ln|X'X| that
// metafor adds is 0).
func (m *problem) evaluate(th theta, reml bool, w *workspace) (st state, ok bool) {
	logDet, ok := m.accumulate(th, w)
	if !ok {
		return st, false
	}
	p, c := m.p, m.p+1
	q, rhs := make([]float64, p*p), make([]float64, p)
	for r := 0; r < p; r++ {
		copy(q[r*p:(r+1)*p], w.a[r*c:r*c+p])
		rhs[r] = w.a[r*c+p]
	}
	l, ok := dense.Cholesky(q, p)
	if !ok {
		return st, false
	}
	gamma := append([]float64(nil), rhs...)
	dense.Solve(l, gamma, p)
	rss := w.a[p*c+p] - dot(gamma, rhs)
	st = state{th: th, gamma: gamma, chol: l, rss: math.Max(rss, 0)}
	free := float64(m.n)
	if reml {
		free -= float64(p)
		for r := 0; r < p; r++ {
			logDet += 2 * math.Log(l[r*p+r])
		}
	}
	st.fixed = free*math.Log(2*math.Pi) + logDet
	st.logLik = -0.5 * (st.fixed + st.rss)
	return st, finite(st.logLik)
}

// refine makes one step of iterative refinement on the coefficients, turns the last
// column of w.wx into W r, and recomputes r'W r from residuals, so that weights of
// very different size cost no digits.
func (m *problem) refine(st *state, w *workspace) {
	p, c := m.p, m.p+1
	fix := make([]float64, p)
	for k := 0; k < m.n; k++ {
		x, wx := m.xy[k*c:(k+1)*c], w.wx[k*c:(k+1)*c]
		r := x[p] - dot(st.gamma, x[:p])
		for j := range fix {
			fix[j] += wx[j] * r
		}
	}
	dense.Solve(st.chol, fix, p)
	for j := range fix {
		st.gamma[j] += fix[j]
	}
	st.rss = 0
	for k := 0; k < m.n; k++ {
		x, wx := m.xy[k*c:(k+1)*c], w.wx[k*c:(k+1)*c]
		wx[p] -= dot(st.gamma, wx[:p])
		st.rss += (x[p] - dot(st.gamma, x[:p])) * wx[p]
	}
	st.rss = math.Max(st.rss, 0)
	st.logLik = -0.5 * (st.fixed + st.rss)
}
