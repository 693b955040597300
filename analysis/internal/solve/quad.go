package solve

import (
	"fmt"
	"math"
	"sort"
)

// Nodes and weights of the 21-point Kronrod extension of the 10-point Gauss rule
// (Piessens et al. 1983, QUADPACK).
var (
	kronrodX = [11]float64{
		0.995657163025808080735527280689003, 0.973906528517171720077964012084452,
		0.930157491355708226001207180059508, 0.865063366688984510732096688423493,
		0.780817726586416897063717578345042, 0.679409568299024406234327365114874,
		0.562757134668604683339000099272694, 0.433395394129247190799265943165784,
		0.294392862701460198131126603103866, 0.148874338981631210884826001129720, 0}
	kronrodW = [11]float64{
		0.011694638867371874278064396062192, 0.032558162307964727478818972459390,
		0.054755896574351996031381300244580, 0.075039674810919952767043140916190,
		0.093125454583697605535065465083366, 0.109387158802297641899210590325805,
		0.123491976262065851077958109585166, 0.134709217311473325928054001771707,
		0.142775938577060080797094273138717, 0.147739104901338491374841515972068,
		0.149445554002916905664936468389821}
	gaussW = [5]float64{
		0.066671344308688137593568809893332, 0.149451349150580593145863396957771,
		0.219086362515982043995534934228163, 0.269266719309996355091226921569469,
		0.295524224714752870173815619188769}
)

type panel struct{ a, b, value, err float64 }

func kronrod(f func(float64) float64, a, b float64) panel {
	c, h := (a+b)/2, (b-a)/2
	fc := f(c)
	k := fc * kronrodW[10]
	g := 0.0
	for i := 0; i < 10; i++ {
		s := f(c-h*kronrodX[i]) + f(c+h*kronrodX[i])
		k += s * kronrodW[i]
		if i%2 == 1 {
			g += s * gaussW[i/2]
		}
	}
	return panel{a, b, k * h, math.Abs((k - g) * h)}
}

// Integral is the result of Integrate: Err is an estimate of the absolute error.
type Integral struct {
	Value, Err float64
	Evals      int
}

// Integrate computes the integral of f from a to b by adaptive 21-point
// Gauss-Kronrod quadrature; either bound may be infinite (then x = t/(1-t^2) or
// x = a + t/(1-t) maps the range to a finite one). points, which may be empty,
// are places where f changes quickly (a mode, a corner): panels become small
// towards them. A narrow peak that no point names may go unseen. It stops when the estimated error
// is below max(absTol, relTol*|value|) and returns
// ErrNotConverged, with the best value, after 2,000 panels.
func Integrate(f func(float64) float64, a, b, absTol, relTol float64, points ...float64) (Integral, error) {
	switch {
	case math.IsNaN(a) || math.IsNaN(b):
		return Integral{Value: math.NaN()}, fmt.Errorf("integral from %g to %g: %w", a, b, ErrNotFinite)
	case a == b:
		return Integral{}, nil
	case a > b:
		r, err := Integrate(f, b, a, absTol, relTol, points...)
		r.Value = -r.Value
		return r, err
	case math.IsInf(a, -1) && math.IsInf(b, 1):
		g := func(t float64) float64 {
			d := 1 - t*t
			v := f(t/d) * (1 + t*t) / (d * d)
			return v
		}
		return integrate(g, -1, 1, absTol, relTol, mapped(points, func(x float64) float64 {
			if x == 0 {
				return 0
			}
			return 2 * x / (1 + math.Sqrt(1+4*x*x))
		}))
	case math.IsInf(b, 1):
		g := func(t float64) float64 { d := 1 - t; return f(a+t/d) / (d * d) }
		return integrate(g, 0, 1, absTol, relTol, mapped(points, func(x float64) float64 { return (x - a) / (1 + x - a) }))
	case math.IsInf(a, -1):
		g := func(t float64) float64 { d := 1 - t; return f(b-t/d) / (d * d) }
		return integrate(g, 0, 1, absTol, relTol, mapped(points, func(x float64) float64 { return (b - x) / (1 + b - x) }))
	}
	return integrate(f, a, b, absTol, relTol, points)
}

func mapped(points []float64, to func(float64) float64) []float64 {
	out := make([]float64, len(points))
	for i, p := range points {
		out[i] = to(p)
	}
	return out
}

// gradedEdges lists the panels' ends: a, b, the points between, and around each
// point ends that come closer by factors of ten, so that a peak at the point is
// seen however narrow it is.
func gradedEdges(a, b float64, points []float64) []float64 {
	edges := []float64{a, b}
	for _, p := range points {
		if !(p > a && p < b) {
			continue
		}
		edges = append(edges, p)
		for d := 0.1; d > 1e-10; d /= 10 {
			edges = append(edges, p-d*(p-a), p+d*(b-p))
		}
	}
	sort.Float64s(edges)
	n := 1
	for _, e := range edges[1:] {
		if e > edges[n-1] {
			edges[n] = e
			n++
		}
	}
	return edges[:n]
}

func integrate(f func(float64) float64, a, b, absTol, relTol float64, points []float64) (Integral, error) {
	const maxPanels = 2000
	edges := gradedEdges(a, b, points)
	var panels []panel
	var res Integral
	for i := 1; i < len(edges); i++ {
		panels = append(panels, kronrod(f, edges[i-1], edges[i]))
	}
	res.Evals = 21 * len(panels)
	for {
		value, err, worst := 0.0, 0.0, 0
		for i, p := range panels {
			value += p.value
			err += p.err
			if p.err > panels[worst].err {
				worst = i
			}
		}
		res.Value, res.Err = value, err
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return res, fmt.Errorf("integral from %g to %g: %w", a, b, ErrNotFinite)
		}
		p := panels[worst]
		mid := (p.a + p.b) / 2
		if err <= math.Max(absTol, relTol*math.Abs(value)) {
			return res, nil
		}
		if len(panels) >= maxPanels || mid <= p.a || mid >= p.b {
			return res, fmt.Errorf("integral from %g to %g: %w", a, b, ErrNotConverged)
		}
		panels[worst] = kronrod(f, p.a, mid)
		panels = append(panels, kronrod(f, mid, p.b))
		res.Evals += 42
	}
}
