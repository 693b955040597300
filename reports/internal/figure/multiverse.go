package figure

import (
	"fmt"
	"math"
	"strings"

	"past/internal/evidence"
	"past/reports/internal/draw"
	"past/reports/internal/explore"
	"past/reports/internal/show"
)

// specColumns bounds how many specifications are drawn; the curve is thinned
// evenly beyond, and the note says so.
const specColumns = 220

// SpecCurve draws the specification curve: every combination of the plan's
// defensible choices, sorted by its result, with the choices below.
func SpecCurve(f *evidence.Finding, read Reading, stamp Stamp) (Figure, bool) {
	v := f.Multiverse
	if v == nil || len(v.Curve) < 2 {
		return Figure{}, false
	}
	m := read.Measure
	shown := thinSpecs(v.Curve, specColumns)
	fig := Figure{ID: "speccurve", Title: "Specification curve"}
	fig.Note = fmt.Sprintf("Every combination of %s was run: %s. Above, each result with its 95%% interval, sorted; below, the choices that made it.", show.Plural(len(v.Axes), "choice", "choices"), show.Plural(v.Specifications, "analysis", "analyses"))
	if len(shown) < v.Specifications {
		fig.Note += fmt.Sprintf(" The picture shows %s of them, evenly spaced.", show.Int(len(shown)))
	}
	if v.MostMoving != "" {
		fig.Note += " The choice that moves the result most: " + FactorName(v.MostMoving) + "."
	}
	fig.Alt = fmt.Sprintf("Specification curve of %s: %s from %s to %s, median %s. The interval excludes no effect in %s of them.", show.Plural(v.Specifications, "analysis", "analyses"), m.Symbol,
		m.Value(v.Min), m.Value(v.Max), m.Value(v.Median), show.Percent(100*v.ShareNonzero))
	if v.ShareMID != nil {
		fig.Alt += fmt.Sprintf(" The effect passes the minimal important difference in %s.", show.Percent(100**v.ShareMID))
	}
	fig.Table = axisTable(v)
	var sp span
	for _, c := range shown {
		sp.add(c.Estimate, c.CILower, c.CIUpper)
	}
	lo, hi := sp.extent(0)
	fig.Option = specOption(shown, read, lo, hi, fig.Alt)
	fig.Wide = specDraw(v, shown, read, stamp, fig, lo, hi, false)
	fig.Narrow = specDraw(v, shown, read, stamp, fig, lo, hi, true)
	return fig, true
}

func axisTable(v *evidence.Multiverse) Table {
	t := Table{Caption: "Choices and how far each moves the result", Folded: true, Head: []Head{{Text: "Choice"}, {Text: "Levels"}, {Text: "Mean range of the estimate", Num: true}}}
	for _, a := range v.Axes {
		levels := ""
		for i, l := range a.Levels {
			if i > 0 {
				levels += ", "
			}
			levels += show.Clip(l, 60)
		}
		t.Rows = append(t.Rows, Row{Cells: []Cell{{Text: show.First(FactorName(a.Name))}, {Text: show.Clip(levels, 600)}, {Text: show.Fixed(a.Spread, 3), Exact: show.Raw(a.Spread)}}})
	}
	return t
}

func thinSpecs(c []evidence.CurveBrief, n int) []evidence.CurveBrief {
	if len(c) <= n {
		return c
	}
	out := make([]evidence.CurveBrief, n)
	for i := range n {
		out[i] = c[i*(len(c)-1)/(n-1)]
	}
	return out
}

