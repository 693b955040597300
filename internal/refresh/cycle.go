package refresh

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"past/internal/pipeline"
	"past/internal/review"
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
	sendingState = "refresh/sending"
	toldState    = "refresh/told" // channel → the latest edition it was told of
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
		if bad := (*review.BadFiles)(nil); errors.As(err, &bad) {
			return errors.Join(c.refuse(ctx, res, brokenFiles(c, res, bad)), c.refused(ctx, res))
		}
		return err
	}
	cand, err := c.candidate(ctx, p)
	if err != nil {
		return err
	}
	if cand.Snap != nil {
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

// candidate is the edition that the store holds now. One that is kept and that
// no gate has seen (past report keeps editions) gets its snapshot, so that what
// must hold of any edition is looked at before readers see it.
func (c *Cycle) candidate(ctx context.Context, p *pipeline.Pipeline) (*pipeline.Draft, error) {
	d, err := p.Draft(ctx, c.Version)
	if err != nil || !d.Kept || d.Latest.Run != "" {
		return d, err
	}
	shown, err := Current(c.Out)
	if err == nil && shown != d.Doc.ID {
		d.Snap, err = p.Snapshot(ctx, d.Doc)
	}
	return d, err
}

// NewRun is an id for a run that begins now.
func NewRun(now time.Time) string {
	var b [3]byte
	_, _ = rand.Read(b[:])
	return now.UTC().Format("20060102T150405Z") + "-" + hex.EncodeToString(b[:])
}
