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

type claimView struct {
	Anchor, ID, Text, Verdict, Class, Mark, Why, Rule, Basis, Date, File, Instead, Number string
	Cert                                                                                  certView
	Findings                                                                              []linked
}

type claimsData struct {
	Groups []claimGroup
	Tally  []counted
}

// claimGroup are the claims of one verdict.
type claimGroup struct {
	Anchor, Name string
	Claims       []claimView
}

// verdicts in the order of the ledger, with a sign each: never colour alone.
var verdicts = []struct{ word, class, mark string }{{"supported", "yes", "✓"}, {"uncertain", "unsure", "~"},
	{"contradicted", "no", "×"}, {"uncontrolled evidence only", "unsure", "◔"}, {"measured, not extracted", "none", "◐"},
	{"registered, no result yet", "none", "◌"}, {"searched, none", "none", "○"}, {"none in this selection", "none", "○"},
	{"not looked for", "none", "·"},
	{"outside this tracker", "none", "–"}}

func (s *site) claimsPage() {
	p := &page{Path: "claims.html", Name: "claims", Title: "Claims", Nav: "claims.html"}
	s.add(p)
	d := &claimsData{}
	by := map[string][]claimView{}
	for i := range s.Ed.Claims {
		c := &s.Ed.Claims[i]
		v := claimView{Anchor: show.Slug(c.ID), ID: show.Clip(c.ID, 20), Text: show.First(show.Clip(c.Text, 400)),
			Verdict: orDash(show.Clip(string(c.Verdict), 60)), Class: "none", Mark: "○", Why: show.Prose(show.Clip(c.Why, 800)),
			Rule: orDash(sentence(c.Rule, 800)), Date: show.Clip(c.Date, 20), Cert: certWord(c.Certainty)}
		if c.Certainty == "" {
			v.Cert = certView{}
		} else {
			v.Cert.Proposed = !s.signedBehind(c)
		}
		v.File = show.Clip(s.Ed.ClaimFiles[c.ID], 80)
		for _, w := range verdicts {
			if w.word == strings.ToLower(string(c.Verdict)) {
				v.Class, v.Mark = w.class, w.mark
			}
		}
		v.Basis = claimBasis(c)
		for _, id := range c.Findings {
			v.Findings = append(v.Findings, linked{Path: s.findPath[id], Name: s.FindingTitle(id)})
		}
		v.Instead = sentence(c.Instead, 600)
		v.Number = s.claimNumber(c)
		by[strings.ToLower(string(c.Verdict))] = append(by[strings.ToLower(string(c.Verdict))], v)
	}
	for i, w := range verdicts {
		if list := by[w.word]; len(list) > 0 {
			name := list[0].Verdict
			d.Tally = append(d.Tally, counted{name, len(list)})
			d.Groups = append(d.Groups, claimGroup{fmt.Sprintf("v%d", i+1), show.First(name), list})
			delete(by, w.word)
		}
	}
	rest := make([]string, 0, len(by))
	for w := range by {
		rest = append(rest, w)
	}
	slices.Sort(rest)
	for i, w := range rest {
		d.Groups = append(d.Groups, claimGroup{fmt.Sprintf("x%d", i+1), show.First(orWord(show.Clip(w, 60), "no verdict")), by[w]})
	}
	p.Data = d
}

// claimBasis counts what is behind a verdict; people only where their number
// is known.
func claimBasis(c *evidence.ClaimVerdict) string {
	switch {
	case c.Verdict == evidence.Outside:
		return "no trial of this tracker answers it"
	case c.K == 0:
		return "no study with a number"
	}
	return show.Plural(c.K, "study", "studies") + ", " + participants(c.N, "participant", "participants")
}

// claimNumber is the one number behind a claim: the headline of the first finding
// that it rests on and that has one.
func (s *site) claimNumber(c *evidence.ClaimVerdict) string {
	for _, id := range c.Findings {
		for i := range s.Ed.Findings {
			f := &s.Ed.Findings[i]
			if f.ID == id && f.Headline.Estimate != nil {
				m := show.MeasureOf(f.Measure)
				return m.Symbol + " " + m.Full(f.Headline.Estimate, f.Headline.Lower, f.Headline.Upper) + ", " + people(&f.Primary)
			}
		}
	}
	return ""
}

// signedBehind reports whether the certainty of a verdict is one that a person
// signed: that of a finding behind it with the same level and size.
func (s *site) signedBehind(c *evidence.ClaimVerdict) bool {
	for i := range s.Ed.Findings {
		f := &s.Ed.Findings[i]
		if slices.Contains(c.Findings, f.ID) && f.Primary.K == c.K && f.Primary.N == c.N && f.Certainty.Level == c.Certainty {
			return f.Certainty.Signed
		}
	}
	return false
}

