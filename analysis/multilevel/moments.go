package multilevel

import (
	"fmt"
	"math"

	"past/analysis"
	"past/analysis/internal/dense"
)

// Moments is a model of robust variance estimation with moment-based variance
// components and simple weights, as in the R package robumeta with its small-sample
// corrections (Hedges, Tipton & Johnson 2010; Tipton 2015; Fisher & Tipton 2015).
//
// The coefficients are tested with CR2 and Satterthwaite degrees of freedom; Tau2 is
// the variance between studies, I2 that of Correlated only.
type Moments struct {
	Robust
	Omega2 float64 // variance between effects of a study (Hierarchical only)
}

// Correlated fits the correlated-effects model with assumed within-study correlation
// rho, 0 to 1 (0.8 by convention). Every effect of study j with k_j effects of mean
// variance v̄_j gets weight 1/(k_j (v̄_j + τ²)), and
//
//	τ² = [Q_E - m + tr(V Σ (w_j/k_j) X'X) + ρ tr(V Σ (w_j/k_j) X'(J-I)X)] / (Σ k_j w_j - tr(V Σ w_j² X'JX))
//
// with w_j = 1/(k_j v̄_j), V = (X'WX)^-1, J = 11', m studies, cut at 0 (Hedges, Tipton &
// Johnson 2010, eqs. 13-15, where all effects of a study have the same variance; its
// mean v̄_j replaces them, as in robumeta 2). Of opt only Rho and Level are used.
func Correlated(data Data, design Design, opt Options) (*Moments, error) {
	rho := opt.Rho
	if !(rho >= 0 && rho <= 1) {
		return nil, fmt.Errorf("the assumed correlation rho = %g must lie between 0 and 1", rho)
	}
	m, err := prepareMoments(data, design, &opt)
	if err != nil {
		return nil, err
	}
	w := make([]float64, m.n)
	mean := make([]float64, len(m.blocks))
	for i, b := range m.blocks {
		for k := b.off; k < b.off+b.n; k++ {
			mean[i] += m.v[k]
		}
		for k := b.off; k < b.off+b.n; k++ {
			w[k] = 1 / mean[i]
		}
		mean[i] /= float64(b.n)
	}
	f, err := m.weighted(w)
	if err != nil {
		return nil, err
	}
	var sumW, qe, diag, off, joint float64
	for k := range w {
		sumW += w[k]
		qe += w[k] * f.resid[k] * f.resid[k]
	}
	p := m.p
	xx, xo, xj := make([]float64, p*p), make([]float64, p*p), make([]float64, p*p)
	for _, b := range m.blocks {
		wj, x1 := w[b.off], make([]float64, p)
		for k := b.off; k < b.off+b.n; k++ {
			q := m.basis.q[k*p : (k+1)*p]
			addOuter(xx, wj/float64(b.n), q, q)
			addOuter(xo, -wj/float64(b.n), q, q)
			for j, x := range q {
				x1[j] += x
			}
		}
		addOuter(xo, wj/float64(b.n), x1, x1)
		addOuter(xj, wj*wj, x1, x1)
	}
	diag, off, joint = traceProduct(f.m, xx, p), traceProduct(f.m, xo, p), traceProduct(f.m, xj, p)
	studies := float64(len(m.blocks))
	out := m.newMoments(opt)
	tau2 := math.Max(0, (qe-studies+diag+rho*off)/(sumW-joint))
	out.I2 = 0
	if df := studies - diag - rho*off; qe > 0 {
		out.I2 = math.Max(0, 100*(qe-df)/qe)
	}
	for i, b := range m.blocks {
		for k := b.off; k < b.off+b.n; k++ {
			w[k] = 1 / (float64(b.n) * (mean[i] + tau2))
		}
	}
	out.Tau2 = tau2 * m.unit * m.unit
	return out, m.finish(out, w)
}

