package reports

import (
	"past/reports/internal/figure"
)

// findingFigures draws what a finding carries; a part that it lacks has no
// figure.
func (s *site) findingFigures(p *page, d *findingPage, read figure.Reading) {
	f := d.F
	st := p.stamp()
	if fig, ok := figure.Forest(f, read, st, s.Name, s.effectHref); ok {
		d.Main = append(d.Main, p.fig(fig))
	}
}
