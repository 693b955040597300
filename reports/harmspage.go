package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/reports/chart"
	"past/reports/internal/show"
)

type harmsData struct {
	Total int
	Subs  []harmSub
	Rows  bool // the single rows have a page
}

// harmSub are the harms of one substance.
type harmSub struct {
	Anchor, Name string
	Facts        []named
	Plot, More   *figView // the terms with most people, and the others folded
	MoreTerms    string
	Sexual       *figView
	SexualNote   string
	Alone        string
	Notices      []noticeView
	NoticeLine   string // the notices by kind, and what they mean for the counts
}

// harmBrief are the harms of a treatment in three lines.
type harmBrief struct {
	Lines []named
	Href  string
}

// harmsOf finds the summary of a substance.
func (s *site) harmsOf(substance string) *evidence.Harms {
	for i := range s.Ed.HarmSummaries {
		if s.Ed.HarmSummaries[i].Substance == substance {
			return &s.Ed.HarmSummaries[i]
		}
	}
	return nil
}

// harmBrief is nil where the edition has no summary of the substance's harms.
func (s *site) harmBrief(substance string) *harmBrief {
	h := s.harmsOf(substance)
	if h == nil || h.Rows == 0 {
		return nil
	}
	b := &harmBrief{Lines: harmFacts(h)[1:], Href: "harms.html#" + harmAnchor(substance)}
	if line := harmNoticeLine(h); line != "" {
		b.Lines = append(b.Lines, named{Name: "Notices", Value: line})
	}
	return b
}

// harmNoticeLine names the notices that bear on a substance's harms, and says how.
func harmNoticeLine(h *evidence.Harms) string {
	if len(h.Notices) == 0 {
		return ""
	}
	return noticeLine(h.Notices) + ". " + sentence(h.NoticeNote, 400)
}

func harmAnchor(substance string) string { return "h-" + show.Slug(substance) }

// countOf prints a count of people; what no study states says so.
func countOf(c evidence.HarmCount) string {
	if c.Affected == nil {
		return "not stated"
	}
	t := show.Int(*c.Affected)
	if c.AtRisk != nil {
		t += " of " + show.Int(*c.AtRisk) + " people"
	}
	t += " in " + show.Plural(c.Stated, "study", "studies")
	if c.Unstated > 0 {
		t += "; of " + show.Int(c.Unstated) + " more the tables on file do not say"
	}
	return t
}

func harmFacts(h *evidence.Harms) []named {
	exposed := "not stated"
	if h.Exposed.AtRisk != nil {
		exposed = show.Int(*h.Exposed.AtRisk) + " in " + show.Plural(h.Exposed.Stated, "study", "studies")
		if h.Exposed.Unstated > 0 {
			exposed += "; of " + show.Int(h.Exposed.Unstated) + " more the tables on file do not say"
		}
	}
	return []named{{Name: "People exposed", Value: exposed}, {Name: "Serious events", Value: countOf(h.Serious)},
		{Name: "Deaths", Value: countOf(h.Deaths)}, {Name: "Stopped because of harm", Value: countOf(h.Stopped)}}
}

// A substance's figures show harmTerms terms, the first of them open until they
// fill harmOpen comparisons and the others folded; the rows have all.
const (
	harmTerms = 8
	harmOpen  = 22
)

func (s *site) harmsPage() {
	p := &page{Path: "harms.html", Name: "harms", Title: "Harms", Nav: "harms.html", Description: "Harms reported in trials of " +
		s.subject() + ", by substance, each against the comparison arm of the same trial."}
	s.add(p)
	p.fill = func() (any, error) { return s.harmsView(p), nil }
}

