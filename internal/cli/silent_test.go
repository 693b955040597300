package cli_test

import (
	"bytes"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	_ "modernc.org/sqlite"

	"past/internal/store"
	"past/internal/web"
)

// mayBeZero are the fields whose zero, false or "" is known and not a gap of the
// source: places in a payload, counts and states of this database, and what the
// fixture does state ("other" events are not serious, outcomes were not posted).
var mayBeZero = regexp.MustCompile(`(^|\.)(\w+_index|k|signed|certainty_signed|starter|asked|complete|status_derived|results_in_qc` +
	`|serious|reported|gone|problems|exit|changed)$|(^|\.)(counts\.\w+|sources\.review\.records)$`)

// wordsMayBeEmpty are texts that are no number, state or date.
var wordsMayBeEmpty = regexp.MustCompile(`(^|\.)(permalink|sentence|level|measure|formula|value_raw|title)$`)

// databaseOnly are the columns of stored tables that number their rows, or say
// what the program read in a cell's place.
var databaseOnly = map[string]bool{"seq": true, "record_no": true, "baseline": true}

// silences walks a decoded document and lists where it says 0, false or ""
// about a silent source.
func silences(path string, v any) (out []string) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			out = append(out, silences(path+"."+k, x)...)
		}
	case []any:
		for _, x := range v {
			out = append(out, silences(path, x)...)
		}
	case bool:
		if !v && !mayBeZero.MatchString(path) {
			out = append(out, path+" is false")
		}
	case float64:
		if v == 0 && !mayBeZero.MatchString(path) {
			out = append(out, path+" is 0")
		}
	case string:
		if v == "" && !wordsMayBeEmpty.MatchString(path) {
			out = append(out, path+` is ""`)
		}
	}
	return out
}

// What a source is silent about is absent wherever a program reads: no 0, no
// false, no empty text in the place of a number.
func TestSilentSourcesStaySilent(t *testing.T) {
	dir := copyTree(t, filepath.Join("testdata", "silent"))
	db := filepath.Join(dir, "past.db")
	file := func(name string) string { return filepath.Join(dir, name) }
	want(t, call(t, "import", file("NCT09990002.json"), file("paper.xml"), "--db", db), 0, "2 records")
	want(t, call(t, "report", "--db", db, "--out", file("report")), 0)
	seen := 0
	walk := func(name string, document []byte) {
		t.Helper()
		var v any
		if err := json.Unmarshal(document, &v); err != nil {
			t.Errorf("%s: %v: %.200s", name, err, document)
			return
		}
		seen++
		for _, s := range silences("", v) {
			t.Errorf("%s: %s", name, s)
		}
	}
	for _, args := range [][]string{{"status"}, {"analyse"}, {"study", "NCT09990002"}, {"explain", "psilocybin-depression-severity"},
		{"explain", "r1"},
		{"cite", "psilocybin-depression-severity"}, {"history", "NCT09990002"}} {
		r := call(t, append(args, "--db", db, "--json")...)
		want(t, r, 0)
		walk(strings.Join(args, " "), []byte(r.stdout))
	}
	b, err := os.ReadFile(file("report/edition.json"))
	if err != nil {
		t.Fatal(err)
	}
	walk("edition.json", b)

	for _, format := range []string{"csv", "json", "parquet"} {
		want(t, call(t, "export", "-f", format, "--db", db, "-o", file(format)), 0)
	}
	cell := func(place, column, value string) {
		if (value == "0" || value == "false" || value == "0.0") && !mayBeZero.MatchString(column) {
			t.Errorf("%s: %s is %s", place, column, value)
		}
		seen++
	}
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name := strings.TrimPrefix(path, dir)
		switch {
		case strings.HasPrefix(name, "/csv/") && filepath.Ext(name) == ".csv":
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
			if err != nil {
				return err
			}
			for _, row := range rows[1:] {
				for i, v := range row {
					cell(name, rows[0][i], v)
				}
			}
		case strings.HasPrefix(name, "/json/") && filepath.Ext(name) == ".json" && !strings.Contains(name, "datapackage"):
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			walk(name, b)
		case filepath.Ext(name) == ".parquet":
			return parquetCells(path, func(column, value string) { cell(name, column, value) })
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}

	con, err := sql.Open("sqlite", db)
	if err != nil {
		t.Fatal(err)
	}
	defer con.Close()
	for _, view := range append(store.TableNames(), "studies", "measurements", "arm_result", "contrast", "publication", "study") {
		rows, err := con.Query("SELECT * FROM " + view)
		if err != nil {
			t.Fatal(view, err)
		}
		columns, _ := rows.Columns()
		for rows.Next() {
			vals, dest := make([]any, len(columns)), make([]any, len(columns))
			for i := range vals {
				dest[i] = &vals[i]
			}
			if err := rows.Scan(dest...); err != nil {
				t.Fatal(err)
			}
			for i, v := range vals {
				if !databaseOnly[columns[i]] {
					cell("view "+view, columns[i], fmt.Sprint(v))
				}
			}
		}
		rows.Close()
	}

	st, err := store.Open(t.Context(), db, store.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	srv, err := web.New(web.Options{Store: st, Out: file("report"), Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	h := srv.Handler()
	for _, at := range []string{"status", "findings", "findings/psilocybin-depression-severity", "claims", "claims/C6", "trials/NCT09990002",
		"studies/NCT09990002", "explain/psilocybin-depression-severity", "explain/r1", "search?q=silent"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", "/api/v1/"+at, nil))
		if w.Code != 200 {
			t.Errorf("%s: %d %s", at, w.Code, w.Body)
			continue
		}
		walk("api "+at, w.Body.Bytes())
	}
	if seen < 1000 {
		t.Errorf("only %d cells and documents were seen", seen)
	}
}

// parquetCells reads a file as another program would.
func parquetCells(path string, each func(column, value string)) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	p, err := parquet.OpenFile(f, info.Size())
	if err != nil {
		return err
	}
	columns := p.Schema().Columns()
	for _, g := range p.RowGroups() {
		r := g.Rows()
		buf := make([]parquet.Row, 64)
		for {
			n, err := r.ReadRows(buf)
			for _, row := range buf[:n] {
				for i, v := range row {
					if !v.IsNull() {
						each(columns[i][0], v.String())
					}
				}
			}
			if err != nil {
				break
			}
		}
		r.Close()
	}
	return nil
}
