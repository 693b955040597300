package multilevel

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"past/analysis/internal/dense"
)

// bruteRobust is the robust covariance and the Satterthwaite degrees of freedom from
// full matrices: V = Σ M X_i'W_iA_i e_i e_i'A_iW_iX_i M, and P_c[j,k] = g_j'(I-H)Φ(I-H)'g_k.
func bruteRobust(f bruteFit, v *mat.SymDense, d Data, kind Kind) (cov *mat.Dense, df []float64) {
	n, p := f.x.Dims()
	clusters := map[string][]int{}
	var names []string
	for i, c := range d.Cluster {
		if clusters[c] == nil {
			names = append(names, c)
		}
		clusters[c] = append(clusters[c], i)
	}
	var h, left mat.Dense // I - H
	h.Product(f.x, f.m, f.x.T(), f.w)
	left.Sub(identity(n), &h)
	var resCov mat.Dense // of the residuals under the working model
	resCov.Product(&left, v, left.T())
	cov = mat.NewDense(p, p, nil)
	g := make([]*mat.Dense, len(names)) // p×n, zero outside the cluster
	for k, name := range names {
		rows := clusters[name]
		a := bruteAdjustment(kind, rows, v, &resCov, &h)
		if a == nil {
			return nil, nil
		}
		xw := mat.NewDense(p, len(rows), nil)
		for i, r := range rows {
			for c := 0; c < p; c++ {
				for _, r2 := range rows {
					xw.Set(c, i, xw.At(c, i)+f.x.At(r2, c)*f.w.At(r2, r))
				}
			}
		}
		var e mat.Dense
		e.Product(f.m, xw, a)
		full := mat.NewDense(p, n, nil)
		for i, r := range rows {
			for c := 0; c < p; c++ {
				full.Set(c, r, e.At(c, i))
			}
		}
		g[k] = full
		var s mat.VecDense
		s.MulVec(full, f.resid)
		var o mat.Dense
		o.Outer(1, &s, &s)
		cov.Add(cov, &o)
	}
	for c := 0; c < p; c++ {
		var tr, sq float64
		for j := range g {
			for k := range g {
				var t mat.Dense
				t.Product(g[j].Slice(c, c+1, 0, n), &resCov, g[k].Slice(c, c+1, 0, n).T())
				if j == k {
					tr += t.At(0, 0)
				}
				sq += t.At(0, 0) * t.At(0, 0)
			}
		}
		df = append(df, tr*tr/sq)
	}
	return cov, df
}

func bruteAdjustment(kind Kind, rows []int, v *mat.SymDense, resCov, h *mat.Dense) *mat.Dense {
	n := len(rows)
	switch kind {
	case CR2:
		phi, b := mat.NewSymDense(n, nil), mat.NewSymDense(n, nil)
		for i, r := range rows {
			for j := i; j < n; j++ {
				phi.SetSym(i, j, v.At(r, rows[j]))
				b.SetSym(i, j, (resCov.At(r, rows[j])+resCov.At(rows[j], r))/2)
			}
		}
		var l mat.Cholesky
		l.Factorize(phi)
		var u mat.TriDense
		l.UTo(&u)
		var g, a mat.Dense
		g.Product(&u, b, u.T())
		root := inverseSquareRoot(&g)
		if root == nil {
			return nil
		}
		a.Product(u.T(), root, &u)
		return &a
	case CR3:
		ih := mat.NewDense(n, n, nil)
		for i, r := range rows {
			for j, c := range rows {
				ih.Set(i, j, -h.At(r, c))
			}
			ih.Set(i, i, 1+ih.At(i, i))
		}
		var a mat.Dense
		if err := a.Inverse(ih); err != nil {
			return nil
		}
		// rows of E are X'W A with A on the right
		return &a
	}
	return identity(n)
}

func identity(n int) *mat.Dense {
	i := mat.NewDense(n, n, nil)
	for k := 0; k < n; k++ {
		i.Set(k, k, 1)
	}
	return i
}

// inverseSquareRoot is a symmetric matrix to the power -½; nil when this plain way of
// computing it would lose most of its digits.
func inverseSquareRoot(a *mat.Dense) *mat.Dense {
	n, _ := a.Dims()
	s := mat.NewSymDense(n, nil)
	for i := 0; i < n; i++ {
		for j := i; j < n; j++ {
			s.SetSym(i, j, (a.At(i, j)+a.At(j, i))/2)
		}
	}
	var e mat.EigenSym
	e.Factorize(s, true)
	var q, out mat.Dense
	e.VectorsTo(&q)
	d := mat.NewDense(n, n, nil)
	values := e.Values(nil)
	if values[0] < 1e-8*values[n-1] {
		return nil
	}
	for i, x := range values {
		d.Set(i, i, 1/math.Sqrt(x))
	}
	out.Product(&q, d, q.T())
	return &out
}

