package pipeline

import (
	"cmp"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/internal/ident"
	"past/reports"
)

// tiedPapers are the papers that people's tables tie to each study, by study id: the
// records of registers may list none of them.
func tiedPapers(h *human, studies []evidence.Study, effects []evidence.Effect) map[string][]reports.TiedPaper {
	at := studiesByRecord(studies)
	named := map[string]string{}
	for i := range studies {
		named[studies[i].Label] = studies[i].ID
	}
	out := map[string][]reports.TiedPaper{}
	tie := func(study, doi, label, source, table string) {
		doi = ident.NormalDOI(doi)
		if study == "" || doi == "" && label == "" {
			return
		}
		list := out[study]
		i := slices.IndexFunc(list, func(p reports.TiedPaper) bool {
			return doi != "" && p.DOI == doi || doi == "" && p.DOI == "" && p.Label == label
		})
		if i < 0 {
			i = len(list)
			list = append(list, reports.TiedPaper{DOI: doi, Label: label, Source: source})
		}
		if !slices.Contains(list[i].Tables, table) {
			list[i].Tables = append(list[i].Tables, table)
		}
		out[study] = list
	}
	study := func(trial, label string) string {
		if s := at[trial]; s != nil {
			return s.ID
		}
		return cmp.Or(named[label], trial)
	}
	for _, m := range h.Measured {
		tie(study(m.TrialID, m.Label), m.DOI, m.Label, m.Source, "measured outcomes")
	}
	for _, o := range h.Other {
		tie(study(o.TrialID, ""), o.DOI, o.Reference, o.Source, "other evidence")
	}
	for i := range effects {
		if e := &effects[i]; e.DOI != "" {
			tie(e.StudyID, e.DOI, e.StudyLabel, "", "results")
		}
	}
	for _, x := range h.Harms {
		if doi := ident.OneDOI(x.Place); doi != "" {
			tie(study(x.TrialID, x.Study), doi, x.Study, "", "adverse events")
		}
	}
	for id, list := range out {
		slices.SortStableFunc(list, func(a, b reports.TiedPaper) int { return strings.Compare(a.DOI, b.DOI) })
		out[id] = list
	}
	return out
}
