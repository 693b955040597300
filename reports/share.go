package reports

import (
	"past/reports/chart"
	"past/reports/internal/show"
)

// share draws the preview picture of the edition, 1200 by 630 dots.
func (s *site) share() []byte {
	g := chart.New(600, 315)
	g.Rect(0, 0, 600, 8, "sq")
	g.Text(40, 70, chart.Start, "h1", "PAST evidence tracker")
	y := 110.0
	for _, l := range chart.Wrap("What trials of psychedelics have shown, and what they have not", 520, 22, 3) {
		g.Text(40, y, chart.Start, "h2", l)
		y += 30
	}
	for _, l := range chart.Wrap(s.lede(), 520, 15, 3) {
		y += 22
		g.Text(40, y, chart.Start, "ti", l)
	}
	g.Text(40, 290, chart.Start, "sm", "Edition "+show.Clip(s.Ed.ID, 40)+", data to "+orDash(show.Clip(s.Ed.Date, 20)))
	b, err := g.PNG(25.4, 1200, chart.Light) // an inch of 1200 dots: 1200 pixels wide
	if err != nil {
		return nil // embedded fonts always parse
	}
	return b
}
