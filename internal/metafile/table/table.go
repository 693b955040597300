// Package table holds the rows and named columns of a person's file and reads
// them from text: numbers of any locale, cells of several numbers taken apart,
// filters. What a column is used for is decided elsewhere (roles).
package table

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"past/internal/metafile/names"
	human "past/internal/text"
)

// Table is rows of named columns.
type Table struct {
	Rows     int
	Names    []string // of columns in the order of the file, sorted for JSON
	Columns  map[string]*Column
	Chosen   map[string]string // role to the file's own column, see Use
	Warnings []string          // shown with the answer
	Open     []Question        // what the reading left to ask
	Read     int               // rows of the file before any filter, 0 without one
	NTotal   []float64         // total sample size per row, nil when not given
	RowIDs   []int             // the file's row number of each row, nil for 1, 2, 3, ...
	Lines    []int             // the file's line of each row, nil for JSON

	meanings map[string]string
}

// Column holds one raw column; cells are float64, string, bool, BadCell or nil.
type Column struct {
	Cells   []any
	Written []string // the cells of a table as they are written, nil for JSON
	Style   human.NumberStyle
	Percent bool // the numbers are percentages
}

// BadCell is a cell that looks like a number and cannot be read as one.
type BadCell struct{ Text, Reason string }

func (b BadCell) String() string { return b.Text }

// ErrNoColumn is wrapped in errors about a column that is needed and that the input
// does not have.
var ErrNoColumn = errors.New("no such column")

// Question is what a table leaves open, which is asked and never guessed.
type Question struct {
	Text    string   // what is seen and what to say
	Answers []Answer // the options that answer it; none where the table must change
}

// Answer is an option that answers a question: the name of a flag and its value, ""
// where the user must supply it.
type Answer struct{ Flag, Value string }

func (q *Question) Error() string { return q.Text }

// String is the flag as it is typed.
func (a Answer) String() string { return "--" + a.Flag + " " + ShellWord(a.Value) }

// Ask makes a question of a text and its answers.
func Ask(answers []Answer, format string, args ...any) *Question {
	return &Question{Text: fmt.Sprintf(format, args...), Answers: answers}
}

