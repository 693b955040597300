package reports

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/reports/chart"
	"past/reports/internal/show"
)

// indexPage is the way in.
type indexPage struct {
	Lede    string
	Matrix  []matrixPart
	Subs    []string
	Rows    []findingRow
	More    int // findings with a number beyond the summary
	Changed string
	Moved   []string
	Counts  []string
}

// matrixPart is the matrix of benefits or of harms: outcomes by substances.
type matrixPart struct {
	Name string
	Rows []matrixRow
}

type matrixRow struct {
	Outcome string
	Cells   []matrixCell
}

// matrixCell is what represents one question.
type matrixCell struct {
	Sub, Href, Text, Class, Under string
	Strip                         template.HTML
	Cert                          certView
	Has                           bool
}

// findingRow is one finding in the summary of findings.
type findingRow struct {
	Href, Title, Under                        string
	K, N, Effect, Side, Points, Hundred, Open string
	Cert                                      certView
}

// headlines is how many questions the summary shows; the matrix has all.
const headlines = 20

func (s *site) indexPage() {
	p := &page{Path: "index.html", Name: "index", Title: "Findings", Nav: "index.html"}
	s.add(p)
	d := &indexPage{Lede: s.lede()}
	p.Description = d.Lede
	d.Matrix, d.Subs = s.matrix(p)
	for i := range s.ranked() {
		f := s.ranked()[i]
		if f.Headline.Estimate == nil {
			continue
		}
		if len(d.Rows) == headlines {
			d.More++
			continue
		}
		d.Rows = append(d.Rows, s.findingRow(f))
	}
	for _, c := range s.Ed.Changes {
		if c.Moved {
			d.Moved = append(d.Moved, changeSentence(c))
		}
	}
	d.Changed = s.changedLine()
	d.Counts = s.counts()
	p.Data = d
}

// changedLine says in a sentence what moved since the edition before.
func (s *site) changedLine() string {
	moved := 0
	for _, c := range s.Ed.Changes {
		if c.Moved {
			moved++
		}
	}
	switch {
	case s.Ed.PreviousEdition == "":
		return "This is the first edition: there is nothing to compare it with."
	case moved == 0 && len(s.Ed.Changes) == 0:
		return "Nothing moved since edition " + show.Clip(s.Ed.PreviousEdition, 40) + "."
	case moved == 0:
		return "No conclusion moved since edition " + show.Clip(s.Ed.PreviousEdition, 40) + "; " +
			countSentence(len(s.Ed.Changes), "smaller difference is listed.", "smaller differences are listed.")
	}
	return countSentence(moved, "conclusion moved", "conclusions moved") + " since edition " + show.Clip(s.Ed.PreviousEdition, 40) + "."
}

// ranked puts pooled findings first, then single studies, then those without a
// number; within these the order of the edition stays.
func (s *site) ranked() []*evidence.Finding {
	rank := func(f *evidence.Finding) int {
		switch {
		case f.Headline.Estimate == nil:
			return 2
		case f.Primary.K < 2:
			return 1
		}
		return 0
	}
	out := make([]*evidence.Finding, len(s.Ed.Findings))
	for i := range s.Ed.Findings {
		out[i] = &s.Ed.Findings[i]
	}
	slices.SortStableFunc(out, func(a, b *evidence.Finding) int { return rank(a) - rank(b) })
	return out
}

func (s *site) lede() string {
	pooled, single, conflict, empty, unasked := 0, 0, 0, 0, 0
	for i := range s.Ed.Findings {
		f := &s.Ed.Findings[i]
		switch r := &f.Primary; {
		case f.Headline.Estimate == nil && r.K > 1:
			conflict++
		case f.State == evidence.NotLooked:
			unasked++
		case f.Headline.Estimate == nil:
			empty++
		case r.K < 2:
			single++
		default:
			pooled++
		}
	}
	t := fmt.Sprintf("%s %s. %s a pooled answer", show.Plural(len(s.Ed.Findings), "question", "questions"), s.basis(),
		countVerb(pooled, "has", "have"))
	if single > 0 {
		t += fmt.Sprintf("; %s on one study alone", countVerb(single, "rests", "rest"))
	}
	if conflict > 0 {
		t += fmt.Sprintf("; %s %s", countVerb(conflict, "has", "have"), evidence.StudiesApart)
	}
	if empty > 0 {
		t += fmt.Sprintf("; %s no number", countVerb(empty, "has", "have"))
	}
	if unasked > 0 {
		t += fmt.Sprintf("; %s not looked for", countVerb(unasked, "was", "were"))
	}
	return t + "."
}

