// Package frame is what sources do alike. A [Search] is a register that is asked
// with words: it brings the address of a question, the reading of an answer's
// list, and the reading of a record; pages, refreshes, checks and cursors are
// here. Which words are asked is written by past/crawler/boolean.
package frame

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"past/crawler"
	"past/crawler/answer"
	"past/crawler/boolean"
	"past/internal/evidence"
)

// View is how much of the records a question wants to see.
type View int

const (
	Full  View = iota // the records
	IDs               // their ids, or as little as the register gives
	Count             // how many there are
)

// Ask is one question to a register that is asked with words.
type Ask struct {
	Query string
	View  View
	Size  int    // most records of the answer
	Seen  int    // records before it
	Mark  string // of the page, as the answer before gave it
}

// List is what an answer says about the records in it.
type List struct {
	Total int
	IDs   []string
	Next  string // mark of the next page, where the register has marks
}

// Search is a register that is asked with words. Its fields are set once.
type Search struct {
	Register crawler.Policy // BaseURL is where it is asked
	SourceID string
	Landed   string // a record that it has had for years
	Size     int    // records a page
	Batch    int    // ids in one question
	Accept   []string
	Words    boolean.Writer
	// First is the mark of a first page; "" where pages are counted by their offset.
	First string
	// Address writes the address of a question below at.
	Address func(at string, a Ask) string
	// Read reads the list of an answer.
	Read func(body []byte) (List, error)
	// Records reads a payload.
	Records func(evidence.Payload) (crawler.Parsed, error)
	// Since is the clause for what the register changed since then, and Naming the
	// query for records by id.
	Since  func(time.Time) string
	Naming func(ids []string) string
	// One, where the register has an address for a single record, gives it.
	// Without it records are searched by id alone.
	One func(at, id string) string
}

var (
	_ crawler.Checker    = (*Search)(nil)
	_ crawler.Movable    = (*Search)(nil)
	_ crawler.Landmarked = (*Search)(nil)
	_ crawler.Quiet      = (*Search)(nil)
	_ crawler.Patient    = (*Search)(nil)
)

// Name implements crawler.Source.
func (s *Search) Name() string { return s.SourceID }

// Policy implements crawler.Source. Where each value comes from is written in
// docs/sources.md.
func (s *Search) Policy() crawler.Policy { return s.Register }

// Landmark implements crawler.Landmarked.
func (s *Search) Landmark() string { return s.Landed }

// BatchSize implements crawler.Refresher.
func (s *Search) BatchSize() int { return min(s.Batch, s.Size) }

// Parse implements crawler.Source.
func (s *Search) Parse(p evidence.Payload) (crawler.Parsed, error) { return s.Records(p) }

// LookEvery implements crawler.Patient.
func (s *Search) LookEvery() time.Duration { return 7 * 24 * time.Hour }

// At implements crawler.Movable: endpoint is used instead of the register's own
// address.
func (s *Search) At(endpoint string) crawler.Source {
	c := *s
	c.Register.BaseURL = strings.TrimRight(endpoint, "/")
	return &c
}

// overlap is how far an increment reaches back before the last complete crawl.
const overlap = 24 * time.Hour

// changed narrows a query to what changed since a time.
func (s *Search) changed(query string, since time.Time) string {
	return "(" + query + ") AND " + s.Since(since.UTC().Add(-overlap))
}

// Plan implements crawler.Source: a query for each substance, and for changes as
// few as find the same.
func (s *Search) Plan(q crawler.QuestionSet) ([]crawler.Query, error) {
	var out []crawler.Query
	parts := s.Words.Plan(q)
	if !q.Since.IsZero() && !s.Words.Trials {
		parts = s.Words.Together(q)
	}
	for _, p := range parts {
		text := p.Text
		if !q.Since.IsZero() {
			text = s.changed(text, q.Since)
		}
		out = append(out, crawler.Query{Key: p.Key, Text: text, About: p.About,
			URL: s.address(Ask{Query: text, Size: s.Size})})
	}
	return out, nil
}

// Unchanged implements crawler.Quiet for registers of trials, where a search for
// the substances alone mostly counts no change.
func (s *Search) Unchanged(ctx context.Context, f crawler.Fetcher, q crawler.QuestionSet) (bool, error) {
	if !s.Words.Trials {
		return false, nil
	}
	for _, p := range s.Words.Together(q) {
		l, err := s.ask(ctx, f, Ask{Query: s.changed(p.Text, q.Since), View: Count, Size: 1})
		if err != nil || l.Total > 0 {
			return false, err
		}
	}
	return true, nil
}

// Page implements crawler.Source. The cursor is "SEEN:MARK".
func (s *Search) Page(ctx context.Context, f crawler.Fetcher, q crawler.Query, cursor string) (crawler.Page, error) {
	a := Ask{Query: q.Text, Size: s.Size}
	if cursor != "" {
		n, mark, _ := strings.Cut(cursor, ":")
		var err error
		if a.Seen, err = strconv.Atoi(n); err != nil || a.Seen <= 0 || s.First != "" && mark == "" {
			return crawler.Page{}, fmt.Errorf("cursor %q is not of this source: %w", cursor, crawler.ErrCursorExpired)
		}
		a.Mark = mark
	}
	if q.Limit > 0 {
		a.Size = min(a.Size, q.Limit)
	}
	l, err := s.ask(ctx, f, a)
	if err != nil {
		return crawler.Page{}, answer.Refused(err, cursor != "")
	}
	page := crawler.Page{Payloads: []evidence.Payload{l.payload}, Hits: l.IDs, Total: &l.Total}
	if seen := a.Seen + len(l.IDs); len(l.IDs) > 0 && seen < l.Total && (s.First == "" || l.Next != "" && l.Next != cmp.Or(a.Mark, s.First)) {
		page.Next = strconv.Itoa(seen) + ":" + l.Next
	}
	return page, nil
}

