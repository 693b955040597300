package meta

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"past/analysis/internal/benchcpu"
)

// simulated draws k effects with true mean 0.3 and tau2 0.1.
func simulated(k int, seed uint64) (y, v []float64) {
	r := rand.New(rand.NewPCG(seed, 1))
	y, v = make([]float64, k), make([]float64, k)
	for i := range y {
		v[i] = 0.02 * math.Exp(0.8*r.NormFloat64())
		y[i] = 0.3 + math.Sqrt(v[i]+0.1)*r.NormFloat64()
	}
	return y, v
}

func mustFit(tb testing.TB, y, v []float64, opt Options) *Result {
	tb.Helper()
	r, err := Fit(y, v, opt)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

// Full output: fit, fit statistics, guard, prediction intervals.
func BenchmarkFitREMLKnHa(b *testing.B) {
	for _, k := range []int{20, 1000, 4000} {
		y, v := simulated(k, 3)
		if k == 4000 {
			y, v = fourThousand()
		}
		b.Run(fmt.Sprintf("k=%d", k), func(b *testing.B) {
			benchcpu.Measure(b)
			for b.Loop() {
				r, err := Fit(y, v, Options{Method: REML, Test: KnHa})
				if err != nil {
					b.Fatal(err)
				}
				if p := r.Predict(); p.PI.Lower > p.PI.Upper {
					b.Fatal("interval upside down")
				}
			}
		})
	}
}

func BenchmarkQProfile100(b *testing.B) {
	y, v := simulated(100, 3)
	r := mustFit(b, y, v, Options{})
	benchcpu.Measure(b)
	for b.Loop() {
		if _, err := r.QProfile(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkProfileLikelihood100(b *testing.B) {
	y, v := simulated(100, 3)
	r := mustFit(b, y, v, Options{})
	benchcpu.Measure(b)
	for b.Loop() {
		if _, err := r.ProfileLikelihood(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDiagnostics100(b *testing.B) {
	y, v := simulated(100, 3)
	r := mustFit(b, y, v, Options{Test: KnHa})
	for name, run := range map[string]func() error{
		"leave-one-out": func() error { _, err := r.LeaveOneOut(); return err },
		"influence":     func() error { r.Influence(); return nil },
		"cumulative":    func() error { _, err := r.Cumulative(nil); return err },
		"baujat":        func() error { r.Baujat(); return nil },
	} {
		b.Run(name, func(b *testing.B) {
			benchcpu.Measure(b)
			for b.Loop() {
				if err := run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkGOSH(b *testing.B) {
	for _, k := range []int{13, 20} {
		y, v := simulated(k, 3)
		b.Run(fmt.Sprintf("REML/subsets=2^%d", k), func(b *testing.B) {
			benchcpu.Measure(b)
			for b.Loop() {
				if _, err := GOSH(y, v, GOSHOptions{Method: REML}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// 10,000 fits of 2 to 12 studies, as a multiverse analysis does.
func BenchmarkWorkspace10000(b *testing.B) {
	y, v := simulated(64, 3)
	var ws Workspace
	b.ReportAllocs()
	benchcpu.Measure(b)
	for b.Loop() {
		for i := 0; i < 10000; i++ {
			k := 2 + i%11
			from := i % (64 - 12)
			if _, err := ws.Fit(y[from:from+k], v[from:from+k], REML, KnHa); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// 1,000 fits at k = 20 with the signs of the effects permuted.
func BenchmarkPermutations1000(b *testing.B) {
	y, v := simulated(20, 3)
	flipped := make([]float64, len(y))
	r := rand.New(rand.NewPCG(1, 2))
	var ws Workspace
	benchcpu.Measure(b)
	for b.Loop() {
		for i := 0; i < 1000; i++ {
			for j := range y {
				flipped[j] = y[j]
				if r.Uint64()&1 == 0 {
					flipped[j] = -y[j]
				}
			}
			ws.Estimate(flipped, v, REML, KnHa)
		}
	}
}

func BenchmarkMetaRegression100(b *testing.B) {
	y, v := simulated(100, 3)
	x := make([]float64, len(y))
	for i := range x {
		x[i] = float64(1980 + i%30)
	}
	d, err := NewDesign(true, Numeric("year", x))
	if err != nil {
		b.Fatal(err)
	}
	benchcpu.Measure(b)
	for b.Loop() {
		if _, err := Fit(y, v, Options{Design: d}); err != nil {
			b.Fatal(err)
		}
	}
}
