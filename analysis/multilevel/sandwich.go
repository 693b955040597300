package multilevel

import (
	"fmt"
	"math"
	"slices"

	"past/analysis"
)

// Kind names a cluster-robust variance estimator.
type Kind string

const (
	CR0  Kind = "CR0"  // no correction (Liang & Zeger 1986)
	CR1  Kind = "CR1"  // CR0 × m/(m-1), m clusters
	CR1p Kind = "CR1p" // CR0 × m/(m-p)
	CR1S Kind = "CR1S" // CR0 × m(n-1)/((m-1)(n-p)), as Stata
	CR2  Kind = "CR2"  // bias-reduced linearisation: unbiased under the working model (Bell & McCaffrey 2002)
	CR3  Kind = "CR3"  // close to the leave-one-cluster-out jackknife
)

// Robust is a cluster-robust analysis of a fitted model: its coefficients with robust
// standard errors, t tests on Satterthwaite degrees of freedom (clusters - coefficients
// for RobustNaive), and the joint test of all but the intercept, NaN without
// moderators.
type Robust struct {
	analysis.Fit
	Kind     Kind
	Clusters int
}

// sandwich is what the robust estimators need of a fit: for each cluster its rows of
// the basis Q, of WQ, the residuals and the working covariance Φ. Inverse-variance
// weights are assumed: W = Φ^-1.
type sandwich struct {
	p      int
	labels []string
	sizes  []int
	q, wq  []float64 // rows of p
	resid  []float64
	m      []float64                    // (Q'WQ)^-1
	phi    func(cluster int) *structure // working covariance of a cluster
	unit   float64                      // scale of the effects
	root   []float64                    // r^-1: coefficients from the basis
	beta   []float64
	tested []int
	fit    analysis.Fit // of the model
}

// adjusted holds, by cluster, M Q'W A (p rows of n) times the residuals, and what the
// degrees of freedom need.
type adjusted struct {
	score []float64   // clusters × p: M Q'WA e
	gram  [][]float64 // by cluster p×p: (M Q'WA) Φ (M Q'WA)'
	h     [][]float64 // by cluster p×p: (M Q'WA Q) M^½
}

// Robust gives the cluster-robust variance of the given kind with Satterthwaite
// degrees of freedom under the working model:
//
//	V = Σ_i M X_i'W_i A_i e_i e_i' A_i W_i X_i M,  M = (X'WX)^-1
//	CR2: A_i = D_i'(D_i (Φ_i - X_i M X_i') D_i')^-½ D_i,  Φ_i = D_i'D_i
//	CR3: A_i = (I - X_i M X_i'W_i)^-1
//	df_c = (tr P_c)² / tr(P_c²),  P_c[j,k] the covariance under the working model of
//	       what clusters j and k add to coefficient c
//
// (Bell & McCaffrey 2002; Tipton 2015, eqs. 7-13; Pustejovsky & Tipton 2018, eqs. 9
// and 12). The omnibus test is the approximate Hotelling T² of Tipton & Pustejovsky
// (2015), "HTZ". Where a cluster alone determines a coefficient CR2 uses the
// Moore-Penrose inverse, and CR3 doesn't exist: an error names the cluster.
func (r *Result) Robust(kind Kind) (*Robust, error) {
	return r.sandwich().robust(kind)
}

// RobustNaive is the sandwich with plain degrees of freedom, as metafor's robust():
// CR0, or CR1p with its adjustment; t and F tests on m - p.
func (r *Result) RobustNaive(kind Kind) (*Robust, error) {
	s := r.sandwich()
	df := len(s.sizes) - s.p
	if df < 1 {
		return nil, fmt.Errorf("%s cannot carry robust tests of %s: more clusters than coefficients are needed",
			analysis.Count{N: len(s.sizes), Noun: "cluster"}, analysis.Count{N: s.p, Noun: "coefficient"})
	}
	out, _, err := s.variance(kind)
	if err != nil {
		return nil, err
	}
	out.Coef = waldTests(s.beta, out.Cov, slices.Repeat([]float64{float64(df)}, s.p), out.Level)
	if len(s.tested) > 0 {
		out.Omnibus = wald(s.beta, out.Cov, s.tested, float64(df))
	}
	out.warn()
	return out, nil
}