func (s *site) harmsView(p *page) *harmsData {
	d := &harmsData{Total: len(s.Ed.Harms), Rows: len(s.Ed.Harms) > 0}
	for i := range s.Ed.HarmSummaries {
		h := &s.Ed.HarmSummaries[i]
		v := harmSub{Anchor: harmAnchor(h.Substance), Name: show.First(s.Name(h.Substance)), SexualNote: sentence(h.SexualNote, 300),
			Notices: p.notices(h.Notices), NoticeLine: harmNoticeLine(h)}
		if h.Rows == 0 {
			v.Alone = "No adverse event table is on file: " + orWord(string(h.State), "not stated") + ". That is an absence of data, not of harm."
			d.Subs = append(d.Subs, v)
			continue
		}
		v.Facts = harmFacts(h)
		s.termPlots(p, &v, h)
		if r, ok := s.harmPlot(h.Substance, "sexual", "Sexual and genital side effects", h.Sexual); ok {
			v.Sexual = p.harmFigure(r)
		}
		d.Subs = append(d.Subs, v)
	}
	return d
}

// termPlots draws the terms with most people and folds the others.
func (s *site) termPlots(p *page, v *harmSub, h *evidence.Harms) {
	var drawn []evidence.HarmTerm
	for _, t := range h.Terms {
		if drawable(t) {
			drawn = append(drawn, t)
		}
	}
	all := len(drawn)
	drawn = drawn[:min(all, harmTerms)]
	open, rows := 0, 0
	for open < len(drawn) && (open == 0 || rows+len(drawn[open].Comparisons) <= harmOpen) {
		rows += len(drawn[open].Comparisons)
		open++
	}
	if r, ok := s.harmPlot(h.Substance, "terms", "Risk difference by term", drawn[:open]); ok {
		if open < all {
			r.Note += fmt.Sprintf(" Shown: %s of %d, by people affected; the page of rows has all.", show.Plural(open, "term", "terms"), all)
		}
		v.Plot = p.harmFigure(r)
	}
	if r, ok := s.harmPlot(h.Substance, "more", "Risk difference by term, further terms", drawn[open:]); ok {
		v.More = p.harmFigure(r)
		var names []string
		for _, t := range drawn[open:] {
			names = append(names, show.Clip(t.Name, 40))
		}
		v.MoreTerms = show.First(strings.Join(names, ", "))
	}
}

func (p *page) harmFigure(r chart.Rows) *figView {
	f := p.rows(r)
	f.Full = &linked{Path: "harm-rows.html", Name: "every row as reported"}
	return &f
}