func specDraw(v *evidence.Multiverse, shown []evidence.CurveBrief, read Reading, stamp Stamp, fig Figure, lo, hi float64, narrow bool) string {
	w, left, curveH, rowH, suffix, class := 960.0, 230.0, 210.0, 15.0, "-w", "fig wide"
	if narrow {
		shown = thinSpecs(shown, specColumns/2)
		w, left, curveH, rowH, suffix, class = 360, 112, 170, 14, "-n", "fig narrow"
	}
	rows := 0
	for _, a := range v.Axes {
		rows += len(a.Levels)
	}
	gap := 8.0
	top := 10.0
	g := draw.New(w, top+curveH+20+float64(rows)*rowH+float64(len(v.Axes))*gap+24)
	y := draw.Scale{Lo: lo, Hi: hi, A: top + curveH, B: top}
	n := 5
	for _, t := range read.Ticks(lo, hi, n) {
		g.Line(left, y.At(t.Value), w-4, y.At(t.Value), "grid")
		g.Text(left-6, y.At(t.Value)+4, draw.End, "nu mu sm", t.Label)
	}
	if !narrow {
		g.Vertical(left-48, top+curveH/2, "", draw.Fit(read.Measure.Symbol, curveH, textSize))
		g.Text(0, y.Clamp(0)-6, draw.Start, "mu sm", draw.Fit("above: "+read.Side(1), left-60, smallSize))
		g.Text(0, y.Clamp(0)+14, draw.Start, "mu sm", draw.Fit("below: "+read.Side(-1), left-60, smallSize))
	}
	g.Line(left, y.Clamp(0), w-4, y.Clamp(0), "null")
	step := (w - 8 - left) / float64(len(shown))
	at := func(i int) float64 { return left + 2 + step*(float64(i)+0.5) }
	var band, back, mid []draw.Point
	for i, c := range shown {
		if !finite(c.Estimate, c.CILower, c.CIUpper) {
			continue
		}
		band = append(band, draw.Point{X: at(i), Y: y.Clamp(c.CILower)})
		back = append(back, draw.Point{X: at(i), Y: y.Clamp(c.CIUpper)})
		mid = append(mid, draw.Point{X: at(i), Y: y.Clamp(c.Estimate)})
	}
	for i := len(back) - 1; i >= 0; i-- {
		band = append(band, back[i])
	}
	g.Poly(band, true, "fill")
	g.Poly(mid, false, "curve")
	if finite(v.Median) {
		g.Line(left, y.Clamp(v.Median), w-4, y.Clamp(v.Median), "dash")
	}
	ry := top + curveH + 24
	for ai, a := range v.Axes {
		for li, l := range a.Levels {
			g.Text(left-6, ry+rowH-4, draw.End, "sm", draw.Fit(l, left-8, smallSize))
			specTicks(g, shown, ai, li, at, step, ry, rowH)
			ry += rowH
		}
		ry += gap
		if ai < len(v.Axes)-1 {
			g.Line(0, ry-gap/2, w-4, ry-gap/2, "rule")
		}
	}
	stamp.put(g)
	return g.Finish(stamp.id(fig.ID+suffix), fig.Title, fig.Alt, class)
}

// specTicks marks the specifications that took a level; neighbours join into
// one bar, and all bars of a level are one path, which keeps the picture small.
func specTicks(g *draw.SVG, shown []evidence.CurveBrief, axis, level int, at func(int) float64, step, y, h float64) {
	start := -1
	var bars []draw.Bar
	for i := 0; i <= len(shown); i++ {
		on := i < len(shown) && axis < len(shown[i].Choices) && shown[i].Choices[axis] == level
		if on && start < 0 {
			start = i
		}
		if !on && start >= 0 {
			bars = append(bars, draw.Bar{X: at(start) - step/2, W: math.Max(1, at(i-1)-at(start)+step*0.8)})
			start = -1
		}
	}
	g.Bars(bars, y+3, h-6, "tick")
}

