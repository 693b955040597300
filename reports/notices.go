package reports

import (
	"html/template"
	"strings"

	"past/internal/evidence"
	"past/reports/internal/show"
)

// noticeView is a notice ready to print.
type noticeView struct {
	Kind, Date, Said, By, Read string
	Source                     template.HTML
}

func (p *page) notice(n *evidence.Notice) noticeView {
	return noticeView{Kind: evidence.NoticeName(n.Kind), Date: show.Clip(n.Date.String(), 20), Said: strings.TrimSuffix(show.Clip(n.Said, 400), ".") + ".", By: show.Clip(n.By, 120), Read: show.Clip(n.Read, 80), Source: p.Out(n.Source, show.Clip(n.Source, 80))}
}

// noticesFor are the notices about a finding's trials, papers or treatment.
func (s *site) noticesFor(p *page, f *evidence.Finding) []noticeView {
	trials, papers := map[string]bool{}, map[string]bool{}
	for i := range f.Effects {
		e := &f.Effects[i]
		trials[e.StudyID], trials[e.RecordID] = true, true
		papers["doi:"+e.DOI] = e.DOI != ""
	}
	return s.notices(p, f.Substance, f.Condition, trials, papers)
}

func (s *site) notices(p *page, substance, condition string, trials, papers map[string]bool) []noticeView {
	var out []noticeView
	for i := range s.Ed.Notices {
		if n := &s.Ed.Notices[i]; n.Concerns(substance, condition, trials, papers) {
			out = append(out, p.notice(n))
		}
	}
	return out
}
