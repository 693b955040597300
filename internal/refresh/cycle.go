package refresh

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"past/internal/changes"
	"past/internal/edition"
	"past/internal/pipeline"
	"past/internal/store"
)

// ErrRefused is returned by [Cycle.Run] when the gate refused the edition: the
// one before stays, and Result.Verdict and OUT/refused say why.
var ErrRefused = errors.New("the gate refused the edition")

// CrawlResult is what a crawl did, as the run record keeps it.
type CrawlResult struct {
	Counts map[string]int64
	// Warnings are faults that left something behind and not everything;
	// Notices are worth a line and left nothing behind.
	Warnings, Notices []string
}

// Cycle is one whole cycle over an open store. The store's writer lock makes
// sure that there is one at a time.
type Cycle struct {
	Store     *store.Store
	ReviewDir string
	Out       string // the published folder
	Version   string // of the program
	Base      string // public address of Out, for links in feeds; may be ""
	// Crawl asks the registers; nil leaves that out.
	Crawl      func(ctx context.Context, run string) (CrawlResult, error)
	Thresholds Thresholds
	Channels   []Channel
	Args       string // of the command, for the run record
	// Step is told when a stage begins and ends; may be nil.
	Step func(stage, text string)
	Now  func() time.Time
	// Pause waits between two attempts to send; nil waits by the clock.
	Pause func(ctx context.Context, d time.Duration) error
}

// StageResult is one stage of a cycle.
type StageResult struct {
	Stage   string           `json:"stage"`
	Took    time.Duration    `json:"took"`
	Skipped string           `json:"skipped,omitempty"` // why nothing was to do
	Counts  map[string]int64 `json:"counts,omitempty"`
}

// Result says what a cycle did.
type Result struct {
	Run      string         `json:"run"`
	Started  time.Time      `json:"started"`
	Ended    time.Time      `json:"ended"`
	Edition  string         `json:"edition"` // that readers see now
	Previous string         `json:"previous,omitempty"`
	Stages   []StageResult  `json:"stages"`
	Verdict  *Verdict       `json:"gate,omitempty"`
	Changes  []store.Change `json:"changes"`
	// Published is set when readers see another edition than before the cycle.
	Published bool     `json:"published"`
	Sent      []string `json:"sent,omitempty"`
	Unsent    int      `json:"unsent,omitempty"` // messages that the next run tries again
	Warnings  []string `json:"warnings,omitempty"`
	Notices   []string `json:"notices,omitempty"` // worth a line, and no warning
}

// state keys in the store.
const (
	snapshotState = "refresh/snapshot/"
	sendingState  = "refresh/sending"
	toldState     = "refresh/told" // channel → the latest edition it was told of
)