// sandwich assembles the pieces from the fit.
func (r *Result) sandwich() *sandwich {
	m, w := r.m, r.w
	c := m.p + 1
	m.accumulate(r.st.th, w)
	wq := make([]float64, 0, m.n*m.p)
	for k := range m.n {
		wq = append(wq, w.wx[k*c:k*c+m.p]...)
	}
	return m.sandwich(r.Fit, r.beta, wq, r.st, func(i int) *structure { return m.structure(&m.blocks[i], r.st.th, w) })
}

// sandwich is that of coefficients in the basis, with the rows of WQ and the working
// covariances of the clusters.
func (m *problem) sandwich(fit analysis.Fit, beta, wq []float64, st state, phi func(cluster int) *structure) *sandwich {
	p, c := m.p, m.p+1
	s := &sandwich{p: p, m: st.m, root: m.basis.inverse(), beta: beta, fit: fit, tested: m.tested(), unit: m.unit, q: m.basis.q, wq: wq,
		resid: make([]float64, m.n), phi: phi}
	for k := range s.resid {
		s.resid[k] = m.xy[k*c+p] - dot(st.gamma, m.xy[k*c:k*c+p])
	}
	for _, b := range m.blocks {
		s.sizes, s.labels = append(s.sizes, b.n), append(s.labels, b.label)
	}
	return s
}

// robust is the analysis with Satterthwaite degrees of freedom.
func (s *sandwich) robust(kind Kind) (*Robust, error) {
	out, adj, err := s.variance(kind)
	if err != nil {
		return nil, err
	}
	out.Coef = waldTests(s.beta, out.Cov, s.satterthwaite(adj), out.Level)
	if len(s.tested) > 0 {
		out.Omnibus = s.hotelling(out, adj)
	}
	out.warn()
	return out, nil
}

// variance gives the robust covariance, without tests.
func (s *sandwich) variance(kind Kind) (*Robust, *adjusted, error) {
	m, p := float64(len(s.sizes)), float64(s.p)
	scale := 1.0
	switch kind {
	case CR0, CR2, CR3:
	case CR1:
		scale = m / (m - 1)
	case CR1p:
		scale = m / (m - p)
	case CR1S:
		n := float64(len(s.resid))
		scale = m * (n - 1) / ((m - 1) * (n - p))
	default:
		return nil, nil, fmt.Errorf("unknown robust variance %q: use CR0, CR1, CR1p, CR1S, CR2 or CR3", kind)
	}
	if len(s.sizes) < 2 {
		return nil, nil, fmt.Errorf("a cluster-robust variance needs at least two clusters")
	}
	if !(scale > 0) || math.IsInf(scale, 0) {
		return nil, nil, fmt.Errorf("%s needs more clusters (%d) than coefficients (%d)", kind, len(s.sizes), s.p)
	}
	adj, err := s.adjust(kind)
	if err != nil {
		return nil, nil, err
	}
	flat := make([]float64, s.p*s.p)
	for i := range s.sizes { // in the coefficients' own terms, so that no variance rounds below 0
		g := mul(s.root, adj.score[i*s.p:(i+1)*s.p], s.p, s.p, 1)
		for k := range g {
			g[k] *= s.unit
		}
		addOuter(flat, scale, g, g)
	}
	for _, x := range flat {
		if !finite(x) {
			return nil, nil, fmt.Errorf("effects and variances are too far in size from one another: the robust variance is not finite")
		}
	}
	cov := make([][]float64, s.p)
	for i := range cov {
		cov[i] = flat[i*s.p : (i+1)*s.p]
	}
	out := &Robust{Fit: s.fit, Kind: kind, Clusters: len(s.sizes)}
	out.Cov, out.Omnibus, out.Warnings = cov, analysis.NewFit(0, 0).Omnibus, nil
	return out, adj, nil
}

// warn names results that look surer than they are.
func (r *Robust) warn() {
	low := math.Inf(1)
	for _, c := range r.Coef {
		low = math.Min(low, c.DF)
	}
	if low < 4 {
		r.Warnings.Add(analysis.LowDF,
			"the degrees of freedom fall to %.2g: below 4 robust p-values and intervals cannot be relied on (Tipton 2015)", low)
	}
	if r.Omnibus.DF > 0 && math.IsNaN(r.Omnibus.P) {
		r.Warnings.Add(analysis.FewClusters, "too few clusters for the joint test of the moderators")
	}
}
