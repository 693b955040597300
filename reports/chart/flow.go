package chart

import (
	"fmt"

	"past/reports/internal/show"
)

// Flow are the numbers of a PRISMA 2020 flow diagram; nil is "not recorded".
type Flow struct {
	Identified                                    []Count
	Duplicates, ByRule, Other                     *int
	Screened                                      *int
	ScreenedOut                                   []Count
	Sought, NotRetrieved, Assessed                *int
	Excluded                                      []Count
	IncludedStudies, IncludedReports, InSynthesis *int
	Note                                          string
}

// flowBox is one box of the diagram.
type flowBox struct {
	head  string
	lines []string
}

func nOf(n *int) string {
	if n == nil {
		return "(not recorded)"
	}
	return "(n = " + show.Int(*n) + ")"
}

func sum(list []Count) *int {
	if len(list) == 0 {
		return nil
	}
	t := 0
	for _, c := range list {
		t += c.N
	}
	return &t
}

func countLines(list []Count, most int) []string {
	var out []string
	for i, c := range list {
		if i == most {
			rest := 0
			for _, r := range list[i:] {
				rest += r.N
			}
			return append(out, fmt.Sprintf("other reasons (n = %s)", show.Int(rest)))
		}
		out = append(out, show.Clip(c.Name, 60)+" (n = "+show.Int(c.N)+")")
	}
	return out
}

// step is a stage of the flow with what it keeps and what it leaves out.
type step struct {
	stage      string
	main, side *flowBox
}

func (f *Flow) steps() []step {
	return []step{
		{"Identification", &flowBox{"Records identified " + nOf(sum(f.Identified)), countLines(f.Identified, 8)},
			&flowBox{"Records removed before screening", []string{"duplicates " + nOf(f.Duplicates), "ruled out by automation " + nOf(f.ByRule),
				"for other reasons " + nOf(f.Other)}}},
		{"Screening", &flowBox{"Records screened " + nOf(f.Screened), nil}, &flowBox{"Records excluded " + nOf(sum(f.ScreenedOut)),
			countLines(f.ScreenedOut, 6)}},
		{"", &flowBox{"Reports sought for retrieval " + nOf(f.Sought), nil}, &flowBox{"Reports not retrieved " + nOf(f.NotRetrieved), nil}},
		{"", &flowBox{"Reports assessed for eligibility " + nOf(f.Assessed), nil}, &flowBox{"Reports excluded " + nOf(sum(f.Excluded)),
			countLines(f.Excluded, 8)}},
		{"Included", &flowBox{"Studies included " + nOf(f.IncludedStudies), []string{"reports of these " + nOf(f.IncludedReports),
			"with a number in a finding " + nOf(f.InSynthesis)}}, nil},
	}
}

// Alt is the text alternative of the diagram.
func (f *Flow) Alt() string {
	return fmt.Sprintf("Flow of records: identified %s, screened %s, assessed %s, studies included %s.", orNot(sum(f.Identified)),
		orNot(f.Screened), orNot(f.Assessed), orNot(f.IncludedStudies))
}

// Lay draws the flow of records as boxes, what leaves it beside or below.
func (f *Flow) Lay(narrow bool) *Pic {
	w, mainX, mainW, sideX, sideW := 800.0, 0.0, 380.0, 420.0, 378.0
	if narrow {
		w, mainX, mainW, sideX, sideW = phoneW, 0, 300, 40, phoneW-42
	}
	steps := f.steps()
	g := New(w, 0)
	y := 6.0
	for i, s := range steps {
		mh, sh := boxHeight(s.main, mainW), 0.0
		flowPut(g, *s.main, mainX, y, mainW, mh, "box")
		below := y + mh
		if s.side != nil {
			sh = boxHeight(s.side, sideW)
			if narrow {
				sy := y + mh + 8
				g.Poly([]Point{{18, y + mh}, {18, sy + 16}, {sideX, sy + 16}}, false, "flow")
				flowPut(g, *s.side, sideX, sy, sideW, sh, "side")
				below = sy + sh
			} else {
				g.Line(mainX+mainW, y+20, sideX-7, y+20, "flow")
				arrow(g, sideX, y+20, true)
				flowPut(g, *s.side, sideX, y, sideW, sh, "side")
				below = max(below, y+sh)
			}
		}
		if i+1 < len(steps) {
			xm := mainX + 9
			g.Line(xm, y+mh, xm, below+11, "flow")
			arrow(g, xm, below+18, false)
			below += 18
		}
		y = below
	}
	g.H = y + 6
	return g
}

func orNot(n *int) string {
	if n == nil {
		return "not recorded"
	}
	return show.Int(*n)
}

func boxHeight(b *flowBox, w float64) float64 {
	n := len(Wrap(b.head, w-20, 13, 2))
	for _, l := range b.lines {
		n += len(Wrap(l, w-28, 12, 2))
	}
	return 16 + float64(n)*16
}

func flowPut(g *Pic, b flowBox, x, y, w, h float64, class string) {
	g.Rect(x, y, w, h, class)
	ty := y + 20
	for _, l := range Wrap(b.head, w-20, 13, 2) {
		g.Text(x+10, ty, Start, "b", l)
		ty += 16
	}
	for _, line := range b.lines {
		for _, l := range Wrap(line, w-28, 12, 2) {
			g.Text(x+16, ty, Start, "sm", l)
			ty += 16
		}
	}
}

// arrow draws an arrow's head pointing right or down.
func arrow(g *Pic, x, y float64, right bool) {
	p := []Point{{x - 4, y - 7}, {x, y}, {x + 4, y - 7}}
	if right {
		p = []Point{{x - 7, y - 4}, {x, y}, {x - 7, y + 4}}
	}
	g.Poly(p, true, "fhead")
}

// Count is a name with a number.
type Count struct {
	Name string
	N    int
}
