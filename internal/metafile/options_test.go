package metafile

import (
	"context"
	"encoding/json"
	"math"
	"strings"
	"testing"
)

// A value that no model has, and an option that the table leaves without effect,
// are refused by name.
func TestOptionsAreUsedOrRefused(t *testing.T) {
	nan := math.NaN()
	for flag, commands := range map[string][]Command{
		"--level": {{Level: ptr(0)}, {Level: ptr(1)}, {Level: ptr(-0.5)}, {Level: ptr(95)}, {Level: &nan}},
		"--rho":   {{Rho: ptr(0.5)}, {Rho: ptr(1), Cluster: "study"}, {Rho: ptr(-0.1), Cluster: "study"}},
		"--phi": {{Phi: ptr(0.5)}, {Phi: ptr(1), Cluster: "study", Time: "vi"},
			{Phi: &nan, Cluster: "study", Time: "vi"}},
		"--time":    {{Time: "vi"}, {Time: "vi", Cluster: "study"}},
		"--add":     {{Add: ptr(0.5)}, {Add: &nan}, {Add: ptr(-1)}},
		"--drop00":  {{Drop00: true}},
		"--vtype":   {{VType: "UB"}},
		"--control": {{Control: "placebo"}},
		"--scale":   {{Scale: "log"}},
	} {
		for _, cmd := range commands {
			if out, err := run(t, plain, cmd); err == nil || !strings.Contains(err.Error(), flag) {
				t.Errorf("%s: %v\n%s", flag, err, out)
			}
		}
	}
	means := "study,mean1,sd1,n1,mean2,sd2,n2\nA,10,5,40,14,5,40\nB,11,6,35,13,6,36\n"
	for flag, cmd := range map[string]Command{"--scale": {Scale: "ratio"}, "--add": {Add: ptr(1)}} {
		if out, err := run(t, means, cmd); err == nil || !strings.Contains(err.Error(), flag) {
			t.Errorf("%s beside means: %v\n%s", flag, err, out)
		}
	}
	c := `{"request":{"analysis":{"measure":"GEN"},"rma":[{"method":"REML","test":"z"}]},` +
		`"input":{"kind":"yi_vi","rows":[{"yi":1,"vi":1},{"yi":2,"vi":1}]}}`
	for flag, cmd := range map[string]Command{"--level": {Level: ptr(0.9)}, "--method": {Method: "DL"},
		"--yi": {Columns: map[string]string{"yi": "vi"}}} {
		if out, err := run(t, c, cmd); err == nil || !strings.Contains(err.Error(), flag) {
			t.Errorf("%s beside a request: %v\n%s", flag, err, out)
		}
	}
}

// Every interval of an answer has the level that is asked for.
func TestLevelHoldsForEveryInterval(t *testing.T) {
	for name, c := range map[string]struct {
		table string
		cmd   Command
	}{
		"rare events": {"study,ai,n1i,ci,n2i\nA,0,40,3,41\nB,3,50,8,52\nC,5,60,9,61\nD,6,44,7,45\n", Command{Measure: "OR"}},
		"Peto":        {"study,ai,n1i,ci,n2i\nA,1,40,3,41\nB,3,50,8,52\nC,5,60,9,61\nD,6,44,7,45\n", Command{Measure: "PETO"}},
		"person-time": {"study,x1i,t1i,x2i,t2i\nA,4,40,3,41\nB,3,50,8,52\nC,5,60,9,61\nD,6,44,7,45\n", Command{}},
		"clusters": {"study,yi,vi,x,week\nA,0.3,0.04,1,1\nA,0.35,0.04,2,2\nB,0.5,0.05,1,1\nB,0.2,0.05,3,2\nC,0.1,0.03,4,1\nD,0.15,0.03,2,1\n" +
			"D,0.7,0.03,1,4\nE,0.2,0.04,2,1\n", Command{Cluster: "study", Mods: "x", Time: "week", Phi: ptr(0.8)}},
		"further": {"study,yi,vi,g\nA,0.3,0.04,1\nB,0.5,0.05,1\nC,0.1,0.03,1\nD,0.9,0.03,2\nE,0.2,0.04,2\n",
			Command{Subgroup: "g", With: []string{"all"}}},
	} {
		at := func(level float64) map[string]float64 {
			cmd := c.cmd
			cmd.JSON, cmd.Level = true, &level
			out, err := run(t, c.table, cmd)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			var tree any
			if err := json.Unmarshal([]byte(out), &tree); err != nil {
				t.Fatal(err)
			}
			limits := map[string]float64{}
			collectLimits("", tree, limits)
			return limits
		}
		usual, half := at(0.95), at(0.5)
		if len(usual) < 4 {
			t.Errorf("%s: %d limits", name, len(usual))
		}
		for path, x := range usual {
			if y, ok := half[path]; ok && x == y && x != 0 && !strings.Contains(path, "h2_") { // 0 and H2 = 1 are bounds
				t.Errorf("%s: %s is %v at 95 %% and at 50 %%", name, path, x)
			}
		}
	}
}

