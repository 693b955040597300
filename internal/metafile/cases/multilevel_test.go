package cases

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"past/internal/metafile/answer"
)

// Periodontal trials (Berkey et al. 1998, table I), two outcomes a trial; one row
// lacks its variance.
const periodontal = `{"name": "periodontal", "request": {"multilevel": {"cluster_column": "trial", "es_column": "none",
 "three_level": [{"method": "REML", "test": "z", "i2_multilevel": {}, "predict": {}, "robust": {"cr1_adjust": {}, ` +
	`"cr2_club_sandwich": {}, "club_sandwich_types": {"cr3": {}, "cr9": {}}}}],
 "che": {"rho": 0.6, "fits": [{"method": "ML", "test": "z"}]},
 "mods": [{"name": "outcome", "formula": "~outcome", "three_level": {"method": "REML", "test": "t", "dfs": "contain"}}, ` +
	`{"name": "bad", "formula": "~nosuch", "three_level": {"method": "REML", "test": "z"}}],
 "aggregate_rho": {"rho": 0.6, "rma_reml_knha": {}}, "robumeta": {"corr_rho_0_8": {}, "hier": {}},
 "ordinary_rma_robust": {"fit": {"method": "REML", "test": "z"}, "cr1_adjust": {}}, "three_level_confint": [{}, {}]}},
 "input": {"kind": "yi_vi", "rows": [
 {"trial": 1, "outcome": "PD", "yi": 0.47, "vi": 0.0075}, {"trial": 1, "outcome": "AL", "yi": -0.32, "vi": 0.0077},
 {"trial": 2, "outcome": "PD", "yi": 0.2, "vi": 0.0057}, {"trial": 2, "outcome": "AL", "yi": -0.6, "vi": 0.0008},
 {"trial": 3, "outcome": "PD", "yi": 0.4, "vi": 0.0021}, {"trial": 3, "outcome": "AL", "yi": -0.12, "vi": 0.0014},
 {"trial": 4, "outcome": "PD", "yi": 0.26, "vi": 0.0029}, {"trial": 4, "outcome": "AL", "yi": -0.31, "vi": 0.0015},
 {"trial": 5, "outcome": "PD", "yi": 0.56, "vi": 0.0148}, {"trial": 5, "outcome": "AL", "yi": -0.39, "vi": 0.0304},
 {"trial": 6, "outcome": "PD", "yi": 0.1, "vi": null}]}}`

func answered(t *testing.T, text string) map[string]any {
	t.Helper()
	c, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	tree, err := c.Answer()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := answer.Encode(&b, tree); err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(b.Bytes(), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// pick walks the answer: object keys, and array positions as numbers.
func pick(t *testing.T, v any, path ...any) any {
	t.Helper()
	for _, p := range path {
		switch k := p.(type) {
		case string:
			m, ok := v.(map[string]any)
			if !ok {
				t.Fatalf("%v: no object at %v", path, p)
			}
			v = m[k]
		case int:
			l, ok := v.([]any)
			if !ok || k >= len(l) {
				t.Fatalf("%v: no entry %v", path, p)
			}
			v = l[k]
		}
	}
	return v
}

// Figures from R 4.2.2, metafor 3.8-1, clubSandwich 0.5.8 and robumeta 2.0.
func TestMultilevelBlock(t *testing.T) {
	ml := pick(t, answered(t, periodontal), "multilevel")
	for _, c := range []struct {
		want float64
		path []any
	}{
		{10, []any{"three_level", 0, "k"}},
		{0, []any{"three_level", 0, "sigma2", 0}},
		{0.16088708678610264, []any{"three_level", 0, "sigma2", 1}},
		{0.01552916001934376, []any{"three_level", 0, "beta"}},
		{98.31094575276815, []any{"three_level", 0, "i2_multilevel", "within"}},
		{0.8417019727990035, []any{"three_level", 0, "predict", "pi_ub"}},
		{0.06321518937576874, []any{"three_level", 0, "robust", "cr1_adjust", "se"}},
		{4, []any{"three_level", 0, "robust", "cr1_adjust", "df", 0}},
		{3.9911187601349614, []any{"three_level", 0, "robust", "cr2_club_sandwich", "df", 0}},
		{0.0709552194725286, []any{"three_level", 0, "robust", "club_sandwich_types", "cr3", "se", 0}},
		{0.15250651969146745, []any{"che", "fits", 0, "sigma2", 1}},
		{0.6916458725024299, []any{"mods", 0, "three_level", "beta", 1}},
		{0.08799173403353551, []any{"aggregate_rho", "yi", 0}},
		{-0.0830304576114245, []any{"aggregate_rho", "rma_reml_knha", "beta"}},
		{0.16261794183640504, []any{"robumeta", "corr_rho_0_8", "tau_sq"}},
		{0.2524647910679325, []any{"robumeta", "hier", "omega_sq"}},
		{0.16088708678610267, []any{"ordinary_rma_robust", "fit", "tau2"}},
		{0.06321518937576875, []any{"ordinary_rma_robust", "cr1_adjust", "se"}},
		{0, []any{"three_level_confint", 0, "lb"}},
	} {
		got, ok := pick(t, ml, c.path...).(float64)
		if !ok || math.Abs(got-c.want) > 1e-9*math.Max(1, math.Abs(c.want)) {
			t.Errorf("%v = %v, want %v", c.path, got, c.want)
		}
	}
	for _, c := range []struct {
		want string
		path []any
	}{
		{`column "nosuch"`, []any{"mods", 1, "three_level", "error"}},
		{`unknown robust variance "cr9"`, []any{"three_level", 0, "robust", "club_sandwich_types", "cr9", "error"}},
	} {
		if got, _ := pick(t, ml, c.path...).(string); !strings.Contains(got, c.want) {
			t.Errorf("%v = %q, want %q", c.path, got, c.want)
		}
	}
}

func TestMultilevelBlockRefuses(t *testing.T) {
	for _, c := range []struct{ name, change, to, want string }{
		{"no cluster column", `"cluster_column": "trial", `, "", "cluster_column"},
		{"unknown cluster column", `"cluster_column": "trial"`, `"cluster_column": "centre"`, `column "centre"`},
	} {
		out := answered(t, strings.Replace(periodontal, c.change, c.to, 1))
		if got, _ := pick(t, out, "multilevel", "error").(string); !strings.Contains(got, c.want) {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}
