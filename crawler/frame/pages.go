package frame

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"past/crawler"
	"past/crawler/answer"
	"past/crawler/polite"
	"past/internal/evidence"
)

// cursor is where a query is.
type cursor struct {
	Seen  int      `json:"seen,omitempty"`  // rows of the list so far
	Size  int      `json:"size,omitempty"`  // of the next page, where it follows the records'
	Mark  string   `json:"mark,omitempty"`  // of the next page
	Total int      `json:"total,omitempty"` // as it was counted first
	Fetch []string `json:"fetch,omitempty"` // listed records that are still to be asked for
	Spans [][2]int `json:"spans,omitempty"` // days of entry still to be listed, since 1800
	Ended bool     `json:"ended,omitempty"` // the list
	Part  int      `json:"part,omitempty"`  // how often Then was taken
	Of    int      `json:"of,omitempty"`    // Total of the part before
}

// follow gives the search that the cursor belongs to.
func (s *Search) follow(at string) (*Search, cursor, error) {
	var c cursor
	if at == "" {
		return s, c, nil
	}
	err := json.Unmarshal([]byte(at), &c)
	part := s
	for n := 0; err == nil && n < c.Part && part != nil; n++ {
		part = part.Then
	}
	if err != nil || part == nil || c.Seen < 0 || c.Size < 0 || c.Total < 0 || c.Part < 0 || len(c.Fetch) > 0 && !part.Overview ||
		c.Ended && len(c.Fetch) == 0 || c.Seen > 0 && part.Marks != (c.Mark != "") && !c.Ended {
		return nil, c, fmt.Errorf("cursor %.80q is not of this source: %w", at, crawler.ErrCursorExpired)
	}
	return part, c, nil
}

// Page implements crawler.Source. Each call sends one question, or a few where a
// result is too large to be listed: a page of a list, or one for records that a list
// names.
func (s *Search) Page(ctx context.Context, f crawler.Fetcher, q crawler.Query, at string) (crawler.Page, error) {
	part, c, err := s.follow(at)
	if err != nil {
		return crawler.Page{}, err
	}
	later := c.Seen > 0 && len(c.Fetch) == 0
	var page crawler.Page
	if len(c.Fetch) > 0 {
		page, err = part.listed(ctx, f, q, &c)
	} else {
		page, err = part.list(ctx, f, q, &c)
	}
	if err != nil {
		return crawler.Page{}, answer.Refused(err, later)
	}
	switch {
	case !c.Ended || len(c.Fetch) > 0:
	case part.Then != nil && (!part.Counted || c.Total > 0):
		c = cursor{Part: c.Part + 1, Of: c.Total}
	default:
		return page, nil
	}
	b, err := json.Marshal(c)
	page.Next = string(b)
	return page, err
}

// list asks for a page of a list.
func (s *Search) list(ctx context.Context, f crawler.Fetcher, q crawler.Query, c *cursor) (page crawler.Page, err error) {
	if s.Counted && c.Total == 0 {
		l, err := s.ask(ctx, f, Ask{Query: q.Form, View: Count, Size: s.Size})
		c.Total, c.Ended = l.Total, l.Total <= 0
		return page, err
	}
	for searches := 1; ; searches++ {
		a, l, err := s.fitting(ctx, f, q, c)
		if err != nil {
			return page, err
		}
		if len(c.Spans) == 0 {
			page.Heard = l.Heard
			if l.Total >= 0 && !s.Counted {
				page.Total = &l.Total
			}
		}
		if s.Window > 0 && l.Total > s.Window {
			begins := len(c.Spans) == 0
			if err := c.narrow(l.Total, s.Window); err != nil || begins || searches == 6 {
				return page, err
			}
			continue
		}
		s.take(&page, l, a, q, c)
		return page, nil
	}
}

// fitting asks for a page, and for less where it is larger than an answer may be.
func (s *Search) fitting(ctx context.Context, f crawler.Fetcher, q crawler.Query, c *cursor) (Ask, got, error) {
	a := Ask{Query: q.Form, Size: s.Size, Seen: c.Seen, Mark: c.Mark}
	if c.Size > 0 {
		a.Size = c.Size
	}
	if q.Limit > 0 && !s.Overview && !s.Counted {
		a.Size = min(a.Size, q.Limit)
	}
	if len(c.Spans) > 0 {
		a.From, a.To = day(c.Spans[0][0]), day(c.Spans[0][1])
	}
	for {
		l, err := s.ask(ctx, f, a)
		if err == nil && s.Marks && l.Next != "" && l.Next == a.Mark {
			err = answer.Fault(&crawler.Response{Payload: l.payload}, crawler.KindTokenLoop, "the page token leads to the same page again")
		}
		if s.Weight == 0 || a.Size <= 1 || !tooLarge(err) {
			return a, l, err
		}
		a.Size /= 2
	}
}

