package figure

import (
	"fmt"
	"strings"

	"past/internal/evidence"
	"past/reports/internal/draw"
	"past/reports/internal/explore"
	"past/reports/internal/show"
)

// Glance draws all findings side by side, one figure per scale (standardised
// mean differences, ratios, …). Findings without a number keep their row: an
// empty row is an answer too.
func Glance(all []evidence.Finding, name func(string) string, stamp Stamp, href func(id string) string) []Figure {
	type group struct {
		m    show.Measure
		list []*evidence.Finding
	}
	var groups []*group
	for i := range all {
		f := &all[i]
		m := show.MeasureOf(f.Measure)
		var g *group
		for _, x := range groups {
			if x.m.Symbol == m.Symbol && x.m.Ratio == m.Ratio {
				g = x
			}
		}
		if g == nil {
			g = &group{m: m}
			groups = append(groups, g)
		}
		g.list = append(g.list, f)
	}
	var out []Figure
	for i, g := range groups {
		id := fmt.Sprintf("glance%d", i+1)
		out = append(out, glance(id, g.m, g.list, name, stamp, href))
	}
	return out
}

func glance(id string, m show.Measure, list []*evidence.Finding, name func(string) string, stamp Stamp, href func(string) string) Figure {
	var sp span
	t := Table{Caption: "Findings by " + m.Name, Folded: true, Head: []Head{{Text: "Finding"}, {Text: "k", Num: true}, {Text: m.Symbol, Num: true}, {Text: "95% interval", Num: true}, {Text: "Prediction interval", Num: true}, {Text: "Reads as"}}}
	var said []string
	for _, f := range list {
		r := Read(f, name)
		lo, hi := f.Headline.Lower, f.Headline.Upper
		row := []Cell{{Text: titleOf(f), Href: href(f.ID)}, {Text: show.Int(f.Primary.K)}, {Text: m.ValueP(f.Headline.Estimate)}, {Text: or(m.IntervalP(lo, hi))}, {Text: or(m.IntervalP(f.Primary.PILower, f.Primary.PIUpper))}, {Text: "no number"}}
		if e := f.Headline.Estimate; e != nil {
			row[2].Exact = show.Raw(m.Read(*e))
			row[5].Text = r.Side(*e)
			if lo != nil && hi != nil {
				sp.add(*e, *lo, *hi)
				if *lo <= 0 && *hi >= 0 {
					row[5].Text = "interval includes no effect"
				}
			} else {
				sp.add(*e, *e, *e)
			}
			said = append(said, titleOf(f)+" "+m.Full(e, lo, hi))
		} else {
			said = append(said, titleOf(f)+" no number")
		}
		t.Rows = append(t.Rows, Row{Cells: row})
	}
	alt := "All findings measured by " + m.Name + ": " + strings.Join(said, "; ") + "."
	f := Figure{ID: id, Title: show.First(m.Name), Alt: show.Clip(alt, 1500), Table: t,
		Note: "Diamonds are pooled effects with 95% intervals; a dot is a single study; the thin line is where a new, similar study would lie. Scales of different instruments are not the same thing."}
	lo, hi := sp.extent(0)
	f.Option = glanceOption(list, name, m, lo, hi, f.Alt)
	f.Wide = glanceDraw(stamp, stamp.id(id+"-w"), f, m, list, name, lo, hi, 960, false)
	f.Narrow = glanceDraw(stamp, stamp.id(id+"-n"), f, m, list, name, lo, hi, 360, true)
	return f
}

func glanceOption(list []*evidence.Finding, name func(string) string, m show.Measure, lo, hi float64, alt string) explore.Option {
	var rows []explore.Interval
	for i, f := range list {
		a, b := f.Headline.Lower, f.Headline.Upper
		if e := f.Headline.Estimate; e != nil && a != nil && b != nil && finite(*e, *a, *b) {
			kind := explore.KindPooled
			if f.Primary.K < 2 {
				kind = explore.KindStudy
			}
			rows = append(rows, explore.Interval{Name: titleOf(f), Est: *e, Lo: *a, Hi: *b, Size: 0.3, Kind: kind, Row: i})
		}
	}
	return explore.Intervals(rows, Reading{Measure: m}.axis(lo, hi), alt)
}

