package export

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// partitioned are the tables whose rows belong to a record: they are parted by
// its source and by the year in which its trial began or its paper appeared.
var partitioned = []string{"trials", "arms", "planned_outcomes", "arm_results", "contrasts", "adverse_events", "publications"}

// noPartition is the name that Hive's layout gives to an absent value.
const noPartition = "__HIVE_DEFAULT_PARTITION__"

// maxWaiting bounds the bytes of all partitions of a table that wait in memory.
const maxWaiting = 2 * groupBytes

// Parquet writes the tables as a dataset with typed, nullable columns: text,
// 64-bit integers, doubles and booleans. A table of records is
// DIR/TABLE/source=SOURCE/year=YEAR/data.parquet, any other
// DIR/TABLE/data.parquet. The edition is in each file's key-value metadata.
// It returns rows per table.
func Parquet(ctx context.Context, src Rows, tables []string, dir string, ed Edition) (map[string]int, error) {
	counts := map[string]int{}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return counts, fmt.Errorf("export: %w", err)
	}
	var places map[string]place
	for _, t := range tables {
		if places == nil && slices.Contains(partitioned, t) {
			var err error
			if places, err = placesOf(ctx, src); err != nil {
				return counts, err
			}
		}
		n, err := parquetDataset(ctx, src, t, dir, ed, places)
		if err != nil {
			return counts, fmt.Errorf("export %s: %w", t, err)
		}
		counts[t] = n
	}
	return counts, nil
}

// place is where the rows of a record belong.
type place struct{ source, year string }

// placesOf reads the source and year of each record; of a record that several
// sources hold, the first one's.
func placesOf(ctx context.Context, src Rows) (map[string]place, error) {
	out := map[string]place{}
	for table, date := range map[string]string{"trials": "start", "publications": "published"} {
		columns, rows, err := src.Rows(ctx, table)
		if err != nil {
			return nil, err
		}
		id, source, when := slices.Index(columns, "record_id"), slices.Index(columns, "source"), slices.Index(columns, date)
		for row, err := range rows {
			if err != nil {
				return nil, err
			}
			p := place{row[source], yearIn(row[when])}
			for _, key := range []string{row[id], row[id] + "\x00" + row[source]} {
				if _, ok := out[key]; !ok {
					out[key] = p
				}
			}
		}
	}
	return out, nil
}

// yearIn is the year that a date begins with, "" where it begins with none.
func yearIn(date string) string {
	if len(date) < 4 || strings.Trim(date[:4], "0123456789") != "" || len(date) > 4 && date[4] != '-' {
		return ""
	}
	return date[:4]
}

// parquetDataset writes one table into a folder beside its place and then puts
// it there, so that no file of an earlier export stays between the new ones.
func parquetDataset(ctx context.Context, src Rows, table, dir string, ed Edition, places map[string]place) (int, error) {
	tmp, err := os.MkdirTemp(dir, "."+table+".*")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(tmp) // gone already when all went well
	if err := os.Chmod(tmp, 0o755); err != nil {
		return 0, err
	}
	columns, rows, err := src.Rows(ctx, table)
	if err != nil {
		return 0, err
	}
	id, source := slices.Index(columns, "record_id"), slices.Index(columns, "source")
	folder := func(row []string) string {
		if !slices.Contains(partitioned, table) {
			return ""
		}
		p := places[row[id]]
		if source >= 0 {
			p = place{row[source], places[row[id]+"\x00"+row[source]].year}
		}
		return filepath.Join("source="+partition(p.source), "year="+partition(p.year))
	}
	n, err := writeParquet(rows, Dictionary(table, columns), table, ed, folder, func(folder string) func() (io.WriteCloser, error) {
		path := filepath.Join(tmp, folder)
		return func() (io.WriteCloser, error) {
			if err := os.MkdirAll(path, 0o755); err != nil {
				return nil, err
			}
			return os.OpenFile(filepath.Join(path, "data.parquet"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		}
	})
	if err != nil {
		return n, err
	}
	final := filepath.Join(dir, table)
	if err := clearDataset(final); err != nil {
		return n, err
	}
	return n, os.Rename(tmp, final)
}

// partition writes a value as the name of a partition's folder.
func partition(v string) string {
	if v == "" {
		return noPartition
	}
	return url.PathEscape(v)
}

// clearDataset removes a table of an earlier export. A folder that holds
// anything else is left, and is an error.
func clearDataset(dir string) error {
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && d.Name() != "data.parquet" {
			return fmt.Errorf("%s is no part of an export; remove it or name another folder", path)
		}
		return err
	})
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return os.RemoveAll(dir)
}

// ParquetTable writes one table as one file.
func ParquetTable(ctx context.Context, src Rows, table string, w io.Writer, ed Edition) (int, error) {
	columns, rows, err := src.Rows(ctx, table)
	if err != nil {
		return 0, err
	}
	return writeParquet(rows, Dictionary(table, columns), table, ed, func([]string) string { return "" },
		func(string) func() (io.WriteCloser, error) {
			return func() (io.WriteCloser, error) { return staysOpen{w}, nil }
		})
}

// staysOpen is a stream that its caller closes.
type staysOpen struct{ io.Writer }

func (staysOpen) Close() error { return nil }

// writeParquet parts rows among files by folder. No file stays open between its
// row groups, and what waits in memory is bounded over all of them.
func writeParquet(rows iter.Seq2[[]string, error], dict []Column, table string, ed Edition, folder func([]string) string,
	opener func(folder string) func() (io.WriteCloser, error)) (int, error) {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true), zstd.WithWindowSize(1<<20))
	if err != nil {
		return 0, err
	}
	defer enc.Close()
	files := map[string]*parquetFile{}
	n, waiting := 0, 0
	for cells, err := range rows {
		if err != nil {
			return n, err
		}
		at := folder(cells)
		f := files[at]
		if f == nil {
			f = newParquetFile(dict, table, ed, opener(at))
			files[at] = f
		}
		before := f.buffered
		if err := f.add(cells); err != nil {
			return n, fmt.Errorf("table %s, row %d: %w", table, n+1, err)
		}
		n++
		waiting += f.buffered - before
		if waiting >= maxWaiting {
			for _, name := range slices.Sorted(maps.Keys(files)) { // the same rows give the same bytes
				if files[name].buffered > f.buffered {
					f = files[name]
				}
			}
		}
		if waiting >= maxWaiting || f.full() {
			waiting -= f.buffered
			if err := f.flush(enc, false); err != nil {
				return n, err
			}
		}
	}
	if len(files) == 0 { // a table without rows has its columns all the same
		files[""] = newParquetFile(dict, table, ed, opener(""))
	}
	for _, f := range files {
		if err := f.flush(enc, true); err != nil {
			return n, err
		}
	}
	return n, nil
}
