package review

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"past/crawler"
	"past/crawler/answer"
	"past/internal/evidence"
	"past/internal/text"
)

// Table is a delimited file with a header. Style says how its numbers are
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

// Raw returns a column's text as it is.
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

// ReadTable reads a CSV file as spreadsheets write it, see [text.ReadTable]. The
// first line names the columns, or the first of the next lines that has all of
// the required ones; lines above it (a title, merged cells) are passed over with
// a problem that says so. Rows that do not fit the header are problems. An error
// means that the file as a whole is not a table, or lacks a required column.
func ReadTable(name string, data []byte, required ...string) (*Table, []evidence.Problem, error) {
	t, problems, err := readTable(name, data, required)
	if err == nil {
		err = t.require(required)
	}
	if err != nil {
		return nil, nil, err
	}
	return t, problems, nil
}

// readTable is ReadTable of a table that may lack required columns.
func readTable(name string, data []byte, required []string) (*Table, []evidence.Problem, error) {
	in, _, err := answer.Table(data, required...)
	if err != nil {
		var wrong *crawler.AnswerError
		if errors.As(err, &wrong) {
			err = errors.New(strings.TrimPrefix(wrong.Message, "no table that can be read: "))
		}
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	t := &Table{Name: name, at: map[string]int{}}
	if err := t.head(in.Header); err != nil {
		return nil, nil, err
	}
	var problems []evidence.Problem
	for _, n := range in.Notes {
		problems = append(problems, evidence.Problem{Source: "review", Kind: "ignored-line", Where: fmt.Sprintf("%s line %d", name, n.Line),
			Message: n.Message})
	}
	for _, p := range in.Problems {
		problems = append(problems, evidence.Problem{Source: "review", Kind: "bad-row", Where: fmt.Sprintf("%s line %d", name, p.Line),
			Message: p.Message})
	}
	for i, cells := range in.Rows {
		for _, c := range cells {
			if in.Mark != ',' && t.Style != evidence.StyleDecimalComma && strings.Contains(c, ",") &&
				evidence.ParseNumber(c, evidence.StyleDecimalComma).OK {
				t.Style = evidence.StyleDecimalComma
			}
		}
		t.Rows = append(t.Rows, Row{Number: i + 1, Line: in.Lines[i], cells: cells, t: t})
	}
	return t, problems, nil
}

// Cells gives the columns and the rows of a table of the review folder as it is read
// there, whatever spreadsheet wrote it: trimmed, numbers with a decimal point.
func Cells(name string, data []byte) ([][]string, error) {
	var need []string
	if kind := KindOfName(name); kind != nil {
		need = kind.need
	}
	t, _, err := readTable(name, data, need)
	if err != nil {
		return nil, err
	}
	out := [][]string{t.Header}
	for _, r := range t.Rows {
		cells := make([]string, len(t.Header))
		for i := range cells {
			cells[i] = strings.TrimSpace(r.cells[i])
			if n := evidence.ParseNumber(cells[i], t.Style); t.Style == evidence.StyleDecimalComma && n.OK && n.Op == "" {
				cells[i] = strings.Replace(cells[i], ",", ".", 1)
			}
		}
		out = append(out, cells)
	}
	return out, nil
}

// head takes the names of the columns over.
func (t *Table) head(cells []string) error {
	if len(cells) > maxColumns {
		return fmt.Errorf("%s: %d columns, more than the %d that a table may have", t.Name, len(cells), maxColumns)
	}
	for i, h := range cells {
		h = strings.ToLower(h)
		if _, twice := t.at[h]; h != "" && twice {
			return fmt.Errorf("%s: the column %q is there twice", t.Name, h)
		}
		t.at[h] = i
		t.Header = append(t.Header, h)
	}
	return nil
}

// require checks that the table has these columns.
func (t *Table) require(columns []string) error {
	for _, c := range columns {
		if _, ok := t.at[c]; ok {
			continue
		}
		near := ""
		for _, h := range t.Header {
			if !slices.Contains(columns, h) && len(h) > 2 && text.Distance(h, c) <= 2 {
				near = fmt.Sprintf("; is it %q?", h)
			}
		}
		return fmt.Errorf("%s: the column %q is missing%s; such a table has at least %s", t.Name, c, near, strings.Join(columns, ", "))
	}
	return nil
}
