package chart

import (
	"fmt"
	"strings"

	"past/reports/internal/show"
)

// Table is the data behind a figure, or a table of a page.
type Table struct {
	Caption string
	Head    []TableHead
	Lines   []TableLine
}

// TableHead is a column's heading.
type TableHead struct {
	Text string
	Num  bool
}

// TableLine is one line; Class marks summary lines, ID makes it a target.
type TableLine struct {
	ID    string
	Cells []Cell
	Class string
}

// Cell is a text, with the exact value for downloads and a link where it has one.
type Cell struct{ Text, Exact, Href string }

// Link is a cell that leads somewhere.
func Link(text, href string) Cell { return Cell{Text: text, Href: href} }

// Digits is a number as it is shown, with all its digits where there is one.
func Digits(text string, exact *float64) Cell { return Cell{Text: text, Exact: show.RawP(exact)} }

// NewTable starts a table; a leading # marks a column of numbers.
func NewTable(caption string, columns ...string) Table {
	t := Table{Caption: caption, Head: make([]TableHead, len(columns))}
	for i, c := range columns {
		t.Head[i].Text, t.Head[i].Num = strings.CutPrefix(c, "#")
	}
	return t
}

// Add adds a line and returns it; each cell is a string or a [Cell].
func (t *Table) Add(cells ...any) *TableLine {
	line := TableLine{Cells: make([]Cell, len(cells))}
	for i, c := range cells {
		switch c := c.(type) {
		case string:
			line.Cells[i].Text = c
		case Cell:
			line.Cells[i] = c
		default:
			panic(fmt.Sprintf("chart: a cell is a string or a Cell, not %T", c))
		}
	}
	t.Lines = append(t.Lines, line)
	return &t.Lines[len(t.Lines)-1]
}

// OrNil is a table with lines; one without is none.
func (t *Table) OrNil() *Table {
	if len(t.Lines) == 0 {
		return nil
	}
	return t
}

// Many is the number of studies from which figures are lean and tables in a
// page are cut: the files beside it have everything.
const Many = 60

// Cut takes a long table out of a page and reports whether it did.
func (t *Table) Cut() bool {
	if len(t.Lines) <= Many {
		return false
	}
	t.Lines = nil
	return true
}
