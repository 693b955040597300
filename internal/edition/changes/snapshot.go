package changes

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"past/internal/edition"
	"past/internal/evidence"
	"past/internal/link"
	"past/internal/store"
)

// Snapshot is what of a database must be remembered to tell, at the next
// edition, what changed and why. Its JSON is the same for the same content.
type Snapshot struct {
	Edition  string `json:"edition"`
	Date     string `json:"date,omitempty"` // the data's cut-off, YYYY-MM-DD
	DataHash string `json:"data_hash"`
	Software string `json:"software"`

	Findings map[string]Finding               `json:"findings"`
	Claims   map[string]evidence.ClaimVerdict `json:"claims"`
	Trials   map[string]Trial                 `json:"trials"`         // "source/id"
	Papers   map[string]Paper                 `json:"papers"`         // "source/id"
	Files    map[string]string                `json:"files"`          // review file → SHA-256
	Rows     map[string][]string              `json:"rows,omitempty"` // review file → its rows
	Notices  map[string]Notice                `json:"notices"`        // nil in snapshots of older programs
	Sources  map[string]Source                `json:"sources"`
	// Unknown counts, per "source path", the records that have a key which the
	// parser does not know.
	Unknown map[string]int `json:"unknown,omitempty"`
	// Stale are human decisions that no longer fit the data, in words.
	Stale []string `json:"stale,omitempty"`
}

// Finding is a finding with the effects it pools.
type Finding struct {
	Flat    edition.Flat      `json:"flat"`
	Effects map[string]Effect `json:"effects"` // by effect id
	// Excluded has, by study, every reason for which a row of it is not pooled;
	// Out has them by effect.
	Excluded  map[string]string `json:"excluded,omitempty"`
	Out       map[string]string `json:"out,omitempty"`
	Retracted []string          `json:"retracted,omitempty"` // papers of pooled studies, as Paper.Work
}

// Effect is one pooled effect.
type Effect struct {
	Study   string   `json:"study"` // study id
	Label   string   `json:"label"`
	Records []string `json:"records,omitempty"` // register ids of the study
	Papers  []string `json:"papers,omitempty"`  // of the study, as Paper.Work
	// Instrument is its vocabulary id, by which a vocabulary file bears on it.
	Instrument string  `json:"instrument,omitempty"`
	Estimate   float64 `json:"estimate"` // on the analysis scale
	Variance   float64 `json:"variance"`
}

// Trial is the state of a registered trial.
type Trial struct {
	Title      string          `json:"title"`
	Status     evidence.Status `json:"status"`
	Why        string          `json:"why,omitempty"` // why it stopped, as registered
	Gone       bool            `json:"gone,omitempty"`
	Registered string          `json:"registered,omitempty"` // first posted, as written
	Hash       string          `json:"hash"`                 // of the content
	Results    string          `json:"results,omitempty"`    // hash of the posted results, "" for none
	Primary    []string        `json:"primary,omitempty"`    // primary outcomes as planned
	Overdue    bool            `json:"overdue,omitempty"`
	Completed  string          `json:"completed,omitempty"` // primary completion, as written
	URL        string          `json:"url,omitempty"`
}

// Paper is what is said about a paper after its publication.
type Paper struct {
	Title     string   `json:"title"`
	Work      string   `json:"work,omitempty"` // names it across sources: doi:… or pmid:…
	Retracted bool     `json:"retracted,omitempty"`
	Notices   []string `json:"notices,omitempty"` // corrections and their like
	Gone      bool     `json:"gone,omitempty"`
	URL       string   `json:"url,omitempty"`
}

// Source counts what a register gave.
type Source struct {
	Alive    int64 `json:"alive"` // records that are not gone
	Gone     int64 `json:"gone"`
	Problems int64 `json:"problems"` // open ones
}

