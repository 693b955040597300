package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"past/internal/changes"
	"past/internal/edition"
	"past/internal/evidence"
	"past/internal/store"
)

// snapshotState is the state key of what must be remembered of an edition to
// tell what the next one changed.
const snapshotState = "refresh/snapshot/"

// Draft is the edition of what the store holds, held against the editions that
// are kept there.
type Draft struct {
	Doc edition.Document
	// Kept is set when the store has the edition already.
	Kept bool
	// Why says why it is not to be kept; "" when it is.
	Why      string
	Previous string // the edition before, "" for the first
	Changes  []store.Change
	// Latest is the latest edition of the store: the one before, or this one where
	// it is kept.
	Latest store.Edition
	// Snap is what the edition holds, Before the same of the edition before (nil
	// for the first). Neither is there for one that is kept.
	Snap, Before *changes.Snapshot
}

// NotGated is why a report does not add an edition where cycles publish.
const NotGated = "past refresh publishes the editions of this database, and this one has not passed its gate; it stays a draft until then"

// Draft tells what edition a report of the store would be: one that is kept
// already, or the next with what it changes. An id that stands for other
// numbers gets a revision, so that no permalink changes what it says.
func (p *Pipeline) Draft(ctx context.Context, software string) (*Draft, error) {
	doc, err := p.Document(ctx, software)
	if err != nil {
		return nil, err
	}
	d := &Draft{Doc: doc}
	kept, err := p.Store.Editions(ctx)
	if err != nil {
		return nil, err
	}
	if n := len(kept); n > 0 {
		if d.Latest, err = p.Store.Edition(ctx, kept[n-1].ID); err != nil {
			return nil, err
		}
		var last edition.Document
		if err := json.Unmarshal(d.Latest.Document, &last); err != nil {
			return nil, fmt.Errorf("edition %s: %w", d.Latest.ID, err)
		}
		if last.DataHash == doc.DataHash && sameAnswers(last, doc) {
			d.Kept, d.Doc = true, last
			if n > 1 {
				d.Previous = kept[n-2].ID
			}
			all, err := p.Store.Changes(ctx, d.Previous)
			d.Changes = all
			return d, err
		}
		d.Previous = d.Latest.ID
		if d.Why, err = p.published(ctx, kept); err != nil {
			return nil, err
		}
		for r := 2; slices.ContainsFunc(kept, func(e store.Edition) bool { return e.ID == d.Doc.ID }); r++ {
			d.Doc.ID = fmt.Sprintf("%s-r%d", doc.ID, r)
		}
	}
	if d.Snap, err = p.Snapshot(ctx, d.Doc); err != nil {
		return nil, err
	}
	if d.Before, err = p.snapshotBefore(ctx, d); err != nil {
		return nil, err
	}
	d.Changes = changes.Compare(d.Before, d.Snap)
	return d, nil
}

// Snapshot takes what must be remembered of an edition.
func (p *Pipeline) Snapshot(ctx context.Context, doc edition.Document) (*changes.Snapshot, error) {
	files, err := p.HumanFiles()
	if err != nil {
		return nil, err
	}
	return changes.Take(ctx, p.Store, doc, files)
}

// HumanFiles are the files of the review folder that the pipeline reads, by
// their path in it: what an edition remembers of them, whoever keeps it.
func (p *Pipeline) HumanFiles() (map[string]changes.File, error) {
	h, err := p.readReview()
	if err != nil {
		return nil, err
	}
	files := map[string]changes.File{}
	for _, f := range h.Files {
		files[f.Path] = changes.File{SHA256: f.SHA256, Rows: changes.Rows(f.Path, f.Body)}
	}
	return files, nil
}

// published tells whether cycles publish from this database: NotGated, or "".
func (p *Pipeline) published(ctx context.Context, kept []store.Edition) (string, error) {
	if slices.ContainsFunc(kept, func(e store.Edition) bool { return e.Run != "" }) {
		return NotGated, nil
	}
	runs, err := p.Store.Runs(ctx, 2000)
	if slices.ContainsFunc(runs, func(r store.Run) bool { return r.Stage == "refresh" }) {
		return NotGated, err
	}
	return "", err
}

