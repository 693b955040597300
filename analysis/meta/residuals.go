package meta

import (
	"fmt"
	"math"

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
	sortStable(order, func(a, b int) bool { return y[a] < y[b] })
	n, a := float64(len(order)), 0.375
	if n > 10 {
		a = 0.5
	}
	for rank, i := range order {
		q.X[i] = dist.NormQuantile((float64(rank+1) - a) / (n + 1 - 2*a))
	}
	return q
}
