package synthesis_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"past/internal/evidence"
	"past/internal/review"
	"past/internal/synthesis"
	"past/internal/vocab"
)

// No record of a finding lacks its substance, outcome or population, whatever
// the evidence holds, and every trial that is missing is listed once.
func TestWhatStandsOnAFindingBelongsToIt(t *testing.T) {
	qs, err := synthesis.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	substances, domains := []string{"mdma", "psilocybin", "lsd", "ketamine"}, []string{"ptsd", "depression", "anxiety", "sexual-function",
		"relationship"}
	rapid.Check(t, func(rt *rapid.T) {
		q := rapid.SampledFrom(qs).Draw(rt, "question")
		bare := q.Condition != "" && rapid.Bool().Draw(rt, "bare") // as people write questions: the condition is the population
		if bare {
			q.Population, q.PopulationWords, q.PopulationTerms, q.PopulationExcludes, q.Conditions = "", "", nil, nil, nil
		}
		b := synthesis.Base{LastScan: cutoff, StudyOf: map[string]string{}, About: map[string]synthesis.StudyTopics{}, WithoutMultiverse: true}
		for i := range rapid.IntRange(0, 6).Draw(rt, "trials") {
			r := trial("NCT0"+string(rune('1'+i)), evidence.StatusCompleted, nil)
			about := synthesis.StudyTopics{Substances: []string{rapid.SampledFrom(substances).Draw(rt, "s")},
				Conditions: []string{rapid.SampledFrom(domains[:3]).Draw(rt, "c")}}
			if rapid.Bool().Draw(rt, "in every arm") {
				about.Aside = map[string]string{about.Substances[0]: rapid.SampledFrom([]string{"in every arm", "as the comparator"}).Draw(rt, "how")}
			}
			b.Trials, b.StudyOf[r.ID], b.About[r.ID] = append(b.Trials, r), r.ID, about
			if rapid.Bool().Draw(rt, "measured") {
				b.Measured = append(b.Measured, review.MeasuredRow{TrialID: r.ID, Label: r.ID, Substance: about.Substances[0],
					Domain: rapid.SampledFrom(domains).Draw(rt, "d"), Design: "parallel RCT", Note: "x"})
			}
			if rapid.Bool().Draw(rt, "effect") {
				e := drawn(rt, i)
				e.ID, e.StudyID, e.StudyLabel, e.Substance, e.Domain, e.Condition = r.ID, r.ID, r.ID, about.Substances[0],
					rapid.SampledFrom(domains).Draw(rt, "ed"), about.Conditions[0]
				b.Effects = append(b.Effects, e)
			}
		}
		f, err := synthesis.Answer(t.Context(), q, b)
		if err != nil {
			rt.Fatal(err)
		}
		own := append([]string{q.Domain}, q.AlsoDomains...)
		for _, e := range f.Effects {
			if !slices.Contains(q.Substances, e.Substance) || !slices.Contains(own, e.Domain) || q.Population != "" && e.PopulationClass != "" &&
				e.PopulationClass != q.Population {
				rt.Fatalf("%s pools %+v", q.ID, e)
			}
			if bare && e.Condition != q.Condition && !slices.Contains(q.MissingConditions, e.Condition) {
				rt.Fatalf("%s asks for %s and pools %+v", q.ID, q.Condition, e)
			}
		}
		for _, x := range f.Excluded {
			e := b.Effects[slices.IndexFunc(b.Effects, func(e evidence.Effect) bool { return e.ID == x.EffectID })]
			if !slices.Contains(q.Substances, e.Substance) || !slices.Contains(own, e.Domain) {
				rt.Fatalf("%s names among what is left out %+v", q.ID, e)
			}
			if f.State == evidence.Uncontrolled && x.Misfit == synthesis.CodeDesign && strings.HasSuffix(e.Design, "-rct") &&
				e.PostCrossover != evidence.Yes {
				rt.Fatalf("%s calls a randomised trial uncontrolled: %+v", q.ID, e)
			}
		}
		seen := map[string]bool{}
		for _, m := range f.Missing {
			if !slices.Contains(q.Substances, b.About[m.StudyID].Substances[0]) || seen[m.StudyID] {
				rt.Fatalf("%s lists %s of %v", q.ID, m.StudyID, b.About[m.StudyID])
			}
			seen[m.StudyID] = true
			reported := slices.ContainsFunc(b.Effects, func(e evidence.Effect) bool { return e.StudyID == m.StudyID }) ||
				slices.ContainsFunc(b.Measured, func(x review.MeasuredRow) bool { return x.TrialID == m.StudyID })
			if len(b.About[m.StudyID].Aside) > 0 && !reported {
				rt.Fatalf("%s misses %s, in which every arm got %v", q.ID, m.StudyID, b.About[m.StudyID].Aside)
			}
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

// Searches, cells of the gap map and harms are those of the substance that they
// stand under, and nothing is said to be absent that no search asked for.
func TestSearchesCellsAndHarmsBelong(t *testing.T) {
	qs, err := synthesis.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	substances, conditions := []string{"mdma", "psilocybin", "lsd", "ketamine"}, []string{"ptsd", "depression", "anxiety",
		"sexual-dysfunction"}
	some := func(rt *rapid.T, of []string, name string) []string {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(of), 0, 2, rapid.ID[string]).Draw(rt, name)
	}
	rapid.Check(t, func(rt *rapid.T) {
		b := synthesis.Base{LastScan: cutoff, StudyOf: map[string]string{}, About: map[string]synthesis.StudyTopics{}, WithoutMultiverse: true}
		asked := map[string]bool{}
		for i := range rapid.IntRange(0, 4).Draw(rt, "searches") {
			s := evidence.Search{ID: "s" + string(rune('0'+i)), Source: "ctgov", Day: cutoff, Substances: some(rt, substances, "asked"),
				Conditions: some(rt, conditions, "with"), Complete: rapid.Bool().Draw(rt, "whole")}
			b.Searches = append(b.Searches, s)
			for _, x := range s.Substances {
				asked[x] = asked[x] || s.Complete
			}
		}
		var rows []evidence.HarmRow
		for i := range rapid.IntRange(0, 5).Draw(rt, "studies") {
			id := "NCT0" + string(rune('1'+i))
			s := evidence.Study{ID: id, Label: id, Records: []string{id}, Substances: []string{rapid.SampledFrom(substances).Draw(rt, "s")},
				Conditions: some(rt, conditions, "c"), Design: "parallel-rct"}
			b.Studies = append(b.Studies, s)
			n, x := rapid.IntRange(1, 40).Draw(rt, "n"), 0
			control := rapid.Bool().Draw(rt, "control")
			rows = append(rows, evidence.HarmRow{ID: id, StudyID: id, Label: id, Substance: s.Substances[0], Arm: "a", Control: &control,
				Term: "nausea", TermID: "nausea", Affected: &x, AtRisk: &n, Unit: evidence.UnitPeople})
		}
		of := map[string]evidence.Study{}
		for _, s := range b.Studies {
			of[s.ID] = s
		}
		for _, c := range synthesis.Gaps(synthesis.GapInput{Base: b, Vocabulary: vocab.Default()}) {
			for _, id := range c.StudyIDs {
				if !slices.Contains(of[id].Substances, c.Substance) {
					rt.Fatalf("%s × %s counts %+v", c.Topic, c.Substance, of[id])
				}
			}
			if len(c.StudyIDs) == 0 && c.State.Sayable() && !asked[c.Substance] || c.Randomised != nil && *c.Randomised == 0 {
				rt.Fatalf("%s × %s says %q", c.Topic, c.Substance, c.State)
			}
		}
		q := rapid.SampledFrom(qs).Draw(rt, "question")
		f, err := synthesis.Answer(t.Context(), q, b)
		if err != nil {
			rt.Fatal(err)
		}
		for _, s := range f.Coverage.Searches {
			if i := slices.IndexFunc(b.Searches, func(x evidence.Search) bool { return x.ID == s.ID }); !slices.Contains(b.Searches[i].Substances,
				q.Substances[0]) {
				rt.Fatalf("%s is covered by %+v", q.ID, b.Searches[i])
			}
		}
		if f.State.Sayable() && !asked[q.Substances[0]] || !f.State.Sayable() && f.Sentences.Plain != "" {
			rt.Fatalf("%s says %q, %q", q.ID, f.State, f.Sentences.Plain)
		}
		for _, h := range synthesis.Harms(synthesis.HarmInput{Base: b, Rows: rows, Substances: substances}) {
			own := 0
			for _, r := range rows {
				if r.Substance == h.Substance {
					own++
				}
			}
			if h.Rows != own || h.Serious.Affected != nil || h.Deaths.AtRisk != nil || h.Exposed.AtRisk != nil && *h.Exposed.AtRisk == 0 {
				rt.Fatalf("%s: %+v of %d rows", h.Substance, h, own)
			}
		}
	})
}

// People with a depression whose anxiety was measured are not people with a
// life-threatening illness; a posted result says what its trial is about.
func TestAnotherIllnessIsNotAnyIllness(t *testing.T) {
	q, p := ask(t, "ketamine-anxiety-in-illness"), func(x float64) *float64 { return &x }
	for people, want := range map[string]bool{"Depressive Disorder, Treatment-Resistant": false, "Cancer; Anxiety": true, "": false} {
		e := evidence.Effect{ID: "e", StudyID: "S", Substance: "ketamine", Condition: "depression", Population: people, Domain: "anxiety",
			PopulationClass: "other-illness", ScoreType: "endpoint",
			ComparatorClass: "inactive-placebo", Design: "parallel-rct", Verdict: evidence.Usable, HigherBetter: evidence.No, PrimaryTime: true,
			PrimaryInstrument: true}
		e.SetEffect("SMD", "metapsy", -0.5, 0.1)
		e.N1, e.N2, e.Mean1, e.Mean2, e.SD1, e.SD2 = p(20), p(20), p(10), p(12), p(4), p(4)
		if sel := synthesis.Select(q, []evidence.Effect{e}); (len(sel.Included) == 1) != want {
			t.Errorf("%q: %+v", people, sel)
		}
	}
}

// A condition that the vocabulary does not know is not the question's, and a table
// that says nothing of its people answers no question on a condition.
func TestAnUnknownConditionIsNoMatch(t *testing.T) {
	wide := ask(t, "psilocybin-depression-severity") // "… or with depressive symptoms in another illness"
	bare := wide
	bare.PopulationWords = ""
	of := func(condition, stated, people string) synthesis.Candidate {
		c := synthesis.Candidate{Substances: []string{"psilocybin"}, Domains: []string{"depression"}, Stated: stated, People: people,
			Design: "parallel-rct", Comparator: "inactive-placebo"}
		if condition != "" {
			c.Conditions = []string{condition}
		}
		return c
	}
	for _, c := range []struct {
		name       string
		candidate  synthesis.Candidate
		wide, bare bool
		why        string
	}{
		{"known", of("depression", "Major Depressive Disorder", ""), true, true, ""},
		{"known, another", of("ptsd", "PTSD", "PTSD"), true, false, "the condition is"},
		{"unknown", of("", "Hypothyroidism", "Hypothyroidism"), false, false, `"Hypothyroidism" as stated, which the vocabulary does not know`},
		{"in the title", of("", "Sadness", "Sadness; psilocybin for major depressive disorder"), true, true, ""},
		{"nothing stated", of("", "", ""), false, false, "the condition is not stated"},
	} {
		for q, want := range map[*synthesis.Question]bool{&wide: c.wide, &bare: c.bare} {
			ok, misfit := synthesis.Fits(*q, c.candidate)
			if ok != want || !ok && !strings.Contains(misfit.Why, c.why) {
				t.Errorf("%s, words %q: %v, %q", c.name, q.PopulationWords, ok, misfit.Why)
			}
		}
	}
	anyone := ask(t, "psilocybin-serious-adverse-event")
	c := of("", "Hypothyroidism", "Hypothyroidism")
	c.Domains = []string{"serious-adverse-event"}
	if ok, misfit := synthesis.Fits(anyone, c); !ok {
		t.Errorf("a question of any people: %s", misfit.Why)
	}
}
