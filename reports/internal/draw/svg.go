// Package draw writes SVG: shapes, escaped text of known width, scales and
// ticks. It is small on purpose, so that a figure is the same bytes everywhere
// and nothing a register says can become markup. Colours live in the style
// sheet: shapes carry class names only.
package draw

import (
	"math"
	"strconv"
	"strings"

	"past/reports/internal/show"
)

// SVG collects the shapes of one picture. The zero value is not usable: call
// New.
type SVG struct {
	W, H float64
	b    strings.Builder
	open int
}

// New starts a picture of w by h user units (CSS pixels at full size).
func New(w, h float64) *SVG { return &SVG{W: w, H: h} }

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

// Escape makes text safe inside elements and quoted attributes.
func Escape(s string) string { return escaper.Replace(s) }

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;")

func (s *SVG) attr(name, value string) {
	s.b.WriteByte(' ')
	s.b.WriteString(name)
	s.b.WriteString(`="`)
	s.b.WriteString(Escape(value))
	s.b.WriteByte('"')
}

func (s *SVG) num(name string, x float64) {
	s.b.WriteByte(' ')
	s.b.WriteString(name)
	s.b.WriteString(`="`)
	s.b.WriteString(Num(x))
	s.b.WriteByte('"')
}

func (s *SVG) class(c string) {
	if c != "" {
		s.attr("class", c)
	}
}

// Group opens a group that stands for row r of the figure's table (hover shows
// that row); r < 0 is a plain group.
func (s *SVG) Group(r int) {
	s.b.WriteString("<g")
	if r >= 0 {
		s.attr("data-r", strconv.Itoa(r))
	}
	s.b.WriteByte('>')
	s.open++
}

// End closes the last group.
func (s *SVG) End() {
	if s.open > 0 {
		s.b.WriteString("</g>")
		s.open--
	}
}

// Line draws a straight line.
func (s *SVG) Line(x1, y1, x2, y2 float64, class string) {
	s.b.WriteString("<path")
	s.class(class)
	s.b.WriteString(` d="M` + Num(x1) + " " + Num(y1))
	switch {
	case y1 == y2:
		s.b.WriteString("H" + Num(x2))
	case x1 == x2:
		s.b.WriteString("V" + Num(y2))
	default:
		s.b.WriteString("L" + Num(x2) + " " + Num(y2))
	}
	s.b.WriteString(`"/>`)
}

// Rect draws a rectangle.
func (s *SVG) Rect(x, y, w, h float64, class string) { s.Box(x, y, w, h, 0, class) }

// Box draws a rectangle with rounded corners.
func (s *SVG) Box(x, y, w, h, r float64, class string) {
	s.b.WriteString("<rect")
	s.class(class)
	s.num("x", x)
	s.num("y", y)
	s.num("width", math.Max(0, w))
	s.num("height", math.Max(0, h))
	if r > 0 {
		s.num("rx", r)
	}
	s.b.WriteString("/>")
}

// Hit is an unseen area that catches the pointer.
func (s *SVG) Hit(x, y, w, h float64) {
	s.b.WriteString(`<path class="hit" d="M` + Num(x) + " " + Num(y) + "h" + Num(w) + "v" + Num(h) + "h" + Num(-w) + `z"/>`)
}

// Bar is the place and width of one bar.
type Bar struct{ X, W float64 }

// Bars draws bars of one height in a row as a single path.
func (s *SVG) Bars(list []Bar, y, h float64, class string) {
	if len(list) == 0 {
		return
	}
	s.b.WriteString("<path")
	s.class(class)
	s.b.WriteString(` d="`)
	for _, r := range list {
		s.b.WriteString("M" + Num(r.X) + " " + Num(y) + "h" + Num(r.W) + "v" + Num(h) + "h" + Num(-r.W) + "z")
	}
	s.b.WriteString(`"/>`)
}

// Discs draws many circles of one size and class as a single path.
func (s *SVG) Discs(at []Point, r float64, class string) {
	s.many(at, class, func(b *strings.Builder, p Point) {
		a := "a" + Num(r) + " " + Num(r) + " 0 1 0 "
		b.WriteString("M" + Num(p.X-r) + " " + Num(p.Y) + a + Num(2*r) + " 0" + a + Num(-2*r) + " 0")
	})
}

