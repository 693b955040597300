package euctr

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"past/crawler"
	"past/crawler/answer"
	"past/crawler/boolean"
	"past/internal/evidence"
	"past/internal/ident"
)

const (
	// SourceName is the name under which payloads and records are kept.
	SourceName = "euctr"
	baseURL    = "https://www.clinicaltrialsregister.eu/ctr-search"
	pageSize   = 20 // trials on a page, as the register has it
	maxQuery   = 1500
)

// Source is the register as the crawler asks it.
type Source struct {
	at   string
	size int
}

var (
	_ crawler.Source    = (*Source)(nil)
	_ crawler.Prober    = (*Source)(nil)
	_ crawler.Refresher = (*Source)(nil)
	_ crawler.Movable   = (*Source)(nil)
)

// New gives a Source of the register itself.
func New() *Source { return &Source{at: baseURL, size: pageSize} }

// Name implements crawler.Source.
func (s *Source) Name() string { return SourceName }

// At implements crawler.Movable: endpoint replaces
// https://www.clinicaltrialsregister.eu/ctr-search.
func (s *Source) At(endpoint string) crawler.Source {
	return &Source{at: strings.TrimRight(endpoint, "/"), size: s.size}
}

// Policy implements crawler.Source. Where each value comes from is written in
// docs/sources.md.
func (s *Source) Policy() crawler.Policy {
	return crawler.Policy{
		BaseURL: s.at, Hosts: []string{"www.clinicaltrialsregister.eu"}, PerSecond: 0.3, Burst: 1,
		Robots: true, RobotsReason: "the search page and its downloads are made for readers; no interface for programs is documented",
		MaxBody: 64 << 20, Timeout: 5 * time.Minute, HTTP1: true,
		Terms: "https://www.clinicaltrialsregister.eu/disclaimer.html",
	}
}

// Plan implements crawler.Source: for each substance its synonyms and those of
// all conditions. The date of the last crawl is not used: the register cannot
// be asked for changes.
func (s *Source) Plan(q crawler.QuestionSet) ([]crawler.Query, error) {
	w := boolean.Writer{Term: boolean.Quoted, Max: maxQuery, Trials: true}
	var out []crawler.Query
	for _, p := range w.Plan(q) {
		out = append(out, crawler.Query{Key: p.Key, Text: p.Text, About: p.About,
			URL: s.at + "/search?" + url.Values{"query": {p.Text}}.Encode()})
	}
	return out, nil
}

// Page implements crawler.Source. The first call counts; the cursor is then
// "PAGE/TRIALS". The count is of trials, the hits are protocols, and after them
// the trials whose results came.
func (s *Source) Page(ctx context.Context, f crawler.Fetcher, q crawler.Query, cursor string) (crawler.Page, error) {
	if strings.HasPrefix(cursor, resultsBegin) {
		return s.resultPage(ctx, f, q, cursor)
	}
	if cursor == "" {
		n, _, err := s.count(ctx, f, q.URL)
		if err != nil || n == 0 {
			return crawler.Page{}, answer.Refused(err, false)
		}
		return crawler.Page{Next: "1/" + strconv.Itoa(n)}, nil
	}
	a, b, ok := strings.Cut(cursor, "/")
	at, err1 := strconv.Atoi(a)
	trials, err2 := strconv.Atoi(b)
	if !ok || err1 != nil || err2 != nil || at < 1 || trials < 1 || at > (trials+s.size-1)/s.size {
		return crawler.Page{}, fmt.Errorf("cursor %q is not of this source: %w", cursor, crawler.ErrCursorExpired)
	}
	v := url.Values{"query": {q.Text}, "page": {a}, "mode": {"current_page"}}
	res, ids, err := s.text(ctx, f, "/rest/download/full?"+v.Encode(), false)
	if err != nil {
		return crawler.Page{}, answer.Refused(err, false)
	}
	page := crawler.Page{Payloads: []evidence.Payload{res.Payload}, Hits: ids}
	if want, have := min(s.size, trials-(at-1)*s.size), len(stems(ids)); have != want {
		page.Problems = append(page.Problems, evidence.Problem{Kind: crawler.KindMissing, Where: res.URL,
			Message: fmt.Sprintf("page %d of %d trials has %d trials, not %d", at, trials, have, want)})
	}
	page.Next = strconv.Itoa(at+1) + "/" + b
	if at*s.size >= trials {
		page.Next = resultCursor{trials: trials}.String()
	}
	return page, nil
}

// stems are the EudraCT numbers of protocols, each once.
func stems(ids []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, id := range ids {
		if number := ident.Stem(id); !seen[number] {
			seen[number] = true
			out = append(out, number)
		}
	}
	return out
}

