package refresh

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"past/internal/edition"
	"past/internal/evidence"
	"past/internal/pipeline"
	"past/internal/review"
	"past/internal/store"
	"past/reports"
)

type claim = evidence.ClaimVerdict

// gate judges the candidate and keeps the outcome.
func (c *Cycle) gate(ctx context.Context, res *Result, cand *pipeline.Draft) (map[string]int64, string, error) {
	v := Verdict{Run: res.Run, Edition: cand.Doc.ID, At: c.Now().UTC(), Bounds: c.Thresholds, Reasons: []Reason{}}
	if cand.Before != nil {
		v.Previous = cand.Before.Edition
	}
	faults, err := c.Store.Check(ctx, store.Payloads)
	if err != nil {
		return nil, "", err
	}
	for _, f := range faults {
		v.Reasons = append(v.Reasons, Reason{Rule: "integrity", Subject: "database", After: f, Message: "the database is damaged: " + f,
			Do: "run past doctor, then past restore with the last good backup; a damaged database is never published"})
	}
	v.Reasons = append(v.Reasons, Judge(cand.Before, cand.Snap, c.Thresholds)...)
	v.Passed = len(v.Reasons) == 0
	if !v.Passed && len(faults) == 0 {
		if v.Accepted, err = accepted(ctx, c.Store, v); err != nil {
			return nil, "", err
		}
		v.Passed = v.Accepted != ""
	}
	counts := map[string]int64{"reasons": int64(len(v.Reasons))}
	if !v.Passed {
		return counts, "", c.refuse(ctx, res, v)
	}
	return counts, "", c.record(ctx, res, v)
}

// record keeps the gate's verdict.
func (c *Cycle) record(ctx context.Context, res *Result, v Verdict) error {
	res.Verdict = &v
	js, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return c.Store.AddGate(ctx, store.GateVerdict{Run: v.Run, At: v.At, Passed: v.Passed, Reasons: js})
}

// refuse keeps the verdict and says in the published folder, and in the feeds
// there, why no new edition follows. It returns what the cycle ends with.
func (c *Cycle) refuse(ctx context.Context, res *Result, v Verdict) error {
	if err := c.record(ctx, res, v); err != nil {
		return err
	}
	feeds, err := c.refusalFeeds(ctx, v)
	if err != nil {
		return err
	}
	if err := writeRefusal(c.Out, v, feeds); err != nil {
		return err
	}
	return fmt.Errorf("%w %s: %s, the first: %s", ErrRefused, v.Edition, count(len(v.Reasons), "reason"), v.Reasons[0].Message)
}

