package reports

import (
	"cmp"
	"fmt"
	"strings"

	"past/reports/chart"
	"past/reports/internal/show"
)

// thenPage is at the permalink of a finding in an earlier edition: what was
// cited, and what has changed since.
type thenPage struct {
	Title, Then, ThenDate string
	ThenWords, NowWords   string
	Verdict, Class        string
	Gone                  bool
	Href                  string
	Table                 *chart.Table
	Notes                 []named
	Now, NowDate          string
}

// earlierPaths gives each finding of an earlier edition the file of its
// permalink, f/<finding>@<edition>.html.
func (s *site) earlierPaths() {
	s.thenPath = map[[2]string]string{}
	if s.single {
		return
	}
	for _, e := range s.Ed.Earlier {
		for _, t := range e.Findings {
			stem := show.Slug(t.Finding)
			if p := s.findPath[t.Finding]; p != "" {
				stem = strings.TrimSuffix(strings.TrimPrefix(p, "f/"), ".html")
			}
			path := "f/" + stem + "@" + show.Slug(e.ID) + ".html"
			if k := strings.ToLower(path); !s.taken[k] {
				s.taken[k] = true
				s.thenPath[[2]string{t.Finding, e.ID}] = path
			}
		}
	}
}

func (s *site) earlierPages() {
	if s.single {
		return
	}
	for i := range s.Ed.Earlier {
		e := &s.Ed.Earlier[i]
		for j := range e.Findings {
			s.thenPage(e, &e.Findings[j])
		}
		s.editionThenPage(e)
	}
}

func (s *site) thenPage(e *Earlier, t *Then) {
	path := s.thenPath[[2]string{t.Finding, e.ID}]
	if path == "" {
		return
	}
	title := show.Clip(cmp.Or(t.Title, t.Finding), 240)
	p := &page{Path: path, Name: "then", Title: title + ", as cited in edition " + show.Clip(e.ID, 40), Nav: "changes.html"}
	s.add(p)
	d := &thenPage{Title: title, Then: show.Clip(e.ID, 60), ThenDate: show.Clip(e.Date, 20), ThenWords: sentence(t.ThenWords, 1200),
		NowWords: sentence(t.NowWords, 1200),
		Gone:     t.Gone, Href: s.findPath[t.Finding], Now: show.Clip(s.Ed.ID, 60), NowDate: show.Clip(s.Ed.Date, 20)}
	d.Verdict, d.Class = thenVerdict(t)
	tab := chart.NewTable("Then and now", "Aspect", "Then", "Now", "Changed")
	for _, r := range t.Rows {
		row := tab.Add(show.First(show.Clip(r.What, 60)), show.Clip(r.Then, 200), show.Clip(r.Now, 200), changedWord(r.Changed))
		if r.Changed {
			row.Class = "changed"
		}
	}
	d.Table = tab.OrNil()
	for _, n := range []struct {
		name string
		list []string
	}{{"Studies that came in", t.In}, {"Studies that left", t.Out}, {"Retracted papers it rests on", t.Retracted},
		{"Corrected papers it rests on", t.Corrected}} {
		if len(n.list) > 0 {
			d.Notes = append(d.Notes, named{Name: n.name, Value: show.Join(clipAll(n.list, 160))})
		}
	}
	p.Data = d
}

func changedWord(changed bool) string {
	if changed {
		return "changed"
	}
	return "the same"
}

func thenVerdict(t *Then) (text, class string) {
	switch {
	case t.Gone:
		return "The question is no longer asked in this edition.", "no"
	case t.Changed:
		return "It has changed since: cite the present edition, or say which edition you mean.", "unsure"
	}
	return "Nothing has changed since.", "yes"
}

// thenEdition is an earlier edition as a whole.
type thenEdition struct {
	ID, Date, Now   string
	Findings        *chart.Table
	Claims          *chart.Table
	Changed, Same   int
	More            string
	FindingsSummary string
}

func editionPath(id string) string { return "edition@" + show.Slug(id) + ".html" }

func (s *site) editionThenPage(e *Earlier) {
	path := editionPath(e.ID)
	if s.taken[strings.ToLower(path)] {
		return
	}
	s.taken[strings.ToLower(path)] = true
	p := &page{Path: path, Name: "thenedition", Title: "Edition " + show.Clip(e.ID, 60), Nav: "changes.html"}
	s.add(p)
	d := &thenEdition{ID: show.Clip(e.ID, 60), Date: show.Clip(e.Date, 20), Now: show.Clip(s.Ed.ID, 60)}
	t := chart.NewTable("Its findings with numbers", "Finding", "Since then")
	for _, f := range e.Findings {
		word := "the same"
		switch {
		case f.Gone:
			word = "no longer asked"
			d.Changed++
		case f.Changed:
			word = "changed"
			d.Changed++
		default:
			d.Same++
		}
		t.Add(chart.Link(show.Clip(cmp.Or(f.Title, f.Finding), 240), s.thenPath[[2]string{f.Finding, e.ID}]), word)
	}
	d.Findings = t.OrNil()
	d.FindingsSummary = fmt.Sprintf("Of its findings with a number then or now, %d changed and %d did not.", d.Changed, d.Same)
	if e.More > 0 {
		d.More = fmt.Sprintf("%s more can be compared with past cite FINDING@%s --now.", show.Plural(e.More, "finding", "findings"), d.ID)
	}
	c := chart.NewTable("Verdicts on claims", "Claim", "Text", "Then", "Now", "Changed")
	for _, x := range e.Claims {
		c.Add(show.Clip(x.ID, 40), show.First(show.Clip(x.Text, 240)), show.Clip(x.Then, 60), show.Clip(x.Now, 60),
			changedWord(x.Then != x.Now)).ID = show.Slug(x.ID)
	}
	d.Claims = c.OrNil()
	p.Data = d
}

// earlierTable lists the earlier editions; nil when there are none.
func (s *site) earlierTable() *chart.Table {
	if s.single {
		return nil
	}
	t := chart.NewTable("Earlier editions", "Edition", "Data to", "#Findings changed since", "#Verdicts changed since")
	for _, e := range s.Ed.Earlier {
		n, v := 0, 0
		for _, f := range e.Findings {
			if f.Changed || f.Gone {
				n++
			}
		}
		for _, c := range e.Claims {
			if c.Then != c.Now {
				v++
			}
		}
		t.Add(chart.Link(show.Clip(e.ID, 60), editionPath(e.ID)), orDash(show.Clip(e.Date, 20)), show.Int(n), show.Int(v))
	}
	return t.OrNil()
}

// citedBefore leads from a finding to its earlier permalinks.
func (s *site) citedBefore(id string) []linked {
	var out []linked
	for _, e := range s.Ed.Earlier {
		path := s.thenPath[[2]string{id, e.ID}]
		if path == "" {
			continue
		}
		for _, t := range e.Findings {
			if t.Finding == id {
				out = append(out, linked{Path: path, Name: "edition " + show.Clip(e.ID, 60), Note: "data to " +
					cmp.Or(show.Clip(e.Date, 20), "an unknown date") + ", " + map[bool]string{true: "changed since", false: "the same"}[t.Changed ||
					t.Gone]})
			}
		}
	}
	return out
}
