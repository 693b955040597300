package figure

import (
	"fmt"

	"past/reports/internal/draw"
	"past/reports/internal/show"
)

// Judgement is the risk of bias of one study.
type Judgement struct {
	Label   string
	Domains []string
	Overall string
}

var robDomains = []string{"D1", "D2", "D3", "D4", "D5"}

// RiskOfBias draws judgements as signs: + low, − some concerns, × high.
func RiskOfBias(list []Judgement, stamp Stamp, id string) (Figure, bool) {
	if len(list) == 0 {
		return Figure{}, false
	}
	fig := Figure{ID: id, Title: "Risk of bias", Note: "Judged by people, not by the program: + low, − some concerns, × high. D1 randomisation, D2 deviations from the intended intervention, D3 missing outcome data, D4 measurement, D5 selective reporting."}
	n := map[string]int{}
	fig.Table = Table{Caption: "Risk of bias", Folded: true, Head: []Head{{Text: "Study"}, {Text: "D1"}, {Text: "D2"}, {Text: "D3"}, {Text: "D4"}, {Text: "D5"}, {Text: "Overall"}}}
	for _, j := range list {
		n[robClass(j.Overall)]++
		row := []Cell{{Text: show.Clip(j.Label, 120)}}
		for i := range robDomains {
			d := ""
			if i < len(j.Domains) {
				d = j.Domains[i]
			}
			row = append(row, Cell{Text: or(show.Clip(d, 30))})
		}
		fig.Table.Rows = append(fig.Table.Rows, Row{Cells: append(row, Cell{Text: or(show.Clip(j.Overall, 30))})})
	}
	fig.Alt = fmt.Sprintf("Overall risk of bias of %s: %d low, %d some concerns, %d high, %d not judged.", show.Plural(len(list), "study", "studies"), n["low"], n["some"], n["high"], n[""])
	paint := func(narrow bool) string {
		w, left, col, suffix, class := 640.0, 300.0, 44.0, "-w", "fig wide plot"
		if narrow {
			w, left, col, suffix, class = 360, 150, 30, "-n", "fig narrow plot"
		}
		const rowH, top = 24.0, 26.0
		g := draw.New(w, top+rowH*float64(len(list))+20)
		for i, d := range append(robDomains[:5:5], "All") {
			g.Text(left+col*(float64(i)+0.5), 15, draw.Middle, "b sm", d)
		}
		var marks robMarks
		for r, j := range list {
			y := top + rowH*(float64(r)+0.5)
			g.Group(r)
			g.Hit(0, y-rowH/2, w, rowH)
			g.Text(0, y+4.5, draw.Start, "", draw.Fit(j.Label, left-10, textSize))
			for i := range robDomains {
				if i < len(j.Domains) {
					marks.add(left+col*(float64(i)+0.5), y, j.Domains[i])
				}
			}
			marks.add(left+col*5.5, y, j.Overall)
			g.End()
		}
		marks.draw(g, 8)
		stamp.put(g)
		return g.Finish(stamp.id(id+suffix), fig.Title, fig.Alt, class)
	}
	fig.Small = true
	fig.Wide, fig.Narrow = paint(false), paint(true)
	return fig, true
}
