package bayes

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"past/analysis/internal/dist"

	"pgregory.net/rapid"
)

// mdma are the effects and standard errors of the six trials of MDMA-assisted therapy for PTSD (dataset ptsd-mdmactr, Metapsy,
// ODC-BY 1.0; rows of the primary analysis).
var mdma = struct{ y, se []float64 }{
	[]float64{-0.771194607825924, -0.591459450241256, -0.960336058463631, -0.852501962138159, -1.20796724587689, -0.276104630689214},
	[]float64{0.233827703340997, 0.211971363350027, 0.502780959933676, 0.640733080682004, 0.498099134593719, 0.502329233787036},
}

func squares(x []float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = v * v
	}
	return out
}

func fit(t testing.TB, y, v []float64, p Priors) *Posterior {
	t.Helper()
	post, err := Fit(y, v, p, 0)
	if err != nil {
		t.Fatal(err)
	}
	return post
}

func near(t testing.TB, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol*math.Max(1, math.Abs(want))) {
		t.Errorf("%s = %.12g, want %.12g", what, got, want)
	}
}

var usual = Priors{NormalPrior{0, 1}, TauPrior{HalfNormal, 0.5}}

func TestMDMAPosterior(t *testing.T) {
	p := fit(t, mdma.y, squares(mdma.se), usual)
	near(t, "median of mu", p.Mu.Median, -0.7045, 5e-5) // bayesmeta
	// the next figures are from a midpoint sum over 4,000 values of tau, written independently
	near(t, "central interval, lower", p.Mu.Lower, -1.0541534040, 1e-7)
	near(t, "central interval, upper", p.Mu.Upper, -0.3573693134, 1e-7)
	if len(p.Warnings) != 0 {
		t.Errorf("unexpected warnings %q", p.Warnings)
	}
}

// bruteForce is the posterior of mu and tau by a plain midpoint sum.
func bruteForce(y, v []float64, p Priors, upper float64, n int) (cdf func(x float64) float64, tauMean float64) {
	type cell struct{ w, m, s, t float64 }
	var cells []cell
	peak := math.Inf(-1)
	for i := 0; i < n; i++ {
		tau := (float64(i) + 0.5) * upper / float64(n)
		var sw, swy, lp float64
		for j := range y {
			w := 1 / (v[j] + tau*tau)
			sw += w
			swy += w * y[j]
			lp += 0.5 * math.Log(w)
		}
		mean := swy / sw
		for j := range y {
			lp -= 0.5 * (y[j] - mean) * (y[j] - mean) / (v[j] + tau*tau)
		}
		vb, p2 := 1/sw, p.Mu.SD*p.Mu.SD
		lp += 0.5*math.Log(vb) - 0.5*math.Log(vb+p2) - 0.5*(mean-p.Mu.Mean)*(mean-p.Mu.Mean)/(vb+p2) + p.Tau.LogDensity(tau)
		prec := sw + 1/p2
		cells = append(cells, cell{lp, (swy + p.Mu.Mean/p2) / prec, 1 / math.Sqrt(prec), tau})
		peak = math.Max(peak, lp)
	}
	total := 0.0
	for i := range cells {
		cells[i].w = math.Exp(cells[i].w - peak)
		total += cells[i].w
		tauMean += cells[i].w * cells[i].t
	}
	return func(x float64) float64 {
		sum := 0.0
		for _, c := range cells {
			sum += c.w * 0.5 * math.Erfc(-(x-c.m)/c.s/math.Sqrt2)
		}
		return sum / total
	}, tauMean / total
}

func TestAgreesWithBruteForce(t *testing.T) {
	for _, c := range []struct {
		y, v []float64
		p    Priors
	}{
		{mdma.y, squares(mdma.se), Priors{NormalPrior{0.5, 2}, TauPrior{HalfCauchy, 0.2}}},
		{[]float64{0.1, 1.9}, []float64{0.04, 0.01}, Priors{NormalPrior{0, 1}, TauPrior{Uniform, 3}}},
		{[]float64{3}, []float64{0.5}, Priors{NormalPrior{0, 1}, TauPrior{HalfNormal, 1}}},
	} {
		p := fit(t, c.y, c.v, c.p)
		upper := math.Min(priorQuantile(c.p.Tau, 0.999999), 40)
		if c.p.Tau.Family == Uniform {
			upper = c.p.Tau.Scale
		}
		cdf, tauMean := bruteForce(c.y, c.v, c.p, upper, 200000)
		near(t, "cdf at lower limit", cdf(p.Mu.Lower), 0.025, 1e-6)
		near(t, "cdf at median", cdf(p.Mu.Median), 0.5, 1e-6)
		near(t, "mean of tau", p.Tau.Mean, tauMean, 1e-4)
	}
}

