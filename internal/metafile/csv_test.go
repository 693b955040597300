package metafile

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"past/internal/metafile/plan"
	"past/internal/metafile/table"
)

// run answers a table given as text.
func run(t *testing.T, table string, cmd Command) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := Run(context.Background(), cmd, strings.NewReader(table), &out)
	return out.String(), err
}

// fitOf is the first model of the JSON answer to a table.
func fitOf(t *testing.T, table string, cmd Command) map[string]any {
	t.Helper()
	cmd.JSON = true
	out, err := run(t, table, cmd)
	if err != nil {
		t.Fatal(err)
	}
	var answer map[string]any
	if err := json.Unmarshal([]byte(out), &answer); err != nil {
		t.Fatal(err)
	}
	return answer["rma"].([]any)[0].(map[string]any)
}

const plain = "study,yi,vi\nA,0.25,0.04\nB,-0.5,0.0625\nC,1.125,0.09\n"

// However a spreadsheet writes a table, the numbers are the same.
func TestOneTableInManyHands(t *testing.T) {
	want := fitOf(t, plain, Command{})
	for name, table := range map[string]string{
		"semicolons and decimal commas": "study;yi;vi\nA;0,25;0,04\nB;-0,5;0,0625\nC;1,125;0,09\n",
		"tabs":                          "study\tyi\tvi\nA\t0.25\t0.04\nB\t-0.5\t0.0625\nC\t1.125\t0.09\n",
		"byte order mark, CRLF, blank lines": "\ufeffstudy,yi,vi\r\nA,0.25,0.04\r\n\r\nB,-0.5,0.0625\r\n,,\r\n" +
			"C,1.125,0.09\r\n",
		"unicode minus and no-break spaces": "study,yi,vi\nA,\u00a00.25,0.04\u00a0\nB,\u22120.5,0.0625\nC,1.125,0.09\n",
		"exponents":                         "study,yi,vi\nA,2.5E-1,4e-2\nB,-5e\u22121,6.25e-2\nC,1125e-3,9E-2\n",
		"quoted decimal commas":             "study,yi,vi\n\"A\",\"0,25\",\"0,04\"\n\"B\",\"-0,5\",\"0,0625\"\n\"C\",\"1,125\",\"0,09\"\n",
		"standard errors":                   "study,yi,se\nA,0.25,0.2\nB,-0.5,0.25\nC,1.125,0.3\n",
		"usual names":                       "Author,Effect Size,Variance\nA,0.25,0.04\nB,-0.5,0.0625\nC,1.125,0.09\n",
		"rows without an effect":            "study,yi,vi\nX,NA,0.1\nA,0.25,0.04\nB,-0.5,0.0625\nY,0.3,\nC,1.125,0.09\nZ,NR,0.2\n",
		"trailing separators":               "study,yi,vi,\nA,0.25,0.04,\nB,-0.5,0.0625,\nC,1.125,0.09,\n",
	} {
		got := fitOf(t, table, Command{})
		for _, k := range []string{"beta", "se", "tau2", "ci_lb", "ci_ub", "qe"} {
			if g, w := got[k].(float64), want[k].(float64); math.Abs(g-w) > 1e-12*math.Max(1, math.Abs(w)) {
				t.Errorf("%s: %s is %v, want %v", name, k, g, w)
			}
		}
	}
}

