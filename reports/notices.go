package reports

import (
	"html/template"
	"strings"

	"past/internal/evidence"
	"past/reports/internal/show"
)

// noticeView is a notice ready to print.
type noticeView struct {
	Kind, Date, About, Said, By, Read string
	Source                            template.HTML
}

func (p *page) notice(n *evidence.Notice) noticeView {
	about := n.TrialID
	if n.DOI != "" {
		about = "doi:" + n.DOI
	}
	return noticeView{About: show.Clip(about, 120), Kind: evidence.NoticeName(n.Kind), Date: show.Clip(n.Date.String(), 20), Said: strings.TrimSuffix(show.Clip(n.Said, 400), ".") + ".", By: show.Clip(n.By, 120), Read: show.Clip(n.Read, 80), Source: p.Out(n.Source, show.Clip(n.Source, 80))}
}

func (p *page) notices(list []evidence.Notice) []noticeView {
	var out []noticeView
	for i := range list {
		out = append(out, p.notice(&list[i]))
	}
	return out
}

// noticesOf are the notices about a study's trials and papers.
func (s *site) noticesOf(st *evidence.Study) []evidence.Notice {
	trials, papers := map[string]bool{st.ID: true}, map[string]bool{}
	for _, r := range st.Records {
		trials[r] = true
	}
	for _, id := range st.Papers {
		papers[id] = true
	}
	var out []evidence.Notice
	for _, n := range s.Ed.Notices {
		if n.Concerns("", "", trials, papers) {
			out = append(out, n)
		}
	}
	return out
}
