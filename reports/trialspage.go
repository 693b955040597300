package reports

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/reports/internal/figure"
	"past/reports/internal/show"
)

// trialsPerPage keeps each page readable and far below its size limit.
const trialsPerPage = 100

type trialsData struct {
	Lede               string
	Total, Page, Pages int
	Rows               []trialView
	Pager              []pageLink
	Data               template.JS
	Figures            []figView
	Plans              *figure.Table
}

type pageLink struct {
	Path, Name string
	Here       bool
}

type trialView struct {
	Href, ID, Title, Status, Class, Phase, From, To, N, About, Sponsor string
	Results, Retold                                                    bool
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
		s.trialsPage(p, part, i, n)
	}
}

func (s *site) trialsPage(p *page, part []TrialRow, at, of int) {
	d := &trialsData{Total: len(s.Ed.Trials), Page: at, Pages: of}
	d.Lede = fmt.Sprintf("%s of trials in this edition; a trial has one in each register that holds it, and one for each country in the EU's older register. Enrolment is what the register states, which is not the number randomised.", show.Plural(len(s.Ed.Trials), "record", "records"))
	for i := range part {
		d.Rows = append(d.Rows, s.trialView(&part[i]))
	}
	for i := 1; i <= of; i++ {
		d.Pager = append(d.Pager, pageLink{Path: trialsPath(i), Name: show.Int(i), Here: i == at})
	}
	if fig, ok := figure.Timeline(lanesOf(part, timelineMost), p.stamp(), "timeline"); ok {
		d.Figures = append(d.Figures, p.fig(fig))
	}
	if fig, ok := figure.Bars("countries", "Countries with trial sites", "Trials with at least one site in the country; a trial in several countries counts in each.", "Trials", countryCounts(s.Ed.Trials), p.stamp()); ok && at == 1 {
		d.Figures = append(d.Figures, p.fig(fig))
	}
	if at == 1 {
		d.Plans = s.switchTable(s.Ed.Switches, 150)
	}
	d.Data = s.trialConf(p)
	p.Data = d
}

func (s *site) trialView(t *TrialRow) trialView {
	v := trialView{Href: s.studPath[t.StudyID], ID: show.Clip(t.ID, 60), Title: show.Clip(t.Title, 240), Status: orDash(show.Clip(string(t.Status), 40)), Class: statusClass(t.Status),
		Phase: phases(t.Phases), N: show.IntP(t.Enrolment), Results: t.HasResults, Retold: t.Retold}
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

func lanesOf(list []TrialRow, most int) []figure.Lane {
	var out []figure.Lane
	for i := range list {
		if i == most {
			break
		}
		t := &list[i]
		out = append(out, figure.Lane{ID: show.Clip(t.ID, 40), Title: t.Title, Status: string(t.Status), Class: statusClass(t.Status), Start: t.Start, End: t.Completion, Results: t.HasResults})
	}
	return out
}

// countryCounts counts trials by country, most first; small ones are gathered.
func countryCounts(list []TrialRow) []figure.Count {
	n := map[string]int{}
	for i := range list {
		seen := map[string]bool{}
		for _, c := range list[i].Countries {
			if c != "" && !seen[c] {
				seen[c] = true
				n[c]++
			}
		}
	}
	out := make([]figure.Count, 0, len(n))
	for c, k := range n {
		out = append(out, figure.Count{Name: c, N: k})
	}
	slices.SortFunc(out, func(a, b figure.Count) int { return cmp.Or(b.N-a.N, strings.Compare(a.Name, b.Name)) })
	const most = 24
	if len(out) > most {
		out = out[:most]
	}
	return out
}
