package figure

import (
	"math"
	"strings"

	"past/reports/internal/draw"
	"past/reports/internal/show"
)

// wideForest are the columns of the wide form, in user units.
const (
	forestW   = 960.0
	labelEnd  = 182.0
	treatEnd  = 292.0
	ctrlEnd   = 402.0
	axisTopH  = 30.0
	footH     = 62.0
	textSize  = 13.0
	smallSize = 12.0
	stampSize = 11.0
)

func (fo *forest) wide(id, alt string) string {
	h := rowHeight(len(fo.f.Effects))
	top := axisTopH + 8
	g := draw.New(forestW, top+fo.height(h)+footH)
	plotA, plotB, estEnd, weightEnd := ctrlEnd+24, 684.0, 828.0, 868.0
	if !fo.arms {
		plotA = labelEnd + 60
	}
	if !fo.rob {
		plotB, estEnd, weightEnd = plotB+76, estEnd+82, weightEnd+88
	}
	x := draw.Scale{Lo: fo.lo, Hi: fo.hi, A: plotA, B: plotB}
	fo.wideHead(g, estEnd, weightEnd)
	fo.axis(g, x, top-2, top+fo.height(h), 6)
	y := top
	var marks robMarks
	for _, r := range fo.rows {
		y += fo.gap(r.kind)
		mid := y + h/2
		base := mid + 4.5
		g.Group(r.row)
		if r.row >= 0 && len(fo.f.Effects) <= many {
			g.Hit(0, y, forestW, h)
		}
		switch r.kind {
		case headingRow:
			g.Text(0, base, draw.Start, "b", draw.Fit(r.label, plotA-20, textSize))
			g.Text(forestW, base, draw.End, "mu", r.value)
		case missingRow:
			g.Text(10, base, draw.Start, "mu", draw.Fit(r.label, labelEnd-10, textSize))
			g.Text(labelEnd+8, base, draw.Start, "mu", draw.Fit(r.note, plotA-labelEnd-20, smallSize))
			if r.note != "" {
				g.Text(estEnd, base, draw.End, "mu", "no result")
			}
		case studyRow:
			g.Text(0, base, draw.Start, "", draw.Fit(r.label, labelEnd-8, textSize))
			if fo.arms {
				g.Text(treatEnd, base, draw.End, "nu", Arm(r.eff, true))
				g.Text(ctrlEnd, base, draw.End, "nu", Arm(r.eff, false))
			}
			fo.mark(g, x, r, mid, h)
			fo.right(g, r, base, estEnd, weightEnd)
			fo.dots(&marks, r, weightEnd+16, mid)
		default:
			label := r.label
			if r.note != "" {
				label += " · " + r.note
			}
			indent := 0.0
			if r.kind == subgroupRow {
				indent = 10
			}
			class := "b"
			if r.kind != pooledRow {
				class = ""
			}
			g.Text(indent, base, draw.Start, class, draw.Fit(label, plotA-20-indent, textSize))
			fo.mark(g, x, r, mid, h)
			fo.right(g, r, base, estEnd, weightEnd)
		}
		g.End()
		y += h
	}
	marks.draw(g, 4.8)
	fo.side(g, x.A, x.B, y+34, smallSize)
	fo.stamp.put(g)
	return g.Finish(fo.stamp.id(id), "Forest plot", alt, "fig wide forest")
}

func (fo *forest) wideHead(g *draw.SVG, estEnd, weightEnd float64) {
	y := 14.0
	g.Text(0, y, draw.Start, "b", "Study")
	if fo.arms {
		head := armHead(fo.f)
		g.Text(treatEnd, y, draw.End, "b", draw.Fit(show.First(fo.read.Treatment), 104, textSize))
		g.Text(treatEnd, y+14, draw.End, "mu sm", head)
		g.Text(ctrlEnd, y, draw.End, "b", "Comparator")
		g.Text(ctrlEnd, y+14, draw.End, "mu sm", head)
	}
	g.Text(estEnd, y, draw.End, "b", draw.Fit(fo.read.Measure.Symbol+" [95% interval]", 160, textSize))
	if fo.weights {
		g.Text(weightEnd, y, draw.End, "b", "Wt")
	}
	if fo.rob {
		for i, d := range robHeads {
			if len(fo.f.Effects) > many && i < 5 {
				continue // of many studies the overall judgement alone
			}
			g.Text(weightEnd+16+float64(i)*12.4, y, draw.Middle, "mu sm", d)
		}
	}
	g.Line(0, axisTopH, forestW, axisTopH, "rule")
}

