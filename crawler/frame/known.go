package frame

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"past/crawler"
	"past/crawler/answer"
	"past/internal/evidence"
)

// Refresh implements crawler.Refresher. Records that do not come are asked for
// one by one before they count as gone.
func (s *Search) Refresh(ctx context.Context, f crawler.Fetcher, ids []string) (page crawler.Page, err error) {
	page.Gone, err = s.records(ctx, f, ids, &page)
	return page, err
}

// records asks for records by id, and once more for each that does not come.
func (s *Search) records(ctx context.Context, f crawler.Fetcher, ids []string, page *crawler.Page) (missing []string, err error) {
	var came []string
	if s.Naming != nil && !s.Overview {
		l, err := s.named(ctx, f, s.Naming(ids), ids, Full, page)
		if err != nil {
			return nil, err
		}
		came = l.IDs
	} else {
		for some := range slices.Chunk(ids, s.Get.Size) {
			got, err := s.get(ctx, f, some, Full, page)
			if err != nil {
				return nil, err
			}
			came = append(came, got...)
		}
	}
	for _, id := range ids {
		if slices.Contains(came, id) {
			continue
		}
		there, err := s.alone(ctx, f, id, Full, page)
		if err != nil {
			return missing, err
		}
		if !there {
			missing = append(missing, id)
		}
	}
	return missing, nil
}

// alone asks for one record.
func (s *Search) alone(ctx context.Context, f crawler.Fetcher, id string, v View, page *crawler.Page) (there bool, err error) {
	ids := []string{id}
	if s.Get == nil {
		l, err := s.named(ctx, f, s.Naming(ids), ids, v, page)
		return slices.Contains(l.IDs, id), err
	}
	came, err := s.get(ctx, f, ids, v, page)
	return slices.Contains(came, id), err
}

// named asks a query for records by id, in halves where the answer would be too
// large, and gives the lists of all answers as one.
func (s *Search) named(ctx context.Context, f crawler.Fetcher, query string, ids []string, v View, page *crawler.Page) (all List,
	err error) {
	a := Ask{Query: query, View: v, Size: len(ids)}
	for range ids {
		l, err := s.ask(ctx, f, a)
		if tooLarge(err) && len(ids) > 1 && a.Mark == "" {
			for _, half := range [][]string{ids[:len(ids)/2], ids[len(ids)/2:]} {
				l, err := s.named(ctx, f, s.Naming(half), half, v, page)
				if err != nil {
					return all, err
				}
				all.join(l)
			}
			return all, nil
		}
		if err == nil && s.Get == nil {
			err = answer.WithPayload(foreign(l.IDs, ids), &crawler.Response{Payload: l.payload})
		}
		if err != nil {
			return all, err
		}
		if all.join(l.List); v == Full && slices.ContainsFunc(l.IDs, func(id string) bool { return slices.Contains(ids, id) }) {
			page.Payloads = append(page.Payloads, l.payload)
		}
		if a.Mark = l.Next; a.Mark == "" || len(all.IDs) >= len(ids) { // a full last page may have a mark too
			break
		}
	}
	return all, nil
}

func (l *List) join(more List) {
	l.IDs = append(l.IDs, more.IDs...)
	l.Total = max(l.Total, 0) + max(more.Total, 0)
	if l.Days == nil {
		l.Days = map[string]string{}
	}
	maps.Copy(l.Days, more.Days)
}

// foreign is the fault of an answer with records that were not asked for: it is the
// answer to another question. Where single records have an address, ids are words
// that other records may hold too.
func foreign(came, asked []string) error {
	for _, id := range came {
		if !slices.Contains(asked, id) {
			return &crawler.AnswerError{Kind: crawler.KindWrongShape, Message: "a search for records by id gave " + id + ", which was not asked for"}
		}
	}
	return nil
}

// triesAside is how often a record is asked for whose answer cannot be used.
const triesAside = 3

