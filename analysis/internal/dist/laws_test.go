package dist

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// Laws that every distribution here keeps: quantile and tail undo each other,
// tails add to one, tails are monotone.
func TestQuantileUndoesTail(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := math.Pow(10, rapid.Float64Range(-14, -0.31).Draw(t, "log10 p"))
		df := math.Pow(10, rapid.Float64Range(-0.3, 6.5).Draw(t, "log10 df"))
		d2 := math.Pow(10, rapid.Float64Range(-0.3, 5).Draw(t, "log10 df2"))
		near := func(name string, got float64) {
			t.Helper()
			if math.Abs(got/p-1) > 1e-9 {
				t.Fatalf("%s: tail of the quantile at %g (df %g, %g) is %g", name, p, df, d2, got)
			}
		}
		near("t two-sided", TTwoSided(TQuantile(p/2, df), df))
		near("normal", NormSF(-NormQuantile(p)))
		near("chi-square upper", ChiSqSF(ChiSqUpperQuantile(p, d2), d2))
		if q := ChiSqQuantile(p, d2); q > 1e-250 {
			near("chi-square lower", ChiSqCDF(q, d2))
		}
	})
}

func TestTailsAddToOneAndAreMonotone(t *testing.T) {
	u := func(x float64) float64 { return 1 - (1 - x/400) }
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64Range(-50, 400).Draw(t, "x")
		y := x + rapid.Float64Range(0, 10).Draw(t, "step")
		a := math.Pow(10, rapid.Float64Range(-2, 7).Draw(t, "log10 a"))
		b := math.Pow(10, rapid.Float64Range(-2, 5).Draw(t, "log10 b"))
		for name, f := range map[string][2]func(x float64) float64{
			"normal":     {NormCDF, NormSF},
			"chi-square": {func(x float64) float64 { return ChiSqCDF(x, b) }, func(x float64) float64 { return ChiSqSF(x, b) }},
			// The reflections are those of the densities: 1/F has the degrees of
			// freedom exchanged, 1 - X the shapes; u has 1 - u exactly.
			"F":    {func(x float64) float64 { return FSF(1/max(x, 0), b, a) }, func(x float64) float64 { return FSF(x, a, b) }},
			"beta": {func(x float64) float64 { return BetaCDF(u(x), b, 3) }, func(x float64) float64 { return BetaCDF(1-u(x), 3, b) }},
		} {
			if s := f[0](x) + f[1](x); !(math.Abs(s-1) < 1e-12) {
				t.Fatalf("%s at %g: the tails add to %.17g", name, x, s)
			}
			if lo, hi := f[1](x), f[1](y); !(hi <= lo+1e-13) {
				t.Fatalf("%s: upper tail rises from %g at %g to %g at %g", name, lo, x, hi, y)
			}
		}
	})
}

func TestBadParametersGiveNaN(t *testing.T) {
	nan := math.NaN()
	for name, v := range map[string]float64{
		"t df 0": TTwoSided(1, 0), "t df -1": TTwoSided(1, -1), "t NaN": TTwoSided(nan, 3), "t p > 1": TQuantile(1.5, 3),
		"t df NaN": TQuantile(0.5, nan),
		"chi df 0": ChiSqSF(1, 0), "chi p": ChiSqQuantile(-0.1, 3), "F df": FSF(1, 0, 2), "F NaN": FSF(1, nan, 2),
		"beta a": BetaCDF(0.5, 0, 1), "norm p": NormQuantile(nan), "gamma": GammaCDF(1, -1, 1),
		"binom p": BinomSF(1, 3, 1.1), "binom n": BinomSF(1, 2.5, 0.5), "poisson": PoissonPMF(1, -1), "lgamma": LogGamma(-2),
		"choose": LogChoose(2, 3), "nc chi": NoncentralChiSqSF(1, 0, 1), "lbeta": LogBeta(-1, 2),
	} {
		if !math.IsNaN(v) {
			t.Errorf("%s: got %g, want NaN", name, v)
		}
	}
}

func TestLimits(t *testing.T) {
	inf := math.Inf(1)
	check := func(name string, got, want float64) {
		t.Helper()
		if !(got == want || math.Abs(got-want) < 1e-12*math.Abs(want)) {
			t.Errorf("%s: got %.17g, want %.17g", name, got, want)
		}
	}
	check("t with infinite df", TTwoSided(1.7, inf), NormTwoSided(1.7))
	check("t quantile with infinite df", TQuantile(0.975, inf), NormQuantile(0.975))
	check("F with infinite denominator df", FSF(2.2, 3, inf), ChiSqSF(6.6, 3))
	check("F with infinite numerator df", FSF(2.2, inf, 3), ChiSqCDF(3/2.2, 3))
	check("t at infinity", TTwoSided(inf, 3), 0)
	check("t quantile at 1", TQuantile(1, 3), inf)
	check("noncentral chi-square without noncentrality", NoncentralChiSqSF(4, 3, 0), ChiSqSF(4, 3))
	// R: pchisq(12, 9, ncp = 4.5, lower.tail = FALSE)
	check("noncentral chi-square", NoncentralChiSqSF(12, 9, 4.5), 0.54628653348410283)
}

func FuzzNothingPanics(f *testing.F) {
	f.Add(0.3, 2.0, 7.0)
	f.Add(-1e300, 1e-300, math.Inf(1))
	f.Add(math.NaN(), 0.5, 1e9)
	f.Fuzz(func(t *testing.T, x, a, b float64) {
		for _, fn := range tabled {
			_ = fn(x, math.Mod(a, 1e7), math.Mod(b, 1e7))
		}
		_ = NoncentralChiSqSF(x, math.Mod(a, 1e5), math.Mod(b, 1e5))
		for name, p := range map[string]float64{"TTwoSided": TTwoSided(x, a), "ChiSqSF": ChiSqSF(x, math.Mod(a, 1e7)),
			"FSF": FSF(x, math.Mod(a, 1e7), math.Mod(b, 1e7))} {
			if p < 0 || p > 1 {
				t.Errorf("%s(%g, %g, %g) = %g is not a probability", name, x, a, b, p)
			}
		}
	})
}
