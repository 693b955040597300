package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"past/internal/edition"
	"past/internal/edition/changes"
	"past/internal/edition/publish"
	"past/internal/evidence"
	"past/internal/run"
	"past/internal/store"
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
