package multilevel

// Small dense matrices are row-major slices; p is the number of coefficients.

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
