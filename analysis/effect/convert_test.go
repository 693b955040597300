package effect

import (
	"errors"
	"math"
	"testing"

	"past/analysis/internal/dist"

	"pgregory.net/rapid"
)

// quantilesOf gives the summary that a distribution's quantile function has at the
// probabilities the methods assume.
func quantilesOf(f func(p float64) float64, n float64) Quantiles {
	return Quantiles{f(1 / n), f(0.25), f(0.5), f(0.75), f(1 - 1/n), n}
}

// A method that fits distributions finds the one the quantiles are of.
func TestFittedDistributionsAreFound(t *testing.T) {
	for name, c := range map[string]struct {
		q        func(p float64) float64
		mean, sd float64
	}{
		"normal": {func(p float64) float64 { return 40 + 7*dist.NormQuantile(p) }, 40, 7},
		"log-normal": {func(p float64) float64 { return math.Exp(2 + 0.8*dist.NormQuantile(p)) }, math.Exp(2.32),
			math.Exp(2.32) * math.Sqrt(math.Expm1(0.64))},
		"gamma": {func(p float64) float64 { return dist.GammaQuantile(p, 2.5, 0.1) }, 25, math.Sqrt(2.5) / 0.1},
		"Weibull": {func(p float64) float64 { return 12 * math.Pow(-math.Log1p(-p), 1/1.5) }, 12 * math.Gamma(1+1/1.5),
			12 * math.Sqrt(math.Gamma(1+2/1.5)-math.Pow(math.Gamma(1+1/1.5), 2))},
	} {
		q := quantilesOf(c.q, 60)
		for _, s := range []Quantiles{q, {q.Min, math.NaN(), q.Median, math.NaN(), q.Max, 60},
			{math.NaN(), q.Q1, q.Median, q.Q3, math.NaN(), 60}} {
			r, err := McGrathQE(s)
			// two parameters and three quantiles: neighbours of the family fit nearly as well
			if err != nil || math.Abs(r.Mean/c.mean-1) > 0.01 || math.Abs(r.SD/c.sd-1) > 0.03 {
				t.Errorf("%s from scenario %d: mean %.4f, SD %.4f; want %.4f, %.4f (%v)", name, s.Scenario(), r.Mean, r.SD, c.mean, c.sd, err)
			}
		}
	}
}

func TestBoxCoxOfLogNormal(t *testing.T) {
	f := func(p float64) float64 { return math.Exp(2 + 0.5*dist.NormQuantile(p)) }
	r, err := McGrathBC(quantilesOf(f, 200))
	if mean := math.Exp(2.125); err != nil || math.Abs(r.Mean/mean-1) > 0.02 || math.Abs(r.SD/(mean*math.Sqrt(math.Expm1(0.25)))-1) > 0.1 {
		t.Errorf("mean %.3f, SD %.3f, want about %.3f and %.3f (%v)", r.Mean, r.SD, mean, mean*math.Sqrt(math.Expm1(0.25)), err)
	}
}

// Methods for normal data give the moments of normal data, and move with the unit.
func TestQuantileMethodsFollowUnits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := float64(rapid.IntRange(5, 2000).Draw(t, "n"))
		a := rapid.Float64Range(-50, 50).Draw(t, "shift")
		b := math.Pow(10, rapid.Float64Range(-3, 3).Draw(t, "log10 unit"))
		var x [5]float64
		last := 0.0
		for i := range x {
			last += rapid.Float64Range(0.01, 3).Draw(t, "step")
			x[i] = last
		}
		q := Quantiles{x[0], x[1], x[2], x[3], x[4], n}
		m := Quantiles{a + b*x[0], a + b*x[1], a + b*x[2], a + b*x[3], a + b*x[4], n}
		tol := 1e-9 * (math.Abs(a) + b*x[4])
		for _, s := range []Scenario{S1, S2, S3} {
			u, _ := Wan2014(q, s)
			v, _ := Wan2014(m, s)
			lu, _, _ := Luo2018(q, s)
			lv, _, _ := Luo2018(m, s)
			if math.Abs(a+b*u.Mean-v.Mean) > tol || math.Abs(b*u.SD-v.SD) > tol || math.Abs(a+b*lu-lv) > tol {
				t.Fatalf("scenario %d does not follow the unit", s)
			}
			if !(lu >= x[0] && lu <= x[4] && u.SD > 0) {
				t.Fatalf("scenario %d: mean %g outside the range, or SD %g", s, lu, u.SD)
			}
		}
		for _, f := range []func(Quantiles) (MeanSD, error){Hozo2005, Bland2015} {
			u, _ := f(q)
			v, _ := f(m)
			if math.Abs(a+b*u.Mean-v.Mean) > tol || math.Abs(b*u.SD-v.SD) > 1e-6*b*x[4] {
				t.Fatalf("%+v and %+v", u, v)
			}
		}
	})
}

