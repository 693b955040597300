package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"past/internal/edition/gate"
	"past/internal/edition/publish"
	"past/internal/review"
	"past/internal/run/notify"
	"past/internal/store"
	"past/internal/text"
	"past/reports"
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

// Work is what a cycle runs and draws: package pipeline has it.
type Work interface {
	// Bring runs the stages that are stale.
	Bring(ctx context.Context, upTo string, around Around) error
	// Draft is the edition of what the store holds then.
	Draft(ctx context.Context, software string) (*publish.Draft, error)
	// ReportDraft gathers what the pages of a draft show.
	ReportDraft(ctx context.Context, d *publish.Draft) (reports.Edition, error)
}

// Cycle is one whole cycle over an open store. The store's writer lock makes
// sure that there is one at a time.
type Cycle struct {
	Store *store.Store
	// Work gives the stages over the store, with review files read for this cycle.
	Work    func() Work
	Out     string // the published folder
	Version string // of the program
	Base    string // public address of Out, for links in feeds; may be ""
	// Crawl asks the registers; nil leaves that out.
	Crawl      func(ctx context.Context, run string) (CrawlResult, error)
	Thresholds gate.Thresholds
	Channels   []notify.Channel
	Args       string // of the command, for the run record
	// Step hears when a stage begins and ends; may be nil.
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
	Verdict  *gate.Verdict  `json:"gate,omitempty"`
	Changes  []store.Change `json:"changes"`
	// Published is set when readers see another edition than before the cycle.
	Published bool     `json:"published"`
	Sent      []string `json:"sent,omitempty"`
	Unsent    int      `json:"unsent,omitempty"` // messages that the next run tries again
	Warnings  []string `json:"warnings,omitempty"`
	Notices   []string `json:"notices,omitempty"` // worth a line, and no warning
}

