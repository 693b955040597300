package synthesis

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"past/analysis/certainty"
	"past/internal/evidence"
)

// trials are effects of two-arm trials of 60 and 60 people, all judged at low risk.
func trials(measure string, yi ...float64) []evidence.Effect {
	out := make([]evidence.Effect, len(yi))
	for i, y := range yi {
		n := 60.0
		e := evidence.Effect{ID: fmt.Sprint(i), StudyID: fmt.Sprint(i), StudyLabel: fmt.Sprintf("Trial %d", i), N1: &n, N2: &n,
			RiskOfBias: "low", ComparatorClass: "active-placebo"}
		e.SetEffect(measure, "metafor", y, 4.0/120+y*y/480)
		out[i] = e
	}
	return out
}

// graded is the proposal for effects, by the road that a finding takes.
func graded(t *testing.T, q Question, effects []evidence.Effect, missing ...evidence.MissingTrial) evidence.Finding {
	t.Helper()
	f := evidence.Finding{Measure: q.Measure, Effects: effects, Missing: missing}
	var err error
	if f.Primary, err = Pool(q.Model(), effects); err != nil {
		t.Fatal(err)
	}
	if f.Headline, f.Bayes, err = headline(q, f.Primary, effects, true); err != nil {
		t.Fatal(err)
	}
	f.SmallStudy = smallStudy(q, effects)
	if f.Bound, err = bound(q, effects, f.Primary, f.Headline, f.Missing); err != nil {
		t.Fatal(err)
	}
	if err := grade(q, &f, true); err != nil {
		t.Fatal(err)
	}
	return f
}

