package crawler

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"past/crawler/polite"
	"past/internal/evidence"
)

// resumeWithin is how long a crawl that was cut short may be continued: page
// tokens and totals belong to one data day of a register.
const resumeWithin = 24 * time.Hour

// lane is one source on its way through a crawl.
type lane struct {
	opts     *Options
	sink     Sink
	src      Source
	fetch    *wire
	endpoint string // as the user gave it, for retry commands

	// State of one crawl.
	run     string
	started time.Time // when the crawl began that this one completes
	mark    Mark
	stamp   string
	plan    string
	mu      sync.Mutex // guards the counts of sum
	sum     SourceSummary
	found   map[string]struct{} // ids on the hit lists of this crawl
	gone    []string            // what seems to be gone
	faults  int                 // answers that were none
}

func newLane(o *Options, sink Sink, src Source) (*lane, error) {
	l := &lane{opts: o, sink: sink, src: src, endpoint: o.Endpoints[src.Name()]}
	var at *url.URL
	if l.endpoint != "" {
		u, err := parseEndpoint(src.Name(), l.endpoint)
		if err != nil {
			return nil, err
		}
		m, ok := src.(Movable)
		if !ok {
			return nil, fmt.Errorf("source %s cannot be asked at another address", src.Name())
		}
		at, l.src = u, m.At(strings.TrimRight(l.endpoint, "/"))
	}
	l.fetch = newWire(o, sink, src.Name(), l.src.Policy(), at)
	l.fetch.tried = func(a polite.Attempt) {
		if a.Request.Context().Err() != nil {
			return // the user ended it, not the register
		}
		text := fmt.Sprintf("attempt %d: ", a.Number)
		if a.Err != nil {
			text += a.Err.Error()
		} else {
			text += a.Response.Status
		}
		l.tell(Event{Kind: EventTry, Text: text})
	}
	return l, nil
}

// counts are those of the source so far; attempts are reported while a page is
// being committed.
func (l *lane) counts() CommitResult {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sum.CommitResult
}

// tell passes an event on.
func (l *lane) tell(e Event) {
	if l.opts.Observer == nil {
		return
	}
	e.Source, e.Counts, e.Asked, e.At = l.src.Name(), l.counts(), int(l.fetch.asked.Load()), l.opts.Now().UTC()
	l.opts.Observer.Event(e)
}

// crawl goes through the steps of the package comment.
func (l *lane) crawl(ctx context.Context, run string) SourceSummary {
	begin := time.Now()
	before := l.fetch.asked.Load()
	l.run, l.started, l.found = run, l.opts.Now().UTC().Truncate(time.Millisecond), map[string]struct{}{}
	l.mark, l.stamp, l.plan, l.gone, l.faults = Mark{}, "", "", nil, 0
	l.sum = SourceSummary{Source: l.src.Name()}
	l.tell(Event{Kind: EventBegin})
	err := l.steps(ctx)
	if err != nil && ctx.Err() != nil {
		err = fmt.Errorf("stopped, everything received is kept: %w", context.Cause(ctx))
	}
	l.sum.Asked = int(l.fetch.asked.Load() - before)
	l.sum.Took = time.Since(begin)
	text := "done"
	if err != nil {
		l.sum.Err, l.sum.Error, l.sum.Complete = err, err.Error(), false
		text = err.Error()
	} else if l.sum.NothingNew {
		text = "nothing new since " + l.sum.LastComplete.UTC().Format(time.RFC3339)
	}
	l.tell(Event{Kind: EventEnd, Text: text})
	return l.sum
}

func (l *lane) steps(ctx context.Context) error {
	queries, err := l.queries(ctx)
	if err != nil {
		return err
	}
	if l.opts.DryRun {
		return nil
	}
	if err := l.probe(ctx); err != nil {
		return err
	}
	again, err := l.lookAgain(ctx)
	if err != nil {
		return err
	}
	if l.auto() && l.stamp != "" && l.mark.Stamp == l.stamp && l.mark.Plan == l.plan && !again {
		l.sum.NothingNew, l.sum.Complete = true, true
		return l.unchanged(ctx)
	}
	walks, err := l.resume(ctx, queries)
	if err != nil {
		return err
	}
	if l.quiet(ctx, walks) {
		walks = nil
	}
	complete := true
	for _, w := range walks {
		if l.opts.Question.Limit > 0 && l.sum.Received >= l.opts.Question.Limit {
			complete = false
			break
		}
		ok, err := w.run(ctx)
		*w.sum = w.summary()
		if err != nil {
			return err
		}
		complete = complete && ok
	}
	l.checkClock(ctx)
	if !complete {
		return l.unfinished()
	}
	if l.opts.Question.Limit > 0 {
		return nil
	}
	known, err := l.sink.Known(ctx, l.src.Name())
	if err != nil {
		return fmt.Errorf("list known records: %w", err)
	}
	before := len(known) - l.sum.New
	looked, err := l.refresh(ctx, known)
	if err != nil {
		return err
	}
	if err := l.markGone(ctx, before, looked); err != nil {
		return err
	}
	return l.finish(ctx)
}

