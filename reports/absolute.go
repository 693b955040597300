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
	t += map[evidence.HeadlineKind]string{evidence.HeadlineSmall: "; a small-sample answer with its 95% credible interval"}[x.Kind]
	if x.Threshold != nil {
		t += "; " + show.Trim(*x.Threshold, 1) + " points matter, the important difference of this page"
	}
	if x.Published != nil && (x.Threshold == nil || math.Abs(*x.Published-*x.Threshold) > 0.05) {
		t += "; " + show.Trim(*x.Published, 1) + " is published for the scale"
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
	p := a.People
	return fmt.Sprintf("out of 100 people, %s [%s to %s] against %s", evidence.WholePeople(p.With), evidence.WholePeople(p.WithLower),
		evidence.WholePeople(p.WithUpper), evidence.WholePeople(p.Without))
}

// peopleShown are the numbers of people with and without the treatment and between
// them, in whole people where these add up and else with one decimal.
func peopleShown(p *evidence.PeopleOf100) (with, without, between string) {
	d := math.Abs(p.With - p.Without)
	whole := func(x float64) float64 { return math.RoundToEven(x) }
	if math.Abs(whole(p.With)-whole(p.Without)) == whole(d) {
		return evidence.WholePeople(p.With), evidence.WholePeople(p.Without), show.Fixed(whole(d), 0)
	}
	return show.Fixed(p.With, 1), show.Fixed(p.Without, 1), show.Fixed(d, 1)
}

// hundredLine says how many of 100 people have the event, and draws them.
func hundredLine(a *evidence.Absolute, treatment string) (line, risk string, drawn template.HTML) {
	p := a.People
	if p == nil {
		return "", "", ""
	}
	with, without, between := peopleShown(p)
	t := fmt.Sprintf("Out of 100 people, %s with the comparator and %s [%s to %s] with %s", without, with,
		evidence.WholePeople(p.WithLower), evidence.WholePeople(p.WithUpper), treatment)
	if between != "0" {
		word := "more"
		if p.With < p.Without {
			word = "fewer"
		}
		t += fmt.Sprintf(": %s %s", between, word)
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
