package figure

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"past/internal/evidence"
	"past/reports/internal/draw"
	"past/reports/internal/explore"
	"past/reports/internal/show"
)

// Lane is one trial on the timeline. Class is its status group: plan, run,
// done, stop or unk.
type Lane struct {
	ID, Title, Status, Class string
	Start, End               evidence.DateStruct
	Results                  bool
}

var laneNames = []struct{ class, name string }{{"run", "running"}, {"plan", "not yet recruiting"}, {"done", "completed"}, {"stop", "stopped or withdrawn"}, {"unk", "unknown"}}

// Timeline draws trials from start to completion, one bar each, by status. A
// partial date spans all that it can mean: its bar begins or ends with a
// tapered tip.
func Timeline(lanes []Lane, stamp Stamp, id string) (Figure, bool) {
	type span struct {
		l          Lane
		a, b       float64
		openA      bool
		openB, fuz bool
	}
	var list []span
	undated := 0
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, l := range lanes {
		s0, s1, p := l.Start.Bounds()
		e0, e1, q := l.End.Bounds()
		if p == evidence.NoDate && q == evidence.NoDate {
			undated++
			continue
		}
		sp := span{l: l, openA: p == evidence.NoDate, openB: q == evidence.NoDate}
		if p != evidence.NoDate {
			sp.a = yearOf(s0)
			sp.fuz = p != evidence.FullDate
		}
		if q != evidence.NoDate {
			sp.b = yearOf(e1)
			sp.fuz = sp.fuz || q != evidence.FullDate
		}
		if sp.openA {
			sp.a = yearOf(e0) - 1
		}
		if sp.openB {
			sp.b = yearOf(s1) + 1
		}
		if sp.a < 1950 || sp.b > 2100 || sp.b < sp.a {
			undated++
			continue
		}
		lo, hi = math.Min(lo, sp.a), math.Max(hi, sp.b)
		list = append(list, sp)
	}
	if len(list) == 0 {
		return Figure{}, false
	}
	slices.SortStableFunc(list, func(x, y span) int {
		if x.a != y.a {
			if x.a < y.a {
				return -1
			}
			return 1
		}
		return strings.Compare(x.l.ID, y.l.ID)
	})
	tally := map[string]int{}
	t := Table{Caption: "Trials by start", Folded: true, Head: []Head{{Text: "Trial"}, {Text: "Status"}, {Text: "Start"}, {Text: "Completion"}, {Text: "Results"}}}
	for _, s := range list {
		tally[s.l.Class]++
		res := "none posted"
		if s.l.Results {
			res = "posted"
		}
		t.Rows = append(t.Rows, Row{Cells: text(show.Clip(s.l.ID, 60), show.Clip(s.l.Status, 40), or(show.Clip(s.l.Start.String(), 30)), or(show.Clip(s.l.End.String(), 30)), res)})
	}
	var said []string
	for _, n := range laneNames {
		if tally[n.class] > 0 {
			said = append(said, fmt.Sprintf("%d %s", tally[n.class], n.name))
		}
	}
	fig := Figure{ID: id, Title: "Trials over time", Table: t, Note: "One bar a trial, from its start to its (planned or actual) completion. Dark: completed; light: running; dotted outline: not yet recruiting; dashed: unknown; a cross at the end: stopped or withdrawn. A dot marks posted results."}
	if undated > 0 {
		fig.Note += " " + show.Plural(undated, "trial has", "trials have") + " no usable dates."
	}
	fig.Alt = fmt.Sprintf("Timeline of %s between %.0f and %.0f: %s.", show.Plural(len(list), "trial", "trials"), math.Floor(lo), math.Floor(hi), strings.Join(said, ", "))
	lo, hi = math.Floor(lo), math.Ceil(hi)
	el := make([]explore.Lane, len(list))
	for i, s := range list {
		el[i] = explore.Lane{Name: s.l.ID, From: s.a, To: s.b, Class: s.l.Class, Row: i}
	}
	fig.Option = explore.Lanes(el, explore.Axis{Lo: lo, Hi: hi}, fig.Alt)
	paint := func(narrow bool) string {
		w, left, rowH, suffix, class := 960.0, 330.0, 17.0, "-w", "fig wide"
		if narrow {
			w, left, rowH, suffix, class = 360, 96, 17, "-n", "fig narrow"
		}
		top := 26.0
		bottom := top + rowH*float64(len(list)) + 2
		g := draw.New(w, bottom+40)
		x := draw.Scale{Lo: lo, Hi: hi, A: left, B: w - 8}
		for _, tk := range yearTicks(lo, hi, narrow) {
			g.Line(x.At(tk.Value), top-4, x.At(tk.Value), bottom, "grid")
			g.Text(x.At(tk.Value), top-9, draw.Middle, "nu mu sm", tk.Label)
		}
		now, _, q := evidence.DateStruct{Raw: stamp.Date}.Bounds()
		if at := yearOf(now); q == evidence.FullDate && x.In(at) {
			g.Line(x.At(at), top-4, x.At(at), bottom+4, "mid")
			g.Text(x.At(at), bottom+16, draw.Middle, "mu sm", "data to "+stamp.Date)
		}
		for i, s := range list {
			y := top + rowH*float64(i)
			g.Group(i)
			g.Hit(0, y, w, rowH)
			label := s.l.ID
			if !narrow {
				label = s.l.ID + "  " + show.Clip(s.l.Title, 80)
			}
			g.Text(0, y+rowH-4.5, draw.Start, "sm", draw.Fit(label, left-10, smallSize))
			a, b := x.At(s.a), math.Max(x.At(s.b), x.At(s.a)+3)
			g.Box(a, y+4, b-a, rowH-8, 2, "lane l-"+s.l.Class)
			if s.l.Class == "stop" {
				g.Line(b-4, y+3, b+4, y+rowH-3, "wh")
				g.Line(b-4, y+rowH-3, b+4, y+3, "wh")
			}
			if s.l.Results {
				g.Circle(math.Min(b+6, w-4), y+rowH/2, 3, "dot")
			}
			g.End()
		}
		stamp.put(g)
		return g.Finish(stamp.id(id+suffix), fig.Title, fig.Alt, class)
	}
	fig.Wide, fig.Narrow = paint(false), paint(true)
	return fig, true
}

