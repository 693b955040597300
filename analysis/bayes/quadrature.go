package bayes

import (
	"errors"
	"math"
	"sort"

	"past/analysis/internal/solve"
)

// nodesPerPanel is the order of the Gauss-Legendre rule; maxPanels bounds the work, so that a fit always ends.
const (
	nodesPerPanel = 16
	maxPanels     = 600
	wantedError   = 1e-12
)

var rule = solve.Legendre(nodesPerPanel)

// quadrature is the posterior of tau on nodes.
type quadrature struct {
	nodes    mixture // in rising order of tau
	panels   []panel
	logTotal float64 // log of the integral of the unnormalised posterior
	err      float64 // estimated relative error
	map01    scale
}

// scale maps u in [0, 1) to tau in [0, inf): tau = c u/(1-u), or tau = upper u when the support is bounded.
type scale struct{ c, upper float64 }

func (s scale) tau(u float64) float64 {
	if !math.IsInf(s.upper, 1) {
		return s.upper * u
	}
	return s.c * u / (1 - u)
}

func (s scale) u(tau float64) float64 {
	if !math.IsInf(s.upper, 1) {
		return tau / s.upper
	}
	return tau / (s.c + tau)
}

func (s scale) slope(u float64) float64 {
	if !math.IsInf(s.upper, 1) {
		return s.upper
	}
	return s.c / ((1 - u) * (1 - u))
}

// panel is an interval of u with its nodes; log values are unnormalised.
type panel struct {
	a, b  float64
	tau   [nodesPerPanel]float64
	logf  [nodesPerPanel]float64 // log posterior times slope times weight
	m, s  [nodesPerPanel]float64
	error float64
}

// integrate splits the range of tau until the integrals of the posterior and of mu's conditional moments under it are exact to
// [wantedError].
func (md *model) integrate() (*quadrature, error) {
	q := &quadrature{map01: scale{c: md.typicalScale(), upper: md.prior.Tau.upper()}}
	edges := md.startEdges(q.map01)
	for i := 1; i < len(edges); i++ {
		q.panels = append(q.panels, md.panel(edges[i-1], edges[i], q.map01))
	}
	peak := math.Inf(-1)
	for i := range q.panels {
		peak = math.Max(peak, q.panels[i].peak())
	}
	if math.IsInf(peak, 0) || math.IsNaN(peak) {
		return nil, errors.New("the posterior of tau cannot be computed: effects, variances and priors are on scales that are too far apart")
	}
	todo := q.panels
	var done []panel
	total := 0.0
	for i := range todo {
		total += todo[i].sum(peak)
	}
	for len(todo) > 0 && len(done)+len(todo) < maxPanels {
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		mid := (p.a + p.b) / 2
		left, right := md.panel(p.a, mid, q.map01), md.panel(mid, p.b, q.map01)
		e := p.disagreement(left, right, peak)
		total = math.Max(total, left.sum(peak)+right.sum(peak))
		if e <= wantedError*total || mid <= p.a || mid >= p.b || p.b-p.a < 1e-13 {
			left.error, right.error = e, 0
			done = append(done, left, right)
			continue
		}
		todo = append(todo, left, right)
	}
	for i := range todo {
		todo[i].error = todo[i].sum(peak)
	}
	return q.finish(append(done, todo...), peak), nil
}

// finish normalises the nodes.
func (q *quadrature) finish(panels []panel, peak float64) *quadrature {
	sort.Slice(panels, func(i, j int) bool { return panels[i].a < panels[j].a })
	total := 0.0
	for i := range panels {
		total += panels[i].sum(peak)
		q.err += panels[i].error
	}
	q.err /= total
	for i := range panels {
		for j := range panels[i].tau {
			if share := math.Exp(panels[i].logf[j]-peak) / total; share > 0 {
				q.nodes = append(q.nodes, node{panels[i].tau[j], share, panels[i].m[j], panels[i].s[j]})
			}
		}
	}
	q.panels, q.logTotal = panels, peak+math.Log(total)
	return q
}

func (md *model) panel(a, b float64, sc scale) panel {
	p := panel{a: a, b: b}
	mid, half := (a+b)/2, (b-a)/2
	for j, x := range rule.X {
		u := mid + half*x
		p.tau[j] = sc.tau(u)
		p.logf[j], p.m[j], p.s[j] = md.at(p.tau[j])
		p.logf[j] += math.Log(half * rule.W[j] * sc.slope(u))
		if math.IsNaN(p.logf[j]) {
			p.logf[j] = math.Inf(-1)
		}
	}
	return p
}

func (p *panel) peak() float64 {
	m := math.Inf(-1)
	for _, l := range p.logf {
		m = math.Max(m, l)
	}
	return m
}

func (p *panel) sum(peak float64) float64 {
	s := 0.0
	for _, l := range p.logf {
		s += math.Exp(l - peak)
	}
	return s
}

// moment integrates g over the panel, divided by exp(peak).
func (p *panel) moment(peak float64, g func(j int) float64) float64 {
	s := 0.0
	for j, l := range p.logf {
		if f := math.Exp(l - peak); f > 0 {
			s += f * g(j)
		}
	}
	return s
}

// disagreement is the difference between a panel and its halves, for the integral itself and for the conditional mean and
// standard deviation of mu relative to their size in the panel.
func (p *panel) disagreement(left, right panel, peak float64) float64 {
	e := math.Abs(p.sum(peak) - left.sum(peak) - right.sum(peak))
	m0, s0 := p.m[0], p.s[0]
	size := s0
	for j := range p.s {
		size = math.Max(size, p.s[j])
	}
	for _, g := range []func(q *panel) func(j int) float64{
		func(q *panel) func(j int) float64 { return func(j int) float64 { return (q.m[j] - m0) / size } },
		func(q *panel) func(j int) float64 { return func(j int) float64 { return (q.s[j] - s0) / size } },
	} {
		e = math.Max(e, math.Abs(p.moment(peak, g(p))-left.moment(peak, g(&left))-right.moment(peak, g(&right))))
	}
	return e
}

// typicalScale is a size at which tau is expected: the spread of the effects, the smallest standard error or the prior's scale.
func (md *model) typicalScale() float64 {
	lo, hi := md.y[0], md.y[0]
	vmin := md.v[0]
	for i, y := range md.y {
		lo, hi, vmin = math.Min(lo, y), math.Max(hi, y), math.Min(vmin, md.v[i])
	}
	return math.Min(md.prior.Tau.Scale, math.Max((hi-lo)/4, math.Sqrt(vmin)))
}

// startEdges are panel limits at every factor of about 3 around all scales that the posterior can change on: each standard error
// (up to twenty of them), the spread of the effects and the prior.
func (md *model) startEdges(sc scale) []float64 {
	se := append([]float64(nil), md.v...)
	sort.Float64s(se)
	marks := []float64{sc.c, md.prior.Tau.Scale}
	for i := 0; i < 20; i++ {
		marks = append(marks, math.Sqrt(se[i*(len(se)-1)/19]))
	}
	seen := map[int]bool{}
	for _, m := range marks {
		for d := -4; d <= 4; d++ {
			seen[int(math.Round(2*math.Log10(m)))+d] = true
		}
	}
	edges := []float64{0, 1}
	for d := range seen {
		if u := sc.u(math.Pow(10, float64(d)/2)); u > 1e-12 && u < 1-1e-12 {
			edges = append(edges, u)
		}
	}
	sort.Float64s(edges)
	return edges
}
