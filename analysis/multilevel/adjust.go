package multilevel

import (
	"fmt"
	"math"
	"sort"

	"gonum.org/v1/gonum/mat"
)

// determined is how close to 1 the share of a coefficient's information that comes
// from a single cluster may be before that cluster counts as its only source.
const determined = 1 - 1e-9

// adjust computes every cluster's M Q'WA for the kind asked for.
func (s *sandwich) adjust(kind Kind) (*adjusted, error) {
	p := s.p
	out := &adjusted{score: make([]float64, len(s.sizes)*p), gram: make([][]float64, len(s.sizes)), h: make([][]float64, len(s.sizes))}
	root, ok := cholesky(s.m, p) // M = root root'
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
		if leverage(own, root, p)[0] > determined {
			return nil, fmt.Errorf("CR3 doesn't exist: without cluster %q some coefficient cannot be estimated", s.labels[i])
		}
		l, ok := cholesky(s.m, p)
		if !ok {
			return nil, fmt.Errorf("the coefficients' covariance matrix is singular")
		}
		rest := cholInverse(l, p)
		for k := range rest {
			rest[k] -= own[k]
		}
		l2, ok := cholesky(rest, p)
		if !ok {
			return nil, fmt.Errorf("CR3 doesn't exist: without cluster %q some coefficient cannot be estimated", s.labels[i])
		}
		// A'WQ = WQ (M^-1 - own)^-1 M^-1
		return mul(wq, mul(cholInverse(l2, p), cholInverse(l, p), p, p, p), n, p, p), nil
	}
	return wq, nil
}

// leverage lists the eigenvalues of M^½ Q_i'W_iQ_i M^½, largest first: the shares of
// the coefficients' information that one cluster holds.
func leverage(own, root []float64, p int) []float64 {
	x := mul(mul(transpose(root, p, p), own, p, p, p), root, p, p, p)
	if p == 1 {
		return x
	}
	var e mat.EigenSym
	if !e.Factorize(symmetric(x, p), false) {
		return make([]float64, p)
	}
	v := e.Values(nil)
	sort.Sort(sort.Reverse(sort.Float64Slice(v)))
	return v
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
// Φ and on Φ - QMQ' alone (it is their geometric mean, the second inverted), not on
// the factor chosen.
func (s *sandwich) linearised(i int, q, wq, own, root []float64) []float64 {
	p, n := s.p, s.sizes[i]
	phi := s.phi(i)
	null := 0
	for _, v := range leverage(own, root, p) {
		if v > determined {
			null++
		}
	}
	if n == 1 {
		f := phi.at()
		rest := f - quadratic(s.m, q, q, p)
		out := make([]float64, p)
		if null == 0 && rest > 0 {
			a := math.Sqrt(f / rest)
			for k := range out {
				out[k] = a * wq[k]
			}
		}
		return out
	}
	l := phi.factor()
	if l == nil {
		return wq
	}
	ll := make([]float64, n*n) // L'L
	for a := 0; a < n; a++ {
		for b := 0; b <= a; b++ {
			var x float64
			for k := a; k < n; k++ {
				x += l[k*n+a] * l[k*n+b]
			}
			ll[a*n+b], ll[b*n+a] = x, x
		}
	}
	lq := lowerTransposed(l, q, n, p) // L'Q
	lqm := mul(lq, s.m, n, p, p)
	g := mat.NewSymDense(n, nil)
	for a := 0; a < n; a++ {
		for b := a; b < n; b++ {
			g.SetSym(a, b, dot(ll[a*n:(a+1)*n], ll[b*n:(b+1)*n])-dot(lqm[a*p:(a+1)*p], lq[b*p:(b+1)*p]))
		}
	}
	t := inverseRoot(g, lowerTransposed(l, wq, n, p), n, p, null)
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

// inverseRoot is G^-½ x, leaving out the null smallest eigenvalues.
func inverseRoot(g *mat.SymDense, x []float64, n, p, null int) []float64 {
	var e mat.EigenSym
	out := make([]float64, n*p)
	if !e.Factorize(g, true) {
		return out
	}
	values := e.Values(nil) // ascending
	var vec mat.Dense
	e.VectorsTo(&vec)
	raw := vec.RawMatrix()
	for k := null; k < n; k++ {
		if !(values[k] > 0) {
			continue
		}
		f := 1 / math.Sqrt(values[k])
		for c := 0; c < p; c++ {
			var d float64
			for a := 0; a < n; a++ {
				d += raw.Data[a*raw.Stride+k] * x[a*p+c]
			}
			d *= f
			for a := 0; a < n; a++ {
				out[a*p+c] += d * raw.Data[a*raw.Stride+k]
			}
		}
	}
	return out
}

// at is the variance of a cluster with one row.
func (b phiBlock) at() float64 {
	if b.diag != nil {
		return b.diag[0]
	}
	var x [1]float64
	b.fill(x[:])
	return x[0]
}

// factor is the lower Cholesky factor of Φ; nil when it isn't positive definite.
func (b phiBlock) factor() []float64 {
	a := make([]float64, b.n*b.n)
	if b.diag != nil {
		for k, v := range b.diag {
			a[k*b.n+k] = math.Sqrt(v)
		}
		return a
	}
	b.fill(a)
	l, ok := cholesky(a, b.n)
	if !ok {
		return nil
	}
	return l
}

// sandwich is e Φ e' for e with p rows.
func (b phiBlock) sandwich(e []float64, p int) []float64 {
	n := b.n
	phi := b.diag
	if phi == nil {
		phi = make([]float64, n*n)
		b.fill(phi)
	}
	out := make([]float64, p*p)
	t := make([]float64, n)
	for a := 0; a < p; a++ {
		row := e[a*n : (a+1)*n]
		for k := range t {
			if b.diag != nil {
				t[k] = phi[k] * row[k]
			} else {
				t[k] = dot(phi[k*n:(k+1)*n], row)
			}
		}
		for c := 0; c <= a; c++ {
			out[a*p+c] = dot(t, e[c*n:(c+1)*n])
			out[c*p+a] = out[a*p+c]
		}
	}
	return out
}