var robHeads = []string{"1", "2", "3", "4", "5", "all"}

// right writes the estimate and weight columns.
func (fo *forest) right(g *draw.SVG, r forestRow, base, estEnd, weightEnd float64) {
	class := "nu"
	if r.kind == pooledRow {
		class = "nu b"
	}
	g.Text(estEnd, base, draw.End, class, r.value)
	if r.kind == studyRow && finite(r.weight) {
		g.Text(weightEnd, base, draw.End, "nu mu", show.Weight(r.weight))
	}
}

// dots notes the places of a study's paired risk-of-bias judgements.
func (fo *forest) dots(marks *robMarks, r forestRow, x, y float64) {
	if !fo.rob || r.eff == nil || r.eff.RiskOfBias == "" {
		return
	}
	for i, d := range r.eff.RoBDomains {
		if i >= 5 || len(fo.f.Effects) > many {
			break
		}
		marks.add(x+float64(i)*12.4, y, d)
	}
	marks.add(x+5*12.4+2, y, r.eff.RiskOfBias)
}

// robMarks gathers judgements, so that each kind is drawn as one path. A
// judgement shows by its sign, not by colour alone.
type robMarks struct{ low, some, high, none []draw.Point }

func (m *robMarks) add(x, y float64, judgement string) {
	p := draw.Point{X: x, Y: y}
	switch robClass(judgement) {
	case "low":
		m.low = append(m.low, p)
	case "some":
		m.some = append(m.some, p)
	case "high":
		m.high = append(m.high, p)
	default:
		m.none = append(m.none, p)
	}
}

func (m *robMarks) draw(g *draw.SVG, r float64) {
	a := r * 0.5
	g.Discs(m.none, r, "rob rn")
	g.Discs(m.low, r, "rob rl")
	g.Strokes(m.low, [][2]draw.Point{{{X: -a}, {X: a}}, {{Y: -a}, {Y: a}}}, "rs rl")
	g.Discs(m.some, r, "rob rm")
	g.Strokes(m.some, [][2]draw.Point{{{X: -a}, {X: a}}}, "rs rm")
	g.Discs(m.high, r, "rob rh")
	a *= 0.8
	g.Strokes(m.high, [][2]draw.Point{{{X: -a, Y: -a}, {X: a, Y: a}}, {{X: -a, Y: a}, {X: a, Y: -a}}}, "rs rh")
}

