package metafile

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"past/internal/metafile/table"

	"pgregory.net/rapid"
)

// rows are the cells of a table without its header.
type rows [][]string

func (r rows) table(header string) string {
	lines := []string{header}
	for _, cells := range r {
		lines = append(lines, strings.Join(cells, ","))
	}
	return strings.Join(lines, "\n") + "\n"
}

// model is the first model of the JSON answer to a table; tables that look like another
// thing than studies, which chance draws too, are passed over.
func model(t *rapid.T, text string, cmd Command) map[string]any {
	t.Helper()
	cmd.JSON = true
	var out bytes.Buffer
	err := Run(context.Background(), cmd, strings.NewReader(text), &out)
	if question := (*table.Question)(nil); errors.As(err, &question) {
		t.Skip("asked: ", question.Text)
	}
	var answer map[string]any
	if err == nil {
		err = json.Unmarshal(out.Bytes(), &answer)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	fit := answer["rma"].([]any)[0].(map[string]any)
	fit["all"] = answer
	return fit
}

// agree compares numbers of two answers, those of the second turned by turn.
func agree(t *rapid.T, what string, a, b map[string]any, turn map[string]func(float64) float64) {
	t.Helper()
	for name, f := range turn {
		x, y := a[name].(float64), f(b[name].(float64))
		if math.Abs(x-y) > 1e-8*(math.Abs(x)+math.Abs(y)+1e-6) {
			t.Fatalf("%s: %s is %v and %v", what, name, x, y)
		}
	}
}

func times(c float64) func(float64) float64 { return func(x float64) float64 { return c * x } }

// same are the numbers that do not depend on how a table is written.
var same = map[string]func(float64) float64{"beta": times(1), "se": times(1), "tau2": times(1), "ci_lb": times(1), "ci_ub": times(1),
	"i2": times(1), "qe": times(1)}

// effects draws studies with their effects and variances.
func effects(t *rapid.T, from int) (out rows) {
	for i := range rapid.IntRange(from, 9).Draw(t, "studies") {
		y := rapid.IntRange(-3000, 3000).Draw(t, "effect")
		v := rapid.IntRange(10, 4000).Draw(t, "variance")
		out = append(out, []string{fmt.Sprintf("Study %c", 'A'+i), fmt.Sprint(float64(y) / 1000), fmt.Sprint(float64(v) / 10000)})
	}
	return out
}

// trials draws studies with people with and without events in both groups, so that no
// model of rare events is fitted.
func trials(t *rapid.T) (out rows) {
	for i := range rapid.IntRange(2, 7).Draw(t, "trials") {
		cells := []string{fmt.Sprintf("Trial %c", 'A'+i)}
		for _, group := range []string{"treated", "control"} {
			n := rapid.IntRange(5, 90).Draw(t, "people "+group)
			cells = append(cells, fmt.Sprint(rapid.IntRange(1, n-1).Draw(t, "events "+group)), fmt.Sprint(n))
		}
		out = append(out, cells)
	}
	return out
}

const (
	effectHeader = "study,yi,vi"
	trialHeader  = "study,ai,n1i,ci,n2i"
)

// The order of the rows changes no number.
func TestOrderOfRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		of := effects(t, 2)
		turned := slices.Clone(of)
		slices.Reverse(turned)
		for _, cmd := range []Command{{}, {Method: "DL", Test: "z"}, {Method: "PM", Test: "t"}, {Method: "EE"}} {
			agree(t, "rows turned round", model(t, of.table(effectHeader), cmd), model(t, turned.table(effectHeader), cmd), same)
		}
	})
}

// Effects in another unit give the same answer in that unit.
func TestUnitOfEffects(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		of := effects(t, 2)
		c := rapid.SampledFrom([]float64{0.01, 7, 250}).Draw(t, "unit")
		var other rows
		for _, r := range of {
			var y, v float64
			_, _ = fmt.Sscan(r[1]+" "+r[2], &y, &v)
			other = append(other, []string{r[0], fmt.Sprint(-c * y), fmt.Sprint(c * c * v)})
		}
		a, b := model(t, of.table(effectHeader), Command{}), model(t, other.table(effectHeader), Command{})
		agree(t, "another unit", a, b, map[string]func(float64) float64{"beta": times(-1 / c), "se": times(1 / c), "tau2": times(1 / (c * c)),
			"i2": times(1), "qe": times(1), "pval": times(1)})
	})
}

// One study is its own answer, with the interval of its standard error.
func TestOneStudyIsItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		of := effects(t, 1)[:1]
		var y, v float64
		_, _ = fmt.Sscan(of[0][1]+" "+of[0][2], &y, &v)
		got := model(t, of.table(effectHeader), Command{})
		for name, want := range map[string]float64{"beta": y, "se": math.Sqrt(v), "tau2": 0, "ci_lb": y - 1.959963984540054*math.Sqrt(v)} {
			if x := got[name].(float64); math.Abs(x-want) > 1e-9 {
				t.Fatalf("%s is %v, want %v", name, x, want)
			}
		}
	})
}

// Every interval holds its estimate, and a new study is less certain than the mean.
func TestIntervalsHoldTheirEstimates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		of := effects(t, 2).table(effectHeader)
		for _, method := range []string{"REML", "DL", "SJ", "EB", "HE", "EE"} {
			f := model(t, of, Command{Method: method})
			beta, lb, ub := f["beta"].(float64), f["ci_lb"].(float64), f["ci_ub"].(float64)
			if !(lb <= beta && beta <= ub) {
				t.Fatalf("%s: %v outside %v to %v", method, beta, lb, ub)
			}
			if p := f["predict"].(map[string]any); p["pi_lb"] != nil && p["pi_lb"].(float64) > lb+1e-9 {
				t.Fatalf("%s: a new study is more certain than the mean", method)
			}
		}
	})
}

