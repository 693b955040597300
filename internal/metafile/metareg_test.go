package metafile

import (
	"strings"
	"testing"
)

const moderatedCase = `{"request": {}, "input": {"kind": "yi_vi", "rows": [
	{"yi": 0.1, "vi": 0.04, "year": 1990, "type": "b", "blind": true},
	{"yi": 0.5, "vi": 0.05, "year": 1995, "type": "a", "blind": false},
	{"yi": 0.2, "vi": 0.03, "year": null, "type": "a", "blind": true},
	{"yi": 0.9, "vi": 0.09, "year": 2004, "type": "c", "blind": false}]}}`

func readModerated(t testing.TB) *Case {
	t.Helper()
	c, err := parseCase([]byte(moderatedCase))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Prepare(); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestFormula(t *testing.T) {
	c := readModerated(t)
	for _, tc := range []struct{ formula, names, err string }{
		{"~ year", "intrcpt year", ""},
		{"~year+type", "intrcpt year typeb typec", ""},
		{"~ 0 + factor(type)", "factor(type)a factor(type)b factor(type)c", ""},
		{"~ blind", "intrcpt blindTRUE", ""},
		{"~ factor(year)", "intrcpt factor(year)1995 factor(year)2004", ""},
		{"year", "", "must start with ~"},
		{"~ year + ", "", "empty term"},
		{"~ 1", "", "names no moderator"},
		{"~ dose", "", `column "dose"`},
		{"~ year*type", "intrcpt year typeb typec year:typeb year:typec", ""},
		{"~ year + I(year^2)", "intrcpt year I(year^2)", ""},
		{"~ log(year)", "", "are understood"},
	} {
		_, _, d, err := c.moderated(tc.formula)
		switch {
		case tc.err != "":
			if err == nil || !strings.Contains(err.Error(), tc.err) {
				t.Errorf("%q: error %v does not say %q", tc.formula, err, tc.err)
			}
		case err != nil:
			t.Errorf("%q: %v", tc.formula, err)
		case strings.Join(d.Names, " ") != tc.names:
			t.Errorf("%q: columns %v, want %s", tc.formula, d.Names, tc.names)
		}
	}
}

// Any formula gives a design over the used rows or an error.
func FuzzFormula(f *testing.F) {
	for _, s := range []string{"~ year + factor(type)", "~ 0 + type", "~ -1 + blind", "~ factor(", "~ +", "~ factor()", "~", "~ year:type",
		"~ 1 + 1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, formula string) {
		y, v, d, err := readModerated(t).moderated(formula)
		if err != nil {
			return
		}
		if len(y) != len(v) || len(d.Names) == 0 || len(d.Row(len(y)-1)) != len(d.Names) {
			t.Fatalf("%q: %d effects, %d variances, columns %v", formula, len(y), len(v), d.Names)
		}
	})
}

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
