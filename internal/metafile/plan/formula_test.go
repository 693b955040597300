package plan

import (
	"strings"
	"testing"

	"past/analysis/effect"
	"past/internal/metafile/table"
)

func moderated(t testing.TB) *Data {
	t.Helper()
	rows, err := table.FromRows([]map[string]any{
		{"yi": 0.1, "vi": 0.04, "year": 1990.0, "type": "b", "blind": true},
		{"yi": 0.5, "vi": 0.05, "year": 1995.0, "type": "a", "blind": false},
		{"yi": 0.2, "vi": 0.03, "year": nil, "type": "a", "blind": true},
		{"yi": 0.9, "vi": 0.09, "year": 2004.0, "type": "c", "blind": false}})
	if err != nil {
		t.Fatal(err)
	}
	d := &Data{Table: rows, Kind: effect.KindEffectAndVar}
	if err := d.Prepare(Effects{}); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestFormula(t *testing.T) {
	c := moderated(t)
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
		d, err := c.Design(tc.formula)
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
		of := moderated(t)
		d, err := of.Design(formula)
		if err != nil {
			return
		}
		if len(d.Names) == 0 || len(d.Row(of.K-1)) != len(d.Names) {
			t.Fatalf("%q: %d effects, columns %v", formula, of.K, d.Names)
		}
	})
}
