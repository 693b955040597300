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
	CookD    []float64 // (b - b_del)' VB^-1 (b - b_del)
	CovR     []float64 // |VB_del| / |VB|
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
	k, p := r.K, r.P
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
	copy(in.Weight, r.WeightsPercent())
	full := determinant(r.vz, p)
	r.eachDeletion(func(row, at int, fit *Result) {
		if fit != nil {
			r.deletionDiagnostics(in, row, at, fit, full)
		}
		in.Influential[row] = r.influential(in, row)
	})
	return in
}

func (r *Result) deletionDiagnostics(in *Influence, row, at int, fit *Result, full float64) {
	p := r.P
	z := r.s.rowOf(at)
	b, v := fit.onParent()
	in.Tau2Del[row], in.QEDel[row] = fit.Tau2, fit.QE
	d, se := deletedResidual(r, fit, at, b, v)
	in.RStudent[row] = ratio(d, se)
	diff := make([]float64, p)
	for j := range diff {
		diff[j] = r.bz[j] - b[j]
	}
	if x, ok := cholSolve(r.vz, diff); ok {
		in.CookD[row] = dot(diff, x)
	}
	in.CovR[row] = determinant(v, p) / full
	// covariance of the full model with the tau2 of the deleted one plugged in
	vdel := r.varianceAt(fit.Tau2)
	h := in.Hat[row] * (fit.Tau2 + r.s.v[at])
	if r.s.a != nil || r.opt.Unweighted {
		h = quadratic(z, vdel)
	}
	in.DFFits[row] = ratio(dot(z, diff), math.Sqrt(fit.S2W*h))
	dx, vx := r.columnChange(diff, vdel)
	for j := range dx {
		in.DFBetas[j][row] = ratio(dx[j], math.Sqrt(fit.S2W*vx[j]))
	}
}

// varianceAt is the covariance of the coefficients on the basis with another tau2,
// unscaled.
func (r *Result) varianceAt(tau2 float64) []float64 {
	o := *r.opt
	o.Test = Z
	f := &Result{Method: r.Method, Test: Z, opt: &o, K: r.K, P: r.P, s: r.s, Tau2: tau2}
	if r.s.z == nil && r.s.a == nil && !o.Unweighted {
		s := 0.0
		for _, v := range r.s.v {
			s += 1 / (v + tau2)
		}
		return []float64{1 / s}
	}
	f.allocate()
	f.coefficients()
	return f.vz
}

// columnChange turns a change of the coefficients and a covariance on the basis
// into the change and the variances on the columns of the model matrix.
func (r *Result) columnChange(diff, v []float64) (dx, vx []float64) {
	if r.s.z == nil {
		return diff, v
	}
	f := &Result{s: r.s, P: r.P}
	f.allocate()
	f.toColumns(append([]float64(nil), diff...), v)
	vx = make([]float64, r.P)
	for j := range vx {
		vx[j] = f.VB[j][j]
	}
	return f.Beta, vx
}

func (r *Result) influential(in *Influence, row int) bool {
	p, k := float64(r.P), float64(r.K)
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
	r.eachDeletion(func(row, at int, fit *Result) {
		z := r.s.rowOf(at)
		res := r.s.y[at] + r.s.shift - dot(z, r.bz)
		bj.X[row] = res * res / (r.s.v[at] + r.Tau2)
		bj.Y[row] = math.NaN()
		if fit == nil {
			return
		}
		b, v := fit.onParent()
		d := 0.0
		for j := range b {
			d += z[j] * (b[j] - r.bz[j])
		}
		bj.Y[row] = ratio(d*d, quadratic(z, v))
	})
	return bj
}
