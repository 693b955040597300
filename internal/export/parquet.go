package export

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strconv"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"
)

// parquetBatch is how many rows are handed over at a time.
const parquetBatch = 1024

// Parquet writes each table as DIR/TABLE/data.parquet with typed, nullable
// columns: text, 64-bit integers, doubles and booleans. The edition stands in
// the file's key-value metadata. It returns rows per table.
func Parquet(ctx context.Context, src Rows, tables []string, dir string, ed Edition) (map[string]int, error) {
	counts := map[string]int{}
	for _, t := range tables {
		if err := os.MkdirAll(filepath.Join(dir, t), 0o755); err != nil {
			return counts, fmt.Errorf("export: %w", err)
		}
		_, err := atomically(filepath.Join(dir, t, "data.parquet"), func(w io.Writer) error {
			n, err := ParquetTable(ctx, src, t, w, ed)
			counts[t] = n
			return err
		})
		if err != nil {
			return counts, err
		}
	}
	return counts, nil
}

// ParquetTable writes one table.
func ParquetTable(ctx context.Context, src Rows, table string, w io.Writer, ed Edition) (int, error) {
	columns, rows, err := src.Rows(ctx, table)
	if err != nil {
		return 0, err
	}
	dict := Dictionary(table, columns)
	row := reflect.New(rowType(dict)).Elem()
	schema := parquet.SchemaOf(row.Interface())
	out := parquet.NewGenericWriter[any](w, schema, parquet.Compression(&zstd.Codec{}), parquet.CreatedBy("past", ed.SoftwareVersion, ""),
		parquet.KeyValueMetadata("past.edition", ed.ID), parquet.KeyValueMetadata("past.data_hash", ed.DataHash), parquet.KeyValueMetadata("past.date", ed.Date),
		parquet.KeyValueMetadata("past.table", About(table)))
	n := 0
	batch := make([]parquet.Row, 0, parquetBatch)
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		_, err := out.WriteRows(batch)
		batch = batch[:0]
		return err
	}
	for cells, err := range rows {
		if err != nil {
			return n, err
		}
		if err := setRow(row, dict, cells); err != nil {
			return n, fmt.Errorf("table %s, row %d: %w", table, n+1, err)
		}
		batch = append(batch, schema.Deconstruct(nil, row.Interface()))
		n++
		if len(batch) == parquetBatch {
			if err := flush(); err != nil {
				return n, fmt.Errorf("table %s: %w", table, err)
			}
		}
	}
	if err := flush(); err != nil {
		return n, fmt.Errorf("table %s: %w", table, err)
	}
	return n, out.Close()
}

// rowType is a struct with one nullable field per column, in their order.
func rowType(dict []Column) reflect.Type {
	fields := make([]reflect.StructField, len(dict))
	for i, c := range dict {
		var t reflect.Type
		switch c.Type {
		case Integer:
			t = reflect.TypeFor[*int64]()
		case Number:
			t = reflect.TypeFor[*float64]()
		case Boolean:
			t = reflect.TypeFor[*bool]()
		default:
			t = reflect.TypeFor[*string]()
		}
		fields[i] = reflect.StructField{Name: "C" + strconv.Itoa(i), Type: t, Tag: reflect.StructTag(`parquet:"` + c.Name + `,optional"`)}
	}
	return reflect.StructOf(fields)
}

// setRow fills the struct. A cell that is not of its column's type is an error:
// it must not vanish as a null.
func setRow(row reflect.Value, dict []Column, cells []string) error {
	for i, cell := range cells {
		f := row.Field(i)
		if cell == "" {
			f.SetZero()
			continue
		}
		switch dict[i].Type {
		case Integer:
			v, err := strconv.ParseInt(cell, 10, 64)
			if err != nil {
				return fmt.Errorf("column %s: %q is no whole number", dict[i].Name, cell)
			}
			f.Set(reflect.ValueOf(&v))
		case Number:
			v, err := strconv.ParseFloat(cell, 64)
			if err != nil {
				return fmt.Errorf("column %s: %q is no number", dict[i].Name, cell)
			}
			f.Set(reflect.ValueOf(&v))
		case Boolean:
			v := cell == "1"
			if !v && cell != "0" {
				return fmt.Errorf("column %s: %q is neither 1 nor 0", dict[i].Name, cell)
			}
			f.Set(reflect.ValueOf(&v))
		default:
			v := cell
			f.Set(reflect.ValueOf(&v))
		}
	}
	return nil
}
