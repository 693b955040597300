// Package chart describes figures and writes them. A description ([Rows], [XY])
// says what is shown: rows, axes, marks, words. It is laid out once, wide and
// for telephones, into a [Pic] of shapes, and a Pic is written as SVG for a
// page (colours by class, from the one table of styles), as an SVG file that
// is by itself, as PNG or as PDF. The live form of a figure is the same SVG;
// where zooming, hovering or brushing adds something, [XY.Option] gives the same
// description to go-echarts.
//
// What does not live here: estimates and intervals, which arrive ready made, and
// the choice of what a page shows.
package chart

import (
	"math"
	"strconv"

	"past/reports/internal/show"
)

// Pic is a picture: shapes in drawing order, in CSS pixels at full size.
type Pic struct {
	W, H  float64
	Scale Scale // of values to pixels, where the picture has one
	ops   []op
	open  int
}

// op is one shape. Colours come from the class.
type op struct {
	kind   opKind
	class  string
	paths  [][]Point // poly
	closed bool
	x, y   float64 // rect, circle, text
	w, h   float64 // rect; w is the radius of a circle
	text   string
	anchor string // Start, Middle, End
	turned bool   // text reads upwards
	attrs  []string
}

type opKind int

const (
	opPoly opKind = iota
	opRect
	opCircle
	opText
	opOpen
	opClose
)

// New starts a picture of w by h.
func New(w, h float64) *Pic { return &Pic{W: w, H: h} }

// Point is a place in a picture.
type Point struct{ X, Y float64 }

// Anchors of text.
const (
	Start  = ""
	Middle = "am"
	End    = "ae"
)

// Open starts a group with attributes (name, value, …); href makes it a link.
func (p *Pic) Open(class string, attrs ...string) {
	p.ops = append(p.ops, op{kind: opOpen, class: class, attrs: attrs})
	p.open++
}

// Close ends the last group.
func (p *Pic) Close() {
	if p.open > 0 {
		p.ops = append(p.ops, op{kind: opClose})
		p.open--
	}
}

// Line draws a straight line.
func (p *Pic) Line(x1, y1, x2, y2 float64, class string) {
	p.Poly([]Point{{x1, y1}, {x2, y2}}, false, class)
}

// Rect draws a rectangle.
func (p *Pic) Rect(x, y, w, h float64, class string) {
	p.ops = append(p.ops, op{kind: opRect, class: class, x: x, y: y, w: math.Max(0, w), h: math.Max(0, h)})
}

// Circle draws a circle.
func (p *Pic) Circle(x, y, r float64, class string) {
	p.ops = append(p.ops, op{kind: opCircle, class: class, x: x, y: y, w: math.Max(0, r)})
}

// Poly draws a line through points, closed or not.
func (p *Pic) Poly(pts []Point, closed bool, class string) {
	if len(pts) > 0 {
		p.ops = append(p.ops, op{kind: opPoly, class: class, paths: [][]Point{pts}, closed: closed})
	}
}

// Polys draws many lines of one class as one shape, which keeps a figure of
// hundreds of marks small.
func (p *Pic) Polys(list [][]Point, closed bool, class string) {
	if len(list) > 0 {
		p.ops = append(p.ops, op{kind: opPoly, class: class, paths: list, closed: closed})
	}
}

// Text writes one line; the baseline is at y. The text is cleaned here and
// escaped by the writer.
func (p *Pic) Text(x, y float64, anchor, class, text string) {
	if text = show.Text(text); text != "" {
		p.ops = append(p.ops, op{kind: opText, class: class, x: x, y: y, text: text, anchor: anchor})
	}
}

// Vertical writes a line that reads upwards, centred on (x, y).
func (p *Pic) Vertical(x, y float64, class, text string) {
	if text = show.Text(text); text != "" {
		p.ops = append(p.ops, op{kind: opText, class: class, x: x, y: y, text: text, anchor: Middle, turned: true})
	}
}

// Num writes a coordinate with one decimal at most. What is no number would
// break the attribute, so it becomes 0.
func Num(x float64) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return "0"
	}
	x = math.Round(x*10) / 10
	if x == 0 {
		return "0"
	}
	return strconv.FormatFloat(math.Max(-1e6, math.Min(1e6, x)), 'f', -1, 64)
}
