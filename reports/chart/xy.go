package chart

import (
	"math"
)

// XY is a figure of two value axes: a specification curve, a funnel, subsets,
// bubbles of a moderator, a curve of intervals.
type XY struct {
	ID, Title, Alt, Note, Stamp string
	X, Y                        ValueAxis
	Layers                      []Layer
	// Choices are rows of ticks under the figure, one for each level of each
	// choice of a specification curve.
	Choices []Choice
	// Broad figures are as wide as the page and low.
	Broad bool
	// Still figures gain nothing from zoom or hover: they have no interactive form.
	Still bool
	Words []Word
	Table
}

// ValueAxis is one axis. Ratio axes hold logarithms.
type ValueAxis struct {
	Title  string
	Lo, Hi float64
	Ratio  bool
	Down   bool // values grow downwards, as the standard errors of a funnel
	Bare   bool // without labels: a rank
}

// LayerKind is how the points of a layer are joined.
type LayerKind int

// The kinds of layers.
const (
	Points LayerKind = iota
	Line
	Area // between Y and Y2
	Whiskers
)

// Layer is one set of points of a figure.
type Layer struct {
	Name, Class string
	Kind        LayerKind
	P           []XYPoint
}

// XYPoint is a point; R is its radius, Line its line in the table, -1 for none.
type XYPoint struct {
	X, Y, Y2, R float64
	Name        string
	Line        int
}

// Choice is one level of a choice and the columns that took it.
type Choice struct {
	Head string // printed before the first level
	Name string
	On   []bool
}

// Word is a label in the figure.
type Word struct {
	X, Y   float64
	Below  bool // the text stands under the point and not on it
	Text   string
	Anchor string
	Class  string
}

// FitTo sets both axes to hold the points and what must be on them.
func (c *XY) FitTo(mustX, mustY []float64) {
	xl, xh, yl, yh := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	grow := func(lo, hi *float64, v float64) {
		if Finite(v) {
			*lo, *hi = math.Min(*lo, v), math.Max(*hi, v)
		}
	}
	for _, l := range c.Layers {
		for _, p := range l.P {
			grow(&xl, &xh, p.X)
			grow(&yl, &yh, p.Y)
			if l.Kind == Area || l.Kind == Whiskers {
				grow(&yl, &yh, p.Y2)
			}
		}
	}
	for _, v := range mustX {
		grow(&xl, &xh, v)
	}
	for _, v := range mustY {
		grow(&yl, &yh, v)
	}
	pad := func(lo, hi float64) (float64, float64) {
		if !Finite(lo, hi) {
			return 0, 1
		}
		if hi-lo < 1e-9 {
			return lo - 0.5, hi + 0.5
		}
		return lo - (hi-lo)*0.05, hi + (hi-lo)*0.05
	}
	c.X.Lo, c.X.Hi = pad(xl, xh)
	c.Y.Lo, c.Y.Hi = pad(yl, yh)
}

func (a *ValueAxis) ticks(n int) []Tick {
	switch {
	case a.Bare:
		return nil
	case a.Ratio:
		return RatioTicks(a.Lo, a.Hi, n)
	}
	return Ticks(a.Lo, a.Hi, n)
}

// Wide lays the figure out for a desktop or a file.
func (c *XY) Wide(titled bool) *Pic {
	w, h := 500.0, 300.0
	if c.Broad {
		w, h = 1000, 190
	}
	return c.lay(w, h, titled)
}

// Narrow lays it out for a telephone.
func (c *XY) Narrow() *Pic {
	if c.Broad {
		return c.lay(phoneW, 170, false)
	}
	return c.lay(phoneW, 240, false)
}

// Ticks lays out the choices alone, for a fold below the curve.
func (c *XY) Ticks() *Pic {
	const w = 1000.0
	left := 52.0
	for _, ch := range c.Choices {
		left = math.Max(left, math.Min(Width(ch.Name, 12)+10, w*0.36))
	}
	g := New(w, 0)
	g.H = c.choices(g, Scale{Lo: c.X.Lo, Hi: c.X.Hi, A: left, B: w - 8}, 0, left) + 6
	return g
}

