// Package figure draws the figures of an edition as static SVG, each with its
// text alternative and the table behind it. It reads evidence types and puts
// their numbers in place; estimates, intervals, weights and curves come in
// ready made.
//
// Every figure is drawn twice, wide and narrow, so that text keeps its size on
// a telephone; the style sheet shows one of them.
package figure

import (
	"fmt"

	"past/reports/internal/draw"
)

// Figure is one picture with everything around it.
type Figure struct {
	ID     string // html id, unique in its page
	Title  string
	Alt    string // what the figure shows, with the result, in words
	Note   string // how to read it, and the method that ran
	Wide   string // complete <svg> elements
	Narrow string
	Small  bool // the wide form is a plot of ordinary width, not a page-wide one
	Table  Table
	Option map[string]any // options of the interactive form; nil for none
}

// Table is the data behind a figure.
type Table struct {
	Caption string
	Head    []Head
	Rows    []Row
	// Folded tables are shown on request.
	Folded bool
}

// Head is a column's heading.
type Head struct {
	Text string
	Num  bool // aligned as numbers
}

// Row is one row; Class marks summary rows, ID makes it a target of links.
type Row struct {
	ID    string
	Cells []Cell
	Class string
}

// Cell is a text, with the exact value for downloads and a link where it has
// one.
type Cell struct {
	Text  string
	Exact string
	Href  string
}

// Stamp is printed in every figure: nothing shown lacks a date and an edition.
type Stamp struct {
	Prefix  string // of ids, where several pages share one file
	Edition string
	Date    string
}

// id makes an element id unique in its file.
func (s Stamp) id(id string) string { return s.Prefix + id }

func (s Stamp) line() string {
	switch {
	case s.Edition == "" && s.Date == "":
		return ""
	case s.Date == "":
		return "Edition " + s.Edition
	case s.Edition == "":
		return "Data to " + s.Date
	}
	return "Edition " + s.Edition + " · data to " + s.Date
}

// put writes the stamp at the foot of a picture.
func (s Stamp) put(g *draw.SVG) {
	g.Text(2, g.H-4, draw.Start, "st", draw.Fit(s.line(), g.W-4, 10))
}

// many is the number of studies from which figures are drawn lean: marks
// without hover, tables of the first rows, no interactive form beside the
// forest plot. The finding's data file has everything.
const many = 60

// cut shortens a long table and says so.
func (t *Table) cut() {
	n := len(t.Rows)
	if n <= many || len(t.Head) == 0 {
		return
	}
	rest := make([]Cell, len(t.Head))
	rest[0].Text = fmt.Sprintf("and %d more, in the finding's data file", n-many)
	t.Rows = append(t.Rows[:many:many], Row{Cells: rest})
}

func text(cells ...string) []Cell {
	out := make([]Cell, len(cells))
	for i, c := range cells {
		out[i] = Cell{Text: c}
	}
	return out
}

func heads(numFrom int, names ...string) []Head {
	out := make([]Head, len(names))
	for i, n := range names {
		out[i] = Head{Text: n, Num: i >= numFrom}
	}
	return out
}
