package bias

import (
	"errors"
	"math"
	"strings"
	"testing"

	"past/analysis/internal/dist"
	"past/analysis/internal/solve"
	"past/analysis/meta"
	"pgregory.net/rapid"
)

// draw makes k studies whose p-values fall on both sides of 0.025 in both directions often enough to be fitted.
func draw(t *rapid.T, min, max int) Studies {
	k := rapid.IntRange(min, max).Draw(t, "k")
	var s Studies
	for i := 0; i < k; i++ {
		v := math.Pow(10, rapid.Float64Range(-3, 0).Draw(t, "log v"))
		s.V = append(s.V, v)
		s.Y = append(s.Y, rapid.Float64Range(-4, 4).Draw(t, "z")*math.Sqrt(v))
		s.N = append(s.N, float64(rapid.IntRange(4, 4000).Draw(t, "n")))
	}
	return s
}

// changed multiplies effects by c and turns the order of rows around.
func (s Studies) changed(c float64) Studies {
	var out Studies
	for i := s.K() - 1; i >= 0; i-- {
		out.Y, out.V, out.N = append(out.Y, c*s.Y[i]), append(out.V, c*c*s.V[i]), append(out.N, s.N[i])
	}
	return out
}

func TestKendallAgainstPairs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 30).Draw(t, "n")
		x, y := make([]float64, n), make([]float64, n)
		for i := range x {
			x[i], y[i] = float64(rapid.IntRange(0, 12).Draw(t, "x")), float64(rapid.IntRange(0, 12).Draw(t, "y"))
		}
		score, tx, ty := 0.0, 0.0, 0.0
		for i := range x {
			for j := 0; j < i; j++ {
				a, b := x[i]-x[j], y[i]-y[j]
				switch {
				case a*b > 0:
					score++
				case a*b < 0:
					score--
				}
				if a == 0 {
					tx++
				}
				if b == 0 {
					ty++
				}
			}
		}
		k := countKendall(x, y)
		if k.score != score || tiedPairs(k.xTies) != tx || tiedPairs(k.yTies) != ty {
			t.Fatalf("score %v, ties %v %v; counted by pairs %v, %v %v", k.score, tiedPairs(k.xTies), tiedPairs(k.yTies), score, tx, ty)
		}
	})
}

func TestKendallTailAgainstAllOrders(t *testing.T) {
	counts := map[int]float64{}
	var permute func(p []int, i int)
	permute = func(p []int, i int) {
		if i == len(p) {
			c := 0
			for a := range p {
				for b := 0; b < a; b++ {
					if p[b] < p[a] {
						c++
					}
				}
			}
			counts[c]++
			return
		}
		for j := i; j < len(p); j++ {
			p[i], p[j] = p[j], p[i]
			permute(p, i+1)
			p[i], p[j] = p[j], p[i]
		}
	}
	permute([]int{0, 1, 2, 3, 4, 5}, 0)
	sum := 0.0
	for q := 0; q <= 15; q++ {
		sum += counts[q]
		if got := kendallLowerTail(6, q); math.Abs(got-sum/720) > 1e-14 {
			t.Errorf("P(C <= %d) = %v, counted %v", q, got, sum/720)
		}
	}
	// a far tail keeps its digits: the probability of no concordant pair among 25 is 1/25!
	if got, want := kendallLowerTail(25, 0), math.Exp(-lgamma(26)); math.Abs(got/want-1) > 1e-12 {
		t.Errorf("1/25! = %v, want %v", got, want)
	}
}

func lgamma(x float64) float64 { l, _ := math.Lgamma(x); return l }

// The derivatives of the selection likelihood against differences of its values.
func TestSelectionDerivatives(t *testing.T) {
	for _, o := range []SelectionOptions{
		{Kind: StepFunction, Alternative: Less, Steps: []float64{0.025, 0.5}},
		{Kind: StepFunction, Alternative: TwoSided, Steps: []float64{0.05}},
		{Kind: BetaFunction, Alternative: Less},
		{Kind: BetaFunction, Alternative: TwoSided},
	} {
		f, err := newSelectionFit(bcg(), &o)
		if err != nil {
			t.Fatal(err)
		}
		n := 2 + f.like.size()
		x := []float64{0.4, 0.3, 1.2, 0.7, 0.9}[:n]
		g, h, d := make([]float64, n), square(n), newNormDerivs(n)
		at := func(x []float64) float64 { return f.logLik(x[0], x[1], x[2:], make([]float64, n), square(n), d) }
		f.logLik(x[0], x[1], x[2:], g, h, d)
		numG, numH := solve.Gradient(at, x, nil), solve.Hessian(at, x)
		for i := range x {
			near(t, string(o.Kind)+": slope", g[i], numG[i], 1e-6)
			for j := range x {
				near(t, string(o.Kind)+": curvature", h[i][j], numH[i*n+j], 1e-4)
			}
		}
	}
}

