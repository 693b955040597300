package pooled2x2

import (
	"errors"
	"math"
	"testing"

	"past/analysis/effect"

	"pgregory.net/rapid"
)

// The BCG trials (Colditz et al. 1994), as in R's metadat::dat.bcg.
var bcg = tablesOf([][4]float64{{4, 123, 11, 139}, {6, 306, 29, 303}, {3, 231, 11, 220}, {62, 13598, 248, 12867}, {33, 5069, 47, 5808},
	{180, 1541, 372, 1451}, {8, 2545, 10, 629}, {505, 88391, 499, 88391}, {29, 7499, 45, 7277}, {17, 1716, 65, 1665}, {186, 50634, 141, 27338},
	{5, 2498, 3, 2341}, {27, 16913, 29, 17854}})

// Catheter infections (Niel-Weise et al. 2008), as in metadat::dat.nielweise2008:
// events and catheter days.
var nielweise = ratesOf([][4]float64{{7, 1344, 11, 1988}, {8, 1600, 8, 1461}, {3, 12012, 14, 10962}, {6, 1536, 10, 1503}, {1, 370, 1, 483},
	{1, 729, 8, 913}, {17, 6760, 15, 6840}, {3, 1107, 7, 1015}, {2, 320, 3, 440}})

func tablesOf(rows [][4]float64) (t Tables) {
	for _, r := range rows {
		t.Events1, t.N1, t.Events2, t.N2 = append(t.Events1, r[0]), append(t.N1, r[1]), append(t.Events2, r[2]), append(t.N2, r[3])
	}
	return t
}

func ratesOf(rows [][4]float64) Rates {
	t := tablesOf(rows)
	return Rates{t.Events1, t.N1, t.Events2, t.N2}
}

// compare holds numbers to figures from R, with a relative tolerance.
func compare(t *testing.T, name string, tol float64, got, want []float64) {
	t.Helper()
	for i := range want {
		if math.IsNaN(want[i]) && math.IsNaN(got[i]) {
			continue
		}
		if !(math.Abs(got[i]-want[i]) <= tol*math.Max(1e-3, math.Abs(want[i]))) {
			t.Errorf("%s, number %d: %.13g, want %.13g", name, i+1, got[i], want[i])
		}
	}
}

// Figures: metafor 3.8-1, rma.mh and rma.peto with their defaults.
func TestBCG(t *testing.T) {
	nan := math.NaN()
	for m, want := range map[effect.Measure][]float64{
		effect.OR: {-0.4734109883886, 0.0410077784042, 163.9425795691932, 92.6803640448177, 135.6889437239063, 171.7653665793962,
			171.7566729938715},
		effect.RR: {-0.4537096046838, 0.0393373668713, 152.5675535866573, 92.1346316973064, nan, nan, nan},
		effect.RD: {-3.28818183261e-03, 2.86656748527e-04, 3.86775941837e+02, 9.68974285363e+01, nan, nan, nan},
	} {
		r, err := MantelHaenszel(m, bcg, Options{Correct: true})
		if err != nil {
			t.Fatal(err)
		}
		compare(t, string(m), 1e-10, []float64{r.Coef[0].Value, r.Coef[0].SE, r.Q.Value, r.I2, r.CMH.Value, r.BreslowDay.Value, r.Tarone.Value},
			want)
	}
	r, err := Peto(bcg, Options{})
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "Peto", 1e-10, []float64{r.Coef[0].Value, r.Coef[0].SE, r.Q.Value}, []float64{-0.4744463109406, 0.0406590807446,
		167.7301675114894})
}

// Figures: metafor 3.8-1 through lme4 1.1-31, whose 7 quadrature points are good to
// three or four digits.
func TestMixedModels(t *testing.T) {
	for model, want := range map[Model][]float64{
		UMFS: {-0.7450134661, 0.1755657993, 0.2948936476, 163.164915, 176.954448},
		CMAL: {-0.7221169956, 0.1744019223, 0.2887103507, 147.906082, 161.820963},
	} {
		r, err := FitTables(bcg, model, 0)
		if err != nil {
			t.Fatal(err)
		}
		compare(t, "BCG "+string(model), 2e-3, []float64{r.Coef[0].Value, r.Coef[0].SE, r.Tau2, r.Q.Value, r.QLRT.Value}, want)
	}
	some := tablesOf(nil) // eight of the trials, small enough for metafor's exact model
	for _, i := range []int{0, 1, 2, 3, 4, 5, 8, 10} {
		some.Events1, some.N1 = append(some.Events1, bcg.Events1[i]), append(some.N1, bcg.N1[i])
		some.Events2, some.N2 = append(some.Events2, bcg.Events2[i]), append(some.N2, bcg.N2[i])
	}
	r, err := FitTables(some, CMEL, 0)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "BCG CM.EL", 1e-3, []float64{r.Coef[0].Value, r.Coef[0].SE, r.Tau2, r.Q.Value, r.QLRT.Value},
		[]float64{-0.859826165475, 0.189293797391, 0.196933107445, 53.370029762565, 56.437326213575})

	for model, want := range map[Model][]float64{
		UMFS: {-0.45874453867, 0.22482654318, 0.09562165503, 9.69761698694, 11.60177439793},
		CMEL: {-0.4762394314, 0.2377004276, 0.1225613834, 9.6975972572, 11.6017743979},
	} {
		r, err := FitRates(nielweise, model, 0)
		if err != nil {
			t.Fatal(err)
		}
		compare(t, "catheters "+string(model), 2e-3, []float64{r.Coef[0].Value, r.Coef[0].SE, r.Tau2, r.Q.Value, r.QLRT.Value}, want)
	}
	r, err = FitIncidence(nielweise.Events1, nielweise.Time1, 0)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "catheters, one group", 2e-3, []float64{r.Coef[0].Value, r.Coef[0].SE, r.Tau2, r.Q.Value, r.QLRT.Value},
		[]float64{-6.0583513219, 0.3302646561, 0.6542918692, 25.4270274169, 44.4877956741})
}

