package cases

import (
	"strings"
	"testing"
)

const sixTrials = `{"name": "six", "request": REQUEST, "input": {"kind": "yi_vi", "rows": [
 {"yi": -0.77, "vi": 0.055}, {"yi": -0.59, "vi": 0.045}, {"yi": -0.96, "vi": 0.253}, {"yi": -0.85, "vi": 0.411}, {"yi": ` +
	`-1.21, "vi": 0.248}, {"yi": -0.28, "vi": 0.252}]}}`

// askPublicationBias answers a request for the block on six small trials.
func askPublicationBias(t *testing.T, request string) map[string]any {
	t.Helper()
	block, _ := answered(t, strings.Replace(sixTrials, "REQUEST", `{"publication_bias": `+request+`}`, 1))["publication_bias"].(map[string]any)
	return block
}

func entry(t *testing.T, block map[string]any, key string, i int) map[string]any {
	t.Helper()
	l, _ := block[key].([]any)
	if i >= len(l) {
		t.Fatalf("%s has %d entries", key, len(l))
	}
	return l[i].(map[string]any)
}

func TestSmallStudyNumbersCarryTheirLimit(t *testing.T) {
	b := askPublicationBias(t,
		`{"regtest": [{"model": "rma", "method": "DL", "test": "z", "predictor": "sei"}], "ranktest": {}, "tes": [{"method": "FE"}]}`)
	for name, e := range map[string]any{"regtest": entry(t, b, "regtest", 0), "ranktest": b["ranktest"], "tes": entry(t, b, "tes", 0)} {
		if l, _ := e.(map[string]any)["limit"].(string); !strings.Contains(l, "k = 6") {
			t.Errorf("%s of six trials: limit %q", name, l)
		}
	}
}

func TestOneEntryFailsAlone(t *testing.T) {
	b := askPublicationBias(t, `{"regtest": [{"model": "rma", "method": "DL", "predictor": "ni"}, {"model": "lm", "method": `+
		`"lm", "predictor": "sei"}],
	 "selmodel": [{"type": "stepfun", "alternative": "greater", "steps": [0.025, 1]}], "fsn": {"rosenthal": {"target": null}, "other": {}}}`)
	if e, _ := entry(t, b, "regtest", 0)["error"].(string); !strings.Contains(e, "sample sizes") {
		t.Errorf("no sample sizes: %q", e)
	}
	if _, ok := entry(t, b, "regtest", 1)["statistic"].(float64); !ok {
		t.Error("the second regression is lost")
	}
	if e, _ := entry(t, b, "selmodel", 0)["error"].(string); !strings.Contains(e, "no p-value lies in") {
		t.Errorf("an empty interval: %q", e)
	}
	fsn := b["fsn"].(map[string]any)
	if fsn["rosenthal"].(map[string]any)["fsnum"] != 50.0 || fsn["other"].(map[string]any)["error"] == nil {
		t.Errorf("%v", fsn)
	}
}

// Every entry asked for is answered in its place, and nothing else: whoever
// wants the side that the data choose asks for it.
func TestTrimFillAnswersInTheOrderOfTheRequest(t *testing.T) {
	b := askPublicationBias(t,
		`{"trimfill": [{"method": "DL", "estimator": "L0", "side_forced": "left"}, {"method": "DL", "estimator": "L0"}, `+
			`{"method": "DL", "estimator": "L0", "side_forced": "right"}]}`)
	if l := b["trimfill"].([]any); len(l) != 3 {
		t.Fatalf("%d entries", len(l))
	}
	for i, side := range []any{"left", nil, "right"} {
		if e := entry(t, b, "trimfill", i); e["side_forced"] != side || (e["side"] == nil) != (side != nil) {
			t.Errorf("entry %d: %v", i, e)
		}
	}
}

func TestHenmiCopasShowsTheExactInterval(t *testing.T) {
	h := askPublicationBias(t, `{"henmi_copas": {}}`)["henmi_copas"].(map[string]any)
	for _, k := range []string{"ci_lb", "ci_lb_exact", "ci_ub", "ci_ub_exact"} {
		if _, ok := h[k].(float64); !ok {
			t.Errorf("no %s", k)
		}
	}
}
