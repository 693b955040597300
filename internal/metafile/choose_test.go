package metafile

import (
	"math"
	"strings"
	"testing"

	"past/analysis/meta"
)

// What a table leaves open is asked with the flags that answer it; what it says is
// taken.
func TestColumnsAreAskedFor(t *testing.T) {
	for _, c := range []struct {
		name, table string
		cmd         Command
		want        string // in the answer or in the error
		asked       bool
	}{
		{"two effects", "study,es,d,se\nA,1,-0.46,0.3\nB,2,0.2,0.25\nC,3,1.7,0.4\n", Command{}, "--yi es or --yi d", true},
		{"answered", "study,es,d,se\nA,1,-0.46,0.3\nB,2,0.2,0.25\nC,3,1.7,0.4\n",
			Command{Columns: map[string]string{"yi": "d"}}, "yi = d", false},
		{"exact name wins", "study,d,yi,vi\nA,9,0.25,0.04\nB,9,-0.5,0.0625\n", Command{}, "yi = yi", false},
		{"no such column", plain, Command{Columns: map[string]string{"yi": "hedges"}}, "there is no such column", true},
		{"two kinds", "study,g,se,mean1,sd1,n1,mean2,sd2,n2\nA,0.4,0.2,1,2,30,2,2,30\nB,0.4,0.2,1,2,30,2,2,30\n", Command{},
			"--measure GEN, or means of two groups", true},
		{"the kind is named", "study,g,se,mean1,sd1,n1,mean2,sd2,n2\nA,0.4,0.2,1,2,30,2,2,30\nB,0.4,0.2,1,2,30,2,2,30\n",
			Command{Measure: "MD"}, "mean difference (MD)", false},
		{"pre-post", "study,m1i,m2i,sd1i,sd2i,ni,ri\nA,20,15,5,6,30,0.5\nB,22,14,5,6,25,0.4\n", Command{}, "--measure MC", true},
		{"positive effects of a ratio measure", "study,estimate,se\nA,0.7,0.17\nB,0.9,0.2\n", Command{Measure: "OR"}, "--scale ratio-log-se",
			true},
		{"a negative effect is a logarithm", "study,estimate,se\nA,-0.7,0.17\nB,0.9,0.2\n", Command{Measure: "OR"}, "as odds ratio", false},
		{"scale of no ratio", plain, Command{Scale: "ratio"}, "--scale is for ratio measures", true},
		{"controls not told", "study,arm,mean,sd,n\nA,low,24,10,40\nA,high,30,10,40\n", Command{}, "--control NAME", true},
		{"control named", "study,arm,mean,sd,n\nA,low,24,10,40\nA,high,30,10,40\nB,low,20,10,40\nB,high,30,10,40\n", Command{Control: "low"},
			"paired to 2 comparisons", false},
		{"three arms share a control",
			"study,arm,mean,sd,n\nA,low dose,24,10,40\nA,high dose,22,10,40\nA,placebo,30,10,40\nB,low dose,20,10,40\nB,placebo,30,10,40\n",
			Command{}, "shared control", false},
		{"events by arm", "study,arm,events,n\nA,drug,12,40\nA,control,6,40\nB,drug,9,40\nB,control,5,38\n", Command{Measure: "RR"},
			"as risk ratio", false},
		{"a standard error as SD",
			"study,m1i,sd1i,n1i,m2i,sd2i,n2i\nA,24,1.9,40,30,2,40\nB,22,9.9,35,30,10,36\nC,25,11,30,31,12,30\nD,23,10,44,30,10,41\n", Command{},
			"standard error", false},
		{"repeated labels", "study,yi,vi\nA,0.25,0.04\nA,-0.5,0.0625\nB,0.1,0.1\n", Command{}, "labelled A", false},
		{"clusters beside subgroups", "study,yi,vi,g\nA,0.1,0.01,x\nA,0.2,0.02,y\nB,0.3,0.02,x\nB,0.4,0.02,y\n",
			Command{Cluster: "study", Subgroup: "g"}, "take the rows as independent", false},
	} {
		out, err := run(t, c.table, c.cmd)
		if (err != nil) != c.asked {
			t.Errorf("%s: %v\n%s", c.name, err, out)
			continue
		}
		if err != nil {
			out = err.Error()
		}
		if !strings.Contains(out, c.want) {
			t.Errorf("%s: %q is not in\n%s", c.name, c.want, out)
		}
	}
}

