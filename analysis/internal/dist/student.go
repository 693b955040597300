package dist

import "math"

// Above this many degrees of freedom Hill's expansion around the normal is
// exact to double precision, and faster than the continued fraction.
const hillFrom = 1e5

// TTwoSided is P(|T| > |t|), the two-sided p-value.
func TTwoSided(t, df float64) float64 {
	if !(df > 0) || math.IsNaN(t) {
		return math.NaN()
	}
	two, _ := tTails(math.Abs(t), df)
	return two
}

// tTails gives P(|T| > t) and P(|T| <= t) for t >= 0.
func tTails(t, df float64) (two, central float64) {
	switch {
	case t == 0:
		return 1, 0
	case math.IsInf(t, 1):
		return 0, 1
	case df >= hillFrom:
		z := hillZ(t, df) / math.Sqrt2
		return math.Erfc(z), math.Erf(z)
	}
	// T^2 is F(1, df): x = t^2/(df+t^2), taken on its logit so that t of any
	// size neither overflows nor cancels.
	lower, upper, _ := betaTails(2*math.Log(t)-math.Log(df), 0.5, df/2)
	return upper, lower
}

// hillZ is the normal deviate with the same tail as t on df degrees of freedom
// (Hill 1970, Algorithm 395).
func hillZ(t, df float64) float64 {
	if math.IsInf(df, 1) {
		return t
	}
	a := df - 0.5
	b := 48 * a * a
	w := a * math.Log1p(t/df*t)
	return math.Sqrt(w) * (1 + (w+3)/b - (((0.4*w+3.3)*w+24)*w+85.5)/(b*(0.8*w*w+100+b)))
}

// TQuantile is the t with P(T <= t) = p on df degrees of freedom.
func TQuantile(p, df float64) float64 {
	switch {
	case !(p >= 0 && p <= 1) || !(df > 0):
		return math.NaN()
	case p == 0:
		return math.Inf(-1)
	case p == 1:
		return math.Inf(1)
	case p == 0.5:
		return 0
	case p < 0.5:
		return -tUpper(2*p, 1-2*p, df)
	}
	return tUpper(2*(1-p), 2*p-1, df)
}

// tUpper is the t > 0 with P(|T| > t) = two and P(|T| <= t) = central.
func tUpper(two, central, df float64) float64 {
	var z float64
	if two < 0.5 {
		z = -NormQuantile(two / 2)
	} else {
		z = math.Erfinv(central) * math.Sqrt2
	}
	if math.IsInf(df, 1) {
		return z
	}
	if df >= hillFrom {
		return hillInverse(z, df)
	}
	if central < 0.25 {
		u := 2 * math.Log(central*math.Exp(LogBeta(0.5, df/2))/2) // t^2/df for small t
		u = solveLogTail(math.Log(central), u, func(u float64) (float64, float64) {
			lower, _, dens := betaTails(u, 0.5, df/2)
			return lower, dens
		})
		return math.Sqrt(df) * math.Exp(u/2)
	}
	// Upper tail of F(1, df) = lower tail of its reciprocal, logit -u.
	start := (math.Log(two) + math.Log(df/2) + LogBeta(0.5, df/2)) / (df / 2)
	if t0 := hillInverse(z, df); df > 3 && t0 > 0 && z < 8 {
		start = math.Log(df) - 2*math.Log(t0)
	}
	u := solveLogTail(math.Log(two), start, func(u float64) (float64, float64) {
		lower, _, dens := betaTails(u, df/2, 0.5)
		return lower, dens
	})
	return math.Sqrt(df) * math.Exp(-u/2)
}

// hillInverse solves hillZ(t, df) = z by fixed-point steps on w.
func hillInverse(z, df float64) float64 {
	a := df - 0.5
	b := 48 * a * a
	w := z * z
	for i := 0; i < 6; i++ {
		c := 1 + (w+3)/b - (((0.4*w+3.3)*w+24)*w+85.5)/(b*(0.8*w*w+100+b))
		w = z * z / (c * c)
	}
	return math.Sqrt(df * math.Expm1(w/a))
}
