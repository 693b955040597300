package names

import (
	"slices"
	"testing"

	"past/analysis/effect"
)

// A column is known by its name in four languages, with or without the group, the
// level of an interval and what a spread is of.
func TestNamesSayRoles(t *testing.T) {
	for _, c := range []struct {
		name string
		kind effect.Kind
		role string
	}{
		{"Mittelwert Interventionsgruppe", effect.KindMeans, "m1i"},
		{"Standardabweichung Kontrollgruppe", effect.KindMeans, "sd2i"},
		{"Größe Behandlung", effect.KindMeans, "n1i"},
		{"Écart-type témoin", effect.KindMeans, "sd2i"},
		{"Desviación estándar tratamiento", effect.KindMeans, "sd1i"},
		{"Medelvärde kontroll", effect.KindMeans, "m2i"},
		{"events_treatment", effect.KindTwoByTwo, "ai"},
		{"n.c", effect.KindTwoByTwo, "n2i"},
		{"Std diff in means", effect.KindEffectAndVar, "yi"},
		{"Risk difference", effect.KindEffectAndVar, "yi"},
		{"SE of g", effect.KindEffectAndVar, "sei"},
		{"seTE", effect.KindEffectAndVar, "sei"},
		{"logOR_se", effect.KindEffectAndVar, "sei"},
		{"var(d)", effect.KindEffectAndVar, "vi"},
		{"95% CI lower", effect.KindEffectAndVar, "lb"},
		{"UCL", effect.KindEffectAndVar, "ub"},
		{"cases treated", effect.KindTwoByTwo, "ai"},
		{"Korrelation", effect.KindCorrelation, "ri"},
		{"N total", effect.KindCorrelation, "ni"},
		{"mean pre", effect.KindPrePost, "m1i"},
		{"sd nachher", effect.KindPrePost, "sd2i"},
	} {
		usual := Usual[c.kind][c.role]
		if !slices.Contains(usual, Fold(c.name)) && !slices.Contains(usual, Meaning(c.name)) {
			t.Errorf("%q (%s) is not taken for %s", c.name, Meaning(c.name), c.role)
		}
	}
	for _, other := range []string{"dose", "order", "search", "vario", "notes", "semester"} {
		for role, usual := range Usual[effect.KindEffectAndVar] {
			if slices.Contains(usual, Meaning(other)) {
				t.Errorf("%q is taken for %s", other, role)
			}
		}
	}
}

func TestGroupsInNames(t *testing.T) {
	for name, want := range map[string][2]string{"Ketamine mean": {"Ketamine", "mean"}, "n (Midazolam)": {"Midazolam", "n"},
		"MDMA, n": {"MDMA", "n"}, "SD_low dose": {"low dose", "sd"}} {
		if group, statistic, ok := GroupStatistic(name); !ok || group != want[0] || statistic != want[1] {
			t.Errorf("%q: %q, %q, %v", name, group, statistic, ok)
		}
	}
	for name, want := range map[string]int{"placebo": 2, "Kontrolle": 2, "Scheinmedikament": 2, "sham": 2, "Verum": 1, "treated": 1,
		"ketamine": 0} {
		if got := Side(name); got != want {
			t.Errorf("%q is on side %d, want %d", name, got, want)
		}
	}
	for name, want := range map[string]float64{"90% CI lower": 0.9, "CI 95 %": 0.95, "99,5 % KI": 0.995, "lower": 0, "CI1995": 0} {
		if got := Level(name); got != want {
			t.Errorf("%q states the level %g, want %g", name, got, want)
		}
	}
}
