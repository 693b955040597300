package meta

import (
	"math"

	"past/analysis/internal/dist"
)

// Influence holds the case-deletion diagnostics of Viechtbauer & Cheung (2010),
// one entry for each used row; NaN where the model cannot be fitted without it.
type Influence struct {
	RStudent []float64 // studentized deleted residuals
	DFFits   []float64 // change of the fitted value in standard errors
	CookD    []float64 // (b - b_del)' Cov^-1 (b - b_del)
	CovR     []float64 // |Cov_del| / |Cov|
	Tau2Del  []float64
	QEDel    []float64
	Hat      []float64
	Weight   []float64 // percent
	// DFBetas[j][i]: change of coefficient j without row i in standard errors
	DFBetas [][]float64
	// Influential marks rows with |DFFITS| > 3 sqrt(p/(k-p)), a chi-square
	// probability of Cook's distance (p df) above 0.5, a hat value above 3 p/k or any
	// |DFBETAS| > 1.
	Influential []bool
}

// Influence refits the model without each row in turn.
func (r *Result) Influence() *Influence {
	k, p := r.K, r.p
	buf := make([]float64, (8+p)*k)
	next := func() []float64 {
		c := buf[:k:k]
		buf = buf[k:]
		for i := range c {
			c[i] = math.NaN()
		}
		return c
	}
	in := &Influence{RStudent: next(), DFFits: next(), CookD: next(), CovR: next(),
		Tau2Del: next(), QEDel: next(), Hat: next(), Weight: next(),
		DFBetas: make([][]float64, p), Influential: make([]bool, k)}
	for j := range in.DFBetas {
		in.DFBetas[j] = next()
	}
	copy(in.Hat, r.Hat())
	copy(in.Weight, r.Weights)
	r.eachDeletion(r.guarded, func(row, at int, fit *Result) {
		if fit != nil {
			r.deletionDiagnostics(in, row, at, fit)
		}
		in.Influential[row] = r.influential(in, row)
	})
	return in
}

func (r *Result) deletionDiagnostics(in *Influence, row, at int, fit *Result) {
	x := r.s.rowOf(at)
	in.Tau2Del[row], in.QEDel[row] = fit.Tau2, fit.Q.Value
	d, se := deletedResidual(r, fit, at)
	in.RStudent[row] = ratio(d, se)
	diff := make([]float64, r.p)
	for j := range diff {
		diff[j] = r.beta[j] - fit.beta[j]
	}
	in.CookD[row] = r.cook(diff)
	in.CovR[row] = math.Exp(fit.logDetVB() - r.logDetVB())
	// covariance of the full model with the tau2 of the deleted one plugged in
	change, va := r.varianceAt(fit.Tau2)
	h := in.Hat[row] * (fit.Tau2 + r.s.v[at])
	if r.s.a != nil || r.opt.Unweighted {
		h = quadratic(x, va)
	}
	in.DFFits[row] = ratio(dot(x, diff), math.Sqrt(fit.S2W*h))
	for j := range diff {
		in.DFBetas[j][row] = ratio(diff[j], math.Sqrt(fit.S2W*change[j]))
	}
}

// cook is d'VB^-1 d; NaN when VB is singular.
func (r *Result) cook(d []float64) float64 {
	if r.g != nil {
		return r.g.quadratic(d, 0) / r.S2W
	}
	x, ok := cholSolve(r.vb, d)
	if !ok {
		return math.NaN()
	}
	return dot(d, x)
}

// logDetVB is log|VB|.
func (r *Result) logDetVB() float64 {
	if r.g != nil {
		return float64(r.p)*math.Log(r.S2W) - r.g.logDet()
	}
	if r.p == 1 {
		return math.Log(r.vb[0])
	}
	l, d, ok := cholesky(r.vb, r.p)
	if !ok {
		return math.NaN()
	}
	sum := 0.0
	for j, x := range d {
		sum += 2 * (math.Log(l[j*r.p+j]) - math.Log(x))
	}
	return sum
}

// varianceAt is the covariance of the coefficients with another tau2, without the
// Knapp-Hartung factor: its diagonal and, row by row, all of it.
func (r *Result) varianceAt(tau2 float64) (diag, all []float64) {
	s, p := r.s, r.p
	w := make([]float64, s.k)
	for i, v := range s.v {
		w[i] = 1 / (v + tau2)
	}
	switch {
	case s.a != nil || r.opt.Unweighted:
		all = s.weightedVariance(r.projectFinal(), tau2)
	case s.x == nil:
		sum := 0.0
		for _, x := range w {
			sum += x
		}
		all = []float64{1 / sum}
	default:
		all = make([]float64, p*p)
		s.factorise(s.g, w, -1)
		s.g.inverse(all)
	}
	diag = make([]float64, p)
	for j := range diag {
		diag[j] = all[j*p+j]
	}
	return diag, all
}

func (r *Result) influential(in *Influence, row int) bool {
	p, k := float64(r.p), float64(r.K)
	if math.Abs(in.DFFits[row]) > 3*math.Sqrt(p/(k-p)) || in.Hat[row] > 3*p/k {
		return true
	}
	if dist.ChiSqCDF(in.CookD[row], p) > 0.5 {
		return true
	}
	for _, d := range in.DFBetas {
		if math.Abs(d[row]) > 1 {
			return true
		}
	}
	return false
}

// Baujat holds the coordinates of the plot of Baujat et al. (2002), one point for
// each used row.
type Baujat struct {
	X []float64 // squared Pearson residual: contribution to heterogeneity
	Y []float64 // squared standardized change of the fitted value without the row
}

// Baujat returns x = (y - x'b)^2/(v+tau2) and
// y = (fitted without the row - fitted)^2 / variance of the former.
func (r *Result) Baujat() *Baujat {
	bj := &Baujat{X: make([]float64, r.K), Y: make([]float64, r.K)}
	r.eachDeletion(r.guarded, func(row, at int, fit *Result) {
		x := r.s.rowOf(at)
		fitted := dot(x, r.beta)
		res := r.s.raw[at] - fitted
		bj.X[row] = res * res / (r.s.v[at] + r.Tau2)
		bj.Y[row] = math.NaN()
		if fit == nil {
			return
		}
		d := 0.0
		for j := range x {
			d += x[j] * (fit.beta[j] - r.beta[j])
		}
		bj.Y[row] = ratio(d*d, fit.rowVariance(x))
	})
	return bj
}
