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