// snapshotBefore is what is remembered of the edition before; of one without a
// memory, its document with everything else taken as unchanged.
func (p *Pipeline) snapshotBefore(ctx context.Context, d *Draft) (*changes.Snapshot, error) {
	if d.Previous == "" {
		return nil, nil
	}
	text, err := p.Store.State(ctx, snapshotState+d.Previous)
	if err != nil {
		return nil, err
	}
	s := &changes.Snapshot{}
	if text != "" {
		if err := json.Unmarshal([]byte(text), s); err != nil {
			return nil, fmt.Errorf("snapshot of edition %s: %w", d.Previous, err)
		}
		return s, nil
	}
	var doc edition.Document
	if err := json.Unmarshal(d.Latest.Document, &doc); err != nil {
		return nil, fmt.Errorf("edition %s: %w", d.Previous, err)
	}
	*s = *d.Snap
	s.Edition, s.Date, s.DataHash, s.Software = doc.ID, doc.Date, doc.DataHash, doc.SoftwareVersion
	s.Findings, s.Claims = map[string]changes.Finding{}, map[string]evidence.ClaimVerdict{}
	for _, f := range doc.Findings {
		s.Findings[f.ID] = changes.Finding{Flat: f, Effects: d.Snap.Findings[f.ID].Effects}
	}
	for _, c := range doc.Claims {
		s.Claims[c.ID] = c
	}
	return s, nil
}

// Keep puts the edition with its changes into the store, so that it can be
// cited and compared with later ones. One that is kept already, or that must
// not be, is left. run is the cycle that publishes it, "" for a report.
func (p *Pipeline) Keep(ctx context.Context, d *Draft, run string) error {
	if d.Kept || d.Why != "" && run == "" {
		return nil
	}
	document, err := d.Doc.JSON()
	if err != nil {
		return err
	}
	text, err := json.Marshal(d.Snap)
	if err != nil {
		return fmt.Errorf("snapshot of edition %s: %w", d.Doc.ID, err)
	}
	if err := p.Store.SetState(ctx, snapshotState+d.Doc.ID, string(text)); err != nil {
		return err
	}
	added, err := p.Store.AddEdition(ctx, store.Edition{ID: d.Doc.ID, Date: d.Doc.Date, DataHash: d.Doc.DataHash, SoftwareVersion: d.Doc.SoftwareVersion,
		PublishedAt: p.Now().UTC(), Run: run, Document: document}, d.Changes)
	if err == nil && !added {
		err = fmt.Errorf("edition %s is there already", d.Doc.ID)
	}
	if err != nil {
		return err
	}
	d.Kept = true
	if d.Previous == "" {
		return nil
	}
	return p.Store.SetState(ctx, snapshotState+d.Previous, "") // what is needed of it is in the changes
}

// sameAnswers tells whether two documents of the same data say the same: the
// numbers, the certainty and the verdicts. Wording may differ.
func sameAnswers(a, b edition.Document) bool {
	return slices.EqualFunc(a.Findings, b.Findings, func(x, y edition.Flat) bool {
		for _, v := range [][2]*float64{{x.Estimate, y.Estimate}, {x.SE, y.SE}, {x.CILb, y.CILb}, {x.CIUb, y.CIUb}, {x.Headline.Estimate, y.Headline.Estimate}, {x.Headline.Lower, y.Headline.Lower}, {x.Headline.Upper, y.Headline.Upper},
			{x.PILb, y.PILb}, {x.PIUb, y.PIUb}, {x.Tau2, y.Tau2}, {x.I2Q, y.I2Q}} {
			if !changes.Same(v[0], v[1]) {
				return false
			}
		}
		return x.ID == y.ID && x.K == y.K && x.N == y.N && x.Measure == y.Measure && x.Certainty == y.Certainty && x.Signed == y.Signed
	}) && slices.EqualFunc(a.Claims, b.Claims, func(x, y evidence.ClaimVerdict) bool { return x.ID == y.ID && x.Verdict == y.Verdict })
}

// editionsBefore are the kept editions before this one, newest first, with
// their documents; at most n.
func (p *Pipeline) editionsBefore(ctx context.Context, id string, n int) ([]edition.Document, error) {
	kept, err := p.Store.Editions(ctx)
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(kept, func(e store.Edition) bool { return e.ID == id }); i >= 0 {
		kept = kept[:i]
	}
	var out []edition.Document
	for _, e := range slices.Backward(kept) {
		if len(out) == n {
			break
		}
		full, err := p.Store.Edition(ctx, e.ID)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		var doc edition.Document
		if err := json.Unmarshal(full.Document, &doc); err != nil {
			return nil, fmt.Errorf("edition %s: %w", e.ID, err)
		}
		out = append(out, doc)
	}
	return out, nil
}
