package text

import "testing"

// The separator is what each line has as often; a comma is in numbers and names, too.
func TestSeparatorAmongMarksInCells(t *testing.T) {
	for name, c := range map[string]struct {
		table string
		want  rune
	}{
		"decimal commas and a comma in the header": {"Study;OR, 95% CI\nA;1,35 (1,00-1,82)\nB;0,9 (0,6-1,3)\n", ';'},
		"as many decimal commas as separators": {"Study;Drug, mean (SD);Drug, n;Placebo, mean (SD);Placebo, n\n" +
			"A;18,3 (5,2);23;20,1 (6,0);25\nB;17,2 (6,1);30;19,9 (5,5);31\n", ';'},
		"tabs and decimal commas":               {"Study\tDrug, mean (SD)\tDrug, n\nA\t18,3 (5,2)\t23\n", '\t'},
		"commas, and intervals with semicolons": {"study,n,OR (lower; upper)\nA,20,1.2 (0.8; 1.5)\nB,31,0.9 (0.6; 1.2)\n", ','},
		"commas, title above":                   {"Table 2; outcomes\nstudy,yi,vi\nA,0.1,0.2\n", ','},
		"one column":                            {"study\nA\nB\n", ','},
		"last line without an end":              {"study;yi\nA;0,1", ';'},
	} {
		if got := Separator([]byte(c.table)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
