package meta

import (
	"math"

	"past/analysis/internal/dist"
)

// coefficients fills Beta, VB and the scale factor at the estimated tau2.
func (r *Result) coefficients() {
	s := r.s
	var m moments
	s.at(r.Tau2, &m)
	r.rss, r.logDet = m.q, s.logDetXWX(&m)
	if r.K == r.P {
		r.rss = 0
	}
	switch {
	case s.a != nil:
		r.givenWeights(s.a)
	case r.opt.Unweighted:
		r.givenWeights(ones(s.k))
	case s.x == nil:
		r.Beta[0], r.VB[0][0] = m.mu+s.shift, 1/m.sw
	default:
		r.g = s.g.clone()
		r.g.coef(r.Beta)
		r.Beta[0] += s.shift // 0 without an intercept
		r.g.inverse(r.vb)
	}
	r.scale(m.q)
}

// givenWeights estimates with weights a that are not the inverse variances:
// beta = M X'A y and its covariance M X'A (V + tau2) A X M with M = (X'A X)^-1.
// The residual sum of squares of the likelihood stays weighted by 1/(v+tau2).
func (r *Result) givenWeights(a []float64) {
	s := r.s
	pr := s.project(a)
	r.rss = 0
	for i, res := range pr.r {
		r.rss += res * res / (s.v[i] + r.Tau2)
	}
	copy(r.Beta, pr.b)
	r.Beta[0] += s.shift
	copy(r.vb, s.weightedVariance(pr, r.Tau2))
}

// weightedVariance is M X'A (V + tau2) A X M for the weights a of a projection.
func (s *sample) weightedVariance(pr *projection, tau2 float64) []float64 {
	p := s.p
	m := pr.inverse()
	out, l := make([]float64, p*p), make([]float64, p)
	for i, a := range pr.w { // l: row i of A X M
		x := s.rowOf(i)
		for j := range l {
			l[j] = a * dot(x, m[j*p:(j+1)*p])
		}
		for j := range l {
			for c := 0; c <= j; c++ {
				out[j*p+c] += l[j] * (s.v[i] + tau2) * l[c]
			}
		}
	}
	for j := 0; j < p; j++ {
		for c := 0; c < j; c++ {
			out[c*p+j] = out[j*p+c]
		}
	}
	return out
}

// rowVariance is x'VB x of a row of the model matrix.
func (r *Result) rowVariance(x []float64) float64 {
	if r.g != nil {
		return r.S2W * r.g.lower(x, r.s.u)
	}
	return math.Max(quadratic(x, r.vb), 0)
}

// unscaledVariance is rowVariance without the Knapp-Hartung factor.
func (r *Result) unscaledVariance(x []float64) float64 {
	switch {
	case r.g != nil:
		return r.g.lower(x, r.s.u)
	case r.unscaled != nil:
		return math.Max(quadratic(x, r.unscaled), 0)
	}
	return r.rowVariance(x)
}

// scale applies the Knapp-Hartung factor; rss is y'P y with inverse-variance
// weights. Without degrees of freedom the test becomes z.
func (r *Result) scale(rss float64) {
	df := float64(r.K - r.P)
	if r.Test != Z && df <= 0 {
		r.Test = Z
	}
	if r.Test == Z {
		return
	}
	r.DDF = df
	if !r.Test.scaled() {
		return
	}
	r.S2W = rss / df
	if rss <= 2.220446049250313e-16 { // all residuals 0 but for rounding
		r.S2W = 0
	}
	if (r.Test == AdHoc || r.Guarded) && r.S2W < 1 {
		r.S2W = 1
	}
	r.unscaled = append(r.unscaled[:0], r.vb...)
	for j := range r.vb {
		r.vb[j] *= r.S2W
	}
}

// twoSided is the two-sided p-value of a z or t statistic.
func twoSided(x, df float64) float64 {
	if math.IsInf(df, 1) {
		return dist.NormTwoSided(x)
	}
	return dist.TTwoSided(x, df)
}

