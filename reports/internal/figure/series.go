package figure

import (
	"fmt"

	"past/internal/evidence"
	"past/reports/internal/draw"
	"past/reports/internal/show"
)

// Series draws a list of pooled results under each other: leave-one-out,
// cumulative, sensitivity, subgroups. The primary result runs through it as a
// line, so that the eye sees what moves.
type Series struct {
	ID, Title, Note, Caption string
	List                     []evidence.PooledResult
	Label                    func(i int) string
	// Model is set where each row should name its own model.
	Model bool
}

// longSeries is where a series switches to thin rows.
const longSeries = 60

// Draw draws the series; ok is false when nothing in it can be drawn.
func (s Series) Draw(f *evidence.Finding, read Reading, stamp Stamp) (Figure, bool) {
	m := read.Measure
	fig := Figure{ID: s.ID, Title: s.Title, Note: s.Note}
	var sp span
	t := Table{Caption: s.Caption, Folded: true, Head: heads(1, "Analysis", "k", m.Symbol, "95% interval", "tau²", "I² (Q)")}
	if s.Model {
		t.Head = append(t.Head, Head{Text: "Model"})
	}
	drawn, lowest, highest := 0, -1, -1
	for i := range s.List {
		p := &s.List[i]
		lo, hi := p.CILower, p.CIUpper
		row := []Cell{{Text: s.label(i)}, {Text: show.Int(p.K)}, {Text: m.ValueP(p.Estimate)}, {Text: or(m.IntervalP(lo, hi))}, {Text: show.Tau2(p.Tau2)}, {Text: show.PercentP(p.I2Q)}}
		if p.Estimate != nil {
			row[2].Exact = show.Raw(m.Read(*p.Estimate))
			if lo != nil && hi != nil && finite(*p.Estimate, *lo, *hi) {
				row[3].Exact = show.Raw(m.Read(*lo)) + " to " + show.Raw(m.Read(*hi))
				sp.add(*p.Estimate, *lo, *hi)
				drawn++
				if lowest < 0 || *p.Estimate < *s.List[lowest].Estimate {
					lowest = i
				}
				if highest < 0 || *p.Estimate > *s.List[highest].Estimate {
					highest = i
				}
			}
		}
		if s.Model {
			row = append(row, Cell{Text: ModelName(p)})
		}
		t.Rows = append(t.Rows, Row{Cells: row})
	}
	if drawn == 0 {
		return Figure{}, false
	}
	fig.Table = t
	fig.Alt = fmt.Sprintf("%s: %s. Lowest %s (%s), highest %s (%s).", s.Title, show.Plural(drawn, "result", "results"), m.Value(*s.List[lowest].Estimate), s.label(lowest), m.Value(*s.List[highest].Estimate), s.label(highest))
	lo, hi := sp.extent(append([]float64{0}, ptrs(f.Primary.Estimate)...)...)
	fig.Wide = s.draw(f, read, stamp, fig, lo, hi, false)
	fig.Narrow = s.draw(f, read, stamp, fig, lo, hi, true)
	fig.Option = s.option(read, lo, hi, fig.Alt)
	return fig, true
}

func (s Series) label(i int) string {
	if s.Label != nil {
		return show.Clip(s.Label(i), 120)
	}
	if s.List[i].Label != "" {
		return show.Clip(s.List[i].Label, 120)
	}
	return fmt.Sprintf("analysis %d", i+1)
}

func (s Series) draw(f *evidence.Finding, read Reading, stamp Stamp, fig Figure, lo, hi float64, narrow bool) string {
	w, rowH, top := 960.0, 24.0, 26.0
	x := draw.Scale{Lo: lo, Hi: hi, A: 330, B: 740}
	class, n := "fig wide", 7
	if len(s.List) > longSeries {
		rowH = 17
	}
	if narrow {
		w, rowH, class, n = 360, 38, "fig narrow", 5
		x.A, x.B = 6, w-6
	}
	bottom := top + rowH*float64(len(s.List)) + 4
	g := draw.New(w, bottom+62)
	for _, t := range read.Ticks(lo, hi, n) {
		g.Line(x.At(t.Value), top-2, x.At(t.Value), bottom, "grid")
		g.Text(x.At(t.Value), bottom+15, draw.Middle, "nu mu sm", t.Label)
	}
	g.Line(x.A, bottom, x.B, bottom, "axis")
	g.Line(x.Clamp(0), top-2, x.Clamp(0), bottom, "null")
	if e := f.Primary.Estimate; e != nil && x.In(*e) {
		g.Line(x.At(*e), top-2, x.At(*e), bottom, "est")
		g.Text(x.At(*e), top-8, draw.Middle, "mu sm", "published")
	}
	if !narrow {
		g.Text(w, top-9, draw.End, "b", read.Measure.Symbol+" [95% interval]")
		g.Text(0, top-9, draw.Start, "b", "Analysis")
	}
	for i := range s.List {
		s.row(g, read, i, x, top+rowH*float64(i), rowH, w, narrow)
	}
	fo := forest{f: f, read: read, lo: lo, hi: hi}
	fo.side(g, x.A, x.B, bottom+32, smallSize)
	stamp.put(g)
	suffix := "-w"
	if narrow {
		suffix = "-n"
	}
	return g.Finish(stamp.id(s.ID+suffix), fig.Title, fig.Alt, class)
}

func (s Series) row(g *draw.SVG, read Reading, i int, x draw.Scale, y, rowH, w float64, narrow bool) {
	p := &s.List[i]
	m := read.Measure
	lo, hi := p.CILower, p.CIUpper
	value := m.Full(p.Estimate, lo, hi)
	g.Group(i)
	defer g.End()
	g.Hit(0, y, w, rowH)
	mid := y + rowH/2
	label := fmt.Sprintf("%s (k = %d)", s.label(i), p.K)
	if narrow {
		mid = y + 28
		g.Text(0, y+13, draw.Start, "hal", draw.Fit(label, w-draw.Width(value, textSize)-10, textSize))
		g.Text(w, y+13, draw.End, "nu hal", value)
	} else {
		g.Text(0, mid+4.5, draw.Start, "", draw.Fit(label, x.A-16, textSize))
		g.Text(w, mid+4.5, draw.End, "nu", value)
	}
	if p.Estimate == nil || lo == nil || hi == nil || !finite(*p.Estimate, *lo, *hi) {
		g.Text((x.A+x.B)/2, mid+4, draw.Middle, "mu sm", "not estimable")
		return
	}
	whisker(g, x, *lo, *hi, mid, "wh")
	if x.In(*p.Estimate) {
		g.Circle(x.At(*p.Estimate), mid, 4, "dot")
	}
}