// A_i of the beta weights against adaptive quadrature of its definition.
func TestBetaNormaliser(t *testing.T) {
	for _, twoSided := range []bool{false, true} {
		w := newBetaWeights([]float64{0.04}, []float64{0.3}, twoSided)
		d := newNormDerivs(4)
		for _, delta := range [][]float64{{1, 1}, {0.4, 2.5}, {3, 0.2}, {1e-5, 40}} {
			w.prepare(delta)
			d.clear()
			a, shift := w.norm(0, 0.15, 0.02, d)
			sd := math.Sqrt(0.06)
			weight := func(y float64) float64 {
				p := dist.NormSF(y / 0.2)
				if twoSided {
					p = dist.NormTwoSided(y / 0.2)
				}
				p = math.Min(1-betaMinP, math.Max(betaMinP, p))
				return math.Pow(p, delta[0]-1) * math.Pow(1-p, delta[1]-1)
			}
			want := 0.0
			for _, r := range [][2]float64{{-5, -0.9}, {-0.9, -0.85}, {-0.85, -1e-3}, {-1e-3, 0}, {0, 1e-3}, {1e-3, 0.85}, {0.85, 0.9}, {0.9, 5}} {
				v, err := solve.Integrate(func(y float64) float64 { return weight(y) * dist.NormPDF((y-0.15)/sd) / sd }, r[0], r[1], 0, 1e-10)
				if err != nil {
					t.Logf("reference integral: %v", err)
				}
				want += v.Value
			}
			if got := a * math.Exp(shift); math.Abs(got/want-1) > 1e-6 {
				t.Errorf("two-sided %v, weights %v: A = %.10g, want %.10g", twoSided, delta, got, want)
			}
		}
	}
}

func TestSelectionLaws(t *testing.T) {
	mirror := map[Alternative]Alternative{Greater: Less, Less: Greater, TwoSided: TwoSided}
	rapid.Check(t, func(t *rapid.T) {
		s := draw(t, 8, 25)
		alt := rapid.SampledFrom([]Alternative{Greater, Less, TwoSided}).Draw(t, "alternative")
		o := SelectionOptions{Kind: StepFunction, Alternative: alt, Steps: []float64{0.1}}
		a, err := FitSelection(s, o)
		if errors.Is(err, ErrEmptyInterval) {
			t.Skip("no p-value in an interval")
		}
		if err != nil {
			t.Fatal(err)
		}
		if a.LRT.Value < 0 || a.LRTTau2.Value < 0 || a.Tau2 < 0 || a.Delta[0].Value != 1 || a.Delta[1].Value <= 0 ||
			a.Delta[1].Value > maxDelta*(1+1e-12) {
			t.Fatalf("%+v", a)
		}
		const c = -40
		b, err := FitSelection(s.changed(c), SelectionOptions{Kind: StepFunction, Alternative: mirror[alt], Steps: []float64{0.1}})
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(a.LogLik-b.LogLik-float64(s.K())*math.Log(-c)) > 1e-6 {
			t.Fatalf("log-likelihood %v, of data times %v %v", a.LogLik, c, b.LogLik)
		}
		if a.Other == nil && a.Delta[1].Value < maxDelta/2 && math.Abs(c*a.Coef[0].Value-b.Coef[0].Value) > 1e-4*-c*(a.Coef[0].SE+1e-9) {
			t.Fatalf("mean %v, of data times %v %v", a.Coef[0].Value, c, b.Coef[0].Value)
		}
	})
}

func TestTrimFillLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := draw(t, 3, 15)
		e := rapid.SampledFrom([]TrimFillEstimator{L0, R0, Q0}).Draw(t, "estimator")
		a, errA := TrimFill(s, TrimFillOptions{Method: meta.DL, Estimator: e})
		mirrored := s
		mirrored.Y = nil
		for _, y := range s.Y {
			mirrored.Y = append(mirrored.Y, -y)
		}
		b, errB := TrimFill(mirrored, TrimFillOptions{Method: meta.DL, Estimator: e})
		if (errA == nil) != (errB == nil) {
			t.Fatalf("mirrored data differ: %v, %v", errA, errB)
		}
		if errA != nil {
			return
		}
		if a.K0 != b.K0 || a.Side == b.Side && a.K0 > 0 || a.K0 >= a.K || len(a.FilledY) != a.K0 || a.Fit.K != a.K+a.K0 {
			t.Fatalf("%+v\n%+v", a, b)
		}
		if math.Abs(a.Fit.Coef[0].Value+b.Fit.Coef[0].Value) > 1e-9 {
			t.Fatalf("means %v and %v", a.Fit.Coef[0].Value, b.Fit.Coef[0].Value)
		}
	})
}

func TestHenmiCopasLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := draw(t, 2, 12)
		a, err := HenmiCopas(s, HenmiCopasOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if !(a.Coef[0].Lower < a.Coef[0].Value && a.Coef[0].Value < a.Coef[0].Upper) {
			t.Fatalf("%+v", a)
		}
		b, err := HenmiCopas(s.changed(-7), HenmiCopasOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(-7*a.Coef[0].Lower-b.Coef[0].Upper) > 1e-7*(1+math.Abs(b.Coef[0].Upper)) {
			t.Fatalf("not equivariant: %v and %v", a.Coef[0].Lower, b.Coef[0].Upper)
		}
		loose, err := HenmiCopas(s, HenmiCopasOptions{AsMetafor: true})
		if err != nil || math.Abs(loose.U-a.U) > 2e-4*(1+a.U)*math.Max(1, math.Sqrt(1+a.Tau2/s.minV())) {
			t.Fatalf("metafor's tolerance moves U from %v to %v (%v)", a.U, loose.U, err)
		}
	})
}

// The weighted line is the common-effect meta-regression with its standard errors stretched by the dispersion.
func TestWLSAgainstMetaRegression(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := draw(t, 3, 20)
		a, err := RegressionTest(s, RegressionOptions{Model: Dispersion, Predictor: SqrtNInv})
		b, errB := RegressionTest(s, RegressionOptions{Method: meta.FE, Predictor: SqrtNInv})
		if err != nil || errB != nil {
			return // equal sample sizes
		}
		for j := range a.Coef {
			if math.Abs(a.Coef[j].Value-b.Coef[j].Value) > 1e-7*(1+math.Abs(b.Coef[j].Value)) ||
				math.Abs(a.Coef[j].SE-b.Coef[j].SE*math.Sqrt(a.Sigma2)) > 1e-7*(1+b.Coef[j].SE) {
				t.Fatalf("%+v\n%+v", a, b)
			}
		}
	})
}

func TestExcessPowerIsAProbability(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := draw(t, 1, 10)
		r, err := ExcessSignificance(s, ExcessOptions{Theta: rapid.Float64Range(-3, 3).Draw(t, "theta"),
			Tau2: rapid.Float64Range(0, 2).Draw(t, "tau2")})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range r.Power {
			if !(p >= 0.05*(1-1e-12) && p <= 1) { // power is never below the level of a two-sided test
				t.Fatalf("power %v", p)
			}
		}
	})
}

func TestFewStudiesAreNeverATest(t *testing.T) {
	s := bcg()
	s.Y, s.V, s.N = s.Y[:9], s.V[:9], s.N[:9]
	limits := map[string]string{
		"regression": must[RegressionResult](t)(RegressionTest(s, RegressionOptions{})).Limit,
		"rank":       must[RankResult](t)(RankTest(s)).Limit,
		"trim":       must[TrimFillResult](t)(TrimFill(s, TrimFillOptions{})).Limit,
		"excess":     must[ExcessResult](t)(ExcessSignificance(s, ExcessOptions{Theta: -0.5, Tau2: 0.3})).Limit,
		"selection": must[SelectionResult](t)(FitSelection(s, SelectionOptions{Kind: StepFunction, Alternative: Less,
			Steps: []float64{0.025}})).Limit,
		"sizes":     must[RegressionResult](t)(SampleSizeTest(s, s.N, s.N)).Limit,
		"PET-PEESE": must[PETPEESEResult](t)(PETPEESE(s, RegressionOptions{Model: Dispersion})).Limit,
	}
	for name, l := range limits {
		if !strings.Contains(l, "k = 9") {
			t.Errorf("%s: nine studies carry the limit %q", name, l)
		}
	}
}

