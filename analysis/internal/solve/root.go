package solve

import (
	"errors"
	"fmt"
	"math"
)

var (
	// ErrNoBracket is returned when f(a) and f(b) do not differ in sign.
	ErrNoBracket = errors.New("no sign change between the ends of the interval")
	// ErrNotConverged is returned, wrapped, when the bound on iterations was
	// reached; the best point so far is returned with it.
	ErrNotConverged = errors.New("no convergence within the allowed number of steps")
	// ErrNotFinite is returned when the function gives NaN where a number is needed.
	ErrNotFinite = errors.New("the function is not a number at a needed point")
)

// Root finds x in [a, b] with f(x) = 0 by Brent's method (1973, Algorithms for
// Minimization without Derivatives, chapter 4), in the order of steps of the netlib
// translation that R's uniroot uses, so that a loose tolerance stops at the same point.
// f(a) and f(b) must differ in sign or one of them be zero. tol is the absolute width
// at which to stop; 0 means as close as float64 allows.
func Root(f func(float64) float64, a, b, tol float64) (float64, error) {
	fa, fb := f(a), f(b)
	switch {
	case math.IsNaN(fa) || math.IsNaN(fb):
		return math.NaN(), fmt.Errorf("root between %g and %g: %w", a, b, ErrNotFinite)
	case fa == 0:
		return a, nil
	case fb == 0:
		return b, nil
	case (fa > 0) == (fb > 0):
		return math.NaN(), fmt.Errorf("root between %g and %g: %w", a, b, ErrNoBracket)
	}
	c, fc := a, fa
	for range 1000 {
		last := b - a
		if math.Abs(fc) < math.Abs(fb) {
			a, b, c = b, c, b
			fa, fb, fc = fb, fc, fb
		}
		near := 0x1p-51*math.Abs(b) + tol/2 + 1e-200 // above 0 for a root at 0
		move := (c - b) / 2
		if math.Abs(move) <= near || fb == 0 {
			return b, nil
		}
		if math.Abs(last) >= near && math.Abs(fa) > math.Abs(fb) {
			p, q := interpolate(a, b, c, fa, fb, fc)
			if p < 0.75*(c-b)*q-math.Abs(near*q)/2 && p < math.Abs(last*q/2) {
				move = p / q
			}
		}
		if math.Abs(move) < near {
			move = math.Copysign(near, move)
		}
		a, fa = b, fb
		b += move
		if fb = f(b); math.IsNaN(fb) {
			return math.NaN(), fmt.Errorf("root at %g: %w", b, ErrNotFinite)
		}
		if (fb > 0) == (fc > 0) {
			c, fc = a, fa
		}
	}
	return b, fmt.Errorf("root near %g: %w", b, ErrNotConverged)
}

// interpolate gives the secant or inverse quadratic step p/q from b, p not negative.
func interpolate(a, b, c, fa, fb, fc float64) (p, q float64) {
	if a == c {
		t := fb / fa
		p, q = (c-b)*t, 1-t
	} else {
		r, t, u := fa/fc, fb/fc, fb/fa
		p = u * ((c-b)*r*(r-t) - (b-a)*(t-1))
		q = (r - 1) * (t - 1) * (u - 1)
	}
	if p > 0 {
		return p, -q
	}
	return -p, q
}

// RootRight is the root of f nearest to the right of a: the bracket is looked for at
// a+step, a+2*step, a+4*step and so on up to limit.
func RootRight(f func(float64) float64, a, step, limit, tol float64) (float64, error) {
	fa, lo := f(a), a
	for range 2100 {
		hi := math.Min(lo+step, limit)
		if fh := f(hi); fa == 0 || (fh > 0) != (fa > 0) || math.IsNaN(fa) || hi >= limit {
			return Root(f, lo, hi, tol)
		}
		lo = hi
		step *= 2
	}
	return math.NaN(), fmt.Errorf("bracket from %g to %g: %w", a, limit, ErrNoBracket)
}
