package resample

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"past/analysis"
	"past/analysis/meta"

	"pgregory.net/rapid"
)

// Seven trials of the BCG vaccine, log risk ratios (Colditz et al. 1994, JAMA 271:698-702; the first seven rows of dat.bcg).
var (
	bcgY = []float64{-0.8893113339202054, -1.5853886572014306, -1.348073148299693, -1.4415511900213054, -0.2175473222112957,
		-0.786115585818864, -1.6208982235983924}
	bcgV = []float64{0.3255847650039614, 0.1945811214481382, 0.4153679653679654, 0.02001003195022471, 0.05121017216963086,
		0.006905618286371443, 0.2230172475723152}
)

func TestGeneratorKnownValues(t *testing.T) {
	// xoshiro256++ from the state 1, 2, 3, 4 (test vector of the rand_xoshiro crate, made with the authors' C code)
	r := &rng{s: [4]uint64{1, 2, 3, 4}}
	for i, want := range []uint64{41943041, 58720359, 3588806011781223, 3591011842654386} {
		if got := r.uint64(); got != want {
			t.Fatalf("number %d is %d, want %d", i, got, want)
		}
	}
}

// exactByHand fits every sign pattern with the full model.
func exactByHand(t *testing.T, y, v []float64, m meta.Method, test meta.Test) float64 {
	t.Helper()
	obs, err := meta.Fit(y, v, meta.Options{Method: m, Test: test})
	if err != nil {
		t.Fatal(err)
	}
	hits := 0
	flipped := make([]float64, len(y))
	for bits := 0; bits < 1<<len(y); bits++ {
		for j := range y {
			flipped[j] = y[j]
			if bits>>j&1 == 1 {
				flipped[j] = -y[j]
			}
		}
		f, err := meta.Fit(flipped, v, meta.Options{Method: m, Test: test})
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(f.Coef[0].Stat) >= math.Abs(obs.Coef[0].Stat)-1e-8 {
			hits++
		}
	}
	return float64(hits) / float64(int(1)<<len(y))
}

func TestExactSigns(t *testing.T) {
	for _, c := range []struct {
		m    meta.Method
		test meta.Test
	}{{meta.REML, meta.Z}, {meta.DL, meta.KnHa}, {meta.FE, meta.Z}} {
		r, err := PermuteSigns(bcgY, bcgV, PermutationOptions{Method: c.m, Test: c.test})
		if err != nil {
			t.Fatal(err)
		}
		if want := exactByHand(t, bcgY, bcgV, c.m, c.test); r.P != want || !r.Exact || r.Iterations != 128 {
			t.Errorf("%s %s: p = %v of %d, want %v of 128", c.m, c.test, r.P, r.Iterations, want)
		}
	}
}

func TestRandomSignsAgreeWithExact(t *testing.T) {
	y := []float64{0.3, 0.1, 0.5, -0.2, 0.4, 0.35, -0.1, 0.6, 0.05, 0.2, -0.3, 0.45}
	v := make([]float64, len(y))
	for i := range v {
		v[i] = 0.02 + 0.01*float64(i)
	}
	prepared := func(seed uint64) *studies {
		s := &studies{o: PermutationOptions{Method: meta.DL, Test: meta.Z, Seed: seed}}
		s.sort(y, v)
		s.observed = math.Abs(s.ws.Estimate(s.y, s.v, meta.DL, meta.Z).Stat) - tolerance
		return s
	}
	exact, random := prepared(5).allSigns(), prepared(5).randomSigns(4000)
	if math.Abs(random-exact) > 4*math.Sqrt(exact*(1-exact)/4000) {
		t.Errorf("random %v, exact %v", random, exact)
	}
	if again := prepared(5).randomSigns(4000); again != random {
		t.Error("the same seed gave another result")
	}
	r, err := PermuteSigns(y, v, PermutationOptions{Method: meta.DL, Seed: 5})
	if err != nil || r.Exact || r.Iterations != 1000 || !r.Warnings.Has(analysis.Precision) {
		t.Errorf("more than 1,000 patterns: %+v (%v)", r, err)
	}
}

func TestFewStudiesAreTold(t *testing.T) {
	r, err := PermuteSigns([]float64{1, 1.1, 0.9}, []float64{0.01, 0.01, 0.02}, PermutationOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if r.P != 0.25 || !strings.Contains(strings.Join(r.Warnings.Texts(), " "), "cannot give a p-value below 0.25") {
		t.Errorf("%+v", r)
	}
}

func TestPermutationLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(1, 7).Draw(t, "k")
		var y, v, y2, v2 []float64
		for i := 0; i < k; i++ {
			y = append(y, rapid.Float64Range(-3, 3).Draw(t, "y"))
			v = append(v, rapid.Float64Range(0.01, 2).Draw(t, "v"))
		}
		for i := range y {
			y2, v2 = append(y2, -100*y[k-1-i]), append(v2, 1e4*v[k-1-i])
		}
		a, err := PermuteSigns(y, v, PermutationOptions{Method: meta.DL})
		if err != nil {
			t.Fatal(err)
		}
		b, err := PermuteSigns(y2, v2, PermutationOptions{Method: meta.DL})
		if err != nil {
			t.Fatal(err)
		}
		if a.P != b.P || a.P < math.Pow(0.5, float64(k-1)) || a.P > 1 {
			t.Fatalf("%v and %v of %d studies", a.P, b.P, k)
		}
	})
}

func TestRefusals(t *testing.T) {
	one := []float64{1}
	for name, f := range map[string]func() error{
		"no studies": func() error { _, err := PermuteSigns(nil, nil, PermutationOptions{}); return err },
		"negative":   func() error { _, err := PermuteSigns(one, []float64{-1}, PermutationOptions{}); return err },
	} {
		if f() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func FuzzPermuteSigns(f *testing.F) {
	f.Add(1.0, 1.0, 1.0, 0.1, 0.1)
	f.Add(1e-300, -1e50, 0.0, 1e-12, 1e2)
	f.Fuzz(func(t *testing.T, y1, y2, y3, v1, v2 float64) {
		for _, test := range []meta.Test{meta.Z, meta.KnHa} {
			r, err := PermuteSigns([]float64{y1, y2, y3}, []float64{v1, v2, v1}, PermutationOptions{Test: test})
			if err == nil && !math.IsNaN(r.P) && (r.P <= 0 || r.P > 1) {
				t.Errorf("p = %v", r.P)
			}
		}
	})
}

func BenchmarkPermutations1000(b *testing.B) {
	rng := newRNG(1)
	y, v := make([]float64, 20), make([]float64, 20)
	for i := range y {
		v[i] = 0.02 + 0.2*float64(rng.uint64()>>11)*0x1p-53
		y[i] = 0.3 + 0.4*(float64(rng.uint64()>>11)*0x1p-53-0.5)
	}
	for b.Loop() {
		if _, err := PermuteSigns(y, v, PermutationOptions{Test: meta.KnHa}); err != nil {
			b.Fatal(err)
		}
	}
}

func ExamplePermuteSigns() {
	y := []float64{-0.89, -1.59, -1.35, -1.44, -0.22, -0.79, -1.62}
	v := []float64{0.33, 0.19, 0.42, 0.02, 0.05, 0.007, 0.22}
	r, err := PermuteSigns(y, v, PermutationOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("p = %.4f from all %d sign patterns\n", r.P, r.Iterations)
	// Output:
	// p = 0.0156 from all 128 sign patterns
}
