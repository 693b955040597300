package multilevel

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"past/analysis/internal/dense"
)

// determined is how close to 1 the share of a coefficient's information that comes
// from a single cluster may be before that cluster counts as its only source.
const determined = 1 - 1e-9

// adjust computes every cluster's M Q'WA for the kind asked for.
func (s *sandwich) adjust(kind Kind) (*adjusted, error) {
	p := s.p
	out := &adjusted{score: make([]float64, len(s.sizes)*p), gram: make([][]float64, len(s.sizes)), h: make([][]float64, len(s.sizes))}
	root, ok := dense.Cholesky(s.m, p) // M = root root'
	if !ok {
		return nil, fmt.Errorf("the coefficients' covariance matrix is singular")
	}
	off := 0
	for i, n := range s.sizes {
		q, wq := s.q[off*p:(off+n)*p], s.wq[off*p:(off+n)*p]
		own := mul(transpose(q, n, p), wq, p, n, p) // Q_i'W_iQ_i
		awq, err := s.adjustCluster(kind, i, q, wq, own, root)
		if err != nil {
			return nil, err
		}
		e := transpose(mul(awq, s.m, n, p, p), n, p) // p rows of n: M Q'WA
		resid := s.resid[off : off+n]
		for a := 0; a < p; a++ {
			out.score[i*p+a] = dot(e[a*n:(a+1)*n], resid)
		}
		phi := s.phi(i)
		out.gram[i] = phi.sandwich(e, p)
		out.h[i] = mul(mul(e, q, p, n, p), root, p, p, p)
		off += n
	}
	return out, nil
}

// adjustCluster gives A'W Q for one cluster, n rows of p.
func (s *sandwich) adjustCluster(kind Kind, i int, q, wq, own, root []float64) ([]float64, error) {
	p, n := s.p, s.sizes[i]
	switch kind {
	case CR2:
		return s.linearised(i, q, wq, own, root), nil
	case CR3:
		// (I - QMQ'W)^-1 = I + Q(M^-1 - Q'WQ)^-1 Q'W, so M Q'WA = (M^-1 - Q_i'WQ_i)^-1 Q'W
		if values, _ := leverage(own, root, p); slices.Max(values) == 1 {
			return nil, fmt.Errorf("CR3 doesn't exist: without cluster %q some coefficient cannot be estimated", s.labels[i])
		}
		rest := dense.Inverse(root, p)
		for k := range rest {
			rest[k] -= own[k]
		}
		l2, ok := dense.Cholesky(rest, p)
		if !ok {
			return nil, fmt.Errorf("CR3 doesn't exist: without cluster %q some coefficient cannot be estimated", s.labels[i])
		}
		// A'WQ = WQ (M^-1 - own)^-1 M^-1
		return mul(wq, mul(dense.Inverse(l2, p), dense.Inverse(root, p), p, p, p), n, p, p), nil
	}
	return wq, nil
}

// leverage gives the eigenvalues λ of M^½ Q_i'W_iQ_i M^½, the shares of the
// coefficients' information that one cluster holds, and root times their vectors
// (column by column). Values within rounding of 1 are set to 1.
func leverage(own, root []float64, p int) (values, vectors []float64) {
	x := mul(mul(transpose(root, p, p), own, p, p, p), root, p, p, p)
	if p == 1 {
		values, vectors = x, []float64{root[0]}
	} else {
		var e mat.EigenSym
		if !e.Factorize(symmetric(x, p), true) {
			return make([]float64, p), append([]float64(nil), root...)
		}
		var vec, scaled mat.Dense
		e.VectorsTo(&vec)
		scaled.Mul(mat.NewDense(p, p, root), &vec)
		values, vectors = e.Values(nil), scaled.RawMatrix().Data
	}
	for i, v := range values {
		values[i] = math.Max(0, v)
		if v > determined {
			values[i] = 1
		}
	}
	return values, vectors
}

