package meta

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"past/analysis/internal/dense"
	"past/analysis/internal/dist"
)

// Residuals of a fit, one for each used row.
type Residuals struct {
	Resid []float64 // y - fitted
	// Standardized (internally studentized): resid over its standard error
	// sqrt of the diagonal of (I-H) (V+tau2) (I-H)'.
	StdSE, StdZ []float64
	// Studentized (externally): from the fit without the row, over
	// sqrt(s2w (v + tau2) + var of the prediction). NaN where the model cannot be
	// fitted without the row.
	StudResid, StudSE, StudZ []float64
}

// Residuals returns raw, standardized and studentized (deleted) residuals
// (Viechtbauer & Cheung 2010, eq. 5 and 6; Viechtbauer 2021).
func (r *Result) Residuals() *Residuals {
	k := r.K
	res := &Residuals{}
	res.Resid, res.StdSE, res.StdZ = r.standardized()
	res.StudResid, res.StudSE, res.StudZ = make([]float64, k), make([]float64, k), make([]float64, k)
	r.eachDeletion(r.guarded, func(row, at int, fit *Result) {
		res.StudResid[row], res.StudSE[row], res.StudZ[row] = math.NaN(), math.NaN(), math.NaN()
		if fit == nil {
			return
		}
		d, se := deletedResidual(r, fit, at)
		res.StudResid[row], res.StudSE[row], res.StudZ[row] = d, se, ratio(d, se)
	})
	return res
}

// deletedResidual is the residual of a row from the fit without it and its
// standard error.
func deletedResidual(r, fit *Result, at int) (d, se float64) {
	x := r.s.rowOf(at)
	d = r.s.raw[at] - dot(x, fit.beta)
	se = math.Sqrt(fit.S2W*(r.s.v[at]+fit.Tau2) + fit.rowVariance(x))
	return d, se
}

// ratio is a/b, 0 for 0/0.
func ratio(a, b float64) float64 {
	if a == 0 && b == 0 {
		return 0
	}
	return a / b
}

// standardized returns raw residuals, their standard errors and the ratio.
func (r *Result) standardized() (resid, se, z []float64) {
	k := r.K
	resid, se, z = make([]float64, k), make([]float64, k), make([]float64, k)
	pr := r.projectFinal()
	var v []float64
	given := r.s.a != nil || r.opt.Unweighted
	if given {
		v = r.s.weightedVariance(pr, r.Tau2)
	}
	for i, row := range r.s.perm {
		va := (r.s.v[i] + r.Tau2) * pr.omh[i]
		if given {
			va = (r.s.v[i]+r.Tau2)*(1-2*pr.h[i]) + quadratic(r.s.rowOf(i), v)
		}
		resid[row], se[row] = pr.r[i], math.Sqrt(math.Max(va, 0))
		z[row] = ratio(resid[row], se[row])
	}
	return resid, se, z
}

// projectFinal fits with the weights of the coefficients at the final tau2.
func (r *Result) projectFinal() *projection {
	return r.s.project(r.finalWeights())
}

// finalWeights are the weights of the coefficients, sorted.
func (r *Result) finalWeights() []float64 {
	w := make([]float64, r.K)
	for i, v := range r.s.v {
		switch {
		case r.s.a != nil:
			w[i] = r.s.a[i]
		case r.opt.Unweighted:
			w[i] = 1
		default:
			w[i] = 1 / (v + r.Tau2)
		}
	}
	return w
}

// Hat returns the hat values (leverages) of the used rows; they sum to P.
func (r *Result) Hat() []float64 {
	h := make([]float64, r.K)
	pr := r.projectFinal()
	for i, row := range r.s.perm {
		h[row] = pr.h[i]
	}
	return h
}

// weights are those of the used rows in percent of their sum.
func (r *Result) weights() []float64 {
	w := r.finalWeights()
	sum := 0.0
	for _, x := range w {
		sum += x
	}
	out := make([]float64, r.K)
	for i, row := range r.s.perm {
		out[row] = 100 * w[i] / sum
	}
	return out
}

// BLUP holds the empirical Bayes estimates of the studies' true effects and of
// their deviations from the fitted mean, with intervals at the level of the fit.
type BLUP struct {
	Pred, SE, Lb, Ub                     []float64
	RanefPred, RanefSE, RanefLb, RanefUb []float64
}

// BLUP returns best linear unbiased predictions (Raudenbush & Bryk 1985): with
// l = tau2/(tau2+v),
//
//	effect:    l y + (1-l) x'b   variance l v + (1-l)^2 x'Vb x
//	deviation: l (y - x'b)       variance l v + l^2 x'Vb x
//
// It fails for models with given or equal weights, whose coefficients are not the
// best linear unbiased ones.
func (r *Result) BLUP() (*BLUP, error) {
	if r.s.a != nil || r.opt.Unweighted {
		return nil, fmt.Errorf("best linear unbiased predictions need inverse-variance weights")
	}
	k := r.K
	cut := make([]float64, 8*k)
	next := func() []float64 { c := cut[:k:k]; cut = cut[k:]; return c }
	b := &BLUP{next(), next(), next(), next(), next(), next(), next(), next()}
	pred, va := r.rowPredictions()
	for i := range pred {
		v := r.Vi[i]
		l, rest := r.Tau2/(r.Tau2+v), v/(r.Tau2+v)
		b.Pred[i] = l*r.Yi[i] + rest*pred[i]
		b.SE[i] = math.Sqrt(l*v + rest*rest*va[i])
		b.Lb[i], b.Ub[i] = b.Pred[i]-r.ci*b.SE[i], b.Pred[i]+r.ci*b.SE[i]
		b.RanefPred[i] = l * (r.Yi[i] - pred[i])
		b.RanefSE[i] = math.Sqrt(l*v + l*l*va[i])
		b.RanefLb[i], b.RanefUb[i] = b.RanefPred[i]-r.ci*b.RanefSE[i], b.RanefPred[i]+r.ci*b.RanefSE[i]
	}
	return b, nil
}

// QQ holds a normal quantile plot of the studentized residuals: X the quantiles of
// the normal distribution at the plotting positions (i - a)/(k + 1 - 2a), a = 3/8
// for up to ten points and 1/2 beyond, Y the residuals, both in the order of the
// used rows. Rows without a residual have NaN.
type QQ struct{ X, Y []float64 }

// QQNorm returns the normal quantile plot of the studentized (deleted) residuals.
func (r *Result) QQNorm() *QQ {
	y := r.Residuals().StudZ
	q := &QQ{X: make([]float64, len(y)), Y: y}
	var order []int
	for i, v := range y {
		q.X[i] = math.NaN()
		if !math.IsNaN(v) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(y[a], y[b]) })
	n, a := float64(len(order)), 0.375
	if n > 10 {
		a = 0.5
	}
	for rank, i := range order {
		q.X[i] = dist.NormQuantile((float64(rank+1) - a) / (n + 1 - 2*a))
	}
	return q
}

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
	return dense.Quadratic(r.vb, d)
}

// logDetVB is log|VB|.
func (r *Result) logDetVB() float64 {
	if r.g != nil {
		return float64(r.p)*math.Log(r.S2W) - r.g.logDet()
	}
	if r.p == 1 {
		return math.Log(r.vb[0])
	}
	l, d, ok := dense.Scaled(r.vb, r.p)
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
