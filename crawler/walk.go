package crawler

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"past/crawler/polite"
	"past/internal/evidence"
)

const (
	// maxRestarts bounds how often one query is begun again in one crawl.
	maxRestarts = 2
	// maxBadPages bounds how often one page is asked for when what comes is
	// whole but no answer.
	maxBadPages = 3
	// maxStale bounds the pages in a row that bring no id that was not there
	// before: tokens that never repeat can lead in a circle too.
	maxStale = 20
)

// walk is one query on its way through its pages.
type walk struct {
	lane    *lane
	q       Query
	sum     *QuerySummary
	cur     Cursor
	resumed bool
	failed  string

	next     *ahead              // the page behind the one at hand
	ids      map[string]struct{} // of this query's hit list
	partial  bool                // ids lacks hits from before a crash
	tokens   map[string]struct{}
	restarts int
	stale    int
	twice    []string // ids on more than one page, the first few
	doubles  int
	moved    bool // the register's count changed
}

// restart puts the query at its first page.
func (w *walk) restart() {
	l := w.lane
	w.cur = Cursor{Since: l.sum.Since, Run: l.run, Started: l.started, Stamp: l.stamp}
	w.ids, w.tokens = map[string]struct{}{}, map[string]struct{}{}
	w.stale, w.doubles, w.twice, w.moved, w.partial = 0, 0, nil, false, false
}

// before takes the hits of the pages that an earlier process committed.
func (w *walk) before(ids []string) {
	w.ids, w.tokens = map[string]struct{}{}, map[string]struct{}{}
	for _, id := range ids[:min(len(ids), w.cur.Seen)] {
		w.note(id)
	}
	w.partial = len(ids) < w.cur.Seen
}

func (w *walk) note(id string) {
	if _, ok := w.ids[id]; ok {
		w.doubles++
		if len(w.twice) < 5 && !slices.Contains(w.twice, id) {
			w.twice = append(w.twice, id)
		}
	}
	w.ids[id] = struct{}{}
	w.lane.found[id] = struct{}{}
}

func (w *walk) summary() QuerySummary {
	s := *w.sum
	s.Total, s.Seen, s.Done, s.Resumed, s.Error = w.cur.Total, w.cur.Seen, w.cur.Done, w.resumed, w.failed
	return s
}

// run reads the query to its end. ok is false when it did not get there and
// the other queries may still go on; an error ends the source.
func (w *walk) run(ctx context.Context) (ok bool, err error) {
	if w.ids == nil { // resumed with a store that gives no hits back
		w.ids, w.tokens, w.partial = map[string]struct{}{}, map[string]struct{}{}, true
	}
	w.lane.tell(Event{Kind: EventQuery, Query: w.q.Key, Text: w.q.Text, Done: w.cur.Seen, Total: total(w.cur)})
	defer w.dropAhead()
	bad := 0
	for !w.cur.Done {
		limit := w.lane.opts.Question.Limit
		if limit > 0 {
			if w.q.Limit = limit - w.lane.sum.Received; w.q.Limit <= 0 {
				return true, nil
			}
		}
		got := w.page(ctx, w.cur.Next)
		if got.err != nil {
			again, err := w.fault(ctx, got.err, &bad)
			if again && err == nil {
				continue
			}
			return false, err
		}
		bad = 0
		if stop, err := w.take(ctx, got); stop || err != nil {
			return w.failed == "", err
		}
	}
	return w.failed == "", nil
}

// fault decides what an error of a page means: the same page once more, the
// query again, the next query, or the end of the source.
func (w *walk) fault(ctx context.Context, err error, bad *int) (again bool, _ error) {
	if ctx.Err() != nil {
		return false, err
	}
	var answer *AnswerError
	switch {
	case errors.Is(err, ErrCursorExpired):
		if w.restarts >= maxRestarts {
			return false, w.giveUp(ctx, KindExpired, fmt.Sprintf("the register dropped the page token %d times: %v", w.restarts+1, err), nil)
		}
		w.restarts++
		at := w.cur.Seen
		w.restart()
		return true, w.lane.commit(ctx, Batch{Problems: []evidence.Problem{{Kind: KindExpired, Where: w.q.URL,
			Message: fmt.Sprintf("the register dropped the page token after %d hits; the query was begun again", at)}}})
	case errors.As(err, &answer):
		if *bad++; *bad < maxBadPages {
			return true, polite.Sleep(ctx, time.Duration(*bad)*w.pause())
		}
		return false, w.giveUp(ctx, answer.Kind, err.Error(), answer.Payload)
	}
	p := problemOf(err, nil)
	if w.ends(err) {
		if perr := w.giveUp(ctx, p.Kind, err.Error(), nil); perr != nil {
			return false, perr
		}
		return false, fmt.Errorf("query %s: %w", w.q.Key, err)
	}
	return false, w.giveUp(ctx, p.Kind, err.Error(), nil)
}

func (w *walk) pause() time.Duration {
	if b := w.lane.opts.Wire.Base; b > 0 {
		return b
	}
	return time.Second
}

// ends reports whether an error will meet the next query as well: the register
// is down, asks to wait or cannot be reached.
func (w *walk) ends(err error) bool {
	if errors.Is(err, ErrPermanent) {
		return false
	}
	var status *StatusError
	if errors.As(err, &status) {
		return status.Status >= 500 || status.Status == 429 || status.Status == 401 || status.Status == 403
	}
	var large *polite.TooLargeError
	return !errors.As(err, &large)
}

