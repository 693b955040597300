package export

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
)

// Table writes a table as a JSON array of objects, keys in column order: numbers
// as the digits that the table holds, JSON columns as JSON, null for what is
// absent. It returns the number of rows.
func Table(ctx context.Context, src Rows, table string, w io.Writer) (int, error) {
	columns, rows, err := src.Rows(ctx, table)
	if err != nil {
		return 0, err
	}
	dict := Dictionary(table, columns)
	keys := make([][]byte, len(columns))
	for i, c := range columns {
		if keys[i], err = plainJSON(c); err != nil {
			return 0, err
		}
	}
	b := bufio.NewWriter(w)
	b.WriteString("[")
	n := 0
	for row, err := range rows {
		if err != nil {
			return n, err
		}
		if n > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n{")
		for i, cell := range row {
			if i > 0 {
				b.WriteByte(',')
			}
			b.Write(keys[i])
			b.WriteByte(':')
			v, err := jsonCell(dict[i].Type, cell)
			if err != nil {
				return n, fmt.Errorf("table %s, row %d, column %s: %w", table, n+1, columns[i], err)
			}
			b.Write(v)
		}
		b.WriteByte('}')
		n++
	}
	b.WriteString("\n]\n")
	return n, b.Flush()
}

func jsonCell(t Type, cell string) ([]byte, error) {
	if cell == "" {
		return []byte("null"), nil
	}
	switch t {
	case Integer, Number:
		if x, err := strconv.ParseFloat(cell, 64); err == nil && !math.IsNaN(x) && !math.IsInf(x, 0) && json.Valid([]byte(cell)) {
			return []byte(cell), nil
		}
	case Boolean:
		switch cell {
		case "1":
			return []byte("true"), nil
		case "0":
			return []byte("false"), nil
		}
	case JSON:
		if json.Valid([]byte(cell)) {
			return []byte(cell), nil
		}
	}
	return plainJSON(cell)
}

func plainJSON(s string) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}
