package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"past/crawler"
	"past/crawler/ctgov"
	"past/crawler/registers"
	"past/internal/evidence"
	"past/internal/ident"
	"past/internal/imports"
	"past/internal/store"
	"past/internal/vocab"
	"past/reports"
)

// SourceOptions are what some registers need to know of the asker.
type SourceOptions = registers.Options

// Sources gives the registers of these names; none named is all that are asked
// without being named.
// Options, where given, are the first.
func Sources(names []string, options ...SourceOptions) ([]crawler.Source, error) {
	var o SourceOptions
	if len(options) > 0 {
		o = options[0]
	}
	var out []crawler.Source
	var known []string
	for _, r := range registers.Registers(o) {
		known = append(known, r.Name())
		if slices.Contains(names, r.Name()) || len(names) == 0 && r.Searched() {
			out = append(out, r)
		}
	}
	for _, n := range names {
		if !slices.Contains(known, n) {
			return nil, fmt.Errorf("no register is called %q; known are %s", n, strings.Join(known, ", "))
		}
	}
	return out, nil
}

// KnownDOIs lists the DOIs that the stored records name, sorted: what Crossref
// is asked for.
func KnownDOIs(ctx context.Context, st *store.Store) ([]string, error) {
	seen := map[string]bool{}
	for r, err := range st.Records(ctx, store.RecordFilter{}) {
		if err != nil {
			return nil, err
		}
		if r.Publication != nil && r.Publication.DOI != "" {
			seen[strings.ToLower(r.Publication.DOI)] = true
		}
		for _, ref := range r.References {
			if ref.DOI != "" {
				seen[strings.ToLower(ref.DOI)] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(seen)), nil
}

// SexualInstruments is the id under which the instruments of sexual function are
// asked for beside the conditions: a trial that measures it need not treat it.
const SexualInstruments = "sexual-instruments"

// Unasked are the subjects of the vocabulary for which no register is asked,
// since they have no queries.
func Unasked() []string {
	var ids []string
	for _, s := range vocab.Default().Substances() {
		if s.Core && len(s.Queries) == 0 && s.FoldInto == "" {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// CrawlQuestion is what every register is asked: the core substances with those
// that count as them; the conditions and the topics of the tracker; and the
// instruments of sexual function.
func CrawlQuestion() crawler.QuestionSet {
	v := vocab.Default()
	var q crawler.QuestionSet
	at := map[string]int{}
	for _, s := range v.Substances() {
		if s.Core && len(s.Queries) > 0 {
			at[s.ID] = len(q.Substances)
			q.Substances = append(q.Substances, crawler.Concept{ID: s.ID, Terms: slices.Clone(s.Queries), Mesh: slices.Clone(s.Mesh), Rare: s.Rare})
		}
	}
	for _, s := range v.Substances() {
		if i, ok := at[s.FoldInto]; ok {
			q.Substances[i].Terms, q.Substances[i].Mesh = append(q.Substances[i].Terms, s.Queries...), append(q.Substances[i].Mesh, s.Mesh...)
		}
	}
	for _, c := range v.Conditions() {
		if (c.Tracked || !v.Alone()) && len(c.Queries) > 0 {
			q.Conditions = append(q.Conditions, crawler.Concept{ID: c.ID, Terms: c.Queries, Mesh: c.Mesh})
		}
	}
	for _, t := range v.Topics() {
		if len(t.Queries) > 0 {
			q.Conditions = append(q.Conditions, crawler.Concept{ID: t.ID, Terms: t.Queries, Mesh: t.Mesh})
		}
	}
	if !v.AsksSexual() {
		return q
	}
	sexual := []string{"sexual-function", "sexual-compulsivity", "sexual-communication"}
	for _, d := range v.OutcomeDomains() {
		if d.Parent == sexual[0] {
			sexual = append(sexual, d.ID)
		}
	}
	var names []string
	for _, in := range v.Instruments() {
		name, _, _ := strings.Cut(in.Name, " (") // IIEF (15 items)
		if slices.Contains(sexual, in.Domain) && in.Kind == "questionnaire" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	q.Conditions = append(q.Conditions, crawler.Concept{ID: SexualInstruments, Terms: names})
	return q
}

// FetchHistory asks ClinicalTrials.gov for the older versions of a stored
// record and keeps them beside our own snapshots.
func FetchHistory(ctx context.Context, st *store.Store, opt crawler.Options, id string) error {
	src := ctgov.New()
	opt.Sources = []crawler.Source{src}
	opt.Question = CrawlQuestion()
	col, err := crawler.New(opt, st)
	if err != nil {
		return err
	}
	f, moved, err := col.Fetcher(src.Name())
	if err != nil {
		return err
	}
	h, err := ctgov.History(ctx, f, moved.Policy().BaseURL, id, nil)
	if err != nil {
		return fmt.Errorf("history of %s: %w", id, err)
	}
	if _, err := st.AddHistory(ctx, src.Name(), "", h.Payloads, h.Versions); err != nil {
		return err
	}
	return st.AddProblems(ctx, h.Problems)
}

// Import takes in files, folders, archives and the standard input ("-"): what
// each is, is seen from its content.
func (p *Pipeline) Import(ctx context.Context, run string, paths []string) (imports.Report, error) {
	im := imports.Importer{Store: p.Store, Parse: registers.Parse, Now: p.Now, Run: run}
	return im.Files(ctx, paths)
}

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