// Run runs the cycle. After an error (and after a kill at any moment) the same
// call goes on from what is done; nothing half made is ever seen by readers.
func (c *Cycle) Run(ctx context.Context) (res Result, err error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	res = Result{Run: NewRun(c.Now()), Started: c.Now().UTC(), Changes: []store.Change{}, Stages: []StageResult{}}
	if err := checkOut(c.Out); err != nil {
		return res, err
	}
	if err := BuryRuns(ctx, c.Store, c.Now()); err != nil {
		return res, err
	}
	if err := c.Store.BeginRun(ctx, store.Run{ID: res.Run, Stage: "refresh", Args: c.Args, Started: res.Started}); err != nil {
		return res, err
	}
	defer func() {
		res.Ended = c.Now().UTC()
		// The record is kept even when the cycle was cancelled.
		err = errors.Join(err, c.Store.EndRun(context.WithoutCancel(ctx), res.Run, res.Ended, exitOf(err, len(res.Warnings)), textOf(err), map[string]int64{
			"changes": int64(len(res.Changes)), "warnings": int64(len(res.Warnings)), "published": flag(res.Published)}))
	}()
	if err := os.MkdirAll(filepath.Join(c.Out, editionsDir), 0o755); err != nil {
		return res, fmt.Errorf("published folder: %w", err)
	}
	if err := sweep(c.Out); err != nil {
		return res, err
	}
	before, err := Current(c.Out)
	if err != nil {
		return res, err
	}
	res.Edition = before
	err = c.stages(ctx, &res)
	res.Published = res.Edition != before
	return res, err
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func exitOf(err error, warnings int) int {
	switch {
	case errors.Is(err, ErrRefused):
		return 4
	case err != nil:
		return 1
	case warnings > 0:
		return 3
	}
	return 0
}

func textOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// BuryRuns ends the records of runs that were killed: whoever has the store
// open for writing knows that nobody else is at work.
func BuryRuns(ctx context.Context, st *store.Store, now time.Time) error {
	runs, err := st.OpenRuns(ctx)
	if err != nil {
		return err
	}
	for _, r := range runs {
		if err := st.EndRun(ctx, r.ID, now, 1, "it ended without a word: it was killed or the machine stopped", r.Counts); err != nil {
			return err
		}
	}
	return nil
}

// stage runs one stage under a run record of its own.
func (c *Cycle) stage(ctx context.Context, res *Result, name string, do func() (counts map[string]int64, skipped string, err error)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if c.Step != nil {
		c.Step(name, "begins")
	}
	id := res.Run + "/" + name
	start := c.Now()
	if err := c.Store.BeginRun(ctx, store.Run{ID: id, Stage: name, Parent: res.Run, Started: start}); err != nil {
		return err
	}
	counts, skipped, err := do()
	s := StageResult{Stage: name, Took: c.Now().Sub(start), Skipped: skipped, Counts: counts}
	res.Stages = append(res.Stages, s)
	if c.Step != nil {
		text := "done"
		if err != nil {
			text = err.Error()
		} else if skipped != "" {
			text = skipped
		}
		c.Step(name, text)
	}
	end := c.Store.EndRun(context.WithoutCancel(ctx), id, c.Now(), exitOf(err, 0), textOf(err), counts)
	if err != nil && !errors.Is(err, ErrRefused) {
		err = fmt.Errorf("%s: %w", name, err)
	}
	return errors.Join(err, end)
}

func (c *Cycle) stages(ctx context.Context, res *Result) error {
	p := pipeline.New(c.Store, c.ReviewDir)
	p.Now, p.OwnQuestions = c.Now, true
	if c.Crawl != nil {
		err := c.stage(ctx, res, "crawl", func() (map[string]int64, string, error) {
			r, err := c.Crawl(ctx, res.Run)
			res.Warnings, res.Notices = append(res.Warnings, r.Warnings...), append(res.Notices, r.Notices...)
			return r.Counts, "", err
		})
		if err != nil {
			return err
		}
	}
	if err := c.derive(ctx, res, p); err != nil {
		return err
	}
	cand, err := c.candidate(ctx, p)
	if err != nil {
		return err
	}
	if cand.snap != nil {
		if err := c.stage(ctx, res, "gate", func() (map[string]int64, string, error) { return c.gate(ctx, res, cand) }); err != nil {
			if errors.Is(err, ErrRefused) {
				err = errors.Join(err, c.refused(ctx, res))
			}
			return err
		}
	}
	if err := c.stage(ctx, res, "publish", func() (map[string]int64, string, error) { return c.publish(ctx, res, p, cand) }); err != nil {
		return err
	}
	return c.stage(ctx, res, "notify", func() (map[string]int64, string, error) {
		err := c.tell(ctx, res)
		return map[string]int64{"sent": int64(len(res.Sent))}, "", err
	})
}

// derive runs link, extract and analyse where they are stale.
func (c *Cycle) derive(ctx context.Context, res *Result, p *pipeline.Pipeline) error {
	return p.Bring(ctx, "analyse", func(name, why string, do func() (map[string]int64, error)) error {
		return c.stage(ctx, res, name, func() (map[string]int64, string, error) {
			if do == nil {
				return nil, "nothing new", nil
			}
			counts, err := do()
			return counts, "", err
		})
	})
}

// candidate is the edition that the store holds now.
type candidate struct {
	doc  edition.Document
	snap *changes.Snapshot // what the gate is to judge
	prev *changes.Snapshot // of the edition before; nil for the first
	// old is the edition of the store that this is, nil for a new one. One that
	// passed the gate has no snapshot here.
	old *store.Edition
}

func (c *Cycle) candidate(ctx context.Context, p *pipeline.Pipeline) (*candidate, error) {
	doc, err := p.Document(ctx, c.Version)
	if err != nil {
		return nil, err
	}
	latest, err := c.Store.Edition(ctx, "")
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	cand := &candidate{doc: doc}
	if err == nil {
		var last edition.Document
		if err := json.Unmarshal(latest.Document, &last); err != nil {
			return nil, fmt.Errorf("edition %s: %w", latest.ID, err)
		}
		if last.DataHash == doc.DataHash && sameNumbers(last, doc) {
			cand.doc, cand.old = last, &latest
			return cand, c.ungated(ctx, p, cand)
		}
		if cand.doc.ID, err = c.freeID(ctx, doc.ID); err != nil {
			return nil, err
		}
	}
	files, err := p.HumanFiles()
	if err != nil {
		return nil, err
	}
	if cand.snap, err = changes.Take(ctx, c.Store, cand.doc, files); err != nil {
		return nil, err
	}
	if latest.ID != "" {
		cand.prev, err = c.snapshotOf(ctx, latest, cand.snap)
	}
	return cand, err
}

// ungated takes the snapshot of a kept edition that past report put there and
// no gate has seen, so that what must hold of any edition is looked at before
// readers see it.
func (c *Cycle) ungated(ctx context.Context, p *pipeline.Pipeline, cand *candidate) error {
	if cand.old.Run != "" {
		return nil
	}
	shown, err := Current(c.Out)
	if err != nil || shown == cand.doc.ID {
		return err
	}
	files, err := p.HumanFiles()
	if err != nil {
		return err
	}
	cand.snap, err = changes.Take(ctx, c.Store, cand.doc, files)
	return err
}

// freeID gives id, or id with a revision number when an edition of that id is
// published: other numbers (another program) or a return to earlier data must
// not change what a permalink says.
func (c *Cycle) freeID(ctx context.Context, id string) (string, error) {
	for n := 1; ; n++ {
		try := id
		if n > 1 {
			try = fmt.Sprintf("%s-r%d", id, n)
		}
		_, err := c.Store.Edition(ctx, try)
		if errors.Is(err, store.ErrNotFound) {
			return try, nil
		}
		if err != nil {
			return "", err
		}
	}
}

// sameNumbers compares what two documents of the same data say.
func sameNumbers(a, b edition.Document) bool {
	if len(a.Findings) != len(b.Findings) {
		return false
	}
	for i, x := range a.Findings {
		y := b.Findings[i]
		if x.ID != y.ID || x.K != y.K || x.N != y.N || x.Measure != y.Measure || x.Certainty != y.Certainty || x.Signed != y.Signed {
			return false
		}
		for _, v := range [][2]*float64{{x.Estimate, y.Estimate}, {x.SE, y.SE}, {x.CILb, y.CILb}, {x.CIUb, y.CIUb}, {x.Headline.Estimate, y.Headline.Estimate}, {x.Headline.Lower, y.Headline.Lower}, {x.Headline.Upper, y.Headline.Upper},
			{x.PILb, y.PILb}, {x.PIUb, y.PIUb}, {x.Tau2, y.Tau2}, {x.I2Q, y.I2Q}} {
			if !changes.Same(v[0], v[1]) {
				return false
			}
		}
	}
	return slices.EqualFunc(a.Claims, b.Claims, func(x, y claim) bool { return x.ID == y.ID && x.Verdict == y.Verdict })
}

// snapshotOf is the snapshot that was kept with an edition. Where it is
// missing (an edition of an older program) its document stands in, and trials
// are taken as unchanged.
func (c *Cycle) snapshotOf(ctx context.Context, e store.Edition, next *changes.Snapshot) (*changes.Snapshot, error) {
	text, err := c.Store.State(ctx, snapshotState+e.ID)
	if err != nil {
		return nil, err
	}
	s := &changes.Snapshot{}
	if text != "" {
		if err := json.Unmarshal([]byte(text), s); err != nil {
			return nil, fmt.Errorf("snapshot of edition %s: %w", e.ID, err)
		}
		return s, nil
	}
	var doc edition.Document
	if err := json.Unmarshal(e.Document, &doc); err != nil {
		return nil, fmt.Errorf("edition %s: %w", e.ID, err)
	}
	*s = *next
	s.Edition, s.Date, s.DataHash, s.Software = doc.ID, doc.Date, doc.DataHash, doc.SoftwareVersion
	s.Findings, s.Claims = map[string]changes.Finding{}, map[string]claim{}
	for _, f := range doc.Findings {
		s.Findings[f.ID] = changes.Finding{Flat: f, Effects: next.Findings[f.ID].Effects}
	}
	for _, x := range doc.Claims {
		s.Claims[x.ID] = x
	}
	return s, nil
}

// NewRun is an id for a run that begins now.
func NewRun(now time.Time) string {
	var b [3]byte
	_, _ = rand.Read(b[:])
	return now.UTC().Format("20060102T150405Z") + "-" + hex.EncodeToString(b[:])
}