func TestTightPriorOnTauGivesCommonEffect(t *testing.T) {
	v := squares(mdma.se)
	p := fit(t, mdma.y, v, Priors{NormalPrior{0, math.Inf(1)}, TauPrior{Uniform, 1e-6}})
	var sw, swy float64
	for i := range v {
		sw += 1 / v[i]
		swy += mdma.y[i] / v[i]
	}
	near(t, "mean", p.Mu.Mean, swy/sw, 1e-9)
	near(t, "sd", p.Mu.SD, 1/math.Sqrt(sw), 1e-9)
	near(t, "upper limit", p.Mu.Upper, swy/sw+1.959963984540054/math.Sqrt(sw), 1e-9)
}

func TestOneStudy(t *testing.T) {
	p := fit(t, []float64{0.4}, []float64{0.09}, Priors{NormalPrior{0, math.Inf(1)}, TauPrior{HalfNormal, 0.5}})
	near(t, "median of mu", p.Mu.Median, 0.4, 1e-9)
	// nothing is learnt about tau: posterior = prior
	near(t, "median of tau", p.Tau.Median, priorQuantile(p.Priors.Tau, 0.5), 1e-9)
	near(t, "97.5 % of tau", p.Tau.Upper, priorQuantile(p.Priors.Tau, 0.975), 1e-9)
	if len(p.Warnings) == 0 || !strings.Contains(p.Warnings[0].Text, "k = 1") {
		t.Errorf("no warning about one study: %q", p.Warnings)
	}
}

func TestGridsHoldTheProbability(t *testing.T) {
	p := fit(t, mdma.y, squares(mdma.se), usual)
	for name, c := range map[string]struct {
		g    Grid
		want float64
	}{"mu": {p.MuGrid(2001), 0.998}} {
		sum := 0.0
		for i := 1; i < len(c.g.X); i++ {
			sum += (c.g.Density[i] + c.g.Density[i-1]) / 2 * (c.g.X[i] - c.g.X[i-1])
		}
		near(t, "area under "+name, sum, c.want, 1e-5)
	}
}

func TestWarnsOfConflictAndTightLimit(t *testing.T) {
	p := fit(t, []float64{9, 9.1, 8.9, 9, 9.2}, []float64{.01, .01, .01, .01, .01}, usual)
	if !strings.Contains(strings.Join(p.Warnings.Texts(), " "), "disagree") {
		t.Errorf("prior far from the data, warnings %q", p.Warnings)
	}
	p = fit(t, []float64{-3, 3, -3, 3, 0}, []float64{.01, .01, .01, .01, .01}, Priors{NormalPrior{0, 1}, TauPrior{Uniform, 0.5}})
	if !strings.Contains(strings.Join(p.Warnings.Texts(), " "), "upper limit") {
		t.Errorf("posterior at the upper limit, warnings %q", p.Warnings)
	}
}

