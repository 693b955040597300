package multilevel

import (
	"fmt"
	"math"

	"past/analysis"
	"past/analysis/internal/dense"
	"past/analysis/internal/dist"
	"past/analysis/meta"
)

// infer fills tests, intervals and the prediction interval.
func (r *Result) infer() {
	df := r.degreesOfFreedom()
	r.Coef = waldTests(r.beta, r.Cov, df, r.Level)
	if tested := r.m.tested(); len(tested) > 0 {
		df2 := math.Inf(1)
		for _, j := range tested {
			df2 = math.Min(df2, df[j])
		}
		r.Omnibus = wald(r.beta, r.Cov, tested, df2)
	}
	if r.m.p == 1 && r.m.basis.intercept == 0 {
		half := math.Sqrt(r.Cov[0][0]+r.Tau2) * analysis.Quantile(r.Level, df[0])
		r.Prediction = analysis.Interval{Lower: r.beta[0] - half, Upper: r.beta[0] + half}
	}
}

// waldTests are the coefficients with their tests.
func waldTests(beta []float64, cov [][]float64, df []float64, level float64) []analysis.Estimate {
	out := make([]analysis.Estimate, len(beta))
	for j, b := range beta {
		out[j] = analysis.Wald(b, math.Sqrt(cov[j][j]), df[j], analysis.Quantile(level, df[j]))
	}
	return out
}

// tested lists the coefficients of the omnibus test: all but the intercept; all when
// there is none; none when the intercept is by itself.
func (m *problem) tested() []int {
	var out []int
	for j := range m.p {
		if j != m.basis.intercept {
			out = append(out, j)
		}
	}
	return out
}

// wald is β'V^-1β over the coefficients named: chi-square where df2 is infinite, else
// divided by their number and compared with F.
func wald(beta []float64, cov [][]float64, terms []int, df2 float64) analysis.Statistic {
	q, x := float64(len(terms)), dense.Wald(beta, cov, terms)
	if math.IsInf(df2, 1) {
		return analysis.ChiSquare(x, q)
	}
	return analysis.FTest(x/q, q, df2)
}

// degreesOfFreedom applies the rule of Options.DF.
func (r *Result) degreesOfFreedom() []float64 {
	m := r.m
	df := make([]float64, m.p)
	for j := range df {
		if r.Options.Test == meta.Z {
			df[j] = math.Inf(1)
			continue
		}
		levels := m.n
		if r.Options.DF == Contain {
			column := m.basis.columns[j]
			if within, ok := m.constantWithin(column, false); ok {
				levels = min(levels, within)
			}
			if between, ok := m.constantWithin(column, true); ok {
				levels = min(levels, between)
			}
		}
		df[j] = math.Max(1, float64(levels-m.p))
	}
	return df
}

// constantWithin reports whether a column is constant within every cluster (or every
// inner group), and how many there are.
func (m *problem) constantWithin(column []float64, clusters bool) (int, bool) {
	levels := m.inner
	if clusters {
		levels = len(m.blocks)
	}
	for _, b := range m.blocks {
		for k := 1; k < b.n; k++ {
			i := b.off + k
			if (clusters || m.group[i] == m.group[i-1]) && column[i] != column[i-1] {
				return levels, false
			}
		}
	}
	return levels, true
}

// heterogeneity fills QE and the multilevel I².
//
//	I²_a = 100 σ_a² / (τ² + σ² + ṽ),  ṽ = (n - p)/tr(P₀)
//
// with P₀ = S^-1 - S^-1X(X'S^-1X)^-1X'S^-1 (Higgins & Thompson 2002, eq. 9,
// generalised; Nakagawa & Santos 2012; Cheung 2014).
func (r *Result) heterogeneity() {
	m := r.m
	plain := *m
	if plain.inner < m.n { // traces at row level: every row its own group
		plain.ungroup()
	}
	w := plain.workspace()
	st, ok := plain.evaluate(theta{}, true, w)
	if !ok {
		r.I2Level = Levels{math.NaN(), math.NaN()}
		return
	}
	plain.refine(&st, w)
	r.Q = analysis.ChiSquare(st.rss, float64(m.n-m.p))
	s := plain.collect(theta{}, w)
	trace := s.trace[1] - traceProduct(dense.Inverse(st.chol, m.p), s.first[1], m.p)
	typical := float64(m.n-m.p) / trace * m.unit * m.unit
	all := r.Tau2 + typical
	r.I2Level = Levels{100 * r.Sigma2.Between / all, 100 * r.Sigma2.Within / all}
	r.I2, r.H2 = 100*r.Tau2/all, all/typical
}

