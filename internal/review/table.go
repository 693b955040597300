package review

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"past/internal/evidence"
)

// Table is a delimited file with a header. Style tells how its numbers are
// written: a semicolon-separated file with decimal commas is recognised.
type Table struct {
	Name   string
	Header []string
	Rows   []Row
	Style  evidence.NumberStyle
}

// Row is one row of a table.
type Row struct {
	Number int // 1-based, header not counted
	Line   int // 1-based line of the file on which the row starts
	fields map[string]string
	table  string
}

// Get returns a column's text with surrounding space removed; NA counts as
// empty. Columns that the file lacks are empty.
func (r Row) Get(col string) string {
	s := strings.TrimSpace(r.fields[col])
	if s == "NA" {
		return ""
	}
	return s
}

// Raw returns a column's text as it stands.
func (r Row) Raw(col string) string { return r.fields[col] }

// Where names the place of a column in this row, for messages.
func (r Row) Where(col string) string {
	if col == "" {
		return fmt.Sprintf("%s line %d", r.table, r.Line)
	}
	return fmt.Sprintf("%s line %d, column %s", r.table, r.Line, col)
}

// Pointer is the provenance pointer of a column in this row.
func (r Row) Pointer(col string) string { return fmt.Sprintf("row=%d;column=%s", r.Number, col) }

// ReadTable reads a CSV file: comma, semicolon or tab separated, with or
// without a byte order mark. Rows that do not fit the header are problems; the
// others are kept. An error means that the file as a whole is no table.
func ReadTable(name string, data []byte) (*Table, []evidence.Problem, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		return nil, nil, fmt.Errorf("%s: not UTF-8 text; save it as UTF-8 CSV", name)
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma = separator(data)
	r.FieldsPerRecord = -1
	r.LazyQuotes = true
	head, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, nil, fmt.Errorf("%s: the file is empty; the first line must name the columns", name)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	t := &Table{Name: name}
	seen := map[string]bool{}
	for _, h := range head {
		h = strings.ToLower(strings.TrimSpace(h))
		if h != "" && seen[h] {
			return nil, nil, fmt.Errorf("%s: the column %q is there twice", name, h)
		}
		seen[h] = true
		t.Header = append(t.Header, h)
	}
	var problems []evidence.Problem
	commas := 0
	for n := 1; ; n++ {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		line, _ := r.FieldPos(0)
		if err != nil {
			problems = append(problems, rowProblem(name, n, err.Error()))
			continue
		}
		if len(rec) != len(head) {
			problems = append(problems, rowProblem(name, n, fmt.Sprintf("line %d has %d cells, the header has %d", line, len(rec), len(head))))
			continue
		}
		row := Row{Number: n, Line: line, table: name, fields: make(map[string]string, len(head))}
		for i, c := range rec {
			row.fields[t.Header[i]] = c
			if r.Comma != ',' && evidence.ParseNumber(c, evidence.StyleDecimalComma).OK && strings.Contains(c, ",") {
				commas++
			}
		}
		t.Rows = append(t.Rows, row)
	}
	if commas > 0 {
		t.Style = evidence.StyleDecimalComma
	}
	return t, problems, nil
}

func rowProblem(name string, row int, msg string) evidence.Problem {
	return evidence.Problem{Source: "review", Kind: "bad-row", Where: fmt.Sprintf("%s row %d", name, row), Message: msg}
}

// separator is the candidate that occurs most often in the header line.
func separator(data []byte) rune {
	line, _, _ := bytes.Cut(data, []byte("\n"))
	best, n := ',', bytes.Count(line, []byte(","))
	for _, c := range []rune{';', '\t'} {
		if k := bytes.Count(line, []byte(string(c))); k > n {
			best, n = c, k
		}
	}
	return best
}
