package publish

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"past/internal/edition"
	"past/internal/edition/changes"
	"past/internal/evidence"
	"past/internal/store"
	"past/reports"
)

// snapshotState is the state key of what must be remembered of an edition to
// say what the next one changed.
const snapshotState = "refresh/snapshot/"

// Draft is the edition of what the store holds, compared with the editions that
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

	st       *store.Store
	findings []evidence.Finding
	files    map[string]changes.File
	packed   []byte // Snap as Pack left it
}

// NotGated is why a report does not add an edition where cycles publish.
const NotGated = "past refresh publishes the editions of this database, and this one has not passed its gate; it stays a draft until then"

// NewDraft says what edition a document of the store would be: one that is kept
// already, or the next with what it changes. files are the review files behind
// it, findings those of the document. An id that means other numbers gets a revision, so that no permalink
// changes what it says.
func NewDraft(ctx context.Context, st *store.Store, doc edition.Document, findings []evidence.Finding,
	files map[string]changes.File) (*Draft, error) {
	d := &Draft{Doc: doc, st: st, findings: findings, files: files}
	kept, err := st.Editions(ctx)
	if err != nil {
		return nil, err
	}
	if n := len(kept); n > 0 {
		if d.Latest, err = st.Edition(ctx, kept[n-1].ID); err != nil {
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
			all, err := st.Changes(ctx, d.Previous)
			d.Changes = all
			return d, err
		}
		d.Previous = d.Latest.ID
		if d.Why, err = gated(ctx, st, kept); err != nil {
			return nil, err
		}
		for r := 2; slices.ContainsFunc(kept, func(e store.Edition) bool { return e.ID == d.Doc.ID }); r++ {
			d.Doc.ID = fmt.Sprintf("%s-r%d", doc.ID, r)
		}
	}
	if err := d.TakeSnapshot(ctx); err != nil {
		return nil, err
	}
	if d.Before, err = d.snapshotBefore(ctx); err != nil {
		return nil, err
	}
	d.Changes = changes.Compare(d.Before, d.Snap)
	return d, nil
}

// TakeSnapshot takes what must be remembered of the edition.
func (d *Draft) TakeSnapshot(ctx context.Context) (err error) {
	d.Snap, err = changes.Take(ctx, d.st, d.Doc, d.findings, d.files)
	return err
}

// gated reports whether cycles publish from this database: NotGated, or "".
func gated(ctx context.Context, st *store.Store, kept []store.Edition) (string, error) {
	if slices.ContainsFunc(kept, func(e store.Edition) bool { return e.Run != "" }) {
		return NotGated, nil
	}
	runs, err := st.Runs(ctx, 2000)
	if slices.ContainsFunc(runs, func(r store.Run) bool { return r.Stage == "refresh" }) {
		return NotGated, err
	}
	return "", err
}

