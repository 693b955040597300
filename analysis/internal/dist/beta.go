package dist

import "math"

// betaTails gives both tails of the beta(a, b) distribution at logit(x) = u, and
// the density with respect to u, x^a (1-x)^b / B(a,b). Working on the logit keeps
// x and 1-x both exact, so that neither tail is the rounding of the other.
func betaTails(u, a, b float64) (lower, upper, dens float64) {
	var x, y float64
	if u >= 0 {
		e := math.Exp(-u)
		x, y = 1/(1+e), e/(1+e)
	} else {
		e := math.Exp(u)
		x, y = e/(1+e), 1/(1+e)
	}
	return betaTailsXY(x, y, a, b)
}

// betaTailsXY is betaTails for x and y = 1-x given apart.
func betaTailsXY(x, y, a, b float64) (lower, upper, dens float64) {
	if x <= 0 {
		return 0, 1, 0
	}
	if y <= 0 {
		return 1, 0, 0
	}
	dens = betaDensity(x, y, a, b)
	if x < (a+1)/(a+b+2) {
		lower = clamp01(dens * betaFraction(a, b, x) / a)
		upper = 1 - lower
		if lower > 0.999 { // the complement would lose its digits
			if f, ok := betaFractionOK(b, a, y); ok {
				upper = clamp01(dens * f / b)
			}
		}
		return lower, upper, dens
	}
	upper = clamp01(dens * betaFraction(b, a, y) / b)
	lower = 1 - upper
	if upper > 0.999 {
		if f, ok := betaFractionOK(a, b, x); ok {
			lower = clamp01(dens * f / a)
		}
	}
	return lower, upper, dens
}

func clamp01(p float64) float64 { return math.Min(math.Max(p, 0), 1) }

// betaDensity is x^a y^b / B(a, b) with y = 1-x. It sums logarithms where these
// are small; for large a and b, where they would cancel, it takes Loader's
// saddle-point form, whose error grows with a+b instead.
func betaDensity(x, y, a, b float64) float64 {
	n := a + b
	lx, ly := a*logOf(x, y), b*logOf(y, x)
	lb := LogBeta(a, b)
	if math.Abs(lx)+math.Abs(ly)+math.Abs(lb) < n || a < 0.5 || b < 0.5 {
		return math.Exp(lx + ly - lb)
	}
	e := stirlingError(n) - stirlingError(a) - stirlingError(b) - deviance0(a, n*x) - deviance0(b, n*y)
	return math.Sqrt(a/n*b/(2*math.Pi)) * math.Exp(e)
}

// logOf is ln x where y = 1-x.
func logOf(x, y float64) float64 {
	if x < 0.5 {
		return math.Log(x)
	}
	return math.Log1p(-y)
}

func betaFraction(a, b, x float64) float64 {
	f, _ := betaFractionOK(a, b, x)
	return f
}

// betaFractionOK is the continued fraction of the incomplete beta function
// (Abramowitz & Stegun 26.5.8) by the modified Lentz method. ok is false when it
// has not settled within the bound on iterations.
func betaFractionOK(a, b, x float64) (float64, bool) {
	const tiny = 1e-300
	max := 500 + int(20*math.Sqrt(math.Min(math.Max(a, b), 1e10)))
	c, d := 1.0, 1-(a+b)*x/(a+1)
	if math.Abs(d) < tiny {
		d = tiny
	}
	d = 1 / d
	h := d
	for m := 1; m <= max; m++ {
		fm := float64(m)
		t := fm * (b - fm) * x / ((a + 2*fm - 1) * (a + 2*fm))
		d = 1 + t*d
		if math.Abs(d) < tiny {
			d = tiny
		}
		c = 1 + t/c
		if math.Abs(c) < tiny {
			c = tiny
		}
		d = 1 / d
		h *= d * c
		t = -(a + fm) * (a + b + fm) * x / ((a + 2*fm) * (a + 2*fm + 1))
		d = 1 + t*d
		if math.Abs(d) < tiny {
			d = tiny
		}
		c = 1 + t/c
		if math.Abs(c) < tiny {
			c = tiny
		}
		d = 1 / d
		del := d * c
		h *= del
		if math.Abs(del-1) < 2e-16 {
			return h, true
		}
	}
	return h, false
}

// BetaCDF is P(X <= x) for X ~ beta(a, b), the regularised incomplete beta
// function I_x(a, b).
func BetaCDF(x, a, b float64) float64 {
	if !(a > 0) || !(b > 0) || math.IsInf(a, 1) || math.IsInf(b, 1) || math.IsNaN(x) {
		return math.NaN()
	}
	lower, _, _ := betaTailsXY(x, 1-x, a, b)
	return lower
}