// There and back again.
func TestConversionsUndoEachOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := func(name string, lo, hi float64) float64 { return rapid.Float64Range(lo, hi).Draw(t, name) }
		d, v := f("d", -3, 3), f("v", 0.001, 1)
		l, vl := LogORFromSMD(d, v)
		if d2, v2 := SMDFromLogOR(l, vl); !closeTo(d2, d, 1e-12) || !closeTo(v2, v, 1e-12) {
			t.Fatal("SMD and log OR")
		}
		l, vl = LogORFromSMDCox(d, v)
		if d2, v2 := SMDFromLogORCox(l, vl); !closeTo(d2, d, 1e-12) || !closeTo(v2, v, 1e-12) {
			t.Fatal("SMD and log OR (Cox)")
		}
		r, vr := RFromD(d, v, 40, 40)
		if d2, v2 := DFromR(r, vr); !closeTo(d2, d, 1e-9) || !closeTo(v2, v, 1e-9) {
			t.Fatalf("d %g (%g) and r: %g (%g)", d, v, d2, v2)
		}
		or, p0 := math.Exp(f("log or", -3, 3)), f("p0", 0.01, 0.99)
		rr, err := RRFromOR(or, p0)
		if err != nil {
			t.Fatal(err)
		}
		if or2, err := ORFromRR(rr, p0); err != nil || !closeTo(or2, or, 1e-9) {
			t.Fatalf("OR %g at %g comes back as %g (%v)", or, p0, or2, err)
		}
		df := float64(rapid.IntRange(2, 500).Draw(t, "df"))
		tv := f("t", -6, 6)
		if r := RFromT(tv, df); !closeTo(r*math.Sqrt(df/(1-r*r)), tv, 1e-9) {
			t.Fatal("t and r")
		}
		se := f("se", 0.01, 10)
		c := dist.TQuantile(0.975, df)
		if got, err := SEFromCI(tv-c*se, tv+c*se, 0.95, df); err != nil || !closeTo(got, se, 1e-9) {
			t.Fatalf("SE %g from its interval: %g (%v)", se, got, err)
		}
		s1, s2, rho := f("s1", 0.1, 9), f("s2", 0.1, 9), f("rho", -0.99, 0.99)
		sc, _ := ChangeSD(s1, s2, rho)
		if got, err := ChangeCorrelation(s1, s2, sc); err != nil || math.Abs(got-rho) > 1e-9 {
			t.Fatalf("r %g from the three SDs: %g (%v)", rho, got, err)
		}
	})
}

// Merging groups gives what all the values together have.
func TestCombineGroupsIsTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []float64
		var groups []Mean
		for i, k := 0, rapid.IntRange(1, 4).Draw(t, "groups"); i < k; i++ {
			x := rapid.SliceOfN(rapid.Float64Range(-100, 100), 2, 12).Draw(t, "values")
			all = append(all, x...)
			groups = append(groups, meanOf(x))
		}
		got, err := CombineGroups(groups...)
		want := meanOf(all)
		if err != nil || got.N != want.N || math.Abs(got.M-want.M) > 1e-9 || math.Abs(got.SD-want.SD) > 1e-9*(1+want.SD) {
			t.Fatalf("%+v, want %+v (%v)", got, want, err)
		}
	})
}

func meanOf(x []float64) Mean {
	m := Mean{N: float64(len(x))}
	for _, v := range x {
		m.M += v / m.N
	}
	for _, v := range x {
		m.SD += (v - m.M) * (v - m.M) / (m.N - 1)
	}
	m.SD = math.Sqrt(m.SD)
	return m
}

func TestConversionsRefuseTheImpossible(t *testing.T) {
	nan := math.NaN()
	e := func(_ any, err error) error { return err }
	for name, err := range map[string]error{
		"quartiles out of order": e(Wan2014(Quantiles{nan, 5, 4, 9, nan, 20}, S3)),
		"missing":                e(Wan2014(Quantiles{nan, nan, 4, 9, nan, 20}, S3)),
		"n of zero":              e(Hozo2005(Quantiles{1, nan, 4, nan, 9, 0})),
		"no scenario":            e(McGrathQE(NewQuantiles(10))),
		"Box-Cox of negatives":   e(McGrathBC(Quantiles{-1, nan, 4, nan, 9, 20})),
		"SE":                     e(SDFromSE(-1, 10)),
		"interval":               e(SEFromCI(2, 1, 0.95, 10)),
		"level":                  e(SEFromCI(1, 2, 95, 10)),
		"correlation":            e(ChangeSD(1, 1, 1.5)),
		"three SDs":              e(ChangeCorrelation(1, 1, 9)),
		"no groups":              e(CombineGroups()),
		"empty group":            e(CombineGroups(Mean{1, 1, 0})),
		"odds ratio":             e(RRFromOR(0, 0.1)),
		"risk of 1":              e(RRFromOR(2, 1)),
		"risk above 1":           e(FromRR(3, 0.5)),
		"difference":             e(FromRD(0.6, 0.5)),
		"F":                      e(DFromF(-1, 1, 5, 5)),
		"groups of one":          e(GFromD(1, 1, 1)),
		"power":                  e(PowerOfMean(1, 0, 1, 0, 0.05)),
		"tau2":                   e(PowerOfQ(5, 1, -1, 0.05)),
		"eta":                    e(DFromEtaSq(1)),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
		_ = errors.Is(err, ErrBadInput)
	}
	if _, _, err := SEFromP(0, 0.5, 10); err == nil {
		t.Error("an effect of 0 has no SE by its p-value")
	}
}

func FuzzQuantiles(f *testing.F) {
	f.Add(1.0, 2.0, 3.0, 4.0, 5.0, 20.0)
	f.Add(-1.0, 0.0, 0.0, 0.0, 1e300, 3.0)
	f.Add(1e-300, 1e-300, 1.0, 1e10, 1e10, 1e9)
	f.Fuzz(func(t *testing.T, a, q1, m, q3, b, n float64) {
		q := Quantiles{a, q1, m, q3, b, n}
		for _, f := range []func(Quantiles) (MeanSD, error){Hozo2005, Bland2015, McGrathQE, McGrathBC,
			func(q Quantiles) (MeanSD, error) { return Wan2014(q, q.Scenario()) }} {
			if r, err := f(q); err == nil && r.SD < 0 {
				t.Errorf("%+v: SD %g", q, r.SD)
			}
		}
	})
}
