package ctgov

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"past/crawler"
	"past/crawler/jsontree"
	"past/crawler/polite"
	"past/internal/evidence"
)

// Landmark implements crawler.Landmarked.
func (s *Source) Landmark() string { return "NCT03537014" }

// BatchSize implements crawler.Refresher. A hundred ids make an address of
// about 1,500 bytes.
func (s *Source) BatchSize() int { return 100 }

// Refresh implements crawler.Refresher: the studies are asked for by their
// numbers in one search; those that do not come are asked for one by one
// before they count as gone.
func (s *Source) Refresh(ctx context.Context, f crawler.Fetcher, ids []string) (crawler.Page, error) {
	var page crawler.Page
	came := map[string]bool{}
	err := s.byID(ctx, f, ids, "", func(res *crawler.Response, sh shape) error {
		page.Payloads = append(page.Payloads, res.Payload)
		for _, p := range sh.pieces {
			came[idIn(p.body)] = true
		}
		return nil
	})
	if err != nil {
		return page, err
	}
	for _, id := range ids {
		if came[id] {
			continue
		}
		res, gone, err := s.one(ctx, f, id)
		if err != nil {
			return page, err
		}
		if gone {
			page.Gone = append(page.Gone, id)
			continue
		}
		page.Payloads = append(page.Payloads, res.Payload)
		if now := idIn(res.Body); now != id {
			page.Gone = append(page.Gone, id)
			page.Problems = append(page.Problems, merged(id, now, res.URL))
		}
	}
	return page, nil
}

func merged(id, now, where string) evidence.Problem {
	return evidence.Problem{RecordID: id, Kind: crawler.KindMerged, Where: where,
		Message: fmt.Sprintf("the register answers for %s with %s, into which it was merged", id, now)}
}

// Check implements crawler.Checker: two small fields of each study tell which
// ones were posted since the given time, or later than what is held.
func (s *Source) Check(ctx context.Context, f crawler.Fetcher, known []crawler.Known, since time.Time) (stale, gone []string, err error) {
	ids := crawler.KnownIDs(known)
	from := since.UTC().Add(-overlap).Format(time.DateOnly)
	came, held := map[string]bool{}, map[string]string{}
	for _, k := range known {
		held[k.ID] = k.Stated
	}
	err = s.byID(ctx, f, ids, "NCTId|LastUpdatePostDate", func(res *crawler.Response, sh shape) error {
		for _, p := range sh.pieces {
			n, err := jsontree.Parse(p.body)
			if err != nil {
				return withPayload(syntaxError(err, p.base), res)
			}
			id, err := studyID(n, p.base)
			if err != nil {
				return withPayload(err, res)
			}
			came[id] = true
			posted := n.At("protocolSection", "statusModule", "lastUpdatePostDateStruct", "date").Scalar()
			if posted == "" || posted >= from || held[id] != "" && posted > held[id] {
				stale = append(stale, id)
			}
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	for _, id := range ids {
		if came[id] {
			continue
		}
		_, isGone, err := s.one(ctx, f, id)
		switch {
		case err != nil:
			return nil, nil, err
		case isGone:
			gone = append(gone, id)
		default: // it is there after all, perhaps under another number
			stale = append(stale, id)
		}
	}
	stale = slices.DeleteFunc(stale, func(id string) bool { return !slices.Contains(ids, id) })
	slices.Sort(stale)
	return slices.Compact(stale), gone, nil
}

// byID asks for studies by their numbers, in halves where the answer would be
// too large, and hands over each page.
func (s *Source) byID(ctx context.Context, f crawler.Fetcher, ids []string, only string, take func(*crawler.Response, shape) error) error {
	token := ""
	seen := map[string]bool{}
	for {
		v := url.Values{"filter.ids": {strings.Join(ids, "|")}, "format": {"json"}, "pageSize": {strconv.Itoa(max(len(ids), 1))}}
		if only != "" {
			v.Set("fields", only)
		}
		if token != "" {
			v.Set("pageToken", token)
		}
		res, err := f.Do(ctx, crawler.Request{Source: SourceName, URL: s.base() + "/studies?" + v.Encode(),
			Accept: []string{"application/json"}, NoStore: only != ""})
		var large *polite.TooLargeError
		if errors.As(err, &large) && len(ids) > 1 && token == "" {
			if err := s.byID(ctx, f, ids[:len(ids)/2], only, take); err != nil {
				return err
			}
			return s.byID(ctx, f, ids[len(ids)/2:], only, take)
		}
		if err != nil {
			return err
		}
		sh, err := searchPage(&res)
		if err != nil {
			return err
		}
		if err := take(&res, sh); err != nil {
			return err
		}
		if token = sh.next; token == "" {
			return nil
		}
		if seen[token] {
			return withPayload(&crawler.AnswerError{Kind: crawler.KindTokenLoop, Message: "page tokens lead in a circle"}, &res)
		}
		seen[token] = true
	}
}

// one asks for a single study. The register redirects from a number that was
// merged to the one that took it in, and answers 404 for one that it no longer
// has.
func (s *Source) one(ctx context.Context, f crawler.Fetcher, id string) (res crawler.Response, gone bool, err error) {
	res, err = f.Do(ctx, crawler.Request{Source: SourceName, URL: s.base() + "/studies/" + url.PathEscape(id) + "?format=json",
		Accept: []string{"application/json"}})
	var status *crawler.StatusError
	if errors.As(err, &status) && (status.Status == http.StatusNotFound || status.Status == http.StatusGone) {
		return res, true, nil
	}
	if err != nil {
		return res, false, err
	}
	sh, err := cutPayload(res.Body)
	if err == nil && (sh.page || len(sh.pieces) != 1 || idIn(res.Body) == "") {
		err = &crawler.AnswerError{Kind: crawler.KindWrongShape, Message: "no single study"}
	}
	if err == nil {
		if _, perr := jsontree.Parse(res.Body); perr != nil {
			err = syntaxError(perr, "")
		}
	}
	res.RecordID = idIn(res.Body)
	return res, false, withPayload(err, &res)
}

// Study fetches one study by its number. The error wraps crawler.ErrPermanent
// when the register does not have it.
func (s *Source) Study(ctx context.Context, f crawler.Fetcher, id string) (crawler.Page, error) {
	canonical, ok := CanonicalID(id)
	if !ok {
		return crawler.Page{}, fmt.Errorf("%q is no NCT number: %w", id, crawler.ErrPermanent)
	}
	res, gone, err := s.one(ctx, f, canonical)
	if err != nil {
		return crawler.Page{}, err
	}
	if gone {
		return crawler.Page{Gone: []string{canonical}}, fmt.Errorf("the register has no %s: %w", canonical, crawler.ErrPermanent)
	}
	return crawler.Page{Payloads: []evidence.Payload{res.Payload}, Hits: []string{res.RecordID}}, nil
}
