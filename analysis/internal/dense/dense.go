// Package dense factors the small symmetric matrices of the analysis packages. A
// matrix is one slice, row by row; p, its size, is a handful, so that plain loops
// beat a library's set-up.
package dense

import "math"

// Cholesky gives the lower factor of a symmetric matrix, or false when it is not
// positive definite to working precision.
func Cholesky(a []float64, p int) ([]float64, bool) {
	l := make([]float64, p*p)
	for i := range p {
		for j := range i + 1 {
			s := a[i*p+j]
			for k := range j {
				s -= l[i*p+k] * l[j*p+k]
			}
			if i != j {
				l[i*p+j] = s / l[j*p+j]
				continue
			}
			if !(s > 1e-14*math.Abs(a[i*p+i])) || math.IsInf(s, 0) {
				return nil, false
			}
			l[i*p+i] = math.Sqrt(s)
		}
	}
	return l, true
}

// Solve solves l l' x = b in place.
func Solve(l, b []float64, p int) {
	for i := range p {
		for k := range i {
			b[i] -= l[i*p+k] * b[k]
		}
		b[i] /= l[i*p+i]
	}
	for i := p - 1; i >= 0; i-- {
		for k := i + 1; k < p; k++ {
			b[i] -= l[k*p+i] * b[k]
		}
		b[i] /= l[i*p+i]
	}
}

// Inverse is (l l')^-1.
func Inverse(l []float64, p int) []float64 {
	out := make([]float64, p*p)
	e := make([]float64, p)
	for j := range p {
		clear(e)
		e[j] = 1
		Solve(l, e, p)
		for i, x := range e {
			out[i*p+j] = x
		}
	}
	for i := range p {
		for j := range i {
			m := (out[i*p+j] + out[j*p+i]) / 2
			out[i*p+j], out[j*p+i] = m, m
		}
	}
	return out
}

// Scaled factors a after bringing its diagonal to 1 by d on both sides, so that rows
// in very different units do not look singular.
func Scaled(a []float64, p int) (l, d []float64, ok bool) {
	d = make([]float64, p)
	for i := range d {
		if d[i] = 1 / math.Sqrt(a[i*p+i]); !(d[i] > 0) || math.IsInf(d[i], 0) {
			return nil, nil, false
		}
	}
	s := make([]float64, p*p)
	for i := range p {
		for j := range p {
			s[i*p+j] = a[i*p+j] * d[i] * d[j]
		}
	}
	l, ok = Cholesky(s, p)
	return l, d, ok
}

// Quadratic is b'a^-1 b; NaN where a is singular.
func Quadratic(a, b []float64) float64 {
	p := len(b)
	l, d, ok := Scaled(a, p)
	if !ok {
		return math.NaN()
	}
	x := make([]float64, p)
	for i := range x {
		x[i] = b[i] * d[i]
	}
	Solve(l, x, p)
	q := 0.0
	for i := range x {
		q += b[i] * d[i] * x[i]
	}
	return q
}

// Wald is b'v^-1 b over the rows and columns named.
func Wald(b []float64, v [][]float64, at []int) float64 {
	q := len(at)
	block, part := make([]float64, 0, q*q), make([]float64, q)
	for i, j := range at {
		part[i] = b[j]
		for _, k := range at {
			block = append(block, v[j][k])
		}
	}
	return Quadratic(block, part)
}
