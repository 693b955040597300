package chart

import (
	"math"
	"slices"

	"past/reports/internal/show"
)

// Rows is a figure of rows on one axis of values: a forest plot, leave-one-out
// results, sensitivity analyses, risk differences of harms, a strip.
type Rows struct {
	ID, Title, Alt string
	// Note says how to read it; a page prints it under the title, a file below.
	Note     string
	NameHead string
	Columns  []Column
	Rows     []Row
	Axis     Axis
	// Legend of the judgements in Dots, printed where a row has some.
	Legend string
	Foot   []string // lines below: heterogeneity, model, what is missing
	Stamp  string   // permalink and date
	// Live is set where the page's script may leave rows out and refit: the
	// picture keeps room for the tick boxes and carries its scale.
	Live bool
	// Lean is set for figures of very many rows: no areas that catch the pointer,
	// and on telephones name, numbers and mark alone.
	Lean bool
	Table
}

// Column is a column of text beside the plot.
type Column struct {
	Group, Head string
	After       bool // stands after the plot
	Left        bool // aligned left
	Dots        bool // the row's judgements in place of its text
	Overall     bool // of the judgements, only the last
	// Phone columns are printed at the right of a row's name on telephones; the
	// others go into a line below it, with their heading where Say is set.
	Phone bool
	Say   string
	Join  string // on telephones the cell follows the one before it in this form: " (%s)"
	// WideOnly columns are left out on telephones; the table has them.
	WideOnly bool
}

// RowKind is what a row represents.
type RowKind int

// The kinds of rows.
const (
	Item  RowKind = iota // a study, an analysis
	Group                // a heading
	Sub                  // a subtotal
	Total                // the pooled result
	Extra                // a line of its own below the total
	Text                 // words without a mark
)

// Row is one row of a figure.
type Row struct {
	Kind  RowKind
	Name  string
	Href  string
	Key   string // what the page's script knows the row by
	Cells []string
	Marks []Mark
	Dots  []string // judgements: low, some concerns, high
	Line  int      // line of the table behind the figure, -1 for none
}

// Shape is how a mark is drawn.
type Shape int

// The shapes of marks.
const (
	Square Shape = iota // with its interval; the area follows Size
	Diamond
	LightDiamond
	Dot
	Ring
	Bar  // the interval alone, thick: a prediction interval
	Lane // from Lo to Hi, painted by Class: a trial in time
)

// Mark is an estimate with its interval on the axis.
type Mark struct {
	Shape       Shape
	Est, Lo, Hi float64
	Size        float64 // 0 to 1, of the largest square
	None        bool    // there is no number: "not estimable"
	Class       string  // of a Lane
}

// Axis is the scale of a figure of rows. Ratio axes hold logarithms.
type Axis struct {
	Title       string
	Ratio       bool
	Lo, Hi      float64
	NoNull      bool
	Est         *float64 // dashed line at the pooled estimate
	Band        *Band
	Left, Right string // words outside the ends: what either side favours
	Percent     bool
	Years       bool
}

// Band tints the axis beyond a value, away from no effect.
type Band struct {
	At    float64
	Label string
}

// Fit sets the axis to hold the marks: the bulk of them with whiskers up to
// three times the usual length; what is further out gets an arrow. It is a
// choice of view and changes no number.
func (r *Rows) Fit(must ...float64) {
	var sp span
	var items []Mark
	for _, row := range r.Rows {
		for _, m := range row.Marks {
			switch {
			case m.None:
			case row.Kind == Item:
				items = append(items, m)
			default:
				must = append(must, m.Est)
			}
		}
	}
	for _, m := range items {
		sp.add(m.Est, m.Lo, m.Hi)
	}
	if len(items) == 0 {
		for _, row := range r.Rows {
			for _, m := range row.Marks {
				sp.add(m.Est, m.Lo, m.Hi)
			}
		}
	}
	if !r.Axis.NoNull {
		must = append(must, 0)
	}
	r.Axis.Lo, r.Axis.Hi = sp.extent(must...)
}

// Finite reports whether all are numbers that can be drawn.
func Finite(x ...float64) bool {
	for _, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) || math.Abs(v) > 1e12 {
			return false
		}
	}
	return true
}

// span is what an axis of estimates has to show: points with their whiskers.
type span struct{ points, lo, hi []float64 }

func (s *span) add(est, lo, hi float64) {
	if Finite(est) {
		s.points = append(s.points, est)
	}
	if Finite(est, lo, hi) {
		s.lo, s.hi = append(s.lo, lo), append(s.hi, hi)
	}
}

func (s *span) extent(must ...float64) (float64, float64) {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, m := range must {
		if Finite(m) {
			lo, hi = math.Min(lo, m), math.Max(hi, m)
		}
	}
	if len(s.points) > 0 {
		p := slices.Clone(s.points)
		slices.Sort(p)
		q1, q3 := p[len(p)/4], p[(3*len(p)-1)/4]
		half := make([]float64, len(s.lo))
		for i := range s.lo {
			half[i] = s.hi[i] - s.lo[i]
		}
		slices.Sort(half)
		usual := 0.0
		if len(half) > 0 {
			usual = half[len(half)/2] / 2
		}
		reach := 4*(q3-q1) + 1e-9 + 3*usual
		for _, x := range append(slices.Concat(s.points, s.lo), s.hi...) {
			x = math.Max(q1-reach, math.Min(q3+reach, x))
			lo, hi = math.Min(lo, x), math.Max(hi, x)
		}
	}
	if !Finite(lo, hi) {
		return -1, 1
	}
	if hi-lo < 1e-9 {
		lo, hi = lo-0.5, hi+0.5
	}
	pad := (hi - lo) * 0.04
	return lo - pad, hi + pad
}

// ticks of the axis.
func (a *Axis) ticks(n int) []Tick {
	switch {
	case a.Ratio:
		return RatioTicks(a.Lo, a.Hi, n)
	case a.Years:
		t := slices.DeleteFunc(Ticks(a.Lo, a.Hi, n), func(k Tick) bool { return k.Value != math.Round(k.Value) })
		for i := range t { // whole years: a part of one would have its neighbour's label
			t[i].Label = show.Fixed(t[i].Value, 0)
		}
		return t
	case a.Percent:
		t := Ticks(a.Lo, a.Hi, n)
		for i := range t {
			t[i].Label += show.NarrowSpace + "%"
		}
		return t
	}
	return Ticks(a.Lo, a.Hi, n)
}
