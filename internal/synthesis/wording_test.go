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

func TestStateWords(t *testing.T) {
	for _, c := range []struct {
		s      evidence.State
		retold bool
		want   string
	}{{evidence.SearchedNone, false, "searched, none"}, {evidence.SearchedNone, true, "none in this selection"},
		{evidence.NotLooked, true, "not looked for"}, {evidence.MeasuredOnly, true, "measured, not extracted"}} {
		if got := c.s.Words(evidence.Coverage{Asked: true, Restated: c.retold}); got != c.want {
			t.Errorf("%s, retold %v: %q, want %q", c.s, c.retold, got, c.want)
		}
	}
}
