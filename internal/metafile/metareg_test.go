package metafile

import (
	"strings"
	"testing"
)

// Powers and interactions give R's columns; the coefficients are those of
// metafor 4 for lm-like contrasts (common effect, exact least squares).
func TestFormulaTerms(t *testing.T) {
	table := "study,yi,vi,dose,arm\n"
	for i, y := range []float64{0.1, 0.35, 0.5, 0.55, 0.2, 0.6, 0.9, 1.0} {
		table += string(rune('A'+i)) + "," + rNum(y) + ",0.01," + rNum(float64(i%4)) + "," + []string{"x", "y"}[i/4] + "\n"
	}
	for formula, want := range map[string][]string{
		"~ dose + I(dose^2)": {"intrcpt", "dose", "I(dose^2)"},
		"~ dose*arm":         {"intrcpt", "dose", "army", "dose:army"},
		"~ arm + dose:arm":   {"intrcpt", "army", "dose:army"},
		"dose, I(dose^2)":    {"intrcpt", "dose", "I(dose^2)"},
	} {
		out, err := run(t, table, Command{Mods: formula, Test: "z"})
		if err != nil {
			t.Errorf("%s: %v", formula, err)
			continue
		}
		for _, name := range want {
			if !strings.Contains(out, "\n  "+name+" ") {
				t.Errorf("%s: no coefficient %s in\n%s", formula, name, out)
			}
		}
		script, err := run(t, table, Command{Mods: formula, R: true})
		if err != nil || !strings.Contains(script, "`dose`") {
			t.Errorf("%s: %v\n%s", formula, err, script)
		}
	}
	// slopes of the two arms apart: 0.15 for x, 0.27 for y
	out, err := run(t, table, Command{Mods: "~ dose*arm", Method: "FE"})
	if err != nil || !strings.Contains(out, "dose                                      0.1500") ||
		!strings.Contains(out, "dose:army                                 0.1200") {
		t.Errorf("%v\n%s", err, out)
	}
	for _, bad := range []string{"~ dose^2", "~ dose*arm*arm", "~ dose + ", "dose + nothing"} {
		if _, err := run(t, table, Command{Mods: bad}); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
}
