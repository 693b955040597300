package ctis

import (
	"context"
	"slices"
	"time"

	"past/crawler"
)

// Landmark implements crawler.Landmarked.
func (s *Source) Landmark() string { return "2025-520906-36-00" }

// BatchSize implements crawler.Refresher. Trials are asked for one by one, so
// that a batch is no saving; it bounds what a fault repeats.
func (s *Source) BatchSize() int { return 10 }

// Refresh implements crawler.Refresher.
func (s *Source) Refresh(ctx context.Context, f crawler.Fetcher, ids []string) (crawler.Page, error) {
	var page crawler.Page
	for _, id := range ids {
		res, there, err := s.retrieve(ctx, f, id)
		if err != nil {
			return page, err
		}
		if there {
			page.Payloads = append(page.Payloads, res.Payload)
		} else {
			page.Gone = append(page.Gone, id)
		}
	}
	return page, nil
}

// Check implements crawler.Checker with a search by number for each trial,
// which gives a small overview with the days of its updates. One that the
// search does not know is asked for itself before it counts as gone.
func (s *Source) Check(ctx context.Context, f crawler.Fetcher, known []crawler.Known, since time.Time) (stale, gone []string, err error) {
	ids := crawler.KnownIDs(known)
	from := since.UTC().Add(-overlap).Format(time.DateOnly)
	for _, id := range ids {
		l, err := s.search(ctx, f, map[string]any{"number": id}, 1, 1)
		if err != nil {
			return nil, nil, err
		}
		i := slices.IndexFunc(l.trials, func(o overview) bool { return o.id == id })
		if i >= 0 {
			if l.trials[i].news(from) {
				stale = append(stale, id)
			}
			continue
		}
		_, there, err := s.retrieve(ctx, f, id)
		switch {
		case err != nil:
			return nil, nil, err
		case there:
			stale = append(stale, id)
		default:
			gone = append(gone, id)
		}
	}
	return stale, gone, nil
}
