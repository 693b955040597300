package outside

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"past/internal/export"
)

// seen is what duckdb.cjs prints.
type seen struct {
	Version string
	Tables  map[string]struct {
		Columns []struct{ Name, Type string }
		Rows    [][]any
		Count   []string
		Sum     []*string
	}
	Edition map[string]string
	Query   [][]any
	Dates   [][]any
}

// table is one table of the CSV export.
type table struct {
	columns []string
	rows    [][]string
}

func readCSV(t *testing.T, path string) table {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	all, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(b), "\ufeff"))).ReadAll()
	if err != nil || len(all) == 0 {
		t.Fatalf("%s: %v, %d lines", path, err, len(all))
	}
	return table{all[0], all[1:]}
}

// queryOfDocs is the query that docs/scale.md prints.
func queryOfDocs(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "docs", "scale.md"))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile("(?s)```(?:sql)?\n(SELECT[^`]*read_parquet[^`]*)```").FindSubmatch(b)
	if m == nil {
		t.Fatal("docs/scale.md prints no query over Parquet files")
	}
	return strings.TrimSuffix(strings.TrimSpace(string(m[1])), ";")
}

// TestDuckDBReadsParquet holds every cell, count and sum that DuckDB reads from
// the exported Parquet files against the CSV export of the same database.
func TestDuckDBReadsParquet(t *testing.T) {
	path, env := node(t)
	dir, db := evidence(t)
	run(t, dir, nil, binary, "export", "--format", "parquet", "--db", db, "--out", "parquet")
	run(t, dir, nil, binary, "export", "--format", "csv", "--db", db, "--out", "csv")
	var got seen
	if err := json.Unmarshal(run(t, dir, env, path, script(t, "duckdb.cjs"), "parquet", queryOfDocs(t)), &got); err != nil {
		t.Fatal(err)
	}
	t.Logf("DuckDB %s read %d tables", got.Version, len(got.Tables))
	names, err := filepath.Glob(filepath.Join(dir, "csv", "*.csv"))
	if err != nil || len(names) != 12 || len(got.Tables) != 12 {
		t.Fatalf("%d tables as CSV, %d as Parquet: %v", len(names), len(got.Tables), err)
	}
	edition := got.Edition["findings"]
	if !strings.HasPrefix(edition, "e-") {
		t.Errorf("the files' metadata names edition %q", edition)
	}
	cells := 0
	for _, path := range names {
		name := strings.TrimSuffix(filepath.Base(path), ".csv")
		want, has := readCSV(t, path), got.Tables[name]
		if len(want.rows) == 0 {
			t.Errorf("%s is empty: nothing is tried", name)
		}
		if len(has.Rows) != len(want.rows) || len(has.Columns) != len(want.columns) {
			t.Errorf("%s: %d × %d, CSV %d × %d", name, len(has.Rows), len(has.Columns), len(want.rows), len(want.columns))
			continue
		}
		if got.Edition[name] != edition {
			t.Errorf("%s is of edition %q, findings of %q", name, got.Edition[name], edition)
		}
		for c, col := range has.Columns {
			if col.Name != want.columns[c] {
				t.Errorf("%s: column %d is %q, CSV %q", name, c, col.Name, want.columns[c])
			}
			filled, sum := 0, new(big.Float).SetPrec(200)
			for r := range want.rows {
				cells++
				cell := export.Unguard(want.rows[r][c])
				if cell != "" {
					filled++
				}
				if !sameCell(has.Rows[r][c], col.Type, cell) {
					t.Errorf("%s row %d %s (%s): DuckDB %v, CSV %q", name, r+1, col.Name, col.Type, has.Rows[r][c], cell)
				}
				if v, ok := new(big.Float).SetString(cell); ok && (col.Type == "BIGINT" || col.Type == "DOUBLE") {
					sum.Add(sum, v)
				}
			}
			if has.Count[c] != strconv.Itoa(filled) {
				t.Errorf("%s.%s: DuckDB counts %s values, CSV has %d", name, col.Name, has.Count[c], filled)
			}
			checkSum(t, name+"."+col.Name, col.Type, has.Sum[c], sum, filled)
		}
	}
	if cells < 10000 {
		t.Errorf("only %d cells compared", cells)
	}
	checkQuery(t, got.Query, readCSV(t, filepath.Join(dir, "csv", "findings.csv")))
	checkDates(t, got.Dates)
}

