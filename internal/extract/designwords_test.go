package extract

import (
	"testing"

	"past/internal/evidence"
)

// TestPlainDesign: each register's way to state a design gives the same plain words.
func TestPlainDesign(t *testing.T) {
	for _, c := range []struct {
		name, allocation, model, masking string
		want                             [3]string
	}{
		{"codes", "RANDOMIZED", "SINGLE_GROUP", "NONE", [3]string{"randomised", "single group", "none (open label)"}},
		{"codes", "NON_RANDOMIZED", "PARALLEL", "QUADRUPLE", [3]string{"not randomised", "parallel groups", "quadruple"}},
		{"words", "", "Crossover Assignment", "Double (Participant, Investigator)",
			[3]string{"", "crossover", "double (participant, investigator)"}},
		{"one text", "RANDOMIZED", "Allocation: Randomized. Intervention model: Crossover. Masking: Double blind", "",
			[3]string{"randomised", "crossover", "double-blind"}},
		{"one text", "", "Purpose: Treatment;Allocation: Non-randomised trial;Masking: Open (masking not used);Assignment: Single group;" +
			"Type of endpoint: Safety/efficacy;", "", [3]string{"not randomised", "single group", "open-label"}},
		{"yes and no", "RANDOMIZED", "Controlled: yes Randomised: yes Open: no Single blind: no Double blind: yes Parallel group: yes " +
			"Cross over: no Other: no", "", [3]string{"randomised", "parallel groups", "double-blind"}},
		{"yes and no, open", "", "Controlled: no Randomised: no Open: yes Single blind: no Double blind: no Parallel group: no " +
			"Cross over: no", "", [3]string{"not randomised", "", "open-label"}},
		{"a text of other things", "", "Controlled: yes Placebo: yes Number of treatment arms: 3", "", [3]string{"", "", ""}},
		{"a code without words", "RANDOMIZED", "", "CTIS blinding code 2", [3]string{"randomised", "", "code 2 of the register, without words"}},
		{"nothing", "NA", "N/A", "", [3]string{"", "", ""}},
	} {
		a, l, m := PlainDesign(&evidence.Record{Allocation: c.allocation, InterventionModel: c.model, Masking: c.masking})
		if got := [3]string{a, l, m}; got != c.want {
			t.Errorf("%s, %q %q %q: %q, want %q", c.name, c.allocation, c.model, c.masking, got, c.want)
		}
	}
}
