package reports

import (
	"cmp"
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"
	"time"

	"past/internal/evidence"
	"past/reports/chart"
	"past/reports/internal/show"
)

// trialsPerPage keeps each page readable and far below its size limit.
const trialsPerPage = 40

type trialsData struct {
	Lede               string
	Total, Page, Pages int
	Rows               []trialView
	Pager              []pageLink
	Data               template.JS
	Figures            []figView
	Plans              *chart.Table
}

type pageLink struct {
	Path, Name string
	Here       bool
}

type trialView struct {
	Href, ID, Title, Status, Class, Phase, From, To, N, About, Sponsor string
	Results, Restated                                                  bool
}

func trialsPath(n int) string {
	if n == 1 {
		return "trials.html"
	}
	return fmt.Sprintf("trials-%d.html", n)
}

func (s *site) trialsPages() {
	s.makeTrialFile()
	per := trialsPerPage
	if s.single {
		per = max(1, len(s.Ed.Trials))
	}
	n := max(1, (len(s.Ed.Trials)+per-1)/per)
	for i := 1; i <= n; i++ {
		p := &page{Path: trialsPath(i), Name: "trials", Title: "Registered trials", Nav: "trials.html"}
		if i > 1 {
			p.Title = fmt.Sprintf("Registered trials, page %d", i)
		}
		s.add(p)
		part := s.Ed.Trials[min(len(s.Ed.Trials), (i-1)*per):min(len(s.Ed.Trials), i*per)]
		p.fill = func() (any, error) { return s.trialsPage(p, part, i, n), nil }
	}
}

// pagerWhole is up to how many pages of trials each page links to all; of more it
// links to the first, the last and those beside it.
const pagerWhole = 20

func (s *site) trialsPage(p *page, part []TrialRow, at, of int) *trialsData {
	d := &trialsData{Total: len(s.Ed.Trials), Page: at, Pages: of}
	d.Lede = fmt.Sprintf("%s of trials in this edition; a trial has one in each register that holds it, and one for each "+
		"country in the EU's older register. Enrolment is what the register states, which is not the number "+
		"randomised.", show.Plural(len(s.Ed.Trials), "record", "records"))
	for i := range part {
		d.Rows = append(d.Rows, s.trialView(&part[i]))
	}
	for i := 1; i <= of; i++ {
		switch near := max(i-at, at-i); {
		case of <= pagerWhole || i == 1 || i == of || near < 5:
			d.Pager = append(d.Pager, pageLink{Path: trialsPath(i), Name: show.Int(i), Here: i == at})
		case near == 5:
			d.Pager = append(d.Pager, pageLink{Name: "…"})
		}
	}
	if r, ok := s.timeline(part[:min(len(part), timelineMost)]); ok {
		v := p.rows(r)
		if !s.opt.NoLibrary {
			v.Option = jsonFor(r.Option())
		}
		d.Figures = append(d.Figures, v)
	}
	if at == 1 {
		d.Plans = s.switchTable(s.Ed.Switches, 150)
	}
	d.Data = s.trialConf(p)
	return d
}

func (s *site) trialView(t *TrialRow) trialView {
	v := trialView{Href: s.studPath[t.StudyID], ID: show.Clip(t.ID, 60), Title: show.Clip(t.Title, 240),
		Status: orDash(show.Clip(string(t.Status), 40)), Class: statusClass(t.Status),
		Phase: phases(t.Phases), N: show.IntP(t.Enrolment), Results: t.HasResults, Restated: t.Restated}
	if s.records[t.ID] > 1 { // one number in several registers
		v.ID += ", " + cmp.Or(s.names[t.Source], show.Clip(t.Source, 40))
	}
	v.From, v.To = show.Clip(t.Start.String(), 40), show.Clip(t.Completion.String(), 40)
	if v.From == "" && v.To == "" {
		v.From = show.None
	}
	if v.Href == "" {
		v.Href = s.RecordHref(t.ID)
	}
	if t.Planned && t.Enrolment != nil {
		v.N += " planned"
	}
	v.About = show.Clip(strings.Join(t.Substances, ", "), 120)
	if c := show.Clip(strings.Join(t.Conditions, ", "), 160); c != "" {
		if v.About != "" {
			v.About += " · "
		}
		v.About += c
	}
	v.About = orDash(v.About)
	v.Sponsor = show.Clip(t.Sponsor, 100)
	if c := show.Clip(strings.Join(t.Countries, ", "), 100); c != "" {
		if v.Sponsor != "" {
			v.Sponsor += " · "
		}
		v.Sponsor += c
	}
	v.Sponsor = orDash(v.Sponsor)
	return v
}