// sides are the words under the axis where all findings of a figure point the
// same way; "" otherwise.
func sides(m show.Measure, list []*evidence.Finding) (left, right string) {
	for _, f := range list {
		if f.LowerIsBetter != list[0].LowerIsBetter {
			if m.Ratio { // benefits and harms in one figure: only the count has a side
				return "← fewer with treatment", "more with treatment →"
			}
			return "", ""
		}
	}
	if list[0].LowerIsBetter {
		return "← favours treatment", "favours comparator →"
	}
	return "← favours comparator", "favours treatment →"
}

func titleOf(f *evidence.Finding) string {
	for _, s := range []string{f.Title, f.Question, f.ID} {
		if s != "" {
			return show.Clip(s, 200)
		}
	}
	return "finding"
}

func glanceDraw(stamp Stamp, id string, fig Figure, m show.Measure, list []*evidence.Finding, name func(string) string, lo, hi, w float64, narrow bool) string {
	rowH, x := 30.0, draw.Scale{Lo: lo, Hi: hi, A: 480, B: w - 190}
	if narrow {
		rowH, x = 56, draw.Scale{Lo: lo, Hi: hi, A: 6, B: w - 6}
	}
	top := 22.0
	g := draw.New(w, top+rowH*float64(len(list))+60)
	bottom := top + rowH*float64(len(list)) + 4
	read := Reading{Measure: m}
	class := "fig wide"
	n := 6
	if narrow {
		class, n = "fig narrow", 5
	}
	for _, tk := range read.Ticks(lo, hi, n) {
		g.Line(x.At(tk.Value), top, x.At(tk.Value), bottom, "grid")
		g.Text(x.At(tk.Value), bottom+14, draw.Middle, "nu mu sm", tk.Label)
	}
	g.Line(x.Clamp(0), top-4, x.Clamp(0), bottom, "null")
	g.Text(x.Clamp(0), top-9, draw.Middle, "mu sm", "no effect")
	if l, r := sides(m, list); l != "" {
		if x.Clamp(0)-x.A > 100 {
			g.Text(x.Clamp(0)-8, bottom+31, draw.End, "fv", l)
		}
		if x.B-x.Clamp(0) > 40 {
			g.Text(min(x.Clamp(0)+8, w-draw.Width(r, smallSize)-2), bottom+31, draw.Start, "fv", r)
		}
	}
	for i, f := range list {
		y := top + rowH*float64(i)
		glanceRow(g, f, i, m, name, x, y, rowH, w, narrow)
	}
	stamp.put(g)
	return g.Finish(id, fig.Title, fig.Alt, class)
}

func glanceRow(g *draw.SVG, f *evidence.Finding, i int, m show.Measure, name func(string) string, x draw.Scale, y, rowH, w float64, narrow bool) {
	g.Group(i)
	defer g.End()
	g.Hit(0, y, w, rowH)
	lo, hi := f.Headline.Lower, f.Headline.Upper
	value := "no number"
	if f.Headline.Estimate != nil {
		value = m.Full(f.Headline.Estimate, lo, hi)
	}
	mid := y + rowH/2
	if narrow {
		mid = y + 42
		lines := draw.Wrap(titleOf(f), w-draw.Width(value, textSize)-12, textSize, 2)
		for j, l := range lines {
			g.Text(0, y+13+float64(j)*14, draw.Start, "hal", l)
		}
		g.Text(w, y+13, draw.End, "nu b hal", value)
	} else {
		g.Text(0, mid+4.5, draw.Start, "", draw.Fit(titleOf(f), x.A-20, textSize))
		g.Text(w, mid+4.5, draw.End, "nu b", value)
	}
	e := f.Headline.Estimate
	if e == nil || !finite(*e) {
		g.Line(x.A, mid, x.B, mid, "dash")
		return
	}
	if lo == nil || hi == nil || !finite(*lo, *hi) {
		g.Circle(x.Clamp(*e), mid, 4, "sq")
		return
	}
	if f.Primary.PILower != nil && f.Primary.PIUpper != nil && finite(*f.Primary.PILower, *f.Primary.PIUpper) {
		whisker(g, x, *f.Primary.PILower, *f.Primary.PIUpper, mid, "pi")
	}
	if f.Primary.K < 2 {
		whisker(g, x, *lo, *hi, mid, "wh")
		g.Circle(x.Clamp(*e), mid, 4.5, "one")
		return
	}
	diamond(g, x, forestRow{est: *e, lo: *lo, hi: *hi}, mid, 7, "di")
}