// Robust variances and their degrees of freedom agree with full matrices.
func TestRobustAgreesWithFullMatrices(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, x, rho := drawn(t)
		r, err := Fit(d, x, Options{Rho: rho})
		if err != nil {
			t.Fatal(err)
		}
		v := bruteV(d, rho, r.Sigma2)
		f := bruteGLS(d, x, rho, r.Sigma2)
		for _, kind := range []Kind{CR0, CR2, CR3} {
			got, err := r.Robust(kind)
			if err != nil {
				continue // a cluster alone determines a coefficient
			}
			cov, df := bruteRobust(f, v, d, kind)
			if cov == nil {
				continue
			}
			for j := range got.Coef {
				model := f.m.At(j, j)
				closeTo(t, string(kind)+" variance", got.Cov[j][j], cov.At(j, j), 1e-5, 1e-5*model)
				if cov.At(j, j) > 1e-6*model {
					closeTo(t, string(kind)+" df", got.Coef[j].DF, df[j], 1e-4, 0)
				}
			}
		}
	})
}

// CR2 is unbiased when the working model holds: the expectation of the robust
// covariance is the model-based one (Bell & McCaffrey 2002), unless a cluster alone
// determines a coefficient.
func TestCR2IsUnbiasedUnderItsModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, x, rho := drawn(t)
		r, err := Fit(d, x, Options{Rho: rho})
		if err != nil {
			t.Fatal(err)
		}
		s := r.sandwich()
		adj, err := s.adjust(CR2)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.adjust(CR3); err != nil && strings.Contains(err.Error(), "CR3 doesn't exist") {
			t.Skip("a cluster alone determines a coefficient")
		} else if err != nil {
			t.Fatal(err)
		}
		p := s.p
		mean := make([]float64, p*p)
		for i := range adj.gram {
			hh := mul(adj.h[i], transpose(adj.h[i], p, p), p, p, p)
			for k := range mean {
				mean[k] += adj.gram[i][k] - hh[k]
			}
		}
		for k := range mean {
			closeTo(t, "E V", mean[k], s.m[k], 1e-8, norm(s.m))
		}
	})
}

// The integral used for large clusters gives what the eigendecomposition gives.
func TestLargeClusterForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, x, rho := drawn(t)
		r, err := Fit(d, x, Options{Rho: rho})
		if err != nil {
			t.Fatal(err)
		}
		s := r.sandwich()
		root, _ := dense.Cholesky(s.m, s.p)
		off := 0
		for i, n := range s.sizes {
			q, wq := s.q[off*s.p:(off+n)*s.p], s.wq[off*s.p:(off+n)*s.p]
			own := mul(transpose(q, n, s.p), wq, s.p, n, s.p)
			phi := s.phi(i)
			want := s.linearised(i, q, wq, own, root)
			values, vectors := leverage(own, root, s.p)
			got := phi.linearised(q, wq, s.m, values, vectors, s.p)
			for k := 0; n > 1 && k < len(want); k++ {
				closeTo(t, "A W Q", got[k], want[k], 1e-8, norm(wq))
			}
			off += n
		}
	})
}

// A cluster too large for dense matrices costs memory in proportion to its size.
func TestOneHugeCluster(t *testing.T) {
	d := simulated(4, 300, 5, 0.2, 0.1, 0.5)
	for i := 0; i < 20000; i++ {
		d.Effect = append(d.Effect, 0.2+math.Sin(float64(i)))
		d.Variance = append(d.Variance, 0.05+0.01*float64(i%7))
		d.Cluster = append(d.Cluster, "huge")
	}
	r, err := Fit(d, Design{}, Options{Rho: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []Kind{CR0, CR2, CR3} {
		b, err := r.Robust(kind)
		if err != nil {
			t.Fatal(err)
		}
		if !(b.Coef[0].SE > 0.01 && b.Coef[0].SE < 1) || !(b.Coef[0].DF > 1 && b.Coef[0].DF < 200) {
			t.Errorf("%s: se %g, df %g", kind, b.Coef[0].SE, b.Coef[0].DF)
		}
	}
}

// One coefficient: the joint test is the square of the t test.
func TestHotellingOfOneCoefficient(t *testing.T) {
	d := simulated(9, 60, 5, 0.1, 0.1, 0)
	r, err := Fit(d, moderated(1, d), Options{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := r.Robust(CR2)
	if err != nil {
		t.Fatal(err)
	}
	closeTo(t, "F", b.Omnibus.Value, b.Coef[1].Stat*b.Coef[1].Stat, 1e-10, 0)
	closeTo(t, "df", b.Omnibus.DF2, b.Coef[1].DF, 1e-10, 0)
	closeTo(t, "p", b.Omnibus.P, b.Coef[1].P, 1e-9, 0)
}

// CR3 names the cluster that alone carries a coefficient; CR2 goes on without it.
func TestClusterThatAloneDeterminesACoefficient(t *testing.T) {
	d := simulated(3, 40, 4, 0.1, 0.1, 0)
	x := moderated(1, d)
	for i := range x.Columns[1] {
		x.Columns[1][i] = 0
		if d.Cluster[i] == "study 2" {
			x.Columns[1][i] = 1
		}
	}
	r, err := Fit(d, x, Options{Rho: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Robust(CR3); err == nil ||
		err.Error() != `CR3 doesn't exist: without cluster "study 2" some coefficient cannot be estimated` {
		t.Errorf("CR3: %v", err)
	}
	b, err := r.Robust(CR2)
	if err != nil {
		t.Fatal(err)
	}
	for j := range b.Coef {
		if math.IsInf(b.Coef[j].SE, 0) || math.IsNaN(b.Coef[j].SE) {
			t.Errorf("standard error %d is %g", j, b.Coef[j].SE)
		}
	}
}
