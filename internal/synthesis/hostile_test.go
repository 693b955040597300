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
			e.HigherBetter = evidence.TriOf(rapid.Bool().Draw(rt, "higher"))
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
		if _, err := json.Marshal([]evidence.ClaimVerdict{synthesis.Judge([]synthesis.Claim{{Questions: []string{q.ID}}},
			[]synthesis.Question{q}, []evidence.Finding{f}, nil, "")[0]}); err != nil {
			rt.Fatal(err)
		}
	})
}

// Differences so near to zero that a quantile has no finite value once put a
// number into a finding that no JSON can hold.
func TestDifferencesNextToNothing(t *testing.T) {
	qs, err := synthesis.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	row := func(id string, n1, n2, m1, m2, s1, s2 float64) evidence.Effect {
		return evidence.Effect{ID: id, StudyID: id, StudyLabel: id, Year: 2020, Substance: "mdma", Condition: "ptsd", Domain: "ptsd",
			ScoreType: "endpoint", ComparatorClass: "inactive-placebo", Design: "parallel-rct",
			Verdict: evidence.Usable, PrimaryInstrument: true, PrimaryTime: true, HigherBetter: evidence.Yes, N1: ptr(n1), N2: ptr(n2),
			Mean1: ptr(m1), Mean2: ptr(m2), SD1: ptr(s1), SD2: ptr(s2)}
	}
	f, err := synthesis.Answer(t.Context(), qs[0], synthesis.Base{Effects: []evidence.Effect{row("a", 4, 4, 4.440892098500626e-16,
		1.358543269200374e-14, 1.443572759628296, 8.849739236256902),
		row("b", 5, 16, 4.2432945533948366e-128, 4.5569512622227484e-304, 7.948902788644773, 1.0897510051727295)}})
	if err != nil || f.Primary.K != 2 {
		t.Fatal(err, f.Primary)
	}
	if _, err := json.Marshal(f); err != nil {
		t.Error(err)
	}
}

// A spread of 1e300 once gave points on a scale that are no number.
func TestPointsOfAnImpossibleSpread(t *testing.T) {
	qs, err := synthesis.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	e := evidence.Effect{ID: "a", StudyID: "a", StudyLabel: "a", Substance: "mdma", Condition: "ptsd", Domain: "ptsd",
		ScoreType: "endpoint", ComparatorClass: "inactive-placebo", Design: "parallel-rct", Verdict: evidence.Usable,
		PrimaryInstrument: true, PrimaryTime: true, HigherBetter: evidence.Yes, Instrument: "caps-5",
		N1: ptr(2.0), N2: ptr(2.0), Mean1: ptr(0.0), Mean2: ptr(0.0), SD1: ptr(0.0), SD2: ptr(1e300)}
	f, err := synthesis.Answer(t.Context(), qs[0], synthesis.Base{Effects: []evidence.Effect{e}})
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Effects) != 1 {
		t.Fatalf("not pooled: %+v", f.Excluded)
	}
	if _, err := json.Marshal(f); err != nil {
		t.Error(err)
	}
}