func tooLarge(err error) bool {
	var large *polite.TooLargeError
	return errors.As(err, &large)
}

// take puts what a list says on the page, and the cursor behind it.
func (s *Search) take(page *crawler.Page, l got, a Ask, q crawler.Query, c *cursor) {
	page.Problems = l.Problems
	total := l.Total
	if s.Counted {
		total = c.Total
		if want := min(s.Size, total-c.Seen); l.Rows != want {
			page.Problems = append(page.Problems, evidence.Problem{Kind: crawler.KindMissing, Where: l.payload.URL,
				Message: fmt.Sprintf("a page of %d results from number %d on has %d, not %d", total, c.Seen+1, l.Rows, want)})
		}
		l.Rows = s.Size
	}
	switch {
	case s.Overview:
		for _, id := range l.IDs {
			if day := l.Days[id]; q.Since == "" || day == "" || day >= q.Since {
				c.Fetch = append(c.Fetch, id)
			} else {
				page.Hits = append(page.Hits, id)
			}
		}
	default:
		page.Payloads, page.Hits = []evidence.Payload{l.payload}, l.IDs
	}
	c.Seen += l.Rows
	if s.Marks && l.Total >= 0 {
		c.Total = l.Total
	}
	if c.Mark = l.Next; s.Marks { // a full last page may have a mark too
		c.Ended = l.Next == "" || c.Total > 0 && c.Seen >= c.Total
	} else {
		c.Ended = l.Rows == 0 || c.Seen >= total
	}
	if s.Weight > 0 && l.Rows > 0 {
		// Large records come in clusters: pages grow at most fivefold.
		c.Size = max(1, min(s.Weight/(len(l.payload.Body)/l.Rows+1), 5*a.Size, largest))
	}
	if c.Ended && len(c.Spans) > 0 {
		c.Spans, c.Seen = c.Spans[1:], 0
		c.Ended = len(c.Spans) == 0
	}
}

// largest is the most records that a page is asked for.
const largest = 1000

// listed asks for the next records that a list names.
func (s *Search) listed(ctx context.Context, f crawler.Fetcher, q crawler.Query, c *cursor) (page crawler.Page, err error) {
	n := min(s.Get.Size, len(c.Fetch))
	if q.Limit > 0 {
		n = min(n, q.Limit)
	}
	page.Hits, c.Fetch = c.Fetch[:n], c.Fetch[n:]
	missing, err := s.records(ctx, f, page.Hits, &page)
	var bad *crawler.AnswerError
	if s.Get.Aside && errors.As(err, &bad) {
		p := evidence.Problem{Kind: bad.Kind, RecordID: page.Hits[0], Where: bad.Where, Message: bad.Message}
		if bad.Payload != nil {
			p.SHA256 = bad.Payload.SHA256
		}
		page.Problems, err = append(page.Problems, p), nil
	}
	if c.Of > 0 && c.Total == c.Of {
		missing = nil // a mirror that does not know the filter of this part lists all
	}
	for _, id := range missing { // the list has it: no word on whether it is gone
		page.Problems = append(page.Problems, evidence.Problem{Kind: crawler.KindMissing, RecordID: id,
			Where: s.Get.Request(s.Register.BaseURL, []string{id}).URL, Message: "a list of the register names " + id + ", and asked for it " +
				"gives nothing"})
	}
	return page, err
}

// epoch is before the first entry date of any register. The day after tomorrow is
// the last, whatever the time zone.
var epoch = time.Date(1800, 1, 1, 0, 0, 0, 0, time.UTC)

func day(n int) string { return epoch.AddDate(0, 0, n).Format(time.DateOnly) }

// narrow halves the days at hand, whose result has more records than can be
// listed.
func (c *cursor) narrow(count, window int) error {
	if len(c.Spans) == 0 {
		c.Spans = [][2]int{{0, int(time.Since(epoch).Hours()/24) + 2}}
		return nil
	}
	from, to := c.Spans[0][0], c.Spans[0][1]
	if from == to {
		return fmt.Errorf("%w: %d records have the entry date %s, more than the %d that one result can have; narrow the question",
			crawler.ErrPermanent, count, day(from), window)
	}
	mid := (from + to) / 2
	c.Spans = append([][2]int{{from, mid}, {mid + 1, to}}, c.Spans[1:]...)
	return nil
}
