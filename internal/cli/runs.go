package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"strings"
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

// collect crawls into st with the heap bounded: answers are large and
// short-lived, and without a limit it doubles before they are collected. The
// notices are those of the summary in words.
func collect(ctx context.Context, st *store.Store, opt crawler.Options) (sum crawler.Summary, notices []string, err error) {
	col, err := crawler.New(opt, st)
	if err != nil {
		return sum, nil, err
	}
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(crawlMemory))
	defer debug.SetGCPercent(debug.SetGCPercent(25)) // pages are large and short-lived
	sum, err = col.Run(ctx)
	for _, s := range sum.Sources {
		if s.Notices > 0 {
			notices = append(notices, driftNotice(s.Source, s.Notices))
		}
	}
	slices.Sort(notices)
	return sum, notices, err
}

// crawlMemory is the soft limit of the heap while crawling, in bytes.
const crawlMemory = 72 << 20

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
