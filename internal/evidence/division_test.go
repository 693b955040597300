package evidence

import (
	"fmt"
	"testing"
)

// Groups of different phases, cohorts, parts, periods or studies are apart; words
// that name none, or one that both share, set nothing apart.
func TestDivisionsOfGroups(t *testing.T) {
	for _, c := range []struct{ a, b, apart string }{
		{"Psilocybin - Phase II", "Placebo - Phase I", "phase"},
		{"Psilocybin - Phase II", "Placebo/Control Extension - Phase 2", ""},
		{"Cohort I - Psilocybin", "Cohort II - Placebo", "cohort"},
		{"Part A: 25 mg", "Part B: placebo", "part"},
		{"Stage 1 ketamine", "placebo, stage 2", "stage"},
		{"Period 1, MDMA", "Period 2, placebo", "period"},
		{"Sub-study A MDMA", "Substudy B placebo", "substudy"},
		{"Study 1: MDMA", "Placebo (Study 2)", "study"},
		{"First phase: MDMA", "Placebo, phase 1", ""},
		{"Second period MDMA", "Placebo, period 1", "period"},
		{"Escalation phase: MDMA", "Expansion phase: placebo", "phase"},
		{"MDMA, Cohorts 1 and 2", "Placebo, Cohort 2", ""},
		{"MDMA, Cohort_3", "Placebo, Cohorts 1, 2", "cohort"},
		{"Phase 2 MDMA", "Placebo", ""},
		{"MDMA, part of the sample", "Placebo", ""},
		{"Recommended phase 2 dose", "Placebo, phase 1", ""},
	} {
		a, b := DivisionsOf(c.a, ""), DivisionsOf(c.b, "")
		if got := a.Apart(b); got != c.apart || b.Apart(a) != c.apart {
			t.Errorf("%q and %q: %q, %q, %v %v", c.a, c.b, got, b.Apart(a), a, b)
		}
	}
	d := DivisionsOf("Psilocybin 0.5 µg/kg/min", "Psilocybin participants receiving 0.5 µg/kg/min (Cohort I)")
	if d.Apart(DivisionsOf("Placebo Cohort II", "")) != "cohort" {
		t.Errorf("a cohort in the description: %v", d)
	}
	of := ParallelDivisions([]Group{{Title: "Cohort 1: psilocybin"}, {Title: "Cohort 2: placebo"}})
	if kind := of(Group{Title: "Cohort 1: psilocybin"}).Apart(of(Group{Title: "Cohort 2: placebo"})); kind != "" {
		t.Errorf("arms that are numbered as cohorts are apart by %s", kind)
	}
	var groups []Group
	for _, c := range []int{1, 2} {
		groups = append(groups, Group{Title: fmt.Sprintf("Cohort %d psilocybin", c)}, Group{Title: fmt.Sprintf("Cohort %d placebo", c)})
	}
	if of = ParallelDivisions(groups); of(groups[0]).Apart(of(groups[3])) != "cohort" || of(groups[0]).Apart(of(groups[1])) != "" {
		t.Error("cohorts with two arms each")
	}
}
