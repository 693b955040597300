package synthesis_test

import (
	"strings"
	"testing"

	"past/internal/evidence"
	"past/internal/synthesis"
)

// Two questions that read alike would be two answers to one question.
func TestEveryQuestionReadsDifferently(t *testing.T) {
	qs, err := synthesis.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for _, q := range qs {
		f, err := synthesis.Answer(t.Context(), q, synthesis.Base{})
		if err != nil {
			t.Fatal(err)
		}
		if other := seen[f.Sentences.Ask]; other != "" {
			t.Errorf("%s and %s both ask %q", other, q.ID, f.Sentences.Ask)
		}
		seen[f.Sentences.Ask] = q.ID
		if named := strings.Contains(f.Sentences.Ask, " compared with "); named != (q.ID == "mdma-ptsd-trauma-focused" ||
			q.ID == "psilocybin-depression-ssri" || q.ID == "ketamine-depression-active") {
			t.Errorf("%s asks %q", q.ID, f.Sentences.Ask)
		}
	}
}

// A test that could not be fitted has no numbers, not zeros.
func TestFailedTestHasNoNumbers(t *testing.T) {
	f, failed := answer(t, "psilocybin-mdd-severity"), 0
	for _, x := range f.SmallStudy {
		if !strings.Contains(x.Limit, "choose other cut points") {
			continue
		}
		failed++
		if x.Statistic != nil || x.P != nil || x.Estimate != nil || x.CILower != nil || x.CIUpper != nil {
			t.Errorf("%s failed and prints numbers: %v %v %v", x.Name, show(x.Statistic), show(x.P), show(x.Estimate))
		}
	}
	if failed == 0 {
		t.Error("the selection model of three studies, all significant, was expected to fail")
	}
}

// The two datasets count from different days: week 18 of the MDMA trials is two
// months after the last dose, week 3 of psilocybin trials is three weeks after it.
func TestPooledResultsKnowTheLastDose(t *testing.T) {
	for id, span := range map[string][2]float64{"mdma-ptsd-severity": {3, 9}, "psilocybin-depression-severity": {2, 7},
		"psilocybin-depression-ssri": {3, 3}} {
		f := answer(t, id)
		for _, e := range f.Effects {
			if w := e.WeeksAfterLastDose; w == nil || *w < span[0] || *w > span[1] {
				t.Errorf("%s: %s was measured %v weeks after the last dose, want %v", id, e.StudyLabel, show(w), span)
			}
		}
	}
}

// Files and pages name the same kind of absence: what the starter facts hold
// nothing of was not searched for, and no register's hits or day stand beside it.
func TestASelectionIsNoSearch(t *testing.T) {
	q := ask(t, "lsd-ptsd-severity")
	b := synthesis.Base{Searches: []evidence.Search{{ID: "ctgov/lsd", Source: "ctgov", Substances: []string{"lsd"}, Day: "2026-11-29",
		Complete: true}}}
	for _, restated := range []bool{false, true} {
		b.Restated = restated
		f, err := synthesis.Answer(t.Context(), q, b)
		if err != nil {
			t.Fatal(err)
		}
		want := map[bool]evidence.State{false: evidence.SearchedNone, true: evidence.SelectionNone}[restated]
		if c := f.Coverage; f.State != want || !c.Asked || c.Complete == restated || (c.Day == "") != restated ||
			(len(c.Searches) == 0) != restated {
			t.Errorf("restated %v: %s, %+v", restated, f.State, c)
		}
	}
}
