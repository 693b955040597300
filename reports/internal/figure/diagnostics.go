package figure

import (
	"fmt"
	"math"
	"slices"

	"past/internal/evidence"
	"past/reports/internal/draw"
	"past/reports/internal/show"
)

// Baujat draws each study's share of the heterogeneity against its influence
// on the result (Baujat et al. 2002).
func Baujat(f *evidence.Finding, stamp Stamp) (Figure, bool) {
	if len(f.Baujat) < 3 {
		return Figure{}, false
	}
	label := Labels(f)
	fig := Figure{ID: "baujat", Title: "Baujat plot", Note: "Studies to the right add most to the heterogeneity; studies at the top move the pooled effect most."}
	var xs, ys []float64
	best := -1
	fig.Table = Table{Caption: "Data of the Baujat plot", Folded: true, Head: heads(1, "Study", "Contribution to Q", "Influence on the result")}
	for i, b := range f.Baujat {
		fig.Table.Rows = append(fig.Table.Rows, Row{Cells: []Cell{{Text: label(b.EffectID)}, {Text: show.Significant(b.X, 3), Exact: show.Raw(b.X)}, {Text: show.Significant(b.Y, 3), Exact: show.Raw(b.Y)}}})
		if finite(b.X, b.Y) {
			xs, ys = append(xs, b.X), append(ys, b.Y)
			if best < 0 || b.Y > f.Baujat[best].Y {
				best = i
			}
		}
	}
	if best < 0 {
		return Figure{}, false
	}
	fig.Alt = fmt.Sprintf("Baujat plot of %s. The study that moves the result most is %s.", show.Plural(len(xs), "study", "studies"), label(f.Baujat[best].EffectID))
	_, xh := ends(xs, []float64{0})
	_, yh := ends(ys, []float64{0})
	_, xh = room(0, xh, 0.08)
	_, yh = room(0, yh, 0.1)
	if len(f.Baujat) <= many {
		fig.Option = baujatOption(f, label, xh, yh, fig.Alt)
	}
	fig.Table.cut()
	order := make([]int, len(f.Baujat))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if f.Baujat[a].Y > f.Baujat[b].Y {
			return -1
		}
		return 1
	})
	both(&fig, stamp, func(narrow bool) *plot {
		p := newPlot(axes{xLo: 0, xHi: xh, yLo: 0, yHi: yh, xTitle: "Contribution to heterogeneity (Q)", yTitle: "Influence on the result"}, narrow)
		var l labelled
		var at []draw.Point
		var rows []int
		for i, b := range f.Baujat {
			if finite(b.X, b.Y) {
				at, rows = append(at, draw.Point{X: p.X.At(b.X), Y: p.Y.At(b.Y)}), append(rows, i)
				l.block(p.X.At(b.X), p.Y.At(b.Y), 5)
			}
		}
		p.dots(at, rows, "dot")
		for n, i := range order {
			if b := f.Baujat[i]; n < 12 && finite(b.X, b.Y) {
				l.try(p, p.X.At(b.X), p.Y.At(b.Y), label(b.EffectID))
			}
		}
		return p
	})
	return fig, true
}

// Labels gives a look-up of effect ids to study names.
func Labels(f *evidence.Finding) func(string) string {
	m := map[string]string{}
	for i := range f.Effects {
		m[f.Effects[i].ID] = EffectLabel(&f.Effects[i])
	}
	return func(id string) string {
		if l, ok := m[id]; ok {
			return l
		}
		return show.Clip(id, 60)
	}
}

// goshBins is how finely the picture of all subsets is divided, each way.
const goshBins = 30

