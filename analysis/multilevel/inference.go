package multilevel

import (
	"math"
	"sort"

	"past/analysis/internal/dist"
)

func sortInts(x []int) { sort.Ints(x) }

// infer fills tests, intervals and the prediction interval.
func (r *Result) infer() {
	p := r.P
	if r.Options.Test == T {
		r.DF = r.degreesOfFreedom()
	}
	r.SE, r.Stat, r.PValue = make([]float64, p), make([]float64, p), make([]float64, p)
	r.CILower, r.CIUpper = make([]float64, p), make([]float64, p)
	for j := range r.Beta {
		df := math.Inf(1)
		if r.DF != nil {
			df = r.DF[j]
		}
		r.SE[j] = math.Sqrt(r.Cov[j][j])
		r.Stat[j], r.PValue[j], r.CILower[j], r.CIUpper[j] = test(r.Beta[j], r.SE[j], df, r.Options.Level)
	}
	tested := r.tested()
	if len(tested) > 0 {
		df2 := 0.0
		if r.DF != nil {
			df2 = math.Inf(1)
			for _, j := range tested {
				df2 = math.Min(df2, r.DF[j])
			}
		}
		r.Omnibus = wald(r.Beta, r.Cov, tested, df2)
	}
	if p == 1 && r.m.basis.intercept == 0 {
		half := math.Sqrt(r.Cov[0][0] + r.Sigma2.Total())
		df := math.Inf(1)
		if r.DF != nil {
			df = r.DF[0]
		}
		half *= critical(r.Options.Level, df)
		r.Prediction = &Prediction{Estimate: r.Beta[0], SE: r.SE[0], CILower: r.CILower[0], CIUpper: r.CIUpper[0],
			PILower: r.Beta[0] - half, PIUpper: r.Beta[0] + half}
	}
}

// critical is the two-sided critical value; df = +Inf is the normal one.
func critical(level, df float64) float64 {
	tail := 0.5 + level/2
	if math.IsInf(df, 1) {
		return dist.NormQuantile(tail)
	}
	return dist.TQuantile(tail, df)
}

// test gives the statistic, its two-sided p-value and the interval.
func test(beta, se, df, level float64) (stat, p, lo, hi float64) {
	stat = beta / se
	if math.IsInf(df, 1) {
		p = dist.NormTwoSided(stat)
	} else {
		p = dist.TTwoSided(stat, df)
	}
	half := critical(level, df) * se
	return stat, p, beta - half, beta + half
}

// tested lists the coefficients of the omnibus test: all but the intercept; all when
// there is none; none when the intercept stands alone.
func (r *Result) tested() []int {
	var out []int
	for j := 0; j < r.P; j++ {
		if j != r.m.basis.intercept {
			out = append(out, j)
		}
	}
	return out
}

// wald is β'V^-1β over the coefficients named: chi-square for df2 = 0, else divided
// by their number and compared with F.
func wald(beta []float64, cov [][]float64, terms []int, df2 float64) Wald {
	q := len(terms)
	w := Wald{DF1: float64(q), DF2: df2, Terms: q}
	v, b := make([]float64, q*q), make([]float64, q)
	for i, j := range terms {
		b[i] = beta[j]
		for k, l := range terms {
			v[i*q+k] = cov[j][l]
		}
	}
	l, ok := scaledCholesky(v, b, q)
	if !ok {
		w.Stat, w.PValue = math.NaN(), math.NaN()
		return w
	}
	x := append([]float64(nil), b...)
	cholSolve(l, x, q)
	w.Stat = dot(b, x)
	if df2 == 0 {
		w.PValue = dist.ChiSqSF(w.Stat, w.DF1)
		return w
	}
	w.Stat /= w.DF1
	w.PValue = dist.FSF(w.Stat, w.DF1, df2)
	return w
}

// scaledCholesky brings v to unit diagonal (and b with it) before factoring, so that
// moderators in very different units don't look singular.
func scaledCholesky(v, b []float64, q int) ([]float64, bool) {
	d := make([]float64, q)
	for i := range d {
		d[i] = math.Sqrt(v[i*q+i])
		if !(d[i] > 0) {
			return nil, false
		}
		b[i] /= d[i]
	}
	for i := 0; i < q; i++ {
		for j := 0; j < q; j++ {
			v[i*q+j] /= d[i] * d[j]
		}
	}
	return cholesky(v, q)
}

// degreesOfFreedom applies the rule of Options.DF.
func (r *Result) degreesOfFreedom() []float64 {
	m := r.m
	df := make([]float64, r.P)
	for j := range df {
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
		df[j] = math.Max(1, float64(levels-r.P))
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
	r.QEDF = m.n - m.p
	plain := *m
	if plain.inner < m.n { // traces at row level: every row its own group
		plain.ungroup()
	}
	w := plain.workspace()
	st, ok := plain.evaluate(theta{}, true, w)
	if !ok {
		r.QE, r.QEP = math.NaN(), math.NaN()
		r.I2 = I2{math.NaN(), math.NaN(), math.NaN()}
		return
	}
	plain.refine(&st, w)
	r.QE = st.rss
	r.QEP = dist.ChiSqSF(r.QE, float64(r.QEDF))
	s := plain.collect(theta{}, w)
	trace := s.trace[1] - traceProduct(cholInverse(st.chol, m.p), s.first[1], m.p)
	typical := float64(m.n-m.p) / trace * m.unit * m.unit
	total := r.Sigma2.Total()
	r.I2.Between = 100 * r.Sigma2.Between / (total + typical)
	r.I2.Within = 100 * r.Sigma2.Within / (total + typical)
	r.I2.Total = 100 * total / (total + typical)
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
