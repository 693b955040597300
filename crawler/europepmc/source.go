package europepmc

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"past/crawler"
	"past/crawler/answer"
	"past/crawler/boolean"
	"past/crawler/jsontree"
	"past/internal/evidence"
)

const (
	// SourceName is the name under which payloads and records are kept.
	SourceName = "europepmc"
	baseURL    = "https://www.ebi.ac.uk/europepmc/webservices/rest"
	// pageSize is how many results one page has: core results have about 9 kB
	// each. The service gives up to 1,000.
	pageSize = 100
	// maxQuery bounds the encoded length of a query.
	maxQuery = 6000
	// overlap is how far an increment reaches back before the last complete
	// crawl.
	overlap = 24 * time.Hour
)

// Source is Europe PMC as the crawler asks it.
type Source struct {
	at   string
	size int
}

var (
	_ crawler.Source  = (*Source)(nil)
	_ crawler.Checker = (*Source)(nil)
	_ crawler.Movable = (*Source)(nil)
)

// New gives a Source of Europe PMC itself.
func New() *Source { return &Source{at: baseURL, size: pageSize} }

// Name implements crawler.Source.
func (s *Source) Name() string { return SourceName }

// At implements crawler.Movable: endpoint stands in the place of
// https://www.ebi.ac.uk/europepmc/webservices/rest.
func (s *Source) At(endpoint string) crawler.Source {
	return &Source{at: strings.TrimRight(endpoint, "/"), size: s.size}
}

// Policy implements crawler.Source. Where each value comes from is written in
// docs/sources.md.
func (s *Source) Policy() crawler.Policy {
	return crawler.Policy{
		BaseURL: s.at, Hosts: []string{"www.ebi.ac.uk"}, PerSecond: 1, Burst: 1,
		RobotsReason: "the RESTful service is documented by its owner for use by programs; robots.txt is for the pages",
		MaxBody:      64 << 20, Timeout: 2 * time.Minute,
		Terms: "https://europepmc.org/Copyright",
	}
}

// Plan implements crawler.Source: for each substance its synonyms and those of
// all conditions in title or abstract.
func (s *Source) Plan(q crawler.QuestionSet) ([]crawler.Query, error) {
	w := boolean.Writer{Max: maxQuery, Also: []string{"randomized", "randomised", "placebo", "double-blind", "clinical trial"},
		Term: func(t string) string {
			if t = boolean.Quoted(t); t == "" {
				return ""
			}
			return "TITLE_ABS:" + t
		}}
	var out []crawler.Query
	for _, p := range w.Plan(q) {
		text := p.Text
		if !q.Since.IsZero() {
			text = "(" + text + ") AND " + updatedSince(q.Since)
		}
		out = append(out, crawler.Query{Key: p.Key, Text: text, About: p.About, URL: s.address(text, "core", s.size, "*")})
	}
	return out, nil
}

func updatedSince(t time.Time) string {
	return "UPDATE_DATE:[" + t.UTC().Add(-overlap).Format(time.DateOnly) + " TO 3000-12-31]"
}

func (s *Source) address(query, result string, size int, mark string) string {
	v := url.Values{"query": {query}, "resultType": {result}, "format": {"json"}, "pageSize": {strconv.Itoa(size)}, "cursorMark": {mark}}
	return s.at + "/search?" + v.Encode()
}

// Page implements crawler.Source. The cursor is "SEEN:MARK".
func (s *Source) Page(ctx context.Context, f crawler.Fetcher, q crawler.Query, cursor string) (crawler.Page, error) {
	seen, mark := 0, "*"
	if cursor != "" {
		n, m, ok := strings.Cut(cursor, ":")
		var err error
		if seen, err = strconv.Atoi(n); !ok || err != nil || m == "" || seen < 0 {
			return crawler.Page{}, fmt.Errorf("cursor %q is not of this source: %w", cursor, crawler.ErrCursorExpired)
		}
		mark = m
	}
	size := s.size
	if q.Limit > 0 {
		size = min(size, q.Limit)
	}
	r, err := s.search(ctx, f, q.Text, "core", size, mark, false)
	if err != nil {
		return crawler.Page{}, answer.Refused(err, cursor != "")
	}
	page := crawler.Page{Payloads: []evidence.Payload{r.payload}, Hits: r.ids, Total: &r.count}
	seen += len(r.ids)
	if len(r.ids) > 0 && r.next != "" && r.next != mark && seen < r.count {
		page.Next = strconv.Itoa(seen) + ":" + r.next
	}
	return page, nil
}

// result is an answer of the search.
type result struct {
	payload evidence.Payload
	count   int
	next    string
	ids     []string
}

func (s *Source) search(ctx context.Context, f crawler.Fetcher, query, kind string, size int, mark string, small bool) (result, error) {
	res, err := f.Do(ctx, crawler.Request{Source: SourceName, URL: s.address(query, kind, size, mark), Accept: []string{"application/json"},
		NoStore: small})
	if err != nil {
		return result{}, err
	}
	r, err := readSearch(res.Body)
	r.payload = res.Payload
	return r, answer.WithPayload(err, &res)
}

// readSearch reads the envelope of an answer and the ids in it.
func readSearch(body []byte) (result, error) {
	n, err := answer.JSON(body)
	if err != nil {
		return result{}, err
	}
	if msg := n.Get("errMsg").Scalar(); msg != "" {
		return result{}, &crawler.AnswerError{Kind: crawler.KindWrongShape, Where: "/errMsg", Message: "the service reports: " + msg}
	}
	list := n.At("resultList", "result")
	if list.Kind != jsontree.Array {
		return result{}, &crawler.AnswerError{Kind: crawler.KindWrongShape, Where: "/resultList/result", Message: "no list of results"}
	}
	r := result{next: n.Get("nextCursorMark").Scalar()}
	if r.count, err = strconv.Atoi(n.Get("hitCount").Scalar()); err != nil || r.count < 0 {
		return result{}, &crawler.AnswerError{Kind: crawler.KindWrongShape, Where: "/hitCount",
			Message: fmt.Sprintf("%q is no count", n.Get("hitCount").Scalar())}
	}
	items := list.Items()
	for i := range items {
		if id := recordID(&items[i]); id != "" {
			r.ids = append(r.ids, id)
		}
	}
	return r, nil
}