// Bubble draws effects against a moderator, with the fitted line and its
// interval.
func Bubble(f *evidence.Finding, mod *evidence.Moderator, read Reading, stamp Stamp, n int) (Figure, bool) {
	if len(mod.X) < 3 || len(mod.X) != len(mod.Effects) {
		return Figure{}, false
	}
	m := read.Measure
	by := map[string]*evidence.Effect{}
	for i := range f.Effects {
		by[f.Effects[i].ID] = &f.Effects[i]
	}
	name := show.First(FactorName(mod.Name))
	axis := name
	if mod.Unit != "" {
		axis += " (" + show.Clip(mod.Unit, 30) + ")"
	}
	fig := Figure{ID: fmt.Sprintf("bubble%d", n), Title: "Effect by " + FactorName(mod.Name)}
	fig.Note = "Each bubble is a study, its area by weight. "
	if mod.Slope != nil {
		fig.Note += fmt.Sprintf("Slope %s per unit%s, %s, over %s.", show.Significant(*mod.Slope, 3), bracket(mod.CILower, mod.CIUpper), show.P(mod.P), show.Plural(mod.K, "study", "studies"))
	}
	fig.Note += " Studies differ in more than this: a slope across studies is not an effect of the moderator."
	for _, w := range mod.Warnings {
		fig.Note += " " + strings.TrimSuffix(show.First(show.Prose(show.Clip(w, 200))), ".") + "."
	}
	t := Table{Caption: "Data by " + FactorName(mod.Name), Folded: true, Head: heads(1, "Study", name, m.Symbol)}
	type dot struct {
		x, y, w float64
		label   string
		row     int
	}
	var dots []dot
	var xs, ys []float64
	for i, id := range mod.Effects {
		e := by[id]
		if e == nil {
			continue
		}
		t.Rows = append(t.Rows, Row{Cells: []Cell{{Text: EffectLabel(e)}, {Text: show.Trim(mod.X[i], 2), Exact: show.Raw(mod.X[i])}, {Text: m.Value(e.Estimate), Exact: show.Raw(m.Read(e.Estimate))}}})
		if !finite(mod.X[i], e.Estimate) {
			continue
		}
		w, ok := weightOf(&f.Primary, id)
		if !ok {
			w = 1
		}
		dots = append(dots, dot{mod.X[i], e.Estimate, w, EffectLabel(e), len(t.Rows) - 1})
		xs, ys = append(xs, mod.X[i]), append(ys, e.Estimate)
	}
	if len(dots) < 3 {
		return Figure{}, false
	}
	fig.Table = t
	fig.Alt = fmt.Sprintf("Effect by %s for %s.", FactorName(mod.Name), show.Plural(len(dots), "study", "studies"))
	if mod.Slope != nil {
		fig.Alt += fmt.Sprintf(" Slope %s%s, %s.", show.Significant(*mod.Slope, 3), bracket(mod.CILower, mod.CIUpper), show.P(mod.P))
	}
	xlo, xhi := ends(xs)
	xlo, xhi = room(xlo, xhi, 0.06)
	ylo, yhi := ends(ys, []float64{0})
	ylo, yhi = room(ylo, yhi, 0.08)
	maxW := 0.0
	for _, d := range dots {
		maxW = math.Max(maxW, d.w)
	}
	ed := make([]explore.Dot, len(dots))
	for i, d := range dots {
		ed[i] = explore.Dot{Name: d.label, X: d.x, Y: d.y, Size: 6 + 18*math.Sqrt(d.w/maxW), Row: d.row}
	}
	var lines []explore.Curve
	if len(mod.FitX) > 1 && len(mod.FitY) == len(mod.FitX) && finite(mod.FitX...) && finite(mod.FitY...) {
		lines = append(lines, explore.Curve{Name: "fit", Class: "fit", X: mod.FitX, Y: mod.FitY})
	}
	yAxis := read.axis(ylo, yhi)
	yAxis.Title = m.Symbol
	if len(dots) <= many {
		fig.Option = explore.Scatter(ed, append(lines, level("null", xlo, 0, xhi, 0)), explore.Axis{Title: axis, Lo: xlo, Hi: xhi}, yAxis, fig.Alt)
	}
	fig.Table.cut()
	both(&fig, stamp, func(narrow bool) *plot {
		a := axes{xLo: xlo, xHi: xhi, yLo: ylo, yHi: yhi, xTitle: axis, yTitle: m.Symbol, yTicks: read.Ticks(ylo, yhi, 5)}
		if whole(xs) {
			a.xTicks = yearTicks(xlo, xhi, narrow)
		}
		p := newPlot(a, narrow)
		p.Line(p.left, p.Y.Clamp(0), p.right, p.Y.Clamp(0), "null")
		p.fit(mod)
		var l labelled
		for _, d := range dots {
			r := 3 + 9*math.Sqrt(d.w/maxW)
			if len(dots) > many {
				p.Circle(p.X.At(d.x), p.Y.At(d.y), r, "bub")
				continue
			}
			p.Group(d.row)
			p.Circle(p.X.At(d.x), p.Y.At(d.y), r, "bub")
			p.End()
			l.block(p.X.At(d.x), p.Y.At(d.y), r)
		}
		if len(dots) <= 14 {
			for _, d := range dots {
				l.try(p, p.X.At(d.x), p.Y.At(d.y), d.label)
			}
		}
		return p
	})
	return fig, true
}

// whole reports whether all values are whole numbers.
func whole(x []float64) bool {
	for _, v := range x {
		if v != math.Trunc(v) {
			return false
		}
	}
	return true
}

func yearTicks(lo, hi float64, narrow bool) []draw.Tick {
	n := 7.0
	if narrow {
		n = 4
	}
	step := math.Max(1, math.Ceil((hi-lo)/n))
	var t []draw.Tick
	for y := math.Ceil(lo/step) * step; y <= hi; y += step {
		t = append(t, draw.Tick{Value: y, Label: fmt.Sprintf("%.0f", y)})
	}
	return t
}

func bracket(lo, hi *float64) string {
	if lo == nil || hi == nil {
		return ""
	}
	return " [" + show.Significant(*lo, 3) + ", " + show.Significant(*hi, 3) + "]"
}

// fit draws the fitted line with its interval.
func (p *plot) fit(mod *evidence.Moderator) {
	n := len(mod.FitX)
	if n < 2 || len(mod.FitY) != n {
		return
	}
	var line, lo, hi []draw.Point
	for i, x := range mod.FitX {
		if !finite(x, mod.FitY[i]) || !p.X.In(x) {
			continue
		}
		line = append(line, draw.Point{X: p.X.At(x), Y: p.Y.Clamp(mod.FitY[i])})
		if len(mod.FitLow) == n && len(mod.FitHigh) == n && finite(mod.FitLow[i], mod.FitHigh[i]) {
			lo = append(lo, draw.Point{X: p.X.At(x), Y: p.Y.Clamp(mod.FitLow[i])})
			hi = append(hi, draw.Point{X: p.X.At(x), Y: p.Y.Clamp(mod.FitHigh[i])})
		}
	}
	for i := len(hi) - 1; i >= 0; i-- {
		lo = append(lo, hi[i])
	}
	if len(lo) > 2 {
		p.Poly(lo, true, "fill")
	}
	p.Poly(line, false, "curve")
}

