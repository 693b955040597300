package vocab

import (
	"strconv"
	"strings"
	"testing"
)

func TestGiven(t *testing.T) {
	v := Default()
	for text, want := range map[string]string{
		"Intranasal Esketamine plus Oral Antidepressant":       "esketamine",
		"MDMA 80 mg plus supplemental 40 mg":                   "mdma",
		"Psilocybin placebo":                                   "placebo imitates psilocybin",
		"Placebo for MDMA with therapy":                        "placebo imitates mdma therapy",
		"Ketamine-matched placebo":                             "placebo imitates ketamine",
		"placebo infusion matching ketamine":                   "placebo imitates ketamine",
		"placebo nasal spray (matching to esketamine)":         "placebo imitates esketamine",
		"Psilocybin and placebo":                               "psilocybin placebo",
		"Normal saline infusion":                               "placebo",
		"Wait list control":                                    "waits",
		"Placebo first, then MDMA 125 mg":                      "mdma placebo placebo-first",
		"MDMA followed by placebo":                             "mdma placebo drug-first",
		"escitalopram 20 mg plus psilocybin 1 mg":              "escitalopram psilocybin",
		"esketamine matched placebo intranasally twice weekly": "placebo imitates esketamine",
		"Group B": "",
	} {
		g := v.Given(text)
		got := append([]string{}, g.Drugs...)
		if g.Words[InactivePlacebo] != "" {
			got = append(got, "placebo")
		}
		if len(g.Imitated) > 0 {
			got = append(got, "imitates "+strings.Join(g.Imitated, " "))
		}
		if g.Therapy {
			got = append(got, "therapy")
		}
		if g.Words[Waitlist] != "" {
			got = append(got, "waits")
		}
		if g.PlaceboFirst {
			got = append(got, "placebo-first")
		}
		if g.DrugFirst {
			got = append(got, "drug-first")
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q: %q, want %q", text, s, want)
		}
	}
}

func TestDoses(t *testing.T) {
	v := Default()
	for text, want := range map[string]string{
		"MDMA 80-120 mg":                    "mdma 80-120 mg",
		"psilocybin 1 or 3 mg/70 kg":        "psilocybin 1-3 mg/70kg",
		"psilocybin 0.2 mg/kg":              "psilocybin 0.2 mg/kg",
		"LSD 100 μg":                        "lsd 100 ug",
		"ketamine 50 mg/ml":                 "",
		"25 mg psilocybin":                  "psilocybin 25 mg",
		"MDMA 125 milligrams":               "mdma 125 mg",
		"psilocybin at 140 mmHg":            "",
		"psilocybin 25 mg or niacin 250 mg": "psilocybin 25 mg; niacin 250 mg",
		"placebo for psilocybin 25 mg":      "",
		"esketamine, 56 mg or 84 mg twice a week, and duloxetine": "ketamine 56-84 mg",
		"ketamine 1,000 mg":                                         "ketamine 1000 mg",
		"ketamine 0.5 ug/kg/min":                                    "",
		"psilocybin 0 mg":                                           "",
		"psilocybin 25mg capsules":                                  "psilocybin 25 mg oral",
		"midazolam 0.045 mg per kg, ketamine":                       "midazolam 0.045 mg/kg",
		"esketamine 56 mg nasal spray with duloxetine 60 milligram": "ketamine 56 mg intranasal; duloxetine 60 mg intranasal",
	} {
		var got []string
		for _, d := range v.Given(text).Doses {
			s := d.Substance + " " + number(d.Amount)
			if d.Upper > 0 {
				s += "-" + number(d.Upper)
			}
			got = append(got, strings.TrimSpace(s+" "+d.Unit+" "+d.Route))
		}
		if s := strings.Join(got, "; "); s != want {
			t.Errorf("%q: %q, want %q", text, s, want)
		}
	}
}

func TestDoseLevels(t *testing.T) {
	v := Default()
	for _, c := range []struct {
		id, text string
		want     DoseLevel
	}{
		{"mdma", "MDMA 25 mg", DoseLow}, {"mdma", "MDMA 40 mg", DoseLow}, {"mdma", "MDMA 60 mg", DoseMiddle}, {"mdma", "MDMA 75 mg", DoseFull},
		{"mdma", "MDMA 1 mg/kg", DoseMiddle},
		{"psilocybin", "psilocybin 3 mg/70 kg", DoseLow}, {"psilocybin", "psilocybin 10 mg", DoseMiddle},
		{"psilocybin", "psilocybin 0.3 mg/kg", DoseFull}, {"psilocybin", "psilocybin 25000 ug", DoseFull},
		{"lsd", "LSD 25 ug", DoseLow}, {"lsd", "LSD 0.1 mg", DoseFull},
		{"ketamine", "ketamine 0.1 mg/kg infusion", DoseLow}, {"ketamine", "ketamine 0.5 mg/kg intravenous", DoseFull},
		{"ketamine", "ketamine 50 mg intranasal", DoseFull}, {"ketamine", "ketamine 35 mg iv", DoseFull},
		{"esketamine", "esketamine 28 mg nasal spray", DoseFull}, {"esketamine", "esketamine 14 mg nasal spray", DoseMiddle},
		{"esketamine", "esketamine 0.2 mg/kg infusion", DoseFull},
		{"niacin", "niacin 250 mg", DoseUnknown}, {"psilocybin", "psilocybin 25 mg intramuscular", DoseUnknown},
	} {
		ds := v.Given(c.text).Doses
		if len(ds) != 1 {
			t.Errorf("%q: %v", c.text, ds)
			continue
		}
		if got, limit := v.Level(c.id, ds[0]); got != c.want {
			t.Errorf("%q: level %d (%+v), want %d", c.text, got, limit, c.want)
		}
	}
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