// GOSH draws the pooled effect of subsets of the studies against their
// heterogeneity, as a density (Olkin, Dahabreh and Trikalinos 2012).
func GOSH(f *evidence.Finding, read Reading, stamp Stamp) (Figure, bool) {
	g := f.GOSH
	if g == nil || len(g.Estimate) < 8 || len(g.Estimate) != len(g.I2) {
		return Figure{}, false
	}
	m := read.Measure
	lo, hi := ends(g.Estimate)
	lo, hi = room(lo, hi, 0.04)
	_, top := ends(g.I2)
	top = math.Max(10, math.Ceil(top/10)*10)
	bins, most := goshCount(g, lo, hi, top)
	what := "all " + show.Int(g.Subsets) + " subsets"
	switch {
	case len(g.Estimate) < g.Subsets:
		what = show.Int(len(g.Estimate)) + " of " + show.Int(g.Subsets) + " subsets"
	case !g.Exact:
		what = "a sample of " + show.Int(g.Subsets) + " subsets"
	}
	fig := Figure{ID: "gosh", Title: "All subsets (GOSH)", Note: fmt.Sprintf("Each subset of the studies, pooled by %s, falls into a cell; darker cells hold more subsets. Two separate clouds would mean that the studies do not tell one story.", show.Clip(g.Method, 40))}
	slo, shi := ends(g.Estimate)
	fig.Alt = fmt.Sprintf("Pooled %s over %s: from %s to %s, I² up to %s.", m.Symbol, what, m.Value(slo), m.Value(shi), show.Percent(maxOf(g.I2)))
	fig.Note += " Shown: " + what + "."
	fig.Table = goshTable(bins, lo, hi, top, m)
	fig.Option = goshOption(bins, most, read, lo, hi, top, fig.Alt)
	both(&fig, stamp, func(narrow bool) *plot {
		n := 6
		if narrow {
			n = 4
		}
		p := newPlot(axes{xLo: lo, xHi: hi, yLo: 0, yHi: top, xTitle: read.pooledTitle(), yTitle: "I² (%)", xTicks: read.Ticks(lo, hi, n)}, narrow)
		cw, ch := (p.right-p.left)/goshBins, (p.bottom-p.top)/goshBins
		var tiles [7][]draw.Point
		for b, c := range bins {
			if c == 0 {
				continue
			}
			level := min(6, 1+int(math.Floor(math.Sqrt(float64(c)/float64(most))*5.999)))
			tiles[level] = append(tiles[level], draw.Point{X: p.left + float64(b%goshBins)*cw, Y: p.bottom - float64(b/goshBins+1)*ch})
		}
		for level, at := range tiles {
			p.Tiles(at, cw, ch, fmt.Sprintf("h%d", level))
		}
		if e := f.Primary.Estimate; e != nil && p.X.In(*e) {
			p.Line(p.X.At(*e), p.top, p.X.At(*e), p.bottom, "est")
		}
		return p
	})
	return fig, true
}

func maxOf(x []float64) float64 {
	_, hi := ends(x)
	return hi
}

// goshCount puts the subsets into cells.
func goshCount(g *evidence.GOSHSummary, lo, hi, top float64) (bins []int, most int) {
	bins = make([]int, goshBins*goshBins)
	for i, e := range g.Estimate {
		if !finite(e, g.I2[i]) {
			continue
		}
		x := int((e - lo) / (hi - lo) * goshBins)
		y := int(g.I2[i] / top * goshBins)
		b := min(goshBins-1, max(0, y))*goshBins + min(goshBins-1, max(0, x))
		bins[b]++
		most = max(most, bins[b])
	}
	return bins, max(most, 1)
}

// goshTable is the density in ten broad columns, for those who do not see it.
func goshTable(bins []int, lo, hi, top float64, m show.Measure) Table {
	const cols = 9
	t := Table{Caption: "Subsets by pooled effect", Folded: true, Head: heads(1, "Pooled "+m.Symbol, "Subsets shown")}
	for c := range cols {
		n := 0
		for b, k := range bins {
			if (b%goshBins)*cols/goshBins == c {
				n += k
			}
		}
		from, to := lo+(hi-lo)*float64(c)/cols, lo+(hi-lo)*float64(c+1)/cols
		t.Rows = append(t.Rows, Row{Cells: []Cell{{Text: m.Value(from) + " to " + m.Value(to)}, {Text: show.Int(n)}}})
	}
	return t
}

// Drapery draws the p-value function of the pooled effect: every confidence
// level at once.
func Drapery(f *evidence.Finding, read Reading, stamp Stamp) (Figure, bool) {
	if len(f.Drapery) < 5 || f.Primary.Estimate == nil {
		return Figure{}, false
	}
	m := read.Measure
	c := curve(f.Drapery)
	fig := Figure{ID: "drapery", Title: "P-value function", Note: "For each possible true effect, the p-value against it. The curve cuts the lines where the 95%, 99% and other intervals end. It is drawn for the model as fitted, without the guard."}
	fig.Alt = fmt.Sprintf("P-value function of the pooled effect, highest at %s %s; against no effect p %s.", m.Symbol, m.Value(*f.Primary.Estimate), show.PRel(f.Primary.P))
	xs, _ := split(c)
	lo, hi := ends(xs, []float64{0})
	fig.Option = curveOption(c, read, lo, hi, 1, "p-value", fig.Alt)
	fig.Table = curveTable("P-value function, at intervals", c, m.Symbol, "p-value", m, 24)
	both(&fig, stamp, func(narrow bool) *plot {
		n := 6
		if narrow {
			n = 4
		}
		p := newPlot(axes{xLo: lo, xHi: hi, yLo: 0, yHi: 1, xTitle: read.AxisTitle(), yTitle: "p-value", xTicks: read.Ticks(lo, hi, n)}, narrow)
		p.Line(p.X.Clamp(0), p.top, p.X.Clamp(0), p.bottom, "null")
		for _, lv := range []float64{0.05, 0.01} {
			p.Line(p.left, p.Y.At(lv), p.right, p.Y.At(lv), "dash")
		}
		p.Text(p.right-2, p.Y.At(0.05)-4, draw.End, "mu sm", "p = 0.05")
		p.path(c, "curve")
		return p
	})
	return fig, true
}