type gapCell struct {
	Anchor, Topic, Substance, Counts string
	Studies                          []linked
}

type gapsData struct {
	Map            *chart.Table
	Option         template.JS
	Cells          []gapCell
	Decisions      *chart.Table
	Sexual, People bool
	Restated       bool
	Cards          bool // a topic leads to its card
}

func (s *site) gapsPage() {
	p := &page{Path: "gaps.html", Name: "gaps", Title: "Evidence gap map", Nav: "gaps.html"}
	s.add(p)
	d := &gapsData{Decisions: s.topicTable(), Restated: s.Ed.Starter, Cards: len(s.Ed.Cards) > 0}
	for _, c := range s.gapCells() {
		if c.Registered > 0 || len(c.StudyIDs) > 0 {
			d.Cells = append(d.Cells, s.gapCell(c))
		}
	}
	d.Map, d.Option = s.gapMap()
	d.Sexual, d.People = len(s.Ed.Sexual) > 0, s.Ed.Protocols.People.Trials > 0
	p.Data = d
}

// gapCells are the cells in the order of the map: by topic, references last, then by
// substance.
func (s *site) gapCells() []*evidence.GapCell {
	g := &s.Ed.Gap
	place := func(list []Label, id string) int {
		if i := slices.IndexFunc(list, func(l Label) bool { return l.ID == id }); i >= 0 {
			return i
		}
		return len(list)
	}
	out := make([]*evidence.GapCell, len(g.Cells))
	for i := range g.Cells {
		out[i] = &g.Cells[i]
	}
	slices.SortStableFunc(out, func(a, b *evidence.GapCell) int {
		return cmp.Or(place(g.Topics, a.Topic)-place(g.Topics, b.Topic), strings.Compare(a.Topic, b.Topic),
			place(g.Substances, a.Substance)-place(g.Substances, b.Substance))
	})
	return out
}

// topicTable lists what people corrected, exclusions too: they stand in no cell.
func (s *site) topicTable() *chart.Table {
	t := chart.NewTable("Corrected by people", "Study", "Topic", "Decision", "Why", "Who", "When")
	for _, d := range s.Ed.TopicDecisions {
		word := "does not belong here"
		if d.Include {
			word = "belongs here"
		}
		t.Add(chart.Link(s.studyLabel(d.StudyID), s.studPath[d.StudyID]), show.First(s.Name(d.Topic)), word, show.Clip(d.Why, 300),
			show.Clip(d.Who, 80), show.Clip(d.When, 20))
	}
	return t.OrNil()
}

// gapMap is the map as a table, and as a matrix for the chart library.
func (s *site) gapMap() (*chart.Table, template.JS) {
	g := &s.Ed.Gap
	if len(g.Topics)+len(g.Cells) == 0 || len(g.Substances) == 0 {
		return nil, ""
	}
	at := map[[2]string]*evidence.GapCell{}
	for i := range g.Cells {
		at[[2]string{g.Cells[i].Topic, g.Cells[i].Substance}] = &g.Cells[i]
	}
	t := chart.NewTable("Evidence gap map: registered trials", "Topic")
	m := chart.Grid{Alt: "Evidence gap map: topics against substances."}
	for _, sub := range g.Substances {
		t.Head = append(t.Head, chart.TableHead{Text: show.Clip(cmp.Or(sub.Name, sub.ID), 40)})
		m.X = append(m.X, cmp.Or(sub.Name, sub.ID))
	}
	topics := slices.Clone(g.Topics)
	for i := range g.Cells { // conditions stand below as a reference
		if id := g.Cells[i].Topic; !slices.ContainsFunc(topics, func(l Label) bool { return l.ID == id }) {
			name := s.Name(id)
			if len(g.Topics) > 0 {
				name = "for reference: " + name
			}
			topics = append(topics, Label{ID: id, Name: name})
		}
	}
	for y, tp := range topics {
		name := show.First(show.Clip(cmp.Or(tp.Name, tp.ID), 120))
		row := []any{chart.Link(name, s.cardPath(tp.ID))}
		m.Y = append(m.Y, name)
		for x, sub := range g.Substances {
			c := at[[2]string{tp.ID, sub.ID}]
			if c == nil {
				row = append(row, "")
				continue
			}
			cell := chart.Cell{Text: cellWords(c)}
			if len(c.StudyIDs) > 0 {
				cell.Href = "gaps.html#" + gapAnchor(c)
			}
			if c.Registered > 0 {
				m.Cells = append(m.Cells, [3]float64{float64(x), float64(y), float64(c.Registered)})
			}
			row = append(row, cell)
		}
		t.Add(row...)
	}
	if s.opt.NoLibrary {
		return &t, ""
	}
	return &t, jsonFor(m.Option())
}

