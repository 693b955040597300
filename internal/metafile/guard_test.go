package metafile

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// Whatever a table's answer gives beside each other comes from one fit: an
// interval holds 0 where its p value is above 0.05 and nowhere else, a prediction
// interval is never inside the confidence interval, the fitted values and the
// groups are those of the guarded model, and the text shows the same limits.
func TestGuardIsTheFitEverywhere(t *testing.T) {
	guarded := 0
	for seed := range uint64(120) {
		rnd := rand.New(rand.NewPCG(seed, 15))
		k, spread := 4+rnd.IntN(9), []float64{0.1, 0.5, 1.5}[seed%3] // below 1: studies that agree more than chance lets expect
		var b strings.Builder
		b.WriteString("study,yi,vi,x,g\n")
		for i := range k {
			v := 0.01 + 0.1*rnd.Float64()
			fmt.Fprintf(&b, "S%d,%.5f,%.5f,%.3f,%c\n", i, 0.3+spread*math.Sqrt(v)*rnd.NormFloat64(), v, rnd.Float64(), 'a'+rune(i%2))
		}
		table := b.String()
		cmd := Command{Subgroup: "g", Mods: "x", With: []string{"leave-one-out"}}
		text, err := run(t, table, cmd)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		cmd.JSON = true
		out, err := run(t, table, cmd)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		var answer map[string]any
		if err := json.Unmarshal([]byte(out), &answer); err != nil {
			t.Fatal(err)
		}
		agree := func(what string, m map[string]any) {
			t.Helper()
			for i, p := range list(m["pval"]) {
				lb, ub := list(m["ci_lb"])[i], list(m["ci_ub"])[i]
				if math.Abs(p-0.05) > 1e-9 && (p < 0.05) != (lb > 0 || ub < 0) {
					t.Errorf("seed %d, %s: p = %v beside [%v, %v]", seed, what, p, lb, ub)
				}
				if shown := interval(lb, ub); !strings.Contains(text, shown) {
					t.Errorf("seed %d, %s: the text does not show %s", seed, what, shown)
				}
			}
			if _, acted := m["ci_unguarded_lb"]; acted {
				guarded++
			}
		}
		first := func(v any) map[string]any { return v.([]any)[0].(map[string]any) }
		pooled := first(answer["rma"])
		agree("pooled", pooled)
		if p := pooled["predict"].(map[string]any); p["pi_lb"].(float64) > p["ci_lb"].(float64) || p["pi_ub"].(float64) < p["ci_ub"].(float64) {
			t.Errorf("seed %d: the prediction interval is inside the confidence interval: %v", seed, p)
		}
		for _, g := range first(first(answer["subgroups"])["by_method"])["groups"].([]any) {
			agree("group", g.(map[string]any))
		}
		line := first(first(answer["meta_regression"])["fits"])
		agree("moderator", line)
		if qm, p := line["qm_p"].(float64), list(line["pval"])[1]; math.Abs(qm-p) > 1e-9 {
			t.Errorf("seed %d: the test of the moderator gives %v and the slope %v", seed, qm, p)
		}
		fitted := line["fitted"].(map[string]any)
		for i, lb := range list(fitted["ci_lb"]) {
			if plb := list(fitted["pi_lb"])[i]; plb > lb {
				t.Errorf("seed %d: fitted value %d: prediction from %v, interval from %v", seed, i, plb, lb)
			}
		}
		agree("leave-one-out", answer["further"].(map[string]any)["leave-one-out"].(map[string]any))
		script, err := run(t, table, Command{Subgroup: "g", R: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range first(first(answer["subgroups"])["by_method"])["groups"].([]any) {
			g := g.(map[string]any)
			test := `"knha"`
			if g["ci_unguarded_lb"] != nil {
				test = `"adhoc"`
			}
			if want := fmt.Sprintf(`subset = group == %q, method = "REML", test = %s)`, g["level"], test); !strings.Contains(script, want) {
				t.Errorf("seed %d: the script lacks %s", seed, want)
			}
		}
	}
	if guarded < 50 {
		t.Errorf("the guard acted in %d fits only", guarded)
	}
}

// list is a number or an array of numbers of an answer.
func list(v any) []float64 {
	if x, ok := v.(float64); ok {
		return []float64{x}
	}
	var out []float64
	for _, e := range v.([]any) {
		out = append(out, e.(float64))
	}
	return out
}