// quiet asks whether any query of an increment can find something. A source that
// does not answer this is asked the queries.
func (l *lane) quiet(ctx context.Context, walks []*walk) bool {
	src, ok := l.src.(Quiet)
	if !ok || !l.auto() || l.sum.Since.IsZero() || l.opts.Question.Limit > 0 ||
		slices.ContainsFunc(walks, func(w *walk) bool { return w.resumed }) {
		return false
	}
	q := l.opts.Question
	q.Since = l.sum.Since
	if none, err := src.Unchanged(ctx, l.fetch, q); err != nil || !none {
		return false
	}
	zero := 0
	for i := range l.sum.Queries {
		l.sum.Queries[i].Total, l.sum.Queries[i].Done = &zero, true
	}
	l.sum.NothingNew = true
	return true
}

// unchanged records that the source has nothing new.
func (l *lane) unchanged(ctx context.Context) error {
	m := l.mark
	m.Unchanged = l.started
	if err := l.sink.SetMark(context.WithoutCancel(ctx), l.src.Name(), m); err != nil {
		return fmt.Errorf("record that nothing has changed: %w", err)
	}
	return nil
}

// auto reports whether the crawl chooses its own point in time.
func (l *lane) auto() bool { return !l.opts.All && l.opts.Question.Since.IsZero() }

// queries reads the mark, decides since when changes are asked for, and plans.
func (l *lane) queries(ctx context.Context) ([]Query, error) {
	q := l.opts.Question
	since := q.Since
	q.Since = time.Time{}
	base, err := l.src.Plan(q)
	if err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	if len(base) == 0 {
		return nil, errors.New("plan: the question set asks this source nothing")
	}
	l.plan = planHash(base)
	if l.sink != nil {
		if l.mark, err = l.sink.Mark(ctx, l.src.Name()); err != nil {
			return nil, fmt.Errorf("read how far the last crawl came: %w", err)
		}
		l.sum.LastComplete = l.mark.Complete
	}
	if l.auto() && l.mark.Plan == l.plan {
		since = l.mark.Complete.Add(-l.mark.Skew)
		if l.mark.Complete.IsZero() {
			since = time.Time{}
		}
	}
	if l.opts.All {
		since = time.Time{}
	}
	l.sum.Since = since
	queries := base
	if !since.IsZero() {
		q.Since = since
		if queries, err = l.src.Plan(q); err != nil {
			return nil, fmt.Errorf("plan: %w", err)
		}
	}
	for _, q := range queries {
		l.sum.Queries = append(l.sum.Queries, QuerySummary{Key: q.Key, Text: q.Text, URL: q.URL, Method: q.Method, Body: string(q.Body)})
	}
	return queries, nil
}

// planHash identifies a plan by the keys of its queries, which say everything
// but since when.
func planHash(qs []Query) string {
	keys := make([]string, len(qs))
	for i, q := range qs {
		keys[i] = q.Key
	}
	slices.Sort(keys)
	sum := sha256.Sum256([]byte(strings.Join(keys, "\n")))
	return hex.EncodeToString(sum[:8])
}

// probe asks whether anything can have changed. A register (or mirror) that
// answers the question wrongly is asked the long way; one that cannot be
// reached at all is not asked again.
func (l *lane) probe(ctx context.Context) error {
	p, ok := l.src.(Prober)
	if !ok {
		return nil
	}
	stamp, err := p.Probe(ctx, l.fetch)
	if err == nil {
		l.stamp = stamp
		return nil
	}
	var (
		status *StatusError
		answer *AnswerError
	)
	if errors.As(err, &status) && status.Status/100 == 4 && status.Status != 429 || errors.As(err, &answer) {
		return l.problem(ctx, evidence.Problem{Kind: KindFetchFailed, Where: l.src.Policy().BaseURL,
			Message: "the question whether anything is new was not answered; everything is asked: " + err.Error()})
	}
	return fmt.Errorf("the register does not answer (check the network and the address, then run the same command again; what "+
		"is stored stays): %w", err)
}