// Strokes draws the same strokes around many places as a single path; each
// stroke is from (X, Y) to (X, Y) relative to the place.
func (s *SVG) Strokes(at []Point, strokes [][2]Point, class string) {
	s.many(at, class, func(b *strings.Builder, p Point) {
		for _, l := range strokes {
			b.WriteString("M" + Num(p.X+l[0].X) + " " + Num(p.Y+l[0].Y) + "l" + Num(l[1].X-l[0].X) + " " + Num(l[1].Y-l[0].Y))
		}
	})
}

func (s *SVG) many(at []Point, class string, one func(*strings.Builder, Point)) {
	if len(at) == 0 {
		return
	}
	s.b.WriteString("<path")
	s.class(class)
	s.b.WriteString(` d="`)
	for _, p := range at {
		one(&s.b, p)
	}
	s.b.WriteString(`"/>`)
}

// Circle draws a circle.
func (s *SVG) Circle(x, y, r float64, class string) {
	s.b.WriteString("<circle")
	s.class(class)
	s.num("cx", x)
	s.num("cy", y)
	s.num("r", math.Max(0, r))
	s.b.WriteString("/>")
}

// Point is a place in a picture.
type Point struct{ X, Y float64 }

// Poly draws a line through points, closed or not.
func (s *SVG) Poly(p []Point, closed bool, class string) {
	if len(p) == 0 {
		return
	}
	s.b.WriteString("<path")
	s.class(class)
	s.b.WriteString(` d="`)
	for i, q := range p {
		if i == 0 {
			s.b.WriteByte('M')
		} else {
			s.b.WriteByte('L')
		}
		s.b.WriteString(Num(q.X) + " " + Num(q.Y))
	}
	if closed {
		s.b.WriteByte('Z')
	}
	s.b.WriteString(`"/>`)
}

// Tiles draws many rectangles of one size and class as a single path, which
// keeps a density of a thousand cells small.
func (s *SVG) Tiles(at []Point, w, h float64, class string) {
	tail := "h" + Num(w) + "v" + Num(h) + "h" + Num(-w) + "z"
	s.many(at, class, func(b *strings.Builder, p Point) { b.WriteString("M" + Num(p.X) + " " + Num(p.Y) + tail) })
}

// Anchors of text, as classes of the style sheet.
const (
	Start  = ""
	Middle = "am"
	End    = "ae"
)

// Text writes one line; the baseline is at y. The text is cleaned and escaped,
// and its direction isolated from its neighbours.
func (s *SVG) Text(x, y float64, anchor, class, text string) {
	text = show.Text(text)
	if text == "" {
		return
	}
	s.b.WriteString("<text")
	s.class(strings.TrimSpace(anchor + " " + class))
	s.num("x", x)
	s.num("y", y)
	s.b.WriteByte('>')
	s.b.WriteString(Escape(text))
	s.b.WriteString("</text>")
}

// Vertical writes a line of text turned to read upwards, centred on (x, y).
func (s *SVG) Vertical(x, y float64, class, text string) {
	s.b.WriteString("<text")
	s.class(strings.TrimSpace(Middle + " " + class))
	s.attr("transform", "translate("+Num(x)+" "+Num(y)+") rotate(-90)")
	s.b.WriteByte('>')
	s.b.WriteString(Escape(show.Text(text)))
	s.b.WriteString("</text>")
}

// Diamond draws the summary diamond from lo to hi with its waist at mid.
func (s *SVG) Diamond(lo, mid, hi, y, half float64, class string) {
	s.Poly([]Point{{lo, y}, {mid, y - half}, {hi, y}, {mid, y + half}}, true, class)
}

// Finish closes the picture. id makes the title's id; title and desc are the
// text alternative.
func (s *SVG) Finish(id, title, desc, class string) string {
	for s.open > 0 {
		s.End()
	}
	var o strings.Builder
	o.Grow(s.b.Len() + len(title) + len(desc) + 300)
	o.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" role="img" class="` + Escape(class) + `" viewBox="0 0 ` + Num(s.W) + " " + Num(s.H) + `"`)
	o.WriteString(` width="` + Num(s.W) + `" height="` + Num(s.H) + `" aria-labelledby="` + Escape(id) + `t ` + Escape(id) + `d">`)
	o.WriteString(`<title id="` + Escape(id) + `t">` + Escape(show.Text(title)) + `</title><desc id="` + Escape(id) + `d">` + Escape(show.Text(desc)) + `</desc>`)
	o.WriteString(s.b.String())
	o.WriteString("</svg>")
	return o.String()
}
