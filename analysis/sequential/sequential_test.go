package sequential

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"past/analysis/meta"
	"pgregory.net/rapid"
)

func equal(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = float64(i+1) / float64(n)
	}
	return out
}

// The critical values are those of the published tables for equally spaced looks and a two-sided rate of 5 % (Reboussin, DeMets,
// Kim & Lan 2000, Controlled Clinical Trials 21:190-207; package ldbounds).
func TestPublishedBoundaries(t *testing.T) {
	for _, critical := range [][]float64{
		{2.9626, 1.9686},
		{3.7103, 2.5114, 1.9930},
		{4.3326, 2.9631, 2.3590, 2.0141},
		{4.8769, 3.3570, 2.6803, 2.2898, 2.0310},
	} {
		b, err := Boundaries(equal(len(critical)), 0.05)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range critical {
			if math.Abs(b[i].Z-want) > 6e-5 {
				t.Errorf("look %d of %d: %.5f, want %.4f", i+1, len(critical), b[i].Z, want)
			}
		}
	}
}

func TestOneLookIsTheUsualTest(t *testing.T) {
	b, err := Boundaries([]float64{1.7}, 0.05)
	if err != nil || math.Abs(b[0].Z-1.959963984540054) > 1e-9 || b[0].Fraction != 1.7 {
		t.Errorf("%+v %v", b, err)
	}
}

// Null paths must cross somewhere with the error rate asked for: checked by simulation with unequal looks.
func TestErrorRateBySimulation(t *testing.T) {
	fractions := []float64{0.07, 0.1, 0.31, 0.312, 0.55, 0.9, 1}
	b, err := Boundaries(fractions, 0.05)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	const paths = 200000
	crossed := 0
	for range paths {
		at, last := 0.0, 0.0
		for i, f := range fractions {
			at += rng.NormFloat64() * math.Sqrt(f-last)
			last = f
			if math.Abs(at)/math.Sqrt(f) >= b[i].Z {
				crossed++
				break
			}
		}
	}
	if rate := float64(crossed) / paths; math.Abs(rate-0.05) > 0.0016 { // over three standard errors
		t.Errorf("null paths cross at a rate of %.4f", rate)
	}
}

func TestBoundaryLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "n")
		f, at := []float64{}, 0.0
		for range n {
			at += rapid.Float64Range(0, 0.4).Draw(t, "step")
			if at > 0 {
				f = append(f, at)
			}
		}
		alpha := rapid.Float64Range(0.001, 0.5).Draw(t, "alpha")
		b, err := Boundaries(f, alpha)
		if err != nil {
			t.Fatal(err)
		}
		single := Boundary{}
		if one, err := Boundaries([]float64{1}, alpha); err == nil {
			single = one[0]
		}
		for i := range b {
			if !(b[i].Spent <= alpha*(1+1e-9)) || i > 0 && b[i].Spent < b[i-1].Spent {
				t.Fatalf("spending is wrong at look %d: %+v", i+1, b)
			}
			if b[i].Z < single.Z-1e-6 {
				t.Fatalf("look %d is easier than a single test: %+v", i+1, b)
			}
		}
	})
}

func TestManyLooksEnd(t *testing.T) {
	b, err := Boundaries(equal(400), 0.05)
	if err != nil {
		t.Fatal(err)
	}
	if last := b[399].Z; last < 2.1 || last > 2.25 { // looking all the time costs about this much
		t.Errorf("final critical value after 400 looks is %v", last)
	}
}

func TestRequiredInformation(t *testing.T) {
	r, err := RequiredInformation(Plan{Effect: -0.5, Diversity: 0.25})
	if err != nil {
		t.Fatal(err)
	}
	// (1.959964 + 0.841621)^2 / 0.25 = 31.3955; over 0.75 = 41.8607
	if math.Abs(r.Unadjusted-31.3955) > 1e-4 || math.Abs(r.Adjusted-41.8607) > 1e-4 {
		t.Errorf("%+v", r)
	}
	// a trial of d = 0.5 with 80 % power needs 125.6 participants when the effect's own term in the variance is left out
	if n := ParticipantsForMeans(r.Unadjusted, 1); math.Abs(n-125.582) > 1e-3 {
		t.Errorf("participants %v", n)
	}
	// 20 % against 10 %, 80 % power, risk difference: (2.8016/0.1)^2 x 2 (0.16 + 0.09) = 392.4
	r, _ = RequiredInformation(Plan{Effect: 0.1})
	if n := ParticipantsForProportions(r.Unadjusted, "RD", 0.2, 0.1); math.Abs(n-392.44) > 0.01 {
		t.Errorf("participants %v", n)
	}
	if !math.IsNaN(ParticipantsForProportions(1, "OR", 0, 0.5)) || !math.IsNaN(ParticipantsForProportions(1, "HR", 0.1, 0.5)) {
		t.Error("impossible requests get a number")
	}
}