// Hierarchical fits the hierarchical-effects model: weights 1/(v + τ² + ω²), with τ²
// (between studies) and ω² (between effects of a study) from two moment equations,
// each cut at 0 (Hedges, Tipton & Johnson 2010, section 3.3 and appendix C; ω² first,
// then τ² given ω²). Of opt only Level is used.
func Hierarchical(data Data, design Design, opt Options) (*Moments, error) {
	m, err := prepareMoments(data, design, &opt)
	if err != nil {
		return nil, err
	}
	w := make([]float64, m.n)
	var sumW, sumV, sizes float64
	for k, v := range m.v {
		w[k] = 1 / v
		sumW += w[k]
		sumV += v
	}
	f, err := m.weighted(w)
	if err != nil {
		return nil, err
	}
	p := m.p
	zero := func() []float64 { return make([]float64, p*p) }
	xjx, xwjwx, xwjx, xkwjx, xwwx := zero(), zero(), zero(), zero(), zero()
	var qe, qa float64
	for _, b := range m.blocks {
		n := float64(b.n)
		sizes += n * n
		x1, w1 := make([]float64, p), make([]float64, p)
		var e float64
		for k := b.off; k < b.off+b.n; k++ {
			q := m.basis.q[k*p : (k+1)*p]
			addOuter(xwwx, w[k]*w[k], q, q)
			for j, x := range q {
				x1[j] += x
				w1[j] += w[k] * x
			}
			e += f.resid[k]
			qe += w[k] * f.resid[k] * f.resid[k]
		}
		qa += e * e
		addOuter(xjx, 1, x1, x1)
		addOuter(xwjwx, 1, w1, w1)
		addOuter(xwjx, 1, w1, x1)
		addOuter(xkwjx, n, w1, x1)
	}
	vx := mul(f.m, xjx, p, p, p)
	a1 := sizes - 2*traceProduct(f.m, xkwjx, p) + traceProduct(vx, mul(f.m, xwjwx, p, p, p), p)
	b1 := float64(m.n) - 2*traceProduct(f.m, xwjx, p) + traceProduct(vx, mul(f.m, xwwx, p, p, p), p)
	c1 := sumV - traceProduct(f.m, xjx, p)
	a2 := sumW - traceProduct(f.m, xwjwx, p)
	b2 := sumW - traceProduct(f.m, xwwx, p)
	c2 := float64(m.n - p)
	out := m.newMoments(opt)
	omega2, tau2 := 0.0, 0.0
	if det := b1*a2 - b2*a1; math.Abs(det) > 1e-10*math.Abs(b1*a2) {
		omega2 = math.Max(0, ((qa-c1)*a2-(qe-c2)*a1)/det)
	} else {
		out.Warnings.Add(analysis.NotIdentified, "variance between and within studies cannot be told apart: all of it is given as between")
	}
	tau2 = math.Max(0, (qe-c2-omega2*b2)/a2)
	for k, v := range m.v {
		w[k] = 1 / (v + tau2 + omega2)
	}
	out.Tau2, out.Omega2 = tau2*m.unit*m.unit, omega2*m.unit*m.unit
	return out, m.finish(out, w)
}

func (m *problem) newMoments(opt Options) *Moments {
	return &Moments{Robust: Robust{Fit: m.newFit(opt.Level)}}
}

func prepareMoments(data Data, design Design, opt *Options) (*problem, error) {
	if err := opt.check(); err != nil {
		return nil, err
	}
	data.Inner = nil
	m, err := prepare(data, design, 0)
	if err != nil {
		return nil, err
	}
	if len(m.blocks) < 2 {
		return nil, fmt.Errorf("all effects come from one study, %q: robust variance estimation needs at least two", m.blocks[0].label)
	}
	return m, m.checkSize()
}

// weightedFit is a least-squares fit with diagonal weights, in the basis.
type weightedFit struct {
	gamma, m, resid []float64
}