// With common effects and one parameter the mixed models are logistic and Poisson
// regressions with closed forms.
func TestMixedModelWithoutHeterogeneity(t *testing.T) {
	r, err := FitProportions([]float64{10, 20, 30}, []float64{40, 80, 120}, 0)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "proportions", 1e-6, []float64{r.Coef[0].Value, r.Coef[0].SE, r.QLRT.Value},
		[]float64{math.Log(1.0 / 3), math.Sqrt(1/60.0 + 1/180.0), 0})
	if r.Tau2 > 1e-8 {
		t.Errorf("tau2 = %g where all proportions are equal", r.Tau2)
	}
	i, err := FitIncidence([]float64{8, 16}, []float64{100, 200}, 0)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "rates", 1e-6, []float64{i.Coef[0].Value, i.Coef[0].SE}, []float64{math.Log(0.08), math.Sqrt(1 / 24.0)})
}

// The exact conditional likelihood agrees with sums over all tables, and its maximum
// for one table with the score equation.
func TestNoncentralHypergeometric(t *testing.T) {
	h := hypergeometric{k: 3, n1: 9, n2: 12, t: 7}
	choose := func(n, k int) float64 {
		c := 1.0
		for i := 0; i < k; i++ {
			c = c * float64(n-i) / float64(i+1)
		}
		return c
	}
	for _, x := range []float64{-6, -1, 0, 0.3, 2, 9} {
		var p, mean, square, total float64
		for j := 0; j <= 7; j++ {
			w := choose(9, j) * choose(12, 7-j) * math.Exp(x*float64(j))
			total += w
			mean += w * float64(j)
			square += w * float64(j*j)
			if j == 3 {
				p = w
			}
		}
		mean /= total
		l, d1, d2 := h.at(x)
		compare(t, "hypergeometric", 1e-10, []float64{l, d1, d2}, []float64{math.Log(p / total), 3 - mean, mean*mean - square/total})
	}
	y, v := h.maximum()
	if _, d1, d2 := h.at(y); math.Abs(d1) > 1e-10 || math.Abs(v+1/d2) > 1e-10 {
		t.Errorf("score %g at the maximum, variance %g", d1, v)
	}
}

func drawTables(t *rapid.T) Tables {
	var out Tables
	for i, k := 0, rapid.IntRange(1, 8).Draw(t, "k"); i < k; i++ {
		n1, n2 := rapid.IntRange(1, 60).Draw(t, "n1"), rapid.IntRange(1, 60).Draw(t, "n2")
		out.Events1, out.N1 = append(out.Events1, float64(rapid.IntRange(0, n1).Draw(t, "a"))), append(out.N1, float64(n1))
		out.Events2, out.N2 = append(out.Events2, float64(rapid.IntRange(0, n2).Draw(t, "c"))), append(out.N2, float64(n2))
	}
	return out
}

func (t Tables) swapped() Tables { return Tables{t.Events2, t.N2, t.Events1, t.N1} }

