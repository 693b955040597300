package solve

import (
	"errors"
	"math"
)

// ErrSingular is returned when a matrix that must be inverted is singular.
var ErrSingular = errors.New("the matrix is singular")

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
