package export_test

import (
	"context"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"past/internal/export"
)

// manyTrials are trials of two registers in many years, whose titles fill more
// than the row groups that may wait in memory.
type manyTrials struct{ n int }

func (m manyTrials) Rows(_ context.Context, table string) ([]string, iter.Seq2[[]string, error], error) {
	return []string{"record_id", "source", "start", "title", "enrollment"}, func(yield func([]string, error) bool) {
		if table != "trials" {
			return
		}
		for i := range m.n {
			id, start := fmt.Sprintf("NCT%08d", i), fmt.Sprintf("%d-05", 1990+i%7)
			if i%11 == 0 {
				start = ""
			}
			title := strings.Repeat(fmt.Sprint("title ", i, " "), 300)
			if i%13 == 0 {
				title = ""
			}
			if !yield([]string{id, []string{"ctgov", "a/b"}[i%2], start, title, fmt.Sprint(i)}, nil) {
				return
			}
		}
	}, nil
}

// Every row is in the partition of its register and year, once, in its order,
// whatever number of row groups that took.
func TestParquetPartitions(t *testing.T) {
	src, dir := manyTrials{20000}, t.TempDir()
	for range 2 { // the second export takes the place of the first
		counts, err := export.Parquet(t.Context(), src, []string{"trials"}, dir, ed)
		if err != nil || counts["trials"] != src.n {
			t.Fatal(counts, err)
		}
	}
	seen, groups, files := map[int64]bool{}, 0, 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		rel, _ := filepath.Rel(dir, path)
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		info, _ := f.Stat()
		pf, err := parquet.OpenFile(f, info.Size())
		if err != nil {
			return fmt.Errorf("%s: %w", rel, err)
		}
		last := int64(-1)
		for _, g := range pf.RowGroups() {
			groups++
			r := g.Rows()
			buf := make([]parquet.Row, 64)
			for {
				n, err := r.ReadRows(buf)
				for _, row := range buf[:n] {
					i := row[4].Int64()
					year := "__HIVE_DEFAULT_PARTITION__"
					if start := row[2]; !start.IsNull() {
						year = start.String()[:4]
					}
					source := strings.ReplaceAll(row[1].String(), "/", "%2F")
					if want := filepath.Join("trials", "source="+source, "year="+year, "data.parquet"); rel != want {
						t.Errorf("row %d is in %s, want %s", i, rel, want)
					}
					if seen[i] || i <= last {
						t.Errorf("row %d is repeated or out of order", i)
					}
					if got := row[3].IsNull(); got != (i%13 == 0) {
						t.Errorf("row %d: title absent: %v", i, got)
					}
					seen[i], last = true, i
				}
				if err != nil {
					break
				}
			}
			r.Close()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(seen) != src.n || files != 16 || groups <= files {
		t.Errorf("%d rows in %d files and %d row groups", len(seen), files, groups)
	}
}

// A folder of the user's own is not taken for an earlier export.
func TestParquetLeavesOtherFolders(t *testing.T) {
	dir := t.TempDir()
	mine := filepath.Join(dir, "trials", "notes.txt")
	if err := export.WriteFile(mine, []byte("mine")); err != nil {
		t.Fatal(err)
	}
	if _, err := export.Parquet(t.Context(), manyTrials{3}, []string{"trials"}, dir, ed); err == nil ||
		!strings.Contains(err.Error(), "notes.txt") {
		t.Errorf("no error that names the file: %v", err)
	}
	left, err := filepath.Glob(filepath.Join(dir, ".*"))
	if b, e := os.ReadFile(mine); e != nil || string(b) != "mine" || err != nil || len(left) > 0 {
		t.Errorf("the file is %q, %v; left: %v", b, e, left)
	}
}
