package solve

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/optimize"
)

// Optimum is the end point of a search in several dimensions.
type Optimum struct {
	X         []float64
	F         float64
	Converged bool
}

// Options for Minimise; the zero value is usable.
type Options struct {
	// Gradient, if set, writes the gradient at x into g.
	Gradient func(g, x []float64)
	// GradTol is the largest |gradient| * max(1,|x|) / max(1,|f|) at the end
	// (default 1e-8).
	GradTol float64
	// MaxEvals bounds the calls of f of one search (default 20,000).
	MaxEvals int
}

// Minimise finds a local minimum of f from x0 with BFGS; when that fails to
// converge it restarts from the best point with Nelder-Mead and polishes with
// BFGS again. f may return NaN or +Inf outside its domain. The error wraps
// ErrNotConverged when the gradient is not small at the end; the best point is
// returned all the same.
func Minimise(f func([]float64) float64, x0 []float64, opt Options) (Optimum, error) {
	if opt.GradTol == 0 {
		opt.GradTol = 1e-8
	}
	if opt.MaxEvals == 0 {
		opt.MaxEvals = 20000
	}
	p := optimize.Problem{Func: func(x []float64) float64 { return orInf(f(x)) }, Grad: opt.Gradient}
	if p.Grad == nil {
		p.Grad = func(g, x []float64) { Gradient(p.Func, x, g) }
	}
	best := Optimum{X: x0, F: p.Func(x0)}
	if math.IsInf(best.F, 1) {
		return best, fmt.Errorf("minimise: start: %w", ErrNotFinite)
	}
	best = search(p, best, &optimize.BFGS{}, opt)
	for round := 0; round < 3 && !best.Converged; round++ {
		next := search(p, search(p, best, &optimize.NelderMead{}, opt), &optimize.BFGS{}, opt)
		stuck := best.F-next.F <= 1e-14*math.Max(1, math.Abs(best.F))
		if best = next; stuck {
			break
		}
	}
	if !best.Converged {
		return best, fmt.Errorf("minimise: %w", ErrNotConverged)
	}
	return best, nil
}

// search runs one of gonum's methods from a point, which it never makes worse.
func search(p optimize.Problem, from Optimum, method optimize.Method, opt Options) Optimum {
	g := make([]float64, len(from.X))
	scaled := func(x []float64, f float64) float64 {
		p.Grad(g, x)
		most := 0.0
		for i, d := range g {
			most = math.Max(most, orInf(math.Abs(d)*math.Max(1, math.Abs(x[i]))/math.Max(1, math.Abs(f))))
		}
		return most
	}
	at := from
	if scaled(from.X, from.F) > 0 { // the methods need a direction
		r, err := optimize.Minimize(p, from.X, &optimize.Settings{FuncEvaluations: opt.MaxEvals, GradientThreshold: 1e-300,
			Converger: &optimize.FunctionConverge{Relative: 1e-15, Iterations: 8}}, method)
		if r != nil && r.F < from.F && (err == nil || !math.IsNaN(r.F)) {
			at = Optimum{X: r.X, F: r.F}
		}
	}
	at.Converged = scaled(at.X, at.F) <= 100*opt.GradTol
	return at
}

// orInf turns NaN into +Inf, so that comparisons steer away from such points.
func orInf(v float64) float64 {
	if math.IsNaN(v) {
		return math.Inf(1)
	}
	return v
}
