package cases

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"past/internal/metafile/answer"
	"past/internal/metafile/table"
)

// everything asks for every block.
const everything = `"analysis":{"measure":"GEN"},
"rma":[{"method":"REML","test":"knha","fit_stats":{},"predict":{},"predict_exp":{},"confint_q_profile":{},"confint_profile_likelihood":{}},
 {"method":"DL","test":"z"},{"method":"ML","test":"t","confint_profile_likelihood":{}},{"method":"SJ","test":"adhoc"},` +
	`{"method":"PMM","test":"z"},{"method":"FE","test":"z"},{"method":"HS","test":"z"}],
"rma_genq":{"weights_rule":"1/sqrt(vi)","method":"GENQ","test":"z"},"rma_reml_unweighted":{"method":"REML","test":"z"},
"rma_tau2_fixed":{"tau2_given":0.05,"method":"REML","test":"z"},
"meta_regression":[{"name":"x","formula":"~x","moderators":["x"],"lrt_ml":{},"fits":[{"method":"REML","test":"knha","vif":{}` +
	`,"fitted":{},"influence":{},"residuals":{},"confint_q_profile":{}}]},
 {"name":"g","formula":"~factor(g)","moderators":["g"],"fits":[{"method":"FE","test":"z"}]}],
"subgroups":[{"factor":"g","by_method":[{"method":"REML","common_tau2":{"method":"REML","test":"z"},"q_between_separate_tau2":{}}]}],
"publication_bias":{"regtest":[{"method":"REML","test":"z","model":"rma","predictor":"sei"},{"method":"lm","model":"lm",` +
	`"predictor":"vi"}],"ranktest":{},
 "trimfill":[{"method":"FE","estimator":"L0"},{"method":"REML","estimator":"R0"},{"method":"DL","estimator":"Q0"}],
 "fsn":{"rosenthal":{"target":null},"orwin":{"target":0.1},"rosenberg":{}},"tes":[{"method":"REML"}],` +
	`"pet_peese":[{"model":"pet","method":"wls_lm"}],"henmi_copas":{},
 "selmodel":[{"type":"stepfun","alternative":"greater","steps":[0.025,1],"steps_requested":[0.025]},{"type":"beta",` +
	`"alternative":"less","steps":[null]}]},
"sensitivity":{"leave1out":[{"method":"REML","test":"z"}],"influence":[{"method":"DL","test":"z"}],` +
	`"cumul":[{"method":"REML","test":"z","order":"row"}],
 "baujat":[{"method":"REML","test":"z"}],"blup":[{"method":"REML","test":"knha"}],"residuals":{},"qqnorm":{},` +
	`"weights_percent":{},"gosh":[{"method":"REML"}]},
"multilevel":{"cluster_column":"g","three_level":[{"method":"REML","test":"t","i2_multilevel":{},"predict":{},` +
	`"robust":{"cr1_adjust":{},"cr2_club_sandwich":{}}}],
 "che":{"rho":0.6,"fits":[{"method":"REML","test":"z"}]},"aggregate_rho":{"rho":0.6,"rma_reml_knha":{"method":"REML",` +
	`"test":"knha"}},"robumeta":{}}`

func hostileCase(rows [][2]float64) string {
	var b strings.Builder
	for i, r := range rows {
		if i > 0 {
			b.WriteByte(',')
		}
		cell := func(x float64) string {
			if math.IsNaN(x) {
				return "null"
			}
			if math.IsInf(x, 0) {
				return fmt.Sprintf("%q", strings.TrimPrefix(fmt.Sprint(x), "+"))
			}
			return fmt.Sprint(x)
		}
		fmt.Fprintf(&b, `{"study":"s%d","g":"%c","x":%d,"yi":%s,"vi":%s}`, i+1, 'a'+rune(i%3), i*i, cell(r[0]), cell(r[1]))
	}
	return `{"name":"hostile","request":{` + everything + `},"input":{"kind":"yi_vi","rows":[` + b.String() + `]}}`
}

// answerOf checks that a case gets an answer that is JSON, without internal errors,
// and gives it.
func answerOf(t testing.TB, name, question string) map[string]any {
	t.Helper()
	c, err := Parse([]byte(question))
	if err != nil {
		return nil // a sentence instead of numbers is an answer too
	}
	tree, err := c.Answer()
	if err != nil {
		return nil
	}
	var b bytes.Buffer
	if err := answer.Encode(&b, tree); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	var out map[string]any
	if err := json.Unmarshal(b.Bytes(), &out); err != nil {
		t.Errorf("%s: the answer is not JSON: %v", name, err)
	}
	if i := strings.Index(b.String(), "internal error"); i >= 0 {
		t.Errorf("%s: %s", name, b.String()[max(0, i-200):min(b.Len(), i+120)])
	}
	return out
}

