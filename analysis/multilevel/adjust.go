package multilevel

import (
	"fmt"
	"math"
	"slices"
	"sort"

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
		l, ok := dense.Cholesky(s.m, p)
		if !ok {
			return nil, fmt.Errorf("the coefficients' covariance matrix is singular")
		}
		rest := dense.Inverse(l, p)
		for k := range rest {
			rest[k] -= own[k]
		}
		l2, ok := dense.Cholesky(rest, p)
		if !ok {
			return nil, fmt.Errorf("CR3 doesn't exist: without cluster %q some coefficient cannot be estimated", s.labels[i])
		}
		// A'WQ = WQ (M^-1 - own)^-1 M^-1
		return mul(wq, mul(dense.Inverse(l2, p), dense.Inverse(l, p), p, p, p), n, p, p), nil
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
		var vec mat.Dense
		e.VectorsTo(&vec)
		values, vectors = e.Values(nil), make([]float64, p*p)
		for i := 0; i < p; i++ {
			for j := 0; j < p; j++ {
				for k := 0; k < p; k++ {
					vectors[i*p+j] += root[i*p+k] * vec.At(k, j)
				}
			}
		}
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
		return phi.structure.linearised(q, wq, s.m, values, vectors, p)
	}
	l := phi.factor()
	if l == nil {
		return wq
	}
	nt := transposedRoot(l, q, values, vectors, n, p)
	t := inverseRoot(nt, lowerTransposed(l, wq, n, p), n, p, null)
	out := make([]float64, n*p)
	for a := 0; a < n; a++ {
		for k := 0; k <= a; k++ {
			for c := 0; c < p; c++ {
				out[a*p+c] += l[a*n+k] * t[k*p+c]
			}
		}
	}
	return out
}

// transposedRoot is N' = F L'L, stored column by column (so N row by row).
func transposedRoot(l, q, values, vectors []float64, n, p int) []float64 {
	nt := make([]float64, n*n) // L'L, symmetric
	for a := 0; a < n; a++ {
		for b := 0; b <= a; b++ {
			var x float64
			for k := a; k < n; k++ {
				x += l[k*n+a] * l[k*n+b]
			}
			nt[a*n+b], nt[b*n+a] = x, x
		}
	}
	y := mul(q, vectors, n, p, p)
	for c := 0; c < p; c++ { // Y = L^-1 Q M^½ V
		for a := 0; a < n; a++ {
			for k := 0; k < a; k++ {
				y[a*p+c] -= l[a*n+k] * y[k*p+c]
			}
			y[a*p+c] /= l[a*n+a]
		}
	}
	for a := 0; a < n; a++ {
		col := nt[a*n : (a+1)*n]
		for c := 0; c < p; c++ {
			var d float64
			for k := 0; k < n; k++ {
				d += y[k*p+c] * col[k]
			}
			d /= 1 + math.Sqrt(1-values[c])
			for k := 0; k < n; k++ {
				col[k] -= d * y[k*p+c]
			}
		}
	}
	return nt
}

// lowerTransposed is L'x for x with p columns.
func lowerTransposed(l, x []float64, n, p int) []float64 {
	out := make([]float64, n*p)
	for k := 0; k < n; k++ {
		for a := 0; a <= k; a++ {
			f := l[k*n+a]
			for c := 0; c < p; c++ {
				out[a*p+c] += f * x[k*p+c]
			}
		}
	}
	return out
}

// inverseRoot is (N N')^-½ x, leaving out the null smallest singular values. cols
// holds N' column by column; a one-sided Jacobi rotation of its columns makes them
// orthogonal, their lengths then being the singular values (Demmel & Veselić 1992).
func inverseRoot(cols, x []float64, n, p, null int) []float64 {
	vec := make([]float64, n*n) // the rotations, column by column: left singular vectors of N
	for k := 0; k < n; k++ {
		vec[k*n+k] = 1
	}
	var big float64
	for k := 0; k < n; k++ {
		big = math.Max(big, norm(cols[k*n:(k+1)*n]))
	}
	for sweep := 0; sweep < 60; sweep++ {
		turned := false
		for i := 0; i < n; i++ {
			for j := i + 1; j < n; j++ {
				turned = rotate(cols[i*n:(i+1)*n], cols[j*n:(j+1)*n], vec[i*n:(i+1)*n], vec[j*n:(j+1)*n], 1e-14*big) || turned
			}
		}
		if !turned {
			break
		}
	}
	size, order := make([]float64, n), make([]int, n)
	for k := range size {
		size[k], order[k] = norm(cols[k*n:(k+1)*n]), k
	}
	sort.SliceStable(order, func(a, b int) bool { return size[order[a]] < size[order[b]] })
	out := make([]float64, n*p)
	for _, k := range order[null:] {
		if !(size[k] > 0) {
			continue
		}
		v := vec[k*n : (k+1)*n]
		for c := 0; c < p; c++ {
			var d float64
			for a := 0; a < n; a++ {
				d += v[a] * x[a*p+c]
			}
			d /= size[k]
			for a := 0; a < n; a++ {
				out[a*p+c] += d * v[a]
			}
		}
	}
	return out
}

// rotate makes columns a and b orthogonal, turning va and vb along; false when they
// are already. A column shorter than tiny is left alone.
func rotate(a, b, va, vb []float64, tiny float64) bool {
	var aa, bb, ab float64
	for k, x := range a {
		aa += x * x
		bb += b[k] * b[k]
		ab += x * b[k]
	}
	if aa <= tiny*tiny || bb <= tiny*tiny || math.Abs(ab) <= 1e-15*math.Sqrt(aa)*math.Sqrt(bb) {
		return false
	}
	z := (bb - aa) / (2 * ab)
	t := math.Copysign(1/(math.Abs(z)+math.Sqrt(1+z*z)), z)
	c := 1 / math.Sqrt(1+t*t)
	s := c * t
	for k := range a {
		a[k], b[k] = c*a[k]-s*b[k], s*a[k]+c*b[k]
		va[k], vb[k] = c*va[k]-s*vb[k], s*va[k]+c*vb[k]
	}
	return true
}

// diagonal is a working covariance of independent effects with variances d.
func diagonal(d []float64) phiBlock {
	return phiBlock{n: len(d), structure: structure{d: d}, fill: func(dst []float64) {
		for k, v := range d {
			dst[k*len(d)+k] = v
		}
	}}
}

// factor is the lower Cholesky factor of Φ; nil when it isn't positive definite.
func (b phiBlock) factor() []float64 {
	a := make([]float64, b.n*b.n)
	b.fill(a)
	l, ok := dense.Cholesky(a, b.n)
	if !ok {
		return nil
	}
	return l
}

// sandwich is e Φ e' for e with p rows.
func (b phiBlock) sandwich(e []float64, p int) []float64 {
	n := b.n
	out := make([]float64, p*p)
	t := make([]float64, n)
	for a := 0; a < p; a++ {
		b.structure.times(e[a*n:(a+1)*n], t)
		for c := 0; c <= a; c++ {
			out[a*p+c] = dot(t, e[c*n:(c+1)*n])
			out[c*p+a] = out[a*p+c]
		}
	}
	return out
}