// The same studies given by intervals, statistics, p values and ratios give the same
// answer.
func TestGivenEffectsInManyForms(t *testing.T) {
	logs := "study,yi,sei\nA,-0.35,0.17\nB,-0.1,0.2\nC,-0.51,0.21\n"
	want := fitOf(t, logs, Command{Measure: "OR"})
	y, se := []float64{-0.35, -0.1, -0.51}, []float64{0.17, 0.2, 0.21}
	row := func(head string, f func(y, se float64) string) string {
		out := "study," + head + "\n"
		for i := range y {
			out += string(rune('A'+i)) + "," + f(y[i], se[i]) + "\n"
		}
		return out
	}
	z := 1.959963984540054
	for name, c := range map[string]struct {
		table string
		cmd   Command
	}{
		"limits of logarithms": {row("logor,lower,upper", func(y, s float64) string { return num9(y, y-z*s, y+z*s) }),
			Command{Measure: "OR"}},
		"limits of ratios": {row("or,lower,upper", func(y, s float64) string {
			return num9(math.Exp(y), math.Exp(y-z*s),
				math.Exp(y+z*s))
		}), Command{Measure: "OR"}},
		"the name says the measure": {row("or,lower,upper", func(y, s float64) string {
			return num9(math.Exp(y), math.Exp(y-z*s),
				math.Exp(y+z*s))
		}), Command{}},
		"ratios with errors of logarithms": {row("estimate,se", func(y, s float64) string { return num9(math.Exp(y), s) }),
			Command{Measure: "OR", Scale: "ratio-log-se"}},
		"ratios with their errors": {row("estimate,se", func(y, s float64) string { return num9(math.Exp(y), s*math.Exp(y)) }),
			Command{Measure: "OR", Scale: "ratio"}},
		"z values":             {row("logor,zval", func(y, s float64) string { return num9(y, y/s) }), Command{Measure: "OR"}},
		"ratios with z values": {row("or,zval", func(y, s float64) string { return num9(math.Exp(y), y/s) }), Command{Measure: "OR"}},
		"90 % limits": {row("logor,lower,upper", func(y, s float64) string {
			return num9(y, y-1.6448536269514722*s,
				y+1.6448536269514722*s)
		}), Command{Measure: "OR", Level: ptr(0.9)}},
	} {
		got := fitOf(t, c.table, c.cmd)
		for _, k := range []string{"beta", "se", "tau2"} {
			if g, w := got[k].(float64), want[k].(float64); math.Abs(g-w) > 1e-6*math.Max(1, math.Abs(w)) {
				t.Errorf("%s: %s is %v, want %v", name, k, g, w)
			}
		}
	}
	p := fitOf(t, "study,logor,pval\nA,-0.35,0.0395023\nB,-0.1,0.6170751\nC,-0.51,0.0151551\n", Command{Measure: "OR"})
	if g, w := p["beta"].(float64), want["beta"].(float64); math.Abs(g-w) > 1e-4 {
		t.Errorf("p values: %v, want %v", g, w)
	}
	for name, table := range map[string]string{
		"effect outside its limits": "study,yi,lower,upper\nA,1,0.2,0.8\nB,0.1,0,0.2\n",
		"ratio limit below zero":    "study,or,lower,upper\nA,1.4,-0.2,3\nB,1.1,0.6,2\n",
	} {
		if out, err := run(t, table, Command{}); err == nil {
			t.Errorf("%s was taken:\n%s", name, out)
		}
	}
}

func num9(x ...float64) string {
	var s []string
	for _, v := range x {
		s = append(s, rNum(v))
	}
	return strings.Join(s, ",")
}

