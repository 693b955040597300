package solve

import (
	"math"
	"sort"
)

// NelderMead minimises f from x0 with the simplex method of Nelder & Mead (1965),
// using at most maxEvals calls. It needs no derivatives and is slow and rough:
// use it where Minimise's BFGS cannot go.
func NelderMead(f func([]float64) float64, x0 []float64, maxEvals int) Optimum {
	n := len(x0)
	type vertex struct {
		x []float64
		f float64
	}
	evals := 0
	at := func(x []float64) vertex { evals++; return vertex{x, orInf(f(x))} }
	s := []vertex{at(append([]float64(nil), x0...))}
	for i := 0; i < n; i++ {
		x := append([]float64(nil), x0...)
		x[i] += 0.1 * math.Max(math.Abs(x[i]), 0.5)
		s = append(s, at(x))
	}
	mix := func(c, worst []float64, t float64) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = c[i] + t*(worst[i]-c[i])
		}
		return x
	}
	converged := false
	for evals < maxEvals {
		sort.SliceStable(s, func(i, j int) bool { return s[i].f < s[j].f })
		size := 0.0
		for i := 0; i < n; i++ {
			size = math.Max(size, math.Abs(s[n].x[i]-s[0].x[i])/math.Max(1, math.Abs(s[0].x[i])))
		}
		if size < 1e-10 && s[n].f-s[0].f <= 1e-13*math.Max(1, math.Abs(s[0].f)) {
			converged = true
			break
		}
		c := make([]float64, n)
		for _, v := range s[:n] {
			for i := range c {
				c[i] += v.x[i] / float64(n)
			}
		}
		r := at(mix(c, s[n].x, -1))
		switch {
		case r.f < s[0].f:
			if e := at(mix(c, s[n].x, -2)); e.f < r.f {
				r = e
			}
			s[n] = r
		case r.f < s[n-1].f:
			s[n] = r
		default:
			t, bound := 0.5, s[n].f
			if r.f < s[n].f {
				t, bound = -0.5, r.f
			}
			if k := at(mix(c, s[n].x, t)); k.f <= bound {
				s[n] = k
				continue
			}
			for j := 1; j <= n; j++ {
				s[j] = at(mix(s[0].x, s[j].x, 0.5))
			}
		}
	}
	sort.SliceStable(s, func(i, j int) bool { return s[i].f < s[j].f })
	return Optimum{X: s[0].x, F: s[0].f, Evals: evals, Converged: converged}
}