// harmPlot describes the risk differences of terms, each within one trial's own
// table; nothing is added up across trials.
func (s *site) harmPlot(sub, kind, title string, terms []evidence.HarmTerm) (chart.Rows, bool) {
	r := chart.Rows{ID: kind + "-" + show.Slug(sub), Title: title, NameHead: "Term and trial", Stamp: s.permalink(""),
		Axis: chart.Axis{Title: "Risk difference, percentage points", Percent: true, Left: "fewer with " + s.Name(sub), Right: "more with " +
			s.Name(sub)},
		Columns: []chart.Column{{Group: "People affected", Head: show.First(s.Name(sub)), Say: "treatment"},
			{Group: "People affected", Head: "comparator", Say: "comparator"}, {Head: "difference [95% CI]", After: true, Phone: true}}}
	r.Table = chart.NewTable(title, "Term", "Trial", "#Affected", "#At risk", "#Affected, comparator", "#At risk, comparator",
		"#Difference, %", "#95% lower", "#95% upper")
	left := 0
	for _, t := range terms {
		if !drawable(t) {
			continue
		}
		r.Rows = append(r.Rows, chart.Row{Kind: chart.Group, Name: show.First(show.Clip(t.Name, 60)), Line: -1})
		for i := range t.Comparisons {
			c := &t.Comparisons[i]
			if c.Difference == nil || c.Lower == nil || c.Upper == nil {
				left++
				continue
			}
			of := func(a evidence.HarmArm) string {
				if a.Affected == nil || a.AtRisk == nil {
					return "not stated"
				}
				return show.Int(*a.Affected) + "/" + show.Int(*a.AtRisk)
			}
			name := show.Clip(c.Treat.Label, 36)
			if dose := c.Treat.DoseWords(); dose != "" {
				name += ", " + show.Clip(dose, 80)
			}
			if c.Treat.Window != "" {
				name += ", " + show.Clip(c.Treat.Window, 20)
			}
			if c.Treat.Serious != nil && *c.Treat.Serious {
				name += ", serious"
			}
			row := chart.Row{Name: name, Href: s.studPath[c.Treat.StudyID], Line: len(r.Lines),
				Cells: []string{of(c.Treat), of(c.Control), show.None}}
			pct := func(x *float64) chart.Cell {
				if x == nil {
					return chart.Cell{Text: show.None}
				}
				return chart.Cell{Text: show.Fixed(100**x, 0), Exact: show.Raw(100 * *x)}
			}
			row.Cells[2] = show.Fixed(100**c.Difference, 0) + " [" + show.Fixed(100**c.Lower, 0) + ", " + show.Fixed(100**c.Upper, 0) + "]"
			row.Marks = []chart.Mark{{Shape: chart.Dot, Est: 100 * *c.Difference, Lo: 100 * *c.Lower, Hi: 100 * *c.Upper}}
			count := func(n *int) chart.Cell { return chart.Cell{Text: show.IntP(n)} }
			r.Add(show.Clip(t.Name, 80), chart.Link(name, row.Href), count(c.Treat.Affected), count(c.Treat.AtRisk), count(c.Control.Affected),
				count(c.Control.AtRisk), pct(c.Difference), pct(c.Lower), pct(c.Upper))
			r.Rows = append(r.Rows, row)
		}
	}
	if len(r.Lines) == 0 {
		return r, false
	}
	r.Note = "Each row compares the arms of one trial's own table. Terms are not added up to people, and a term that a table " +
		"leaves out is not zero."
	if left > 0 {
		r.Note += " " + countSentence(left,
			"comparison has no difference (the same people in both arms, or counts not in people) and is among the rows.",
			"comparisons have no difference (the same people in both arms, or counts not in people) and are among the rows.")
	}
	r.Fit()
	r.Alt = "Risk differences with their intervals, one row a comparison."
	return r, true
}

// drawable reports whether a term has a comparison with a difference.
func drawable(t evidence.HarmTerm) bool {
	return slices.ContainsFunc(t.Comparisons, func(c evidence.HarmComparison) bool {
		return c.Difference != nil && c.Lower != nil &&
			c.Upper != nil
	})
}

type harmRowsData struct {
	Groups     []tableGroup
	Shown, All int
}

// harmRowsMost bounds the rows of the page; the data files have the rest.
const harmRowsMost = 600

// harmRowsPage lists the single rows, one level below the harms.
func (s *site) harmRowsPage() {
	if len(s.Ed.Harms) == 0 {
		return
	}
	p := &page{Path: "harm-rows.html", Name: "harmrows", Title: "Adverse events, row by row", Nav: "harms.html"}
	s.add(p)
	d := &harmRowsData{}
	var order []string
	by := map[string][]*evidence.HarmRow{}
	for i := range s.Ed.Harms {
		h := &s.Ed.Harms[i]
		if _, ok := by[h.Substance]; !ok {
			order = append(order, h.Substance)
		}
		by[h.Substance] = append(by[h.Substance], h)
	}
	most := max(1, harmRowsMost/len(order))
	for i, sub := range order {
		rows := slices.Clone(by[sub])
		slices.SortStableFunc(rows, func(a, b *evidence.HarmRow) int {
			return cmp.Or(boolOrder(is(b.Serious), is(a.Serious)), cmp.Compare(affectedOf(b), affectedOf(a)), strings.Compare(a.Term, b.Term),
				strings.Compare(a.Label, b.Label))
		})
		serious, unstated := 0, 0
		for _, r := range rows {
			switch {
			case r.Serious == nil:
				unstated++
			case *r.Serious:
				serious++
			}
		}
		grave, order := show.Int(serious)+" of them serious", "Serious events first, then by"
		if unstated == len(rows) {
			grave, order = "whether they were serious is not stated", "By"
		} else if unstated > 0 {
			grave += "; not stated for " + show.Int(unstated)
		}
		name := cmp.Or(s.Name(sub), "Substance not said")
		g := tableGroup{Anchor: fmt.Sprintf("sub%d", i+1), Name: show.First(name), Table: harmTable("Adverse events reported with "+name, rows,
			most, s.studPath)}
		g.Note = fmt.Sprintf("%s, %s. %s the number affected in an arm.", rowsShown(len(rows), len(g.Table.Lines)), grave, order)
		d.Groups = append(d.Groups, g)
		d.Shown, d.All = d.Shown+min(most, len(rows)), d.All+len(rows)
	}
	p.Data = d
}

