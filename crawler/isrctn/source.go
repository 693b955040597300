package isrctn

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"past/crawler"
	"past/crawler/answer"
	"past/crawler/boolean"
	"past/crawler/xmltree"
	"past/internal/evidence"
	"past/internal/ident"
)

const (
	// SourceName is the name under which payloads and records are kept.
	SourceName = "isrctn"
	baseURL    = "https://www.isrctn.com/api"
	pageSize   = 100  // a trial has about 20 kB
	maxQuery   = 3000 // encoded bytes; common servers refuse addresses above 8,000
	overlap    = 24 * time.Hour
)

// Source is the registry as the crawler asks it.
type Source struct {
	at   string
	size int
}

var (
	_ crawler.Source  = (*Source)(nil)
	_ crawler.Checker = (*Source)(nil)
	_ crawler.Movable = (*Source)(nil)
)

// New gives a Source of the registry itself.
func New() *Source { return &Source{at: baseURL, size: pageSize} }

// Name implements crawler.Source.
func (s *Source) Name() string { return SourceName }

// At implements crawler.Movable: endpoint stands in the place of
// https://www.isrctn.com/api.
func (s *Source) At(endpoint string) crawler.Source {
	return &Source{at: strings.TrimRight(endpoint, "/"), size: s.size}
}

// Policy implements crawler.Source. Where each value comes from is written in
// docs/sources.md.
func (s *Source) Policy() crawler.Policy {
	return crawler.Policy{
		BaseURL: s.at, Hosts: []string{"www.isrctn.com"}, PerSecond: 0.5, Burst: 1,
		RobotsReason: "the query API alone is asked, which the registry documents for programs; robots.txt is for the pages",
		MaxBody:      128 << 20, Timeout: 3 * time.Minute,
		Terms: "https://www.isrctn.com/page/terms",
	}
}

// Plan implements crawler.Source: for each substance its synonyms and those of
// all conditions anywhere in a record.
func (s *Source) Plan(q crawler.QuestionSet) ([]crawler.Query, error) {
	w := boolean.Writer{Term: boolean.Quoted, Max: maxQuery, Trials: true}
	var out []crawler.Query
	for _, p := range w.Plan(q) {
		text := p.Text
		if !q.Since.IsZero() {
			text = "(" + text + ") AND " + editedSince(q.Since)
		}
		out = append(out, crawler.Query{Key: p.Key, Text: text, About: p.About, URL: s.address(text, s.size, 0)})
	}
	return out, nil
}

func editedSince(t time.Time) string {
	return "lastEdited GE " + t.UTC().Add(-overlap).Format("2006-01-02T00:00:00.000Z")
}

func (s *Source) address(query string, limit, offset int) string {
	v := url.Values{"q": {query}, "limit": {strconv.Itoa(limit)}}
	if offset > 0 {
		v.Set("offset", strconv.Itoa(offset))
	}
	return s.at + "/query/format/default?" + v.Encode()
}

// Page implements crawler.Source. The cursor is the offset of the page.
func (s *Source) Page(ctx context.Context, f crawler.Fetcher, q crawler.Query, cursor string) (crawler.Page, error) {
	offset := 0
	if cursor != "" {
		var err error
		if offset, err = strconv.Atoi(cursor); err != nil || offset <= 0 {
			return crawler.Page{}, fmt.Errorf("cursor %q is not of this source: %w", cursor, crawler.ErrCursorExpired)
		}
	}
	size := s.size
	if q.Limit > 0 {
		size = min(size, q.Limit)
	}
	l, err := s.search(ctx, f, q.Text, size, offset, false)
	if err != nil {
		return crawler.Page{}, answer.Refused(err, cursor != "")
	}
	page := crawler.Page{Payloads: []evidence.Payload{l.payload}, Hits: l.ids, Total: &l.total}
	if next := offset + len(l.ids); len(l.ids) > 0 && next < l.total {
		page.Next = strconv.Itoa(next)
	}
	return page, nil
}

// list is an answer of the query API.
type list struct {
	payload evidence.Payload
	total   int
	ids     []string
}

func (s *Source) search(ctx context.Context, f crawler.Fetcher, query string, limit, offset int, small bool) (list, error) {
	res, err := f.Do(ctx, crawler.Request{Source: SourceName, URL: s.address(query, limit, offset),
		Accept: []string{"application/xml", "text/xml"}, NoStore: small})
	if err != nil {
		return list{}, err
	}
	l, err := readList(res.Body)
	l.payload = res.Payload
	return l, answer.WithPayload(err, &res)
}

var totalCount = regexp.MustCompile(`\stotalCount\s*=\s*["'](\d{1,9})["']`)

// readList reads the envelope of an answer that is whole, and the ids in it.
func readList(body []byte) (list, error) {
	doc, _ := xmltree.Clean(body)
	d := xmltree.Cut(doc, records.Elements...)
	if d.Root != "allTrials" {
		return list{}, &crawler.AnswerError{Kind: crawler.KindWrongShape, Message: fmt.Sprintf("the root element is <%s>, wanted <allTrials>",
			d.Root)}
	}
	if !d.Whole {
		return list{}, &crawler.AnswerError{Kind: answer.KindHalfXML, Message: "the answer ends inside <allTrials>"}
	}
	m := totalCount.FindStringSubmatch(d.Attrs)
	if m == nil {
		return list{}, &crawler.AnswerError{Kind: crawler.KindWrongShape, Message: "allTrials has no totalCount"}
	}
	var l list
	l.total, _ = strconv.Atoi(m[1])
	for _, p := range d.Pieces {
		if id := idIn(doc[p.Start:p.End]); id != "" {
			l.ids = append(l.ids, id)
		}
	}
	return l, nil
}

var isrctnElement = regexp.MustCompile(`<isrctn(?:\s[^>]*)?>\s*([^<]{1,40})<`)

func idIn(trial []byte) string {
	m := isrctnElement.FindSubmatch(trial)
	if m == nil {
		return ""
	}
	id, _ := CanonicalID(string(bytes.TrimSpace(m[1])))
	return id
}

// CanonicalID gives ISRCTN and eight digits, from either.
func CanonicalID(s string) (string, bool) {
	if s = strings.TrimSpace(s); len(s) == 8 {
		s = "ISRCTN" + s
	}
	return ident.Of(ident.ISRCTN, s)
}
