package table

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	human "past/internal/text"
)

// file is a table as text, while its columns are taken apart.
type file struct {
	header  []string
	rows    [][]string
	lines   []int    // line of the file on which each row starts
	percent []bool   // columns whose cells are percentages
	notes   []string // how the file was read
	open    []Question
}

// Parse reads a table of which every row must fit the header, and takes cells that
// hold several numbers apart.
func Parse(data []byte) (*Table, error) {
	in, err := human.ReadTable(data)
	switch {
	case err != nil:
		return nil, err
	case len(in.Problems) > 0:
		return nil, errors.New(in.Problems[0].Message)
	case len(in.Rows) == 0:
		return nil, errors.New("the table has a header but no rows")
	}
	f := &file{header: in.Header, rows: in.Rows, lines: in.Lines, percent: make([]bool, len(in.Header))}
	for _, n := range in.Notes {
		f.notes = append(f.notes, fmt.Sprintf("line %d: %s", n.Line, n.Message))
	}
	for j, h := range f.header {
		f.percent[j] = percentHeader.MatchString(h) && !countHeader.MatchString(h)
		if h == "" {
			f.header[j] = fmt.Sprintf("column%d", j+1)
		}
	}
	if err := f.split(); err != nil {
		return nil, err
	}
	columns, err := f.columns()
	if err != nil {
		return nil, err
	}
	return &Table{Rows: len(f.rows), Columns: columns, Names: f.header, Lines: f.lines, Warnings: f.notes, Open: f.open}, nil
}

// A percent sign in a column's name says that its numbers are percentages, unless
// it belongs to the level of an interval or is beside a count.
var (
	percentHeader = regexp.MustCompile(`(?i)(?:^|[^\d\s]\s*)%|\bpercent|\bpct\b`)
	countHeader   = regexp.MustCompile(`(?i)\bn\b|\bno\b|\bnumber\b|\bcount|\d\s*%`)
)

// columns types the table: a column is numbers when every cell that is not missing
// reads as one; else text.
func (f *file) columns() (map[string]*Column, error) {
	out := map[string]*Column{}
	styles := make([]human.NumberStyle, len(f.header))
	whole := human.StyleUnknown
	for j := range f.header {
		styles[j] = human.StyleOf(f.cells(j))
		switch {
		case styles[j] == human.StyleUnknown || styles[j] == whole:
		case whole == human.StyleUnknown:
			whole = styles[j]
		default:
			whole = human.StyleMixed
		}
	}
	var marked []string
	for j, name := range f.header {
		if out[name] != nil {
			return nil, fmt.Errorf("two columns are named %q; rename one of them", name)
		}
		if styles[j] == human.StyleUnknown {
			styles[j] = whole
		}
		col, marks := f.column(j, styles[j])
		out[name] = col
		if marks {
			marked = append(marked, fmt.Sprintf("%q", name))
		}
	}
	if len(marked) > 0 {
		f.notes = append(f.notes, fmt.Sprintf("footnote marks behind numbers are left out (column %s)", strings.Join(marked, ", ")))
	}
	return out, nil
}

// cells is a column as it is written.
func (f *file) cells(j int) []string {
	out := make([]string, len(f.rows))
	for i, row := range f.rows {
		out[i] = row[j]
	}
	return out
}

// column reads a column in the style of its table; marked reports that footnote
// marks were left out.
func (f *file) column(j int, style human.NumberStyle) (c *Column, marked bool) {
	c = &Column{Cells: make([]any, len(f.rows)), Written: f.cells(j), Style: style, Percent: f.percent[j]}
	words, numbers, percents := 0, 0, 0
	for i, cell := range c.Written {
		s, mark := human.PlainNumber(cell)
		n := human.ParseNumber(s, style)
		switch {
		case n.Missing:
			continue
		case n.OK && n.Op != "":
			c.Cells[i] = BadCell{human.CleanCell(cell), "is a bound, not a number: give the exact value, or empty the cell to leave the row out"}
		case n.OK:
			c.Cells[i] = n.Value
			if n.Percent && !f.percent[j] {
				percents++
			}
		case n.Ambiguous:
			c.Cells[i] = BadCell{cell, n.Reason}
		default:
			words++
			continue
		}
		numbers++
		marked = marked || mark
	}
	if words == 0 && (percents == 0 || percents == numbers) {
		c.Percent = c.Percent || percents > 0
		return c, marked
	}
	for i, cell := range c.Written {
		if c.Cells[i] = nil; !human.Missing(cell) {
			c.Cells[i] = human.CleanCell(cell)
		}
	}
	return c, false
}