// Take reads the snapshot of what the store holds now as the edition doc with its findings. files
// are the review files by their path in the review folder.
func Take(ctx context.Context, st *store.Store, doc edition.Document, findings []evidence.Finding, files map[string]File) (*Snapshot,
	error) {
	s := &Snapshot{Edition: doc.ID, Date: doc.Date, DataHash: doc.DataHash, Software: doc.SoftwareVersion, Findings: map[string]Finding{},
		Claims: map[string]evidence.ClaimVerdict{}, Trials: map[string]Trial{}, Papers: map[string]Paper{}, Files: map[string]string{},
		Rows:    map[string][]string{},
		Sources: map[string]Source{}, Unknown: map[string]int{}}
	for name, f := range files {
		s.Files[name], s.Rows[name] = f.SHA256, f.Rows
	}
	concerned, recorded := map[string][]string{}, map[string]evidence.Notice{} // by row of a notice
	takeFindings := func(ctx context.Context, st *store.Store) error {
		return s.takeFindings(ctx, st, findings, concerned, recorded)
	}
	for _, step := range []func(context.Context, *store.Store) error{s.takeRecords, takeFindings, s.takeHealth} {
		if err := step(ctx, st); err != nil {
			return nil, fmt.Errorf("snapshot for edition %s: %w", doc.ID, err)
		}
	}
	s.takeNotices(files, concerned, recorded)
	for _, c := range doc.Claims {
		s.Claims[c.ID] = c
	}
	return s, nil
}

func (s *Snapshot) takeRecords(ctx context.Context, st *store.Store) error {
	gone := map[string]bool{}
	for r, err := range st.RecordStates(ctx) {
		if err != nil {
			return err
		}
		gone[r.Source+"/"+r.ID] = r.Gone != nil
	}
	for r, err := range st.Records(ctx, store.RecordFilter{}) {
		if err != nil {
			return err
		}
		key := r.Source + "/" + r.ID // a string of its own
		switch r.Kind {
		case evidence.KindTrial:
			t, err := s.trial(&r)
			if err != nil {
				return err
			}
			t.Gone = gone[key]
			s.Trials[key] = evidence.Own(t)
		case evidence.KindPublication:
			s.Papers[key] = evidence.Own(paper(&r, gone[key]))
		}
	}
	return nil
}

func (s *Snapshot) trial(r *evidence.Record) (Trial, error) {
	t := Trial{Title: cmp.Or(r.Title, r.OfficialTitle, r.ID), Status: r.Status, Why: r.WhyStopped,
		Registered: cmp.Or(r.FirstPosted.Raw, r.FirstSubmitted.Raw),
		Hash:       r.ContentHash, Completed: r.PrimaryCompletion.Raw, URL: r.URL, Overdue: Overdue(r, s.Date)}
	for _, o := range r.Planned {
		if o.Type == "primary" {
			t.Primary = append(t.Primary, strings.TrimSpace(o.Measure+" "+bracketed(o.TimeFrame)))
		}
	}
	if r.Results != nil {
		b, err := json.Marshal(r.Results)
		if err != nil {
			return t, fmt.Errorf("results of %s: %w", r.ID, err)
		}
		sum := sha256.Sum256(b)
		t.Results = hex.EncodeToString(sum[:8])
	}
	return t, nil
}

func bracketed(s string) string {
	if s == "" {
		return ""
	}
	return "[" + s + "]"
}

// Overdue reports whether an interventional trial of the register that takes
// results, completed or terminated, has none posted although its primary
// completion date, read as late as it can mean, is more than a year before
// the cut-off date (YYYY-MM-DD). A year is the time that US law gives the
// trials it applies to (42 CFR 11.44); whether it applies to a given trial is
// not decided here.
func Overdue(r *evidence.Record, cutoff string) bool {
	end, err := time.Parse(time.DateOnly, cutoff)
	if err != nil || r.Source != "ctgov" || r.Results != nil || r.ResultsInQC || !strings.EqualFold(r.StudyType, "INTERVENTIONAL") {
		return false
	}
	if r.Status != evidence.StatusCompleted && r.Status != evidence.StatusTerminated {
		return false
	}
	return r.PrimaryCompletion.Before(end.AddDate(-1, 0, 0))
}

