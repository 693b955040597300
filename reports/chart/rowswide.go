package chart

import (
	"math"
	"strings"
)

// column is a Column with its place in the wide form.
type column struct {
	*Column
	at   int     // index into the cells
	x, w float64 // left edge and width
}

const (
	gapX    = 14.0 // between columns
	tickBox = 20.0 // room of the tick boxes
	pageW   = 1020.0
)

// rowHeight lets 200 rows stay readable and 6 breathe.
func (r *Rows) rowHeight() float64 {
	switch n := len(r.Rows); {
	case n <= 24:
		return 23
	case n <= 90:
		return 19
	}
	return 17
}

// Wide lays the figure out for a desktop, a slide or a page of a journal.
// titled pictures carry their title and notes, as files do.
func (r *Rows) Wide(titled bool) *Pic {
	left := 0.0
	if r.Live && !titled {
		left = tickBox
	}
	before, after, side := r.measure()
	nameW := Width(r.NameHead, 12)
	for _, row := range r.Rows { // names of summaries run into the columns, where there are some
		if row.Kind == Item || row.Kind == Total && len(before) == 0 {
			nameW = math.Max(nameW, Width(row.Name, 13.5)+8)
		}
	}
	nameW = math.Min(nameW, 250)
	plot := pageW - left - nameW - side - gapX
	w := pageW
	if least := 0.3 * pageW; plot < least {
		plot, w = least, pageW+least-plot
	}
	plot = math.Min(plot, 560)
	x := left + nameW + gapX
	for i := range before {
		before[i].x = x
		x += before[i].w + gapX
	}
	scale := Scale{Lo: r.Axis.Lo, Hi: r.Axis.Hi, A: x + 4, B: x + plot - 8}
	x += plot + gapX/2
	for i := range after {
		after[i].x = x
		x += after[i].w + gapX
	}
	w = math.Max(math.Min(w, x), 480)
	g := New(w, 0)
	y := 0.0
	if titled {
		g.Text(0, 18, Start, "ti", Fit(r.Title, w, 15))
		y = 30
	}
	y = r.wideHead(g, y, left, scale, before, after)
	top := y
	h := r.rowHeight()
	marks := New(w, 0)
	for _, row := range r.Rows {
		if row.Kind == Group || row.Kind == Total {
			y += 6
		}
		if row.Kind == Total {
			marks.Line(0, y-1, w, y-1, "rule")
		}
		r.wideRow(marks, row, left, nameW, y, h, scale, before, after)
		y += h
	}
	bottom := y + 4
	r.frame(g, scale, top, bottom)
	g.ops = append(g.ops, marks.ops...)
	r.axisLine(g, scale, bottom, 7, w)
	y = bottom + 36
	if r.Axis.Left == "" {
		y = bottom + 22
	}
	y = r.foot(g, 0, y, w, titled)
	g.H, g.Scale = y, scale
	return g
}

// Strip lays the marks out alone, for a box or a cell: band, no effect, mark.
func (r *Rows) Strip() *Pic {
	const w, h = 300.0, 34.0
	g := New(w, h+38)
	x := Scale{Lo: r.Axis.Lo, Hi: r.Axis.Hi, A: 4, B: w - 4}
	r.frame(g, x, 0, h)
	for i, row := range r.Rows {
		r.marks(g, row, x, h*(float64(i)+0.5)/float64(len(r.Rows)), 24/float64(len(r.Rows)))
	}
	r.axisLine(g, x, h, 4, w)
	return g
}

// Cell is the smallest form: a line of no effect and the mark, for a matrix.
func (r *Rows) Cell() *Pic {
	const w, h = 92.0, 16.0
	g := New(w, h)
	x := Scale{Lo: r.Axis.Lo, Hi: r.Axis.Hi, A: 3, B: w - 3}
	if x.In(0) {
		g.Line(x.At(0), 0, x.At(0), h, "null")
	}
	for _, row := range r.Rows {
		r.marks(g, row, x, h/2, 17)
	}
	return g
}