// cellWords says what is in a cell of the gap map.
func cellWords(c *evidence.GapCell) string {
	switch {
	case c.WithResults > 0 && c.Registered == 0:
		return show.Plural(c.WithResults, "study", "studies") + " with results, none registered"
	case c.WithResults > c.Registered: // some of them are known from papers alone
		return fmt.Sprintf("%s with results, %s registered", show.Plural(c.WithResults, "study", "studies"), show.Int(c.Registered))
	case c.Registered > 0 && c.WithResults > 0:
		return fmt.Sprintf("%s, %s with results", show.Plural(c.Registered, "trial", "trials"), show.Int(c.WithResults))
	case c.Registered > 0 && c.Running > 0:
		return fmt.Sprintf("%s, %s running", show.Plural(c.Registered, "trial", "trials"), show.Int(c.Running))
	case c.Registered > 0:
		return show.Plural(c.Registered, "trial", "trials")
	}
	return orWord(string(c.State), "not stated")
}

func gapAnchor(c *evidence.GapCell) string { return "g-" + show.Slug(c.Topic+"."+c.Substance) }

func (s *site) gapCell(c *evidence.GapCell) gapCell {
	v := gapCell{Anchor: gapAnchor(c), Topic: show.First(s.Name(c.Topic)), Substance: s.Name(c.Substance)}
	people := "no comparison of theirs is used in a finding that states its people"
	if c.Randomised != nil {
		people = show.Plural(*c.Randomised, "participant", "participants") + " in the comparisons used"
	}
	v.Counts = gapCounts(c) + ", " + people + "."
	const most = 40
	for i, id := range c.StudyIDs {
		if i == most {
			v.Studies = append(v.Studies, linked{Name: fmt.Sprintf("and %s more", show.Int(len(c.StudyIDs)-most))})
			break
		}
		l := linked{Path: s.studPath[id], Name: s.studyLabel(id)}
		if i < len(c.Reasons) {
			l.Note = show.Clip(strings.TrimPrefix(c.Reasons[i], l.Name+": "), 240)
		}
		v.Studies = append(v.Studies, l)
	}
	return v
}

// gapCounts counts the trials of a cell. A record without a status is neither
// running nor completed: such counts are given only where some record has one, and none is given as 0.
func gapCounts(c *evidence.GapCell) string {
	t := show.Int(c.Registered) + " registered"
	var stated []string
	if c.Running > 0 {
		stated = append(stated, show.Int(c.Running)+" running")
	}
	if c.Completed > 0 {
		stated = append(stated, show.Int(c.Completed)+" completed")
	}
	if len(stated) > 0 {
		t += ", " + strings.Join(stated, " and ") + " as the records state"
	}
	return t + ", " + show.Int(c.WithResults) + " with results"
}

func (s *site) studyLabel(id string) string {
	if st := s.study[id]; st != nil && st.Label != "" {
		return show.Clip(st.Label, 160)
	}
	return show.Clip(id, 160)
}

type missingData struct {
	Total  int
	None   string // why no trial is listed
	Tally  []counted
	Groups []tableGroup
	Bounds *chart.Table
}

func (s *site) missingPage() {
	p := &page{Path: "missing.html", Name: "missing", Title: "What is missing", Nav: "missing.html"}
	s.add(p)
	d := &missingData{Total: len(s.Ed.Missing), None: "No registered trial without a result fits the questions of this edition."}
	if len(s.Ed.Trials) == 0 {
		d.None = "This edition holds no register record: which registered trials lack a result is not known."
	}
	ask, detail := map[string][]*evidence.Finding{}, map[string]string{}
	for _, m := range s.Ed.Missing {
		detail[m.RecordID] = m.Detail
	}
	for i := range s.Ed.Findings {
		for _, m := range s.Ed.Findings[i].Missing {
			ask[m.RecordID] = append(ask[m.RecordID], &s.Ed.Findings[i])
			if m.Detail == detail[m.RecordID] { // the reason shown is given for this question: it comes first
				fs := ask[m.RecordID]
				copy(fs[1:], fs)
				fs[0], detail[m.RecordID] = &s.Ed.Findings[i], "\x00"
			}
		}
	}
	var order []string
	by := map[string][]evidence.MissingTrial{}
	for _, m := range s.Ed.Missing {
		why := m.Reason()
		if _, ok := by[why]; !ok {
			order = append(order, why)
		}
		by[why] = append(by[why], m)
	}
	for i, why := range order {
		name := show.Clip(why, 60)
		d.Tally = append(d.Tally, counted{name, len(by[why])})
		d.Groups = append(d.Groups, tableGroup{Anchor: fmt.Sprintf("why%d", i+1), Name: show.First(name),
			Table: s.missingOf(by[why], ask, show.First(name))})
	}
	d.Bounds = s.boundsTable()
	p.Data = d
}

