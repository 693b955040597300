package multilevel

import "math"

// basis is an orthonormal basis of the design's columns: design = q r, r upper
// triangular. Working in q keeps the normal equations well conditioned whatever the
// units of the moderators (a calendar year beside an intercept, say).
type basis struct {
	n, p      int
	q         []float64 // n rows of p
	r         []float64 // p rows of p
	intercept int       // kept column that is constant and not 0, -1 without
	columns   [][]float64
}

// collinear is the share of a column's length that must remain after the earlier
// columns are taken out for it to count as a column of its own.
const collinear = 1e-7

// orthonormal builds the basis by Gram-Schmidt with one re-orthogonalisation, in the
// order given. Columns that depend on earlier ones are dropped and named.
func orthonormal(cols [][]float64, names []string) (b basis, kept, dropped []string) {
	b.intercept = -1
	var qs, rs [][]float64
	for j, c := range cols {
		w := append([]float64(nil), c...)
		length := norm(w)
		coef := make([]float64, len(qs)+1)
		for pass := 0; pass < 2; pass++ {
			for k, q := range qs {
				d := dot(q, w)
				coef[k] += d
				for i := range w {
					w[i] -= d * q[i]
				}
			}
		}
		rest := norm(w)
		if !(rest > collinear*length) || rest == 0 {
			dropped = append(dropped, names[j])
			continue
		}
		coef[len(qs)] = rest
		for i := range w {
			w[i] /= rest
		}
		if b.intercept < 0 && isConstant(c) {
			b.intercept = len(qs)
			if len(qs) == 0 {
				for i := range w { // exactly constant, so that clusters see it as such
					w[i] = math.Copysign(1/math.Sqrt(float64(len(c))), c[0])
				}
			}
		}
		qs, rs = append(qs, w), append(rs, coef)
		kept = append(kept, names[j])
		b.columns = append(b.columns, c)
	}
	b.p = len(qs)
	if b.p > 0 {
		b.n = len(qs[0])
	}
	b.q = make([]float64, b.n*b.p)
	for i := 0; i < b.n; i++ {
		for j := range qs {
			b.q[i*b.p+j] = qs[j][i]
		}
	}
	b.r = make([]float64, b.p*b.p)
	for j, c := range rs {
		for k, x := range c {
			b.r[k*b.p+j] = x
		}
	}
	return b, kept, dropped
}

// residuals takes the least-squares fit off y: it gives q'y and, row by row, the
// basis followed by what remains of y. Starting the generalised fit from there keeps
// sums of squares free of cancellation.
func (b basis) residuals(y []float64) (start, xy []float64) {
	p, c := b.p, b.p+1
	start = make([]float64, p)
	rest := append([]float64(nil), y...)
	for pass := 0; pass < 2; pass++ {
		for j := 0; j < p; j++ {
			var d float64
			for i := range rest {
				d += b.q[i*p+j] * rest[i]
			}
			start[j] += d
			for i := range rest {
				rest[i] -= d * b.q[i*p+j]
			}
		}
	}
	xy = make([]float64, b.n*c)
	for i := range rest {
		copy(xy[i*c:], b.q[i*p:(i+1)*p])
		xy[i*c+p] = rest[i]
	}
	return start, xy
}

// coefficients solves r beta = gamma.
func (b basis) coefficients(gamma []float64) []float64 {
	p := b.p
	x := append([]float64(nil), gamma...)
	for i := p - 1; i >= 0; i-- {
		for j := i + 1; j < p; j++ {
			x[i] -= b.r[i*p+j] * x[j]
		}
		x[i] /= b.r[i*p+i]
	}
	return x
}

// inverse is r^-1.
func (b basis) inverse() []float64 {
	p := b.p
	out := make([]float64, p*p)
	e := make([]float64, p)
	for j := 0; j < p; j++ {
		for i := range e {
			e[i] = 0
		}
		e[j] = 1
		for i, x := range b.coefficients(e) {
			out[i*p+j] = x
		}
	}
	return out
}

func isConstant(c []float64) bool {
	for _, x := range c {
		if x != c[0] {
			return false
		}
	}
	return c[0] != 0
}

// norm is the Euclidean length, safe against overflow.
func norm(x []float64) float64 {
	var big float64
	for _, v := range x {
		big = math.Max(big, math.Abs(v))
	}
	if big == 0 || math.IsInf(big, 0) {
		return big
	}
	var s float64
	for _, v := range x {
		v /= big
		s += v * v
	}
	return big * math.Sqrt(s)
}

func dot(a, b []float64) float64 {
	var s float64
	for i, x := range a {
		s += x * b[i]
	}
	return s
}
