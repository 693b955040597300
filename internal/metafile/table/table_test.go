package table

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
)

func parsed(t *testing.T, text string) *Table {
	t.Helper()
	out, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Cells of several numbers become columns where the header says what they are, and
// stay with a question where it does not.
func TestCellsOfSeveralNumbers(t *testing.T) {
	for _, c := range []struct{ header, cell, names, asks string }{
		{"drug mean ± SD", "12.1 ± 3.2", "mean drug,sd drug", ""},
		{"drug, mean (SE)", "12.1 (0.4)", "mean drug,se drug", ""},
		{"drug", "12.1 (3.2)", "drug", "a standard deviation or a standard error"},
		{"SMD (95% CI)", "0.4 (0.1 to 0.7)", "SMD,ci 95 lower,ci 95 upper", ""},
		{"OR [90 % CI]", "1.4 [1.1; 1.7]", "OR,ci 90 lower,ci 90 upper", ""},
		{"OR 95%CI", "1.4 [1.1 - 1.7]", "OR,ci 95 lower,ci 95 upper", ""},
		{"95% CI", "0.1-0.7", "ci 95 lower,ci 95 upper", ""},
		{"drug median (IQR)", "12 (9-15)", "median drug,q1 drug,q3 drug", ""},
		{"drug median (range)", "12 (9-15)", "median drug,min drug,max drug", ""},
		{"drug mean (95% CI)", "12 (9 to 15)", "drug mean (95% CI)", "Name the column"},
		{"events drug", "7 (35%)", "events drug,events drug percent", ""},
		{"placebo", "7/20", "events placebo,n placebo", ""},
		{"responders MDMA", "7/20", "events MDMA,n MDMA", ""},
		{"MDMA", "7/20", "MDMA", "events MDMA"},
	} {
		for _, mark := range []string{";", "\t"} {
			if strings.Contains(c.cell, mark) {
				continue
			}
			got := parsed(t, "study"+mark+c.header+"\nA"+mark+c.cell+"\nB"+mark+c.cell+"\n")
			if names := strings.Join(got.Names[1:], ","); names != c.names {
				t.Errorf("%q: columns %s, want %s", c.header, names, c.names)
			}
			if asks := len(got.Open) > 0 && strings.Contains(got.Open[0].Text, c.asks); asks != (c.asks != "") {
				t.Errorf("%q leaves %v to ask", c.header, got.Open)
			}
		}
	}
	pair := parsed(t, "study,MDMA,Placebo\nA,9 of 23,4/21\nB,3/20,1 of 19\n")
	if want := []string{"study", "events MDMA", "n MDMA", "events Placebo", "n Placebo"}; !slices.Equal(pair.Names, want) {
		t.Errorf("%v, want %v", pair.Names, want)
	}
}

// Rows keep their names in the file whatever was taken away before.
func TestRowsKeepTheirNames(t *testing.T) {
	for _, c := range []struct {
		where []string
		want  string
	}{
		{[]string{"g=x"}, "row 1 (line 2), row 3 (line 5)"},
		{[]string{"g=x", "yi>0.15"}, "row 3 (line 5)"},
		{[]string{"yi!=NA", "g=x|y"}, "row 1 (line 2), row 2 (line 3), row 3 (line 5)"},
	} {
		got := parsed(t, "study,yi,g\nA,0.1,x\nB,0.2,y\n\nC,0.3,x\nD,NA,\n")
		if err := got.Filter(c.where); err != nil {
			t.Fatal(err)
		}
		rows := make([]int, got.Rows)
		for i := range rows {
			rows[i] = i
		}
		if names := got.RowNames(rows); names != c.want || got.Read != 4 {
			t.Errorf("%v: %s of %d, want %s", c.where, names, got.Read, c.want)
		}
	}
	if err := parsed(t, "study,yi\nA,1\n").Filter([]string{"nope=1"}); !errors.Is(err, ErrNoColumn) {
		t.Errorf("a filter on a column that there is not: %v", err)
	}
}

// A cell that may be a bound or two numbers is an error where it is used and
// nowhere else; missing is NaN.
func TestFloats(t *testing.T) {
	got := parsed(t, "study,yi,sei,note\nA,0.1,<0.2,x\nB,NR,0.3,\n")
	y, err := got.Floats("yi")
	if err != nil || y[0] != 0.1 || !math.IsNaN(y[1]) {
		t.Errorf("%v, %v", y, err)
	}
	if _, err := got.Floats("sei"); err == nil || !strings.Contains(err.Error(), `row 1 (line 2), column "sei": "<0.2" is a bound`) {
		t.Errorf("%v", err)
	}
	if x, err := got.FloatsOf("yi", "nope"); err != nil || x["nope"] != nil || x["yi"] == nil {
		t.Errorf("%v, %v", x, err)
	}
	if !got.IsFactor("note") || got.IsText("yi") {
		t.Error("text and numbers are mixed up")
	}
}