func TestMonitorVerdicts(t *testing.T) {
	v := []float64{0.04, 0.04, 0.04, 0.04, 0.04}
	crossed, err := Monitor([]float64{-0.9, -0.8, -1, -0.9, -0.85}, v, Options{Plan: Plan{Effect: 0.5}, Method: meta.DL})
	if err != nil {
		t.Fatal(err)
	}
	if crossed.Verdict != Crossed || !crossed.StillCrossed || crossed.CrossedAt < 1 {
		t.Errorf("a strong consistent effect: %+v", crossed)
	}
	none, err := Monitor([]float64{0.05, -0.05, 0.02, 0, -0.03}, v, Options{Plan: Plan{Effect: 0.5}, Method: meta.DL})
	if err != nil {
		t.Fatal(err)
	}
	if none.Verdict != Reached || none.Fraction < 1 {
		t.Errorf("no effect, enough information: %+v", none)
	}
	few, err := Monitor([]float64{0.5, 0.4}, v[:2], Options{Plan: Plan{Effect: 0.2}, Method: meta.DL})
	if err != nil {
		t.Fatal(err)
	}
	if few.Verdict != MoreNeeded || few.Fraction >= 1 {
		t.Errorf("too little information: %+v", few)
	}
	// heterogeneity raises the requirement
	het, err := Monitor([]float64{-0.9, 0.8, -1, 0.9, -0.85}, v, Options{Plan: Plan{Effect: 0.5}, Method: meta.DL})
	if err != nil || het.Required.Adjusted <= 1.5*het.Required.Unadjusted || !strings.Contains(het.DiversityFrom, "estimated") {
		t.Errorf("heterogeneous studies: %+v %v", het, err)
	}
}

func TestRefusals(t *testing.T) {
	for name, f := range map[string]func() error{
		"falling fractions": func() error { _, err := Boundaries([]float64{0.5, 0.4}, 0.05); return err },
		"zero fraction":     func() error { _, err := Boundaries([]float64{0}, 0.05); return err },
		"error rate":        func() error { _, err := Boundaries([]float64{1}, 0); return err },
		"no effect":         func() error { _, err := RequiredInformation(Plan{}); return err },
		"diversity":         func() error { _, err := RequiredInformation(Plan{Effect: 1, Diversity: 1}); return err },
		"no studies":        func() error { _, err := Monitor(nil, nil, Options{Plan: Plan{Effect: 1}}); return err },
		"bad variance": func() error {
			_, err := Monitor([]float64{1, 2}, []float64{1, -1}, Options{Plan: Plan{Effect: 1}})
			return err
		},
		"missing effect": func() error {
			_, err := Monitor([]float64{1, math.NaN()}, []float64{1, 1}, Options{Plan: Plan{Effect: 1}})
			return err
		},
	} {
		if f() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func FuzzMonitor(f *testing.F) {
	f.Add(0.1, 0.2, -0.3, 0.01, 0.5, 0.3)
	f.Add(1e9, -1e9, 0.0, 1e-12, 1e2, 1e-6)
	f.Fuzz(func(t *testing.T, y1, y2, y3, v1, v2, effect float64) {
		r, err := Monitor([]float64{y1, y2, y3}, []float64{v1, v2, v1}, Options{Plan: Plan{Effect: effect}, Method: meta.DL})
		if err == nil && (len(r.Looks) != 3 || math.IsNaN(r.Looks[2].Boundary.Z)) {
			t.Errorf("%+v", r)
		}
	})
}

func BenchmarkMonitor20(b *testing.B) {
	rng := rand.New(rand.NewPCG(3, 4))
	y, v := make([]float64, 20), make([]float64, 20)
	for i := range y {
		v[i] = 0.02 + 0.2*rng.Float64()
		y[i] = 0.3 + rng.NormFloat64()*math.Sqrt(v[i])
	}
	for b.Loop() {
		if _, err := Monitor(y, v, Options{Plan: Plan{Effect: 0.3}, Method: meta.DL}); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleBoundaries() {
	b, err := Boundaries([]float64{0.25, 0.5, 0.75, 1}, 0.05)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, x := range b {
		fmt.Printf("%3.0f %%: |z| >= %.3f\n", 100*x.Fraction, x.Z)
	}
	// Output:
	//  25 %: |z| >= 4.333
	//  50 %: |z| >= 2.963
	//  75 %: |z| >= 2.359
	// 100 %: |z| >= 2.014
}
