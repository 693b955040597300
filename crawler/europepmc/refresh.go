package europepmc

import (
	"context"
	"slices"
	"strings"
	"time"

	"past/crawler"
)

// Landmark implements crawler.Landmarked.
func (s *Source) Landmark() string { return "pmid:38198456" }

// BatchSize implements crawler.Refresher: as many ids make an address of about
// 3,000 bytes.
func (s *Source) BatchSize() int { return min(50, s.size) }

// Refresh implements crawler.Refresher. Records that do not come are asked for
// one by one before they count as gone.
func (s *Source) Refresh(ctx context.Context, f crawler.Fetcher, ids []string) (crawler.Page, error) {
	var page crawler.Page
	came, err := s.byID(ctx, f, ids, &page)
	if err != nil {
		return page, err
	}
	for _, id := range ids {
		if slices.Contains(came, id) {
			continue
		}
		again, err := s.byID(ctx, f, []string{id}, &page)
		if err != nil {
			return page, err
		}
		if !slices.Contains(again, id) {
			page.Gone = append(page.Gone, id)
		}
	}
	return page, nil
}

func (s *Source) byID(ctx context.Context, f crawler.Fetcher, ids []string, page *crawler.Page) ([]string, error) {
	r, err := s.search(ctx, f, naming(ids), "core", len(ids), "*", false)
	if err == nil && len(r.ids) > 0 {
		page.Payloads = append(page.Payloads, r.payload)
	}
	return r.ids, err
}

// Check implements crawler.Checker with two lists of ids: those that are there
// still, and those updated since.
func (s *Source) Check(ctx context.Context, f crawler.Fetcher, known []crawler.Known, since time.Time) (stale, gone []string, err error) {
	ids := crawler.KnownIDs(known)
	if len(ids) == 0 {
		return nil, nil, nil
	}
	there, err := s.search(ctx, f, naming(ids), "idlist", len(ids), "*", true)
	if err != nil {
		return nil, nil, err
	}
	changed, err := s.search(ctx, f, "("+naming(ids)+") AND "+updatedSince(since), "idlist", len(ids), "*", true)
	if err != nil {
		return nil, nil, err
	}
	for _, id := range ids {
		switch {
		case !slices.Contains(there.ids, id):
			gone = append(gone, id)
		case slices.Contains(changed.ids, id):
			stale = append(stale, id)
		}
	}
	return stale, gone, nil
}

// naming writes a query for records by id.
func naming(ids []string) string {
	var out []string
	for _, id := range ids {
		src, ext, ok := strings.Cut(id, ":")
		if !ok {
			continue
		}
		if src == "pmid" {
			src = "MED"
		}
		out = append(out, `(EXT_ID:"`+ext+`" AND SRC:`+src+`)`)
	}
	return strings.Join(out, " OR ")
}