func (s *Search) address(a Ask) string {
	a.Mark = cmp.Or(a.Mark, s.First)
	return s.Address(s.Register.BaseURL, a)
}

// got is an answer with its list.
type got struct {
	List
	payload evidence.Payload
}

func (s *Search) ask(ctx context.Context, f crawler.Fetcher, a Ask) (got, error) {
	res, err := f.Do(ctx, crawler.Request{Source: s.SourceID, URL: s.address(a), Accept: s.Accept, NoStore: a.View != Full})
	if err != nil {
		return got{}, err
	}
	l, err := s.Read(res.Body)
	return got{l, res.Payload}, answer.WithPayload(err, &res)
}

// Refresh implements crawler.Refresher. Records that do not come are asked for
// one by one before they count as gone.
func (s *Search) Refresh(ctx context.Context, f crawler.Fetcher, ids []string) (crawler.Page, error) {
	var page crawler.Page
	l, err := s.named(ctx, f, ids, Full)
	if err != nil {
		return page, err
	}
	if slices.ContainsFunc(l.IDs, func(id string) bool { return slices.Contains(ids, id) }) {
		page.Payloads = append(page.Payloads, l.payload)
	}
	for _, id := range ids {
		if slices.Contains(l.IDs, id) {
			continue
		}
		payload, there, err := s.single(ctx, f, id, Full)
		switch {
		case err != nil:
			return page, err
		case there:
			page.Payloads = append(page.Payloads, payload)
		default:
			page.Gone = append(page.Gone, id)
		}
	}
	return page, nil
}

// named searches for records by id. An answer with records that were not asked for
// is the answer to another question; where single records have an address, ids are
// words that other records may hold too.
func (s *Search) named(ctx context.Context, f crawler.Fetcher, ids []string, v View) (got, error) {
	l, err := s.ask(ctx, f, Ask{Query: s.Naming(ids), View: v, Size: len(ids)})
	if err == nil && s.One == nil {
		for _, id := range l.IDs {
			if !slices.Contains(ids, id) {
				return l, &crawler.AnswerError{Kind: crawler.KindWrongShape, Where: l.payload.URL, Payload: &l.payload,
					Message: "a search for records by id gave " + id + ", which was not asked for"}
			}
		}
	}
	return l, err
}

// single asks for one record. Where it has an address, 404 means that the register
// does not have it, and an answer without it is none.
func (s *Search) single(ctx context.Context, f crawler.Fetcher, id string, v View) (evidence.Payload, bool, error) {
	if s.One == nil {
		l, err := s.named(ctx, f, []string{id}, v)
		return l.payload, slices.Contains(l.IDs, id), err
	}
	res, err := f.Do(ctx, crawler.Request{Source: s.SourceID, URL: s.One(s.Register.BaseURL, id), Accept: s.Accept, NoStore: v != Full})
	if answer.NotThere(err) {
		return evidence.Payload{}, false, nil
	}
	if err != nil {
		return evidence.Payload{}, false, err
	}
	l, err := s.Read(res.Body)
	switch {
	case err == nil && len(l.IDs) == 0:
		err = &crawler.AnswerError{Kind: crawler.KindEmpty, Message: "asked for " + id + ", the answer is empty"}
	case err == nil && l.IDs[0] != id:
		err = &crawler.AnswerError{Kind: crawler.KindWrongShape, Message: "asked for " + id + ", the answer is about " + l.IDs[0]}
	}
	res.RecordID = id
	return res.Payload, err == nil, answer.WithPayload(err, &res)
}

// Check implements crawler.Checker with two small questions: which of the ids
// changed, and which are there. Where the register gives no list of ids alone,
// it is asked how many there are, and for single ones when some are missing.
func (s *Search) Check(ctx context.Context, f crawler.Fetcher, known []crawler.Known, since time.Time) (stale, gone []string, err error) {
	ids := crawler.KnownIDs(known)
	if len(ids) == 0 {
		return nil, nil, nil
	}
	changed, err := s.ask(ctx, f, Ask{Query: s.changed(s.Naming(ids), since), View: IDs, Size: len(ids)})
	if err != nil {
		return nil, nil, err
	}
	view := IDs
	if s.One != nil {
		view = Count
	}
	there, err := s.named(ctx, f, ids, view)
	if err != nil {
		return nil, nil, err
	}
	for _, id := range ids {
		switch {
		case slices.Contains(changed.IDs, id):
			stale = append(stale, id)
		case s.One == nil && !slices.Contains(there.IDs, id):
			gone = append(gone, id)
		case s.One != nil && there.Total != len(ids):
			_, ok, err := s.single(ctx, f, id, IDs)
			switch {
			case err != nil:
				return nil, nil, err
			case !ok:
				gone = append(gone, id)
			case there.Total == 0: // the register does not search by number: nothing is known of changes
				stale = append(stale, id)
			}
		}
	}
	return stale, gone, nil
}
