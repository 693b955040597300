package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"past/internal/web/lookup"
)

// errBusy is what a request gets that found no place in time.
var errBusy = errors.New("too many look-ups at once; try again in a few seconds")

// budget bounds what all visitors together cost: so many read the database at a
// time, the others wait in line; the same question is answered once for all who
// ask it, and the answer is kept while the database stays as it is.
type budget struct {
	places  chan struct{}
	wait    time.Duration
	flights singleflight.Group

	mu    sync.Mutex
	limit int64
	size  int64
	stamp string // of the database, for all answers kept
	kept  map[string]kept
}

type kept struct {
	page *page
	at   time.Time
}

func newBudget(places int, wait time.Duration, limit int64) *budget {
	return &budget{places: make(chan struct{}, max(1, places)), wait: wait, limit: limit, kept: map[string]kept{}}
}

// enter takes a place, waiting for one; the caller gives it back by leave.
func (b *budget) enter(ctx context.Context) error {
	t := time.NewTimer(b.wait)
	defer t.Stop()
	select {
	case b.places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return errBusy
	}
}

func (b *budget) leave() { <-b.places }

// once gives the page of a key, made by one of those who ask for it at the same
// time. It is made to its end even when the first of them goes away.
func (b *budget) once(ctx context.Context, key string, answer func(context.Context) (*page, error)) (*page, error) {
	done := b.flights.DoChan(key, func() (_ any, err error) {
		defer func() { // it runs outside the handler, whose guard cannot catch this
			if p := recover(); p != nil {
				err = fmt.Errorf("panic: %v", p)
			}
		}()
		ctx := context.WithoutCancel(ctx)
		if err := b.enter(ctx); err != nil {
			return nil, err
		}
		defer b.leave()
		return answer(ctx)
	})
	select {
	case r := <-done:
		p, _ := r.Val.(*page)
		return p, r.Err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// recall gives an answer that is kept for this state of the database, or nil.
func (b *budget) recall(stamp, key string) *page {
	b.mu.Lock()
	defer b.mu.Unlock()
	if k, ok := b.kept[key]; ok && b.stamp == stamp && time.Since(k.at) < lookup.Fresh {
		return k.page
	}
	return nil
}

func (b *budget) keep(stamp, key string, p *page) {
	n := int64(len(p.raw) + len(p.gz) + len(key))
	if n > b.limit/4 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if old, ok := b.kept[key]; ok {
		b.size -= int64(len(old.page.raw) + len(old.page.gz) + len(key))
		delete(b.kept, key)
	}
	if b.stamp != stamp || b.size+n > b.limit {
		clear(b.kept)
		b.size, b.stamp = 0, stamp
	}
	b.kept[key] = kept{p, time.Now()}
	b.size += n
}

// question is the key of a request: its path and its parameters in order. It
// refuses parameters that the look-up does not know, and one given twice.
func question(r *http.Request, known []string) (string, error) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return "", errors.New("the query is not well written")
	}
	for name, list := range q {
		if !slices.Contains(known, name) {
			return "", errors.New("there is no parameter " + strconv.Quote(name) + " here; known are: " + strings.Join(known, ", "))
		}
		if len(list) > 1 {
			return "", errors.New("parameter " + strconv.Quote(name) + " is given twice")
		}
	}
	return r.URL.Path + "?" + q.Encode(), nil
}
