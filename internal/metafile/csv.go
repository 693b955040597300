package metafile

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	human "past/internal/text"
)

// table is a file of rows and named columns, as text.
type table struct {
	header  []string
	rows    [][]string
	lines   []int    // line of the file on which each row starts
	percent []bool   // columns whose cells are percentages
	notes   []string // how the file was read
	open    []string // cells of two numbers of which the header does not say what they are
}

// parseTable reads a table of which every row must fit the header, and takes
// cells that hold several numbers apart.
func parseTable(data []byte) (*table, error) {
	in, err := human.ReadTable(data)
	if err != nil {
		return nil, err
	}
	if len(in.Problems) > 0 {
		return nil, errors.New(in.Problems[0].Message)
	}
	if len(in.Rows) == 0 {
		return nil, errors.New("the table has a header but no rows")
	}
	t := &table{header: in.Header, rows: in.Rows, lines: in.Lines, percent: make([]bool, len(in.Header))}
	for j, h := range t.header {
		t.percent[j] = percentHeader.MatchString(h) && !countHeader.MatchString(h)
	}
	for _, n := range in.Notes {
		t.notes = append(t.notes, fmt.Sprintf("line %d: %s", n.Line, n.Message))
	}
	for i, h := range t.header {
		if h == "" {
			t.header[i] = fmt.Sprintf("column%d", i+1)
		}
	}
	return t, t.split()
}

// A percent sign in a column's name says that its numbers are percentages, unless
// it belongs to the level of an interval or is beside a count.
var (
	percentHeader = regexp.MustCompile(`(?i)(?:^|[^\d\s]\s*)%|\bpercent|\bpct\b`)
	countHeader   = regexp.MustCompile(`(?i)\bn\b|\bno\b|\bnumber\b|\bcount|\d\s*%`)
)

// badCell is a cell that looks like a number and cannot be read as one.
type badCell struct{ text, reason string }

func (b badCell) String() string { return b.text }

// columns types the table: a column is numbers when every cell that is not missing
// reads as one; else text.
func (t *table) columns() (map[string]*column, error) {
	out := map[string]*column{}
	styles := make([]human.NumberStyle, len(t.header))
	whole := human.StyleUnknown
	for j := range t.header {
		styles[j] = human.StyleOf(t.cells(j))
		switch {
		case styles[j] == human.StyleUnknown || styles[j] == whole:
		case whole == human.StyleUnknown:
			whole = styles[j]
		default:
			whole = human.StyleMixed
		}
	}
	var marked []string
	for j, name := range t.header {
		if out[name] != nil {
			return nil, fmt.Errorf("two columns are named %q; rename one of them", name)
		}
		if styles[j] == human.StyleUnknown {
			styles[j] = whole
		}
		col, marks := t.column(j, styles[j])
		out[name] = col
		if marks {
			marked = append(marked, fmt.Sprintf("%q", name))
		}
	}
	if len(marked) > 0 {
		t.notes = append(t.notes, fmt.Sprintf("footnote marks behind numbers are left out (column %s)", strings.Join(marked, ", ")))
	}
	return out, nil
}

// cells is a column as it is written.
func (t *table) cells(j int) []string {
	out := make([]string, len(t.rows))
	for i, row := range t.rows {
		out[i] = row[j]
	}
	return out
}

// column reads a column in the style of its table; marked reports that footnote
// marks were left out.
func (t *table) column(j int, style human.NumberStyle) (c *column, marked bool) {
	c = &column{cells: make([]any, len(t.rows)), written: t.cells(j), style: style, percent: t.percent[j]}
	words, numbers, percents := 0, 0, 0
	for i, cell := range c.written {
		s, mark := human.PlainNumber(cell)
		n := human.ParseNumber(s, style)
		switch {
		case n.Missing:
			continue
		case n.OK && n.Op != "":
			c.cells[i] = badCell{human.CleanCell(cell), "is a bound, not a number: give the exact value, or empty the cell to leave the row out"}
		case n.OK && n.Percent && !t.percent[j]:
			percents++
			c.cells[i] = n.Value
		case n.OK:
			c.cells[i] = n.Value
		case n.Ambiguous:
			c.cells[i] = badCell{cell, n.Reason}
		default:
			words++
			continue
		}
		numbers++
		marked = marked || mark
	}
	if words == 0 && (percents == 0 || percents == numbers) {
		c.percent = c.percent || percents > 0
		return c, marked
	}
	for i, cell := range c.written {
		if c.cells[i] = any(nil); !human.Missing(cell) {
			c.cells[i] = human.CleanCell(cell)
		}
	}
	return c, false
}

// only reports whether every cell that is not missing has a form that is wanted;
// the first that has none is named.
func (t *table) forms(j int, style human.NumberStyle) (cells []human.Cell, form human.CellForm, ok bool) {
	cells = make([]human.Cell, len(t.rows))
	for i, row := range t.rows {
		s, _ := human.PlainNumber(row[j])
		if human.Missing(s) {
			continue
		}
		cells[i] = human.ReadCell(s, style)
		n := human.ParseNumber(s, style)
		switch {
		case n.Ambiguous || cells[i].Form == human.PlainCell && n.OK: // "1,020" is one number, whichever, and no pair of limits
			cells[i].Parts = []string{s}
		case cells[i].Form == human.PlainCell || form != human.PlainCell && form != cells[i].Form:
			return nil, human.PlainCell, false
		default:
			form = cells[i].Form
		}
	}
	return cells, form, form != human.PlainCell
}

// insert puts columns in the place of column j.
func (t *table) insert(j int, names []string, cells [][]string, percent []bool) {
	t.header = slices.Replace(t.header, j, j+1, names...)
	t.percent = slices.Replace(t.percent, j, j+1, percent...)
	for i, row := range t.rows {
		parts := make([]string, len(names))
		for k := range names {
			parts[k] = cells[k][i]
		}
		t.rows[i] = slices.Concat(row[:j], parts, row[j+1:])
	}
}