// Exchanging the groups turns signs; the order of studies is nothing; the interval
// holds the estimate.
func TestPoolingLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawTables(t)
		same := func(name string, a, b float64) {
			t.Helper()
			if !(math.IsNaN(a) && math.IsNaN(b)) && math.Abs(a-b) > 1e-8*(1+math.Abs(a)) {
				t.Fatalf("%s: %.12g and %.12g", name, a, b)
			}
		}
		for _, m := range []effect.Measure{effect.OR, effect.RR, effect.RD, effect.PETO} {
			pool := func(x Tables) Result {
				r, err := MantelHaenszel(m, x, Options{Correct: true})
				if m == effect.PETO {
					r, err = Peto(x, Options{})
				}
				if err != nil {
					t.Fatal(err)
				}
				return r
			}
			a, b := pool(d), pool(d.swapped())
			same(string(m)+" estimate", a.Coef[0].Value, -b.Coef[0].Value)
			same(string(m)+" SE", a.Coef[0].SE, b.Coef[0].SE)
			same(string(m)+" CMH", a.CMH.Value, b.CMH.Value)
			same(string(m)+" Breslow-Day", a.BreslowDay.Value, b.BreslowDay.Value)
			if !math.IsNaN(a.Coef[0].Value) && !(a.Coef[0].Lower <= a.Coef[0].Value && a.Coef[0].Value <= a.Coef[0].Upper) {
				t.Fatalf("%s: %g outside [%g, %g]", m, a.Coef[0].Value, a.Coef[0].Lower, a.Coef[0].Upper)
			}
			k := len(d.N1)
			reversed := tablesOf(nil)
			for i := k - 1; i >= 0; i-- {
				reversed.Events1, reversed.N1 = append(reversed.Events1, d.Events1[i]), append(reversed.N1, d.N1[i])
				reversed.Events2, reversed.N2 = append(reversed.Events2, d.Events2[i]), append(reversed.N2, d.N2[i])
			}
			same(string(m)+" order", a.Coef[0].Value, pool(reversed).Coef[0].Value)
		}
	})
}

// Two studies at opposite extremes: the search stops on the flat way to infinity
// in one orientation of the groups and not in the other; neither has an estimate.
func TestSeparatedTablesHaveNoEstimate(t *testing.T) {
	d := Tables{Events1: []float64{0, 29}, N1: []float64{1, 29}, Events2: []float64{1, 0}, N2: []float64{2, 1}}
	for _, x := range []Tables{d, d.swapped()} {
		if r, err := FitTables(x, CMEL, 0); !errors.Is(err, ErrNoFiniteEstimate) {
			t.Errorf("%v: %g, tau² %g, %v", x, r.Coef[0].Value, r.Tau2, err)
		}
	}
}

// Mixed models: a result or an error, the sign turns with the groups.
func TestMixedModelLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawTables(t)
		for _, model := range []Model{UMFS, CMEL} {
			a, errA := FitTables(d, model, 0)
			b, errB := FitTables(d.swapped(), model, 0)
			if (errA == nil) != (errB == nil) {
				t.Fatalf("%s: %v and %v", model, errA, errB)
			}
			if errA != nil {
				continue
			}
			if len(a.Warnings) == 0 && len(b.Warnings) == 0 && math.Abs(a.Coef[0].Value+b.Coef[0].Value) > 1e-3*(1+math.Abs(a.Coef[0].Value)) {
				t.Fatalf("%s: %g and %g", model, a.Coef[0].Value, b.Coef[0].Value)
			}
			if math.IsNaN(a.Coef[0].Value) || a.Tau2 < 0 {
				t.Fatalf("%s: %+v", model, a)
			}
		}
	})
}

func TestHardTables(t *testing.T) {
	none := tablesOf([][4]float64{{0, 10, 0, 12}, {0, 5, 0, 5}})
	r, err := MantelHaenszel(effect.OR, none, Options{})
	if err != nil || !math.IsNaN(r.Coef[0].Value) || len(r.Warnings) == 0 {
		t.Errorf("no events at all: %g, warnings %v (%v)", r.Coef[0].Value, r.Warnings, err)
	}
	if p, err := Peto(none, Options{}); err != nil || !math.IsNaN(p.Coef[0].Value) || len(p.Warnings) == 0 {
		t.Errorf("Peto without events: %g, %v (%v)", p.Coef[0].Value, p.Warnings, err)
	}
	if _, err := FitTables(none, UMFS, 0); !errors.Is(err, ErrNoStudies) {
		t.Errorf("mixed model without events: %v", err)
	}
	oneArm := tablesOf([][4]float64{{0, 10, 3, 12}, {0, 5, 2, 5}})
	if _, err := FitTables(oneArm, CMEL, 0); !errors.Is(err, ErrNoFiniteEstimate) {
		t.Errorf("events in one group only: %v", err)
	}
	if r, err := MantelHaenszel(effect.RD, oneArm, Options{}); err != nil || !(r.Coef[0].Value < 0) {
		t.Errorf("a difference exists all the same: %g (%v)", r.Coef[0].Value, err)
	}
	missing := Tables{[]float64{math.NaN(), 3}, []float64{10, 12}, []float64{1, 4}, []float64{11, 12}}
	if r, err := MantelHaenszel(effect.OR, missing, Options{}); err != nil || r.K != 1 || len(r.Warnings) != 1 {
		t.Errorf("a missing count: k = %d, %v (%v)", r.K, r.Warnings, err)
	}
	if _, err := MantelHaenszel(effect.OR, tablesOf([][4]float64{{11, 10, 1, 10}}), Options{}); err == nil {
		t.Error("more events than people: no error")
	}
	if _, err := MantelHaenszel(effect.SMD, bcg, Options{}); !errors.Is(err, ErrMeasure) {
		t.Errorf("a measure without counts: %v", err)
	}
	if _, err := FitTables(bcg, "XX", 0); err == nil {
		t.Error("unknown model: no error")
	}
}

