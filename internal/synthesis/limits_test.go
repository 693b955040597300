package synthesis

import (
	"strings"
	"testing"

	"past/internal/evidence"
	"past/internal/vocab"
)

// One study whose change scores say otherwise than its endpoint scores says so.
func TestOneStudyNamesItsOtherScores(t *testing.T) {
	effect := func(id, score, when string, y float64) evidence.Effect {
		e := evidence.Effect{ID: id, StudyID: "s", Instrument: "qids-sr16", ScoreType: score, TimepointRaw: when,
			ComparatorClass: vocab.OtherDrug, HigherBetter: evidence.No,
			Verdict: evidence.Usable}
		e.SetEffect("SMD", "metafor", y, 0.07)
		return e
	}
	pooled := effect("a", evidence.ScoreEndpoint, "Week 6", -0.54)
	for _, c := range []struct {
		other evidence.Effect
		want  string
	}{
		{effect("b", evidence.ScoreChange, "Baseline and week 6 (visit)", -0.36), "change scores on the QIDS-SR-16 give g −0.36"},
		{effect("b", evidence.ScoreChange, "Baseline and week 6", -0.80), ""}, // the same reading
		{effect("b", evidence.ScoreChange, "Week 3", -0.36), ""},
		{effect("b", evidence.ScoreResponse, "Week 6", -0.36), ""},
	} {
		got, _, _ := otherScore(Question{Measure: "SMD", Formula: "metafor", LowerIsBetter: true}, Base{Effects: []evidence.Effect{pooled,
			c.other}}, []evidence.Effect{pooled},
			evidence.Headline{})
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s at %s: %q, want %q", c.other.ScoreType, c.other.TimepointRaw, got, c.want)
		}
	}
}

// Of a drug that participants do not notice nothing is said of noticing it.
func TestOnlyDrugsThatAreNoticedUnblind(t *testing.T) {
	for substance, want := range map[string]bool{"mdma": true, "psilocybin": true, "lsd": true, "ketamine": true, "sertraline": false,
		"": false} {
		if got := felt(Question{Substances: []string{substance}}); got != want {
			t.Errorf("%q: %v", substance, got)
		}
	}
	if felt(Question{Substances: []string{"mdma", "sertraline"}}) {
		t.Error("a question that asks about sertraline too")
	}
}
