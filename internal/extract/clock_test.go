package extract

import (
	"testing"

	"past/analysis/effect"
	"past/internal/evidence"
)

// A time counted from the one dose is a time after the last; one from each of several
// or from an unnamed one is not.
func TestTimeFromTheOneDose(t *testing.T) {
	for label, known := range map[string]bool{"24 hours after the infusion": true, "24 hours post the single ketamine infusion": true,
		"24 hours after infusion": false, "24 hours after each infusion": false, "24 hours after the first infusion": false,
		"Week 3": false, "4 weeks after randomisation": false} {
		e := evidence.Effect{TimepointRaw: label}
		clock(&e)
		if (e.WeeksAfterLastDose != nil) != known {
			t.Errorf("%q: %v weeks after the last dose, origin %q", label, e.WeeksAfterLastDose, e.TimepointOrigin)
		}
	}
}

// Two arms without an event give no ratio, in any formula.
func TestNoEventsGiveNoRatio(t *testing.T) {
	zero, n := 0.0, 50.0
	for _, formula := range []string{"metafor", "metapsy", "revman"} {
		e := evidence.Effect{ScoreType: evidence.ScoreEvents, Event1: &zero, Event2: &zero, N1: &n, N2: &n}
		if err := Compute(&e, effect.Formula(formula)); err != nil || e.Estimate != nil || e.Ratio != nil || !hasFlag(&e, "no-events") {
			t.Errorf("%s: %v %v %v", formula, err, e.Estimate, e.Flags)
		}
	}
}
