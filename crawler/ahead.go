package crawler

import (
	"context"

	"past/internal/evidence"
)

// readPage is a page as fetched and parsed, not yet checked and committed.
type readPage struct {
	page     Page
	records  []evidence.Record
	problems []evidence.Problem
	err      error
}

// ahead is the next page of a walk, fetched and parsed while the page before it
// is being committed: the register, the parser and the store need not wait for
// each other. At most one page is ahead, which bounds the memory.
type ahead struct {
	cursor string
	cancel context.CancelFunc
	got    chan readPage // holds one
}

// readAhead begins with the page behind cursor. A crawl with a limit asks for
// no page before it knows that it wants it.
func (w *walk) readAhead(ctx context.Context, cursor string) {
	if cursor == "" || w.lane.opts.Question.Limit > 0 {
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	a := &ahead{cursor: cursor, cancel: cancel, got: make(chan readPage, 1)}
	w.next = a
	go func() { a.got <- w.read(ctx, cursor) }()
}

// page gives the page behind cursor, from what was read ahead where it is that
// page. A page that came whole before the crawl was cancelled is given all the
// same.
func (w *walk) page(ctx context.Context, cursor string) readPage {
	if a := w.next; a != nil && a.cursor == cursor {
		w.next = nil
		defer a.cancel()
		return <-a.got
	}
	w.dropAhead()
	return w.read(ctx, cursor)
}

// dropAhead ends what is being read ahead and waits until it is over.
func (w *walk) dropAhead() {
	if w.next != nil {
		w.next.cancel()
		<-w.next.got
		w.next = nil
	}
}

func (w *walk) read(ctx context.Context, cursor string) (r readPage) {
	r.page, r.err = w.lane.src.Page(ctx, w.lane.fetch, w.q, cursor)
	if r.err != nil {
		return r
	}
	if sp, ok := w.lane.src.(Splitter); ok {
		var parts []evidence.Payload
		for _, p := range r.page.Payloads {
			parts = append(parts, sp.Split(p)...)
		}
		r.page.Payloads, r.page.Parsed = parts, nil
	}
	if len(r.page.Parsed) != len(r.page.Payloads) {
		r.records, r.problems = w.lane.parse(r.page.Payloads)
		return r
	}
	for _, p := range r.page.Parsed {
		r.records, r.problems = append(r.records, p.Records...), append(r.problems, p.Problems...)
	}
	return r
}
