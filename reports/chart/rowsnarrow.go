package chart

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"past/reports/internal/show"
)

func itoa(n int) string { return strconv.Itoa(n) }

const phoneW = 358.0

// longRows is from how many rows on the phone form draws no effect alone behind each.
const longRows = 40

// Narrow lays the figure out for telephones and for one column of a journal: name
// and numbers above, the mark alone below. No line of the plot runs through a word.
// titled pictures carry their title and notes, as files do.
func (r *Rows) Narrow(titled bool) *Pic {
	g := New(phoneW, 0)
	left := 0.0
	if r.Live && !titled {
		left = tickBox
	}
	x := Scale{Lo: r.Axis.Lo, Hi: r.Axis.Hi, A: 6, B: phoneW - 6}
	y := 0.0
	if titled {
		for _, l := range Wrap(r.Title, phoneW, 15, 3) {
			y += 19
			g.Text(0, y, Start, "ti", l)
		}
		y += 6
	}
	if r.Axis.Title != "" {
		for _, l := range Wrap(r.Axis.Title, phoneW, 13, 2) {
			y += 16
			g.Text(0, y, Start, "b", l)
		}
		y += 6
	}
	if b := r.Axis.Band; b != nil && b.Label != "" && x.In(b.At) {
		y += 13
		g.Text(0, y, Start, "oc", Fit("Tinted: "+b.Label, phoneW, 12))
		y += 5
	}
	for _, row := range r.Rows {
		if row.Kind == Group || row.Kind == Total {
			y += 8
		}
		if row.Kind == Total {
			g.Line(0, y, phoneW, y, "rule")
			y += 4
		}
		y = r.narrowRow(g, row, left, y, x)
	}
	r.axisLine(g, x, y+2, 5, phoneW)
	y += 22
	if r.Axis.Left != "" {
		y += 18
	}
	y = r.foot(g, 0, y, phoneW, titled)
	g.H, g.Scale = y, x
	return g
}

func (r *Rows) narrowRow(g *Pic, row Row, left, y float64, x Scale) float64 {
	if r.Lean {
		g.Open("")
	} else {
		r.openRow(g, row)
	}
	defer g.Close()
	start := len(g.ops)
	y0 := y
	value, rest := r.phoneCells(row)
	if r.Lean {
		rest = ""
	}
	class := map[RowKind]string{Group: "b", Total: "b", Sub: "it", Extra: "oc", Text: "sm"}[row.Kind]
	if class == "" {
		class = "t"
	}
	indent := 0.0
	if row.Kind == Item {
		indent = left
	}
	if Width(value, 13.4) > 0.6*phoneW { // a text: it would leave no room for the name
		value, rest = "", strings.TrimSpace(value+" "+rest)
	}
	vw := 0.0
	if value != "" {
		vw = Width(value, 13.4) + 8
	}
	if row.Kind == Group {
		value, rest, vw = "", value, 0
	}
	lines := Wrap(row.Name, phoneW-vw-indent, 13.4, 3)
	for i, l := range lines {
		y += 17
		g.Text(indent, y, Start, class, l)
		if i == 0 && value != "" {
			cl := "t"
			if row.Kind == Total {
				cl = "b"
			}
			g.Text(phoneW, y, End, cl, value)
		}
	}
	if rest != "" {
		room := phoneW - indent
		if len(row.Dots) > 0 {
			room -= 92
		}
		for i, l := range Wrap(rest, room, 12, 3) {
			y += 15
			g.Text(indent, y, Start, "sm", l)
			if i == 0 && len(row.Dots) > 0 {
				dots(g, row.Dots, func(i int) float64 { return dotX(phoneW-94, i) }, y-4, 5.2)
			}
		}
	}
	y += 3
	if len(row.Marks) > 0 {
		const h = 15.0
		if r.Lean || len(r.Rows) > longRows { // the grid of each row would make the page too large
			g.Line(x.Clamp(0), y, x.Clamp(0), y+h, "null")
		} else {
			r.frame(g, x, y, y+h)
		}
		r.marks(g, row, x, y+h/2, h+5)
		y += h + 2
	}
	if r.Lean {
		return y
	}
	hit := op{kind: opRect, class: "hit", y: y0, w: phoneW, h: math.Max(0, y-y0)}
	g.ops = append(g.ops[:start:start], append([]op{hit}, g.ops[start:]...)...)
	return y
}

// phoneCells joins the cells of a row: what is at its right, and the line
// below its name.
func (r *Rows) phoneCells(row Row) (value, rest string) {
	var parts []string
	group := ""
	for i, c := range r.Columns {
		if i >= len(row.Cells) || row.Cells[i] == "" || c.Dots || c.WideOnly {
			continue
		}
		switch {
		case c.Phone:
			value = strings.TrimSpace(value + " " + row.Cells[i])
		case row.Kind == Item:
			t := row.Cells[i]
			if t == show.None && c.Join != "" {
				continue // a mean or spread that is not stated
			}
			if c.Say != "" {
				t = c.Say + " " + t
			}
			if c.Group != "" && c.Group != group {
				group = c.Group
				t = c.Group + ": " + t
			}
			if c.Join != "" && len(parts) > 0 {
				parts[len(parts)-1] += fmt.Sprintf(c.Join, row.Cells[i])
				continue
			}
			parts = append(parts, t)
		}
	}
	return value, strings.Join(parts, " · ")
}
