package evidence

import (
	"encoding/json"
	"math"
	"testing"
)

func TestTriReadsWordsAndBooleans(t *testing.T) {
	for in, want := range map[string]Tri{`"yes"`: Yes, `"no"`: No, `""`: NotStated, `null`: NotStated, `true`: Yes, `false`: No} {
		var got Tri
		if err := json.Unmarshal([]byte(in), &got); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{`"maybe"`, `1`, `{}`} {
		var got Tri
		if err := json.Unmarshal([]byte(in), &got); err == nil {
			t.Errorf("%s was accepted as %q", in, got)
		}
	}
}

func TestSetEffectGivesRatiosOnlyForLogMeasures(t *testing.T) {
	var e Effect
	if _, _, ok := e.Known(); ok || !math.IsNaN(Value(e.Estimate)) {
		t.Error("an effect without numbers claims some")
	}
	e.SetEffect("RR", "metafor", math.Log(2), 0.04)
	if e.Ratio == nil || math.Abs(*e.Ratio-2) > 1e-12 || math.Abs(*e.RatioLower-2*math.Exp(-1.959963984540054*0.2)) > 1e-12 ||
		*e.RatioUpper <= 2 {
		t.Errorf("ratio %v [%v, %v]", e.Ratio, e.RatioLower, e.RatioUpper)
	}
	e.SetEffect("SMD", "metafor", -0.5, 0.09)
	if e.Ratio != nil || e.RatioLower != nil || *e.SE != 0.3 || math.Abs(*e.CILower+0.5+0.3*1.959963984540054) > 1e-12 {
		t.Errorf("%+v", e)
	}
	y, v, ok := e.Known()
	if !ok || y != -0.5 || v != 0.09 {
		t.Error(y, v, ok)
	}
}