// resume gives each query its place: untouched, in the middle, or done by a
// crawl of the same data that was cut short.
func (l *lane) resume(ctx context.Context, queries []Query) ([]*walk, error) {
	walks := make([]*walk, 0, len(queries))
	now := l.opts.Now().UTC()
	for i, q := range queries {
		w := &walk{lane: l, q: q, sum: &l.sum.Queries[i]}
		cur, ok, err := l.sink.Cursor(ctx, l.src.Name(), q.Key)
		if err != nil {
			return nil, fmt.Errorf("read where query %s stands: %w", q.Key, err)
		}
		if cur.Started.IsZero() && !cur.Done { // a store that does not keep it: surely not earlier than this
			cur.Started = cur.At.Add(-resumeWithin)
		}
		same := (ok || cur.Done) && cur.Since.Equal(l.sum.Since) && (cur.Stamp == l.stamp || cur.Stamp == "") &&
			now.Sub(cur.At).Abs() < resumeWithin && (!cur.Done || cur.Started.After(l.mark.Complete))
		if same && (cur.Done || cur.Next != "") {
			w.cur, w.resumed = cur, true
			if cur.Started.Before(l.started) {
				l.started = cur.Started
			}
			if h, ok := l.sink.(HitLister); ok {
				ids, err := h.Hits(ctx, l.src.Name(), q.Key)
				if err != nil {
					return nil, fmt.Errorf("read the hits of query %s: %w", q.Key, err)
				}
				w.before(ids)
			}
		}
		walks = append(walks, w)
	}
	// A crawl that was not cut short and yet left no mark (it was asked for a
	// date or a number of records) is no beginning of this one.
	if (l.opts.Question.Limit > 0 || !l.opts.Question.Since.IsZero()) &&
		!slices.ContainsFunc(walks, func(w *walk) bool { return !w.resumed || !w.cur.Done }) {
		for _, w := range walks {
			w.resumed = false
		}
		l.started, l.found = now.Truncate(time.Millisecond), map[string]struct{}{}
	}
	for _, w := range walks {
		if !w.resumed {
			w.restart()
		}
		*w.sum = w.summary()
	}
	return walks, nil
}

// unfinished is the error of a source some of whose queries failed.
func (l *lane) unfinished() error {
	var failed []string
	for _, q := range l.sum.Queries {
		if q.Error != "" {
			failed = append(failed, fmt.Sprintf("query %s: %s", q.Key, q.Error))
		}
	}
	if len(failed) == 0 {
		return nil // the limit ended it
	}
	return fmt.Errorf("%d of %d queries were not read to their end; the same command goes on with them: %s",
		len(failed), len(l.sum.Queries), strings.Join(failed, "; "))
}

// finish records that the crawl is complete as of its start. A crawl from a
// date after the last complete one leaves a gap and completes nothing.
func (l *lane) finish(ctx context.Context) error {
	l.sum.Complete = true
	since := l.sum.Since
	if !since.IsZero() && (l.mark.Complete.IsZero() || since.After(l.mark.Complete) || l.mark.Plan != l.plan) {
		return nil
	}
	quiet := l.sum.NothingNew // no query was asked
	l.sum.NothingNew = quiet && l.sum.Received == 0 && l.sum.Gone == 0
	if !l.sum.NothingNew { // it is told since when
		l.sum.LastComplete = l.started
	}
	m := Mark{Stamp: l.stamp, Complete: l.started, Plan: l.plan}
	if quiet {
		m.Unchanged = l.started
	}
	if ahead := l.fetch.skew.get(); ahead > time.Minute {
		m.Skew = ahead.Round(time.Second)
	}
	if err := l.sink.SetMark(context.WithoutCancel(ctx), l.src.Name(), m); err != nil {
		return fmt.Errorf("record that the crawl is complete: %w", err)
	}
	return nil
}

// checkClock reports a clock that is wrong, ours or the register's.
func (l *lane) checkClock(ctx context.Context) {
	if d := l.fetch.skew.get(); d.Abs() > 5*time.Minute {
		_ = l.problem(ctx, evidence.Problem{Kind: KindClockSkew, Where: l.src.Policy().BaseURL,
			Message: fmt.Sprintf("this machine's clock and the register's differ by %s; the next increment begins earlier by as much "+
				"where ours is ahead", d.Round(time.Second))})
	}
}
