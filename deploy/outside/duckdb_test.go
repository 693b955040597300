package outside

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
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
	Queries [][][]any
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

// queriesOfDocs are the queries that docs/scale.md prints: questions by
// substance, and trials by partition.
func queriesOfDocs(t *testing.T) []string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "docs", "scale.md"))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range regexp.MustCompile("(?s)```(?:sql)?\n(SELECT[^`]*read_parquet[^`]*)```").FindAllSubmatch(b, -1) {
		out = append(out, strings.TrimSuffix(strings.TrimSpace(string(m[1])), ";"))
	}
	if len(out) != 2 {
		t.Fatalf("docs/scale.md prints %d queries over Parquet files, want 2", len(out))
	}
	return out
}

// TestDuckDBReadsParquet holds every cell, count and sum that DuckDB reads from
// the exported Parquet files against the CSV export of the same database.
func TestDuckDBReadsParquet(t *testing.T) {
	path, env := node(t)
	dir, db := evidence(t)
	run(t, dir, nil, binary, "export", "--format", "parquet", "--db", db, "--out", "parquet")
	run(t, dir, nil, binary, "export", "--format", "csv", "--db", db, "--out", "csv")
	var got seen
	args := append([]string{script(t, "duckdb.cjs"), "parquet"}, queriesOfDocs(t)...)
	if err := json.Unmarshal(run(t, dir, env, path, args...), &got); err != nil {
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
		byText(has.Rows)
		byText(want.rows)
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
	checkQueries(t, got.Queries, filepath.Join(dir, "csv"))
	checkDates(t, got.Dates)
}

// byText sorts rows, because partitions have an order of their own.
func byText[T any](rows [][]T) {
	key := func(row []T) string {
		var b strings.Builder
		for _, v := range row {
			text := fmt.Sprint(v)
			switch x := any(v).(type) {
			case nil:
				text = ""
			case bool:
				text = map[bool]string{true: "1", false: "0"}[x]
			case float64:
				text = strconv.FormatFloat(x, 'g', -1, 64)
			case string:
				text = export.Unguard(x)
			}
			b.WriteString(text + "\x00")
		}
		return b.String()
	}
	slices.SortStableFunc(rows, func(a, b []T) int { return strings.Compare(key(a), key(b)) })
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

// checkQueries holds the answers to the queries of docs/scale.md against the CSV
// files of a folder.
func checkQueries(t *testing.T, got [][][]any, dir string) {
	t.Helper()
	if len(got) != 2 {
		t.Fatalf("%d answers to 2 queries", len(got))
	}
	checkQuery(t, got[0], readCSV(t, filepath.Join(dir, "findings.csv")))
	trials := readCSV(t, filepath.Join(dir, "trials.csv"))
	source, start := slices.Index(trials.columns, "source"), slices.Index(trials.columns, "start")
	want := map[string]int{}
	for _, row := range trials.rows {
		if len(row[start]) >= 4 && row[start][:4] >= "2015" {
			want[row[source]+" "+row[start][:4]]++
		}
	}
	if len(want) < 2 || len(got[1]) != len(want) {
		t.Fatalf("trials by partition: %v, want %v", got[1], want)
	}
	for _, row := range got[1] {
		if key := fmt.Sprint(row[0], " ", row[1]); len(row) != 3 || fmt.Sprint(row[2]) != strconv.Itoa(want[key]) {
			t.Errorf("trials by partition: %v, want %d", row, want[key])
		}
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
