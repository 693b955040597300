package figure

import (
	"fmt"
	"math"

	"past/internal/evidence"
	"past/reports/internal/draw"
	"past/reports/internal/show"
)

// normal quantiles of two-sided 0.10, 0.05 and 0.01: the contours of a funnel
// plot (Peters et al. 2008).
const (
	z90 = 1.6448536269514722
	z95 = 1.959963984540054
	z99 = 2.5758293035489004
)

// Funnel draws effects against their standard errors, with contours of the
// p-value around no effect and the usual triangle around the pooled effect.
func Funnel(f *evidence.Finding, read Reading, stamp Stamp) (Figure, bool) {
	if len(f.Effects) < 3 || f.Primary.Estimate == nil {
		return Figure{}, false
	}
	m := read.Measure
	est := *f.Primary.Estimate
	fig := Figure{ID: "funnel", Title: "Funnel plot with contours"}
	fig.Note = "Each dot is a study: effect against standard error, precise studies at the top. Shaded bands mark where a single study's p-value would lie (light: 0.05 to 0.10, darker: 0.01 to 0.05, outside: below 0.01). The dashed lines hold 95% of studies if only chance scattered them around the pooled effect."
	if len(f.Effects) < 10 {
		fig.Note += " With fewer than ten studies, asymmetry cannot be told from chance."
	}
	if m.Symbol == "g" {
		fig.Note += " Standard errors of standardised differences depend on the effect, which alone makes a funnel lean."
	}
	out := 0
	var xs []float64
	maxSE := 0.0
	t := Table{Caption: "Data of the funnel plot", Folded: true, Head: heads(1, "Study", m.Symbol, "Standard error")}
	for i := range f.Effects {
		e := &f.Effects[i]
		t.Rows = append(t.Rows, Row{Cells: []Cell{{Text: EffectLabel(e)}, {Text: m.Value(evidence.Value(e.Estimate)), Exact: show.Raw(m.Read(evidence.Value(e.Estimate)))}, {Text: show.Fixed(evidence.Value(e.SE), 3), Exact: show.Raw(evidence.Value(e.SE))}}})
		if !finite(evidence.Value(e.Estimate), evidence.Value(e.SE)) || evidence.Value(e.SE) <= 0 {
			continue
		}
		xs = append(xs, evidence.Value(e.Estimate))
		maxSE = math.Max(maxSE, evidence.Value(e.SE))
		if math.Abs(evidence.Value(e.Estimate)-est) > z95*evidence.Value(e.SE) {
			out++
		}
	}
	if maxSE == 0 {
		return Figure{}, false
	}
	fig.Table = t
	fig.Table.cut()
	fig.Alt = fmt.Sprintf("Funnel plot of %s around the pooled %s %s. %s outside the 95%% limits of chance alone.", show.Plural(len(xs), "study", "studies"), m.Symbol, m.Value(est),
		show.Plural(out, "study lies", "studies lie"))
	lo, hi := ends(xs, []float64{0, est - z95*maxSE, est + z95*maxSE})
	lo, hi = room(lo, hi, 0.05)
	top := maxSE * 1.08
	if len(f.Effects) <= many {
		fig.Option = funnelOption(f, read, lo, hi, top, est, fig.Alt)
	}
	both(&fig, stamp, func(narrow bool) *plot {
		n := 7
		if narrow {
			n = 4
		}
		p := newPlot(axes{xLo: lo, xHi: hi, yLo: 0, yHi: top, xTitle: read.AxisTitle(), yTitle: "Standard error", xTicks: read.Ticks(lo, hi, n), flipY: true}, narrow)
		p.band(z90, z95, top, "c1")
		p.band(z95, z99, top, "c2")
		p.Line(p.X.Clamp(0), p.top, p.X.Clamp(0), p.bottom, "null")
		p.Line(p.X.At(est), p.top, p.X.At(est), p.bottom, "est")
		for _, s := range []float64{-1, 1} {
			p.clipLine(est, 0, est+s*z95*top, top, "dash")
		}
		var at []draw.Point
		var rows []int
		for i := range f.Effects {
			e := &f.Effects[i]
			if finite(evidence.Value(e.Estimate), evidence.Value(e.SE)) && evidence.Value(e.SE) > 0 {
				at, rows = append(at, draw.Point{X: p.X.Clamp(evidence.Value(e.Estimate)), Y: p.Y.At(evidence.Value(e.SE))}), append(rows, i)
			}
		}
		p.dots(at, rows, "dot")
		return p
	})
	return fig, true
}

// band fills the two wedges between |x| = a·se and |x| = b·se, cut at the frame.
func (p *plot) band(a, b, top float64, class string) {
	for _, s := range []float64{-1, 1} {
		edge := p.X.Hi
		if s < 0 {
			edge = p.X.Lo
		}
		limit := s * edge // how far the frame reaches on this side
		if limit <= 0 {
			continue
		}
		se := []float64{0, math.Min(top, limit/a), top}
		q := []draw.Point{}
		for _, v := range se {
			q = append(q, draw.Point{X: p.X.Clamp(s * a * v), Y: p.Y.At(v)})
		}
		for _, v := range []float64{top, math.Min(top, limit/b)} {
			q = append(q, draw.Point{X: p.X.Clamp(s * b * v), Y: p.Y.At(v)})
		}
		p.Poly(q, true, class)
	}
}

// clipLine draws a line in values, cut where it leaves the x range.
func (p *plot) clipLine(x1, y1, x2, y2 float64, class string) {
	if x2 < p.X.Lo || x2 > p.X.Hi {
		edge := p.X.Lo
		if x2 > p.X.Hi {
			edge = p.X.Hi
		}
		if x2 != x1 {
			y2 = y1 + (y2-y1)*(edge-x1)/(x2-x1)
		}
		x2 = edge
	}
	p.Line(p.X.At(x1), p.Y.At(y1), p.X.At(x2), p.Y.At(y2), class)
}