func paper(r *evidence.Record, gone bool) Paper {
	p := Paper{Title: cmp.Or(r.Title, r.ID), Work: link.PaperID(r), Gone: gone, URL: r.URL}
	if r.Publication == nil {
		return p
	}
	p.Retracted = r.Publication.Retracted
	for _, w := range r.Publication.Related {
		if kind, other := w.Notice(); kind != "" && !other && kind != "retraction" {
			kind = evidence.NoticeName(kind)
			if w.Partial() {
				kind = "partial retraction"
			}
			p.Notices = append(p.Notices, strings.TrimSpace(strings.Join([]string{kind, cmp.Or(w.DOI, w.PMID, w.Note, w.Label)}, " ")))
		}
	}
	slices.Sort(p.Notices)
	p.Notices = slices.Compact(p.Notices)
	return p
}

func (s *Snapshot) takeFindings(ctx context.Context, st *store.Store, findings []evidence.Finding,
	concerned map[string][]string, recorded map[string]evidence.Notice) error {
	study := map[string]evidence.Study{} // of the effects
	for _, f := range findings {
		for _, e := range f.Effects {
			study[e.StudyID] = evidence.Study{}
		}
	}
	for x, err := range st.Studies(ctx) {
		if err != nil {
			return err
		}
		if _, ok := study[x.ID]; ok {
			study[x.ID] = x
		}
	}
	for _, f := range findings {
		out := Finding{Flat: edition.Flatten(f), Effects: map[string]Effect{}, Excluded: map[string]string{}, Out: map[string]string{},
			Retracted: f.Retracted}
		for _, e := range f.Effects {
			ids := slices.Clone(study[e.StudyID].Records)
			if e.RecordID != "" && !slices.Contains(ids, e.RecordID) {
				ids = append(ids, e.RecordID)
			}
			out.Effects[e.ID] = Effect{Study: cmp.Or(e.StudyID, e.StudyLabel), Label: cmp.Or(e.StudyLabel, e.StudyID, e.ID), Records: ids,
				Papers: study[e.StudyID].Papers, Instrument: e.Instrument, Estimate: evidence.Value(e.Estimate), Variance: evidence.Value(e.Variance)}
		}
		for _, n := range f.Notices {
			concerned[rowOf(n)] = insert(concerned[rowOf(n)], f.ID)
			if n.Read == evidence.ReadRecord {
				recorded[rowOf(n)] = n
			}
		}
		for _, x := range f.Excluded {
			study, reason := cmp.Or(x.StudyID, x.Label), cmp.Or(x.Reason, x.Code)
			out.Excluded[study] = also(out.Excluded[study], reason)
			if x.EffectID != "" {
				out.Out[x.EffectID] = also(out.Out[x.EffectID], reason)
			}
		}
		if f.Certainty.Signed && f.Certainty.Stale {
			s.Stale = append(s.Stale, "the signed certainty of "+f.ID+": its numbers moved since it was signed")
		}
		s.Findings[f.ID] = out
	}
	return nil
}

// also adds a text to those that are there, once.
func also(texts, text string) string {
	switch {
	case texts == "":
		return text
	case slices.Contains(strings.Split(texts, "; "), text):
		return texts
	}
	return texts + "; " + text
}

func (s *Snapshot) takeHealth(ctx context.Context, st *store.Store) error {
	status, err := st.Status(ctx)
	if err != nil {
		return err
	}
	for name, x := range status.Sources {
		if name != "review" {
			s.Sources[name] = Source{Alive: x.Records - x.Gone, Gone: x.Gone, Problems: x.Problems}
		}
	}
	drift, err := st.Drift(ctx)
	if err != nil {
		return err
	}
	for _, d := range drift {
		s.Unknown[d.Source+" "+d.Path] = d.Records
	}
	decisions, err := st.Decisions(ctx, "")
	if err != nil {
		return err
	}
	for _, d := range decisions {
		if d.Stale != "" {
			s.Stale = append(s.Stale, fmt.Sprintf("%s line %d (%s): %s", d.File, d.Line, d.Target, d.Stale))
		}
	}
	slices.Sort(s.Stale)
	return nil
}
