package reports

import (
	"fmt"
	"html/template"
	"math"

	"past/internal/evidence"
	"past/reports/chart"
	"past/reports/internal/show"
)

// pointsLine says the difference in points of a scale.
func pointsLine(x *evidence.ScalePoints) string {
	if x == nil {
		return ""
	}
	way := "lower"
	if x.Points > 0 {
		way = "higher"
	}
	t := fmt.Sprintf("%s points %s [%s, %s] on the %s", show.Fixed(math.Abs(x.Points), 1), way, show.Fixed(x.Lower, 1),
		show.Fixed(x.Upper, 1), show.Clip(x.Scale, 30))
	if x.Range != "" {
		t += " (" + show.Prose(show.Clip(x.Range, 20)) + ")"
	}
	if x.Threshold != nil {
		t += "; " + show.Trim(*x.Threshold, 1) + " points matter"
	}
	return t + ". " + show.First(show.Prose(show.Clip(bare(x.Way), 120))) + "."
}

// briefPoints is the same for a table.
func briefPoints(a *evidence.Absolute) string {
	if a == nil || a.Points == nil {
		return ""
	}
	return show.Fixed(a.Points.Points, 1) + " points on the " + show.Clip(a.Points.Scale, 30)
}

// briefHundred is of 100 people for a table.
func briefHundred(a *evidence.Absolute) string {
	if a == nil || a.People == nil {
		return ""
	}
	return fmt.Sprintf("out of 100 people, %s against %s", evidence.WholePeople(a.People.With), evidence.WholePeople(a.People.Without))
}

// hundredLine says how many of 100 people have the event, and draws them.
func hundredLine(a *evidence.Absolute, treatment string) (line, risk string, drawn template.HTML) {
	p := a.People
	if p == nil {
		return "", "", ""
	}
	t := fmt.Sprintf("Out of 100 people, %s with the comparator and %s [%s to %s] with %s", evidence.WholePeople(p.Without),
		evidence.WholePeople(p.With),
		evidence.WholePeople(p.WithLower), evidence.WholePeople(p.WithUpper), treatment)
	if d := math.RoundToEven(p.With) - math.RoundToEven(p.Without); d != 0 { // of the people shown
		word := "more"
		if d < 0 {
			word = "fewer"
		}
		t += fmt.Sprintf(": %s %s", show.Fixed(math.Abs(d), 0), word)
	}
	if p.NNT != nil {
		t += fmt.Sprintf(". %s treated for %s", show.Trim(*p.NNT, 1), orWord(show.Clip(p.NNTFor, 80), "one more or fewer"))
		if p.NNTLower != nil && p.NNTUpper != nil {
			t += fmt.Sprintf(" [%s to %s]", show.Trim(*p.NNTLower, 1), show.Trim(*p.NNTUpper, 1))
		}
	}
	return t + ".", "Risk with the comparator from " + show.Prose(show.Clip(p.WithoutSource, 160)) + ".",
		template.HTML(icons(p.Without, p.With).Bare("icons"))
}

func orWord(s, or string) string {
	if s == "" {
		return or
	}
	return s
}

// icons draws 100 people twice: with the comparator and with the treatment.
func icons(without, with float64) *chart.Pic {
	const gap, size, label = 6.7, 5.4, 13.0
	g := chart.New(20*gap, 2*(5*gap+label))
	for k, n := range []float64{without, with} {
		top := label + float64(k)*(5*gap+label)
		g.Text(0, top-3, chart.Start, "xs", []string{"comparator", "treatment"}[k])
		var on, off [][]chart.Point
		for i := range 100 {
			x, y := float64(i%20)*gap, top+float64(i/20)*gap
			sq := []chart.Point{{X: x, Y: y}, {X: x + size, Y: y}, {X: x + size, Y: y + size}, {X: x, Y: y + size}}
			if float64(i)+0.5 < n {
				on = append(on, sq)
			} else {
				off = append(off, sq)
			}
		}
		g.Polys(on, true, "man1")
		g.Polys(off, true, "man0")
	}
	return g
}

// sibling is the finding that counts people for the same treatment and domain,
// where a finding measures a scale.
func (s *site) sibling(f *evidence.Finding) *evidence.Finding {
	for i := range s.Ed.Findings {
		g := &s.Ed.Findings[i]
		if g.ID != f.ID && g.Substance == f.Substance && g.Domain == f.Domain && g.Condition == f.Condition && g.Population == f.Population &&
			g.Absolute != nil && g.Absolute.People != nil {
			return g
		}
	}
	return nil
}