// What is wrong is named by row, line and the column's own name.
func TestWrongInputIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		table string
		cmd   Command
		want  []string
	}{
		"text in a number": {"study,yi,vi\nA,0.2,0.1\nB,abc,0.1\n", Command{}, []string{"row 2 (line 3)", `"yi"`, `"abc"`, "not a number"}},
		"operator":         {"study,yi,vi\nA,0.2,0.1\nB,0.3,<0.01\n", Command{}, []string{"row 2", `"vi"`, `"<0.01"`}},
		"ambiguous":        {"study,yi,vi\nA,\"1,234\",1\nB,2,1\n", Command{}, []string{"row 1", "1,234", "thousands"}},
		"negative SD": {"study,mean_t,sd_t,n_t,mean_c,sd_c,n_c\nA,1,-2,10,2,2,10\n", Command{Measure: "SMD"},
			[]string{"row 1 (line 2)", "sd_t (sd1i)", "negative"}},
		"more events":          {"study,ai,n1i,ci,n2i\nA,12,10,1,10\n", Command{Measure: "OR"}, []string{"row 1", "ai", "more events"}},
		"missing columns":      {"study,ai,n1i\nA,1,10\n", Command{Measure: "OR"}, []string{"OR", "ci", "not found"}},
		"unknown measure":      {plain, Command{Measure: "XYZ"}, []string{"XYZ"}},
		"unknown method":       {plain, Command{Method: "nope"}, []string{"nope"}},
		"unknown test":         {plain, Command{Test: "nope"}, []string{"nope"}},
		"unknown formula":      {plain, Command{Formula: "nope"}, []string{"nope", "metapsy"}},
		"unknown columns":      {"a,b\n1,2\n", Command{}, []string{"a, b", "measure"}},
		"unknown subgroup":     {plain, Command{Subgroup: "nope"}, []string{"nope"}},
		"unknown moderator":    {plain, Command{Mods: "nope"}, []string{"nope"}},
		"unknown cluster":      {plain, Command{Cluster: "nope"}, []string{"nope"}},
		"bad filter":           {plain, Command{Where: []string{"yi"}}, []string{"yi", "column=value"}},
		"filter without rows":  {plain, Command{Where: []string{"study=Q"}}, []string{"no row"}},
		"filter column":        {plain, Command{Where: []string{"q=1"}}, []string{`"q"`}},
		"ragged":               {"study,yi,vi\nA,1\n", Command{}, []string{"line 2", "2 fields", "3 columns"}},
		"two columns one name": {"yi,yi,vi\n1,1,1\n", Command{}, []string{"two columns", "yi"}},
		"empty":                {" \n", Command{}, []string{"empty"}},
		"header only":          {"yi,vi\n", Command{}, []string{"no rows"}},
		"binary":               {"PK\x03\x04\x00\x00", Command{}, []string{"UTF-8"}},
		"bad JSON":             {"{\"input\": \n}", Command{}, []string{"line 2", "JSON"}},
		"JSON without input":   {"{}", Command{}, []string{"input"}},
		"JSON cell":            {`{"input":{"kind":"yi_vi","rows":[{"yi":[1],"vi":1}]}}`, Command{}, []string{"row 1", `"yi"`}},
		"nothing usable":       {"yi,vi\nNA,1\n", Command{}, []string{"no row"}},
		"negative variance":    {"yi,vi\n1,-1\n2,1\n", Command{}, []string{"row 1", "vi", "negative"}},
	} {
		_, err := run(t, c.table, c.cmd)
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		for _, w := range c.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %q does not say %q", name, err, w)
			}
		}
	}
}

func TestFilters(t *testing.T) {
	table := "study,yi,vi,arm,dose\nA,0.1,0.1,high,75\nB,0.2,0.1,low,\nC,0.3,0.1,High,125\nD,0.4,0.1,,40\n"
	for filter, want := range map[string]float64{
		"arm=high": 2, "arm!=high": 2, "arm=high|low": 3, "arm=NA": 1, "arm!=NA": 3, "dose>=75": 2, "dose<75": 1, "dose=75.0": 1, "dose!=75": 3,
	} {
		k := 0.0
		out, err := run(t, table, Command{Where: []string{filter}, JSON: true})
		if err == nil {
			var answer map[string]any
			if err = json.Unmarshal([]byte(out), &answer); err == nil {
				k = answer["analysis"].(map[string]any)["k"].(float64)
			}
		}
		if err != nil || k != want {
			t.Errorf("%s: k = %v, want %v (%v)", filter, k, want, err)
		}
	}
}

// A JSON case without a request, and the same numbers as a table, get the same
// answer; so does the same case twice.
func TestJSONAndTableAgree(t *testing.T) {
	asJSON := `{"input":{"kind":"yi_vi","rows":[{"study":"A","yi":0.25,"vi":0.04},{"study":"B","yi":-0.5,"vi":0.0625},` +
		`{"study":"C","yi":1.125,"vi":0.09}]}}`
	a, err := run(t, plain, Command{JSON: true})
	if err != nil {
		t.Fatal(err)
	}
	b, err := run(t, asJSON, Command{})
	if err != nil {
		t.Fatal(err)
	}
	if a != b {
		t.Errorf("table and case differ:\n%s\n%s", a, b)
	}
	again, _ := run(t, plain, Command{JSON: true})
	if a != again {
		t.Error("the same input gave different bytes")
	}
}

