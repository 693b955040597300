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
	"past/internal/run"
	"past/internal/store"
	"past/internal/text"
)

// commandRun is the record of one command's run in the database.
type commandRun struct{ *run.Record }

// beginRun records that a stage has begun. Runs that were killed before are
// ended first: a process that writes knows that no other does.
func beginRun(ctx context.Context, st *store.Store, stage string, args ...string) (commandRun, error) {
	now := time.Now()
	if err := run.EndKilled(ctx, st, now); err != nil {
		return commandRun{}, err
	}
	r, err := run.Begin(ctx, st, store.Run{ID: run.NewID(now) + "/" + stage, Stage: stage, Args: strings.Join(args, " "), Started: now})
	return commandRun{r}, err
}

// end records how the run ended: err is what the command ends with, which is
// given back.
func (r commandRun) end(ctx context.Context, err error) error {
	code, told := ExitDone, err
	if err != nil {
		code = ExitFailed
		var exit *ExitError
		if errors.As(err, &exit) {
			code = exit.Code
		}
		if exit != nil && exit.Err == nil {
			told = nil // it is warned of, and did not fail
		}
	}
	if kept := r.End(ctx, time.Now(), code, told); told == nil {
		return errors.Join(err, kept)
	} else {
		return kept
	}
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
		for name, n := range map[string]int{"asked": s.Asked, "received": s.Received, "new": s.New, "changed": s.Changed, "gone": s.Gone,
			"problems": s.Problems} {
			out[name] += int64(n)
		}
	}
	return out
}

func driftNotice(source string, n int) string {
	return fmt.Sprintf("notice: %s: %s of fields that the parser does not know; they stay in the payloads (past status "+
		"--problems lists them)", source, text.Count(n, "mention"))
}

func printNotices(w io.Writer, notices []string) {
	for _, n := range notices {
		fmt.Fprintln(w, "past:", n)
	}
}
