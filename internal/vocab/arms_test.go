package vocab

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

func drug(names ...string) []InterventionText {
	var list []InterventionText
	for _, n := range names {
		list = append(list, InterventionText{Name: n, Type: "DRUG"})
	}
	return list
}

func TestComparatorClass(t *testing.T) {
	v := Default()
	for _, c := range []struct {
		arm     ArmText
		role    Role
		class   string
		certain bool
	}{
		{ArmText{Label: "MDMA-assisted therapy", Type: "EXPERIMENTAL", Interventions: drug("MDMA 80 mg plus supplemental 40 mg")}, RoleExperimental, "", true},
		{ArmText{Label: "Low dose MDMA", Type: "ACTIVE_COMPARATOR", Description: "30 mg MDMA with therapy"}, RoleComparator, ActivePlacebo, true},
		{ArmText{Label: "25 mg MDMA", Type: "EXPERIMENTAL"}, RoleComparator, ActivePlacebo, true},
		{ArmText{Label: "40 mg MDMA HCl"}, RoleComparator, ActivePlacebo, true},
		{ArmText{Label: "75 mg MDMA"}, RoleExperimental, "", true},
		{ArmText{Label: "MDMA 125 mg"}, RoleExperimental, "", true},
		{ArmText{Label: "Psilocybin 25 mg", Type: "EXPERIMENTAL"}, RoleExperimental, "", true},
		{ArmText{Label: "COMP360 1 mg", Type: "ACTIVE_COMPARATOR"}, RoleComparator, ActivePlacebo, true},
		{ArmText{Label: "Psilocybin 1 or 3 mg/70 kg"}, RoleComparator, ActivePlacebo, true},
		{ArmText{Label: "Psilocybin 22 or 30 mg/70 kg"}, RoleExperimental, "", true},
		{ArmText{Label: "10 mg psilocybin", Type: "ACTIVE_COMPARATOR"}, RoleComparator, ActivePlacebo, false},
		{ArmText{Label: "10 mg psilocybin", Type: "EXPERIMENTAL"}, RoleExperimental, "", false},
		{ArmText{Label: "Psilocybin 0.3 mg/kg"}, RoleExperimental, "", true},
		{ArmText{Label: "LSD 25 µg"}, RoleComparator, ActivePlacebo, true},
		{ArmText{Label: "MM120 100 ug"}, RoleExperimental, "", true},
		{ArmText{Label: "Ketamine 0.5 mg/kg"}, RoleExperimental, "", true},
		{ArmText{Label: "Ketamine 0.1 mg/kg", Type: "ACTIVE_COMPARATOR"}, RoleComparator, ActivePlacebo, true},
		{ArmText{Label: "Placebo", Type: "PLACEBO_COMPARATOR", Interventions: drug("Placebo")}, RoleComparator, InactivePlacebo, true},
		{ArmText{Label: "Psilocybin placebo", Type: "PLACEBO_COMPARATOR"}, RoleComparator, InactivePlacebo, true},
		{ArmText{Label: "Placebo for MDMA with therapy"}, RoleComparator, InactivePlacebo, true},
		{ArmText{Label: "Ketamine-matched placebo"}, RoleComparator, InactivePlacebo, true},
		{ArmText{Label: "Inactive placebo, lactose 125 mg"}, RoleComparator, InactivePlacebo, true},
		{ArmText{Label: "Normal saline infusion", Type: "PLACEBO_COMPARATOR"}, RoleComparator, InactivePlacebo, true},
		{ArmText{Label: "Niacin", Type: "PLACEBO_COMPARATOR", Interventions: drug("Niacin 250 mg")}, RoleComparator, ActivePlacebo, true},
		{ArmText{Label: "Midazolam 0.02 mg/kg", Type: "ACTIVE_COMPARATOR"}, RoleComparator, ActivePlacebo, false},
		{ArmText{Label: "Active placebo"}, RoleComparator, ActivePlacebo, true},
		{ArmText{Label: "Escitalopram", Type: "ACTIVE_COMPARATOR", Interventions: drug("Escitalopram 10 mg")}, RoleComparator, OtherDrug, true},
		{ArmText{Label: "Escitalopram 20 mg plus psilocybin 1 mg", Type: "ACTIVE_COMPARATOR"}, RoleComparator, OtherDrug, false},
		{ArmText{Label: "Electroconvulsive therapy", Type: "ACTIVE_COMPARATOR"}, RoleComparator, OtherDrug, true},
		{ArmText{Label: "Wait list control", Type: "NO_INTERVENTION"}, RoleComparator, Waitlist, true},
		{ArmText{Label: "Delayed treatment", Description: "psilocybin 25 mg after eight weeks"}, RoleComparator, Waitlist, true},
		{ArmText{Label: "Control", Type: "NO_INTERVENTION"}, RoleComparator, Waitlist, false},
		{ArmText{Label: "Treatment as usual", Type: "ACTIVE_COMPARATOR"}, RoleComparator, TherapyAlone, true},
		{ArmText{Label: "Psychotherapy alone"}, RoleComparator, TherapyAlone, true},
		{ArmText{Label: "MDMA", Type: "EXPERIMENTAL", SingleArm: true}, RoleExperimental, NoComparator, true},
		{ArmText{Label: "Placebo first, then MDMA 125 mg", Type: "PLACEBO_COMPARATOR"}, RoleComparator, InactivePlacebo, false},
		{ArmText{Label: "Psilocybin 25 mg followed by placebo"}, RoleExperimental, "", false},
		{ArmText{Label: "Psilocybin and placebo", Type: "EXPERIMENTAL"}, RoleExperimental, "", false},
		{ArmText{Label: "Group B"}, RoleUnknown, "", false},
		{ArmText{}, RoleUnknown, "", false},
	} {
		got := v.ComparatorClass(c.arm)
		if got.Role != c.role || got.Comparator != c.class || got.Certain != c.certain {
			t.Errorf("%+v\n  got %s %q certain %v (%s)\n want %s %q certain %v", c.arm, got.Role, got.Comparator, got.Certain, got.Reason, c.role, c.class, c.certain)
		}
		if got.Reason == "" {
			t.Errorf("%+v: no reason", c.arm)
		}
	}
}