// refusalFeeds are the feeds of all changes with the refusal as the newest entry.
func (c *Cycle) refusalFeeds(ctx context.Context, v Verdict) (map[string][]byte, error) {
	all, err := c.Store.Changes(ctx, "")
	if err != nil {
		return nil, err
	}
	var doc edition.Document
	latest, err := c.Store.Edition(ctx, "")
	if err == nil {
		err = json.Unmarshal(latest.Document, &doc)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	var why []string
	for _, r := range v.Reasons {
		why = append(why, r.Message)
	}
	all = append(all, store.Change{ID: "refused-" + v.Run, Edition: v.Edition, At: v.At, Kind: "refused", Subject: v.Edition, Title: "No new edition was published", Cause: few(why)})
	doc.Findings, doc.Claims = nil, nil
	return Feeds(doc, all, c.Base), nil
}

// brokenFiles is the verdict of a cycle that met review files which cannot be
// read: what they hold would be missing from an edition.
func brokenFiles(c *Cycle, res *Result, bad *review.BadFiles) Verdict {
	v := Verdict{Run: res.Run, Edition: "(none)", Previous: res.Edition, At: c.Now().UTC(), Bounds: c.Thresholds}
	for _, p := range bad.Files {
		v.Reasons = append(v.Reasons, Reason{Rule: "human-file", Subject: p.Where, After: p.Message, Message: "the review file " + p.Where + " cannot be read: " + p.Message,
			Do: "mend the file, check it with past review check, and run past refresh"})
	}
	return v
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// publish makes the candidate what readers see, in an order in which a stop at
// any point is either not seen or made good by the next run: folder, snapshot,
// database row with its changes, then the one rename that readers see.
func (c *Cycle) publish(ctx context.Context, res *Result, p *pipeline.Pipeline, cand *pipeline.Draft) (map[string]int64, string, error) {
	id := cand.Doc.ID
	dir, err := EditionDir(c.Out, id)
	if err != nil {
		return nil, "", err
	}
	_, missing := os.Stat(filepath.Join(dir, "edition.json"))
	kept := cand.Kept
	if kept && missing == nil {
		if res.Edition == id {
			return nil, "nothing new", clearRefusal(c.Out)
		}
		res.Previous, res.Edition = res.Edition, id
		return nil, "", errors.Join(setCurrent(c.Out, id), clearRefusal(c.Out))
	}
	if err := c.writeFolder(ctx, p, cand, res.Verdict); err != nil {
		return nil, "", err
	}
	if err := p.Keep(ctx, cand, res.Run); err != nil {
		return nil, "", err
	}
	if err := setCurrent(c.Out, id); err != nil {
		return nil, "", err
	}
	res.Previous, res.Edition = res.Edition, id
	if kept { // written again: its changes were told when it was new
		return nil, "", clearRefusal(c.Out)
	}
	list := cand.Changes
	res.Changes = list
	return map[string]int64{"changes": int64(len(list))}, "", clearRefusal(c.Out)
}

// writeFolder draws the edition with its changes and feeds.
func (c *Cycle) writeFolder(ctx context.Context, p *pipeline.Pipeline, cand *pipeline.Draft, v *Verdict) error {
	document, err := cand.Doc.JSON()
	if err != nil {
		return err
	}
	ed, err := p.ReportDraft(ctx, cand)
	if err != nil {
		return err
	}
	all, err := c.Store.Changes(ctx, "")
	if err != nil {
		return err
	}
	if !cand.Kept {
		all = append(all, cand.Changes...)
	}
	if v != nil && v.Accepted != "" {
		if note, err := c.acceptance(ctx, v); err != nil {
			return err
		} else if note.Text != "" {
			ed.Methods = append(ed.Methods, note)
		}
	}
	feeds := Feeds(cand.Doc, all, c.Base)
	ed.Downloads = append(slices.DeleteFunc(ed.Downloads, func(d reports.Download) bool { return d.Path == "edition.json" }),
		reports.Download{Path: "edition.json", Title: "edition.json", About: "The edition as programs read it: identity, counts, findings, claims.", Data: document},
		reports.Download{Path: "feed.atom", Title: "feed.atom", About: "What changed, as an Atom feed; feeds/ has one for each finding and claim.", Data: feeds["feed.atom"]},
		reports.Download{Path: "feed.json", Title: "feed.json", About: "The same as JSON Feed 1.1.", Data: feeds["feed.json"]})
	return writeEdition(ctx, c.Out, c.Base, ed, document, feeds)
}

// acceptance tells readers that a person let the edition pass, and why.
func (c *Cycle) acceptance(ctx context.Context, v *Verdict) (reports.Note, error) {
	gates, err := c.Store.Gates(ctx, 50)
	if err != nil {
		return reports.Note{}, err
	}
	for _, g := range gates {
		if g.Run != v.Accepted || g.AcceptedAt == nil {
			continue
		}
		var texts []string
		for _, r := range v.Reasons {
			texts = append(texts, r.Message)
		}
		return reports.Note{Title: "Let through the gate by a person", Text: fmt.Sprintf("The gate had refused this edition: %s. %s accepted it on %s: %s",
			strings.Join(texts, "; "), g.AcceptedBy, g.AcceptedAt.Format("2006-01-02"), g.Why)}, nil
	}
	return reports.Note{}, nil
}
