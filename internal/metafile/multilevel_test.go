package metafile

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
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
	c, err := parseCase([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Prepare(); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := encode(&b, c.Answer()); err != nil {
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

// Moderators and subgroups of a table with clusters come from the model for
// dependent effects, before what takes the rows as independent. The limits are those
// that clubSandwich prints for the same models.
func TestModeratorsOfClusters(t *testing.T) {
	table := "study,yi,vi,x,g\nA,0.1,0.04,1,p\nA,0.25,0.05,2,q\nB,0.4,0.06,3,p\nB,0.5,0.05,1,p\nC,-0.1,0.08,2,q\n" +
		"D,0.3,0.03,3,q\nD,0.6,0.04,2,p\nE,0.2,0.05,1,q\nE,0.1,0.05,4,q\nF,0.7,0.06,5,p\n"
	out, err := run(t, table, Command{Cluster: "study", Mods: "x", Subgroup: "g"})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"0.0192  [-0.1734, 0.2119]", "0.4067  [-0.0259, 0.8393]", "0.2162  [0.0111, 0.4212]",
		"-0.1905  [-0.7539, 0.3728]"} {
		if !strings.Contains(out, want) {
			t.Errorf("%s is missing in\n%s", want, out)
		}
	}
	if che, naive := strings.Index(out, "CHE, sampling"), strings.Index(out, "footnote: what follows takes the rows"); che < 0 || naive < che {
		t.Errorf("the model for dependent effects does not come first:\n%s", out)
	}
	script, err := run(t, table, Command{Cluster: "study", Mods: "x", Subgroup: "g", R: true})
	if err != nil || !strings.Contains(script, "rma.mv(yi, V, mods = ~ 0 + factor(`g`)") {
		t.Errorf("%v\n%s", err, script)
	}
}

// Comparisons with one control group get the covariance that they share, and effects
// at several times one that falls with the time between them. The figures are those
// of metafor's rma.mv with the same matrices.
func TestGivenCovariances(t *testing.T) {
	phi := 0.8
	for name, c := range map[string]struct {
		table string
		cmd   Command
		want  string
	}{
		"events, one row per arm": {"study,arm,events,n\nA,high,4,20\nA,low,6,22\nA,placebo,10,21\nB,high,3,30\nB,placebo,9,31\nC," +
			"high,5,25\nC,low,7,26\nC,placebo,11,24\n",
			Command{Measure: "OR"}, "-1.0882  [-2.0352, -0.1412]"},
		"means": {"study,m1i,sd1i,n1i,m2i,sd2i,n2i\nA,10,5,20,14,5,21\nA,9,5.5,22,14,5,21\nB,12,6,30,13,6,31\nC,8,5,25,15,5.5," +
			"24\nC,11,4.8,26,15,5.5,24\n",
			Command{}, "-0.6915  [-1.4082, 0.0252]"},
		"times": {"study,week,yi,vi\nA,4,-0.28,0.045\nA,8,-0.58,0.052\nA,18,-0.77,0.055\nB,4,-0.29,0.039\nB,8,-0.54,0.043\nB,18," +
			"-0.59,0.045\nC,2,-0.9,0.25\nC,8,-1.2,0.27\n" +
			"D,10,0.18,0.37\nD,14,-0.85,0.41\nE,4,-1.2,0.25\nE,8,-1.6,0.28\nE,16,-1.2,0.25\nF,8,-0.1,0.2\n",
			Command{Cluster: "study", Time: "week", Phi: &phi}, "correlated over week, phi 0.8 (t)                   -0.5644  [-0.7682, "},
	} {
		out, err := run(t, c.table, c.cmd)
		if err != nil || !strings.Contains(out, c.want) {
			t.Errorf("%s: %v, %q is not in\n%s", name, err, c.want, out)
		}
	}
	if _, err := run(t, plain, Command{Cluster: "study", Time: "study"}); err == nil || !strings.Contains(err.Error(), "--phi") {
		t.Errorf("a time without phi: %v", err)
	}
}
