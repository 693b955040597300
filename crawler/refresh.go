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
// all the same, or be gone.
func (l *lane) refresh(ctx context.Context) error {
	r, ok := l.src.(Refresher)
	if !ok || !l.opts.Question.Since.IsZero() {
		return nil
	}
	known, err := l.sink.Known(ctx, l.src.Name())
	if err != nil {
		return fmt.Errorf("list known records: %w", err)
	}
	var ids []string
	for _, id := range known {
		if _, ok := l.found[id]; !ok {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	size := max(r.BatchSize(), 1)
	var gone []string
	if c, ok := l.src.(Checker); ok && !l.sum.Since.IsZero() {
		if ids, gone, err = l.check(ctx, c, ids, size); err != nil {
			return err
		}
	}
	done, all := 0, len(ids)
	for batch := range slices.Chunk(ids, size) {
		page, err := l.insist(ctx, func() (Page, error) { return r.Refresh(ctx, l.fetch, batch) })
		if err != nil {
			return fmt.Errorf("refresh known records: %w", err)
		}
		b := Batch{Payloads: page.Payloads, Problems: page.Problems}
		var problems []evidence.Problem
		b.Records, problems = l.parse(page.Payloads)
		b.Problems = append(b.Problems, problems...)
		gone = append(gone, page.Gone...)
		if err := l.commit(ctx, b); err != nil {
			return err
		}
		done += len(batch)
		l.tell(Event{Kind: EventRefresh, Done: done, Total: all})
	}
	return l.bury(ctx, gone, len(known))
}

// check sorts out which of the known records are worth a refresh.
func (l *lane) check(ctx context.Context, c Checker, ids []string, size int) (stale, gone []string, err error) {
	done := 0
	for batch := range slices.Chunk(ids, size) {
		_, err := l.insist(ctx, func() (Page, error) {
			s, g, err := c.Check(ctx, l.fetch, batch, l.sum.Since)
			if err == nil {
				stale, gone = append(stale, s...), append(gone, g...)
			}
			return Page{}, err
		})
		if err != nil {
			return nil, nil, fmt.Errorf("check known records: %w", err)
		}
		done += len(batch)
		l.tell(Event{Kind: EventRefresh, Done: done, Total: len(ids), Text: "check"})
	}
	return stale, gone, nil
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

// bury sets tombstones. When a large part of what is known seems to vanish at
// once, the fault is more likely on the way than in the register, and nothing
// is buried.
func (l *lane) bury(ctx context.Context, gone []string, known int) error {
	if len(gone) == 0 {
		return nil
	}
	if len(gone) > 50 && len(gone)*3 > known {
		return l.problem(ctx, evidence.Problem{Kind: KindMissing, Where: l.src.Policy().BaseURL,
			Message: fmt.Sprintf("%d of %d known records seem to be gone at once; no tombstone was set", len(gone), known)})
	}
	slices.Sort(gone)
	return l.commit(ctx, Batch{Gone: slices.Compact(gone)})
}
