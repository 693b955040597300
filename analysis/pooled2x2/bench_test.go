package pooled2x2

import (
	"testing"

	"past/analysis/effect"
)

func BenchmarkMantelHaenszelBCG(b *testing.B) {
	for i := 0; i < b.N; i++ {
		if _, err := MantelHaenszel(effect.OR, bcg, Options{Correct: true}); err != nil {
			b.Fatal(err)
		}
	}
}

// The mixed model with a fixed intercept per study; metafor needs 0.27 s for it.
func BenchmarkMixedModelBCG(b *testing.B) {
	for i := 0; i < b.N; i++ {
		if _, err := FitTables(bcg, UMFS, 0); err != nil {
			b.Fatal(err)
		}
	}
}