func TestTableForPeople(t *testing.T) {
	out, err := run(t, "study\x1b[31m;events_e;n_e;events_c;n_c;kind\nA\x1b[31m;4;123;11;139;x\nB;6;306;29;303;x\nC;0;231;11;"+
		"220;y\nD;62;13598;248;12867;y\n",
		Command{Measure: "rr", Subgroup: "kind", Mods: "kind", Cluster: "kind"})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"log risk ratio (RR)", "ai = events_e", "as risk ratio", "prediction interval", "Q-profile interval",
		"Mantel-Haenszel", "subgroups by kind", "moderators: ~ kind", "CHE, sampling correlation 0.6", "row 3 (line 4): 0.5 was added"} {
		if !strings.Contains(out, want) {
			t.Errorf("the table lacks %q:\n%s", want, out)
		}
	}
	if strings.ContainsRune(out, '\x1b') {
		t.Error("an escape character of the input reached the terminal")
	}
}

// Studies that agree by chance must not look more certain than the common effect.
func TestGuardedIntervalIsTheHeadline(t *testing.T) {
	out, err := run(t, "study,yi,vi\nA,0.50,0.04\nB,0.52,0.05\nC,0.49,0.06\nD,0.51,0.03\n", Command{})
	if err != nil {
		t.Fatal(err)
	}
	guarded, unguarded := strings.Index(out, "guarded  "), strings.Index(out, "unguarded, narrower")
	if guarded < 0 || unguarded < guarded {
		t.Errorf("the guarded interval is not shown first:\n%s", out)
	}
}

func FuzzTable(f *testing.F) {
	for _, s := range []string{plain, "study;yi;vi\nA;0,25;0,04\n", "ai,n1i,ci,n2i\n0,10,0,10\n1,5,2,5\n",
		"m1i,sd1i,n1i,m2i,sd2i,n2i\n1,1,1,1,1,1\n",
		"\ufeffa\tb\n1\t2\n", "yi,vi\n1e308,1e-308\n-1e308,1e308\n", "ri,ni\n1,3\n-1,4\n", "\"a\n\",b\n",
		`{"input":{"kind":"two_by_two","rows":[{"ai":1,"n1i":0}]},"request":{"rma":[{"method":"REML"}]}}`,
		`{"input":{"kind":"conversions"},"request":{"conversions":[{"method":"wan2014_s2","input":{"n":1e9,"min":1,"q1":0}}]}}`} {
		f.Add(s, "SMD")
	}
	f.Fuzz(func(t *testing.T, input, measure string) {
		if len(input) > 4000 {
			return
		}
		for _, cmd := range []Command{{}, {JSON: true, Measure: measure}, {R: true, Subgroup: "study", Formula: "metapsy"}} {
			var out bytes.Buffer
			if err := Run(context.Background(), cmd, strings.NewReader(input), &out); err != nil {
				continue
			}
			if strings.Contains(out.String(), "internal error") {
				t.Errorf("a method failed: %s", out.String())
			}
			if cmd.JSON && !json.Valid(out.Bytes()) {
				t.Errorf("the answer is not JSON: %s", out.String())
			}
		}
	})
}

// The names of a hundred thousand studies are read once, not once a study.
func BenchmarkLabels(b *testing.B) {
	cells := make([]any, 100_000)
	d := &plan.Data{Table: &table.Table{Rows: len(cells), Columns: map[string]*table.Column{"study": {Cells: cells}},
		Names: []string{"study"}}, Label: "study"}
	for i := range cells {
		cells[i] = "A study"
		d.RowsUsed = append(d.RowsUsed, i+1)
	}
	for b.Loop() {
		a := &analysis{Result: &plan.Result{Data: d}}
		a.setLabels()
	}
}

// Beside ratios of rare events stand models that add nothing to cells.
func TestRareEvents(t *testing.T) {
	table := "study,ai,n1i,ci,n2i\nA,0,40,3,38\nB,2,55,4,57\nC,1,30,0,31\nD,0,25,0,24\nE,3,120,9,118\n"
	out, err := run(t, table, Command{Measure: "RR"})
	if err != nil || !strings.Contains(out, "beta-binomial, RR (rare events, nothing added)      -0.9883") {
		t.Errorf("%v\n%s", err, out)
	}
	out, err = run(t, table, Command{Measure: "OR"})
	if err != nil || !strings.Contains(out, "conditional mixed model (CM.EL), OR") || !strings.Contains(out, "nothing added)      -1.0273") {
		t.Errorf("%v\n%s", err, out)
	}
	out, err = run(t, "study,ai,n1i,ci,n2i\nA,0,40,3,38\nB,0,55,4,57\n", Command{Measure: "RR"})
	if err != nil || !strings.Contains(out, "no finite estimate exists") {
		t.Errorf("%v\n%s", err, out)
	}
}