// measure gives the columns their widths.
func (r *Rows) measure() (before, after []column, total float64) {
	for i := range r.Columns {
		c := column{Column: &r.Columns[i], at: i}
		c.w = Width(c.Head, 12)
		for _, row := range r.Rows {
			if i < len(row.Cells) && row.Kind != Group {
				size := 13.0
				if row.Kind == Total {
					size = 13.6
				}
				c.w = math.Max(c.w, Width(row.Cells[i], size))
			}
		}
		if c.Dots {
			c.w = 5*14.5 + 22
		}
		c.w = math.Min(c.w, 190)
		if c.Group != "" && (i+1 == len(r.Columns) || r.Columns[i+1].Group != c.Group) {
			have := c.w // the last column of a group makes room for its heading
			for j := i - 1; j >= 0 && r.Columns[j].Group == c.Group; j-- {
				have += gapX + 24
			}
			c.w += math.Max(0, math.Min(Width(c.Group, 13)+6, 190)-have)
		}
		total += c.w + gapX
		if c.After {
			after = append(after, c)
		} else {
			before = append(before, c)
		}
	}
	return before, after, total + gapX/2
}

func (r *Rows) wideHead(g *Pic, y, left float64, scale Scale, before, after []column) float64 {
	two := r.Axis.Title != ""
	for _, c := range r.Columns {
		two = two || c.Group != ""
	}
	if two {
		y += 15
		for _, list := range [][]column{before, after} {
			for i := 0; i < len(list); {
				j := i
				for j+1 < len(list) && list[j+1].Group == list[i].Group {
					j++
				}
				if list[i].Group != "" {
					end := list[j].x + list[j].w
					g.Text((list[i].x+end)/2, y, Middle, "b", Fit(list[i].Group, end-list[i].x+24, 13))
				}
				i = j + 1
			}
		}
		g.Text((scale.A+scale.B)/2, y, Middle, "b", Fit(r.Axis.Title, scale.B-scale.A+60, 13))
	}
	y += 17
	g.Text(left, y, Start, "sm", r.NameHead)
	for _, list := range [][]column{before, after} {
		for _, c := range list {
			switch {
			case c.Dots:
				for i, d := range []string{"1", "2", "3", "4", "5", "All"} {
					if i == 5 || !c.Overall {
						g.Text(dotX(c.x, i), y, Middle, "xs", d)
					}
				}
			case c.Left:
				g.Text(c.x, y, Start, "sm", c.Head)
			default:
				g.Text(c.x+c.w, y, End, "sm", c.Head)
			}
		}
	}
	g.Line(0, y+8, g.W, y+8, "head")
	y += 12
	if r.Axis.Band != nil && r.Axis.Band.Label != "" && scale.In(r.Axis.Band.At) {
		y += 16
		label, at := r.Axis.Band.Label, scale.At(r.Axis.Band.At)
		half := Width(label, 12) / 2
		g.Text(math.Max(scale.A+half, math.Min(scale.B-half, at)), y-3, Middle, "oc", label)
	}
	return y
}

func dotX(x float64, i int) float64 {
	if i == 5 {
		return x + 5*14.5 + 14
	}
	return x + 7 + 14.5*float64(i)
}

func (r *Rows) wideRow(g *Pic, row Row, left, nameW, y, h float64, scale Scale, before, after []column) {
	base := y + h/2 + 4.5
	if r.Lean {
		g.Open("")
	} else {
		r.openRow(g, row)
		g.Rect(0, y, g.W, h, "hit")
	}
	room := nameW
	if row.Kind != Item {
		room = scale.A - left - 16
	}
	indent := left
	class := "t"
	switch row.Kind {
	case Group:
		class, indent = "b", left
	case Total:
		class = "b"
	case Sub:
		class = "it"
	case Extra:
		class = "oc"
	case Text:
		class, room = "sm", g.W-left
	}
	g.Text(indent, base, Start, class, Fit(row.Name, room, 13))
	for _, list := range [][]column{before, after} {
		for _, c := range list {
			switch {
			case c.Dots && r.Lean && len(row.Dots) > 0:
				dots(g, row.Dots[len(row.Dots)-1:], func(i int) float64 { return dotX(c.x, i) }, y+h/2, 5.6)
			case c.Dots:
				dots(g, row.Dots, func(i int) float64 { return dotX(c.x, i) }, y+h/2, 5.6)
			case c.at >= len(row.Cells) || row.Cells[c.at] == "":
			case c.Left:
				g.Text(c.x, base, Start, "mu", Fit(row.Cells[c.at], c.w+4, 12.5))
			default:
				cl := map[RowKind]string{Total: "b", Extra: "oc", Group: "sm"}[row.Kind]
				if cl == "" {
					cl = "t"
				}
				g.Text(c.x+c.w, base, End, cl, row.Cells[c.at])
			}
		}
	}
	r.marks(g, row, scale, y+h/2, h)
	g.Close()
}

