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
		t.Rows = append(t.Rows, Row{Cells: []Cell{{Text: EffectLabel(e)}, {Text: show.Trim(mod.X[i], 2), Exact: show.Raw(mod.X[i])}, {Text: m.Value(evidence.Value(e.Estimate)), Exact: show.Raw(m.Read(evidence.Value(e.Estimate)))}}})
		if !finite(mod.X[i], evidence.Value(e.Estimate)) {
			continue
		}
		w, ok := weightOf(&f.Primary, id)
		if !ok {
			w = 1
		}
		dots = append(dots, dot{mod.X[i], evidence.Value(e.Estimate), w, EffectLabel(e), len(t.Rows) - 1})
		xs, ys = append(xs, mod.X[i]), append(ys, evidence.Value(e.Estimate))
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
