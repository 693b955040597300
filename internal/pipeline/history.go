package pipeline

import (
	"context"
	"fmt"

	"past/crawler"
	"past/crawler/ctgov"
	"past/internal/store"
)

// FetchHistory asks ClinicalTrials.gov for the older versions of a stored
// record and keeps them beside our own snapshots.
func FetchHistory(ctx context.Context, st *store.Store, opt crawler.Options, id string) error {
	src := ctgov.New()
	opt.Sources = []crawler.Source{src}
	opt.Question = CrawlQuestion()
	col, err := crawler.New(opt, st)
	if err != nil {
		return err
	}
	f, moved, err := col.Fetcher(src.Name())
	if err != nil {
		return err
	}
	at, ok := moved.(*ctgov.Source)
	if !ok {
		return fmt.Errorf("the source of %s has no history", id)
	}
	h, err := at.History(ctx, f, id, nil)
	if err != nil {
		return fmt.Errorf("history of %s: %w", id, err)
	}
	if _, err := st.AddHistory(ctx, src.Name(), "", h.Payloads, h.Versions); err != nil {
		return err
	}
	return st.AddProblems(ctx, h.Problems)
}