// ShellWord quotes a word where a shell would take it apart.
func ShellWord(s string) string {
	if strings.ContainsAny(s, " \t'\"$&;()*?<>|\\") {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return s
}

// FromRows makes a table of objects with one value for each column.
func FromRows(rows []map[string]any) (*Table, error) {
	t := &Table{Rows: len(rows), Columns: map[string]*Column{}}
	for i, row := range rows {
		for name, v := range row {
			switch v.(type) {
			case nil, string, float64, bool:
			default:
				return nil, fmt.Errorf("row %d, column %q: a cell must be a number, text, true, false or null", i+1, name)
			}
			if t.Columns[name] == nil {
				t.Columns[name] = &Column{Cells: make([]any, t.Rows)}
			}
			t.Columns[name].Cells[i] = v
		}
	}
	t.Names = slices.Sorted(maps.Keys(t.Columns))
	return t, nil
}

// RowName says where row i (0-based) is in the file.
func (t *Table) RowName(i int) string {
	id := i + 1
	if t.RowIDs != nil {
		id = t.RowIDs[i]
	}
	if t.Lines != nil {
		return fmt.Sprintf("row %d (line %d)", id, t.Lines[i])
	}
	return fmt.Sprintf("row %d", id)
}

// RowNames names rows (0-based), at most ten of them.
func (t *Table) RowNames(rows []int) string {
	var out []string
	for k, i := range rows {
		if k == 10 {
			return fmt.Sprintf("%s and %d more", strings.Join(out, ", "), len(rows)-10)
		}
		out = append(out, t.RowName(i))
	}
	return strings.Join(out, ", ")
}

// ColumnName is the file's own name of a column.
func (t *Table) ColumnName(name string) string {
	if actual := t.Chosen[name]; actual != "" {
		return actual
	}
	return name
}

// Use makes bound columns available under the names of their roles and remembers
// what was chosen, to show it.
func (t *Table) Use(bound map[string]string) {
	chosen := map[string]*Column{}
	for role, actual := range bound {
		chosen[role] = t.Columns[actual]
	}
	maps.Copy(t.Columns, chosen)
	t.Chosen = bound
}

// Has reports whether there is a column of that name.
func (t *Table) Has(name string) bool { return t.Columns[name] != nil }

func (t *Table) column(name string) (*Column, error) {
	if c := t.Columns[name]; c != nil {
		return c, nil
	}
	return nil, fmt.Errorf("column %q: %w (the input has %s)", name, ErrNoColumn, strings.Join(t.Names, ", "))
}

// Floats is a numeric column with one entry per row, NaN where the cell is missing.
// Text in it is an error that names the row.
func (t *Table) Floats(name string) ([]float64, error) {
	col, err := t.column(name)
	if err != nil {
		return nil, err
	}
	out := make([]float64, len(col.Cells))
	for i, v := range col.Cells {
		x, ok := Number(v)
		switch v := v.(type) {
		case bool:
			x, ok = map[bool]float64{true: 1}[v], true
		case BadCell:
			return nil, t.CellError(i, name, "%q %s", v.Text, v.Reason)
		case string:
			if n := human.ParseNumber(v, human.StyleUnknown); !ok {
				x, ok = n.Value, n.OK && n.Op == "" && !n.Percent
			}
		}
		if !ok && v != nil {
			return nil, t.CellError(i, name, "%q is not a number", v)
		}
		out[i] = x
	}
	return out, nil
}

// CellError is an error about a cell, by the file's own names.
func (t *Table) CellError(row int, column, format string, args ...any) error {
	return fmt.Errorf("%s, column %q: %w", t.RowName(row), t.ColumnName(column), fmt.Errorf(format, args...))
}

// FloatsOf are several numeric columns by name; one that is absent is nil.
func (t *Table) FloatsOf(columns ...string) (map[string][]float64, error) {
	out := map[string][]float64{}
	for _, name := range columns {
		if t.Has(name) {
			x, err := t.Floats(name)
			if err != nil {
				return nil, err
			}
			out[name] = x
		}
	}
	return out, nil
}

// Number reads a decoded JSON value, where infinities are the strings "Inf" and
// "-Inf"; ok is unset for anything else, null included.
func Number(v any) (x float64, ok bool) {
	switch n := v.(type) {
	case float64:
		return n, true
	case string:
		switch n {
		case "Inf", "+Inf":
			return math.Inf(1), true
		case "-Inf":
			return math.Inf(-1), true
		}
	}
	return math.NaN(), false
}

// Texts is a column as text with one entry per row: numbers in their shortest form,
// "" for missing cells (missing distinguishes them from empty text).
func (t *Table) Texts(name string) (values []string, missing []bool, err error) {
	col, err := t.column(name)
	if err != nil {
		return nil, nil, err
	}
	values, missing = make([]string, len(col.Cells)), make([]bool, len(col.Cells))
	for i, v := range col.Cells {
		switch x := v.(type) {
		case nil:
			missing[i] = true
		case float64:
			values[i] = strconv.FormatFloat(x, 'g', -1, 64)
		case bool:
			values[i] = strings.ToUpper(strconv.FormatBool(x))
		default:
			values[i] = fmt.Sprint(x)
		}
	}
	return values, missing, nil
}

// IsText reports whether a column holds text, so that it is a factor when used as a
// moderator.
func (t *Table) IsText(name string) bool {
	return t.any(name, func(v any) bool {
		_, text := v.(string)
		_, number := Number(v)
		return text && !number
	})
}

// IsFactor reports whether a column holds text, or true and false.
func (t *Table) IsFactor(name string) bool {
	return t.IsText(name) || t.any(name, func(v any) bool { _, ok := v.(bool); return ok })
}

func (t *Table) any(name string, is func(any) bool) bool {
	return t.Columns[name] != nil && slices.ContainsFunc(t.Columns[name].Cells, is)
}

// Find is the column for one of the folded names, the first name first: by its
// name, its folded name or its meaning; "" where there is none.
func (t *Table) Find(usual ...string) string {
	for _, n := range usual {
		if n != "" && t.Columns[n] != nil {
			return n
		}
		for _, is := range []func(string) string{names.Fold, t.Meaning} {
			if i := slices.IndexFunc(t.Names, func(have string) bool { return n != "" && is(have) == n }); i >= 0 {
				return t.Names[i]
			}
		}
	}
	return ""
}

// Named is the column that the user means by a name, "" where there is none.
func (t *Table) Named(name string) string { return t.Find(name, names.Fold(name)) }

// Meaning is [names.Meaning], worked out once for a column's name.
func (t *Table) Meaning(name string) string {
	m, done := t.meanings[name]
	if !done {
		if t.meanings == nil {
			t.meanings = map[string]string{}
		}
		m = names.Meaning(name)
		t.meanings[name] = m
	}
	return m
}

// Set replaces a column by computed numbers.
func (t *Table) Set(name string, x []float64) {
	cells := make([]any, len(x))
	for i, v := range x {
		if !math.IsNaN(v) {
			cells[i] = v
		}
	}
	t.Columns[name] = &Column{Cells: cells}
}

// Warn adds a warning to the answer, once.
func (t *Table) Warn(format string, args ...any) {
	if s := fmt.Sprintf(format, args...); !slices.Contains(t.Warnings, s) {
		t.Warnings = append(t.Warnings, s)
	}
}

// WarnRows adds a warning about rows (0-based), if there are any.
func (t *Table) WarnRows(rows []int, format string, args ...any) {
	if len(rows) > 0 {
		t.Warn("%s: %s", t.RowNames(rows), fmt.Sprintf(format, args...))
	}
}

// Take reduces the table to some of its rows; their names in the file are kept.
func (t *Table) Take(keep []bool) error {
	var ids []int
	for i, k := range keep {
		if k {
			ids = append(ids, i+1)
		}
	}
	if len(ids) == 0 {
		return fmt.Errorf("no row of %d passes the filter", len(keep))
	}
	done := map[*Column]bool{}
	for _, col := range t.Columns {
		if !done[col] {
			done[col] = true
			col.Cells, col.Written = kept(col.Cells, keep), kept(col.Written, keep)
		}
	}
	if t.Read == 0 {
		t.Read = t.Rows
	}
	if t.RowIDs != nil {
		ids = kept(t.RowIDs, keep)
	}
	t.RowIDs, t.Lines, t.NTotal, t.Rows = ids, kept(t.Lines, keep), kept(t.NTotal, keep), len(ids)
	return nil
}

// kept gives the items of a list whose rows stay; a list that is absent stays so.
func kept[T any](list []T, keep []bool) []T {
	var out []T
	for i := range list {
		if keep[i] {
			out = append(out, list[i])
		}
	}
	return out
}

// Median is the middle of numbers, of which there must be one.
func Median(x []float64) float64 {
	s := slices.Sorted(slices.Values(x))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}