// A row that is there twice counts twice and is warned of.
func TestDuplicateIsWarnedOf(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		of := effects(t, 3)
		twice := append(slices.Clone(of[:1]), of...)
		f := model(t, twice.table(effectHeader), Command{})
		if warnings := fmt.Sprint(f["all"].(map[string]any)["warnings"]); !strings.Contains(warnings, "duplicate row") {
			t.Fatalf("warnings: %s", warnings)
		}
		if k := f["k"].(float64); int(k) != len(twice) {
			t.Fatalf("%v effects of %d rows", k, len(twice))
		}
	})
}

// A filter leaves the table that lacks those rows.
func TestFilterIsTheTableWithout(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		of := effects(t, 3)
		a := model(t, of.table(effectHeader), Command{Where: []string{"study!=" + of[0][0]}})
		agree(t, "a study left out", a, model(t, of[1:].table(effectHeader), Command{}), same)
	})
}

// Exchanged groups turn the effect round; so do non-events counted as events, but for the
// risk ratio.
func TestGroupsExchanged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		of := trials(t)
		var exchanged rows
		for _, r := range of {
			exchanged = append(exchanged, []string{r[0], r[3], r[4], r[1], r[2]})
		}
		turned := map[string]func(float64) float64{"beta": times(-1), "se": times(1), "tau2": times(1), "qe": times(1)}
		for _, measure := range []string{"OR", "RR", "RD"} {
			cmd := Command{Measure: measure, Method: "DL", Add: new(float64)}
			*cmd.Add = 0.5
			agree(t, measure, model(t, of.table(trialHeader), cmd), model(t, exchanged.table(trialHeader), cmd), turned)
		}
	})
}

var vector = regexp.MustCompile(`(?m)^dat\$(\w+) <- c\((.*)\)$`)

// The numbers in the R script are those of the table: read back from there they give the
// same answer.
func TestScriptHoldsTheTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		of, header, cmd := trials(t), trialHeader, Command{Measure: "OR"}
		if rapid.Bool().Draw(t, "effects given") {
			of, header, cmd = effects(t, 2), effectHeader, Command{}
		}
		want := model(t, of.table(header), cmd)
		var out bytes.Buffer
		script := cmd
		script.R = true
		if err := Run(context.Background(), script, strings.NewReader(of.table(header)), &out); err != nil {
			t.Fatal(err)
		}
		var back rows
		for i := range of {
			back = append(back, []string{fmt.Sprintf("row %d", i)})
		}
		names := []string{"study"}
		for _, m := range vector.FindAllStringSubmatch(out.String(), -1) {
			names = append(names, m[1])
			for i, cell := range strings.Split(m[2], ", ") {
				back[i] = append(back[i], cell)
			}
		}
		agree(t, "read back from the script", model(t, back.table(strings.Join(names, ",")), cmd), want, same)
	})
}

// The rows of a JSON case are answered as those of a table.
func TestCaseIsAnsweredAsTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		of := effects(t, 2)
		var cells []string
		for _, r := range of {
			cells = append(cells, fmt.Sprintf(`{"study": %q, "yi": %s, "vi": %s}`, r[0], r[1], r[2]))
		}
		text := fmt.Sprintf(`{"name": "x", "input": {"kind": "yi_vi", "rows": [%s]}}`, strings.Join(cells, ","))
		agree(t, "case and table", model(t, text, Command{}), model(t, of.table(effectHeader), Command{}), same)
	})
}

// Each group is answered as the table of its rows alone.
func TestSubgroupIsItsOwnTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		of := effects(t, 4)
		for i := range of {
			of[i] = append(of[i], []string{"inpatients", "outpatients"}[i%2])
		}
		text := of.table(effectHeader + ",setting")
		answer := model(t, text, Command{Subgroup: "setting"})["all"].(map[string]any)
		by := answer["subgroups"].([]any)[0].(map[string]any)["by_method"].([]any)[0].(map[string]any)
		for _, g := range by["groups"].([]any) {
			group := g.(map[string]any)
			agree(t, fmt.Sprint(group["level"]), group, model(t, text, Command{Where: []string{"setting=" + group["level"].(string)}}), same)
		}
	})
}

// Refused options name themselves: a case says what is computed.
func TestCaseTakesNoOptionsOfTheAnalysis(t *testing.T) {
	const request = `{"name": "x", "request": {"rma": [{"method": "DL"}]}, "input": {"kind": "yi_vi", "rows": [{"yi": 0.1, "vi": 0.2}]}}`
	half := 0.5
	for flag, cmd := range map[string]Command{"measure": {Measure: "SMD"}, "method": {Method: "DL"}, "rho": {Rho: &half},
		"drop00": {Drop00: true},
		"with":   {With: []string{"all"}}, "level": {Level: &half}, "vtype": {VType: "UB"}, "dose": {Dose: "dose"}} {
		if _, err := run(t, request, cmd); err == nil || !strings.Contains(err.Error(), "leave --"+flag+" out") {
			t.Errorf("%s: %v", flag, err)
		}
	}
	if _, err := run(t, request, Command{Formula: "revman", JSON: true, Where: []string{"yi<1"}}); err != nil {
		t.Errorf("options of the reading: %v", err)
	}
}
