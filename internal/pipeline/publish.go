package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"past/internal/cite"
	"past/internal/edition"
	"past/internal/edition/changes"
	"past/internal/edition/publish"
	"past/internal/evidence"
	"past/internal/run"
	"past/internal/store"
	"past/reports"
)

// starterState marks a database whose records are restated starter facts.
const starterState = "starter"

// MarkStarter notes that the records come from the starter set.
func (p *Pipeline) MarkStarter(ctx context.Context) error {
	return p.Store.SetState(ctx, starterState, "1")
}

// IsStarter reports whether the records come from the starter set.
func IsStarter(ctx context.Context, st *store.Store) (bool, error) {
	mark, err := st.State(ctx, starterState)
	return mark == "1", err
}

// Document is the edition of what the store holds now.
func (p *Pipeline) Document(ctx context.Context, software string) (edition.Document, error) {
	ev, err := p.evidence(ctx)
	if err != nil {
		return edition.Document{}, err
	}
	findings, err := p.Findings(ctx)
	if err != nil {
		return edition.Document{}, err
	}
	claims, err := p.Claims(ctx)
	if err != nil {
		return edition.Document{}, err
	}
	counts, err := p.Store.Counts(ctx)
	if err != nil {
		return edition.Document{}, err
	}
	m := map[string]int64{}
	for _, c := range CountList(counts) {
		m[c.Name] = c.N
	}
	starter, err := IsStarter(ctx, p.Store)
	if err != nil {
		return edition.Document{}, err
	}
	date := ""
	for _, f := range findings {
		date = max(date, f.LastCrawl)
	}
	return edition.New(ev, date, software, starter, m, findings, claims), nil
}

// evidence is what the edition's identity rests on.
func (p *Pipeline) evidence(ctx context.Context) (edition.Evidence, error) {
	ev := edition.Evidence{Records: map[string]string{}, Files: map[string]string{}}
	for s, err := range p.Store.RecordStates(ctx) {
		if err != nil {
			return ev, fmt.Errorf("reading records: %w", err)
		}
		ev.Records[s.Source+"/"+s.ID] = s.ContentHash
		// A record that the register took away is other evidence than one it still
		// answers for, though its content here is the same.
		if s.Gone != nil {
			ev.Records[s.Source+"/"+s.ID] += " gone"
		}
	}
	h, err := p.readReview()
	if err != nil {
		return ev, err
	}
	for _, f := range h.Files {
		ev.Files[f.Path] = f.SHA256
	}
	qs, err := p.questions(h)
	if err != nil {
		return ev, err
	}
	for _, q := range qs {
		b, err := json.Marshal(q)
		if err != nil {
			return ev, err
		}
		ev.Questions = append(ev.Questions, string(b))
	}
	return ev, nil
}

// Draft says what edition the store would be now.
func (p *Pipeline) Draft(ctx context.Context, software string) (*publish.Draft, error) {
	doc, err := p.Document(ctx, software)
	if err != nil {
		return nil, err
	}
	h, err := p.readReview()
	if err != nil {
		return nil, err
	}
	files := map[string]changes.File{}
	for _, f := range h.Files {
		own := slices.DeleteFunc(slices.Clone(h.Notices), func(n evidence.Notice) bool { return n.Prov.PayloadSHA256 != f.SHA256 })
		files[f.Path] = changes.File{SHA256: f.SHA256, Rows: changes.Rows(f.Path, f.Body), Notices: own}
	}
	findings, err := p.Findings(ctx)
	if err != nil {
		return nil, err
	}
	return publish.NewDraft(ctx, p.Store, doc, findings, files)
}

// Works gives a cycle over a store its stages, with the review files as they are
// when it asks.
func Works(st *store.Store, reviewDir string, now func() time.Time) func() run.Work {
	return func() run.Work {
		p := New(st, reviewDir)
		p.Now, p.OwnQuestions = now, true
		return p
	}
}

// Count is a number with its name.
type Count struct {
	Name string
	N    int64
}

