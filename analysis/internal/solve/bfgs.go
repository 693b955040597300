package solve

import (
	"fmt"
	"math"
)

// Optimum is the end point of a search in several dimensions. Gradient holds the
// derivative of the objective at X (numerical unless one was supplied).
type Optimum struct {
	X         []float64
	F         float64
	Gradient  []float64
	Evals     int
	Converged bool
}

// Options for Minimise; the zero value is usable.
type Options struct {
	// Gradient, if set, writes the gradient at x into g.
	Gradient func(x, g []float64)
	// GradTol is the largest |gradient| * max(1,|x|) / max(1,|f|) at the end
	// (default 1e-8).
	GradTol float64
	// MaxEvals bounds the calls of f (default 20,000).
	MaxEvals int
}

func (o Options) filled() Options {
	if o.GradTol == 0 {
		o.GradTol = 1e-8
	}
	if o.MaxEvals == 0 {
		o.MaxEvals = 20000
	}
	return o
}

// Minimise finds a local minimum of f from x0 with BFGS; when that fails to
// converge it restarts from the best point with Nelder-Mead and polishes with
// BFGS again. f may return NaN or +Inf outside its domain. The error wraps
// ErrNotConverged when the gradient is not small at the end; the best point is
// returned all the same.
func Minimise(f func([]float64) float64, x0 []float64, opt Options) (Optimum, error) {
	opt = opt.filled()
	evals := 0
	count := func(x []float64) float64 { evals++; return orInf(f(x)) }
	if math.IsInf(count(x0), 1) {
		return Optimum{X: x0, F: math.NaN()}, fmt.Errorf("minimise: start: %w", ErrNotFinite)
	}
	best := bfgs(count, x0, opt, &evals)
	for round := 0; round < 3 && !best.Converged && evals < opt.MaxEvals; round++ {
		nm := NelderMead(count, best.X, 400*(len(x0)+1))
		next := bfgs(count, nm.X, opt, &evals)
		if next.F > best.F {
			break
		}
		stuck := best.F-next.F <= 1e-14*math.Max(1, math.Abs(best.F))
		best = next
		if stuck {
			break
		}
	}
	best.Evals = evals
	if !best.Converged {
		return best, fmt.Errorf("minimise: %w", ErrNotConverged)
	}
	return best, nil
}

func bfgs(f func([]float64) float64, x0 []float64, opt Options, evals *int) Optimum {
	n := len(x0)
	grad := opt.Gradient
	if grad == nil {
		grad = func(x, g []float64) { Gradient(f, x, g) }
	}
	x := append([]float64(nil), x0...)
	fx := f(x)
	g := make([]float64, n)
	grad(x, g)
	inv := identity(n)
	xn, gn, p := make([]float64, n), make([]float64, n), make([]float64, n)
	fresh := true
	for iter := 0; iter < 500 && *evals < opt.MaxEvals; iter++ {
		if scaledGradient(x, g, fx) <= opt.GradTol {
			return Optimum{X: x, F: fx, Gradient: g, Converged: true}
		}
		slope := 0.0
		for i := range p {
			p[i] = 0
			for j := range g {
				p[i] -= inv[i][j] * g[j]
			}
			slope += p[i] * g[i]
		}
		fn, ok := lineSearch(f, x, p, xn, fx, slope)
		if !ok {
			if fresh {
				break
			}
			inv, fresh = identity(n), true
			continue
		}
		grad(xn, gn)
		updateInverse(inv, x, xn, g, gn, fresh)
		fresh = false
		x, xn = xn, x
		g, gn = gn, g
		fx = fn
	}
	return Optimum{X: x, F: fx, Gradient: g, Converged: scaledGradient(x, g, fx) <= 100*opt.GradTol}
}

func identity(n int) [][]float64 {
	m := make([][]float64, n)
	for i := range m {
		m[i] = make([]float64, n)
		m[i][i] = 1
	}
	return m
}

func scaledGradient(x, g []float64, fx float64) float64 {
	s := 0.0
	for i := range g {
		v := math.Abs(g[i]) * math.Max(1, math.Abs(x[i])) / math.Max(1, math.Abs(fx))
		if math.IsNaN(v) {
			return math.Inf(1)
		}
		s = math.Max(s, v)
	}
	return s
}

// lineSearch backtracks (with quadratic interpolation) from a full step until the
// Armijo condition holds; the accepted point is left in xn.
func lineSearch(f func([]float64) float64, x, p, xn []float64, fx, slope float64) (fn float64, ok bool) {
	if !(slope < 0) {
		return fx, false
	}
	longest := 0.0
	for i := range p {
		longest = math.Max(longest, math.Abs(p[i])/math.Max(1, math.Abs(x[i])))
	}
	step := 1.0
	if longest > 10 {
		step = 10 / longest
	}
	for i := 0; i < 60; i++ {
		moved := false
		for j := range x {
			xn[j] = x[j] + step*p[j]
			moved = moved || xn[j] != x[j]
		}
		if !moved {
			return fx, false
		}
		fn = f(xn)
		if fn <= fx+1e-4*step*slope {
			return fn, true
		}
		next := step / 2
		if q := -slope * step * step / (2 * (fn - fx - slope*step)); q > 0.1*step && q < 0.5*step {
			next = q
		}
		if math.IsInf(fn, 1) {
			next = step / 4
		}
		step = next
	}
	return fx, false
}

// updateInverse is the BFGS update of the inverse Hessian.
func updateInverse(inv [][]float64, x, xn, g, gn []float64, fresh bool) {
	n := len(x)
	s, y, hy := make([]float64, n), make([]float64, n), make([]float64, n)
	sy, yy := 0.0, 0.0
	for i := range s {
		s[i], y[i] = xn[i]-x[i], gn[i]-g[i]
		sy += s[i] * y[i]
		yy += y[i] * y[i]
	}
	if !(sy > 1e-300) || !(yy > 0) || math.IsInf(yy, 1) {
		return
	}
	if fresh {
		for i := range inv {
			inv[i][i] = sy / yy
		}
	}
	yhy := 0.0
	for i := range hy {
		for j := range y {
			hy[i] += inv[i][j] * y[j]
		}
		yhy += y[i] * hy[i]
	}
	for i := range inv {
		for j := range inv[i] {
			inv[i][j] += (1+yhy/sy)*s[i]*s[j]/sy - (hy[i]*s[j]+s[i]*hy[j])/sy
		}
	}
}