// Posterior draws the Bayesian density of the pooled effect.
func Posterior(f *evidence.Finding, read Reading, stamp Stamp) (Figure, bool) {
	b := f.Bayes
	if b == nil || len(b.Density) < 5 {
		return Figure{}, false
	}
	m := read.Measure
	c := curve(b.Density)
	fig := Figure{ID: "posterior", Title: "Posterior density"}
	below := read.Side(-1)
	fig.Note = fmt.Sprintf("Bayesian random effects, prior: %s. Median %s %s, 95%% credible interval %s; tau median %s. Probability of a value below the line of no effect (%s): %s.", show.Clip(b.Prior, 160), m.Symbol, m.Value(b.Median), m.Interval(b.CrILow, b.CrIHigh), show.Fixed(b.TauMed, 2), below, prob(b.PBelow))
	if b.PMID != nil {
		fig.Note += " Probability of an effect beyond the minimal important difference: " + prob(*b.PMID) + "."
	}
	fig.Alt = fmt.Sprintf("Posterior density of the pooled effect: median %s, 95%% credible interval %s to %s.", m.Value(b.Median), m.Value(b.CrILow), m.Value(b.CrIHigh))
	xs, ys := split(c)
	lo, hi := ends(xs, []float64{0})
	_, top := ends(ys)
	fig.Option = curveOption(c, read, lo, hi, top*1.06, "Density", fig.Alt)
	fig.Table = curveTable("Posterior density, at intervals", c, m.Symbol, "Density", m, 24)
	both(&fig, stamp, func(narrow bool) *plot {
		n := 6
		if narrow {
			n = 4
		}
		p := newPlot(axes{xLo: lo, xHi: hi, yLo: 0, yHi: top * 1.06, xTitle: read.AxisTitle(), yTitle: "Density", xTicks: read.Ticks(lo, hi, n)}, narrow)
		p.area(c, b.CrILow, b.CrIHigh, "fill")
		p.Line(p.X.Clamp(0), p.top, p.X.Clamp(0), p.bottom, "null")
		p.path(c, "curve")
		p.Line(p.X.Clamp(b.Median), p.top, p.X.Clamp(b.Median), p.bottom, "est")
		return p
	})
	return fig, true
}

// prob prints a probability in percent without claiming certainty.
func prob(x float64) string {
	switch {
	case math.IsNaN(x):
		return show.None
	case x > 0.999:
		return ">99.9%"
	case x < 0.001:
		return "<0.1%"
	}
	return show.Fixed(100*x, 1) + "%"
}

// curve keeps the points that can be drawn.
func curve(c []evidence.CurvePoint) []evidence.CurvePoint {
	out := make([]evidence.CurvePoint, 0, len(c))
	for _, p := range c {
		if finite(p.X, p.Y) {
			out = append(out, p)
		}
	}
	return thin(out, 240)
}

// thin keeps about n points, with both ends.
func thin(c []evidence.CurvePoint, n int) []evidence.CurvePoint {
	if len(c) <= n {
		return c
	}
	out := make([]evidence.CurvePoint, n)
	for i := range n {
		out[i] = c[i*(len(c)-1)/(n-1)]
	}
	return out
}

func split(c []evidence.CurvePoint) (x, y []float64) {
	for _, p := range c {
		x, y = append(x, p.X), append(y, p.Y)
	}
	return x, y
}

func (p *plot) path(c []evidence.CurvePoint, class string) {
	q := make([]draw.Point, 0, len(c))
	for _, v := range c {
		q = append(q, draw.Point{X: p.X.Clamp(v.X), Y: p.Y.Clamp(v.Y)})
	}
	p.Poly(q, false, class)
}

// area fills under a curve between two values.
func (p *plot) area(c []evidence.CurvePoint, from, to float64, class string) {
	var q []draw.Point
	for _, v := range c {
		if v.X >= from && v.X <= to {
			if len(q) == 0 {
				q = append(q, draw.Point{X: p.X.Clamp(v.X), Y: p.bottom})
			}
			q = append(q, draw.Point{X: p.X.Clamp(v.X), Y: p.Y.Clamp(v.Y)})
		}
	}
	if len(q) > 1 {
		q = append(q, draw.Point{X: q[len(q)-1].X, Y: p.bottom})
		p.Poly(q, true, class)
	}
}

func curveTable(caption string, c []evidence.CurvePoint, xName, yName string, m show.Measure, n int) Table {
	t := Table{Caption: caption, Folded: true, Head: []Head{{Text: xName, Num: true}, {Text: yName, Num: true}}}
	for _, p := range thin(c, n) {
		t.Rows = append(t.Rows, Row{Cells: []Cell{{Text: m.Value(p.X), Exact: show.Raw(m.Read(p.X))}, {Text: show.Significant(p.Y, 3), Exact: show.Raw(p.Y)}}})
	}
	return t
}