// missingOf lists trials with the questions that they would answer.
func (s *site) missingOf(list []evidence.MissingTrial, ask map[string][]*evidence.Finding, caption string) chart.Table {
	t := chart.NewTable(caption, "Trial", "For the question", "Why there is no result", "#Planned", "Completion")
	for _, m := range list {
		q := chart.Cell{Text: "?"}
		if fs := ask[m.RecordID]; len(fs) > 0 {
			q = chart.Cell{Text: titleOf(fs[0]), Href: s.findPath[fs[0].ID]}
			if len(fs) > 1 {
				q.Text += " and " + show.Plural(len(fs)-1, "more", "more")
			}
		}
		t.Add(chart.Link(show.Clip(m.RecordID, 60), s.missingHref(m)), q,
			show.First(strings.TrimPrefix(s.whyMissing(m, 200), show.Clip(m.Reason(), 120)+": ")), planned(m.PlannedN),
			cmp.Or(show.Clip(m.Completion, 30), "?"))
	}
	return t
}

// boundsTable lists the tipping point of each finding that has one.
func (s *site) boundsTable() *chart.Table {
	t := chart.NewTable("Unreported participants at no effect that would move a finding", "Finding", "Line", "#Participants at no effect",
		"#Planned in missing trials", "Within reach")
	for i := range s.Ed.Findings {
		f := &s.Ed.Findings[i]
		if f.Bound == nil {
			continue
		}
		reach, planned, beyond := "no", show.Int(f.Bound.PlannedInMissing), ""
		if f.Bound.Beyond {
			beyond = "more than "
		}
		switch {
		case f.Bound.Reachable:
			reach = "yes"
		case f.Bound.PlannedInMissing == 0 && (len(f.Missing) > 0 || !f.Coverage.Asked): // not zero people: no size is stated, or no trial sought
			reach, planned = "not known", "not stated"
		}
		t.Add(chart.Link(titleOf(f), s.findPath[f.ID]), show.Clip(f.Bound.Line, 240), beyond+show.Int(f.Bound.Participants), planned, reach)
	}
	return t.OrNil()
}

type changesData struct {
	Lede    string
	Moved   *chart.Table
	Kinds   []tableGroup
	Earlier *chart.Table
}

func (s *site) changesPage() {
	p := &page{Path: "changes.html", Name: "changes", Title: "What changed", Nav: "changes.html"}
	s.add(p)
	d := &changesData{Earlier: s.earlierTable()}
	d.Lede = s.changedLine()
	var moved, kinds []Change
	var order []string
	n := map[string]int{}
	for _, c := range s.Ed.Changes {
		if c.Moved {
			moved = append(moved, c)
			continue
		}
		kinds = append(kinds, c)
		if n[c.Kind] == 0 {
			order = append(order, c.Kind)
		}
		n[c.Kind]++
	}
	if len(moved) > 0 {
		t := s.changeTable("Conclusions that moved", moved)
		d.Moved = &t
	}
	slices.SortStableFunc(order, func(a, b string) int { return n[b] - n[a] })
	for i, k := range order {
		var list []Change
		for _, c := range kinds {
			if c.Kind == k {
				list = append(list, c)
			}
		}
		name := show.First(orWord(kindName(k), "other"))
		d.Kinds = append(d.Kinds, tableGroup{Anchor: fmt.Sprintf("kind%d", i+1), Name: name, Note: show.Int(len(list)),
			Table: s.changeTable(name, list)})
	}
	p.Data = d
}

func (s *site) changeTable(caption string, list []Change) chart.Table {
	t := chart.NewTable(caption, "What", "Kind", "Before", "After", "Why", "Date")
	for _, c := range list {
		href := cmp.Or(s.findPath[c.Subject], s.RecordHref(c.Subject))
		t.Add(chart.Link(show.Clip(cmp.Or(c.Title, c.Subject), 200), href), orDash(kindName(c.Kind)),
			orDash(show.Clip(forReaders(c.Before), 200)), orDash(show.Clip(forReaders(c.After), 200)),
			orDash(show.Clip(c.Why, 300)), orDash(show.Clip(c.Date, 20)))
	}
	return t
}

// kindName says what kind of change it is, where the kind's own word does not.
func kindName(kind string) string {
	return cmp.Or(map[string]string{"k changed": "number of studies or people", "study in": "study joined a finding",
		"study out": "study left a finding"}[kind], show.Clip(kind, 60))
}

// forReaders leaves out the digits that files carry.
func forReaders(s string) string {
	s, _, _ = strings.Cut(s, " (analysis scale:")
	return s
}