// Adding 1/2 to zero cells before pooling, as R's meta package does, drops tables
// without information on a ratio.
func TestZeroCellsAsInMeta(t *testing.T) {
	d := tablesOf([][4]float64{{4, 8, 0, 4}, {0, 9, 0, 9}, {8, 12, 2, 7}})
	r, err := MantelHaenszel(effect.RR, d, Options{AddToZero: 0.5})
	if err != nil || r.K != 2 {
		t.Fatalf("k = %d (%v)", r.K, err)
	}
	// by hand: (4.5*5/14 + 8*7/19) / (0.5*9/14 + 2*12/19)
	want := math.Log((4.5*5/14 + 8.0*7/19) / (0.5*9/14 + 2.0*12/19))
	compare(t, "risk ratio", 1e-12, []float64{r.Coef[0].Value}, []float64{want})
}

func TestLeaveOneOut(t *testing.T) {
	pool := func(x Tables) (Result, error) { return MantelHaenszel(effect.OR, x, Options{}) }
	list, err := bcg.LeaveOneOut(pool)
	if err != nil || len(list) != 13 {
		t.Fatalf("%d results (%v)", len(list), err)
	}
	for i, r := range list {
		if want, _ := pool(bcg.without(i)); r.Coef[0].Value != want.Coef[0].Value || r.K != 12 {
			t.Errorf("without study %d: %g of %d studies", i+1, r.Coef[0].Value, r.K)
		}
	}
}

func FuzzPooling(f *testing.F) {
	f.Add(4.0, 10.0, 3.0, 12.0, 0.0, 5.0, 0.0, 6.0)
	f.Add(0.0, 0.0, 0.0, 0.0, math.NaN(), math.Inf(1), -1.0, 1e9)
	f.Fuzz(func(t *testing.T, a, n, b, m, c, o, d, p float64) {
		if math.Abs(a)+math.Abs(n)+math.Abs(b)+math.Abs(m)+math.Abs(c)+math.Abs(o)+math.Abs(d)+math.Abs(p) > 1e7 {
			return // the exact model sums over possible tables
		}
		x := tablesOf([][4]float64{{a, n, b, m}, {c, o, d, p}})
		for _, measure := range []effect.Measure{effect.OR, effect.RR, effect.RD} {
			_, _ = MantelHaenszel(measure, x, Options{Correct: true})
		}
		_, _ = Peto(x, Options{})
		_, _ = PersonTime(effect.IRR, Rates{x.Events1, x.N1, x.Events2, x.N2}, Options{})
		for _, model := range []Model{UMFS, CMAL, CMEL} {
			if r, err := FitTables(x, model, 0); err == nil && (math.IsNaN(r.Coef[0].Value) || r.Tau2 < 0) {
				t.Errorf("%s of %+v: %+v", model, x, r)
			}
		}
	})
}

// Separated data have no finite maximum, whichever arm is called the first, and in
// either direction.
func TestSeparatedTablesAreRefused(t *testing.T) {
	for _, model := range []Model{UMFS, CMEL} {
		for name, d := range map[string]Tables{
			"opposite sides":               {Events1: []float64{0, 2}, N1: []float64{40, 2}, Events2: []float64{2, 0}, N2: []float64{2, 6}},
			"opposite sides, arms swapped": {Events1: []float64{2, 0}, N1: []float64{2, 6}, Events2: []float64{0, 2}, N2: []float64{40, 2}},
			"one side":                     {Events1: []float64{0, 0}, N1: []float64{20, 30}, Events2: []float64{4, 6}, N2: []float64{20, 30}},
			"one side, arms swapped":       {Events1: []float64{4, 6}, N1: []float64{20, 30}, Events2: []float64{0, 0}, N2: []float64{20, 30}},
		} {
			if m, err := FitTables(d, model, 0); !errors.Is(err, ErrNoFiniteEstimate) {
				t.Errorf("%s, %s: %+v %v", model, name, m, err)
			}
		}
		ok := Tables{Events1: []float64{0, 1, 0}, N1: []float64{20, 20, 25}, Events2: []float64{1, 0, 1}, N2: []float64{20, 20, 25}}
		if _, err := FitTables(ok, model, 0); err != nil {
			t.Errorf("%s: rare events on both sides: %v", model, err)
		}
	}
}
