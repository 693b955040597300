package roles

import (
	"errors"
	"maps"
	"math"
	"strings"
	"testing"

	"past/analysis/effect"
	"past/internal/metafile/table"
)

func read(text string, o Options, where ...string) (*Reading, error) {
	t, err := table.Parse([]byte(text))
	if err != nil {
		return nil, err
	}
	if err := t.Filter(where); err != nil {
		return nil, err
	}
	return Read(t, o)
}

// asking are tables that two readings fit.
var asking = map[string]string{
	"two effects":             "study,d,g,se\nA,0.1,0.09,0.2\nB,0.3,0.28,0.2\nC,0.5,0.47,0.2\n",
	"two kinds":               "study,effect,se,mean1,sd1,n1,mean2,sd2,n2\nA,-0.3,0.2,10,3,20,12,3,20\nB,-0.2,0.2,11,3,20,12,3,20\n",
	"ratios or logarithms":    "study,OR,SE\nA,1.2,0.2\nB,1.4,0.3\n",
	"negative ratio":          "study,OR,SE\nA,-0.2,0.2\nB,0.4,0.3\n",
	"pre-post":                "study,mean pre,mean post,sd pre,sd post,n,r\nA,30,22,7,8,20,0.5\nB,31,25,7,8,22,0.6\n",
	"arms without control":    "study,arm,mean,sd,n\nA,ketamine,10,3,20\nA,midazolam,12,3,20\nB,ketamine,9,3,18\nB,midazolam,12,3,20\n",
	"groups without one":      "study,LSD mean,LSD sd,LSD n,niacin mean,niacin sd,niacin n\nA,10,3,20,12,3,20\nB,11,3,18,13,3,20\n",
	"t beside effects":        "study,effect,t\nA,0.4,2.1\nB,0.3,1.8\n",
	"t of groups":             "study,t,n1,n2,week\nA,2.1,20,20,4\nB,1.8,22,21,8\n",
	"nameless row":            "study,yi,vi\nA,0.1,0.04\nB,0.2,0.05\nC,0.4,0.02\n,0.25,0.01\n",
	"sum of the rows":         "study,ai,n1i,ci,n2i\nA,5,20,3,21\nB,6,22,4,20\nC,11,42,7,41\n",
	"total with no such name": "study,ai,n1i,ci,n2i\nA,5,20,3,21\nB,6,22,4,20\nAll studies,11,42,7,41\n",
}

// What is asked names the options that answer it, and each of them does: the same
// question does not come back.
func TestEveryAnswerAnswers(t *testing.T) {
	roleOf := map[string]string{"ci-lb": "lb", "ci-ub": "ub", "tval": "ti", "zval": "zi", "pval": "pi"}
	for name, text := range asking {
		r, err := read(text, Options{})
		var q *table.Question
		if !errors.As(err, &q) {
			if name == "total with no such name" && err == nil && r.Rows == 2 {
				continue // left out by its name
			}
			t.Errorf("%s: no question but %v", name, err)
			continue
		}
		answers := q.Answers
		if r == nil && len(answers) == 0 {
			t.Errorf("%s: %q has no answer", name, q.Text)
		}
		for _, a := range answers {
			if a.Value == "" {
				continue // the user must supply it
			}
			if !strings.Contains(q.Text, a.Value) {
				t.Errorf("%s: %q does not say %s", name, q.Text, a)
			}
			o, where := Options{Columns: map[string]string{}}, []string(nil)
			switch a.Flag {
			case "measure":
				o.Measure = a.Value
			case "scale":
				o.Scale = a.Value
			case "control":
				o.Control = a.Value
			case "where":
				where = []string{a.Value}
			default:
				role := a.Flag
				if r := roleOf[role]; r != "" {
					role = r
				}
				o.Columns[role] = a.Value
			}
			if _, err := read(text, o, where...); err != nil && err.Error() == q.Text {
				t.Errorf("%s: %s is answered by the same question", name, a)
			}
		}
	}
}

// Limits that are too rounded to say whether they are of ratios are taken by the name
// of the column, where all of them are above 0.
func TestRoundedRatios(t *testing.T) {
	r, err := read("study,Rate ratio,95% CI\nA,0.8,0.6-1.1\nB,0.7,0.5-0.9\nC,1.1,0.8-1.5\n", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if y, err := r.Floats("yi"); err != nil || r.Measure != effect.IRR || math.Abs(y[0]-math.Log(0.8)) > 1e-12 {
		t.Errorf("%v: %v as %s", err, y, r.Measure)
	}
	if _, err := read("study,x,95% CI\nA,0.8,0.6-1.1\nB,0.7,0.5-0.9\nC,1.1,0.8-1.5\n", Options{Measure: "IRR",
		Columns: map[string]string{"yi": "x"}}); err == nil || !strings.Contains(err.Error(), "ratios, or logarithms?") {
		t.Errorf("a column of another name: %v", err)
	}
}

// Which columns mean what does not depend on the order of the columns.
func TestOrderOfColumns(t *testing.T) {
	rows := [][]string{{"study", "mean1", "sd1", "n1", "mean2", "sd2", "n2", "year"}, {"A", "10", "3", "20", "12", "3.1", "21", "2010"},
		{"B", "11", "3.3", "25", "12.5", "3", "24", "2014"}}
	var want map[string]string
	for shift := range len(rows[0]) {
		var b strings.Builder
		for _, r := range rows {
			b.WriteString(strings.Join(append(append([]string(nil), r[shift:]...), r[:shift]...), ",") + "\n")
		}
		r, err := read(b.String(), Options{})
		if err != nil {
			t.Fatalf("shifted by %d: %v", shift, err)
		}
		if want == nil {
			want = r.Chosen
		}
		if !maps.Equal(r.Chosen, want) || r.Kind != effect.KindMeans || r.Measure != effect.SMD || r.LabelColumn() != "study" {
			t.Errorf("shifted by %d: %s as %v, %v", shift, r.Measure, r.Kind, r.Chosen)
		}
	}
}

// Pairs of a table with one row per arm name the rows of the file, also after rows
// were taken away.
func TestPairsKeepTheirRows(t *testing.T) {
	r, err := read("study,arm,mean,sd,n,keep\nX,placebo,9,3,20,0\nA,placebo,12,3,20,1\nA,high,10,3,20,1\nA,low,11,3,21,1\n"+
		"B,high,9,3,18,1\nB,placebo,12,3,20,1\n", Options{}, "keep=1")
	if err != nil {
		t.Fatal(err)
	}
	if got := r.RowNames([]int{0, 1, 2}); got != "row 3 (line 4), row 4 (line 5), row 5 (line 6)" || r.Rows != 3 {
		t.Errorf("%d comparisons: %s", r.Rows, got)
	}
	m2, err := r.Floats("m2i")
	if err != nil || m2[0] != 12 || m2[2] != 12 {
		t.Errorf("%v, %v", m2, err)
	}
}