// Sequential draws the trial sequential monitoring of a finding.
func Sequential(f *evidence.Finding, stamp Stamp) (Figure, bool) {
	q := f.Sequential
	if q == nil || len(q.Z) < 1 {
		return Figure{}, false
	}
	z, b := thin(curve(q.Z), many), thin(curve(q.Bounds), 2*many)
	fig := Figure{ID: "sequential", Title: "Sequential monitoring", Note: "Cumulative Z as participants accrue, against boundaries that allow for looking again and again. Assumed: " + show.Clip(q.Assumed, 240) + "."}
	for _, w := range q.Warnings {
		fig.Note += " " + strings.TrimSuffix(show.First(show.Prose(show.Clip(w, 200))), ".") + "."
	}
	fig.Alt = fmt.Sprintf("Sequential monitoring: %s of %s required participants reached. %s", show.Int(round(q.Reached)), show.Int(round(q.RIS)), show.Clip(q.Verdict, 240))
	fig.Table = Table{Caption: "Cumulative Z", Folded: true, Head: []Head{{Text: "Participants", Num: true}, {Text: "Z", Num: true}}}
	for _, p := range z {
		fig.Table.Rows = append(fig.Table.Rows, Row{Cells: []Cell{{Text: show.Int(round(p.X)), Exact: show.Raw(p.X)}, {Text: show.Fixed(p.Y, 2), Exact: show.Raw(p.Y)}}})
	}
	zx, zy := split(z)
	bx, by := split(b)
	_, xhi := ends(zx, bx, []float64{q.RIS, q.Reached})
	_, yhi := ends([]float64{2.5})
	for _, v := range append(zy, by...) {
		yhi = math.Max(yhi, math.Min(math.Abs(v), 8.5))
	}
	var dots []explore.Dot
	for i, v := range z {
		dots = append(dots, explore.Dot{Name: "Z", X: v.X, Y: math.Max(-yhi, math.Min(yhi, v.Y)), Row: i})
	}
	up, down := explore.Curve{Name: "boundary", Class: "bound"}, explore.Curve{Name: "boundary", Class: "bound"}
	for _, v := range b {
		if math.Abs(v.Y) <= yhi*1.08 {
			up.X, up.Y = append(up.X, v.X), append(up.Y, math.Abs(v.Y))
			down.X, down.Y = append(down.X, v.X), append(down.Y, -math.Abs(v.Y))
		}
	}
	fig.Option = explore.Lines([]explore.Curve{up, down, level("null", 0, 0, xhi*1.04, 0)}, dots, explore.Axis{Title: "Participants", Hi: xhi * 1.04}, explore.Axis{Title: "Cumulative Z", Lo: -yhi * 1.08, Hi: yhi * 1.08}, fig.Alt)
	both(&fig, stamp, func(narrow bool) *plot {
		p := newPlot(axes{xLo: 0, xHi: xhi * 1.04, yLo: -yhi * 1.08, yHi: yhi * 1.08, xTitle: "Participants", yTitle: "Cumulative Z"}, narrow)
		p.Line(p.left, p.Y.At(0), p.right, p.Y.At(0), "null")
		for _, s := range []float64{-1, 1} {
			p.Line(p.left, p.Y.At(s*z95), p.right, p.Y.At(s*z95), "dash")
			var c []evidence.CurvePoint
			for _, v := range b {
				if math.Abs(v.Y) <= yhi*1.08 {
					c = append(c, evidence.CurvePoint{X: v.X, Y: s * math.Abs(v.Y)})
				}
			}
			p.path(c, "bound")
		}
		if finite(q.RIS) && p.X.In(q.RIS) {
			p.Line(p.X.At(q.RIS), p.top, p.X.At(q.RIS), p.bottom, "mid")
			p.Text(p.X.At(q.RIS)-4, p.top+12, draw.End, "mu sm hal", "required: "+show.Int(round(q.RIS)))
		}
		p.path(append([]evidence.CurvePoint{{}}, z...), "curve")
		for i, v := range z {
			p.Group(i)
			p.Circle(p.X.At(v.X), p.Y.Clamp(v.Y), 4, "dot")
			p.End()
		}
		return p
	})
	return fig, true
}

func round(x float64) int {
	if !finite(x) {
		return 0
	}
	return int(math.Round(x))
}
