package pipeline

import (
	"strings"
	"testing"

	"past/internal/evidence"
	"past/internal/extract/reason"
	"past/internal/vocab"
)

// TestDosesThatSourcesContradict: the dose of a harms table is compared with what the
// trial's arms and results state. Only where each side has a dose that the other lacks
// is there a contradiction.
func TestDosesThatSourcesContradict(t *testing.T) {
	for _, c := range []struct {
		name, substance string
		stated, table   []string
		want            string // what the contradicted rows are said to be instead
		doubted         int
	}{
		{"by weight", "psilocybin", []string{"psilocybin 0.215 mg/kg"}, []string{"25"}, "0.215 mg/kg", 1},
		{"a span", "mdma", []string{"75-125 mg"}, []string{"75"}, "75-125 mg", 1},
		{"another amount", "psilocybin", []string{"10 mg", "1 mg"}, []string{"25", "1"}, "10 mg", 1},
		{"the same", "mdma", []string{"125 mg", "25 mg"}, []string{"125", "25"}, "", 0},
		{"a further dose of the table", "mdma", []string{"125 mg", "25 mg"}, []string{"125", "25", "150"}, "", 0},
		{"a further dose of the trial", "mdma", []string{"80 mg", "120 mg"}, []string{"120"}, "", 0},
		{"another unit", "lsd", []string{"200 µg", "100 ug"}, []string{"0.2", "0.1"}, "", 0},
		{"per 70 kg", "psilocybin", []string{"20 mg/70 kg"}, []string{"20"}, "", 0},
		{"another drug's dose", "psilocybin", []string{"niacin 100 mg"}, []string{"25"}, "", 0},
		{"nothing stated", "psilocybin", nil, []string{"25"}, "", 0},
		{"no dose in the table", "psilocybin", []string{"25 mg"}, []string{""}, "", 0},
	} {
		stated := statedDoses{}
		stated.add(vocab.Default(), "S", c.substance, c.stated...)
		var rows []evidence.HarmRow
		for _, dose := range c.table {
			rows = append(rows, evidence.HarmRow{StudyID: "S", Substance: c.substance, Dose: dose})
		}
		doubtDoses(rows, stated)
		doubted := 0
		for _, r := range rows {
			if reason.DoseDoubt(r.Flags) != "" {
				doubted++
			}
			if (r.OtherDose != "") != (reason.DoseDoubt(r.Flags) != "") || r.OtherDose != "" && r.OtherDose != c.want {
				t.Errorf("%s: %s mg or %q, flags %q", c.name, r.Dose, r.OtherDose, r.Flags)
			}
		}
		if doubted != c.doubted {
			t.Errorf("%s: %d rows in doubt, want %d", c.name, doubted, c.doubted)
		}
	}
}

// TestArmsInADoubtfulUnit: a registered arm carries the doubt of its dose, and so does
// the arm beside it in the same unit; another drug's arm does not.
func TestArmsInADoubtfulUnit(t *testing.T) {
	p := &Pipeline{Vocab: vocab.Default()}
	arms := p.registeredArms(&evidence.Record{Arms: []evidence.Arm{{Label: "Psilocybin 22 mg/kg"},
		{Label: "Low dose", Description: "psilocybin 1 mg/kg"}, {Label: "Niacin 100 mg"}}})
	for i, want := range []string{"dose unit in doubt", "dose unit in doubt", ""} {
		if got := reason.DoseDoubt(arms[i].Flags); got != want {
			t.Errorf("%s: %q, want %q (%q)", arms[i].Label, got, want, arms[i].Flags)
		}
	}
	if s := strings.Join(arms[0].Flags, ""); !strings.Contains(s, `"22 mg/kg" is no dose of psilocybin`) {
		t.Error(s)
	}
}
