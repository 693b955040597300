package solve

import (
	"errors"
	"fmt"
	"math"
)

// ErrSingular is returned when a matrix that must be inverted is singular.
var ErrSingular = errors.New("the matrix is singular")

// Solve solves the n x n system A x = b by Gaussian elimination with partial
// pivoting; A and b are left unchanged.
func Solve(a [][]float64, b []float64) ([]float64, error) {
	inv, err := eliminate(a, [][]float64{b})
	if err != nil {
		return nil, err
	}
	return inv[0], nil
}

// Invert returns the inverse of a square matrix.
func Invert(a [][]float64) ([][]float64, error) {
	n := len(a)
	cols, err := eliminate(a, identity(n))
	if err != nil {
		return nil, err
	}
	inv := make([][]float64, n)
	for i := range inv {
		inv[i] = make([]float64, n)
		for j := range cols {
			inv[i][j] = cols[j][i]
		}
	}
	return inv, nil
}

func eliminate(a [][]float64, rhs [][]float64) ([][]float64, error) {
	n := len(a)
	m := make([][]float64, n)
	for i := range a {
		m[i] = append([]float64(nil), a[i]...)
	}
	x := make([][]float64, len(rhs))
	for k := range rhs {
		x[k] = append([]float64(nil), rhs[k]...)
	}
	for c := 0; c < n; c++ {
		p := c
		for r := c + 1; r < n; r++ {
			if math.Abs(m[r][c]) > math.Abs(m[p][c]) {
				p = r
			}
		}
		if v := m[p][c]; v == 0 || math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, ErrSingular
		}
		m[c], m[p] = m[p], m[c]
		for k := range x {
			x[k][c], x[k][p] = x[k][p], x[k][c]
		}
		for r := c + 1; r < n; r++ {
			f := m[r][c] / m[c][c]
			if f == 0 {
				continue
			}
			for j := c; j < n; j++ {
				m[r][j] -= f * m[c][j]
			}
			for k := range x {
				x[k][r] -= f * x[k][c]
			}
		}
	}
	for k := range x {
		for r := n - 1; r >= 0; r-- {
			for j := r + 1; j < n; j++ {
				x[k][r] -= m[r][j] * x[k][j]
			}
			x[k][r] /= m[r][r]
			if math.IsNaN(x[k][r]) || math.IsInf(x[k][r], 0) {
				return nil, ErrSingular
			}
		}
	}
	return x, nil
}

// Newton polishes a minimum (or any stationary point) of a function from its
// gradient and Hessian, halving a step that does not make the gradient smaller.
// It stops when the step is below tol relative to max(1, |x|), or when no step
// helps any more, and returns ErrNotConverged after 100 steps.
func Newton(deriv func(x []float64) (grad []float64, hess [][]float64), x0 []float64, tol float64) ([]float64, error) {
	x := append([]float64(nil), x0...)
	g, h := deriv(x)
	for iter := 0; iter < 100; iter++ {
		step, err := Solve(h, g)
		if err != nil {
			return x, fmt.Errorf("newton: %w", err)
		}
		size := 0.0
		for i := range step {
			size = math.Max(size, math.Abs(step[i])/math.Max(1, math.Abs(x[i])))
		}
		if size <= tol {
			for i := range x {
				x[i] -= step[i]
			}
			return x, nil
		}
		now, t := norm(g), 1.0
		for try := 0; ; try++ {
			y := make([]float64, len(x))
			for i := range x {
				y[i] = x[i] - t*step[i]
			}
			gy, hy := deriv(y)
			if norm(gy) < now {
				x, g, h = y, gy, hy
				break
			}
			if try == 40 {
				return x, nil // rounding is all that is left
			}
			t /= 2
		}
	}
	return x, fmt.Errorf("newton: %w", ErrNotConverged)
}

func norm(v []float64) float64 {
	s := 0.0
	for _, e := range v {
		s += e * e
	}
	if math.IsNaN(s) {
		return math.Inf(1)
	}
	return math.Sqrt(s)
}