// quantile is the upper quantile that an interval of the level needs.
func quantile(level, df float64) float64 {
	if level == 0.95 && math.IsInf(df, 1) {
		return 1.959963984540054
	}
	if math.IsInf(df, 1) {
		return dist.NormQuantile(0.5 + level/2)
	}
	return dist.TQuantile(0.5+level/2, df)
}

// statistics fills tests and intervals of the coefficients and the omnibus test.
func (r *Result) statistics() {
	r.ci = r.quantiles.at(r.Level, r.DDF)
	for j, b := range r.Beta {
		se := math.Sqrt(r.VB[j][j])
		r.SE[j] = se
		r.Stat[j] = b / se
		r.PVal[j] = twoSided(r.Stat[j], r.DDF)
		r.CILb[j], r.CIUb[j] = b-r.ci*se, b+r.ci*se
	}
	r.omnibus()
}

// omnibus is the Wald test of all coefficients but the intercept:
// QM = b' V^-1 b, chi-square on m df; for t-based tests F = QM/m on m and k-p df.
func (r *Result) omnibus() {
	first := 0
	if r.P > 1 && r.hasIntercept() {
		first = 1
	}
	m := r.P - first
	r.QMDF1, r.QMDF2 = float64(m), r.DDF
	switch {
	case m == 1: // the test of that coefficient
		r.QM, r.QMP = r.Stat[first]*r.Stat[first], r.PVal[first]
		return
	case r.g != nil:
		r.QM = r.g.quadratic(r.Beta, first) / r.S2W
	default:
		r.QM = wald(r.Beta[first:], r.VB, first)
	}
	if math.IsInf(r.DDF, 1) {
		r.QMP = dist.ChiSqSF(r.QM, float64(m))
		return
	}
	r.QM /= float64(m)
	r.QMP = dist.FSF(r.QM, float64(m), r.DDF)
}

// wald is b'V^-1 b for the block of v that starts at row and column first.
func wald(b []float64, v [][]float64, first int) float64 {
	m := len(b)
	block := make([]float64, m*m)
	for i := 0; i < m; i++ {
		copy(block[i*m:(i+1)*m], v[first+i][first:first+m])
	}
	x, ok := cholSolve(block, b)
	if !ok {
		return math.NaN()
	}
	q := 0.0
	for i := range b {
		q += b[i] * x[i]
	}
	return q
}

// cholSolve solves a x = b for symmetric positive definite a (m x m, kept),
// scaled to unit diagonal first.
func cholSolve(a, b []float64) ([]float64, bool) {
	l, d, ok := cholesky(a, len(b))
	if !ok {
		return nil, false
	}
	m := len(b)
	x := make([]float64, m)
	for i := 0; i < m; i++ {
		x[i] = b[i] * d[i]
		for j := 0; j < i; j++ {
			x[i] -= l[i*m+j] * x[j]
		}
		x[i] /= l[i*m+i]
	}
	for i := m - 1; i >= 0; i-- {
		for j := i + 1; j < m; j++ {
			x[i] -= l[j*m+i] * x[j]
		}
		x[i] /= l[i*m+i]
	}
	for i := range x {
		x[i] *= d[i]
	}
	return x, true
}

// cholesky factors the symmetric matrix a (m x m) after scaling its diagonal to 1
// by d on both sides.
func cholesky(a []float64, m int) (l, d []float64, ok bool) {
	l, d = make([]float64, m*m), make([]float64, m)
	for i := range d {
		if !(a[i*m+i] > 0) || math.IsInf(a[i*m+i], 1) {
			return nil, nil, false
		}
		d[i] = 1 / math.Sqrt(a[i*m+i])
	}
	for i := 0; i < m; i++ {
		for j := 0; j <= i; j++ {
			x := a[i*m+j] * d[i] * d[j]
			for c := 0; c < j; c++ {
				x -= l[i*m+c] * l[j*m+c]
			}
			if i != j {
				l[i*m+j] = x / l[j*m+j]
				continue
			}
			if !(x > 0) {
				return nil, nil, false
			}
			l[i*m+i] = math.Sqrt(x)
		}
	}
	return l, d, true
}