// A placebo arm whose description tells of the crossover must stay a placebo arm.
func TestDescriptionDoesNotMakeAnArmActive(t *testing.T) {
	got := Default().ComparatorClass(ArmText{Label: "Niacin", Type: "PLACEBO_COMPARATOR", Interventions: drug("Niacin 250 mg"),
		Description: "Seven weeks later these participants receive psilocybin 0.3 mg/kg."})
	if got.Comparator != ActivePlacebo || slices.Contains(got.Substances, "psilocybin") || len(got.Doses) == 0 {
		t.Errorf("got %+v", got)
	}
}

func TestDoses(t *testing.T) {
	v := Default()
	for text, want := range map[string]string{
		"MDMA 80-120 mg":                      "mdma 80-120 mg",
		"psilocybin 1 or 3 mg/70 kg":          "psilocybin 1-3 mg/70kg",
		"psilocybin 0.2 mg/kg":                "psilocybin 0.2 mg/kg",
		"LSD 100 μg":                          "lsd 100 ug",
		"ketamine 50 mg/ml":                   "",
		"25 mg psilocybin":                    "psilocybin 25 mg",
		"MDMA 125 milligrams":                 "mdma 125 mg",
		"psilocybin at 140 mmHg":              "",
		"psilocybin 25 mg or niacin 250 mg":   "psilocybin 25 mg; niacin 250 mg",
		"placebo for psilocybin 25 mg":        "",
		"ketamine 1,000 mg":                   "ketamine 1000 mg",
		"psilocybin 0 mg":                     "",
		"psilocybin 25mg capsules":            "psilocybin 25 mg",
		"midazolam 0.045 mg per kg, ketamine": "midazolam 0.045 mg/kg",
	} {
		var got []string
		for _, d := range v.ComparatorClass(ArmText{Label: text}).Doses {
			s := d.Substance + " " + number(d.Amount)
			if d.Upper > 0 {
				s += "-" + number(d.Upper)
			}
			got = append(got, s+" "+d.Unit)
		}
		if s := strings.Join(got, "; "); s != want {
			t.Errorf("%q: %q, want %q", text, s, want)
		}
	}
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