// giveUp keeps aside what made a query fail. Its cursor stays where it is, so
// that the next crawl tries the same page.
func (w *walk) giveUp(ctx context.Context, kind, msg string, payload *evidence.Payload) error {
	w.failed = msg
	b := Batch{QueryKey: w.q.Key, Query: w.q.Text, About: w.q.About, HitBase: w.cur.Seen, Cursor: w.stamped(w.cur)}
	p := evidence.Problem{Kind: kind, Where: w.q.URL, Message: msg}
	if payload != nil {
		b.Payloads = []evidence.Payload{*payload}
		b.Records, b.Problems = w.lane.parse(b.Payloads)
		b.Problems = slices.DeleteFunc(b.Problems, func(q evidence.Problem) bool { return q.Kind == kind })
		p.SHA256, p.Where = payload.SHA256, payload.URL
	}
	b.Problems = append(b.Problems, p)
	return w.lane.commit(ctx, b)
}

func (w *walk) stamped(c Cursor) Cursor {
	c.At = w.lane.opts.Now().UTC()
	return c
}

// take checks a page against what came before it and commits it with the
// cursor behind it.
func (w *walk) take(ctx context.Context, got readPage) (stop bool, err error) {
	l, page := w.lane, got.page
	b := Batch{QueryKey: w.q.Key, Query: w.q.Text, About: w.q.About, Heard: page.Heard, Payloads: page.Payloads, Records: got.records,
		Hits: page.Hits, HitBase: w.cur.Seen, Problems: append(page.Problems, got.problems...)}

	l.gone = append(l.gone, page.Gone...)
	known := len(w.ids)
	for _, id := range page.Hits {
		w.note(id)
	}
	if len(w.ids) == known && page.Next != "" {
		w.stale++
	} else {
		w.stale = 0
	}
	b.Problems = append(append(b.Problems, w.count(page)...), w.unheard(page.Heard)...)

	next := w.cur
	next.Run = l.run
	next.Seen += len(page.Hits)
	next.Next, next.Done = page.Next, page.Next == ""
	if w.loops(page.Next) {
		w.failed = fmt.Sprintf("the register's page tokens lead in a circle after %d hits", next.Seen)
		b.Problems = append(b.Problems, evidence.Problem{Kind: KindTokenLoop, Where: w.q.URL, Message: w.failed})
		next.Next, next.Done = "", false // the next crawl begins the query anew
	}
	again := false
	if next.Done {
		var problems []evidence.Problem
		again, problems = w.end(&next)
		b.Problems = append(b.Problems, problems...)
	}
	w.readAhead(ctx, next.Next)
	b.Cursor = w.stamped(next)
	if err := l.commit(ctx, b); err != nil {
		return true, err
	}
	w.cur = next
	l.tell(Event{Kind: EventPage, Query: w.q.Key, Done: next.Seen, Total: total(next)})
	if again {
		w.restart()
	}
	return w.failed != "", nil
}

// loops notes a page token and reports whether it leads in a circle.
func (w *walk) loops(token string) bool {
	if token == "" {
		return false
	}
	if _, ok := w.tokens[token]; ok || token == w.cur.Next || w.stale >= maxStale {
		return true
	}
	w.tokens[token] = struct{}{}
	return false
}

// unheard warns of words that the source did not know: what it searched for is
// not what was asked.
func (w *walk) unheard(h *Heard) []evidence.Problem {
	if h == nil || len(h.NotFound) == 0 {
		return nil
	}
	return []evidence.Problem{{Kind: KindNotFound, Where: w.q.URL,
		Message: "query " + w.q.Key + ": the source does not know " + strings.Join(h.NotFound, ", ")}}
}

// count keeps the register's own total, and says when it moves.
func (w *walk) count(page Page) []evidence.Problem {
	if page.Total == nil {
		return nil
	}
	old := w.cur.Total
	t := *page.Total
	w.cur.Total = &t
	if old == nil || *old == t || w.moved {
		return nil
	}
	w.moved = true
	return []evidence.Problem{{Kind: KindTotal, Where: w.q.URL,
		Message: fmt.Sprintf("the register counted %d records at first and %d now: its data changed while it was read", *old, t)}}
}

// end compares a hit list that is complete with the register's count. Where
// ids are missing the query is read once more, since a register that changes
// while it is read moves records across pages.
func (w *walk) end(next *Cursor) (again bool, problems []evidence.Problem) {
	if w.doubles > 0 {
		problems = append(problems, evidence.Problem{Kind: KindDuplicate, Where: w.q.URL,
			Message: fmt.Sprintf("%d ids came on more than one page, %s first; each is kept once", w.doubles, strings.Join(w.twice, ", "))})
	}
	if next.Total == nil || w.partial {
		return false, problems
	}
	missing := *next.Total - len(w.ids)
	switch {
	case missing > 0 && w.restarts == 0:
		w.restarts++
		next.Done = false
		problems = append(problems, evidence.Problem{Kind: KindMissing, Where: w.q.URL,
			Message: fmt.Sprintf("the register counted %d records and gave %d; the query is read once more", *next.Total, len(w.ids))})
		return true, problems
	case missing > 0:
		problems = append(problems, evidence.Problem{Kind: KindMissing, Where: w.q.URL,
			Message: fmt.Sprintf("the register counted %d records and gave %d, read twice", *next.Total, len(w.ids))})
	case missing < 0 && !w.moved:
		problems = append(problems, evidence.Problem{Kind: KindTotal, Where: w.q.URL,
			Message: fmt.Sprintf("the register counted %d records and gave %d", *next.Total, len(w.ids))})
	}
	return false, problems
}

func total(c Cursor) int {
	if c.Total == nil {
		return 0
	}
	return *c.Total
}