func (c *XY) lay(w, h float64, titled bool) *Pic {
	left := 52.0
	if titled {
		for _, ch := range c.Choices {
			left = math.Max(left, math.Min(Width(ch.Name, 12)+10, w*0.36))
		}
	}
	top := 10.0
	g := New(w, 0)
	if titled {
		g.Text(0, 18, Start, "ti", Fit(c.Title, w, 15))
		top = 34
	}
	bottom := top + h
	x := Scale{Lo: c.X.Lo, Hi: c.X.Hi, A: left, B: w - 8}
	y := Scale{Lo: c.Y.Lo, Hi: c.Y.Hi, A: bottom, B: top}
	if c.Y.Down {
		y.A, y.B = top, bottom
	}
	var grid [][]Point
	for _, t := range c.Y.ticks(5) {
		grid = append(grid, []Point{{x.A, y.At(t.Value)}, {x.B, y.At(t.Value)}})
		g.Text(left-6, y.At(t.Value)+4, End, "sm", t.Label)
	}
	g.Polys(grid, false, "grid")
	for _, l := range c.Layers {
		c.layer(g, l, x, y)
	}
	for _, wd := range c.Words {
		px := math.Max(left, math.Min(w-4, x.Clamp(wd.X)))
		py := y.Clamp(wd.Y)
		if wd.Below {
			py = math.Min(py+18, bottom-4)
		}
		g.Text(px, py, wd.Anchor, wd.Class, Fit(wd.Text, w-left, 12))
	}
	g.Line(x.A, bottom, x.B, bottom, "axis")
	for _, t := range c.X.ticks(int(w / 90)) {
		g.Text(x.At(t.Value), bottom+15, Middle, "sm", t.Label)
	}
	if c.Y.Title != "" {
		g.Vertical(12, (top+bottom)/2, "sm", Fit(c.Y.Title, h+40, 12))
	}
	end := bottom + 22
	if c.X.Title != "" {
		end += 14
		at := (x.A + x.B) / 2
		if c.X.Bare {
			end -= 16
		}
		g.Text(at, end, Middle, "sm", Fit(c.X.Title, w-left, 12))
		end += 8
	}
	if titled {
		end = c.choices(g, x, end, left)
	}
	if titled && c.Note != "" {
		for _, l := range Wrap(c.Note, w-8, 12, 5) {
			end += 16
			g.Text(0, end, Start, "sm", l)
		}
	}
	if c.Stamp != "" && titled {
		end += 17
		g.Text(0, end, Start, "xs", Fit(c.Stamp, w, 11))
	}
	g.H = end + 6
	return g
}

func (c *XY) layer(g *Pic, l Layer, x, y Scale) {
	at := func(p XYPoint) Point { return Point{x.Clamp(p.X), y.Clamp(p.Y)} }
	switch l.Kind {
	case Line:
		var pts []Point
		for _, p := range l.P {
			if Finite(p.X, p.Y) {
				pts = append(pts, at(p))
			}
		}
		g.Poly(pts, false, l.Class)
	case Area:
		var pts, back []Point
		for _, p := range l.P {
			if Finite(p.X, p.Y, p.Y2) {
				pts, back = append(pts, at(p)), append(back, Point{x.Clamp(p.X), y.Clamp(p.Y2)})
			}
		}
		for i := len(back) - 1; i >= 0; i-- {
			pts = append(pts, back[i])
		}
		g.Poly(pts, true, l.Class)
	case Whiskers:
		var list [][]Point
		for _, p := range l.P {
			if Finite(p.X, p.Y, p.Y2) {
				list = append(list, []Point{at(p), {x.Clamp(p.X), y.Clamp(p.Y2)}})
			}
		}
		g.Polys(list, false, l.Class)
	default:
		if len(l.P) > 150 { // many marks are one shape
			var list [][]Point
			for _, p := range l.P {
				q := at(p)
				list = append(list, []Point{{q.X - 1, q.Y - 1}, {q.X + 1, q.Y - 1}, {q.X + 1, q.Y + 1}, {q.X - 1, q.Y + 1}})
			}
			g.Polys(list, true, "d3")
			return
		}
		for _, p := range l.P {
			if !Finite(p.X, p.Y) {
				continue
			}
			r := p.R
			if r <= 0 {
				r = 4
			}
			attrs := []string{}
			if p.Line >= 0 && len(c.Lines) > 0 {
				attrs = []string{"data-r", itoa(p.Line)}
			}
			g.Open("", attrs...)
			g.Circle(x.Clamp(p.X), y.Clamp(p.Y), r, l.Class)
			g.Close()
		}
	}
}

// choices draws the ticks below a specification curve. Neighbours join into
// one bar, and all bars of a level are one shape.
func (c *XY) choices(g *Pic, x Scale, y, left float64) float64 {
	const h = 15.0
	for _, ch := range c.Choices {
		if ch.Head != "" {
			y += 8
			g.Text(0, y+11, Start, "bs", Fit(ch.Head, g.W, 12))
			y += h + 2
		}
		g.Text(left-8, y+11, End, "sm", Fit(ch.Name, left-12, 12))
		step := (x.B - x.A) / float64(max(len(ch.On), 1))
		var bars [][]Point
		start := -1
		for i := 0; i <= len(ch.On); i++ {
			on := i < len(ch.On) && ch.On[i]
			if on && start < 0 {
				start = i
			}
			if !on && start >= 0 {
				a, b := x.A+step*float64(start), x.A+step*(float64(i)-0.15)
				bars = append(bars, []Point{{a, y + 3}, {b, y + 3}, {b, y + h - 3}, {a, y + h - 3}})
				start = -1
			}
		}
		g.Polys(bars, true, "tick")
		y += h
	}
	return y
}

// Thin keeps n values of a list, evenly.
func Thin[T any](list []T, n int) []T {
	if len(list) <= n || n < 2 {
		return list
	}
	out := make([]T, n)
	for i := range n {
		out[i] = list[i*(len(list)-1)/(n-1)]
	}
	return out
}

// Brief rounds to six digits: enough for any screen, and half the bytes. Tables
// and downloads carry the full numbers.
func Brief(x float64) float64 {
	if x == 0 || !Finite(x) {
		return 0
	}
	p := math.Pow(10, 5-math.Floor(math.Log10(math.Abs(x))))
	if math.IsInf(p, 0) || p == 0 {
		return 0
	}
	return math.Round(x*p) / p
}