// Run runs the cycle. After an error (and after a kill at any moment) the same
// call goes on from what is done; nothing half made is ever seen by readers.
func (c *Cycle) Run(ctx context.Context) (res Result, err error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	res = Result{Run: NewID(c.Now()), Started: c.Now().UTC(), Changes: []store.Change{}, Stages: []StageResult{}}
	if err := publish.Prepare(c.Out); err != nil {
		return res, err
	}
	if err := EndKilled(ctx, c.Store, c.Now()); err != nil {
		return res, err
	}
	record, err := Begin(ctx, c.Store, store.Run{ID: res.Run, Stage: "refresh", Args: c.Args, Started: res.Started})
	if err != nil {
		return res, err
	}
	defer func() {
		res.Ended = c.Now().UTC()
		record.Counts = map[string]int64{"changes": int64(len(res.Changes)), "warnings": int64(len(res.Warnings)), "published": 0}
		if res.Published {
			record.Counts["published"] = 1
		}
		err = record.End(ctx, res.Ended, exitOf(err, len(res.Warnings)), err)
	}()
	before, err := publish.Current(c.Out)
	if err != nil {
		return res, err
	}
	res.Edition = before
	err = c.stages(ctx, &res)
	res.Published = res.Edition != before
	return res, err
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

// stage runs one stage under a run record of its own.
func (c *Cycle) stage(ctx context.Context, res *Result, name string, do func() (counts map[string]int64, skipped string, err error)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if c.Step != nil {
		c.Step(name, "begins")
	}
	start := c.Now()
	record, err := Begin(ctx, c.Store, store.Run{ID: res.Run + "/" + name, Stage: name, Parent: res.Run, Started: start})
	if err != nil {
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
	record.Counts = counts
	ended := record.End(ctx, c.Now(), exitOf(err, 0), err)
	if err != nil && !errors.Is(err, ErrRefused) {
		return fmt.Errorf("%s: %w", name, ended)
	}
	return ended
}

func (c *Cycle) stages(ctx context.Context, res *Result) error {
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
	work := c.Work()
	if err := c.derive(ctx, res, work); err != nil {
		if bad := (*review.BadFiles)(nil); errors.As(err, &bad) {
			return c.refused(ctx, res, c.refuse(ctx, res, c.brokenFiles(res, bad)))
		}
		return err
	}
	cand, err := c.candidate(ctx, work)
	if err != nil {
		return err
	}
	if cand.Snap != nil {
		if err := c.stage(ctx, res, "gate", func() (map[string]int64, string, error) { return c.gate(ctx, res, cand) }); err != nil {
			return c.refused(ctx, res, err)
		}
	}
	if err := c.stage(ctx, res, "publish", func() (map[string]int64, string, error) { return c.publish(ctx, res, work, cand) }); err != nil {
		return err
	}
	return c.stage(ctx, res, "notify", func() (map[string]int64, string, error) {
		err := c.post(res, func(p *notify.Post) error { return p.Tell(ctx, res.Edition) })
		return map[string]int64{"sent": int64(len(res.Sent))}, "", err
	})
}

// post sends news and takes over what became of it.
func (c *Cycle) post(res *Result, send func(*notify.Post) error) error {
	p := notify.Post{Store: c.Store, Channels: c.Channels, Base: c.Base, Now: c.Now, Pause: c.Pause}
	err := send(&p)
	res.Sent, res.Unsent, res.Warnings = append(res.Sent, p.Sent...), res.Unsent+p.Unsent, append(res.Warnings, p.Warnings...)
	return err
}

// refused sends the news of a refusal, where err is one.
func (c *Cycle) refused(ctx context.Context, res *Result, err error) error {
	if !errors.Is(err, ErrRefused) {
		return err
	}
	return errors.Join(err, c.post(res, func(p *notify.Post) error { return p.Refused(ctx, *res.Verdict) }))
}

// derive runs link, extract and analyse where they are stale.
func (c *Cycle) derive(ctx context.Context, res *Result, work Work) error {
	return work.Bring(ctx, "analyse", func(name, why string, do func() (map[string]int64, error)) error {
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
func (c *Cycle) candidate(ctx context.Context, work Work) (*publish.Draft, error) {
	d, err := work.Draft(ctx, c.Version)
	if err != nil || !d.Kept || d.Latest.Run != "" {
		return d, err
	}
	shown, err := publish.Current(c.Out)
	if err == nil && shown != d.Doc.ID {
		err = d.TakeSnapshot(ctx)
	}
	return d, err
}

// gate judges the candidate and keeps the outcome.
func (c *Cycle) gate(ctx context.Context, res *Result, cand *publish.Draft) (map[string]int64, string, error) {
	v := gate.Verdict{Run: res.Run, Edition: cand.Doc.ID, At: c.Now().UTC(), Bounds: c.Thresholds, Reasons: []gate.Reason{}}
	if cand.Before != nil {
		v.Previous = cand.Before.Edition
	}
	faults, err := c.Store.Check(ctx, store.Payloads)
	if err != nil {
		return nil, "", err
	}
	for _, f := range faults {
		v.Reasons = append(v.Reasons, gate.Reason{Rule: "integrity", Subject: "database", After: f, Message: "the database is damaged: " + f,
			Do: "run past doctor, then past restore with the last good backup; a damaged database is never published"})
	}
	v.Reasons = append(v.Reasons, gate.Judge(cand.Before, cand.Snap, c.Thresholds)...)
	v.Passed = len(v.Reasons) == 0
	if !v.Passed && len(faults) == 0 {
		if v.Accepted, err = gate.Accepted(ctx, c.Store, v); err != nil {
			return nil, "", err
		}
		v.Passed = v.Accepted != ""
	}
	counts := map[string]int64{"reasons": int64(len(v.Reasons))}
	if !v.Passed {
		return counts, "", c.refuse(ctx, res, v)
	}
	return counts, "", c.keepVerdict(ctx, res, v)
}

func (c *Cycle) keepVerdict(ctx context.Context, res *Result, v gate.Verdict) error {
	res.Verdict = &v
	js, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return c.Store.AddGate(ctx, store.GateVerdict{Run: v.Run, At: v.At, Passed: v.Passed, Reasons: js})
}

// refuse keeps the verdict and says in the published folder why no new edition
// follows. It returns what the cycle ends with.
func (c *Cycle) refuse(ctx context.Context, res *Result, v gate.Verdict) error {
	if err := c.keepVerdict(ctx, res, v); err != nil {
		return err
	}
	if err := publish.Refuse(ctx, c.Store, c.Out, c.Base, v); err != nil {
		return err
	}
	return fmt.Errorf("%w %s: %s, the first: %s", ErrRefused, v.Edition, text.Count(len(v.Reasons), "reason"), v.Reasons[0].Message)
}

// brokenFiles is the verdict of a cycle that met review files which cannot be
// read: what they hold would be missing from an edition.
func (c *Cycle) brokenFiles(res *Result, bad *review.BadFiles) gate.Verdict {
	v := gate.Verdict{Run: res.Run, Edition: "(none)", Previous: res.Edition, At: c.Now().UTC(), Bounds: c.Thresholds}
	for _, p := range bad.Files {
		v.Reasons = append(v.Reasons, gate.Reason{Rule: "human-file", Subject: p.Where, After: p.Message, Message: "the review file " +
			p.Where + " cannot be read: " + p.Message,
			Do: "mend the file, check it with past review check, and run past refresh"})
	}
	return v
}

// publish makes the candidate what readers see.
func (c *Cycle) publish(ctx context.Context, res *Result, work Work, cand *publish.Draft) (map[string]int64, string, error) {
	news, err := cand.Publish(ctx, publish.Place{Out: c.Out, Base: c.Base, Shown: res.Edition, Run: res.Run, Now: c.Now()},
		func() (reports.Edition, error) {
			ed, err := work.ReportDraft(ctx, cand)
			if err == nil && res.Verdict != nil && res.Verdict.Accepted != "" {
				err = c.acceptance(ctx, res.Verdict, &ed)
			}
			return ed, err
		})
	if err != nil {
		return nil, "", err
	}
	if cand.Doc.ID == res.Edition && news == nil {
		return nil, "nothing new", nil
	}
	res.Previous, res.Edition = res.Edition, cand.Doc.ID
	if news != nil {
		res.Changes = news
		return map[string]int64{"changes": int64(len(news))}, "", nil
	}
	return nil, "", nil
}

// acceptance adds for readers that a person let the edition pass, and why.
func (c *Cycle) acceptance(ctx context.Context, v *gate.Verdict, ed *reports.Edition) error {
	gates, err := c.Store.Gates(ctx, 50)
	for _, g := range gates {
		if g.Run != v.Accepted || g.AcceptedAt == nil {
			continue
		}
		var texts []string
		for _, r := range v.Reasons {
			texts = append(texts, r.Message)
		}
		ed.Methods = append(ed.Methods, reports.Note{Title: "Let through the gate by a person",
			Text: fmt.Sprintf("The gate had refused this edition: %s. %s accepted it on %s: %s",
				strings.Join(texts, "; "), g.AcceptedBy, g.AcceptedAt.Format("2006-01-02"), g.Why)})
		break
	}
	return err
}
