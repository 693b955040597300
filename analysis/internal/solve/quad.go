package solve

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/integrate/quad"
)

// Rule is a Gauss-Legendre rule on [-1, 1], its nodes in rising order.
type Rule struct{ X, W []float64 }

// Legendre is the rule with n nodes.
func Legendre(n int) Rule {
	r := Rule{make([]float64, n), make([]float64, n)}
	quad.Legendre{}.FixedLocations(r.X, r.W, -1, 1)
	slices.Reverse(r.X) // they come in falling order
	slices.Reverse(r.W)
	return r
}

// coarse and fine are the rules of a panel; their difference is its error.
var coarse, fine = Legendre(10), Legendre(21)

type panel struct{ a, b, value, err float64 }

func newPanel(f func(float64) float64, a, b float64) panel {
	apply := func(r Rule) (sum float64) {
		for i, x := range r.X {
			sum += r.W[i] * f((a+b)/2+x*(b-a)/2)
		}
		return sum * (b - a) / 2
	}
	value := apply(fine)
	return panel{a, b, value, math.Abs(value - apply(coarse))}
}

// Integral is the result of Integrate: Err is an estimate of the absolute error.
type Integral struct{ Value, Err float64 }

// Integrate computes the integral of f from a to b, both finite, by adaptive
// Gauss-Legendre quadrature. points, which may be empty, are places where f changes
// quickly (a mode, a corner): panels become small towards them. A narrow peak that no
// point names may go unseen. It stops when the estimated error is below
// max(absTol, relTol*|value|) and returns ErrNotConverged, with the best value, after
// 2,000 panels.
func Integrate(f func(float64) float64, a, b, absTol, relTol float64, points ...float64) (Integral, error) {
	if math.IsNaN(a-b) || math.IsInf(a-b, 0) {
		return Integral{Value: math.NaN()}, fmt.Errorf("integral from %g to %g: %w", a, b, ErrNotFinite)
	}
	const maxPanels = 2000
	edges := gradedEdges(a, b, points)
	var panels []panel
	for i := 1; i < len(edges); i++ {
		panels = append(panels, newPanel(f, edges[i-1], edges[i]))
	}
	for {
		var res Integral
		worst := panel{}
		at := -1
		for i, p := range panels {
			res.Value += p.value
			res.Err += p.err
			if p.err > worst.err {
				worst, at = p, i
			}
		}
		if math.IsNaN(res.Value) || math.IsInf(res.Value, 0) {
			return res, fmt.Errorf("integral from %g to %g: %w", a, b, ErrNotFinite)
		}
		if at < 0 || res.Err <= math.Max(absTol, relTol*math.Abs(res.Value)) {
			return res, nil
		}
		mid := (worst.a + worst.b) / 2
		if len(panels) >= maxPanels || mid == worst.a || mid == worst.b {
			return res, fmt.Errorf("integral from %g to %g: %w", a, b, ErrNotConverged)
		}
		panels[at] = newPanel(f, worst.a, mid)
		panels = append(panels, newPanel(f, mid, worst.b))
	}
}

// gradedEdges lists the panels' ends: a, b, the points between, and around each
// point ends that come closer by factors of ten, so that a peak at the point is
// seen however narrow it is.
func gradedEdges(a, b float64, points []float64) []float64 {
	edges := []float64{a, b}
	for _, p := range points {
		if p > a && p < b {
			edges = append(edges, p)
			for d := 0.1; d > 1e-10; d /= 10 {
				edges = append(edges, p-d*(p-a), p+d*(b-p))
			}
		}
	}
	if a < b {
		slices.Sort(edges)
	}
	return slices.Compact(edges)
}