// rowsShown counts rows, and those of them that a page shows.
func rowsShown(all, shown int) string {
	t := show.Plural(all, "row", "rows")
	if shown < all {
		t += " (the first " + show.Int(shown) + " are shown; the data files have all)"
	}
	return t
}

// countedIn names what a row counts: dosing sessions are no people.
func countedIn(unit string) string { return cmp.Or(show.Clip(unit, 20), "(unit not stated)") }

// is reports whether a source says yes; silence is no yes.
func is(b *bool) bool { return b != nil && *b }

func boolOrder(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func affectedOf(h *evidence.HarmRow) int {
	switch {
	case h.Affected != nil:
		return *h.Affected
	case h.Events != nil:
		return *h.Events
	}
	return -1
}

// harmTable prints the first rows' counts as they were given, with what they count;
// what was not stated stays a dash.
func harmTable(caption string, rows []*evidence.HarmRow, most int, link map[string]string) chart.Table {
	t := chart.NewTable(caption, "Term", "Study", "Arm", "#Affected", "#At risk", "Counted in", "#Events", "When", "Notes")
	for _, h := range rows[:min(most, len(rows))] {
		term := show.Clip(h.Term, 120)
		if is(h.Serious) {
			term += " (serious)"
		}
		arm := show.Clip(strings.ReplaceAll(h.Given(), "_", " "), 100)
		if is(h.Control) {
			arm += " (comparator)"
		}
		var notes []string
		if h.Threshold != "" {
			notes = append(notes, "listed from "+show.Clip(h.Threshold, 20)+"%")
		}
		notes = append(notes, flagWords(h.Flags)...)
		t.Add(orDash(term), chart.Link(show.Clip(cmp.Or(h.Label, h.StudyID), 100), link[h.StudyID]), orDash(arm), show.IntP(h.Affected),
			show.IntP(h.AtRisk), countedIn(h.Unit), show.IntP(h.Events), orDash(show.Clip(h.Window, 60)), strings.Join(notes, "; "))
	}
	return t
}

func robTable(rows []RiskOfBiasRow, link map[string]string) *chart.Table {
	t := chart.NewTable("Risk of bias, as judged", "Study", "D1 randomisation", "D2 deviations", "D3 missing data", "D4 measurement",
		"D5 selection", "Overall", "Tool, judge")
	for _, r := range rows {
		c := []any{chart.Link(show.Clip(cmp.Or(r.Label, r.StudyID), 120), link[r.StudyID])}
		for i := range 5 {
			v := ""
			if i < len(r.Domains) {
				v = r.Domains[i]
			}
			c = append(c, orDash(show.Clip(v, 30)))
		}
		who := strings.Trim(strings.Join([]string{show.Clip(r.Tool, 30), show.Clip(r.JudgedBy, 60), show.Clip(r.Date, 20)}, ", "), ", ")
		t.Add(append(c, orDash(show.Clip(r.Overall, 30)), orDash(strings.ReplaceAll(who, ", ,", ",")))...)
	}
	return t.OrNil()
}