// Every block meets tables that break formulas: too few studies, all effects equal,
// variances of 1e-12 beside 1e2, enormous and missing values.
func TestHostileTables(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for name, rows := range map[string][][2]float64{
		"none":              {},
		"one":               {{0.3, 0.1}},
		"two":               {{0.3, 0.1}, {-0.2, 0.2}},
		"three":             {{0.3, 0.1}, {-0.2, 0.2}, {1, 0.05}},
		"equal effects":     {{0.5, 0.1}, {0.5, 0.2}, {0.5, 0.3}, {0.5, 0.4}},
		"equal rows":        {{0.5, 0.1}, {0.5, 0.1}, {0.5, 0.1}, {0.5, 0.1}},
		"all zero":          {{0, 0.1}, {0, 0.1}, {0, 0.1}, {0, 0.1}},
		"uneven variances":  {{0.5, 1e-12}, {0.1, 1e2}, {0.9, 1}, {-3, 1e-12}, {0.2, 1e2}},
		"zero variance":     {{0.5, 0}, {0.1, 0.1}, {0.3, 0.2}},
		"negative variance": {{0.5, -1}, {0.1, 0.1}, {0.3, 0.2}, {0.3, 0.2}},
		"missing":           {{nan, 0.1}, {0.1, nan}, {0.3, 0.2}, {0.6, 0.1}, {nan, nan}, {0.2, 0.1}},
		"infinite":          {{inf, 0.1}, {0.1, inf}, {0.3, 0.2}, {0.5, 0.2}},
		"huge":              {{1e200, 1e200}, {-1e200, 1e250}, {3e199, 1e220}},
		"huge effects":      {{1e160, 1}, {-1e160, 1}, {1, 1}, {0, 2}},
		"tiny":              {{1e-200, 1e-300}, {-1e-200, 1e-290}, {0, 1e-300}},
		"far apart":         {{-1000, 0.01}, {1000, 0.01}, {0, 0.01}, {500, 0.01}},
	} {
		answer := answerOf(t, name, hostileCase(rows))
		fits, _ := answer["rma"].([]any)
		for _, v := range fits {
			fit := v.(map[string]any)
			b, okB := table.Number(fit["beta"])
			lo, okL := table.Number(fit["ci_lb"])
			hi, okH := table.Number(fit["ci_ub"])
			if okB && okL && okH && !(lo <= b && b <= hi) {
				t.Errorf("%s, %v: %g lies outside [%g, %g]", name, fit["method"], b, lo, hi)
			}
			if tau2, ok := table.Number(fit["tau2"]); ok && tau2 < 0 {
				t.Errorf("%s, %v: tau2 = %g", name, fit["method"], tau2)
			}
		}
	}
}

// Requests of the wrong shape get an error in their block, not a panic.
func TestHostileRequests(t *testing.T) {
	rows := `"input":{"kind":"yi_vi","rows":[{"yi":1,"vi":1,"g":"a"},{"yi":2,"vi":1,"g":"b"},{"yi":4,"vi":2,"g":"a"}]}`
	for _, block := range []string{"rma", "rma_genq", "rma_reml_unweighted", "rma_tau2_fixed", "meta_regression", "subgroups",
		"publication_bias",
		"sensitivity", "multilevel", "two_by_two_pooled", "person_time_pooled", "glmm", "conversions", "escalc", "analysis"} {
		for _, shape := range []string{`null`, `1`, `"x"`, `[]`, `{}`, `[1]`, `[null]`, `[[]]`, `[{}]`, `{"x":1}`, `{"x":[{}]}`,
			`[{"method":1,"test":[]}]`,
			`{"regtest":[{}],"trimfill":[{}],"selmodel":[{}],"tes":[{}],"pet_peese":[{}]}`,
			`{"leave1out":[{}],"gosh":{},"cumul":[{"order":"order_column"}]}`,
			`[{"fits":[{"method":"REML","test":"z"}],"formula":"~nope"}]`, `[{"factor":"nope"}]`, `{"cluster_column":"nope"}`,
			`{"mantel_haenszel":[{"measure":"XX"}]}`} {
			answerOf(t, block+" "+shape, `{"request":{"`+block+`":`+shape+`},`+rows+`}`)
		}
	}
}

func FuzzEveryBlock(f *testing.F) {
	f.Add(0.3, 0.1, -0.2, 0.2, 1.0, 0.05, 0.5, 0.4)
	f.Add(0.5, 1e-12, 0.1, 1e2, 0.9, 1.0, -3.0, 1e-12)
	f.Add(1e160, 1.0, -1e160, 1.0, 0.0, 0.0, 1.0, 1.0)
	f.Fuzz(func(t *testing.T, a, b, c, d, e, g, h, i float64) {
		answerOf(t, "fuzz", hostileCase([][2]float64{{a, b}, {c, d}, {e, g}, {h, i}, {a + 0.1, b}}))
	})
}
