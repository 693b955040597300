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

const maxRootSteps = 1000

// Root finds x in [a, b] with f(x) = 0 by Brent's method (Brent 1973, chapter 4);
// f(a) and f(b) must differ in sign or one of them be zero. tol is the absolute
// width at which to stop; 0 means as close as float64 allows.
func Root(f func(float64) float64, a, b, tol float64) (float64, error) {
	return rootFrom(f, a, b, f(a), f(b), tol)
}

func rootFrom(f func(float64) float64, a, b, fa, fb, tol float64) (float64, error) {
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
	d := b - a
	e := d
	for i := 0; i < maxRootSteps; i++ {
		if (fb > 0) == (fc > 0) {
			c, fc = a, fa
			d = b - a
			e = d
		}
		if math.Abs(fc) < math.Abs(fb) {
			a, b, c = b, c, b
			fa, fb, fc = fb, fc, fb
		}
		eps := 2*epsilon*math.Abs(b) + tol/2 + smallestStep
		m := (c - b) / 2
		if math.Abs(m) <= eps || fb == 0 {
			return b, nil
		}
		if math.Abs(e) < eps || math.Abs(fa) <= math.Abs(fb) {
			d, e = m, m
		} else {
			d, e = interpolate(a, b, c, fa, fb, fc, m, eps, d, e)
		}
		a, fa = b, fb
		if math.Abs(d) > eps {
			b += d
		} else {
			b += math.Copysign(eps, m)
		}
		fb = f(b)
		if math.IsNaN(fb) {
			return math.NaN(), fmt.Errorf("root at %g: %w", b, ErrNotFinite)
		}
	}
	return b, fmt.Errorf("root near %g: %w", b, ErrNotConverged)
}

const (
	epsilon      = 1.1102230246251565e-16
	smallestStep = 1e-200
)

// interpolate makes Brent's secant or inverse quadratic step, or bisects when
// that step is not good enough.
func interpolate(a, b, c, fa, fb, fc, m, eps, d, e float64) (step, last float64) {
	s := fb / fa
	var p, q float64
	if a == c {
		p = 2 * m * s
		q = 1 - s
	} else {
		q = fa / fc
		r := fb / fc
		p = s * (2*m*q*(q-r) - (b-a)*(r-1))
		q = (q - 1) * (r - 1) * (s - 1)
	}
	if p > 0 {
		q = -q
	} else {
		p = -p
	}
	if 2*p < math.Min(3*m*q-math.Abs(eps*q), math.Abs(e*q)) {
		return p / q, d
	}
	return m, m
}

// ExpandRight looks for a sign change of f to the right of a, trying a+step,
// a+2*step, a+4*step and so on up to limit (tried last). It returns a bracket for
// Root, or ErrNoBracket.
func ExpandRight(f func(float64) float64, a, step, limit float64) (lo, hi float64, err error) {
	fa := f(a)
	if math.IsNaN(fa) {
		return a, a, fmt.Errorf("bracket from %g: %w", a, ErrNotFinite)
	}
	if fa == 0 {
		return a, a, nil
	}
	lo = a
	for i := 0; i < 2100; i++ {
		hi = math.Min(a+step, limit)
		fh := f(hi)
		if math.IsNaN(fh) {
			return lo, hi, fmt.Errorf("bracket at %g: %w", hi, ErrNotFinite)
		}
		if fh == 0 || (fh > 0) != (fa > 0) {
			return lo, hi, nil
		}
		if hi >= limit {
			break
		}
		lo = hi
		step *= 2
	}
	return lo, hi, fmt.Errorf("bracket from %g to %g: %w", a, limit, ErrNoBracket)
}

// RootRight is ExpandRight followed by Root.
func RootRight(f func(float64) float64, a, step, limit, tol float64) (float64, error) {
	lo, hi, err := ExpandRight(f, a, step, limit)
	if err != nil {
		return math.NaN(), err
	}
	if lo == hi {
		return lo, nil
	}
	return Root(f, lo, hi, tol)
}
