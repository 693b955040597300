package reports

import (
	"fmt"
	"html/template"
	"math"
	"strings"

	"past/internal/evidence"
	"past/reports/chart"
	"past/reports/internal/show"
)

// pointsLine says the difference in points of a scale.
func pointsLine(x *evidence.ScalePoints) string {
	if x == nil {
		return ""
	}
	t := strings.TrimSpace(onScale(x) + " " + show.Prose(show.Clip(x.Which(), 60)))
	if x.Inferred {
		t += ", the scale inferred from the size of the scores: the source names none"
	}
	t += map[evidence.HeadlineKind]string{evidence.HeadlineSmall: "; a small-sample answer with its 95% credible interval"}[x.Kind]
	if x.Threshold != nil {
		t += "; " + show.Trim(*x.Threshold, 1) + " points matter"
	}
	if x.Published != nil && (x.Threshold == nil || math.Abs(*x.Published-*x.Threshold) > 0.05) {
		t += "; " + show.Trim(*x.Published, 1) + " is published for the scale"
	}
	return t + ". " + show.First(show.Prose(show.Clip(bare(x.Way), 120))) + "."
}

// onScale is the difference with its interval and the name of the scale.
func onScale(x *evidence.ScalePoints) string {
	return fmt.Sprintf("%s points %s [%s, %s] on the %s", show.Fixed(math.Abs(x.Points), 1), x.Side(), show.Fixed(x.Lower, 1),
		show.Fixed(x.Upper, 1), show.Clip(x.Scale, 30))
}

// briefPoints is the same for a table, with how many of the finding's studies used
// the scale where not all did.
func briefPoints(f *evidence.Finding) string {
	if f.Absolute == nil || f.Absolute.Points == nil {
		return ""
	}
	x := f.Absolute.Points
	var notes []string
	if x.Better != "" {
		notes = append(notes, x.Better+" is better")
	}
	of := "from"
	if x.Scaled {
		of = "by the spread in"
	}
	if x.Studies > 0 && x.Studies < f.Primary.K {
		notes = append(notes, fmt.Sprintf("%s %d of %d studies", of, x.Studies, f.Primary.K))
	}
	if len(notes) == 0 {
		return onScale(x)
	}
	return onScale(x) + " (" + strings.Join(notes, "; ") + ")"
}

// briefHundred is of 100 people for a table.
func briefHundred(a *evidence.Absolute) string {
	if a == nil || a.People == nil {
		return ""
	}
	return fmt.Sprintf("out of 100 people, %s against %s", withInterval(a.People), evidence.WholePeople(a.People.Without))
}

// withInterval is how many of 100 people have the event with the treatment.
func withInterval(x *evidence.PeopleOf100) string {
	return fmt.Sprintf("%s [%s to %s]", evidence.WholePeople(x.With), evidence.WholePeople(x.WithLower), evidence.WholePeople(x.WithUpper))
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

// sibling is the finding that counts people for the same treatment, comparators,
// people and domain, where a finding measures a scale.
func (s *site) sibling(f *evidence.Finding) *evidence.Finding {
	for i := range s.Ed.Findings {
		g := &s.Ed.Findings[i]
		if g.ID != f.ID && g.Substance == f.Substance && g.Domain == f.Domain && g.Condition == f.Condition && g.Population == f.Population &&
			g.Comparator == f.Comparator && g.Absolute != nil && g.Absolute.People != nil {
			return g
		}
	}
	return nil
}

// siblingLine says the number of a sibling on the page of a finding with what it rests
// on: interval, certainty, and the studies that are not the finding's own by name.
func siblingLine(f, g *evidence.Finding, name func(string) string) string {
	p, certainty := g.Absolute.People, "certainty not rated"
	if c := certOf(g.Certainty); g.Certainty.Level != "" {
		certainty = strings.ToLower(c.Level) + " certainty, " + map[bool]string{true: "proposed", false: c.Status}[c.Proposed]
	}
	return fmt.Sprintf("%s of 100 people with %s, %s with the comparator; %s; %s", withInterval(p), readingOf(g, name).treatment,
		evidence.WholePeople(p.Without), sharedStudies(f, g), certainty)
}

// mostNamed is how many studies a line names before it counts the rest.
const mostNamed = 4

// sharedStudies counts the studies of g and names those that f does not have.
func sharedStudies(f, g *evidence.Finding) string {
	own, others := map[string]bool{}, map[string]bool{}
	for i := range f.Effects {
		own[f.Effects[i].StudyID] = true
	}
	var names []string
	for i := range g.Effects {
		if e := &g.Effects[i]; !own[e.StudyID] && !others[e.StudyID] {
			others[e.StudyID] = true
			names = append(names, effectLabel(e))
		}
	}
	k := show.Plural(g.Primary.K, "study", "studies")
	if len(names) == 0 {
		return k + " of this finding"
	}
	if n := len(names) - mostNamed; n > 0 {
		names = append(names[:mostNamed], show.Int(n)+" more")
	}
	listed := strings.Join(names, ", ")
	if len(others) == g.Primary.K {
		return k + ", not of this finding: " + listed
	}
	return fmt.Sprintf("%s, of which not of this finding: %s", k, listed)
}