// basis says what the questions were asked of: register records, tables of numbers
// that people took from reports, or both.
func (s *site) basis() string {
	tables := slices.ContainsFunc(s.Ed.Findings, func(f evidence.Finding) bool {
		return slices.ContainsFunc(f.Effects, func(e evidence.Effect) bool { return e.Channel != "register" })
	})
	records := s.Ed.Counts["records"] > 0 || len(s.Ed.Trials) > 0
	switch {
	case records && tables:
		return "asked of public trial records and of tables of numbers taken from reports"
	case records:
		return "asked of public trial records"
	case tables:
		return "asked of tables of numbers taken from reports; no register record is on file"
	}
	return "with nothing on file to ask: no register record and no table of numbers"
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

// isHarm reports whether a question asks for a harm.
func isHarm(f *evidence.Finding) bool { return f.Harm }

// matrix arranges every question by outcome and substance. Each keeps its own
// cell; two questions on the same pair stand below each other.
func (s *site) matrix(p *page) ([]matrixPart, []string) {
	var subs []string
	for _, l := range s.Ed.Gap.Substances {
		subs = append(subs, l.ID)
	}
	for i := range s.Ed.Findings {
		if id := s.Ed.Findings[i].Substance; !slices.Contains(subs, id) {
			subs = append(subs, id)
		}
	}
	subs = slices.DeleteFunc(subs, func(id string) bool {
		return !slices.ContainsFunc(s.Ed.Findings, func(f evidence.Finding) bool { return f.Substance == id })
	})
	span := s.matrixSpan()
	parts := []matrixPart{{Name: "Benefits"}, {Name: "Harms"}}
	at := map[[2]string]map[string][]*evidence.Finding{}
	var order [][2]string
	for i := range s.Ed.Findings {
		f := &s.Ed.Findings[i]
		part := "0"
		if isHarm(f) {
			part = "1"
		}
		k := [2]string{part, s.outcomeRow(f)}
		if at[k] == nil {
			at[k] = map[string][]*evidence.Finding{}
			order = append(order, k)
		}
		at[k][f.Substance] = append(at[k][f.Substance], f)
	}
	for _, k := range order {
		depth := 1
		for _, list := range at[k] {
			depth = max(depth, len(list))
		}
		for n := range depth {
			row := matrixRow{Outcome: k[1]}
			for _, sub := range subs {
				list := at[k][sub]
				c := matrixCell{Sub: show.First(s.Name(sub))}
				if n < len(list) {
					c = s.matrixCell(list[n], span)
				}
				row.Cells = append(row.Cells, c)
			}
			i := 0
			if k[0] == "1" {
				i = 1
			}
			parts[i].Rows = append(parts[i].Rows, row)
		}
	}
	names := make([]string, len(subs))
	for i, id := range subs {
		names[i] = show.First(s.Name(id))
	}
	return slices.DeleteFunc(parts, func(m matrixPart) bool { return len(m.Rows) == 0 }), names
}

// outcomeRow names the row of a question: its title without the substance, and what
// the title names as the comparator.
func (s *site) outcomeRow(f *evidence.Finding) string {
	t := titleOf(f)
	before, after, ok := strings.Cut(t, " and ")
	if !ok {
		return t
	}
	t = show.First(strings.TrimPrefix(after, "the "))
	if _, control, ok := strings.Cut(before, " against "); ok {
		t += ", against " + control
	}
	return t
}

// matrixSpan gives each kind of measure one axis for all cells.
func (s *site) matrixSpan() map[bool]chart.Axis {
	out := map[bool]chart.Axis{}
	for _, ratio := range []bool{false, true} {
		r := chart.Rows{Axis: chart.Axis{Ratio: ratio}}
		for i := range s.Ed.Findings {
			f := &s.Ed.Findings[i]
			if lo, hi, ok := f.Headline.Interval(); ok && show.MeasureOf(f.Measure).Ratio == ratio {
				r.Rows = append(r.Rows, chart.Row{Marks: []chart.Mark{{Est: *f.Headline.Estimate, Lo: lo, Hi: hi}}})
			}
		}
		r.Fit(0)
		out[ratio] = r.Axis
	}
	return out
}

func (s *site) matrixCell(f *evidence.Finding, span map[bool]chart.Axis) matrixCell {
	c := matrixCell{Sub: show.First(s.Name(f.Substance)), Href: s.findPath[f.ID], Has: true, Cert: certOf(f.Certainty)}
	read := readingOf(f, s.Name)
	pr := &f.Primary
	lo, hi, ok := f.Headline.Interval()
	switch {
	case ok:
		c.Class, c.Text = "num", read.Symbol+" "+read.Value(*f.Headline.Estimate)
		if pr.K < 2 { // one study's number never goes without its interval
			c.Text = read.Symbol + " " + read.Full(f.Headline.Estimate, f.Headline.Lower, f.Headline.Upper)
		}
		c.Under = show.Plural(pr.K, "study", "studies")
		shape := chart.Diamond
		if pr.K < 2 {
			shape = chart.Ring
		}
		r := chart.Rows{Axis: span[read.Ratio], Rows: []chart.Row{{Marks: []chart.Mark{{Shape: shape, Est: *f.Headline.Estimate, Lo: lo,
			Hi: hi}}}}}
		c.Strip = template.HTML(r.Cell().Bare("mini"))
	case len(f.Effects) > 0:
		c.Class, c.Text = "few", show.Plural(len(f.Effects), "study", "studies")+", not pooled"
	default:
		c.Class, c.Text = stateWords(f, f.Lacking().Trials)
	}
	return c
}

// stateWords say which kind of absence is in a cell.
func stateWords(f *evidence.Finding, registered int) (class, text string) {
	switch st := f.State; st {
	case evidence.RegisteredOnly:
		return "few", show.Plural(registered, "trial", "trials") + " registered"
	case evidence.MeasuredOnly:
		return "few", "measured, no number"
	case evidence.Uncontrolled:
		return "few", "uncontrolled only"
	case evidence.SearchedNone:
		return "none", "searched: none"
	case evidence.SelectionNone:
		return "none", string(st)
	case evidence.NotLooked:
		return "not", "not looked for"
	case "":
		return "not", "not stated"
	}
	return "not", string(f.State)
}

func (s *site) findingRow(f *evidence.Finding) findingRow {
	read := readingOf(f, s.Name)
	r := &f.Primary
	row := findingRow{Href: s.findPath[f.ID], Title: titleOf(f), K: show.Int(r.K), N: r.N.String(), Cert: certOf(f.Certainty), Open: show.None}
	if f.Comparator != "" {
		row.Under = "against " + s.comparators(f.Comparator)
	}
	h := &f.Headline
	row.Effect = read.Symbol + " " + read.Full(h.Estimate, h.Lower, h.Upper)
	row.Side = read.side(*h.Estimate)
	row.Points, row.Hundred = briefPoints(f), briefHundred(f.Absolute)
	if h.IncludesNull() {
		row.Side = "the interval includes no effect"
	}
	if n := f.Lacking().Count(); n != "" {
		row.Open = n
	}
	return row
}

// counts lists the sizes of the edition, those people ask for first; what it has
// none of is left out.
func (s *site) counts() []string {
	order := []struct{ key, one, many string }{{"records", "record", "records"}, {"studies", "study", "studies"},
		{"publications", "record of a paper", "records of papers"},
		{"effects", "effect size", "effect sizes"}, {"findings", "finding", "findings"}}
	var out []string
	for _, o := range order {
		if n := s.Ed.Counts[o.key]; n > 0 {
			out = append(out, show.Plural(n, o.one, o.many))
		}
	}
	if _, ok := s.Ed.Counts["records"]; !ok && len(s.Ed.Trials) > 0 {
		out = append([]string{show.Plural(len(s.Ed.Trials), "registered trial", "registered trials")}, out...)
	}
	return out
}

func changeSentence(c Change) string {
	t := show.Clip(cmp.Or(c.Title, c.Subject), 160)
	if c.Before != "" || c.After != "" {
		t += ": from " + orDash(show.Clip(forReaders(c.Before), 120)) + " to " + orDash(show.Clip(forReaders(c.After), 120))
	}
	if c.Why != "" {
		t += ". " + show.Clip(c.Why, 240)
	}
	return t
}
