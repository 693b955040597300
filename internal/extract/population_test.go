package extract

import (
	"testing"

	"past/internal/evidence"
	"past/internal/vocab"
)

// People with a diagnosis are people with another illness only where the outcome is
// the symptoms of a diagnosis that they are not treated for: function is not.
func TestPopulationOfAnOutcome(t *testing.T) {
	v, seen := vocab.Default(), map[string]string{}
	for _, conditions := range [][]string{{"ptsd"}, {"depression"}, {"life-threatening-illness"}} {
		effects := map[string]evidence.Effect{}
		for _, name := range []string{"synthetic-mdma-caps5.json", "synthetic-fsfi.json"} {
			made, _ := registerEffects(t, name, evidence.Study{ID: name, Substances: []string{"mdma", "psilocybin"},
				Conditions: conditions, Design: "parallel-rct"})
			for id, e := range made {
				effects[name+" "+id] = e
			}
		}
		for id, e := range effects {
			_, diagnosis := v.Condition(e.Domain)
			want := "diagnosis"
			if diagnosis && e.Domain != conditions[0] || conditions[0] == "life-threatening-illness" {
				want = "other-illness"
			}
			if e.Domain != "" && e.PopulationClass != "" && e.PopulationClass != want {
				t.Errorf("%s of %s in people with %s: %s, want %s", id, e.Domain, conditions[0], e.PopulationClass, want)
			}
			seen[e.Domain] = want
		}
	}
	if seen["ptsd"] == "" || len(seen) < 2 {
		t.Errorf("the fixture has no two domains: %v", seen)
	}
}
