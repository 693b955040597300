package isrctn

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"past/crawler"
	"past/crawler/answer"
)

// Landmark implements crawler.Landmarked.
func (s *Source) Landmark() string { return "ISRCTN10584863" }

// BatchSize implements crawler.Refresher: as many numbers make an address of
// about 1,000 bytes.
func (s *Source) BatchSize() int { return min(50, s.size) }

// Refresh implements crawler.Refresher: the trials are searched by number, and
// those that do not come are asked for one by one.
func (s *Source) Refresh(ctx context.Context, f crawler.Fetcher, ids []string) (crawler.Page, error) {
	var page crawler.Page
	l, err := s.search(ctx, f, strings.Join(ids, " OR "), len(ids), 0, false)
	if err != nil {
		return page, err
	}
	if slices.ContainsFunc(l.ids, func(id string) bool { return slices.Contains(ids, id) }) {
		page.Payloads = append(page.Payloads, l.payload)
	}
	for _, id := range ids {
		if slices.Contains(l.ids, id) {
			continue
		}
		res, there, err := s.one(ctx, f, id, false)
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

// Check implements crawler.Checker: a search by number that only counts, one
// for those edited since, and single questions where the count is not right.
func (s *Source) Check(ctx context.Context, f crawler.Fetcher, known []crawler.Known, since time.Time) (stale, gone []string, err error) {
	ids := crawler.KnownIDs(known)
	all := strings.Join(ids, " OR ")
	changed, err := s.search(ctx, f, "("+all+") AND "+editedSince(since), len(ids), 0, true)
	if err != nil {
		return nil, nil, err
	}
	stale = slices.DeleteFunc(changed.ids, func(id string) bool { return !slices.Contains(ids, id) })
	there, err := s.search(ctx, f, all, 0, 0, true)
	if err != nil {
		return nil, nil, err
	}
	if there.total == len(ids) {
		return stale, nil, nil
	}
	for _, id := range ids {
		if slices.Contains(stale, id) {
			continue
		}
		_, ok, err := s.one(ctx, f, id, true)
		if err != nil {
			return nil, nil, err
		}
		switch {
		case !ok:
			gone = append(gone, id)
		case there.total == 0: // the registry does not search by number: nothing is known of changes
			stale = append(stale, id)
		}
	}
	return stale, gone, nil
}

// one asks for a single trial; 404 and an answer without the trial mean that
// the registry does not have it.
func (s *Source) one(ctx context.Context, f crawler.Fetcher, id string, small bool) (crawler.Response, bool, error) {
	res, err := f.Do(ctx, crawler.Request{Source: SourceName, URL: s.at + "/trial/" + url.PathEscape(id) + "/format/default",
		Accept: []string{"application/xml", "text/xml"}, NoStore: small})
	if answer.NotThere(err) {
		return res, false, nil
	}
	if err != nil {
		return res, false, err
	}
	if idIn(res.Body) != id {
		l, err := readList(res.Body)
		return res, false, answer.WithPayload(orOther(err, l.ids, id), &res)
	}
	res.RecordID = id
	return res, true, nil
}

func orOther(err error, ids []string, id string) error {
	if err == nil && len(ids) > 0 {
		return &crawler.AnswerError{Kind: crawler.KindWrongShape, Message: "asked for " + id + ", the answer is about " + ids[0]}
	}
	return err
}