func TestMediansAndArguments(t *testing.T) {
	out, err := run(t, "study,n1,median1,q1_1,q3_1,n2,mean2,sd2\nA,40,20,15,25,40,26,8\nB,35,18,12,23,36,25,9\n",
		Command{Columns: map[string]string{"q11i": "q1_1", "q31i": "q3_1"}})
	if err != nil || !strings.Contains(out, "estimated from the median") || !strings.Contains(out, "standardised mean difference") {
		t.Errorf("%v\n%s", err, out)
	}
	counts := "study,ai,n1i,ci,n2i\nA,0,20,3,20\nB,2,30,5,31\nC,0,10,0,10\n"
	add := 0.25
	a, b := fitOf(t, counts, Command{Measure: "OR"}), fitOf(t, counts, Command{Measure: "OR", Add: &add})
	if a["beta"] == b["beta"] {
		t.Error("--add does nothing")
	}
	if c := fitOf(t, counts, Command{Measure: "OR", Drop00: true}); c["k"] != 2.0 {
		t.Errorf("--drop00: k = %v", c["k"])
	}
	meansTable := "study,m1i,sd1i,n1i,m2i,sd2i,n2i\nA,24,9,14,30,10,12\nB,22,9.9,15,30,10,16\n"
	if x, y := fitOf(t, meansTable, Command{}), fitOf(t, meansTable, Command{VType: "UB"}); x["se"] == y["se"] {
		t.Error("--vtype does nothing")
	}
	wide, narrow := fitOf(t, plain, Command{Test: "z"}), fitOf(t, plain, Command{Test: "z", Level: ptr(0.8)})
	if w, n := wide["ci_ub"].(float64)-wide["ci_lb"].(float64), narrow["ci_ub"].(float64)-narrow["ci_lb"].(float64); !(n < 0.7*w) {
		t.Errorf("--level 0.8: width %v beside %v", n, w)
	}
}

// Every further analysis answers on a table that carries it, and says why not on
// one that does not.
func TestFurtherAnalyses(t *testing.T) {
	table := "study,g,se\n"
	for i := range 12 {
		table += string(rune('A'+i)) + "," + num9(-0.3-0.05*float64(i%5), 0.1+0.03*float64(i)) + "\n"
	}
	out, err := run(t, table, Command{Measure: "SMD", With: []string{"all"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"regression on the standard error", "filled in on the", "step at one-sided p", "without A", "rstudent",
		"signs permuted", "posterior median"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	if out, err := run(t, plain, Command{With: []string{"bayes"}}); err != nil || !strings.Contains(out, "not computed") {
		t.Errorf("a prior without a unit: %v\n%s", err, out)
	}
	if _, err := run(t, plain, Command{With: []string{"magic"}}); err == nil || !strings.Contains(err.Error(), "leave-one-out") {
		t.Errorf("an unknown analysis: %v", err)
	}
}

// With equal tests, a fit of a table says the same as the package.
func TestGuardedTableIsOneResult(t *testing.T) {
	table := "yi,vi,x\n0.30,0.04,1\n0.31,0.05,2\n0.33,0.04,3\n0.345,0.06,4\n0.355,0.05,5\n0.37,0.05,6\n"
	out, err := run(t, table, Command{Mods: "x"})
	if err != nil || !strings.Contains(out, "p = 0.79") {
		t.Errorf("the moderator's p value is not that of its guarded interval: %v\n%s", err, out)
	}
	fit := fitOf(t, table, Command{})
	g, err := meta.Fit([]float64{0.30, 0.31, 0.33, 0.345, 0.355, 0.37}, []float64{0.04, 0.05, 0.04, 0.06, 0.05, 0.05},
		meta.Options{Test: meta.KnHa})
	if err != nil || g.Unguarded == nil || fit["pval"] != g.Coef[0].P || fit["ci_unguarded_lb"] != g.Unguarded.Coef[0].Lower {
		t.Errorf("%v: %v beside %v", err, fit, g.Coef)
	}
	if script, err := run(t, table, Command{R: true}); err != nil || !strings.Contains(script, `test = "adhoc"`) {
		t.Errorf("%v\n%s", err, script)
	}
	if !strings.Contains(out, "no Q-profile interval") {
		t.Errorf("an empty Q-profile set is shown as an interval:\n%s", out)
	}
}