// robClass reads a judgement: low, some, high or "".
func robClass(judgement string) string {
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

// axis draws ticks, grid, the line of no effect and, where there is one, the
// minimal important difference.
func (fo *forest) axis(g *draw.SVG, x draw.Scale, top, bottom float64, n int) {
	for _, t := range fo.read.Ticks(fo.lo, fo.hi, n) {
		px := x.At(t.Value)
		g.Line(px, top, px, bottom, "grid")
		g.Text(px, bottom+15, draw.Middle, "nu mu sm", t.Label)
	}
	g.Line(x.A, bottom, x.B, bottom, "axis")
	g.Line(x.Clamp(0), top, x.Clamp(0), bottom, "null")
	if m, ok := fo.mid(); ok && x.In(m) {
		g.Line(x.At(m), top, x.At(m), bottom, "mid")
		g.Text(x.At(m), bottom+46, draw.Middle, "mu sm", "important difference")
	}
}

// mid gives the minimal important difference on the side of benefit.
func (fo *forest) mid() (float64, bool) {
	if fo.f.MID == nil || !finite(*fo.f.MID) || *fo.f.MID == 0 {
		return 0, false
	}
	m := math.Abs(*fo.f.MID)
	if fo.f.LowerIsBetter {
		m = -m
	}
	return m, true
}

// mark draws the square, diamond or bar of a row, with arrows where it leaves
// the axis.
func (fo *forest) mark(g *draw.SVG, x draw.Scale, r forestRow, y, h float64) {
	if !r.ok {
		g.Text((x.A+x.B)/2, y+4, draw.Middle, "mu sm", "not estimable")
		return
	}
	half := math.Min(h*0.36, 9)
	switch r.kind {
	case studyRow:
		whisker(g, x, r.lo, r.hi, y, "wh")
		if x.In(r.est) {
			side := fo.squareSide(r.weight, h)
			g.Rect(x.At(r.est)-side/2, y-side/2, side, side, "sq")
		}
	case pooledRow:
		diamond(g, x, r, y, half, "di")
	case otherPooledRow:
		diamond(g, x, r, y, half*0.7, "dio")
	case subgroupRow:
		diamond(g, x, r, y, half*0.75, "dis")
	case predictionRow:
		whisker(g, x, r.lo, r.hi, y, "pi")
		g.Line(x.Clamp(r.lo), y-4, x.Clamp(r.lo), y+4, "pi")
		g.Line(x.Clamp(r.hi), y-4, x.Clamp(r.hi), y+4, "pi")
	}
}

// squareSide makes a square's area follow the weight.
func (fo *forest) squareSide(w, h float64) float64 {
	most := math.Min(h*0.62, 15)
	if !finite(w) || w <= 0 || fo.maxW <= 0 {
		return most * 0.5
	}
	return math.Max(3, most*math.Sqrt(w/fo.maxW))
}

func diamond(g *draw.SVG, x draw.Scale, r forestRow, y, half float64, class string) {
	g.Diamond(x.Clamp(r.lo), x.Clamp(r.est), x.Clamp(r.hi), y, half, class)
	arrows(g, x, r.lo, r.hi, y, "wh")
}

func whisker(g *draw.SVG, x draw.Scale, lo, hi, y float64, class string) {
	g.Line(x.Clamp(lo), y, x.Clamp(hi), y, class)
	arrows(g, x, lo, hi, y, class)
}

func arrows(g *draw.SVG, x draw.Scale, lo, hi, y float64, class string) {
	if lo < x.Lo {
		g.Poly([]draw.Point{{X: x.A + 6, Y: y - 4}, {X: x.A, Y: y}, {X: x.A + 6, Y: y + 4}}, false, class)
	}
	if hi > x.Hi {
		g.Poly([]draw.Point{{X: x.B - 6, Y: y - 4}, {X: x.B, Y: y}, {X: x.B - 6, Y: y + 4}}, false, class)
	}
}

// gap is the space above a row of a kind.
func (fo *forest) gap(k rowKind) float64 {
	switch k {
	case pooledRow, headingRow:
		return 8
	}
	return 0
}

func (fo *forest) height(h float64) float64 {
	t := 0.0
	for _, r := range fo.rows {
		t += h + fo.gap(r.kind)
	}
	return t + 6
}

// narrow is the form for telephones: the words above, the picture below.
func (fo *forest) narrow(id, alt string) string {
	const w = 360.0
	const lineH, markH = 19.0, 19.0
	total := 0.0
	for _, r := range fo.rows {
		total += fo.narrowHeight(r, lineH, markH)
	}
	g := draw.New(w, 8+total+footH+4)
	x := draw.Scale{Lo: fo.lo, Hi: fo.hi, A: 6, B: w - 6}
	fo.axis(g, x, 2, 8+total, 5)
	y := 4.0
	for _, r := range fo.rows {
		y += fo.gap(r.kind)
		base := y + 14
		g.Group(r.row)
		if r.row >= 0 && len(fo.f.Effects) <= many {
			g.Hit(0, y, w, fo.narrowHeight(r, lineH, markH)-fo.gap(r.kind))
		}
		vw := draw.Width(r.value, textSize)
		class := ""
		if r.kind == pooledRow || r.kind == headingRow {
			class = "b"
		}
		switch r.kind {
		case headingRow:
			g.Text(0, base, draw.Start, "b hal", draw.Fit(r.label, w, textSize))
		case missingRow:
			g.Text(6, base, draw.Start, "mu hal", draw.Fit(r.label+" · "+r.note, w-8, smallSize))
		default:
			g.Text(0, base, draw.Start, class+" hal", draw.Fit(r.label, w-vw-10, textSize))
			g.Text(w, base, draw.End, "nu hal "+class, r.value)
			fo.mark(g, x, r, y+lineH+markH/2-1, markH+4)
		}
		g.End()
		y += fo.narrowHeight(r, lineH, markH) - fo.gap(r.kind)
	}
	fo.side(g, x.A, x.B, y+38, smallSize)
	fo.stamp.put(g)
	return g.Finish(fo.stamp.id(id), "Forest plot", alt, "fig narrow forest")
}

func (fo *forest) narrowHeight(r forestRow, lineH, markH float64) float64 {
	if r.kind == headingRow || r.kind == missingRow {
		return lineH + fo.gap(r.kind)
	}
	return lineH + markH + fo.gap(r.kind)
}