// Each clause of each rule fires for a finding that has what it asks about, and is
// silent for one that has not.
func TestEveryClauseOfCertaintyFires(t *testing.T) {
	mid := 0.3
	q := Question{Measure: "SMD", Formula: "metafor", Method: "REML", Test: "knha", MID: &mid, MIDSource: "a test", IndirectnessReviewed: true}
	drug := q
	drug.Substances = []string{"psilocybin"} // which participants notice
	even := []float64{-0.62, -0.55, -0.7, -0.6, -0.58, -0.66, -0.61, -0.57, -0.64, -0.63, -0.59, -0.6}
	sound := graded(t, q, trials("SMD", even...))
	if sound.Certainty.Level != "high" || !strings.Contains(sound.Certainty.Note, "number of questions") {
		t.Fatalf("a sound body of evidence: %+v", sound.Certainty)
	}
	set := func(change func(i int, e *evidence.Effect)) []evidence.Effect {
		out := trials("SMD", even...)
		for i := range out {
			change(i, &out[i])
		}
		return out
	}
	shifted := q
	shifted.Indirectness = []Indirect{{Facet: "population", Share: 0.7, Reason: "adolescents"}}
	planned, small := 500, 12.0
	overdue := func(n *int) evidence.MissingTrial { return evidence.MissingTrial{Why: WhyOverdue, PlannedN: n} }
	asymmetric := trials("SMD", -1.9, -1.7, -1.6, -1.4, -1.2, -1.1, -0.9, -0.7, -0.5, -0.35, -0.33, -0.31)
	for i := range asymmetric {
		n := 8 + 14*float64(i)
		asymmetric[i].N1, asymmetric[i].N2 = &n, &n
		y := asymmetric[i].Estimate
		asymmetric[i].SetEffect("SMD", "metafor", *y, 2/n+*y**y/(4*n))
	}
	for _, c := range []struct {
		name, domain string
		finding      evidence.Finding
		steps        float64
		words        string
	}{
		{"high risk", certainty.RiskOfBias, graded(t, q, set(func(i int, e *evidence.Effect) {
			if i < 6 {
				e.RiskOfBias = "high"
			}
		})), -1, "high risk 50 %"},
		{"nearly all at high risk", certainty.RiskOfBias, graded(t, q, set(func(i int, e *evidence.Effect) {
			if i > 0 {
				e.RiskOfBias = "high"
			}
		})), -2, "high risk 92 %"},
		{"without high risk the line is crossed", certainty.RiskOfBias, graded(t, q, set(func(i int, e *evidence.Effect) {
			if i < 4 {
				e.RiskOfBias = "high"
				e.SetEffect("SMD", "metafor", -2.4, 0.02)
			} else {
				e.SetEffect("SMD", "metafor", 0.15*float64(i%3-1), 0.05)
			}
		})), -1, "without studies at high risk 8 with"},
		{"unblinding", certainty.RiskOfBias, graded(t, drug, set(func(_ int, e *evidence.Effect) { e.ComparatorClass = "inactive-placebo" })), -1,
			"give the treatment away hold 100 %"},
		{"a drug that is not noticed", certainty.RiskOfBias, graded(t, q, set(func(_ int, e *evidence.Effect) {
			e.ComparatorClass = "inactive-placebo"
		})), 0, "low risk 100 %"},
		{"not judged", certainty.RiskOfBias, graded(t, q, set(func(_ int, e *evidence.Effect) { e.RiskOfBias = "" })), 0, "not judged for 100 %"},
		{"a new study may read otherwise", certainty.Inconsistency, graded(t, q, set(func(i int, e *evidence.Effect) {
			e.SetEffect("SMD", "metafor", -0.7-0.3*float64(i%3-1), 0.02)
		})), -1, "a new study g"},
		{"I2 above 90 %", certainty.Inconsistency, graded(t, q, set(func(i int, e *evidence.Effect) {
			e.SetEffect("SMD", "metafor", -1.0+1.4*float64(i%3-1), 0.03)
		})), -2, "I2 9"},
		{"another population", certainty.Indirectness, graded(t, shifted, trials("SMD", even...)), -1, "population in 70 %"},
		{"few people", certainty.Imprecision, graded(t, q, set(func(_ int, e *evidence.Effect) { e.N1, e.N2 = &small, &small })), -1,
			"288 participants, 349 needed"},
		{"the threshold inside", certainty.Imprecision, graded(t, q, trials("SMD", -0.2, -0.5, -0.4, -0.3, -0.1, -0.6, -0.4, -0.3)), -1,
			"thresholds −0.3 and 0.3"},
		{"overdue trials", certainty.PublicationBias, graded(t, q, trials("SMD", even...), overdue(&planned)), -1,
			"1 registered trial without results, 500 participants"},
		{"overdue trials of unknown size", certainty.PublicationBias, graded(t, q, trials("SMD", even[:2]...), overdue(nil), overdue(nil)), -1,
			"2 registered trials without results, 2 of unknown size"},
		{"an asymmetric funnel", certainty.PublicationBias, graded(t, q, asymmetric), -1, "regression on sample size"},
		{"running trials", certainty.PublicationBias, graded(t, q, trials("SMD", even...),
			evidence.MissingTrial{Why: WhyRunning, PlannedN: &planned}), 0, "no registered trial is known to be without results"},
	} {
		d := evidence.CertaintyDomain{Steps: math.NaN()}
		for _, x := range c.finding.Certainty.Domains {
			if x.Name == c.domain {
				d = x
			}
		}
		if d.Steps != c.steps || !strings.Contains(d.Inputs, c.words) {
			t.Errorf("%s: %s %v, want %v; %q lacks %q", c.name, c.domain, d.Steps, c.steps, d.Inputs, c.words)
		}
		if was := sound.Certainty.Level; c.steps < 0 && c.finding.Certainty.Level == was {
			t.Errorf("%s leaves the level at %s", c.name, was)
		}
	}
}

// Counted outcomes are read in people: the comparator's risk arrives, and the bar is
// the same for two questions of a kind.
func TestCountedOutcomesAreReadInPeople(t *testing.T) {
	counted := func(e1, e2 float64) evidence.Finding {
		effects := trials("RR", 0, 0, 0)
		for i := range effects {
			a, b := e1+float64(i), e2
			effects[i].Event1, effects[i].Event2 = &a, &b
			effects[i].SetEffect("RR", "metafor", math.Log(a/b), 1/a+1/b-2.0/60)
		}
		return graded(t, Question{Measure: "RR", Formula: "metafor", Method: "REML", Test: "knha", IndirectnessReviewed: true}, effects)
	}
	for _, f := range []evidence.Finding{counted(40, 30), counted(25, 12)} {
		d := f.Certainty.Domains[3]
		if !strings.Contains(d.Inputs, "of 100 people), thresholds 10 more or fewer of 100 people") || strings.Contains(d.Inputs, "NaN") {
			t.Errorf("%s", d.Inputs)
		}
	}
}