// Sample sizes make the same line as standard errors when the latter depend on nothing else.
func TestSampleSizeTestReducesToEgger(t *testing.T) {
	n1 := []float64{12, 40, 25, 80, 33, 100, 15, 60, 22, 48}
	n2 := []float64{10, 44, 20, 85, 30, 90, 18, 66, 25, 40}
	s := Studies{Y: []float64{0.9, 0.3, 0.5, 0.2, 0.6, 0.1, 0.8, 0.25, 0.4, 0.35}}
	for i := range n1 {
		s.V = append(s.V, 1/n1[i]+1/n2[i])
	}
	a := must[RegressionResult](t)(SampleSizeTest(s, n1, n2))
	b := must[RegressionResult](t)(RegressionTest(s, RegressionOptions{Model: Dispersion}))
	near(t, "statistic", a.Slope().Stat, b.Slope().Stat, 1e-12)
}

// One trial of 58,000 people near no effect beside small trials with large effects (the shape of the magnesium trials after
// infarction): with strong selection and no heterogeneity, or mild selection and heterogeneity, the data are about equally likely.
func TestSecondMaximumIsNamed(t *testing.T) {
	s := Studies{
		Y: []float64{0.06, -0.83, -1.06, -1.28, -0.04, -1.19, -0.9, -0.3, -1.6, -0.3, -1.5, -0.29, -1.13, -0.54, 0.02, -0.9, -0.9, -0.22, 0.35,
			-0.7, 0, -0.42},
		V: []float64{0.001, 1.55, 0.17, 0.65, 2.04, 0.26, 0.65, 0.02, 1.2, 1.1, 0.55, 0.14, 0.45, 0.27, 0.11, 0.35, 0.27, 0.75, 0.9, 1.5, 0.002,
			2.2},
	}
	r := must[SelectionResult](t)(FitSelection(s, SelectionOptions{Kind: StepFunction, Alternative: Less, Steps: []float64{0.025}}))
	if r.Other == nil || r.Tau2 <= 0 || r.Other.Tau2 != 0 || r.Other.Lower <= 0 || !strings.Contains(strings.Join(r.Warnings.Texts(), " "),
		"another maximum 0.62") {
		t.Errorf("%+v, other %+v", r, r.Other)
	}
}

// Symmetric studies lack none, by any estimator and on either side.
func TestTrimFillOfSymmetricStudies(t *testing.T) {
	y, v := []float64{0.3, 0.1, 0.5, 0.2, 0.4, -0.1, 0.7}, []float64{0.01, 0.02, 0.02, 0.05, 0.05, 0.1, 0.1}
	for _, e := range []TrimFillEstimator{L0, R0, Q0} {
		for _, side := range []Side{Auto, Left, Right} {
			if r, err := TrimFill(Studies{Y: y, V: v}, TrimFillOptions{Estimator: e, Side: side}); err != nil || r.K0 != 0 {
				t.Errorf("%s %s: %d studies filled in (%v)", e, side, r.K0, err)
			}
		}
	}
}

// A number of null studies that is whole stays so; a mean of 0 has nothing to undo.
func TestFailSafeNumbersAtTheirEdges(t *testing.T) {
	for _, c := range []struct {
		name   string
		y      []float64
		target float64
		want   float64
	}{
		{"exactly twenty", []float64{0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3}, 0.1, 20},
		{"half the mean", []float64{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7}, math.NaN(), 7},
		{"mean 0", []float64{-0.3, 0.3, -0.2, 0.2}, math.NaN(), 0},
		{"mean 0 and a target", []float64{-0.3, 0.3, -0.2, 0.2}, 0.1, 0},
		{"target on the other side", []float64{0.2, 0.3}, -0.1, math.Inf(1)},
		{"already below the target", []float64{0.05, 0.07}, 0.1, 0},
	} {
		v := make([]float64, len(c.y))
		for i := range v {
			v[i] = 0.04
		}
		for _, kind := range []FailSafeKind{Orwin, OrwinWeighted} {
			if r, err := FailSafeN(Studies{Y: c.y, V: v}, kind, c.target); err != nil || r.N != c.want {
				t.Errorf("%s, %s: %v, want %v (%v)", c.name, kind, r.N, c.want, err)
			}
		}
	}
}