// openRow starts the group of a row: a link where it leads somewhere.
func (r *Rows) openRow(g *Pic, row Row) {
	attrs := []string{}
	if row.Line >= 0 && len(r.Lines) > 0 {
		attrs = append(attrs, "data-r", itoa(row.Line))
	}
	if row.Key != "" {
		attrs = append(attrs, "data-k", row.Key)
	}
	if row.Href != "" {
		attrs = append(attrs, "href", row.Href)
	}
	g.Open(map[RowKind]string{Item: "row", Total: "row total", Sub: "row sub"}[row.Kind], attrs...)
}

// frame draws what is behind the rows: band, grid, no effect, estimate.
func (r *Rows) frame(g *Pic, x Scale, top, bottom float64) {
	if b := r.Axis.Band; b != nil && Finite(b.At) && x.In(b.At) {
		if b.At < 0 {
			g.Rect(x.A, top, x.At(b.At)-x.A, bottom-top, "band")
		} else {
			g.Rect(x.At(b.At), top, x.B-x.At(b.At), bottom-top, "band")
		}
	}
	var grid [][]Point
	for _, t := range r.Axis.ticks(7) {
		grid = append(grid, []Point{{x.At(t.Value), top}, {x.At(t.Value), bottom}})
	}
	g.Polys(grid, false, "grid")
	if b := r.Axis.Band; b != nil && x.In(b.At) {
		g.Line(x.At(b.At), top, x.At(b.At), bottom, "mid")
	}
	if !r.Axis.NoNull && x.In(0) {
		g.Line(x.At(0), top, x.At(0), bottom, "null")
	}
	if e := r.Axis.Est; e != nil && x.In(*e) {
		g.Line(x.At(*e), top, x.At(*e), bottom, "est")
	}
}

// axisLine draws the axis with its labels and the words outside its ends.
func (r *Rows) axisLine(g *Pic, x Scale, y float64, n int, w float64) {
	g.Line(x.A, y, x.B, y, "axis")
	last := math.Inf(-1)
	for _, t := range r.Axis.ticks(n) {
		px, half := x.At(t.Value), Width(t.Label, 12)/2
		if px-half < last+6 || px-half < -4 || px+half > w {
			continue
		}
		g.Text(px, y+15, Middle, "sm", t.Label)
		last = px + half
	}
	if r.Axis.Left == "" && r.Axis.Right == "" {
		return
	}
	mid := x.Clamp(0)
	l, rt := "← "+r.Axis.Left, r.Axis.Right+" →"
	lw, rw := Width(l, 12.6), Width(rt, 12.6)
	lx, rx := mid-9, mid+9
	if lx-lw < 0 {
		lx = lw
	}
	if rx+rw > w {
		rx = w - rw
	}
	if rx < lx+12 { // a narrow picture, with no effect near an end
		rx, lx = w-rw, math.Min(lw, w-rw-12)
	}
	if lw > lx {
		l = Fit(l, lx, 12.6)
	}
	g.Text(lx, y+32, End, "bs", l)
	g.Text(rx, y+32, Start, "bs", rt)
}

// foot writes the lines below the axis.
func (r *Rows) foot(g *Pic, x, y, w float64, titled bool) float64 {
	lines := r.Foot
	if titled && r.Legend != "" {
		lines = append(append([]string{}, lines...), r.Legend)
	}
	if titled && r.Note != "" {
		lines = append(append([]string{}, lines...), r.Note)
	}
	for _, f := range lines {
		for _, l := range Wrap(f, w-x-4, 12, 8) {
			y += 17
			g.Text(x, y, Start, "sm", l)
		}
	}
	if r.Stamp != "" {
		for _, l := range Wrap(r.Stamp, w-x, 11, 3) {
			y += 16
			g.Text(x, y, Start, "xs", l)
		}
	}
	return y + 6
}

