package extract

import (
	"testing"

	"past/internal/evidence"
)

func TestStatedDesign(t *testing.T) {
	one := []evidence.Arm{{Label: "psilocybin"}}
	two := []evidence.Arm{{Label: "psilocybin"}, {Label: "placebo"}}
	for name, c := range map[string]struct {
		r                evidence.Record
		design, blinding string
	}{
		"ctgov parallel": {evidence.Record{StudyType: "INTERVENTIONAL", Allocation: "RANDOMIZED", InterventionModel: "PARALLEL",
			Masking: "QUADRUPLE", Arms: two}, "parallel-rct", "double-blind"},
		"ctgov crossover": {evidence.Record{StudyType: "INTERVENTIONAL", Allocation: "RANDOMIZED", InterventionModel: "CROSSOVER",
			Masking: "NONE"}, "crossover-rct", "open-label"},
		"ctgov sequential": {evidence.Record{StudyType: "INTERVENTIONAL", Allocation: "RANDOMIZED", InterventionModel: "SEQUENTIAL",
			Masking: "SINGLE"}, "parallel-rct", "single-blind"},
		"ctgov single group": {evidence.Record{StudyType: "INTERVENTIONAL", Allocation: "NA", InterventionModel: "SINGLE_GROUP",
			Masking: "NONE"}, "open-label", "open-label"},
		"ctgov extension": {evidence.Record{StudyType: "INTERVENTIONAL", Allocation: "NA", InterventionModel: "SINGLE_GROUP",
			Title: "An Open-Label Extension Study of Midomafetamine"}, "extension", "open-label"},
		"ctgov observational":  {evidence.Record{StudyType: "OBSERVATIONAL", Title: "A randomized sample of users"}, "observational", ""},
		"ctgov nothing stated": {evidence.Record{StudyType: "INTERVENTIONAL", Arms: two}, "", ""},
		"one arm only":         {evidence.Record{StudyType: "INTERVENTIONAL", Arms: one}, "open-label", ""},
		"title only": {evidence.Record{OfficialTitle: "A Double-Blind, Randomized, Parallel-Group Study"}, "parallel-rct",
			"double-blind"},
		"title says non-random": {evidence.Record{Title: "A non-randomised study"}, "open-label", ""},
		"euctr": {evidence.Record{Allocation: "NON_RANDOMIZED", InterventionModel: "PARALLEL", Masking: "DOUBLE"},
			"open-label", "double-blind"},
		"isrctn": {evidence.Record{StudyType: "INTERVENTIONAL", Allocation: "RANDOMIZED", InterventionModel: "Crossover",
			Masking: "Blinded (masking used): Double"}, "crossover-rct", "double-blind"},
		"ictrp of ClinicalTrials": {evidence.Record{StudyType: "Interventional",
			InterventionModel: "Allocation: Randomized. Intervention model: Parallel Assignment. Masking: Double (Participant, Investigator)."},
			"parallel-rct", "double-blind"},
		"ictrp of EUCTR crossover": {evidence.Record{InterventionModel: "Controlled: yes Randomised: yes Open: no Single blind: " +
			"no Double blind: yes Parallel group: no Cross over: yes Other: no"}, "crossover-rct", "double-blind"},
		"ictrp of EUCTR parallel": {evidence.Record{InterventionModel: "Controlled: yes Randomised: yes Parallel group: yes Cross over: no"},
			"parallel-rct", ""},
		"ictrp not randomised": {evidence.Record{InterventionModel: "Controlled: no Randomised: no Open: yes"}, "open-label", ""},
		"ctis":                 {evidence.Record{Allocation: "RANDOMIZED", Masking: "CTIS blinding code 3", Arms: two}, "randomized", ""},
	} {
		design, blinding, how := StatedDesign(&c.r)
		if design != c.design || blinding != c.blinding {
			t.Errorf("%s: %q %q (%s), want %q %q", name, design, blinding, how, c.design, c.blinding)
		}
	}
}
