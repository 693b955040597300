package multilevel

import (
	"math"
	"sort"
)

// free says which components are estimated; the others stay where they are.
type free [2]bool

// maximise finds the highest point of the likelihood over theta >= 0. A grid on a
// logarithmic scale that includes both boundaries finds the basins, Newton's method
// climbs the best of them, and the highest summit wins.
func (m *problem) maximise(reml bool, fr free, at theta, w *workspace) (state, bool) {
	var best state
	found := false
	for _, start := range m.starts(reml, fr, at, w) {
		st, ok := m.climb(start, reml, fr, w)
		if ok && (!found || st.logLik > best.logLik+1e-10*(1+math.Abs(best.logLik))) {
			best, found = st, true
		}
	}
	return best, found
}

// gridSize is the number of values of a component, beside 0, that the grid tries.
const gridSize = 12

// starts lists the local maxima of the likelihood on the grid, best first, at most
// five.
func (m *problem) starts(reml bool, fr free, at theta, w *workspace) []theta {
	axis := m.axis()
	var axes [2][]float64
	for a := 0; a < 2; a++ {
		axes[a] = axis
		if !fr[a] {
			axes[a] = []float64{at[a]}
		}
	}
	rows, cols := len(axes[0]), len(axes[1])
	grid := make([]float64, rows*cols)
	for i, x := range axes[0] {
		for j, y := range axes[1] {
			grid[i*cols+j] = math.Inf(-1)
			if st, ok := m.evaluate(theta{x, y}, reml, w); ok {
				grid[i*cols+j] = st.logLik
			}
		}
	}
	type peak struct {
		th theta
		ll float64
	}
	var peaks []peak
	for i := 0; i < rows; i++ {
		for j := 0; j < cols; j++ {
			if localPeak(grid, rows, cols, i, j) {
				peaks = append(peaks, peak{theta{axes[0][i], axes[1][j]}, grid[i*cols+j]})
			}
		}
	}
	sort.SliceStable(peaks, func(a, b int) bool { return peaks[a].ll > peaks[b].ll })
	out := []theta{}
	for _, p := range peaks {
		if len(out) < 5 {
			out = append(out, p.th)
		}
	}
	return out
}

func localPeak(grid []float64, rows, cols, i, j int) bool {
	here := grid[i*cols+j]
	if math.IsInf(here, -1) {
		return false
	}
	for di := -1; di <= 1; di++ {
		for dj := -1; dj <= 1; dj++ {
			r, c := i+di, j+dj
			if r >= 0 && r < rows && c >= 0 && c < cols && grid[r*cols+c] > here {
				return false
			}
		}
	}
	return true
}

// axis is 0 and a geometric run from far below the smallest sampling variance that
// matters to well above the spread of the effects.
func (m *problem) axis() []float64 {
	c := m.p + 1
	var ss float64
	small := math.Inf(1)
	for k := 0; k < m.n; k++ {
		ss += m.xy[k*c+m.p] * m.xy[k*c+m.p]
		small = math.Min(small, m.v[k])
	}
	spread := ss / math.Max(1, float64(m.n-m.p))
	hi := 4 * math.Max(spread, 1e-3) // the unit is the median sampling variance
	lo := math.Min(1e-3*math.Min(hi, 1), math.Max(small, 1e-12))
	axis := []float64{0}
	for k := 0; k < gridSize; k++ {
		axis = append(axis, lo*math.Pow(hi/lo, float64(k)/(gridSize-1)))
	}
	return axis
}

// climb runs Newton's method from start, with the expected information in place of
// second derivatives where those don't curve downwards, steps halved until the
// likelihood rises, and an active set for the bounds.
func (m *problem) climb(start theta, reml bool, fr free, w *workspace) (state, bool) {
	st, ok := m.differentiate(start, reml, w)
	if !ok {
		return st, false
	}
	for iter := 0; iter < 200; iter++ {
		step := st.step(fr)
		if step == (theta{}) {
			break
		}
		next, ok := m.search(st, step, fr, reml, w)
		if !ok {
			break
		}
		moved := math.Max(relative(next.th[0], st.th[0]), relative(next.th[1], st.th[1]))
		st = next
		if moved < 1e-15 {
			break
		}
	}
	return st, true
}

// step is the Newton direction on the components that are free and not held at 0 by
// an outward score.
func (st *state) step(fr free) theta {
	var act []int
	for a := 0; a < 2; a++ {
		if fr[a] && (st.th[a] > 0 || st.score[a] > 0) {
			act = append(act, a)
		}
	}
	var step theta
	switch len(act) {
	case 1:
		a := act[0]
		c := -st.hessian[a][a]
		if !(c > 0.1*st.info[a][a]) {
			c = st.info[a][a]
		}
		if c > 0 {
			step[a] = st.score[a] / c
		}
	case 2:
		h := [2][2]float64{{-st.hessian[0][0], -st.hessian[0][1]}, {-st.hessian[0][1], -st.hessian[1][1]}}
		var ok bool
		if step, ok = solve2(h, st.score); !ok {
			if step, ok = solve2(st.info, st.score); !ok {
				for a := range step {
					if st.info[a][a] > 0 {
						step[a] = st.score[a] / st.info[a][a]
					}
				}
			}
		}
	}
	for a := range step {
		if !finite(step[a]) {
			return theta{}
		}
	}
	return step
}

// solve2 solves a symmetric 2×2 system; false when it isn't safely positive definite.
func solve2(a [2][2]float64, b [2]float64) (theta, bool) {
	det := a[0][0]*a[1][1] - a[0][1]*a[0][1]
	if !(a[0][0] > 0) || !(a[1][1] > 0) || !(det > 1e-10*a[0][0]*a[1][1]) {
		return theta{}, false
	}
	return theta{(a[1][1]*b[0] - a[0][1]*b[1]) / det, (a[0][0]*b[1] - a[0][1]*b[0]) / det}, true
}

// search moves along step, cut at the bounds, halving until the log-likelihood
// doesn't fall. Near the summit rises drown in rounding: there a smaller score
// decides.
func (m *problem) search(st state, step theta, fr free, reml bool, w *workspace) (state, bool) {
	noise := 1e-13 * (1 + math.Abs(st.logLik) + math.Abs(st.fixed))
	for half := 0; half < 50; half++ {
		var th theta
		for a := range th {
			th[a] = st.th[a] + step[a]
			if th[a] <= 0 {
				th[a] = 0
			}
		}
		if th == st.th {
			return st, false
		}
		next, ok := m.differentiate(th, reml, w)
		if ok {
			rise := next.logLik - st.logLik
			if rise > noise || rise > -noise && next.slope(fr) < st.slope(fr) {
				return next, true
			}
		}
		step[0] /= 2
		step[1] /= 2
	}
	return st, false
}

// slope measures how far the score is from that of a summit, in units of its
// standard deviation; components held at 0 by an outward score count as 0.
func (st *state) slope(fr free) float64 {
	var s float64
	for a := 0; a < 2; a++ {
		if fr[a] && (st.th[a] > 0 || st.score[a] > 0) && st.info[a][a] > 0 {
			s = math.Max(s, math.Abs(st.score[a])/math.Sqrt(st.info[a][a]))
		}
	}
	return s
}

func relative(a, b float64) float64 {
	if a == b {
		return 0
	}
	return math.Abs(a-b) / math.Max(math.Abs(a), math.Abs(b))
}
