package metafile

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
)

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
