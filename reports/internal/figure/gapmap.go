package figure

import (
	"fmt"
	"math"

	"past/internal/evidence"
	"past/reports/internal/draw"
	"past/reports/internal/show"
)

// Named is an id with its name and the group it stands in.
type Named struct{ ID, Name, Group string }

// GapMap draws topics against substances. A cell shows how many trials are
// registered, as a disc by its number, and how many of them have results; an
// empty cell is drawn as empty.
func GapMap(topics, substances []Named, cells []evidence.GapCell, stamp Stamp, href func(c *evidence.GapCell) string) (Figure, bool) {
	if len(topics) == 0 || len(substances) == 0 {
		return Figure{}, false
	}
	at := map[[2]string]*evidence.GapCell{}
	most, filled, total := 1, 0, 0
	for i := range cells {
		c := &cells[i]
		at[[2]string{c.Topic, c.Substance}] = c
		most = max(most, c.Registered)
	}
	t := Table{Caption: "Evidence gap map: registered trials (with results)", Folded: true, Head: []Head{{Text: "Topic"}}}
	for _, s := range substances {
		t.Head = append(t.Head, Head{Text: show.Clip(s.Name, 40), Num: true})
	}
	for _, tp := range topics {
		row := []Cell{{Text: show.First(show.Clip(tp.Name, 120))}}
		for _, s := range substances {
			c := at[[2]string{tp.ID, s.ID}]
			total++
			if c == nil || c.Registered == 0 {
				row = append(row, Cell{Text: "none"})
				continue
			}
			filled++
			row = append(row, Cell{Text: fmt.Sprintf("%s (%s)", show.Int(c.Registered), show.Int(c.WithResults)), Href: href(c)})
		}
		t.Rows = append(t.Rows, Row{Cells: row})
	}
	fig := Figure{ID: "gapmap", Title: "Evidence gap map", Table: t,
		Note: "A disc stands for registered trials, its area and number by how many; the filled part of the ring is the share with results. An empty square means that no trial was found for the topic with that substance."}
	fig.Alt = fmt.Sprintf("Evidence gap map of %s by %s: %d of %d cells hold a registered trial, %d are empty.", show.Plural(len(topics), "topic", "topics"), show.Plural(len(substances), "substance", "substances"), filled, total, total-filled)
	fig.Option = gapOption(topics, substances, at, most, fig.Alt)
	fig.Wide = gapDraw(topics, substances, at, most, stamp, fig, false)
	fig.Narrow = gapDraw(topics, substances, at, most, stamp, fig, true)
	return fig, true
}

func gapDraw(topics, substances []Named, at map[[2]string]*evidence.GapCell, most int, stamp Stamp, fig Figure, narrow bool) string {
	w, left, rowH, suffix, class := 960.0, 380.0, 38.0, "-w", "fig wide"
	if narrow {
		w, left, rowH, suffix, class = 360, 132, 46, "-n", "fig narrow"
	}
	colW := math.Min(110, (w-left-4)/float64(len(substances)))
	top := 28.0
	g := draw.New(w, top+rowH*float64(len(topics))+26)
	for j, s := range substances {
		name, class, size := show.First(s.Name), "b", textSize
		if draw.Width(name, size) > colW-4 {
			class, size = "st", stampSize
		}
		g.Text(left+colW*(float64(j)+0.5), 16, draw.Middle, class, draw.Fit(name, colW-2, size))
	}
	for i, tp := range topics {
		y := top + rowH*float64(i)
		lines := draw.Wrap(show.First(tp.Name), left-12, textSize, 1)
		if narrow {
			lines = draw.Wrap(show.First(tp.Name), left-8, smallSize, 3)
		}
		for k, l := range lines {
			cls := ""
			if narrow {
				cls = "sm"
			}
			g.Text(0, y+rowH/2+4+(float64(k)-float64(len(lines)-1)/2)*13, draw.Start, cls, l)
		}
		g.Group(i)
		for j, s := range substances {
			x := left + colW*float64(j)
			g.Rect(x+2, y+2, colW-4, rowH-4, "cell")
			c := at[[2]string{tp.ID, s.ID}]
			if c == nil || c.Registered <= 0 {
				continue
			}
			gapDisc(g, x+colW/2, y+rowH/2, math.Min(colW, rowH)/2-5, c, most)
		}
		g.End()
	}
	stamp.put(g)
	return g.Finish(stamp.id(fig.ID+suffix), fig.Title, fig.Alt, class)
}

func gapDisc(g *draw.SVG, x, y, rMax float64, c *evidence.GapCell, most int) {
	r := math.Max(9, rMax*math.Sqrt(float64(c.Registered)/float64(most)))
	g.Circle(x, y, r, "disc")
	if c.WithResults > 0 {
		share := math.Min(1, float64(c.WithResults)/float64(c.Registered))
		arc(g, x, y, r, share, "ring")
	}
	g.Text(x, y+4.5, draw.Middle, "nu b ond", show.Int(c.Registered))
}

// arc draws part of a circle from the top, clockwise.
func arc(g *draw.SVG, x, y, r, share float64, class string) {
	const steps = 40
	n := max(2, int(math.Round(steps*share)))
	q := make([]draw.Point, 0, n+1)
	for i := 0; i <= n; i++ {
		a := 2 * math.Pi * share * float64(i) / float64(n)
		q = append(q, draw.Point{X: x + r*math.Sin(a), Y: y - r*math.Cos(a)})
	}
	g.Poly(q, false, class)
}