// snapshotBefore is what is remembered of the edition before; of one without a
// memory, its document with everything else taken as unchanged.
func (d *Draft) snapshotBefore(ctx context.Context) (*changes.Snapshot, error) {
	if d.Previous == "" {
		return nil, nil
	}
	text, err := d.st.State(ctx, snapshotState+d.Previous)
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

// keeps reports whether [Draft.Keep] is to put the edition into the store.
func (d *Draft) keeps(run string) bool { return !d.Kept && (d.Why == "" || run != "") }

// Pack lets go of the snapshots, which are as large as all titles and planned
// outcomes, while the pages are drawn; what Keep needs of them is compressed. run is
// that of Keep.
func (d *Draft) Pack(run string) error {
	if d.Snap != nil && d.keeps(run) {
		var b bytes.Buffer
		z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
		if err == nil {
			err = errors.Join(json.NewEncoder(z).Encode(d.Snap), z.Close())
		}
		if err != nil {
			return fmt.Errorf("snapshot of edition %s: %w", d.Doc.ID, err)
		}
		d.packed = b.Bytes()
	}
	d.Snap, d.Before = nil, nil
	return nil
}

// unpacked is the snapshot as text.
func (d *Draft) unpacked() (string, error) {
	var b strings.Builder
	z, err := gzip.NewReader(bytes.NewReader(d.packed))
	if err == nil {
		_, err = io.Copy(&b, z)
	}
	if err != nil {
		return "", fmt.Errorf("snapshot of edition %s: %w", d.Doc.ID, err)
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// Keep puts the edition with its changes into the store, so that it can be
// cited and compared with later ones. One that is kept already, or that must
// not be, is left. run is the cycle that publishes it, "" for a report.
func (d *Draft) Keep(ctx context.Context, run string, at time.Time) error {
	if !d.keeps(run) {
		return nil
	}
	if d.Snap != nil {
		if err := d.Pack(run); err != nil {
			return err
		}
	}
	document, err := d.Doc.JSON()
	if err != nil {
		return err
	}
	text, err := d.unpacked()
	if err != nil {
		return err
	}
	if err := d.st.SetState(ctx, snapshotState+d.Doc.ID, text); err != nil {
		return err
	}
	added, err := d.st.AddEdition(ctx, store.Edition{ID: d.Doc.ID, Date: d.Doc.Date, DataHash: d.Doc.DataHash,
		SoftwareVersion: d.Doc.SoftwareVersion,
		PublishedAt:     at.UTC(), Run: run, Document: document}, d.Changes)
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
	return d.st.SetState(ctx, snapshotState+d.Previous, "") // what is needed of it is in the changes
}

// Place is a published folder and the cycle that writes to it.
type Place struct {
	Out, Base string // the folder and its public address
	Shown     string // the edition that readers see, "" for none
	Run       string
	Now       time.Time
}

// Publish makes the draft what readers of a folder see, in an order in which a
// stop at any point is either not seen or made good by the next run: folder,
// snapshot, database row with its changes, then the one rename that readers see.
// draw gives the pages where they must be written. It returns the changes that
// are news: none of an edition that was kept before.
func (d *Draft) Publish(ctx context.Context, at Place, draw func() (reports.Edition, error)) ([]store.Change, error) {
	dir, err := EditionDir(at.Out, d.Doc.ID)
	if err != nil {
		return nil, err
	}
	kept := d.Kept
	if _, missing := os.Stat(filepath.Join(dir, "edition.json")); kept && missing == nil {
		if at.Shown == d.Doc.ID {
			return nil, ClearRefusal(at.Out)
		}
		return nil, Show(at.Out, d.Doc.ID)
	}
	if err := d.Pack(at.Run); err != nil {
		return nil, err
	}
	ed, err := draw()
	if err != nil {
		return nil, err
	}
	if err := d.write(ctx, at, ed); err != nil {
		return nil, err
	}
	if err := d.Keep(ctx, at.Run, at.Now); err != nil {
		return nil, err
	}
	if err := Show(at.Out, d.Doc.ID); err != nil || kept {
		return nil, err
	}
	return d.Changes, nil
}

// write writes the edition's folder with its feeds.
func (d *Draft) write(ctx context.Context, at Place, ed reports.Edition) error {
	document, err := d.Doc.JSON()
	if err != nil {
		return err
	}
	all, err := d.st.Changes(ctx, "")
	if err != nil {
		return err
	}
	if !d.Kept {
		all = append(all, d.Changes...)
	}
	feeds := Feeds(d.Doc, all, at.Base)
	ed.Downloads = append(ed.Downloads,
		reports.Download{Path: "feed.atom", Title: "feed.atom",
			About: "What changed, as an Atom feed; feeds/ has one for each finding and claim.", Data: feeds["feed.atom"]},
		reports.Download{Path: "feed.json", Title: "feed.json", About: "The same as JSON Feed 1.1.", Data: feeds["feed.json"]})
	return Write(ctx, at.Out, at.Base, ed, document, feeds)
}

// sameAnswers reports whether two documents of the same data say the same: the
// numbers, the certainty and the verdicts. Wording may differ.
func sameAnswers(a, b edition.Document) bool {
	return slices.EqualFunc(a.Findings, b.Findings, func(x, y edition.Flat) bool {
		for _, v := range [][2]*float64{{x.Estimate, y.Estimate}, {x.SE, y.SE}, {x.CILb, y.CILb}, {x.CIUb, y.CIUb},
			{x.Headline.Estimate, y.Headline.Estimate}, {x.Headline.Lower, y.Headline.Lower}, {x.Headline.Upper, y.Headline.Upper},
			{x.PILb, y.PILb}, {x.PIUb, y.PIUb}, {x.Tau2, y.Tau2}, {x.I2Q, y.I2Q}} {
			if !changes.Same(v[0], v[1]) {
				return false
			}
		}
		return x.ID == y.ID && x.K == y.K && x.N == y.N && x.Measure == y.Measure && x.Certainty == y.Certainty && x.Signed == y.Signed
	}) && slices.EqualFunc(a.Claims, b.Claims, func(x, y evidence.ClaimVerdict) bool { return x.ID == y.ID && x.Verdict == y.Verdict })
}

// Before are the kept editions before this one, newest first, with
// their documents; at most n.
func Before(ctx context.Context, st *store.Store, id string, n int) ([]edition.Document, error) {
	kept, err := st.Editions(ctx)
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
		full, err := st.Edition(ctx, e.ID)
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
