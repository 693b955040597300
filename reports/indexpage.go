package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/reports/internal/figure"
	"past/reports/internal/show"
)

// indexPage is the way in.
type indexPage struct {
	Lede   string
	Moved  []string
	Rows   []findingRow
	Glance []figView
	Empty  []emptyGroup
	NEmpty int
	Counts []counted
}

// findingRow is one finding in the lists of the index.
type findingRow struct {
	Href, CiteHref, Title, Under    string
	K, N, Effect, Side, PI, Missing string
	Plain, Curriculum, Basis        string
	Cert                            certView
}

func (s *site) indexPage() {
	p := &page{Path: "index.html", Name: "index", Title: "Findings", Nav: "index.html"}
	s.add(p)
	d := &indexPage{Lede: s.lede()}
	for _, c := range s.Ed.Changes {
		if c.Moved {
			d.Moved = append(d.Moved, changeSentence(c))
		}
	}
	list := ranked(s.Ed.Findings)
	answered := len(list)
	for i := range list {
		if list[i].Primary.Estimate == nil {
			answered = i
			break
		}
		d.Rows = append(d.Rows, s.findingRow(&list[i]))
	}
	for _, f := range figure.Glance(list[:answered], s.Name, p.stamp(), func(id string) string { return s.findPath[id] }) {
		d.Glance = append(d.Glance, p.fig(f))
	}
	d.Empty, d.NEmpty = s.emptyGroups(list[answered:]), len(list)-answered
	d.Counts = s.counts()
	p.Data = d
}

// emptyGroup are the questions about one substance that have no number yet.
type emptyGroup struct {
	Name string
	Rows []linked
}

// emptyGroups gathers findings without a number by substance. What stands
// against each name is what is known all the same.
func (s *site) emptyGroups(list []evidence.Finding) []emptyGroup {
	var out []emptyGroup
	at := map[string]int{}
	for i := range list {
		f := &list[i]
		g, ok := at[f.Substance]
		if !ok {
			g = len(out)
			at[f.Substance] = g
			out = append(out, emptyGroup{Name: cmp.Or(show.First(s.Name(f.Substance)), "Other")})
		}
		var known []string
		if n := len(f.Missing); n > 0 {
			known = append(known, show.Plural(n, "trial", "trials")+" registered")
		}
		if n := len(f.Measured); n > 0 {
			known = append(known, "measured in "+show.Plural(n, "study", "studies")+" without usable numbers")
		}
		if known == nil {
			known = []string{"nothing registered"}
		}
		out[g].Rows = append(out[g].Rows, linked{Path: s.findPath[f.ID], Name: titleOf(f), Note: strings.Join(known, ", ")})
	}
	return out
}

// ranked puts findings with a pooled number first, then single studies, then
// those without a number; within these the order of the edition stays.
func ranked(list []evidence.Finding) []evidence.Finding {
	rank := func(f evidence.Finding) int {
		switch {
		case f.Primary.Estimate == nil:
			return 2
		case f.Primary.K < 2:
			return 1
		}
		return 0
	}
	out := slices.Clone(list)
	slices.SortStableFunc(out, func(a, b evidence.Finding) int { return rank(a) - rank(b) })
	return out
}

func (s *site) lede() string {
	pooled, single, empty := 0, 0, 0
	for i := range s.Ed.Findings {
		switch r := &s.Ed.Findings[i].Primary; {
		case r.Estimate == nil:
			empty++
		case r.K < 2:
			single++
		default:
			pooled++
		}
	}
	t := fmt.Sprintf("%s asked of public trial records. %s a pooled answer", show.Plural(len(s.Ed.Findings), "question", "questions"), countVerb(pooled, "has", "have"))
	if single > 0 {
		t += fmt.Sprintf("; %s on one study alone", countVerb(single, "rests", "rest"))
	}
	if empty > 0 {
		t += fmt.Sprintf("; %s no number, which is said just as plainly", countVerb(empty, "has", "have"))
	}
	return t + "."
}

func countVerb(n int, one, many string) string {
	switch n {
	case 0:
		return "None " + one
	case 1:
		return "1 " + one
	}
	return show.Int(n) + " " + many
}

func (s *site) findingRow(f *evidence.Finding) findingRow {
	read := figure.Read(f, s.Name)
	r := &f.Primary
	row := findingRow{Href: s.findPath[f.ID], CiteHref: s.findPath[f.ID] + "#cite", Title: titleOf(f), K: show.Int(r.K), N: show.Int(r.N), Effect: "no pooled number", PI: show.None,
		Cert: certOf(f.Certainty), Plain: sentence(f.Sentences.Plain, 600), Curriculum: sentence(f.Sentences.Curriculum, 600), Missing: show.None}
	if f.Comparator != "" {
		row.Under = "against " + s.comparators(f.Comparator)
	}
	if h := f.Headline; h.Estimate != nil {
		lo, hi := h.Lower, h.Upper
		row.Effect = read.Measure.Symbol + " " + read.Measure.Full(h.Estimate, lo, hi)
		row.Side = read.Side(*h.Estimate)
		if lo != nil && hi != nil && *lo <= 0 && *hi >= 0 {
			row.Side = "interval includes no effect"
		}
		if r.PILower != nil && r.PIUpper != nil {
			row.PI = read.Measure.Interval(*r.PILower, *r.PIUpper)
		}
	}
	row.Basis = show.Plural(r.K, "study", "studies") + ", " + show.Plural(r.N, "participant", "participants")
	switch {
	case r.Estimate == nil && len(f.Measured) > 0:
		row.Basis = "measured in " + show.Plural(len(f.Measured), "study", "studies") + " without usable numbers"
	case r.Estimate == nil:
		row.Basis = "no usable study"
	case r.K == 1:
		row.Basis += ": not a meta-analysis"
	}
	if n := len(f.Missing); n > 0 {
		row.Missing = show.Plural(n, "trial", "trials") + " without result"
	}
	if row.Plain == "" {
		row.Plain = "No sentence was written for this finding."
	}
	if row.Curriculum == "" {
		row.Curriculum = row.Plain
	}
	return row
}

// counts lists the sizes of the edition, those people ask for first.
func (s *site) counts() []counted {
	order := []struct{ key, name string }{{"records", "records"}, {"payloads", "stored answers"}, {"studies", "studies"}, {"publications", "papers"}, {"posted_outcomes", "posted outcomes"},
		{"measurements", "measurements"}, {"arm_results", "arm results"}, {"effects", "effect sizes"}, {"findings", "findings"}}
	var out []counted
	for _, o := range order {
		if n, ok := s.Ed.Counts[o.key]; ok {
			out = append(out, counted{o.name, n})
		}
	}
	if _, ok := s.Ed.Counts["records"]; !ok && len(s.Ed.Trials) > 0 {
		out = append([]counted{{"registered trials", len(s.Ed.Trials)}}, out...)
	}
	return out
}
