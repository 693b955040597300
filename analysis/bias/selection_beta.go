package bias

import (
	"math"

	"past/analysis/internal/dist"
	"past/analysis/internal/solve"
)

// betaMinP keeps p-values away from 0 and 1, where the beta weight has no value, as metafor does.
const betaMinP = 1e-5

// betaWeights is the weight p^(a-1) (1-p)^(b-1). Its integral over y is taken over z = y/se, on nodes that all studies share,
// plus pieces of constant weight where p is held at its limits.
type betaWeights struct {
	se, v        []float64
	logP, logQ   []float64 // of the observed p-values: log p, log(1-p)
	z, mass      []float64 // nodes and their weights
	nodeP, nodeQ []float64 // log p and log(1-p) at the nodes
	flat         []flatPiece
	weight       []float64 // selection weight at the nodes, over the largest one
	shift        float64   // log of that largest one
}

// flatPiece is a range of z where p is held at a limit.
type flatPiece struct{ from, to, logP, logQ, weight float64 }

func newBetaWeights(v, p []float64, twoSided bool) *betaWeights {
	w := &betaWeights{v: v, se: make([]float64, len(v))}
	for i := range v {
		w.se[i] = math.Sqrt(v[i])
		c := math.Min(1-betaMinP, math.Max(betaMinP, p[i]))
		w.logP, w.logQ = append(w.logP, math.Log(c)), append(w.logQ, math.Log1p(-c))
	}
	low := flatPiece{logP: math.Log(betaMinP), logQ: math.Log1p(-betaMinP)}
	high := flatPiece{logP: math.Log1p(-betaMinP), logQ: math.Log(betaMinP)}
	inf := math.Inf(1)
	if !twoSided {
		c := upperQuantile(betaMinP)
		low.from, low.to, high.from, high.to = c, inf, -inf, -c
		w.flat = []flatPiece{low, high}
		for e := -5; e < 5; e++ {
			w.panel(float64(e)/5*c, float64(e+1)/5*c, oneSidedLogs)
		}
	} else {
		c, near := upperQuantile(betaMinP/2), upperQuantile((1-betaMinP)/2)
		left := low
		left.from, left.to = -inf, -c
		low.from, low.to, high.from, high.to = c, inf, -near, near
		w.flat = []flatPiece{low, left, high}
		// log(1-p) bends like log z near 0, so panels there grow by factors
		edges := []float64{near, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 0.7, 1.2, 1.7, 2.2, 2.7, 3.2, 3.7, 4.1, c}
		for k := 1; k < len(edges); k++ {
			w.panel(edges[k-1], edges[k], twoSidedLogs)
			w.panel(-edges[k], -edges[k-1], twoSidedLogs)
		}
	}
	w.weight = make([]float64, len(w.z))
	return w
}

func oneSidedLogs(z float64) (logP, logQ float64) {
	return math.Log(dist.NormSF(z)), math.Log(dist.NormCDF(z))
}

func twoSidedLogs(z float64) (logP, logQ float64) {
	return math.Log(2 * dist.NormSF(math.Abs(z))), math.Log(math.Erf(math.Abs(z) / math.Sqrt2))
}

// panel adds the Gauss-Legendre nodes of one panel.
func (w *betaWeights) panel(from, to float64, logs func(z float64) (float64, float64)) {
	mid, half := (from+to)/2, (to-from)/2
	for k, x := range legendre.X {
		z := mid + half*x
		lp, lq := logs(z)
		w.z, w.mass = append(w.z, z), append(w.mass, half*legendre.W[k])
		w.nodeP, w.nodeQ = append(w.nodeP, lp), append(w.nodeQ, lq)
	}
}

// legendre is the rule of a panel.
var legendre = solve.Legendre(12)

func (w *betaWeights) size() int { return 2 }

// prepare computes the weights at all nodes relative to the largest, which keeps huge exponents from overflowing.
func (w *betaWeights) prepare(delta []float64) {
	a, b := delta[0]-1, delta[1]-1
	w.shift = math.Inf(-1)
	for k := range w.z {
		w.weight[k] = a*w.nodeP[k] + b*w.nodeQ[k]
		w.shift = math.Max(w.shift, w.weight[k])
	}
	for k := range w.flat {
		w.flat[k].weight = a*w.flat[k].logP + b*w.flat[k].logQ
		w.shift = math.Max(w.shift, w.flat[k].weight)
	}
	for k := range w.weight {
		w.weight[k] = w.mass[k] * math.Exp(w.weight[k]-w.shift)
	}
	for k := range w.flat {
		w.flat[k].weight = math.Exp(w.flat[k].weight - w.shift)
	}
}

