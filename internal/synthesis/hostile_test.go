package synthesis_test

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"past/internal/evidence"
	"past/internal/synthesis"
)

// Numbers that no trial could have either stay out of the pool with a reason
// or give a finding that can be written down; nothing panics.
func TestHostileNumbers(t *testing.T) {
	qs, err := synthesis.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	odd := rapid.SampledFrom([]*float64{nil, ptr(0.0), ptr(-1.0), ptr(1.0), ptr(1.5), ptr(2.0), ptr(30.0), ptr(1e-300), ptr(1e300), ptr(1e9)})
	rapid.Check(t, func(rt *rapid.T) {
		q := rapid.SampledFrom(qs).Draw(rt, "question")
		q.ModelKind = rapid.SampledFrom([]string{synthesis.OnePerStudy, synthesis.CHE}).Draw(rt, "model")
		q.Arms = rapid.SampledFrom([]string{synthesis.ArmsHighest, synthesis.ArmsLowest, synthesis.ArmsAll}).Draw(rt, "arms")
		b := synthesis.Base{WithoutMultiverse: rapid.Bool().Draw(rt, "no multiverse")}
		n := rapid.IntRange(0, 5).Draw(rt, "rows")
		for i := range n {
			e := drawn(rt, i)
			e.Substance, e.Domain, e.PopulationClass, e.ScoreType = q.Substances[0], q.Domain, q.Population, q.Scores[0]
			e.ComparatorClass = q.Comparators[0]
			e.StudyID = rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "study")
			if rapid.Bool().Draw(rt, "odd") {
				for _, p := range []**float64{&e.N1, &e.N2, &e.Mean1, &e.Mean2, &e.SD1, &e.SD2, &e.Event1, &e.Event2, &e.TimepointWeeks} {
					*p = odd.Draw(rt, "x")
				}
			}
			e.HigherBetter = rapid.Bool().Draw(rt, "higher")
			b.Effects = append(b.Effects, e)
		}
		f, err := synthesis.Answer(t.Context(), q, b)
		if err != nil {
			rt.Fatal(err)
		}
		if len(f.Effects)+len(f.Excluded) != n {
			rt.Fatalf("%d pooled and %d left out of %d", len(f.Effects), len(f.Excluded), n)
		}
		if _, err := json.Marshal(f); err != nil {
			rt.Fatal(err)
		}
		if _, err := json.Marshal([]evidence.ClaimVerdict{synthesis.Judge([]synthesis.Claim{{Questions: []string{q.ID}}}, []synthesis.Question{q}, []evidence.Finding{f}, nil, "")[0]}); err != nil {
			rt.Fatal(err)
		}
	})
}
