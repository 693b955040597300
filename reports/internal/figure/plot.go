package figure

import (
	"math"

	"past/reports/internal/draw"
	"past/reports/internal/show"
)

// plot is an ordinary x-y picture: a frame, ticks, titles and scales.
type plot struct {
	*draw.SVG
	X, Y           draw.Scale
	narrow         bool
	left, right    float64
	top, bottom    float64
	xTitle, yTitle string
}

// axes says what a plot shows on its two axes.
type axes struct {
	xLo, xHi, yLo, yHi float64
	xTitle, yTitle     string
	xTicks, yTicks     []draw.Tick // nil: round numbers
	flipY              bool        // small values at the top
}

// newPlot draws frame, grid and titles.
func newPlot(a axes, narrow bool) *plot {
	w, h := 560.0, 390.0
	if narrow {
		w, h = 360, 330
	}
	p := &plot{SVG: draw.New(w, h), narrow: narrow, left: 58, right: w - 12, top: 12, bottom: h - 66, xTitle: a.xTitle, yTitle: a.yTitle}
	if narrow {
		p.left = 46
	}
	p.X = draw.Scale{Lo: a.xLo, Hi: a.xHi, A: p.left, B: p.right}
	p.Y = draw.Scale{Lo: a.yLo, Hi: a.yHi, A: p.bottom, B: p.top}
	if a.flipY {
		p.Y.A, p.Y.B = p.top, p.bottom
	}
	xt, yt := a.xTicks, a.yTicks
	if xt == nil {
		n := 7
		if narrow {
			n = 4
		}
		xt = draw.Ticks(a.xLo, a.xHi, n)
	}
	if yt == nil {
		yt = draw.Ticks(a.yLo, a.yHi, 5)
	}
	for _, t := range yt {
		if !p.Y.In(t.Value) {
			continue
		}
		y := p.Y.At(t.Value)
		p.Line(p.left, y, p.right, y, "grid")
		p.Text(p.left-7, y+4, draw.End, "nu mu sm", t.Label)
	}
	for _, t := range xt {
		if !p.X.In(t.Value) {
			continue
		}
		x := p.X.At(t.Value)
		p.Line(x, p.bottom, x, p.bottom+4, "axis")
		p.Text(x, p.bottom+17, draw.Middle, "nu mu sm", t.Label)
	}
	p.Line(p.left, p.bottom, p.right, p.bottom, "axis")
	p.Text((p.left+p.right)/2, p.bottom+36, draw.Middle, "", draw.Fit(a.xTitle, p.right-p.left, textSize))
	p.Vertical(12, (p.top+p.bottom)/2, "", draw.Fit(a.yTitle, p.bottom-p.top, textSize))
	return p
}

// finish stamps and closes the picture.
func (p *plot) finish(stamp Stamp, id string, f Figure) string {
	stamp.put(p.SVG)
	class := "fig wide plot"
	suffix := "-w"
	if p.narrow {
		class, suffix = "fig narrow plot", "-n"
	}
	return p.Finish(stamp.id(id+suffix), f.Title, f.Alt, class)
}

// both draws a figure in its two forms.
func both(f *Figure, stamp Stamp, paint func(narrow bool) *plot) {
	f.Small = true
	f.Wide = paint(false).finish(stamp, f.ID, *f)
	f.Narrow = paint(true).finish(stamp, f.ID, *f)
}

// ends gives the smallest and largest finite value.
func ends(x ...[]float64) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, list := range x {
		for _, v := range list {
			if finite(v) {
				lo, hi = math.Min(lo, v), math.Max(hi, v)
			}
		}
	}
	if lo > hi {
		return 0, 1
	}
	return lo, hi
}

// room widens a range by a share on both sides.
func room(lo, hi, share float64) (float64, float64) {
	d := (hi - lo) * share
	if d <= 0 {
		d = math.Max(math.Abs(hi)*share, 0.5)
	}
	return lo - d, hi + d
}

// dots draws the marks of studies, each standing for a row of the table; of
// many studies they are one path.
func (p *plot) dots(at []draw.Point, rows []int, class string) {
	if len(at) > many {
		p.Discs(at, 3, class)
		return
	}
	for i, q := range at {
		p.Group(rows[i])
		p.Circle(q.X, q.Y, 4.5, class)
		p.End()
	}
}

// labelled spaces names out: a name is left off where it would cover another.
type labelled struct{ taken [][4]float64 }

func (l *labelled) try(p *plot, x, y float64, s string) {
	s = show.Clip(s, 28)
	w := draw.Width(s, smallSize)
	for _, at := range [][2]float64{{x + 8, y + 4}, {x - 8 - w, y + 4}, {x - w/2, y - 8}, {x - w/2, y + 16}} {
		box := [4]float64{at[0], at[1] - 11, at[0] + w, at[1] + 3}
		if box[0] < p.left || box[2] > p.right || box[1] < p.top-4 || box[3] > p.bottom {
			continue
		}
		hit := false
		for _, t := range l.taken {
			if box[0] < t[2] && box[2] > t[0] && box[1] < t[3] && box[3] > t[1] {
				hit = true
				break
			}
		}
		if !hit {
			l.taken = append(l.taken, box)
			p.Text(at[0], at[1], draw.Start, "sm hal", s)
			return
		}
	}
}

func (l *labelled) block(x, y, r float64) {
	l.taken = append(l.taken, [4]float64{x - r, y - r, x + r, y + r})
}
