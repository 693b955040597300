package reports

import (
	"cmp"

	"past/reports/chart"
	"past/reports/internal/show"
)

// subject is what the trials of the edition are of, headline the edition's title.
func (s *site) subject() string { return cmp.Or(s.Ed.Subject, "psychedelics") }

func (s *site) headline() string {
	return "What trials of " + s.subject() + " have shown, and what they have not"
}

// Subject and Headline are for templates.
func (p *page) Subject() string  { return p.site.subject() }
func (p *page) Headline() string { return p.site.headline() }

// share draws the preview picture of the edition, 1200 by 630 dots.
func (s *site) share() []byte {
	g := chart.New(600, 315)
	g.Rect(0, 0, 600, 8, "sq")
	g.Text(40, 70, chart.Start, "h1", "PAST evidence tracker")
	y := 110.0
	for _, l := range chart.Wrap(s.headline(), 520, 22, 3) {
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
