package bias

import (
	"math"

	"past/analysis/internal/dense"
)

// boxSolution is a local maximum found by [boxNewton].
type boxSolution struct {
	x         []float64
	value     float64
	free      []bool  // parameters not held at a limit
	gradient  float64 // largest absolute slope among the free parameters
	converged bool
}

// boxNewton maximises a smooth function within limits lo <= x <= hi by Newton steps on the parameters that no limit holds, with
// a ridge where the curvature has the wrong sign and step halving (projected Newton, Bertsekas 1982, SIAM J. Control 20:221-246).
// f returns the value and fills the gradient and the symmetric Hessian. It always ends: at most 300 steps.
func boxNewton(f func(x, g []float64, h [][]float64) float64, start, lo, hi []float64) boxSolution {
	const maxSteps = 300
	n := len(start)
	x, next := append([]float64(nil), start...), make([]float64, n)
	clip(x, lo, hi)
	g, h := make([]float64, n), square(n)
	s := boxSolution{x: x, free: make([]bool, n)}
	s.value = f(x, g, h)
	polish := 0
	for step := 0; step < maxSteps && !math.IsInf(s.value, -1); step++ {
		var idx []int
		s.gradient = 0
		for i := range x {
			s.free[i] = !(x[i] <= lo[i] && g[i] <= 0) && !(x[i] >= hi[i] && g[i] >= 0)
			if s.free[i] {
				idx = append(idx, i)
				s.gradient = math.Max(s.gradient, math.Abs(g[i]))
			}
		}
		if len(idx) == 0 {
			s.converged = true
			break
		}
		d, exact := newtonStep(g, h, idx)
		decrement := 0.0
		for a, i := range idx {
			decrement += d[a] * g[i]
		}
		if exact && decrement < 1e-9*(1+math.Abs(s.value)) {
			// The value can no longer tell good steps from bad ones, the gradient can: two full steps finish the job.
			s.converged = true
			if polish++; polish > 3 || decrement < 1e-26 {
				break
			}
		}
		if !boxLineSearch(f, &s, d, idx, lo, hi, next, g, h, s.converged) {
			break
		}
	}
	return s
}

// boxLineSearch moves s along d, halving the step until the value rises enough (or, when trust is set, takes the whole step).
// On success g and h belong to the new point.
func boxLineSearch(f func(x, g []float64, h [][]float64) float64, s *boxSolution, d []float64, idx []int, lo, hi, next, g []float64,
	h [][]float64, trust bool) bool {
	longest := 0.0
	for _, v := range d {
		longest = math.Max(longest, math.Abs(v))
	}
	t := math.Min(1, 3/longest)
	slope := append([]float64(nil), g...)
	for half := 0; half < 60; half++ {
		copy(next, s.x)
		gain := 0.0
		for a, i := range idx {
			next[i] = math.Min(hi[i], math.Max(lo[i], s.x[i]+t*d[a]))
			gain += slope[i] * (next[i] - s.x[i])
		}
		v := f(next, g, h)
		if v >= s.value+1e-4*gain && gain > 0 || trust && v >= s.value-1e-9*(1+math.Abs(s.value)) {
			copy(s.x, next)
			s.value = v
			return true
		}
		t /= 2
	}
	f(s.x, g, h)
	return false
}

// newtonStep solves -H d = g on the listed parameters; exact is false when a ridge had to be added.
func newtonStep(g []float64, h [][]float64, idx []int) (d []float64, exact bool) {
	scale := 0.0
	for _, i := range idx {
		scale = math.Max(scale, math.Abs(h[i][i]))
	}
	if !(scale > 0) {
		scale = 1
	}
	ridge := 0.0
	for try := 0; try < 40; try++ {
		c := negative(h, idx)
		for a := range idx {
			c[a*len(idx)+a] += ridge
		}
		if l, ok := dense.Cholesky(c, len(idx)); ok {
			d = make([]float64, len(idx))
			for a, i := range idx {
				d[a] = g[i]
			}
			dense.Solve(l, d, len(idx))
			return d, ridge == 0
		}
		ridge = math.Max(1e-6*scale, 10*ridge)
	}
	d = make([]float64, len(idx))
	for a, i := range idx {
		d[a] = g[i] / scale
	}
	return d, false
}

// negative is -H on the listed parameters.
func negative(h [][]float64, idx []int) []float64 {
	out := make([]float64, 0, len(idx)*len(idx))
	for _, i := range idx {
		for _, j := range idx {
			out = append(out, -h[i][j])
		}
	}
	return out
}

func square(n int) [][]float64 {
	cells := make([]float64, n*n)
	m := make([][]float64, n)
	for i := range m {
		m[i] = cells[i*n : (i+1)*n : (i+1)*n]
	}
	return m
}

func clip(x, lo, hi []float64) {
	for i := range x {
		x[i] = math.Min(hi[i], math.Max(lo[i], x[i]))
	}
}