// ungroup gives every row its own inner group.
func (m *problem) ungroup() {
	m.blocks = append([]block(nil), m.blocks...)
	m.group = make([]int, m.n)
	m.inner = m.n
	for i := range m.blocks {
		b := &m.blocks[i]
		b.flat, b.groups = true, b.n
		for k := 0; k < b.n; k++ {
			m.group[b.off+k] = k
		}
	}
}

// ProfileInterval is the profile-likelihood interval of a component (Between or
// Within): all values c with
//
//	2 [ l(max) - max over the other component of l(c, other) ] <= χ²_1(level)
//
// (Hardy & Thompson 1996, in their univariate form; Viechtbauer 2010). Level is the
// model's. The lower bound is 0 where 0 itself qualifies, the upper one infinite where
// the likelihood stays above the cut-off however large the component.
func (r *Result) ProfileInterval(component Components) (analysis.Interval, error) {
	var a int
	var est float64
	switch {
	case component == BetweenOnly && (r.Options.Components == Both && r.m.separable || r.Options.Components == BetweenOnly):
		a, est = 0, r.st.th[0]
	case component == WithinOnly && (r.Options.Components == Both || r.Options.Components == WithinOnly):
		a, est = 1, r.st.th[1]
	default:
		return analysis.Interval{}, fmt.Errorf("the model has no variance component %q of its own to give an interval for", component)
	}
	cut := r.st.logLik - dist.ChiSqQuantile(r.Level, 1)/2
	pr := &profiler{r: r, a: a, other: r.st.th[1-a], movable: r.Options.Components == Both && r.m.separable}
	unit := r.m.unit * r.m.unit
	var out analysis.Interval
	if st, ok := pr.at(0); est > 0 && (!ok || st.logLik < cut) {
		out.Lower = pr.root(0, est, cut, true) * unit
	}
	scale := math.Max(est, 1e-3*r.m.axis()[gridSize])
	hi, bracketed := est+scale, false
	for k := 0; k < 60 && !bracketed; k++ {
		st, ok := pr.at(hi)
		if !ok {
			return out, fmt.Errorf("the profile likelihood cannot be computed at %g", hi*unit)
		}
		if bracketed = st.logLik < cut; !bracketed {
			hi = est + 4*(hi-est)
		}
	}
	if !bracketed {
		out.Upper = math.Inf(1)
		return out, nil
	}
	out.Upper = pr.root(est, hi, cut, false) * unit
	return out, nil
}

// profiler maximises over one component with the other held.
type profiler struct {
	r       *Result
	a       int
	other   float64 // best value of the other component so far, the next start
	movable bool
}

func (pr *profiler) at(x float64) (state, bool) {
	th := theta{}
	th[pr.a] = x
	reml := pr.r.Options.Method == meta.REML
	if !pr.movable {
		return pr.r.m.differentiate(th, reml, pr.r.w)
	}
	var fr free
	fr[1-pr.a] = true
	var best state
	found := false
	for _, start := range []float64{pr.other, 0, pr.r.st.th[1-pr.a]} {
		th[1-pr.a] = start
		st, ok := pr.r.m.climb(th, reml, fr, pr.r.w)
		if ok && (!found || st.logLik > best.logLik) {
			best, found = st, true
		}
	}
	if found {
		pr.other = best.th[1-pr.a]
	}
	return best, found
}

// root finds where the profile crosses the cut between lo and hi, by Newton's method
// on it (its slope is the score of the held component) inside a shrinking bracket;
// rising says on which side of the summit.
func (pr *profiler) root(lo, hi, cut float64, rising bool) float64 {
	x := (lo + hi) / 2
	for k := 0; k < 200; k++ {
		st, ok := pr.at(x)
		f := st.logLik - cut
		if !ok {
			f = math.Inf(-1)
		}
		if (f > 0) == rising {
			hi = x
		} else {
			lo = x
		}
		next := x - f/st.score[pr.a]
		if !ok || !(next > lo && next < hi) {
			next = (lo + hi) / 2
		}
		if math.Abs(next-x) <= 1e-14*math.Abs(x) || hi-lo <= 1e-15*hi {
			return next
		}
		x = next
	}
	return x
}