// yearOf gives a date as a year with its fraction.
func yearOf(t time.Time) float64 {
	if t.IsZero() {
		return math.NaN()
	}
	return float64(t.Year()) + float64(t.YearDay()-1)/366
}

// Count is a name with a number.
type Count struct {
	Name string
	N    int
}

// Bars draws counts as horizontal bars, in the order given.
func Bars(id, title, note, unit string, list []Count, stamp Stamp) (Figure, bool) {
	if len(list) == 0 {
		return Figure{}, false
	}
	fig := Figure{ID: id, Title: title, Note: note, Small: true, Table: Table{Caption: title, Folded: true, Head: []Head{{Text: "Name"}, {Text: unit, Num: true}}}}
	most := 1
	var said []string
	for i, c := range list {
		most = max(most, c.N)
		fig.Table.Rows = append(fig.Table.Rows, Row{Cells: []Cell{{Text: show.Clip(c.Name, 120)}, {Text: show.Int(c.N), Exact: fmt.Sprint(c.N)}}})
		if i < 5 {
			said = append(said, fmt.Sprintf("%s %d", show.Clip(c.Name, 60), c.N))
		}
	}
	fig.Alt = title + ": " + strings.Join(said, ", ")
	if len(list) > 5 {
		fig.Alt += fmt.Sprintf(" and %d more", len(list)-5)
	}
	fig.Alt += "."
	names, values := make([]string, len(list)), make([]int, len(list))
	for i, c := range list {
		names[i], values[i] = c.Name, c.N
	}
	fig.Option = explore.Bars(names, values, fig.Alt)
	paint := func(narrow bool) string {
		w, left, suffix, class := 640.0, 190.0, "-w", "fig wide plot"
		if narrow {
			w, left, suffix, class = 360, 124, "-n", "fig narrow plot"
		}
		const rowH = 22.0
		g := draw.New(w, 8+rowH*float64(len(list))+24)
		for i, c := range list {
			y := 6 + rowH*float64(i)
			g.Group(i)
			g.Text(left-8, y+15, draw.End, "", draw.Fit(c.Name, left-10, textSize))
			bw := (w - left - 50) * float64(c.N) / float64(most)
			g.Rect(left, y+4, math.Max(1, bw), rowH-8, "bar")
			g.Text(left+bw+6, y+15, draw.Start, "nu", show.Int(c.N))
			g.End()
		}
		stamp.put(g)
		return g.Finish(stamp.id(id+suffix), fig.Title, fig.Alt, class)
	}
	fig.Wide, fig.Narrow = paint(false), paint(true)
	return fig, true
}
