package dist

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// gammaTails gives both tails of the gamma distribution with shape a and rate 1
// at x, and the density with respect to ln x, x^a e^-x / Gamma(a).
func gammaTails(x, a float64) (lower, upper, dens float64) {
	switch {
	case x <= 0:
		return 0, 1, 0
	case math.IsInf(x, 1):
		return 1, 0, 0
	}
	if a < 1e-3 {
		dens = math.Exp(a*math.Log(x) - x - LogGamma(a))
	} else {
		dens = math.Sqrt(a/(2*math.Pi)) * math.Exp(-stirlingError(a)-deviance0(a, x))
	}
	if a > 200 && math.Abs(x-a) < 0.4*a { // Temme's uniform expansion
		return mathext.GammaIncReg(a, x), mathext.GammaIncRegComp(a, x), dens
	}
	if x < a+1 {
		lower = clamp01(dens * gammaSeries(x, a))
		upper = 1 - lower
		if lower > 0.9 {
			if a < 0.5 {
				upper = mathext.GammaIncRegComp(a, x)
			} else if f, ok := gammaFraction(x, a); ok {
				upper = clamp01(dens * f)
			}
		}
		return lower, upper, dens
	}
	f, _ := gammaFraction(x, a)
	upper = clamp01(dens * f)
	return 1 - upper, upper, dens
}

// gammaSeries is sum_{n>=0} x^n / (a (a+1) ... (a+n)).
func gammaSeries(x, a float64) float64 {
	term := 1 / a
	sum := term
	max := 500 + int(20*math.Sqrt(math.Min(a, 1e10)))
	for n := 1; n < max; n++ {
		term *= x / (a + float64(n))
		sum += term
		if term < 1e-17*sum {
			break
		}
	}
	return sum
}

// gammaFraction is the continued fraction of the upper incomplete gamma function
// (Abramowitz & Stegun 6.5.31, even part) by the modified Lentz method.
func gammaFraction(x, a float64) (float64, bool) {
	const tiny = 1e-300
	b := x + 1 - a
	c := 1 / tiny
	if math.Abs(b) < tiny {
		b = tiny
	}
	d := 1 / b
	h := d
	max := 500 + int(20*math.Sqrt(math.Min(a, 1e10)))
	for i := 1; i < max; i++ {
		an := -float64(i) * (float64(i) - a)
		b += 2
		d = an*d + b
		if math.Abs(d) < tiny {
			d = tiny
		}
		c = b + an/c
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

func badGamma(x, shape, rate float64) bool {
	return !(shape > 0) || !(rate > 0) || math.IsInf(shape, 1) || math.IsInf(rate, 1) || math.IsNaN(x)
}

// GammaCDF is P(X <= x) for a gamma distribution with the given shape and rate
// (mean shape/rate).
func GammaCDF(x, shape, rate float64) float64 {
	if badGamma(x, shape, rate) {
		return math.NaN()
	}
	lower, _, _ := gammaTails(x*rate, shape)
	return lower
}

// GammaSF is P(X > x) for a gamma distribution with the given shape and rate.
func GammaSF(x, shape, rate float64) float64 {
	if badGamma(x, shape, rate) {
		return math.NaN()
	}
	_, upper, _ := gammaTails(x*rate, shape)
	return upper
}

// GammaQuantile is the x with P(X <= x) = p.
func GammaQuantile(p, shape, rate float64) float64 {
	switch {
	case !(p >= 0 && p <= 1) || badGamma(0, shape, rate):
		return math.NaN()
	case p == 0:
		return 0
	case p == 1:
		return math.Inf(1)
	}
	return math.Exp(gammaLogQuantile(p, 1-p, shape)) / rate
}

// gammaLogQuantile is ln x at lower tail pl and upper tail pu for rate 1.
func gammaLogQuantile(pl, pu, a float64) float64 {
	start := (math.Log(pl) + LogGamma(a+1)) / a
	if a > 0.5 || pl > pu { // Wilson & Hilferty (1931)
		z := NormQuantile(pl)
		if pl > pu {
			z = -NormQuantile(pu)
		}
		if h := 1 - 1/(9*a) + z/(3*math.Sqrt(a)); h > 0.05 {
			start = math.Log(a) + 3*math.Log(h)
		}
	}
	if pl <= pu {
		return solveLogTail(math.Log(pl), start, func(u float64) (float64, float64) {
			lower, _, dens := gammaTails(math.Exp(u), a)
			return lower, dens
		})
	}
	return -solveLogTail(math.Log(pu), -start, func(u float64) (float64, float64) {
		_, upper, dens := gammaTails(math.Exp(-u), a)
		return upper, dens
	})
}

// ChiSqCDF is P(X <= x) for chi-square with df degrees of freedom.
func ChiSqCDF(x, df float64) float64 { return GammaCDF(x, df/2, 0.5) }

// ChiSqSF is P(X > x) for chi-square with df degrees of freedom.
func ChiSqSF(x, df float64) float64 { return GammaSF(x, df/2, 0.5) }

// ChiSqQuantile is the x with P(X <= x) = p for chi-square with df degrees of
// freedom.
func ChiSqQuantile(p, df float64) float64 { return GammaQuantile(p, df/2, 0.5) }

// ChiSqUpperQuantile is the x with P(X > x) = p; unlike ChiSqQuantile(1-p, df) it
// keeps its accuracy for tiny p.
func ChiSqUpperQuantile(p, df float64) float64 {
	switch {
	case !(p >= 0 && p <= 1) || badGamma(0, df/2, 0.5):
		return math.NaN()
	case p == 0:
		return math.Inf(1)
	case p == 1:
		return 0
	}
	return 2 * math.Exp(gammaLogQuantile(1-p, p, df/2))
}

// NoncentralChiSqSF is P(X > x) for the noncentral chi-square with df degrees of
// freedom and noncentrality nc >= 0: a Poisson mixture of central chi-squares,
// summed outward from the largest weight until the rest is negligible.
func NoncentralChiSqSF(x, df, nc float64) float64 {
	switch {
	case !(df > 0) || !(nc >= 0) || math.IsInf(nc, 1) || math.IsNaN(x):
		return math.NaN()
	case x <= 0:
		return 1
	case nc == 0:
		return ChiSqSF(x, df)
	}
	mode := math.Floor(nc / 2)
	reach := 12*math.Sqrt(nc/2) + 60 // beyond it the Poisson weights are below 1e-20
	sum := 0.0
	for j := math.Max(0, mode-reach); j <= mode+reach; j++ {
		sum += PoissonPMF(j, nc/2) * ChiSqSF(x, df+2*j)
	}
	return clamp01(sum)
}
