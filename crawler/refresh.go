package crawler

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"past/crawler/polite"
	"past/internal/evidence"
)

// refresh asks for known records that no query found: they may have changed
// all the same, or be gone. looked says that it asked about all of them.
func (l *lane) refresh(ctx context.Context, all []Known) (looked bool, err error) {
	r, ok := l.src.(Refresher)
	if !ok || !l.opts.Question.Since.IsZero() {
		return !ok, nil
	}
	since, due, err := l.lastLook(ctx)
	if err != nil {
		return false, err
	}
	var known []Known // that no query found
	var late []string // that came from a file since the last complete crawl
	for _, k := range all {
		if _, ok := l.found[k.ID]; ok {
			continue
		}
		if k.Filed && !l.sum.Since.IsZero() && k.Seen.After(l.mark.Complete) && k.Seen.Before(l.started) {
			late = append(late, k.ID)
			continue
		}
		known = append(known, k)
	}
	size := max(r.BatchSize(), 1)
	ids := KnownIDs(known)
	if !due {
		ids = nil
	} else if c, ok := l.src.(Checker); ok && !l.sum.Since.IsZero() {
		if ids, err = l.check(ctx, c, known, size, since); err != nil {
			return false, err
		}
	}
	ids = append(ids, late...)
	done := 0
	for batch := range slices.Chunk(ids, size) {
		page, err := l.insist(ctx, func() (Page, error) { return r.Refresh(ctx, l.fetch, batch) })
		if err != nil {
			return false, fmt.Errorf("refresh known records: %w", err)
		}
		b := Batch{Payloads: page.Payloads, Problems: page.Problems}
		var problems []evidence.Problem
		b.Records, problems = l.parse(page.Payloads)
		b.Problems = append(b.Problems, problems...)
		l.gone = append(l.gone, page.Gone...)
		if err := l.commit(ctx, b); err != nil {
			return false, err
		}
		done += len(batch)
		l.tell(Event{Kind: EventRefresh, Done: done, Total: len(ids)})
	}
	if !due {
		return false, nil
	}
	return true, l.noteLook(ctx)
}

// check sorts out which of the known records are worth a refresh.
func (l *lane) check(ctx context.Context, c Checker, known []Known, size int, since time.Time) (stale []string, err error) {
	done := 0
	for batch := range slices.Chunk(known, size) {
		_, err := l.insist(ctx, func() (Page, error) {
			s, g, err := c.Check(ctx, l.fetch, batch, since)
			if err == nil {
				stale, l.gone = append(stale, s...), append(l.gone, g...)
			}
			return Page{}, err
		})
		if err != nil {
			return nil, fmt.Errorf("check known records: %w", err)
		}
		done += len(batch)
		l.tell(Event{Kind: EventRefresh, Done: done, Total: len(known), Text: "check"})
	}
	return stale, nil
}

// insist asks a few times when what comes is whole but no answer, and keeps
// the last one aside.
func (l *lane) insist(ctx context.Context, ask func() (Page, error)) (Page, error) {
	for n := 1; ; n++ {
		page, err := ask()
		var answer *AnswerError
		if err == nil || ctx.Err() != nil || !errors.As(err, &answer) {
			return page, err
		}
		if n < maxBadPages {
			pause := l.opts.Wire.Base
			if pause <= 0 {
				pause = time.Second
			}
			if serr := polite.Sleep(ctx, time.Duration(n)*pause); serr != nil {
				return page, serr
			}
			continue
		}
		b := Batch{Problems: []evidence.Problem{problemOf(err, nil)}}
		if answer.Payload != nil {
			b.Payloads = []evidence.Payload{*answer.Payload}
			b.Records, _ = l.parse(b.Payloads)
		}
		if cerr := l.commit(ctx, b); cerr != nil {
			return page, cerr
		}
		return page, err
	}
}
