package metafile

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
)

// Powers and interactions give R's columns; the coefficients are those of
// metafor 4 for lm-like contrasts (common effect, exact least squares).
func TestFormulaTerms(t *testing.T) {
	table := "study,yi,vi,dose,arm\n"
	for i, y := range []float64{0.1, 0.35, 0.5, 0.55, 0.2, 0.6, 0.9, 1.0} {
		table += string(rune('A'+i)) + "," + rNum(y) + ",0.01," + rNum(float64(i%4)) + "," + []string{"x", "y"}[i/4] + "\n"
	}
	for formula, want := range map[string][]string{
		"~ dose + I(dose^2)": {"intrcpt", "dose", "I(dose^2)"},
		"~ dose*arm":         {"intrcpt", "dose", "army", "dose:army"},
		"~ arm + dose:arm":   {"intrcpt", "army", "dose:army"},
		"dose, I(dose^2)":    {"intrcpt", "dose", "I(dose^2)"},
	} {
		out, err := run(t, table, Command{Mods: formula, Test: "z"})
		if err != nil {
			t.Errorf("%s: %v", formula, err)
			continue
		}
		for _, name := range want {
			if !strings.Contains(out, "\n  "+name+" ") {
				t.Errorf("%s: no coefficient %s in\n%s", formula, name, out)
			}
		}
		script, err := run(t, table, Command{Mods: formula, R: true})
		if err != nil || !strings.Contains(script, "`dose`") {
			t.Errorf("%s: %v\n%s", formula, err, script)
		}
	}
	// slopes of the two arms apart: 0.15 for x, 0.27 for y
	out, err := run(t, table, Command{Mods: "~ dose*arm", Method: "FE"})
	if err != nil || !strings.Contains(out, "dose                                      0.1500") ||
		!strings.Contains(out, "dose:army                                 0.1200") {
		t.Errorf("%v\n%s", err, out)
	}
	for _, bad := range []string{"~ dose^2", "~ dose*arm*arm", "~ dose + ", "dose + nothing"} {
		if _, err := run(t, table, Command{Mods: bad}); err == nil {
			t.Errorf("%s was taken", bad)
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
	if err != nil || !strings.Contains(script, "rma.mv(yi, V, mods = ~ 0 + factor(`g`, levels = c(\"p\", \"q\"))") {
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

const (
	relativeRisks = "study,type,dose,cases,n,logrr,se\nA,cc,0,126,414,0,\nA,cc,9.06,61,261,-0.2231,0.2233\nA,cc,27,69,228,-0.0001,0.2338\n" +
		"B,cc,0,77,258,0,\nB,cc,16.05,88,413,-0.4308,0.2213\nB,cc,46.42,24,202,-1.0788,0.2976\nC,ci,0,159,480,0,\nC,ci,6,229,975,-0.4155,0.1442\n"
	doseArms = "study;arm;dose;mean;sd;n\nA;placebo;0;30;10;40\nA;low;10;26;10;40\nA;high;25;22;9;41\nB;placebo;1;31;11;30\n" +
		"B;high;25;23;10;31\n" +
		"C;placebo;0;29;9;50\nC;low;10;27;9,5;52\nC;mid;15;25;9;51\nC;high;30;20;9;50\n"
	doseRows = "study,dose,yi,vi\nA,10,-0.4,0.05\nA,25,-0.8,0.06\nB,25,-0.7,0.07\nC,10,-0.2,0.04\nC,30,-1.0,0.05\n"
)

// One curve over all doses, with the covariance that a table lets one know. The
// wanted numbers are those of metafor's rma.mv with that covariance.
func TestDoseResponse(t *testing.T) {
	for _, c := range []struct {
		name, table string
		cmd         Command
		how         string
		beta, se    []float64
	}{
		{"one row per arm", doseArms, Command{Dose: "dose"}, "shared control group", []float64{-0.033047}, []float64{0.004960}},
		{"a parabola of mean differences", doseArms, Command{Dose: "dose + I(dose^2)", Measure: "MD"}, "shared control group",
			[]float64{-0.273872, -0.001345}, []float64{0.156962, 0.005224}},
		{"effects alone", doseRows, Command{Dose: "dose"}, "correlation 0.5", []float64{-0.03202590}, []float64{0.00514430}},
		{"effects with a correlation", doseRows, Command{Dose: "~ dose", Rho: ptr(0)}, "correlation 0", []float64{-0.03138549},
			[]float64{0.00488852}},
		{"relative risks with cases", relativeRisks, Command{Dose: "dose", Measure: "RR"}, "Greenland and Longnecker",
			[]float64{-0.02509620}, []float64{0.01724484}},
	} {
		c.cmd.JSON = true
		out, err := run(t, c.table, c.cmd)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var answer struct {
			Dose struct {
				Beta, SE   []float64
				Covariance string
				Curve      []map[string]float64
			} `json:"dose_response"`
		}
		if err := json.Unmarshal([]byte(out), &answer); err != nil {
			t.Fatal(err)
		}
		d := answer.Dose
		if d.Covariance != c.how || len(d.Beta) != len(c.beta) || len(d.Curve) < 3 {
			t.Errorf("%s: %+v", c.name, d)
			continue
		}
		for j, b := range c.beta {
			if math.Abs(d.Beta[j]-b) > 1e-6 || math.Abs(d.SE[j]-c.se[j]) > 1e-6 {
				t.Errorf("%s: term %d %.8f (%.8f), want %.8f (%.8f)", c.name, j, d.Beta[j], d.SE[j], b, c.se[j])
			}
		}
	}
}

func TestDoseResponseSaysWhatIsMissing(t *testing.T) {
	for _, c := range []struct {
		name, table string
		cmd         Command
		want        string
	}{
		{"doses with units", strings.ReplaceAll(doseRows, ",25,", ",25 mg,"), Command{Dose: "dose"}, "numbers of one unit"},
		{"no such column", doseRows, Command{Dose: "mg"}, `"mg"`},
		{"no design", strings.ReplaceAll(relativeRisks, "type", "kind"), Command{Dose: "dose", Measure: "RR"}, "a column type"},
		{"no reference", strings.Replace(relativeRisks, "C,ci,0,159,480,0,", "C,ci,0,159,480,0.1,0.1", 1), Command{Dose: "dose", Measure: "RR"},
			"study C has no reference row"},
		{"a comparison of the reference with itself", doseRows + "D,0,0,0.05\n", Command{Dose: "dose"}, "row 6 (line 7) has the dose of its " +
			"reference"},
		{"too many terms", doseRows, Command{Dose: "dose + I(dose^2) + I(dose^3)"}, "too few"},
	} {
		if out, err := run(t, c.table, c.cmd); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v\n%s", c.name, err, out)
		}
	}
	out, err := run(t, doseRows, Command{Dose: "dose"})
	if err != nil || !strings.Contains(out, "taken to correlate by 0.5") || !strings.Contains(out, "footnote: what follows takes the "+
		"rows as independent") {
		t.Errorf("%v\n%s", err, out)
	}
}