func symmetric(a []float64, n int) *mat.SymDense {
	s := mat.NewSymDense(n, nil)
	for i := 0; i < n; i++ {
		for j := i; j < n; j++ {
			s.SetSym(i, j, (a[i*n+j]+a[j*n+i])/2)
		}
	}
	return s
}

// linearised is A W Q for CR2: A = L G^-½ L', G = L'(Φ - QMQ')L, Φ = LL'. A depends on
// Φ and on Φ - QMQ' alone (it is the geometric mean of Φ and the inverse of the
// other), not on the factor chosen.
//
// G isn't formed: with Φ - QMQ' = L(I - YY')L', Y = L^-1 Q M^½ V having orthogonal
// columns of squared length λ, its root is F = I - Y diag(1/(1+√(1-λ))) Y', so
// G = N N' with N = L'L F, and the singular values of N are good to rounding where
// the eigenvalues of G would have lost half their digits.
func (s *sandwich) linearised(i int, q, wq, own, root []float64) []float64 {
	p, n := s.p, s.sizes[i]
	values, vectors := leverage(own, root, p)
	null := 0
	for _, v := range values {
		if v == 1 {
			null++
		}
	}
	if n == 1 {
		out := make([]float64, p)
		if null == 0 {
			a := 1.0
			for _, v := range values {
				a *= 1 - v
			}
			for k := range out {
				out[k] = wq[k] / math.Sqrt(a)
			}
		}
		return out
	}
	phi := s.phi(i)
	if n > denseLimit {
		return phi.linearised(q, wq, s.m, values, vectors, p)
	}
	return phi.linearisedDense(q, wq, values, vectors, p, null)
}

// linearisedDense is A W Q of CR2 by matrices over the cluster.
func (c *structure) linearisedDense(q, wq, values, vectors []float64, p, null int) []float64 {
	n := len(c.d)
	phi := mat.NewSymDense(n, nil)
	unit, column := make([]float64, n), make([]float64, n)
	for j := range n {
		unit[j] = 1
		c.times(unit, column)
		unit[j] = 0
		for i := range j + 1 {
			phi.SetSym(i, j, column[i])
		}
	}
	var chol mat.Cholesky
	if !chol.Factorize(phi) {
		return wq
	}
	var l mat.TriDense
	chol.LTo(&l)
	var y, ltl, nn, x, u, out mat.Dense
	y.Mul(mat.NewDense(n, p, q), mat.NewDense(p, p, vectors))
	_ = y.Solve(&l, &y) // an ill-conditioned l still gives the best y there is
	shrunk := mat.DenseCopyOf(&y)
	shrunk.Apply(func(_, j int, v float64) float64 { return v / (1 + math.Sqrt(1-values[j])) }, shrunk)
	ltl.Mul(l.T(), &l)
	nn.Product(&ltl, shrunk, y.T())
	nn.Sub(&ltl, &nn)
	var svd mat.SVD
	if !svd.Factorize(&nn, mat.SVDThin) {
		return wq
	}
	svd.UTo(&u)
	size := svd.Values(nil) // in falling order
	x.Mul(l.T(), mat.NewDense(n, p, wq))
	x.Mul(u.T(), &x)
	x.Apply(func(i, _ int, v float64) float64 {
		if i >= n-null || size[i] == 0 {
			return 0
		}
		return v / size[i]
	}, &x)
	x.Mul(&u, &x)
	out.Mul(&l, &x)
	return out.RawMatrix().Data
}

// sandwich is e Φ e' for e with p rows.
func (c *structure) sandwich(e []float64, p int) []float64 {
	n := len(c.d)
	out := make([]float64, p*p)
	t := make([]float64, n)
	for a := 0; a < p; a++ {
		c.times(e[a*n:(a+1)*n], t)
		for b := range a + 1 {
			out[a*p+b] = dot(t, e[b*n:(b+1)*n])
			out[b*p+a] = out[a*p+b]
		}
	}
	return out
}
