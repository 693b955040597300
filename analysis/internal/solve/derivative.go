package solve

import "math"

// Gradient writes the numerical gradient of f at x into g (Richardson
// extrapolation of central differences, four levels) and returns it; g may be nil.
func Gradient(f func([]float64) float64, x, g []float64) []float64 {
	if g == nil {
		g = make([]float64, len(x))
	}
	y := append([]float64(nil), x...)
	for i := range x {
		g[i] = richardson(func(h float64) float64 {
			y[i] = x[i] + h
			up := f(y)
			y[i] = x[i] - h
			down := f(y)
			y[i] = x[i]
			return (up - down) / (2 * h)
		}, stepFor(x[i]), 4)
	}
	return g
}

// Hessian is the matrix of second derivatives of f at x by Richardson
// extrapolation of central differences with r levels (4 is usual).
func Hessian(f func([]float64) float64, x []float64, r int) [][]float64 {
	n := len(x)
	h := make([][]float64, n)
	for i := range h {
		h[i] = make([]float64, n)
	}
	f0 := f(x)
	y := append([]float64(nil), x...)
	for i := 0; i < n; i++ {
		hi := stepFor(x[i]) // the same relative step for both arguments
		h[i][i] = richardson(func(s float64) float64 {
			y[i] = x[i] + s
			up := f(y)
			y[i] = x[i] - s
			down := f(y)
			y[i] = x[i]
			return (up - 2*f0 + down) / (s * s)
		}, hi, r)
	}
	for i := 0; i < n; i++ {
		for j := 0; j < i; j++ {
			ratio := stepFor(x[j]) / stepFor(x[i])
			v := richardson(func(s float64) float64 {
				t := s * ratio
				y[i], y[j] = x[i]+s, x[j]+t
				pp := f(y)
				y[i], y[j] = x[i]-s, x[j]-t
				mm := f(y)
				y[i], y[j] = x[i]+s, x[j]-t
				pm := f(y)
				y[i], y[j] = x[i]-s, x[j]+t
				mp := f(y)
				y[i], y[j] = x[i], x[j]
				return (pp + mm - pm - mp) / (4 * s * t)
			}, stepFor(x[i]), r)
			h[i][j], h[j][i] = v, v
		}
	}
	return h
}

// stepFor is the first, largest step of the extrapolation.
func stepFor(x float64) float64 {
	if a := math.Abs(x); a > 1e-2 {
		return 0.02 * a
	}
	return 1e-3
}

// richardson extrapolates d(h), whose error runs in even powers of h, over r
// halvings of h.
func richardson(d func(h float64) float64, h float64, r int) float64 {
	if r < 1 {
		r = 1
	}
	a := make([]float64, r)
	for k := range a {
		a[k] = d(h)
		h /= 2
	}
	p := 4.0
	for m := 1; m < r; m++ {
		for k := 0; k < r-m; k++ {
			a[k] = (a[k+1]*p - a[k]) / (p - 1)
		}
		p *= 4
	}
	return a[0]
}