func (m *problem) weighted(w []float64) (weightedFit, error) {
	p, c := m.p, m.p+1
	a, rhs := make([]float64, p*p), make([]float64, p)
	for k := range w {
		q := m.basis.q[k*p : (k+1)*p]
		addOuter(a, w[k], q, q)
		for j, x := range q {
			rhs[j] += w[k] * x * m.xy[k*c+p]
		}
	}
	l, ok := dense.Cholesky(a, p)
	if !ok {
		return weightedFit{}, fmt.Errorf("the weights are too far in size from one another to fit the model")
	}
	dense.Solve(l, rhs, p)
	f := weightedFit{gamma: rhs, m: dense.Inverse(l, p), resid: make([]float64, m.n)}
	for k := range w {
		f.resid[k] = m.xy[k*c+p] - dot(rhs, m.basis.q[k*p:(k+1)*p])
	}
	return f, nil
}

// finish fits with the final weights and adds the robust analysis, whose working
// covariance is diag(1/w).
func (m *problem) finish(out *Moments, w []float64) error {
	f, err := m.weighted(w)
	if err != nil {
		return err
	}
	beta, _ := m.unscale(state{gamma: f.gamma, m: f.m})
	for _, x := range append([]float64{out.Tau2, out.Omega2}, beta...) {
		if !finite(x) {
			return fmt.Errorf("effects and variances are too far in size from one another: the fit is not finite")
		}
	}
	wq := make([]float64, 0, m.n*m.p)
	for k, q := range m.basis.q {
		wq = append(wq, w[k/m.p]*q)
	}
	s := m.sandwich(out.Fit, beta, wq, state{gamma: f.gamma, m: f.m}, func(i int) *structure {
		b := m.blocks[i]
		d := make([]float64, b.n)
		for k := range d {
			d[k] = 1 / w[b.off+k]
		}
		return &structure{d: d}
	})
	r, err := s.robust(CR2)
	if err == nil {
		r.Warnings = append(out.Warnings, r.Warnings...)
		out.Robust = *r
	}
	return err
}

// Aggregated is one effect a cluster.
type Aggregated struct {
	Cluster  string
	Effect   float64
	Variance float64
}

// Aggregate combines each cluster's effects into one, by generalised least squares
// under a common sampling correlation rho:
//
//	y_i = 1'S^-1 y / 1'S^-1 1,  v_i = 1 / 1'S^-1 1,  S[j,k] = ρ sqrt(v_j v_k)
//
// (Borenstein et al. 2009, chapter 24; Gleser & Olkin 2009). Clusters come in order
// of first appearance; rows with a missing effect, variance or cluster are left out.
//
// A weight can be negative where one variance is far below the others and rho is
// high: the combined effect may then lie outside the range of the cluster's effects.
func Aggregate(data Data, rho float64) ([]Aggregated, error) {
	data.Inner = nil
	m, err := prepare(data, Design{}, rho)
	if err != nil {
		return nil, err
	}
	w := m.workspace()
	out := make([]Aggregated, 0, len(m.blocks))
	for i := range m.blocks {
		b := &m.blocks[i]
		if !m.factor(b, theta{}, &w.inv) {
			return nil, fmt.Errorf("cluster %q: the sampling covariance is not positive definite for rho = %g", b.label, rho)
		}
		var sum, sy float64
		base := data.Effect[m.used[b.off]]
		for k := 0; k < b.n; k++ {
			g := w.inv.g[k]
			sum += g
			sy += g * (data.Effect[m.used[b.off+k]] - base)
		}
		a := Aggregated{Cluster: b.label, Effect: base + sy/sum, Variance: m.unit * m.unit / sum}
		if !finite(a.Effect) || !(a.Variance > 0) || math.IsInf(a.Variance, 0) {
			return nil, fmt.Errorf("cluster %q: effects or variances are too far in size from one another to combine", b.label)
		}
		out = append(out, a)
	}
	return out, nil
}
