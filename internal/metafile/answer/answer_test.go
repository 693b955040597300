package answer

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"past/analysis/meta"
	"past/internal/metafile/plan"
)

// JSON says what float64 can: NaN as null, infinities as text, keys in order.
func TestEncode(t *testing.T) {
	var b bytes.Buffer
	err := Encode(&b, Tree{"b": []float64{1, math.NaN(), math.Inf(-1)}, "a": Tree{}, "c": []Tree{{"x": 1}, {"y": nil}}, "d": []int(nil),
		"e": meta.REML, "f": [][]float64{{1}, {2}}, "g": []any{1.5, nil}, "h": "é\""})
	want := `{
 "a": {},
 "b": [1,null,"-Inf"],
 "c": [
  {
   "x": 1
  },
  {
   "y": null
  }
 ],
 "d": [],
 "e": "REML",
 "f": [
  [1],
  [2]
 ],
 "g": [
  1.5,
  null
 ],
 "h": "é\""
}
`
	if err != nil || b.String() != want {
		t.Errorf("%v\n%s", err, b.String())
	}
	if err := Encode(&b, Tree{"deep": Tree{"bad": struct{}{}}}); err == nil || !strings.Contains(err.Error(), "deep: bad") {
		t.Errorf("a value without a form: %v", err)
	}
}

// An answer repeats the plain values that identify what was asked, and nothing else.
func TestEcho(t *testing.T) {
	tau2 := 0.0
	var b bytes.Buffer
	if err := Encode(&b, Echo(plan.GroupFit{Fit: plan.Fit{Method: meta.DL, Tau2: &tau2, Predict: true}, Groups: []plan.Fit{{}}})); err != nil {
		t.Fatal(err)
	}
	if got, want := b.String(), "{\n \"method\": \"DL\",\n \"tau2_given\": 0\n}\n"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