func (w *betaWeights) observed(i int, delta []float64, g []float64, h [][]float64) float64 {
	g[2] += w.logP[i]
	g[3] += w.logQ[i]
	return (delta[0]-1)*w.logP[i] + (delta[1]-1)*w.logQ[i]
}

func (w *betaWeights) norm(i int, mu, tau2 float64, d *normDerivs) (a, logScale float64) {
	se, s2 := w.se[i], w.v[i]+tau2
	s := math.Sqrt(s2)
	c := se / s / math.Sqrt(2*math.Pi)
	var m betaMoments
	for k, z := range w.z {
		u := (z*se - mu) / s
		m.add(w.weight[k]*c*math.Exp(-u*u/2), u, w.nodeP[k], w.nodeQ[k])
	}
	a = m.f
	m.derivatives(s, d)
	for _, p := range w.flat {
		from, to := infiniteEdge(p.from), infiniteEdge(p.to)
		if !math.IsInf(p.from, 0) {
			from = newEdge(p.from*se, mu, s2)
		}
		if !math.IsInf(p.to, 0) {
			to = newEdge(p.to*se, mu, s2)
		}
		q := between(from, to)
		a += p.weight * q
		d.addPiece(p, q, from, to)
	}
	return a, w.shift
}

// infiniteEdge is the edge at plus or minus infinity, which moves with no parameter.
func infiniteEdge(z float64) edge {
	if z < 0 {
		return edge{z: z, lower: 0, upper: 1}
	}
	return edge{z: z, lower: 1, upper: 0}
}

// betaMoments are sums over the nodes of mass f times powers of u = (y - mu)/s and of the log weights' derivatives lp and lq:
// u2lp is the sum of f u^2 lp.
type betaMoments struct {
	f, u, u2, u3, u4       float64
	lp, lq, ulp, ulq       float64
	u2lp, u2lq, pp, pq, qq float64
}

func (m *betaMoments) add(f, u, lp, lq float64) {
	fu := f * u
	fu2 := fu * u
	m.f += f
	m.u += fu
	m.u2 += fu2
	m.u3 += fu2 * u
	m.u4 += fu2 * u * u
	m.lp += f * lp
	m.lq += f * lq
	m.ulp += fu * lp
	m.ulq += fu * lq
	m.u2lp += fu2 * lp
	m.u2lq += fu2 * lq
	m.pp += f * lp * lp
	m.pq += f * lp * lq
	m.qq += f * lq * lq
}

// derivatives adds the derivatives of the sum of f, by those of the normal density over the density: with respect to mu u/s, to
// tau2 (u^2-1)/(2 s^2), and to pairs of them (u^2-1)/s^2, (u^3-3u)/(2 s^3), (u^4-6u^2+3)/(4 s^4).
func (m *betaMoments) derivatives(s float64, d *normDerivs) {
	s2 := s * s
	d.g[0] += m.u / s
	d.g[1] += (m.u2 - m.f) / (2 * s2)
	d.g[2] += m.lp
	d.g[3] += m.lq
	d.h[0][0] += (m.u2 - m.f) / s2
	d.h[0][1] += (m.u3 - 3*m.u) / (2 * s2 * s)
	d.h[1][1] += (m.u4 - 6*m.u2 + 3*m.f) / (4 * s2 * s2)
	d.h[0][2] += m.ulp / s
	d.h[0][3] += m.ulq / s
	d.h[1][2] += (m.u2lp - m.lp) / (2 * s2)
	d.h[1][3] += (m.u2lq - m.lq) / (2 * s2)
	d.h[2][2] += m.pp
	d.h[2][3] += m.pq
	d.h[3][3] += m.qq
}

// addPiece adds a range of constant weight and probability q.
func (d *normDerivs) addPiece(p flatPiece, q float64, from, to edge) {
	c := p.weight
	m, t := c*(to.m-from.m), c*(to.t-from.t)
	d.g[0] += m
	d.g[1] += t
	d.g[2] += c * q * p.logP
	d.g[3] += c * q * p.logQ
	d.h[0][0] += c * (to.mm - from.mm)
	d.h[0][1] += c * (to.mt - from.mt)
	d.h[1][1] += c * (to.tt2 - from.tt2)
	d.h[0][2] += m * p.logP
	d.h[0][3] += m * p.logQ
	d.h[1][2] += t * p.logP
	d.h[1][3] += t * p.logQ
	d.h[2][2] += c * q * p.logP * p.logP
	d.h[2][3] += c * q * p.logP * p.logQ
	d.h[3][3] += c * q * p.logQ * p.logQ
}