func TestRefusals(t *testing.T) {
	ok := []float64{1, 2}
	for name, f := range map[string]func() error{
		"no studies":        func() error { _, err := Fit(nil, nil, usual, 0); return err },
		"lengths":           func() error { _, err := Fit(ok, ok[:1], usual, 0); return err },
		"zero variance":     func() error { _, err := Fit(ok, []float64{1, 0}, usual, 0); return err },
		"negative variance": func() error { _, err := Fit(ok, []float64{1, -1}, usual, 0); return err },
		"NaN effect":        func() error { _, err := Fit([]float64{1, math.NaN()}, ok, usual, 0); return err },
		"infinite variance": func() error { _, err := Fit(ok, []float64{1, math.Inf(1)}, usual, 0); return err },
		"level":             func() error { _, err := Fit(ok, ok, usual, 1.5); return err },
		"prior scale":       func() error { _, err := Fit(ok, ok, Priors{usual.Mu, TauPrior{HalfNormal, 0}}, 0); return err },
		"prior family":      func() error { _, err := Fit(ok, ok, Priors{usual.Mu, TauPrior{"gamma", 1}}, 0); return err },
		"prior sd":          func() error { _, err := Fit(ok, ok, Priors{NormalPrior{0, -1}, usual.Tau}, 0); return err },
	} {
		if err := f(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// data draws effects and variances over wide ranges.
func data(t *rapid.T) (y, v []float64) {
	k := rapid.IntRange(1, 8).Draw(t, "k")
	for i := 0; i < k; i++ {
		y = append(y, rapid.Float64Range(-5, 5).Draw(t, "y"))
		v = append(v, math.Pow(10, rapid.Float64Range(-8, 2).Draw(t, "log v")))
	}
	return y, v
}

func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y, v := data(t)
		fam := rapid.SampledFrom([]TauFamily{HalfNormal, HalfCauchy, Uniform}).Draw(t, "family")
		p := Priors{NormalPrior{0.3, 1.5}, TauPrior{fam, 0.7}}
		a, err := Fit(y, v, p, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []Summary{a.Mu, a.Tau, a.Predictive} {
			if !(s.Lower <= s.Median && s.Median <= s.Upper) {
				t.Fatalf("median outside its interval: %+v", s)
			}
		}
		if a.Predictive.Upper-a.Predictive.Lower < (a.Mu.Upper-a.Mu.Lower)*(1-1e-9) {
			t.Fatalf("a new study is more certain than the mean: %+v %+v", a.Predictive, a.Mu)
		}
		if d := a.ProbMuBelow(a.Mu.Lower); math.Abs(d-0.025) > 1e-8 {
			t.Fatalf("P(mu < lower limit) = %v", d)
		}
		// scale and sign
		const c = -250
		y2, v2 := make([]float64, len(y)), make([]float64, len(y))
		for i := range y {
			j := len(y) - 1 - i // order too
			y2[j], v2[j] = c*y[i], c*c*v[i]
		}
		b, err := Fit(y2, v2, Priors{NormalPrior{c * 0.3, -c * 1.5}, TauPrior{fam, -c * 0.7}}, 0)
		if err != nil {
			t.Fatal(err)
		}
		size := -c * (a.Mu.Upper - a.Mu.Lower)
		for _, x := range [][2]float64{{c * a.Mu.Median, b.Mu.Median}, {c * a.Mu.Lower, b.Mu.Upper}, {c * a.Mu.Upper, b.Mu.Lower},
			{-c * a.Tau.Median, b.Tau.Median}} {
			if math.Abs(x[0]-x[1]) > 1e-7*size {
				t.Fatalf("not equivariant: %v and %v", x[0], x[1])
			}
		}
	})
}

func FuzzFit(f *testing.F) {
	f.Add(0.1, 0.2, 0.3, 1.0, 2.0, 0.5, uint8(0))
	f.Add(1e-12, 1e2, 0.0, 1e-12, 1e2, 1e-9, uint8(1))
	f.Add(5.0, 5.0, 5.0, 1e-30, 1e30, 1e6, uint8(2))
	f.Fuzz(func(t *testing.T, y1, y2, y3, v1, v2, scale float64, fam uint8) {
		p, err := Fit([]float64{y1, y2, y3}, []float64{v1, v2, v1}, Priors{NormalPrior{y1, v2},
			TauPrior{[]TauFamily{HalfNormal, HalfCauchy, Uniform}[fam%3], scale}}, 0)
		if err != nil {
			return
		}
		if math.IsNaN(p.Mu.Mean) || !(p.Tau.Median >= 0) {
			t.Errorf("posterior without numbers: %+v %+v", p.Mu, p.Tau)
		}
	})
}

func BenchmarkFitSixStudies(b *testing.B) {
	v := squares(mdma.se)
	for b.Loop() {
		if _, err := Fit(mdma.y, v, usual, 0); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleFit() {
	y := []float64{-0.771, -0.591, -0.960, -0.853, -1.208, -0.276}
	v := []float64{0.0547, 0.0449, 0.2528, 0.4105, 0.2481, 0.2523}
	p, err := Fit(y, v, Priors{NormalPrior{0, 1}, TauPrior{HalfNormal, 0.5}}, 0.95)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Method)
	fmt.Printf("mu %.2f [%.2f, %.2f], P(mu < 0) = %.4f\n", p.Mu.Median, p.Mu.Lower, p.Mu.Upper, p.ProbMuBelow(0))
	fmt.Printf("effect in a new study [%.2f, %.2f]\n", p.Predictive.Lower, p.Predictive.Upper)
	// Output:
	// Bayesian random-effects model, mu ~ normal(0, 1), tau ~ half-normal(0.5)
	// mu -0.70 [-1.05, -0.36], P(mu < 0) = 0.9992
	// effect in a new study [-1.34, -0.07]
}

// priorQuantile is the p-quantile of the prior, 0 <= p < 1.
func priorQuantile(p TauPrior, q float64) float64 {
	switch p.Family {
	case HalfNormal:
		return p.Scale * dist.NormQuantile((1+q)/2)
	case HalfCauchy:
		return p.Scale * math.Tan(math.Pi*q/2)
	}
	return p.Scale * q
}
