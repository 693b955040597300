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
		}, stepFor(x[i]))
	}
	return g
}

// Hessian is the matrix of second derivatives of f at x, row by row: Richardson
// extrapolation of central differences, by the polarisation of f over pairs of
// arguments.
func Hessian(f func([]float64) float64, x []float64) []float64 {
	n := len(x)
	h := make([]float64, n*n)
	y := append([]float64(nil), x...)
	f0 := f(x)
	along := func(s, t float64, i, j int) float64 { // second difference in a direction, twice over
		copy(y, x)
		y[i] += s
		y[j] += t
		up := f(y)
		copy(y, x)
		y[i] -= s
		y[j] -= t
		return up - 2*f0 + f(y)
	}
	for i := range n {
		for j := range i + 1 {
			ratio := stepFor(x[j]) / stepFor(x[i])
			v := richardson(func(s float64) float64 {
				t := s * ratio
				if i == j {
					return along(s, 0, i, j) / (s * s)
				}
				return (along(s, t, i, j) - along(s, -t, i, j)) / (4 * s * t)
			}, stepFor(x[i]))
			h[i*n+j], h[j*n+i] = v, v
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

// richardson extrapolates d(h), whose error runs in even powers of h, over four
// halvings of h.
func richardson(d func(h float64) float64, h float64) float64 {
	var a [4]float64
	for k := range a {
		a[k] = d(h)
		h /= 2
	}
	p := 4.0
	for m := 1; m < len(a); m++ {
		for k := range a[m:] {
			a[k] = (a[k+1]*p - a[k]) / (p - 1)
		}
		p *= 4
	}
	return a[0]
}
