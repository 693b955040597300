package figure

import (
	"fmt"
	"strings"

	"past/reports/internal/draw"
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

// Prisma draws the flow of records as boxes.
func Prisma(f Flow, stamp Stamp, id, title string) Figure {
	type step struct {
		stage      string
		main, side *flowBox
	}
	steps := []step{
		{"Identification", &flowBox{"Records identified " + nOf(sum(f.Identified)), countLines(f.Identified, 8)},
			&flowBox{"Records removed before screening", []string{"duplicates " + nOf(f.Duplicates), "ruled out by automation " + nOf(f.ByRule), "for other reasons " + nOf(f.Other)}}},
		{"Screening", &flowBox{"Records screened " + nOf(f.Screened), nil}, &flowBox{"Records excluded " + nOf(sum(f.ScreenedOut)), countLines(f.ScreenedOut, 6)}},
		{"", &flowBox{"Reports sought for retrieval " + nOf(f.Sought), nil}, &flowBox{"Reports not retrieved " + nOf(f.NotRetrieved), nil}},
		{"", &flowBox{"Reports assessed for eligibility " + nOf(f.Assessed), nil}, &flowBox{"Reports excluded " + nOf(sum(f.Excluded)), countLines(f.Excluded, 8)}},
		{"Included", &flowBox{"Studies included " + nOf(f.IncludedStudies), []string{"reports of these " + nOf(f.IncludedReports), "in at least one pooled number " + nOf(f.InSynthesis)}}, nil},
	}
	fig := Figure{ID: id, Title: title, Note: "PRISMA 2020 flow of records. A number that was not recorded says so; it is not zero."}
	if f.Note != "" {
		fig.Note += " " + show.Clip(f.Note, 400)
	}
	fig.Alt = fmt.Sprintf("Flow of records: identified %s, screened %s, assessed %s, studies included %s.", bare(sum(f.Identified)), bare(f.Screened), bare(f.Assessed), bare(f.IncludedStudies))
	fig.Table = Table{Caption: "Flow of records", Folded: true, Head: []Head{{Text: "Step"}, {Text: "Detail"}}}
	for _, s := range steps {
		for _, b := range []*flowBox{s.main, s.side} {
			if b != nil {
				fig.Table.Rows = append(fig.Table.Rows, Row{Cells: text(b.head, strings.Join(b.lines, "; "))})
			}
		}
	}
	paint := func(narrow bool) string {
		w, suffix, class := 800.0, "-w", "fig wide"
		mainX, mainW, sideX, sideW := 40.0, 350.0, 440.0, 356.0
		if narrow {
			w, suffix, class = 360, "-n", "fig narrow"
			mainX, mainW, sideX, sideW = 0, 300, 40, 320
		}
		h := 8.0
		type place struct{ y, mh, sh float64 }
		var at []place
		for _, s := range steps {
			p := place{y: h, mh: boxHeight(s.main, mainW), sh: 0}
			if s.side != nil {
				p.sh = boxHeight(s.side, sideW)
			}
			if narrow {
				h += p.mh + 10
				if s.side != nil {
					h += p.sh + 22
				}
			} else {
				h += max(p.mh, p.sh) + 30
			}
			at = append(at, p)
		}
		g := draw.New(w, h+14)
		for i, s := range steps {
			p := at[i]
			g.Group(-1)
			flowPut(g, *s.main, mainX, p.y, mainW, p.mh, "box")
			if s.stage != "" && !narrow {
				end := i // a stage reaches down to the next one
				for end+1 < len(steps) && steps[end+1].stage == "" {
					end++
				}
				h := at[end].y + max(at[end].mh, at[end].sh) - p.y
				g.Box(4, p.y, 24, h, 3, "stage")
				g.Vertical(20, p.y+h/2, "sm b", draw.Fit(s.stage, h, smallSize))
			}
			if s.side != nil {
				sy := p.y
				if narrow {
					sy = p.y + p.mh + 10
					g.Poly([]draw.Point{{X: 18, Y: p.y + p.mh}, {X: 18, Y: sy + 16}, {X: sideX, Y: sy + 16}}, false, "flow")
				} else {
					g.Line(mainX+mainW, p.y+p.mh/2, sideX, p.y+p.mh/2, "flow")
					head(g, sideX, p.y+p.mh/2, true)
				}
				flowPut(g, *s.side, sideX, sy, sideW, p.sh, "box side")
			}
			if i+1 < len(steps) {
				from, to := p.y+p.mh, at[i+1].y
				xm := mainX + mainW/2
				if narrow {
					xm = 8
				}
				g.Line(xm, from, xm, to, "flow")
				head(g, xm, to, false)
			}
			g.End()
		}
		stamp.put(g)
		return g.Finish(stamp.id(id+suffix), fig.Title, fig.Alt, class)
	}
	fig.Wide, fig.Narrow = paint(false), paint(true)
	return fig
}

func bare(n *int) string {
	if n == nil {
		return "not recorded"
	}
	return show.Int(*n)
}

func boxHeight(b *flowBox, w float64) float64 {
	n := len(draw.Wrap(b.head, w-20, textSize, 2))
	for _, l := range b.lines {
		n += len(draw.Wrap(l, w-28, smallSize, 2))
	}
	return 16 + float64(n)*16
}

func flowPut(g *draw.SVG, b flowBox, x, y, w, h float64, class string) {
	g.Box(x, y, w, h, 4, class)
	ty := y + 20
	for _, l := range draw.Wrap(b.head, w-20, textSize, 2) {
		g.Text(x+10, ty, draw.Start, "b", l)
		ty += 16
	}
	for _, line := range b.lines {
		for _, l := range draw.Wrap(line, w-28, smallSize, 2) {
			g.Text(x+16, ty, draw.Start, "sm", l)
			ty += 16
		}
	}
}

// head draws an arrow's head pointing right or down.
func head(g *draw.SVG, x, y float64, right bool) {
	p := []draw.Point{{X: x - 4, Y: y - 7}, {X: x, Y: y}, {X: x + 4, Y: y - 7}}
	if right {
		p = []draw.Point{{X: x - 7, Y: y - 4}, {X: x, Y: y}, {X: x - 7, Y: y + 4}}
	}
	g.Poly(p, true, "fhead")
}
