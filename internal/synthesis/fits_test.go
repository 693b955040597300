package synthesis_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"past/internal/evidence"
	"past/internal/review"
	"past/internal/synthesis"
)

// No record of a finding lacks its substance, outcome or population, whatever
// the evidence holds, and every trial that is missing is listed once.
func TestWhatStandsOnAFindingBelongsToIt(t *testing.T) {
	qs, err := synthesis.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	substances, domains := []string{"mdma", "psilocybin", "lsd", "ketamine"}, []string{"ptsd", "depression", "anxiety", "sexual-function", "relationship"}
	rapid.Check(t, func(rt *rapid.T) {
		q := rapid.SampledFrom(qs).Draw(rt, "question")
		b := synthesis.Base{LastScan: cutoff, StudyOf: map[string]string{}, About: map[string]synthesis.StudyTopics{}, WithoutMultiverse: true}
		for i := range rapid.IntRange(0, 6).Draw(rt, "trials") {
			r := trial("NCT0"+string(rune('1'+i)), evidence.StatusCompleted, nil)
			about := synthesis.StudyTopics{Substances: []string{rapid.SampledFrom(substances).Draw(rt, "s")}, Conditions: []string{rapid.SampledFrom(domains[:3]).Draw(rt, "c")}}
			b.Trials, b.StudyOf[r.ID], b.About[r.ID] = append(b.Trials, r), r.ID, about
			if rapid.Bool().Draw(rt, "measured") {
				b.Measured = append(b.Measured, review.MeasuredRow{TrialID: r.ID, Label: r.ID, Substance: about.Substances[0], Domain: rapid.SampledFrom(domains).Draw(rt, "d"), Design: "parallel RCT", Note: "x"})
			}
			if rapid.Bool().Draw(rt, "effect") {
				e := drawn(rt, i)
				e.ID, e.StudyID, e.StudyLabel, e.Substance, e.Domain, e.Condition = r.ID, r.ID, r.ID, about.Substances[0], rapid.SampledFrom(domains).Draw(rt, "ed"), about.Conditions[0]
				b.Effects = append(b.Effects, e)
			}
		}
		f, err := synthesis.Answer(t.Context(), q, b)
		if err != nil {
			rt.Fatal(err)
		}
		own := append([]string{q.Domain}, q.AlsoDomains...)
		for _, e := range f.Effects {
			if !slices.Contains(q.Substances, e.Substance) || !slices.Contains(own, e.Domain) || q.Population != "" && e.PopulationClass != "" && e.PopulationClass != q.Population {
				rt.Fatalf("%s pools %+v", q.ID, e)
			}
		}
		seen := map[string]bool{}
		for _, m := range f.Missing {
			if !slices.Contains(q.Substances, b.About[m.StudyID].Substances[0]) || seen[m.StudyID] {
				rt.Fatalf("%s lists %s of %v", q.ID, m.StudyID, b.About[m.StudyID])
			}
			seen[m.StudyID] = true
		}
		for _, m := range f.Measured {
			row := b.Measured[slices.IndexFunc(b.Measured, func(x review.MeasuredRow) bool { return x.TrialID == m.StudyID })]
			if !slices.Contains(q.Substances, row.Substance) || !slices.Contains(own, row.Domain) {
				rt.Fatalf("%s lists the measurement %+v", q.ID, row)
			}
		}
		if !f.State.Answered() && f.Primary.Estimate != nil || f.State == "" || !f.State.Sayable() && f.Sentences.Plain != "" {
			rt.Fatalf("%s: state %q, %q", q.ID, f.State, f.Sentences.Plain)
		}
	})
}