// sameCell compares without tolerance: a double must be the very same one.
func sameCell(v any, kind, cell string) bool {
	if cell == "" || v == nil {
		return cell == "" && v == nil
	}
	switch kind {
	case "BIGINT":
		return v == cell
	case "DOUBLE":
		want, err := strconv.ParseFloat(cell, 64)
		f, ok := v.(float64)
		return err == nil && ok && math.Float64bits(f) == math.Float64bits(want)
	case "BOOLEAN":
		return v == (cell == "1") && (cell == "0" || cell == "1")
	case "VARCHAR":
		return v == cell
	}
	return false
}

// checkSum compares the engine's own sum: of whole numbers exactly, of doubles
// to the rounding of adding them in any order.
func checkSum(t *testing.T, where, kind string, got *string, want *big.Float, filled int) {
	t.Helper()
	if kind != "BIGINT" && kind != "DOUBLE" || filled == 0 {
		if got != nil {
			t.Errorf("%s: a sum of nothing: %s", where, *got)
		}
		return
	}
	if got == nil {
		t.Errorf("%s: no sum of %d values", where, filled)
		return
	}
	if kind == "BIGINT" {
		if *got != want.Text('f', 0) {
			t.Errorf("%s: sum %s, CSV %s", where, *got, want.Text('f', 0))
		}
		return
	}
	f, err := strconv.ParseFloat(*got, 64)
	w, _ := want.Float64()
	if err != nil || math.Abs(f-w) > 1e-12*math.Max(1, math.Abs(w))*float64(filled) {
		t.Errorf("%s: sum %s, CSV %v", where, *got, w)
	}
}

// checkDates wants every whole date read as that very day, and no date made of
// a month alone.
func checkDates(t *testing.T, got [][]any) {
	t.Helper()
	whole := regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
	days := 0
	for _, row := range got {
		text, _ := row[0].(string)
		if whole.MatchString(text) {
			days++
			if row[1] != text {
				t.Errorf("the day %s is read as %v", text, row[1])
			}
		} else if row[1] != nil {
			t.Errorf("%q is read as the day %v", text, row[1])
		}
	}
	if days == 0 || days == len(got) {
		t.Errorf("%d whole dates of %d: one of the two kinds is not tried", days, len(got))
	}
}

// checkQuery holds the answer to the query of docs/scale.md (questions with a
// number and the effects pooled in them, by substance) against the CSV file.
func checkQuery(t *testing.T, got [][]any, findings table) {
	t.Helper()
	at := func(name string) int { return slices.Index(findings.columns, name) }
	type tally struct{ questions, effects int }
	want := map[string]*tally{}
	for _, row := range findings.rows {
		if row[at("estimate")] == "" {
			continue
		}
		k, err := strconv.Atoi(row[at("k")])
		if err != nil {
			t.Fatal(err)
		}
		s := row[at("substance")]
		if want[s] == nil {
			want[s] = &tally{}
		}
		want[s].questions++
		want[s].effects += k
	}
	if len(got) != len(want) || len(got) == 0 {
		t.Fatalf("the query of docs/scale.md gives %d rows, want %d: %v", len(got), len(want), got)
	}
	for _, row := range got {
		s, _ := row[0].(string)
		w := want[s]
		if w == nil || len(row) != 3 || row[1] != strconv.Itoa(w.questions) || row[2] != strconv.Itoa(w.effects) {
			t.Errorf("%q: DuckDB %v, CSV %+v", s, row[1:], w)
		}
	}
}
