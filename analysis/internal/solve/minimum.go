package solve

import (
	"fmt"
	"math"
)

const goldenSection = 0.381966011250105151795413165634

// Minimum finds a local minimum of f in [a, b] by Brent's method (Brent 1973,
// chapter 5), to an absolute precision of about tol (never finer than 1e-8 of
// the position: a minimum cannot be located better from values alone).
func Minimum(f func(float64) float64, a, b, tol float64) (x, fx float64, err error) {
	if !(a <= b) {
		return math.NaN(), math.NaN(), fmt.Errorf("minimum between %g and %g: %w", a, b, ErrNotFinite)
	}
	const eps = 1.4901161193847656e-08
	x = a + goldenSection*(b-a)
	w, v := x, x
	fx = orInf(f(x))
	fw, fv := fx, fx
	var d, e float64
	for i := 0; i < 500; i++ {
		m := (a + b) / 2
		t1 := eps*math.Abs(x) + tol/3
		if t1 == 0 {
			t1 = 1e-300
		}
		t2 := 2 * t1
		if math.Abs(x-m) <= t2-(b-a)/2 {
			return x, fx, nil
		}
		p, q, r := 0.0, 0.0, 0.0
		if math.Abs(e) > t1 {
			r = (x - w) * (fx - fv)
			q = (x - v) * (fx - fw)
			p = (x-v)*q - (x-w)*r
			q = 2 * (q - r)
			if q > 0 {
				p = -p
			} else {
				q = -q
			}
			r, e = e, d
		}
		if math.Abs(p) < math.Abs(q*r/2) && p > q*(a-x) && p < q*(b-x) {
			d = p / q
			if u := x + d; u-a < t2 || b-u < t2 {
				d = math.Copysign(t1, m-x)
			}
		} else {
			if x < m {
				e = b - x
			} else {
				e = a - x
			}
			d = goldenSection * e
		}
		u := x + d
		if math.Abs(d) < t1 {
			u = x + math.Copysign(t1, d)
		}
		fu := orInf(f(u))
		if fu <= fx {
			if u < x {
				b = x
			} else {
				a = x
			}
			v, fv, w, fw, x, fx = w, fw, x, fx, u, fu
			continue
		}
		if u < x {
			a = u
		} else {
			b = u
		}
		if fu <= fw || w == x {
			v, fv, w, fw = w, fw, u, fu
		} else if fu <= fv || v == x || v == w {
			v, fv = u, fu
		}
	}
	return x, fx, fmt.Errorf("minimum near %g: %w", x, ErrNotConverged)
}

// orInf turns NaN into +Inf, so that comparisons steer away from such points.
func orInf(v float64) float64 {
	if math.IsNaN(v) {
		return math.Inf(1)
	}
	return v
}