func collectLimits(path string, v any, into map[string]float64) {
	switch x := v.(type) {
	case map[string]any:
		for k, in := range x {
			collectLimits(path+"/"+k, in, into)
		}
	case []any:
		for i, in := range x {
			collectLimits(path+"/"+string(rune('a'+i)), in, into)
		}
	case float64:
		for _, end := range []string{"_lb", "_ub", "/lb", "/ub"} {
			if strings.Contains(path, end) {
				into[path] = x
			}
		}
	}
}

// A moderator whose squares vanish has no slope that could be distinguished from infinity.
func TestModeratorsOfNoSize(t *testing.T) {
	table := "study,yi,vi,x\nA,0.3,0.04,1e-156\nB,0.5,0.05,2e-156\nC,0.1,0.03,3e-156\nD,0.2,0.03,5e-156\n"
	for _, cmd := range []Command{{Mods: "x"}, {Mods: "~ 0 + x"}, {Mods: "x", Cluster: "study"}} {
		if out, err := run(t, table, cmd); err == nil || !strings.Contains(err.Error(), "rescale") {
			t.Errorf("%+v: %v\n%s", cmd, err, out)
		}
	}
}

func ptr(x float64) *float64 { return &x }

// The figure and the report of a table with clusters show the model for dependent
// effects, as its answer does, and no side is called the better one.
func TestReportOfDependentEffects(t *testing.T) {
	table := "study,yi,vi\nA,0.3,0.04\nA,0.35,0.04\nB,0.5,0.05\nB,0.2,0.05\nC,0.1,0.03\nD,0.15,0.03\nD,0.7,0.03\nE,0.4,0.05\nF,0.35,0.06\n"
	o, err := Analyse(context.Background(), Command{Cluster: "study", Rho: ptr(0.6)}, strings.NewReader(table))
	if err != nil {
		t.Fatal(err)
	}
	f, err := o.Answer()
	if err != nil {
		t.Fatal(err)
	}
	h := f.Headline
	if h.Estimate == nil || math.Abs(*h.Estimate-0.3294) > 5e-5 || math.Abs(*h.Lower-0.2000) > 5e-5 || math.Abs(*h.Upper-0.4589) > 5e-5 {
		t.Errorf("headline %+v", h)
	}
	if f.Primary.K != 6 || !f.Undirected || !strings.Contains(o.Methods, "9") || !strings.Contains(o.Methods, "sampling correlation 0.6") {
		t.Errorf("%d studies, undirected %v, %s", f.Primary.K, f.Undirected, o.Methods)
	}
	o, err = Analyse(context.Background(), Command{Dose: "dose"}, strings.NewReader(doseRows))
	if err != nil || len(o.Warnings) == 0 || !strings.Contains(o.Warnings[0], "rows as independent") {
		t.Errorf("%v: a report of doses does not say what its figure shows", err)
	}
}
