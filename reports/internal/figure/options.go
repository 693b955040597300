package figure

import (
	"math"

	"past/internal/evidence"
	"past/reports/internal/explore"
	"past/reports/internal/show"
)

// axis makes the interactive axis of estimates.
func (r Reading) axis(lo, hi float64) explore.Axis {
	return explore.Axis{Title: r.AxisTitle(), Lo: lo, Hi: hi, Ratio: r.Measure.Ratio, Bare: true}
}

// option is the interactive form of the forest plot: studies, the diamonds and
// the prediction interval. Rows that are not results stay in the static form.
func (fo *forest) option(alt string) explore.Option {
	return explore.Intervals(fo.intervals(), fo.read.axis(fo.lo, fo.hi), alt)
}

func (fo *forest) intervals() []explore.Interval {
	var list []explore.Interval
	for _, r := range fo.rows {
		v := explore.Interval{Name: r.label, Est: r.est, Lo: r.lo, Hi: r.hi, Row: r.row}
		switch {
		case !r.ok:
			continue
		case r.kind == studyRow:
			v.Size = 0.25
			if finite(r.weight) && fo.maxW > 0 {
				v.Size = math.Max(0.05, r.weight/fo.maxW)
			}
		case r.kind == pooledRow:
			v.Kind = explore.KindPooled
		case r.kind == otherPooledRow:
			v.Kind = explore.KindOther
		case r.kind == predictionRow:
			v.Kind = explore.KindPrediction
		default:
			continue
		}
		list = append(list, v)
	}
	return list
}

// Drawable reports whether every effect of a finding is a number that can be
// drawn: the panel for leaving studies out needs that.
func Drawable(f *evidence.Finding) bool {
	for i := range f.Effects {
		e := &f.Effects[i]
		if !finite(evidence.Value(e.Estimate), evidence.Value(e.CILower), evidence.Value(e.CIUpper)) {
			return false
		}
	}
	return len(f.Effects) > 1
}

func (s Series) option(read Reading, lo, hi float64, alt string) explore.Option {
	var list []explore.Interval
	for i := range s.List {
		p := &s.List[i]
		a, b := p.CILower, p.CIUpper
		if p.Estimate == nil || a == nil || b == nil || !finite(*p.Estimate, *a, *b) {
			continue
		}
		list = append(list, explore.Interval{Name: s.label(i), Est: *p.Estimate, Lo: *a, Hi: *b, Size: 0.3, Row: i})
	}
	return explore.Intervals(list, read.axis(lo, hi), alt)
}

func level(class string, x1, y1, x2, y2 float64) explore.Curve {
	return explore.Curve{Name: class, Class: class, X: []float64{x1, x2}, Y: []float64{y1, y2}}
}

func funnelOption(f *evidence.Finding, read Reading, lo, hi, top, est float64, alt string) explore.Option {
	var dots []explore.Dot
	for i := range f.Effects {
		e := &f.Effects[i]
		if finite(evidence.Value(e.Estimate), evidence.Value(e.SE)) && evidence.Value(e.SE) > 0 {
			dots = append(dots, explore.Dot{Name: EffectLabel(e), X: evidence.Value(e.Estimate), Y: evidence.Value(e.SE), Row: i})
		}
	}
	lines := []explore.Curve{level("null", 0, 0, 0, top), level("limit", est, 0, est-z95*top, top), level("limit", est, 0, est+z95*top, top), level("est", est, 0, est, top)}
	return explore.Scatter(dots, lines, read.axis(lo, hi), explore.Axis{Title: "Standard error", Hi: top, Invert: true}, alt)
}

func baujatOption(f *evidence.Finding, label func(string) string, xh, yh float64, alt string) explore.Option {
	var dots []explore.Dot
	for i, b := range f.Baujat {
		if finite(b.X, b.Y) {
			dots = append(dots, explore.Dot{Name: label(b.EffectID), X: b.X, Y: b.Y, Row: i})
		}
	}
	return explore.Scatter(dots, nil, explore.Axis{Title: "Contribution to heterogeneity (Q)", Hi: xh}, explore.Axis{Title: "Influence on the result", Hi: yh}, alt)
}

func goshOption(bins []int, most int, read Reading, lo, hi, top float64, alt string) explore.Option {
	h := explore.Heat{X: explore.BinNames(lo, hi, goshBins, read.Measure.Value), Y: explore.BinNames(0, top, goshBins, func(v float64) string { return show.Fixed(v, 0) }), Max: float64(most),
		XTitle: read.pooledTitle(), YTitle: "I² (%)"}
	for b, c := range bins {
		if c > 0 {
			h.Cells = append(h.Cells, [3]float64{float64(b % goshBins), float64(b / goshBins), float64(c)})
		}
	}
	return explore.Density(h, alt)
}

func curveOption(c []evidence.CurvePoint, read Reading, lo, hi, top float64, yTitle, alt string) explore.Option {
	x, y := split(thin(c, 121))
	return explore.Lines([]explore.Curve{{Name: yTitle, Class: "main", X: x, Y: y}, level("null", 0, 0, 0, top)}, nil, read.axis(lo, hi), explore.Axis{Title: yTitle, Hi: top}, alt)
}

func specOption(shown []evidence.CurveBrief, read Reading, lo, hi float64, alt string) explore.Option {
	n := len(shown)
	mid := explore.Curve{Name: "estimate", Class: "main"}
	low := explore.Curve{Name: "lower end of the 95% interval", Class: "limit"}
	high := explore.Curve{Name: "upper end of the 95% interval", Class: "limit"}
	for i, c := range shown {
		if finite(c.Estimate, c.CILower, c.CIUpper) {
			at := float64(i + 1)
			mid.X, mid.Y = append(mid.X, at), append(mid.Y, c.Estimate)
			low.X, low.Y = append(low.X, at), append(low.Y, c.CILower)
			high.X, high.Y = append(high.X, at), append(high.Y, c.CIUpper)
		}
	}
	y := read.axis(lo, hi)
	return explore.Lines([]explore.Curve{low, high, mid, level("null", 1, 0, float64(n), 0)}, nil, explore.Axis{Title: "Analyses, sorted by result", Lo: 1, Hi: float64(n)}, y, alt)
}

func gapOption(topics, substances []Named, at map[[2]string]*evidence.GapCell, most int, alt string) explore.Option {
	h := explore.Heat{Max: float64(most), Labels: true}
	for _, s := range substances {
		h.X = append(h.X, s.Name)
	}
	for i, tp := range topics {
		h.Y = append(h.Y, show.First(tp.Name))
		for j, s := range substances {
			if c := at[[2]string{tp.ID, s.ID}]; c != nil && c.Registered > 0 {
				h.Cells = append(h.Cells, [3]float64{float64(j), float64(i), float64(c.Registered)})
			}
		}
	}
	o := explore.Density(h, alt)
	o["past"] = map[string]any{"rows": len(topics)}
	return o
}