// get asks for records by their ids. 404 means that the register does not have
// them, and so does 400 for one of the ids that are asked for together.
func (s *Search) get(ctx context.Context, f crawler.Fetcher, ids []string, v View, page *crawler.Page) (came []string, err error) {
	for try := 1; ; try++ {
		came, err = s.getOnce(ctx, f, ids, v, page)
		var bad *crawler.AnswerError
		if !s.Get.Aside || try == triesAside || !errors.As(err, &bad) {
			return came, err
		}
	}
}

func (s *Search) getOnce(ctx context.Context, f crawler.Fetcher, ids []string, v View, page *crawler.Page) ([]string, error) {
	r := s.Get.Request(s.Register.BaseURL, ids)
	if r.URL == "" {
		return ids, nil // nothing is known of it
	}
	r.NoStore = v != Full
	res, err := s.do(ctx, f, r)
	switch {
	case answer.NotThere(err), len(ids) == 1 && s.Get.Size > 1 && answer.BadRequest(err):
		return nil, nil
	case err != nil:
		return nil, err
	case res.NotModified:
		return ids, nil
	}
	came, err := s.Get.Read(&res, ids)
	if err == nil && s.Get.Size == 1 && len(came) > 0 {
		if res.RecordID = ids[0]; !slices.Contains(came, ids[0]) {
			res.RecordID = came[0]
			err = s.other(ids[0], &res, page)
		}
	}
	if err == nil && len(came) > 0 && v == Full {
		page.Payloads = append(page.Payloads, res.Payload)
	}
	return came, answer.WithPayload(err, &res)
}

// other is what an answer about another record means.
func (s *Search) other(id string, res *crawler.Response, page *crawler.Page) error {
	if !s.Get.Merges {
		return answer.Fault(res, crawler.KindWrongShape, "asked for %s, the answer is about %s", id, res.RecordID)
	}
	page.Problems = append(page.Problems, evidence.Problem{RecordID: id, Kind: crawler.KindMerged, Where: res.URL,
		Message: fmt.Sprintf("the register answers for %s with %s, into which it was merged", id, res.RecordID)})
	return nil
}

// Check implements crawler.Checker with one or two small questions: which of the
// ids are there, and which changed. A record that is not on the list is asked for by
// itself. A register that cannot be asked so has all of them asked again.
func (s *Search) Check(ctx context.Context, f crawler.Fetcher, known []crawler.Known, since time.Time) (stale, gone []string, err error) {
	ids := crawler.KnownIDs(known)
	if s.Naming == nil || len(ids) == 0 {
		return ids, nil, nil
	}
	var unused crawler.Page
	query, view := s.Naming(ids), IDs
	if s.Whole {
		view = Count
	}
	there, err := s.named(ctx, f, query, ids, view, &unused)
	if err != nil {
		return nil, nil, err
	}
	var changed List
	if !s.Dated {
		if changed, err = s.named(ctx, f, s.Changed(query, s.from(since)), ids, IDs, &unused); err != nil {
			return nil, nil, err
		}
	}
	from := s.from(since).Format(time.DateOnly)
	for _, k := range known {
		day := there.Days[k.ID]
		switch {
		case slices.Contains(changed.IDs, k.ID):
			stale = append(stale, k.ID)
		case slices.Contains(there.IDs, k.ID):
			if s.Dated && (day == "" || day >= from || k.Stated != "" && day > k.Stated) {
				stale = append(stale, k.ID)
			}
		case s.Whole && there.Total == len(ids):
		default:
			ok, err := s.alone(ctx, f, k.ID, IDs, &unused)
			switch {
			case err != nil:
				return nil, nil, err
			case !ok && len(unused.Problems) == 0:
				gone = append(gone, k.ID)
			case !s.Whole || there.Total == 0: // the list does not know it: nothing is known of changes
				stale = append(stale, k.ID)
			}
			unused.Problems = nil // a merged record: the refresh reports it
		}
	}
	return stale, gone, nil
}
