package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"past/crawler"
	"past/internal/refresh"
	"past/internal/store"
)

// runRecord is the record of one command's run in the database, as past refresh
// keeps one for each of its stages.
type runRecord struct {
	st     *store.Store
	id     string
	counts map[string]int64
}

// beginRun records that a stage has begun. Runs that were killed before are
// ended first: whoever writes knows that nobody else does.
func beginRun(ctx context.Context, st *store.Store, stage string, args ...string) (*runRecord, error) {
	now := time.Now()
	if err := refresh.BuryRuns(ctx, st, now); err != nil {
		return nil, err
	}
	r := &runRecord{st: st, id: refresh.NewRun(now) + "/" + stage}
	return r, st.BeginRun(ctx, store.Run{ID: r.id, Stage: stage, Args: strings.Join(args, " "), Started: now})
}

// end records how the run ended: err is what the command ends with, which is
// given back. The record is kept also when the command was stopped.
func (r *runRecord) end(ctx context.Context, err error) error {
	code, text := ExitDone, ""
	if err != nil {
		code = ExitFailed
		var exit *ExitError
		if errors.As(err, &exit) {
			code = exit.Code
		}
		if exit == nil || exit.Err != nil {
			text = err.Error()
		}
	}
	if kept := r.st.EndRun(context.WithoutCancel(ctx), r.id, time.Now(), code, text, r.counts); kept != nil {
		return errors.Join(err, kept)
	}
	return err
}

// drifting is a sink that counts the keys which a parser does not know. A
// register that adds a field loses nothing: the field stays in the payload, so
// that it is a notice and no warning. One that renames or drops what the parser
// reads shows in the gate and in the other kinds of problem.
type drifting struct {
	*store.Store
	mu sync.Mutex
	n  map[string]int
}

func (d *drifting) Commit(ctx context.Context, b crawler.Batch) (crawler.CommitResult, error) {
	res, err := d.Store.Commit(ctx, b)
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range b.Problems {
		if p.Kind == crawler.KindDrift {
			if d.n == nil {
				d.n = map[string]int{}
			}
			d.n[b.Source]++
		}
	}
	return res, err
}

// settle takes the notices out of the problems that a crawl counted and gives
// them as text.
func (d *drifting) settle(sum *crawler.Summary) (notices []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range sum.Sources {
		sum.Sources[i].Problems -= d.n[sum.Sources[i].Source]
	}
	for _, source := range slices.Sorted(maps.Keys(d.n)) {
		notices = append(notices, driftNotice(source, d.n[source]))
	}
	return notices
}

// crawlCounts are what the record of a crawl keeps.
func crawlCounts(sum crawler.Summary) map[string]int64 {
	out := map[string]int64{}
	for _, s := range sum.Sources {
		for name, n := range map[string]int{"asked": s.Asked, "received": s.Received, "new": s.New, "changed": s.Changed, "gone": s.Gone, "problems": s.Problems} {
			out[name] += int64(n)
		}
	}
	return out
}

func driftNotice(source string, n int) string {
	return fmt.Sprintf("notice: %s: %s of fields that the parser does not know; they stay in the payloads (past status --problems lists them)", source, plural(n, "mention"))
}

func printNotices(w io.Writer, notices []string) {
	for _, n := range notices {
		fmt.Fprintln(w, "past:", n)
	}
}
