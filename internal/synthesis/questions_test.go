package synthesis_test

import (
	"strings"
	"testing"

	"past/internal/evidence"
	"past/internal/synthesis"
	"past/internal/vocab"
)

// The headline questions are at most twenty and complete; no question of an
// effect leaves out who took part.
func TestShippedQuestionsAreComplete(t *testing.T) {
	qs, err := synthesis.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	headline := 0
	for _, q := range qs {
		if q.Headline {
			headline++
		}
		if q.PopulationWords == "" && q.Population == "" || q.Dose == "" || q.Clock == "" || len(q.Comparators) == 0 || len(q.Designs) == 0 {
			t.Errorf("%s: population %q, dose %q, clock %q, comparators %v", q.ID, q.PopulationWords, q.Dose, q.Clock, q.Comparators)
		}
		if (strings.Contains(strings.Join(q.Scores, " "), "response") || strings.Contains(strings.Join(q.Scores, " "), "remission")) &&
			q.Response == "" {
			t.Errorf("%s does not say what a response is", q.ID)
		}
	}
	if headline == 0 || headline > 20 {
		t.Errorf("%d headline questions", headline)
	}
}

// A question with an unknown key or a wrong kind of value is kept aside with its
// line and id; the others are read.
func TestOneBadQuestionLeavesTheOthers(t *testing.T) {
	const good = "- id: %s\n  title: T\n  intervention: MDMA\n  outcome: PTSD\n  substances: [mdma]\n  condition: ptsd\n  " +
		"comparators: [inactive-placebo]\n" +
		"  domain: ptsd\n  scores: [endpoint]\n  time: {rule: primary}\n  measure: SMD\n  lower_is_better: true\n"
	for _, bad := range []string{"colour: red", "lower_is_better: maybe", "substances: mdma", "substances: [mdam]", "time: {rule: primry}",
		"comparators: [placebo]", "designs: [rct]", "domain: ptds"} {
		key, _, _ := strings.Cut(bad, ":")
		middle := strings.ReplaceAll(good, "%s", "bad")
		if i := strings.Index(middle, "\n  "+key+":"); i >= 0 {
			end := i + 1 + strings.Index(middle[i+1:], "\n")
			middle = middle[:i] + "\n  " + bad + middle[end:]
		} else {
			middle += "  " + bad + "\n"
		}
		in := strings.ReplaceAll(good, "%s", "first") + middle + strings.ReplaceAll(good, "%s", "last")
		qs, mistakes, err := synthesis.ReadQuestions("questions.yaml", []byte(in), vocab.Default())
		if err != nil || len(qs) != 2 || qs[0].ID != "first" || qs[1].ID != "last" || len(mistakes) == 0 || mistakes[0].ID != "bad" ||
			mistakes[0].Line < 13 {
			t.Errorf("%s: %d questions, %+v, %v", bad, len(qs), mistakes, err)
		}
	}
}

func TestGuidelineQuestions(t *testing.T) {
	for id, want := range map[string]struct {
		k     int
		state evidence.State
	}{
		"mdma-ptsd-severity":         {6, evidence.Uncertain},
		"mdma-ptsd-long-term":        {0, evidence.Uncontrolled},
		"mdma-ptsd-trauma-focused":   {0, evidence.SearchedNone},
		"psilocybin-depression-ssri": {1, evidence.Uncertain},
		"psilocybin-trd-severity":    {2, evidence.Uncertain},
		"ketamine-depression-active": {0, evidence.NotLooked},
	} {
		f := answer(t, id)
		if f.Primary.K != want.k || f.State != want.state {
			t.Errorf("%s: k = %d, %s, want %d, %s: %s", id, f.Primary.K, f.State, want.k, want.state, f.Sentences.Plain)
		}
	}
	mdd, trd := answer(t, "psilocybin-mdd-severity"), answer(t, "psilocybin-trd-severity")
	for _, e := range mdd.Effects {
		if strings.Contains(e.Population, "tr-") || e.PopulationClass != "diagnosis" {
			t.Errorf("%s (%s) is not of major depression alone", e.StudyLabel, e.Population)
		}
	}
	if mdd.Primary.K < 3 || trd.Primary.K < 1 {
		t.Errorf("major depression %d, treatment-resistant %d studies", mdd.Primary.K, trd.Primary.K)
	}
	mixed := answer(t, "psilocybin-depression-severity")
	if !strings.Contains(mixed.Sentences.Curriculum, "of the studies in people with another illness") ||
		!strings.Contains(strings.Join(mixed.Limits, " "), "cancer") {
		t.Errorf("the mixed populations are not named: %s %v", mixed.Sentences.Curriculum, mixed.Limits)
	}
}

// A randomised trial whose layout is not stated has a comparison group: its row is
// left out for its design, and is not called uncontrolled.
func TestRandomisedWithoutLayoutIsNotUncontrolled(t *testing.T) {
	q := ask(t, "mdma-ptsd-severity")
	for design, want := range map[string]evidence.State{"randomized": evidence.MeasuredOnly, "open-label": evidence.Uncontrolled,
		"": evidence.MeasuredOnly} {
		e := evidence.Effect{ID: "e", StudyID: "S", StudyLabel: "S", Substance: "mdma", Condition: "ptsd", Domain: "ptsd",
			PopulationClass: "diagnosis", ScoreType: "endpoint",
			ComparatorClass: "inactive-placebo", Design: design, Verdict: evidence.Usable, Measure: "SMD", Formula: "metapsy"}
		e.SetEffect("SMD", "metapsy", -0.5, 0.1)
		f, err := synthesis.Answer(t.Context(), q, synthesis.Base{Effects: []evidence.Effect{e}})
		if err != nil || f.State != want {
			t.Errorf("design %q: %s, %v", design, f.State, err)
		}
	}
}
