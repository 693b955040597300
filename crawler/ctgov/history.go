package ctgov

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"past/crawler"
	"past/crawler/answer"
	"past/crawler/jsontree"
	"past/internal/evidence"
)

// Change is one version of a study in the register's own history.
type Change struct {
	Version int      // 0 is the first
	Date    string   // YYYY-MM-DD
	Status  string   // the register's word
	Modules []string // labels of the modules that changed
}

// HistoryResult is a study's history as the register gives it.
type HistoryResult struct {
	ID      string
	Changes []Change // oldest first
	// Payloads and Versions belong together: the answers as received and the
	// study as it stood in each version that was fetched, oldest first.
	Payloads []evidence.Payload
	Versions []evidence.Record
	// Problems are versions that could not be had.
	Problems []evidence.Problem
}

// History fetches a study's older versions; at is the address of API v2. The address is not documented by
// the register and may change: faults of single versions are reported as problems.
// want, which may be nil, chooses the versions whose content is fetched; the
// list of changes costs one request, each version another.
func History(ctx context.Context, f crawler.Fetcher, at, id string, want func(Change) bool) (HistoryResult, error) {
	out := HistoryResult{}
	canonical, ok := CanonicalID(id)
	if !ok {
		return out, fmt.Errorf("%q is no NCT number: %w", id, crawler.ErrPermanent)
	}
	out.ID = canonical
	base, ok := strings.CutSuffix(at, "/v2")
	if !ok {
		return out, fmt.Errorf("no history address is known beside %s: %w", at, crawler.ErrPermanent)
	}
	base += "/int/studies/" + url.PathEscape(canonical)
	res, err := f.Do(ctx, crawler.Request{Source: SourceName, URL: base + "?history=true", Accept: []string{"application/json"}})
	if err != nil {
		return out, fmt.Errorf("history of %s: %w", canonical, err)
	}
	if out.Changes, err = ParseHistory(res.Body); err != nil {
		return out, fmt.Errorf("history of %s: %w", canonical, answer.WithPayload(err, &res))
	}
	for _, c := range out.Changes {
		if want != nil && !want(c) {
			continue
		}
		if err := version(ctx, f, base, canonical, c, &out); err != nil {
			return out, err
		}
	}
	return out, nil
}

func version(ctx context.Context, f crawler.Fetcher, base, id string, c Change, out *HistoryResult) error {
	at := base + "/history/" + strconv.Itoa(c.Version)
	res, err := f.Do(ctx, crawler.Request{Source: SourceName, URL: at, Accept: []string{"application/json"}})
	problem := func(kind string, err error) {
		out.Problems = append(out.Problems, evidence.Problem{Source: SourceName, RecordID: id, Kind: kind, Where: at,
			Message: fmt.Sprintf("version %d of %s: %v", c.Version, id, err), Retry: "past history " + id, SHA256: res.SHA256, At: res.FetchedAt})
	}
	var status *crawler.StatusError
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.As(err, &status) && status.Status/100 == 4 && status.Status != 429:
		problem(crawler.KindFetchFailed, err)
		return nil
	case err != nil:
		return fmt.Errorf("version %d of %s: %w", c.Version, id, err)
	}
	res.RecordID = id
	parsed, err := Parse(res.Payload)
	if err != nil {
		problem(answer.KindOf(err), err)
		return nil
	}
	if len(parsed.Records) != 1 || parsed.Records[0].ID != id {
		problem(crawler.KindWrongShape, errors.New("the answer holds another study"))
		return nil
	}
	rec := parsed.Records[0]
	rec.Version = strconv.Itoa(c.Version)
	out.Payloads, out.Versions = append(out.Payloads, res.Payload), append(out.Versions, rec)
	return nil
}

// ParseHistory reads the list of changes of a history document. Errors are of
// type *crawler.AnswerError.
func ParseHistory(body []byte) ([]Change, error) {
	root, err := jsontree.Parse(body)
	if err != nil {
		return nil, answer.JSONFault(err, "")
	}
	list := root.At("history", "changes")
	if list.Kind != jsontree.Array {
		return nil, &crawler.AnswerError{Kind: crawler.KindWrongShape, Where: "/history/changes", Message: "no list of changes"}
	}
	items := list.Items()
	out := make([]Change, 0, len(items))
	for i := range items {
		n, err := strconv.Atoi(str(&items[i], "version"))
		if err != nil {
			return nil, &crawler.AnswerError{Kind: crawler.KindBadValue, Where: "/history/changes/" + strconv.Itoa(i) + "/version",
				Message: "no version number"}
		}
		out = append(out, Change{Version: n, Date: str(&items[i], "date"), Status: str(&items[i], "status"),
			Modules: items[i].Get("moduleLabels").Scalars()})
	}
	return out, nil
}

// versionIn gives the version that an address of the history names.
func versionIn(address string) string {
	_, v, ok := strings.Cut(address, "/history/")
	if _, err := strconv.Atoi(v); !ok || err != nil {
		return ""
	}
	return v
}
