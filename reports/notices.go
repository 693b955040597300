package reports

import (
	"html/template"
	"slices"
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
	return noticeView{About: show.Clip(about, 120), Kind: evidence.NoticeName(n.Kind), Date: show.Clip(n.Date.String(), 20),
		Said: strings.TrimSuffix(show.Clip(n.Said, 4000), ".") + ".", By: show.Clip(n.By, 300), Read: show.Clip(n.Read, 400),
		Source: p.Out(n.Source, show.Clip(n.Source, 300))}
}

func (p *page) notices(list []evidence.Notice) []noticeView {
	var out []noticeView
	for i := range list {
		out = append(out, p.notice(&list[i]))
	}
	return out
}

// noticeLine names the notices of a finding by kind, each kind once, with the
// dates.
func noticeLine(list []evidence.Notice) string {
	var kinds []string
	dates := map[string][]string{}
	n := map[string]int{}
	for i := range list {
		k := evidence.NoticeName(list[i].Kind)
		if n[k]++; n[k] == 1 {
			kinds = append(kinds, k)
		}
		if d := show.Clip(list[i].Date.String(), 20); d != "" && !slices.Contains(dates[k], d) {
			dates[k] = append(dates[k], d)
		}
	}
	parts := make([]string, 0, len(kinds))
	for _, k := range kinds {
		t := k
		if n[k] > 1 {
			t = show.Plural(n[k], k, k+"s")
		}
		parts = append(parts, strings.TrimSpace(t+" "+strings.Join(dates[k], ", ")))
	}
	return show.First(strings.Join(parts, "; "))
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