// marks draws the estimates of a row, with arrows where they leave the axis.
func (r *Rows) marks(g *Pic, row Row, x Scale, y, h float64) {
	half := math.Min(h*0.34, 8)
	for _, m := range row.Marks {
		switch {
		case m.None || !Finite(m.Est, m.Lo, m.Hi):
			g.Text((x.A+x.B)/2, y+4, Middle, "sm", "not estimable")
			continue
		case m.Shape == Lane:
			a := x.Clamp(m.Lo)
			b := math.Max(x.Clamp(m.Hi), a+3)
			g.Rect(a, y-h*0.28, b-a, h*0.56, "l-"+m.Class)
			if m.Class == "stop" {
				g.Polys([][]Point{{{b - 4, y - 5}, {b + 4, y + 5}}, {{b - 4, y + 5}, {b + 4, y - 5}}}, false, "wh")
			}
			if m.Size > 0 {
				g.Circle(math.Min(b+6, x.B), y, 3, "pt")
			}
			continue
		case m.Shape == Bar:
			g.Line(x.Clamp(m.Lo), y, x.Clamp(m.Hi), y, "pi")
		case m.Shape == Diamond || m.Shape == LightDiamond:
			class := "dis"
			if m.Shape == Diamond {
				class = "di"
			}
			g.Poly([]Point{{x.Clamp(m.Lo), y}, {x.Clamp(m.Est), y - half}, {x.Clamp(m.Hi), y}, {x.Clamp(m.Est), y + half}}, true, class)
		default:
			g.Line(x.Clamp(m.Lo), y, x.Clamp(m.Hi), y, "wh")
			if !x.In(m.Est) {
				break
			}
			switch m.Shape {
			case Dot:
				g.Circle(x.At(m.Est), y, 4.2, "pt")
			case Ring:
				g.Circle(x.At(m.Est), y, 4, "ring")
			default:
				s := math.Max(4, math.Min(h*0.66, 15)*math.Sqrt(math.Max(0, math.Min(1, m.Size))))
				g.Rect(x.At(m.Est)-s/2, y-s/2, s, s, "sq")
			}
		}
		if m.Lo < x.Lo {
			g.Poly([]Point{{x.A + 6, y - 4}, {x.A, y}, {x.A + 6, y + 4}}, false, "wh")
		}
		if m.Hi > x.Hi {
			g.Poly([]Point{{x.B - 6, y - 4}, {x.B, y}, {x.B - 6, y + 4}}, false, "wh")
		}
	}
}

// dots draws judgements by their sign: + low, − some concerns, × high. The
// last of them is the overall one.
func dots(g *Pic, list []string, at func(int) float64, y, r float64) {
	a := r * 0.55
	for i, j := range list {
		x := at(i)
		if i == len(list)-1 {
			x = at(5)
		}
		switch Judged(j) {
		case "low":
			g.Circle(x, y, r, "rl")
			g.Polys([][]Point{{{x - a, y}, {x + a, y}}, {{x, y - a}, {x, y + a}}}, false, "sl")
		case "some":
			g.Circle(x, y, r, "rm")
			g.Line(x-a, y, x+a, y, "ss")
		case "high":
			g.Circle(x, y, r, "rh")
			b := a * 0.8
			g.Polys([][]Point{{{x - b, y - b}, {x + b, y + b}}, {{x - b, y + b}, {x + b, y - b}}}, false, "sh")
		default:
			g.Circle(x, y, r, "rn")
		}
	}
}

// Judged reads a judgement of the risk of bias: low, some, high or "".
func Judged(judgement string) string {
	switch strings.ToLower(strings.TrimSpace(judgement)) {
	case "low":
		return "low"
	case "some concerns", "unclear", "moderate", "some":
		return "some"
	case "high", "serious", "critical":
		return "high"
	}
	return ""
}
