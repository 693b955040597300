package figure

import (
	"fmt"
	"math"

	"past/internal/evidence"
	"past/reports/internal/draw"
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
