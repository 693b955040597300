package bias

import (
	"math"

	"past/analysis/internal/dist"
)

// stepWeights is the step function: the z line is cut at bounds, and segment s between bounds s-1 and s has weight group[s].
type stepWeights struct {
	se, v  []float64
	cut    []int     // interval of each study's p-value
	counts []int     // studies per interval
	bounds []float64 // inner cut points of z, rising
	group  []int     // interval of each of the len(bounds)+1 segments, from the lowest z to the highest
	delta  []float64
	edges  []edge // work space, one per bound
}

// edge is what one cut point contributes to a study: z = (bound se - mu)/s and the derivatives of the normal distribution
// function there with respect to mu (m) and tau2 (t).
type edge struct {
	z, lower, upper   float64 // lower = F(z), upper = 1 - F(z)
	m, t, mm, mt, tt2 float64
}

func newStepWeights(v, p, steps []float64, twoSided bool) *stepWeights {
	n := len(steps)
	w := &stepWeights{v: v, se: make([]float64, len(v)), cut: make([]int, len(p)), counts: make([]int, n)}
	for i := range v {
		w.se[i] = math.Sqrt(v[i])
		for w.cut[i] < n-1 && p[i] > steps[w.cut[i]] {
			w.cut[i]++
		}
		w.counts[w.cut[i]]++
	}
	// From the lowest z upwards: one-sided p-values fall from 1 to 0, two-sided ones rise to 1 at z = 0 and fall again.
	if twoSided {
		for j := 0; j < n-1; j++ {
			w.bounds = append(w.bounds, -upperQuantile(steps[j]/2))
			w.group = append(w.group, j)
		}
		w.group = append(w.group, n-1)
		for j := n - 2; j >= 0; j-- {
			w.bounds = append(w.bounds, upperQuantile(steps[j]/2))
			w.group = append(w.group, j)
		}
	} else {
		w.group = append(w.group, n-1)
		for j := n - 2; j >= 0; j-- {
			w.bounds = append(w.bounds, upperQuantile(steps[j]))
			w.group = append(w.group, j)
		}
	}
	w.edges = make([]edge, len(w.bounds))
	return w
}

func (w *stepWeights) size() int { return len(w.counts) }

func (w *stepWeights) prepare(delta []float64) { w.delta = delta }

func (w *stepWeights) observed(i int, delta []float64, g []float64, h [][]float64) float64 {
	j := w.cut[i]
	g[2+j] += 1 / delta[j]
	h[2+j][2+j] -= 1 / (delta[j] * delta[j])
	return math.Log(delta[j])
}

// newEdge evaluates a cut point c (on the scale of y) for a normal distribution with mean mu and variance s2.
func newEdge(c, mu, s2 float64) edge {
	s := math.Sqrt(s2)
	z := (c - mu) / s
	tail := 0.5 * math.Erfc(math.Abs(z)/math.Sqrt2)
	e := edge{z: z, lower: tail, upper: 1 - tail}
	if z > 0 {
		e.lower, e.upper = 1-tail, tail
	}
	phi := math.Exp(-z*z/2) / math.Sqrt(2*math.Pi)
	e.m = -phi / s
	e.t = -phi * z / (2 * s2)
	e.mm = -phi * z / s2
	e.mt = phi * (1 - z*z) / (2 * s2 * s)
	e.tt2 = phi * z * (3 - z*z) / (4 * s2 * s2)
	return e
}

// between is the probability between two cut points, from whichever tail loses no digits.
func between(a, b edge) float64 {
	if a.z > 0 {
		return a.upper - b.upper
	}
	return b.lower - a.lower
}

func (w *stepWeights) norm(i int, mu, tau2 float64, d *normDerivs) (a, logScale float64) {
	for k, b := range w.bounds {
		w.edges[k] = newEdge(b*w.se[i], mu, w.v[i]+tau2)
	}
	for s, j := range w.group {
		from, to := infiniteEdge(math.Inf(-1)), infiniteEdge(math.Inf(1))
		if s > 0 {
			from = w.edges[s-1]
		}
		if s < len(w.edges) {
			to = w.edges[s]
		}
		p, c := between(from, to), w.delta[j]
		a += c * p
		d.g[0] += c * (to.m - from.m)
		d.g[1] += c * (to.t - from.t)
		d.g[2+j] += p
		d.h[0][0] += c * (to.mm - from.mm)
		d.h[0][1] += c * (to.mt - from.mt)
		d.h[1][1] += c * (to.tt2 - from.tt2)
		d.h[0][2+j] += to.m - from.m
		d.h[1][2+j] += to.t - from.t
	}
	return a, 0
}

// upperQuantile is z with P(Z > z) = p.
func upperQuantile(p float64) float64 { return -dist.NormQuantile(p) }
