package bias

import (
	"math"
	"math/rand/v2"
	"testing"

	"past/analysis/internal/benchcpu"
)

// simulated draws k studies of which one in three of the insignificant ones is missing.
func simulated(k int) Studies {
	r := rand.New(rand.NewPCG(11, 12))
	var s Studies
	for s.K() < k {
		v := math.Exp(-3 + r.NormFloat64())
		y := 0.2 + r.NormFloat64()*math.Sqrt(v+0.03)
		if y/math.Sqrt(v) < 1.96 && r.Float64() < 0.33 {
			continue
		}
		s.Y, s.V, s.N = append(s.Y, y), append(s.V, v), append(s.N, math.Round(4/v))
	}
	return s
}

func BenchmarkSelection3Parameters100(b *testing.B) {
	s := simulated(100)
	o := SelectionOptions{Kind: StepFunction, Alternative: Greater, Steps: []float64{0.025}}
	benchcpu.Measure(b)
	for b.Loop() {
		if _, err := FitSelection(s, o); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSelectionBeta100(b *testing.B) {
	s := simulated(100)
	benchcpu.Measure(b)
	for b.Loop() {
		if _, err := FitSelection(s, SelectionOptions{Kind: BetaFunction, Alternative: Greater}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTrimFill100(b *testing.B) {
	s := simulated(100)
	benchcpu.Measure(b)
	for b.Loop() {
		if _, err := TrimFill(s, TrimFillOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkHenmiCopas100(b *testing.B) {
	s := simulated(100)
	benchcpu.Measure(b)
	for b.Loop() {
		if _, err := HenmiCopas(s, HenmiCopasOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRankTest100(b *testing.B) {
	s := simulated(100)
	benchcpu.Measure(b)
	for b.Loop() {
		if _, err := RankTest(s); err != nil {
			b.Fatal(err)
		}
	}
}