// phases writes a register's codes of phases in words.
func phases(codes []string) string {
	var out []string
	for _, c := range codes {
		switch n, ok := strings.CutPrefix(c, "PHASE"); {
		case ok && len(n) == 1:
			c = "Phase " + n
		case c == "EARLY_PHASE1":
			c = "Early phase 1"
		case c == "NA":
			c = "no phase"
		}
		out = append(out, c)
	}
	return show.Clip(strings.Join(out, ", "), 60)
}

// statusClass groups statuses for their mark: each class has its own shape.
func statusClass(s evidence.Status) string {
	switch s {
	case evidence.StatusRecruiting, evidence.StatusActive:
		return "run"
	case evidence.StatusNotYet:
		return "plan"
	case evidence.StatusCompleted:
		return "done"
	case evidence.StatusTerminated, evidence.StatusWithdrawn, evidence.StatusSuspended:
		return "stop"
	}
	return "unk"
}

// datesOf prints start and completion as the register writes them; a partial
// date stays partial.
func datesOf(t *TrialRow) string {
	a, b := show.Clip(t.Start.String(), 40), show.Clip(t.Completion.String(), 40)
	switch {
	case a == "" && b == "":
		return show.None
	case b == "":
		return "from " + a
	case a == "":
		return "to " + b
	}
	return a + " to " + b
}

// timelineMost bounds the bars of one page's timeline.
const timelineMost = 150

// timeline describes trials from start to completion, one bar each, by status.
func (s *site) timeline(list []TrialRow) (chart.Rows, bool) {
	r := chart.Rows{ID: "timeline", Title: "Trials over time", NameHead: "Trial", Axis: chart.Axis{NoNull: true, Years: true,
		Lo: math.Inf(1), Hi: math.Inf(-1)}, Columns: []chart.Column{{Head: "Status", After: true, Phone: true}}}
	r.Note = "One bar a trial, from its start to its planned or actual completion: filled completed, light running, dotted not " +
		"yet recruiting, dashed unknown, crossed stopped. A dot marks posted results."
	r.Table = chart.NewTable("Trials by start", "Trial", "Status", "Start", "Completion", "Results")
	undated := 0
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, func(a, b TrialRow) int { return strings.Compare(a.Start.Raw, b.Start.Raw) })
	for i := range sorted {
		t := &sorted[i]
		s0, _, p := t.Start.Bounds()
		_, e1, q := t.Completion.Bounds()
		if p == evidence.NoDate || q == evidence.NoDate || e1.Before(s0) || s0.Year() < 1950 || e1.Year() > 2100 {
			undated++
			continue
		}
		m := chart.Mark{Shape: chart.Lane, Est: yearOf(s0), Lo: yearOf(s0), Hi: yearOf(e1), Class: statusClass(t.Status)}
		res := "none posted"
		if t.HasResults {
			m.Size, res = 1, "posted"
		}
		r.Axis.Lo, r.Axis.Hi = math.Min(r.Axis.Lo, m.Lo), math.Max(r.Axis.Hi, m.Hi)
		r.Rows = append(r.Rows, chart.Row{Name: show.Clip(t.ID, 30), Line: len(r.Lines), Cells: []string{show.Clip(string(t.Status), 30)},
			Marks: []chart.Mark{m}, Href: s.studPath[t.StudyID]})
		r.Add(show.Clip(t.ID, 60), show.Clip(string(t.Status), 40), orDash(show.Clip(t.Start.String(), 30)),
			orDash(show.Clip(t.Completion.String(), 30)), res)
	}
	if undated > 0 {
		r.Note += " " + show.Plural(undated, "trial has", "trials have") + " no usable dates."
	}
	if len(r.Rows) == 0 {
		return r, false
	}
	r.Axis.Lo, r.Axis.Hi = math.Floor(r.Axis.Lo), math.Ceil(r.Axis.Hi)
	r.Alt = fmt.Sprintf("Timeline of %s.", show.Plural(len(r.Rows), "trial", "trials"))
	return r, true
}

// yearOf gives a date as a year with its fraction.
func yearOf(t time.Time) float64 { return float64(t.Year()) + float64(t.YearDay()-1)/366 }
