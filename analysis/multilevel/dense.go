package multilevel

import "math"

// Small dense matrices are row-major slices; p is the number of coefficients, a
// handful, so plain loops beat a library's set-up.

// cholesky gives the lower factor of a symmetric p×p matrix, or false when it isn't
// positive definite to working precision.
func cholesky(a []float64, p int) ([]float64, bool) {
	l := make([]float64, p*p)
	for i := 0; i < p; i++ {
		for j := 0; j <= i; j++ {
			s := a[i*p+j]
			for k := 0; k < j; k++ {
				s -= l[i*p+k] * l[j*p+k]
			}
			if i == j {
				if !(s > 1e-14*math.Abs(a[i*p+i])) || math.IsInf(s, 0) {
					return nil, false
				}
				l[i*p+i] = math.Sqrt(s)
			} else {
				l[i*p+j] = s / l[j*p+j]
			}
		}
	}
	return l, true
}

// cholSolve solves l l' x = b in place.
func cholSolve(l, b []float64, p int) {
	for i := 0; i < p; i++ {
		for k := 0; k < i; k++ {
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

// cholInverse is (l l')^-1.
func cholInverse(l []float64, p int) []float64 {
	out := make([]float64, p*p)
	e := make([]float64, p)
	for j := 0; j < p; j++ {
		for i := range e {
			e[i] = 0
		}
		e[j] = 1
		cholSolve(l, e, p)
		for i, x := range e {
			out[i*p+j] = x
		}
	}
	for i := 0; i < p; i++ {
		for j := 0; j < i; j++ {
			m := (out[i*p+j] + out[j*p+i]) / 2
			out[i*p+j], out[j*p+i] = m, m
		}
	}
	return out
}

// mul is the product of an r×k and a k×c matrix.
func mul(a, b []float64, r, k, c int) []float64 {
	out := make([]float64, r*c)
	for i := 0; i < r; i++ {
		for l := 0; l < k; l++ {
			x := a[i*k+l]
			if x == 0 {
				continue
			}
			for j := 0; j < c; j++ {
				out[i*c+j] += x * b[l*c+j]
			}
		}
	}
	return out
}

// transpose of an r×c matrix.
func transpose(a []float64, r, c int) []float64 {
	out := make([]float64, r*c)
	for i := 0; i < r; i++ {
		for j := 0; j < c; j++ {
			out[j*r+i] = a[i*c+j]
		}
	}
	return out
}

// traceProduct is tr(a b) for p×p matrices.
func traceProduct(a, b []float64, p int) float64 {
	var s float64
	for i := 0; i < p; i++ {
		for j := 0; j < p; j++ {
			s += a[i*p+j] * b[j*p+i]
		}
	}
	return s
}

// quadratic is x'a y for a p×p matrix.
func quadratic(a, x, y []float64, p int) float64 {
	var s float64
	for i := 0; i < p; i++ {
		for j := 0; j < p; j++ {
			s += x[i] * a[i*p+j] * y[j]
		}
	}
	return s
}

// addOuter adds k x y' to a.
func addOuter(a []float64, k float64, x, y []float64) {
	p := len(y)
	for i, u := range x {
		for j, v := range y {
			a[i*p+j] += k * u * v
		}
	}
}
