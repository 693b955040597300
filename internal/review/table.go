package review

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"past/crawler/answer"
	"past/internal/evidence"
	"past/internal/text"
)

// Table is a delimited file with a header. Style tells how its numbers are
// written: a semicolon-separated file with decimal commas is recognised.
type Table struct {
	Name   string
	Header []string
	Rows   []Row
	Style  evidence.NumberStyle

	at map[string]int // column → place
}

// maxColumns bounds a table's width.
const maxColumns = 500

// Row is one row of a table.
type Row struct {
	Number int // 1-based, header not counted
	Line   int // 1-based line of the file on which the row starts
	cells  []string
	t      *Table
}

// Get returns a column's text with surrounding space removed; NA counts as
// empty. Columns that the file lacks are empty.
func (r Row) Get(col string) string {
	s := strings.TrimSpace(r.Raw(col))
	if s == "NA" {
		return ""
	}
	return s
}

// Raw returns a column's text as it stands.
func (r Row) Raw(col string) string {
	i, ok := r.t.at[col]
	if !ok {
		return ""
	}
	return r.cells[i]
}

// Where names the place of a column in this row, for messages.
func (r Row) Where(col string) string {
	if col == "" {
		return fmt.Sprintf("%s line %d", r.t.Name, r.Line)
	}
	return fmt.Sprintf("%s line %d, column %s", r.t.Name, r.Line, col)
}

// Pointer is the provenance pointer of a column in this row.
func (r Row) Pointer(col string) string { return fmt.Sprintf("row=%d;column=%s", r.Number, col) }

// ReadTable reads a CSV file as spreadsheets write it: comma, semicolon or tab
// separated, UTF-8 with or without a byte order mark, UTF-16 or Windows-1252.
// Rows that do not fit the header are problems; blank rows are passed over; the
// others are kept. An error means that the file as a whole is no table.
func ReadTable(name string, data []byte) (*Table, []evidence.Problem, error) {
	if bytes.HasPrefix(data, []byte("PK\x03\x04")) || bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")) {
		return nil, nil, fmt.Errorf("%s: this is a spreadsheet file; save the sheet as CSV (UTF-8)", name)
	}
	body, _ := answer.Text(data)
	if bytes.IndexByte(body, '\n') < 0 { // as old spreadsheets end their lines
		body = bytes.ReplaceAll(body, []byte("\r"), []byte("\n"))
	}
	r := csv.NewReader(bytes.NewReader(body))
	r.Comma = text.Separator(body)
	r.FieldsPerRecord = -1
	r.LazyQuotes = true
	head, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, nil, fmt.Errorf("%s: the file is empty; the first line must name the columns", name)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	t := &Table{Name: name, at: map[string]int{}}
	if len(head) > maxColumns {
		return nil, nil, fmt.Errorf("%s: %d columns, more than the %d that a table may have", name, len(head), maxColumns)
	}
	for i, h := range head {
		h = strings.ToLower(strings.TrimSpace(h))
		if _, twice := t.at[h]; h != "" && twice {
			return nil, nil, fmt.Errorf("%s: the column %q is there twice", name, h)
		}
		t.at[h] = i
		t.Header = append(t.Header, h)
	}
	var problems []evidence.Problem
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
		if !slices.ContainsFunc(rec, filled) {
			continue
		}
		for len(rec) > len(head) && !filled(rec[len(rec)-1]) {
			rec = rec[:len(rec)-1]
		}
		if len(rec) != len(head) {
			problems = append(problems, rowProblem(name, n, fmt.Sprintf("line %d has %d cells, the header has %d", line, len(rec), len(head))))
			continue
		}
		for _, c := range rec {
			if r.Comma != ',' && t.Style != evidence.StyleDecimalComma && strings.Contains(c, ",") && evidence.ParseNumber(c, evidence.StyleDecimalComma).OK {
				t.Style = evidence.StyleDecimalComma
			}
		}
		t.Rows = append(t.Rows, Row{Number: n, Line: line, cells: rec, t: t})
	}
	return t, problems, nil
}

func filled(cell string) bool { return strings.TrimSpace(cell) != "" }

// require checks that the table has these columns. Where the line below the
// header has their names, it is said so: a title or merged cells are above.
func (t *Table) require(kind string, columns []string) error {
	var missing []string
	for _, c := range columns {
		if _, ok := t.at[c]; !ok {
			missing = append(missing, c)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	for _, r := range t.Rows[:min(5, len(t.Rows))] {
		if slices.ContainsFunc(r.cells, func(c string) bool { return strings.EqualFold(strings.TrimSpace(c), missing[0]) }) {
			return fmt.Errorf("%s: the names of the columns are in line %d; they must be in line 1: delete what is above, and undo merged cells", t.Name, r.Line)
		}
	}
	return fmt.Errorf("%s: the column %q is missing; %s has at least %s", t.Name, missing[0], kind, strings.Join(columns, ", "))
}

func rowProblem(name string, row int, msg string) evidence.Problem {
	return evidence.Problem{Source: "review", Kind: "bad-row", Where: fmt.Sprintf("%s row %d", name, row), Message: msg}
}
