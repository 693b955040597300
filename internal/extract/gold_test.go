package extract

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"testing"

	"past/internal/evidence"
	"past/internal/extract/posted"
	"past/internal/recordedtest"
	"past/internal/vocab"
)

// score compares one gold row with a cell, field by field. A silent error is a
// wrong number or meaning in a cell that is called usable.
func score(row []string, a evidence.ArmResult) (wrong []string) {
	number := func(name, want string, got *float64, tol float64) {
		if want == "" {
			if got != nil {
				wrong = append(wrong, fmt.Sprintf("%s %v, want none", name, *got))
			}
			return
		}
		w, err := strconv.ParseFloat(want, 64)
		if err != nil {
			wrong = append(wrong, "gold "+name+" is no number: "+want)
		} else if got == nil {
			wrong = append(wrong, name+" missing, want "+want)
		} else if math.Abs(*got-w) > tol*math.Max(1e-3, math.Abs(w)) {
			wrong = append(wrong, fmt.Sprintf("%s %v, want %s", name, *got, want))
		}
	}
	number("value", row[2], a.Value, 1e-9)
	number("spread", row[3], a.Spread, 1e-9)
	number("lower", row[4], a.Lower, 1e-9)
	number("upper", row[5], a.Upper, 1e-9)
	var n *float64
	if a.N != nil {
		x := float64(*a.N)
		n = &x
	}
	number("n", row[6], n, 1e-9)
	number("weeks", row[7], a.TimepointWeeks, 1e-3)
	for i, got := range map[int]string{8: a.ScoreType, 9: a.Instrument, 10: a.Domain, 11: string(a.Verdict)} {
		if row[i] != "?" && row[i] != got {
			wrong = append(wrong, fmt.Sprintf("%s %q, want %q", goldColumns[i], got, row[i]))
		}
	}
	sort.Strings(wrong)
	return wrong
}

var goldColumns = []string{"record_id", "pointer", "value", "spread", "lower", "upper", "n", "timepoint_weeks", "score_type",
	"instrument", "domain", "verdict"}

// TestGold scores the extraction against cells that a person read in recorded
// studies (testdata/README.md).
func TestGold(t *testing.T) {
	dir := recordedtest.Path(t, "registry", "ctgov")
	f, err := os.Open(filepath.Join("testdata", "gold.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	v := vocab.Default()
	cells := map[string]map[string]evidence.ArmResult{}
	right, silent := 0, 0
	verdicts, studies := map[evidence.Verdict]int{}, map[string]bool{}
	for _, row := range rows[1:] {
		id := row[0]
		if cells[id] == nil {
			body, err := os.ReadFile(filepath.Join(dir, id+".json"))
			if err != nil {
				t.Fatal(err)
			}
			cells[id] = map[string]evidence.ArmResult{}
			for _, a := range posted.Register(parseRecord(t, body), v) {
				cells[id][a.Prov.Pointer] = a
			}
		}
		studies[id] = true
		a, ok := cells[id][row[1]]
		if !ok {
			t.Errorf("%s%s: no such cell", id, row[1])
			continue
		}
		verdicts[a.Verdict]++
		wrong := score(row, a)
		if len(wrong) == 0 {
			right++
			continue
		}
		quiet := a.Verdict == evidence.Usable
		if quiet {
			silent++
		}
		t.Logf("%s%s (%s) silent=%v: %v | %s", id, row[1], a.OutcomeTitle, quiet, wrong, a.Reason)
	}
	total := len(rows) - 1
	t.Logf("cells %d of %d studies; right %d = %.1f %%; usable %d, needs review %d, unusable %d; silent errors %d", total, len(studies), right,
		100*float64(right)/float64(total), verdicts[evidence.Usable], verdicts[evidence.NeedsReview], verdicts[evidence.Unusable], silent)
	if total < 200 || len(studies) < 20 {
		t.Errorf("the gold set has %d cells of %d studies; it must have 200 of 20", total, len(studies))
	}
	if float64(right) < 0.95*float64(total) || silent > 0 {
		t.Errorf("%d of %d cells are right and %d errors are silent; at least 95 %% and none are asked", right, total, silent)
	}
}