// CountList gives the store's counts in the order in which people read them.
func CountList(c store.Counts) []Count {
	return []Count{
		{"records", c.Records}, {"payloads", c.Payloads}, {"planned_outcomes", c.PlannedOutcomes}, {"posted_outcomes", c.PostedOutcomes},
		{"outcome_groups", c.OutcomeGroups}, {"measurements", c.Measurements}, {"contrasts", c.Contrasts}, {"event_stats", c.EventStats},
		{"references", c.References}, {"publications", c.Publications}, {"studies", c.Studies}, {"arm_results", c.ArmResults},
		{"effects", c.Effects}, {"findings", c.Findings},
	}
}

// The most that a report shows of earlier editions: so many editions, and so
// many findings over all of them. What is older can be asked for with past cite.
const (
	mostEarlier      = 12
	mostEarlierPages = 400
)

// reportEarlier holds what earlier editions said against this one, for the
// pages at their permalinks.
func (p *Pipeline) reportEarlier(ctx context.Context, shelf *cite.Shelf, ed *reports.Edition) error {
	docs, err := publish.Before(ctx, p.Store, ed.ID, mostEarlier)
	if err != nil {
		return err
	}
	n := 0
	for _, doc := range docs {
		e := reports.Earlier{ID: doc.ID, Date: doc.Date}
		for _, f := range doc.Findings {
			now, asked := shelf.Finding(f.ID)
			if asked && f.K == 0 && now.K == 0 {
				continue // no number then or now
			}
			if n == mostEarlierPages {
				e.More++
				continue
			}
			n++
			c, err := shelf.Compare(doc, f.ID)
			if err != nil {
				return err
			}
			e.Findings = append(e.Findings, then(c))
		}
		e.Claims = claimsThen(doc, shelf.Document)
		ed.Earlier = append(ed.Earlier, e)
	}
	return nil
}

func then(c cite.Comparison) reports.Then {
	t := reports.Then{Finding: c.ID, Title: c.Title, Changed: c.Changed, Gone: c.Gone, In: c.In, Out: c.Out, Retracted: c.Retracted,
		Corrected: c.Corrected, ThenWords: c.ThenWords, NowWords: c.NowWords}
	for _, r := range c.Rows {
		t.Rows = append(t.Rows, reports.ThenRow{What: r.What, Then: r.Then, Now: r.Now, Changed: r.Changed})
	}
	return t
}

func claimsThen(old, now edition.Document) []reports.ClaimThen {
	var out []reports.ClaimThen
	for _, c := range old.Claims {
		t := reports.ClaimThen{ID: c.ID, Text: c.Text, Then: string(c.Verdict), Now: "no longer judged"}
		if i := slices.IndexFunc(now.Claims, func(x evidence.ClaimVerdict) bool { return x.ID == c.ID }); i >= 0 {
			t.Now = string(now.Claims[i].Verdict)
		}
		out = append(out, t)
	}
	return out
}

// reportCitations puts the ways to cite on the pages and the citation files into
// the edition's folder. The day of access is the reader's, so none is printed.
func (p *Pipeline) reportCitations(ctx context.Context, doc edition.Document, ed *reports.Edition) error {
	shelf, err := cite.ShelfOf(ctx, p.Store, doc, ed.Findings, "", time.Time{})
	if err != nil {
		return err
	}
	ed.Citations = map[string]reports.Citation{}
	if ed.Citations[""], err = citation([]cite.Item{shelf.Edition()}); err != nil {
		return err
	}
	for _, f := range doc.Findings {
		if !cite.Citable(f) {
			continue
		}
		items, err := shelf.Cite(f.ID)
		if err != nil {
			return err
		}
		// the other formats of a finding are files of the edition
		ed.Citations[f.ID] = reports.Citation{Text: cite.Text(items), BibTeX: cite.BibTeX(items)}
	}
	if err := p.reportEarlier(ctx, shelf, ed); err != nil {
		return err
	}
	files, err := shelf.Folder()
	if err != nil {
		return err
	}
	for _, f := range files {
		ed.Downloads = append(ed.Downloads, reports.Download{Path: f.Path, Title: f.Title, About: f.About, Data: f.Data})
	}
	return nil
}

func citation(items []cite.Item) (reports.Citation, error) {
	csl, err := cite.CSLJSON(items)
	return reports.Citation{Text: cite.Text(items), BibTeX: cite.BibTeX(items), RIS: cite.RIS(items), CSLJSON: csl}, err
}