var (
	countText = regexp.MustCompile(`Trials with a EudraCT protocol\s*\(\s*([\d.,]+)\s*\)`)
	noneText  = regexp.MustCompile(`(?i)no (?:results|trials) (?:were )?found|\b0 result\(s\) found|query did not match`)
	pageTag   = regexp.MustCompile(`<[^>]*>`)
)

// count reads how many trials a search finds from its page, and when it came.
func (s *Source) count(ctx context.Context, f crawler.Fetcher, addr string) (int, time.Time, error) {
	res, err := f.Do(ctx, crawler.Request{Source: SourceName, URL: addr, Accept: []string{"text/html"}, NoStore: true})
	if err != nil {
		return 0, time.Time{}, err
	}
	n, err := readCount(res.Body)
	return n, res.FetchedAt, answer.WithPayload(err, &res)
}

// Probe implements crawler.Prober. The register takes no new trials and says of
// none when it changed: the stamp is the number of its trials and the week, so
// that it is asked whole once a week, or when trials come or go.
func (s *Source) Probe(ctx context.Context, f crawler.Fetcher) (string, error) {
	n, at, err := s.count(ctx, f, s.at+"/search?query=&page=1")
	if err != nil {
		return "", err
	}
	const week = 7 * 24 * 60 * 60
	return fmt.Sprintf("%d trials in the week from %s", n, time.Unix(at.Unix()/week*week, 0).UTC().Format(time.DateOnly)), nil
}

func readCount(body []byte) (int, error) {
	text := pageTag.ReplaceAll(body, []byte(" "))
	if m := countText.FindSubmatch(text); m != nil {
		n, err := strconv.Atoi(strings.NewReplacer(".", "", ",", "").Replace(string(m[1])))
		if err == nil {
			return n, nil
		}
	}
	if noneText.Match(text) {
		return 0, nil
	}
	return 0, &crawler.AnswerError{Kind: crawler.KindWrongShape, Message: "the search page does not say how many trials it found"}
}

// text asks for a text download; one that only lists trials is not stored.
func (s *Source) text(ctx context.Context, f crawler.Fetcher, path string, list bool) (crawler.Response, []string, error) {
	res, err := f.Do(ctx, crawler.Request{Source: SourceName, URL: s.at + path, NoStore: list,
		Accept: []string{"text/plain", "application/octet-stream", "application/download"}})
	if err != nil {
		return res, nil, err
	}
	var ids []string
	seen := map[string]bool{}
	for _, p := range cut(decode(res.Body)) {
		if id, ok := p.id(); ok && !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return res, nil, answer.Fault(&res, crawler.KindWrongShape, "no protocol in the download: it begins with %s", answer.Start(res.Body))
	}
	return res, ids, nil
}

// Landmark implements crawler.Landmarked.
func (s *Source) Landmark() string { return "2017-000219-18-GB" }

// BatchSize implements crawler.Refresher. Protocols are asked for one by one.
func (s *Source) BatchSize() int { return 10 }

// Refresh implements crawler.Refresher: protocols by number and country,
// results by number.
func (s *Source) Refresh(ctx context.Context, f crawler.Fetcher, ids []string) (crawler.Page, error) {
	var page crawler.Page
	for _, id := range ids {
		var res crawler.Response
		var err error
		if eudractNumber.MatchString(id) {
			res, err = s.archive(ctx, f, id)
		} else if canonical, ok := CanonicalID(id); ok {
			id = canonical
			res, err = s.protocol(ctx, f, id)
		} else {
			continue
		}
		switch {
		case answer.NotThere(err):
			page.Gone = append(page.Gone, id)
		case err != nil:
			return page, err
		case !res.NotModified:
			page.Payloads = append(page.Payloads, res.Payload)
		}
	}
	return page, nil
}

// protocol asks for the protocol of one country. The register writes the
// country outside the EU in small letters in addresses.
func (s *Source) protocol(ctx context.Context, f crawler.Fetcher, id string) (crawler.Response, error) {
	country := id[15:]
	if country == "3RD" {
		country = "3rd"
	}
	res, came, err := s.text(ctx, f, "/rest/download/trial/"+id[:14]+"/"+country, false)
	switch {
	case err != nil:
		return res, err
	case !slices.Contains(came, id):
		return res, answer.Fault(&res, crawler.KindWrongShape, "asked for %s, the answer is about %s", id, came[0])
	}
	res.RecordID = id
	return res, nil
}

// CanonicalID checks the id of a protocol: the EudraCT number and the country,
// which is 3RD for one outside the EU.
func CanonicalID(s string) (string, bool) {
	id, ok := ident.Of(ident.EudraCT, s)
	return id, ok && len(id) > len("2012-003632-23")
}

// decode gives text as UTF-8 without a byte order mark.
func decode(b []byte) []byte {
	return bytes.ToValidUTF8(bytes.TrimPrefix(b, []byte("\ufeff")), []byte("\uFFFD"))
}
