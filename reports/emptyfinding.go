package reports

import (
	"cmp"
	"fmt"

	"past/internal/evidence"
	"past/reports/chart"
	"past/reports/internal/show"
)

// emptyPage is the page of a question without a number: at most 120 words.
type emptyPage struct {
	F        *evidence.Finding
	Ask      string
	Crumbs   []linked
	Exists   []linked
	More     string // what is listed elsewhere
	Nearest  *linked
	Plans    *chart.Table // changes of plan of the trials that could answer
	Sentence string
	Cite     string
	// Notices are those that concern the question, and NoticeLine is their summary.
	Notices    []noticeView
	NoticeLine string
}

// emptyMost is how many trials and reports an empty finding names.
const emptyMost = 3

func (s *site) emptyFinding(p *page, f *evidence.Finding) *emptyPage {
	d := &emptyPage{F: f, Ask: sentence(cmp.Or(f.Sentences.Ask, titleOf(f)), 200), Crumbs: s.crumbs(f),
		Sentence: sentence(f.Sentences.Plain, 400), Notices: p.notices(f.Notices), NoticeLine: noticeLine(f.Notices)}
	if !f.State.Sayable() {
		d.Sentence = "This edition did not look for it: no search named it, so nothing is said here and there is nothing to cite."
		return d
	}
	listed := map[string]bool{}
	exists := func(study, name string, l linked) {
		if study = cmp.Or(study, name); listed[study] {
			return
		}
		if listed[study] = true; len(d.Exists) < emptyMost {
			d.Exists = append(d.Exists, l)
		}
	}
	for _, m := range f.Missing {
		exists(m.StudyID, m.RecordID, linked{Path: s.missingHref(m), Name: show.Clip(m.RecordID, 40), Note: show.Clip(m.Reason(), 60) +
			pooledElsewhere(m)})
	}
	for _, m := range f.Measured {
		exists(m.StudyID, m.Label, linked{Path: s.studPath[m.StudyID], Name: show.Clip(m.Label, 50),
			Note: "measured, no usable number of this outcome"})
	}
	if rest := len(listed) - len(d.Exists); rest > 0 {
		d.More = fmt.Sprintf("%s more are listed on", show.Int(rest))
		if rest == 1 {
			d.More = "1 more is listed on"
		}
	}
	if l, ok := s.otherReports(f); ok {
		d.Exists = append(d.Exists, l)
	}
	if n := s.nearest(f); n != nil {
		d.Nearest = &linked{Path: s.findPath[n.ID], Name: titleOf(n)}
	}
	d.Plans = s.switchTable(s.switchesOf(f), 60)
	d.Cite = s.address("f/" + show.Clip(f.ID, 80) + "@" + s.Ed.ID)
	return d
}

// otherReports leads to the topic card of a question's outcome or condition where
// surveys or other reports of the substance are listed there.
func (s *site) otherReports(f *evidence.Finding) (linked, bool) {
	for i := range s.Ed.Cards {
		c := &s.Ed.Cards[i]
		if c.Topic != f.Domain && c.Topic != f.Condition {
			continue
		}
		n := 0
		for _, o := range c.Other {
			if o.Substance == f.Substance {
				n++
			}
		}
		if n > 0 {
			return linked{Path: s.cardPath(c.Topic), Name: show.Plural(n, "report", "reports") + " of another kind",
				Note: "such as a survey or case series, on the topic's card; not pooled"}, true
		}
	}
	return linked{}, false
}

// pooledElsewhere says that a trial has a pooled result for other questions.
func pooledElsewhere(m evidence.MissingTrial) string {
	switch n := len(m.PooledIn); n {
	case 0:
		return ""
	case 1:
		return "; pooled for another question"
	default:
		return "; pooled for " + show.Int(n) + " other questions"
	}
}

// nearest is the finding with a number that shares most with another one: the
// outcome before the substance.
func (s *site) nearest(f *evidence.Finding) *evidence.Finding {
	var best *evidence.Finding
	most := 0
	for i := range s.Ed.Findings {
		g := &s.Ed.Findings[i]
		if g.Headline.Estimate == nil || g.ID == f.ID {
			continue
		}
		n := 0
		if g.Domain == f.Domain {
			n += 4
		}
		if g.Condition == f.Condition {
			n += 3
		}
		if g.Substance == f.Substance {
			n += 2
		}
		if n > most {
			best, most = g, n
		}
	}
	if most < 4 {
		return nil
	}
	return best
}
