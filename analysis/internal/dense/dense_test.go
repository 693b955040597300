package dense

import (
	"math"
	"testing"
)

func TestFactorsOfAKnownMatrix(t *testing.T) {
	a := []float64{4, 2, 0, 2, 5, 4, 0, 4, 9} // l = 2 0 0, 1 2 0, 0 2 √5
	l, ok := Cholesky(a, 3)
	if !ok || l[0] != 2 || l[3] != 1 || l[4] != 2 || l[7] != 2 || math.Abs(l[8]-math.Sqrt(5)) > 1e-15 {
		t.Fatalf("factor %v, %v", l, ok)
	}
	inv := Inverse(l, 3)
	for i := range 3 {
		for j := range 3 {
			sum := 0.0
			for k := range 3 {
				sum += a[i*3+k] * inv[k*3+j]
			}
			if want := map[bool]float64{true: 1}[i == j]; math.Abs(sum-want) > 1e-14 {
				t.Errorf("a times its inverse at %d, %d: %v", i, j, sum)
			}
		}
	}
	// units of any size leave b'a^-1 b as it is: 2 + 4 = (1, 2) of diag(1/2, 1)
	for _, u := range []float64{1, 1e-150, 1e120} {
		if q := Quadratic([]float64{0.5 * u * u, 0, 0, 1}, []float64{u, 2}); math.Abs(q-6) > 1e-12 {
			t.Errorf("unit %g: %v", u, q)
		}
	}
	if q := Wald([]float64{9, 1, 2}, [][]float64{{1, 0, 0}, {0, 0.5, 0}, {0, 0, 1}}, []int{1, 2}); math.Abs(q-6) > 1e-12 {
		t.Errorf("named rows: %v", q)
	}
}

func TestSingularMatricesAreRefused(t *testing.T) {
	for _, a := range [][]float64{{1, 2, 2, 4}, {0, 0, 0, 1}, {-1, 0, 0, 1}, {math.NaN(), 0, 0, 1}, {math.Inf(1), 0, 0, 1}} {
		if _, ok := Cholesky(a, 2); ok {
			t.Errorf("%v has a factor", a)
		}
		if q := Quadratic(a, []float64{1, 1}); !math.IsNaN(q) {
			t.Errorf("%v: %v", a, q)
		}
	}
}
