package pubmed

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"past/crawler"
	"past/crawler/answer"
	"past/crawler/jsontree"
	"past/crawler/xmltree"
	"past/internal/evidence"
	"past/internal/ident"
)

const (
	baseURL = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils"
	// batch is how many articles one efetch asks for: about 3 MB of XML.
	batch = 200
	// window is the largest result that the history server gives out whole;
	// larger ones are asked for by entry date, in halves.
	window = 9999
)

// Source is PubMed as the crawler asks it.
type Source struct {
	at     string
	key    string
	email  string
	batch  int
	window int
}

var (
	_ crawler.Source  = (*Source)(nil)
	_ crawler.Prober  = (*Source)(nil)
	_ crawler.Checker = (*Source)(nil)
	_ crawler.Movable = (*Source)(nil)
)

// Option changes how PubMed is asked.
type Option func(*Source)

// WithAPIKey sends an NCBI API key, which allows ten requests a second. The
// key goes in the body of requests, so that no stored address shows it. An
// empty key changes nothing.
func WithAPIKey(key string) Option { return func(s *Source) { s.key = strings.TrimSpace(key) } }

// WithEmail sends the address that NCBI asks of programs, so that it can write
// before it blocks one; like the key it is in no stored address.
func WithEmail(email string) Option { return func(s *Source) { s.email = strings.TrimSpace(email) } }

// New gives a Source of PubMed itself.
func New(opts ...Option) *Source {
	s := &Source{at: baseURL, batch: batch, window: window}
	for _, o := range opts {
		o(s)
	}
	return s
}

// Name implements crawler.Source.
func (s *Source) Name() string { return SourceName }

// At implements crawler.Movable: endpoint replaces
// https://eutils.ncbi.nlm.nih.gov/entrez/eutils. API key and address are
// meant for NCBI and not sent elsewhere.
func (s *Source) At(endpoint string) crawler.Source {
	c := *s
	c.at, c.key, c.email = strings.TrimRight(endpoint, "/"), "", ""
	return &c
}

func (s *Source) base() string { return s.at }

// Policy implements crawler.Source. Where each value comes from is written in
// docs/sources.md.
func (s *Source) Policy() crawler.Policy {
	p := crawler.Policy{
		BaseURL: s.base(), Hosts: []string{"eutils.ncbi.nlm.nih.gov"},
		PerSecond: 2.5, Burst: 1,
		RobotsReason: "the E-utilities are NCBI's documented interface for programs, with limits of their own that are kept; " +
			"robots.txt is for the pages",
		MaxBody: 64 << 20, Timeout: 2 * time.Minute,
		Terms: "https://www.ncbi.nlm.nih.gov/home/about/policies/",
	}
	if s.key != "" {
		p.PerSecond = 8
	}
	return p
}

// cursor is where a query is: the result on the history server and, when
// it is too large for that, the entry dates that remain.
type cursor struct {
	Env   string   `json:"env,omitempty"`
	Key   string   `json:"key,omitempty"`
	Start int      `json:"start"`
	Count int      `json:"count"`           // of the window at hand
	Total int      `json:"total"`           // of the whole query
	Spans [][2]int `json:"spans,omitempty"` // entry days to come, since 1800
}

// Page implements crawler.Source. A call sends a search (or a few, by date),
// whose page has no records, or asks for one batch of articles.
func (s *Source) Page(ctx context.Context, f crawler.Fetcher, q crawler.Query, at string) (crawler.Page, error) {
	var c cursor
	var page crawler.Page
	var err error
	switch {
	case at == "":
		page.Heard, err = s.begin(ctx, f, q, &c)
	case json.Unmarshal([]byte(at), &c) != nil || c.Start < 0 || c.Start > c.Count || c.Env == "" && len(c.Spans) == 0:
		return page, fmt.Errorf("cursor %q is not of this source: %w", at, crawler.ErrCursorExpired)
	case c.Env == "":
		err = s.narrow(ctx, f, q, &c)
	default:
		err = s.fetch(ctx, f, q, &c, &page)
	}
	if err != nil {
		return crawler.Page{}, err
	}
	page.Total = &c.Total
	if c.Start >= c.Count {
		c.Env, c.Key, c.Start, c.Count = "", "", 0, 0
	}
	if c.Env != "" || len(c.Spans) > 0 {
		b, err := json.Marshal(c)
		if err != nil {
			return crawler.Page{}, err
		}
		page.Next = string(b)
	}
	return page, nil
}

// begin asks the query as a whole, and gives what PubMed did with its words.
func (s *Source) begin(ctx context.Context, f crawler.Fetcher, q crawler.Query, c *cursor) (*crawler.Heard, error) {
	r, err := s.search(ctx, f, q, nil)
	if err != nil {
		return nil, err
	}
	c.Total = r.count
	if r.count <= s.window {
		c.Env, c.Key, c.Count = r.env, r.key, r.count
	} else {
		c.Spans = [][2]int{{0, today()}}
	}
	return &r.heard, nil
}

// narrow looks for the next span of entry dates whose result is small enough,
// by halves; after a few searches it leaves the rest to the next call.
func (s *Source) narrow(ctx context.Context, f crawler.Fetcher, q crawler.Query, c *cursor) error {
	for n := 0; n < 6 && len(c.Spans) > 0; n++ {
		span := c.Spans[0]
		r, err := s.search(ctx, f, q, &span)
		if err != nil {
			return err
		}
		switch {
		case r.count == 0:
			c.Spans = c.Spans[1:]
		case r.count <= s.window:
			c.Spans = c.Spans[1:]
			c.Env, c.Key, c.Start, c.Count = r.env, r.key, 0, r.count
			return nil
		case span[0] < span[1]:
			mid := (span[0] + span[1]) / 2
			c.Spans = append([][2]int{{span[0], mid}, {mid + 1, span[1]}}, c.Spans[1:]...)
		default:
			return fmt.Errorf("%w: %d records have the entry date %s, more than the %d that one result can have; narrow the question",
				crawler.ErrPermanent, r.count, day(span[0]), s.window)
		}
	}
	return nil
}

// epoch is before the first entry date of PubMed. Entry days are counted from
// it; the day after tomorrow is the last, whatever the time zone.
var epoch = time.Date(1800, 1, 1, 0, 0, 0, 0, time.UTC)

func today() int { return int(time.Since(epoch).Hours()/24) + 2 }

func day(n int) string { return epoch.AddDate(0, 0, n).Format("2006/01/02") }

type result struct {
	count    int
	env, key string
	ids      []string
	heard    crawler.Heard
}

// search runs esearch; span, when given, narrows it to entry dates.
func (s *Source) search(ctx context.Context, f crawler.Fetcher, q crawler.Query, span *[2]int) (result, error) {
	u, err := url.Parse(q.URL)
	if err != nil {
		return result{}, fmt.Errorf("query address: %w: %w", crawler.ErrPermanent, err)
	}
	v := u.Query()
	if span != nil {
		v.Set("datetype", "edat")
		v.Set("mindate", day(span[0]))
		v.Set("maxdate", day(span[1]))
	}
	res, err := s.ask(ctx, f, "/esearch.fcgi", v, "application/json", true)
	if err != nil {
		return result{}, answer.Refused(err, false)
	}
	r, err := readSearch(res.Body)
	if err == nil && r.count > 0 && (r.env == "" || r.key == "") {
		err = &crawler.AnswerError{Kind: crawler.KindWrongShape, Message: "esearch gave no WebEnv or query_key"}
	}
	return r, answer.WithPayload(err, &res)
}

// readSearch reads an esearch answer in JSON; its counts are texts.
func readSearch(body []byte) (result, error) {
	n, err := answer.JSON(body)
	if err != nil {
		return result{}, err
	}
	e := n.Get("esearchresult")
	if e.Kind != jsontree.Object {
		return result{}, &crawler.AnswerError{Kind: crawler.KindWrongShape, Where: "/esearchresult", Message: "no esearch result: " +
			serverWords(n)}
	}
	if msg := e.Get("ERROR").Scalar(); msg != "" {
		return result{}, &crawler.AnswerError{Kind: crawler.KindWrongShape, Where: "/esearchresult/ERROR", Message: "the server reports: " + msg}
	}
	r := result{env: e.Get("webenv").Scalar(), key: e.Get("querykey").Scalar(), ids: e.Get("idlist").Scalars()}
	if r.count, err = strconv.Atoi(e.Get("count").Scalar()); err != nil || r.count < 0 {
		return result{}, &crawler.AnswerError{Kind: crawler.KindWrongShape, Where: "/esearchresult/count",
			Message: fmt.Sprintf("%q is no count", e.Get("count").Scalar())}
	}
	r.heard.Translation = e.Get("querytranslation").Scalar()
	for _, at := range [][2]string{{"errorlist", "phrasesnotfound"}, {"errorlist", "fieldsnotfound"}, {"warninglist", "phrasesignored"},
		{"warninglist", "quotedphrasesnotfound"}} {
		for _, w := range e.At(at[0], at[1]).Scalars() {
			if !slices.Contains(r.heard.NotFound, w) {
				r.heard.NotFound = append(r.heard.NotFound, w)
			}
		}
	}
	return r, nil
}

func serverWords(n *jsontree.Node) string {
	for _, k := range []string{"error", "ERROR", "message"} {
		if s := n.Get(k).Scalar(); s != "" {
			return s
		}
	}
	return "another shape"
}

// fetch asks for the next articles of a result that the history server keeps.
func (s *Source) fetch(ctx context.Context, f crawler.Fetcher, q crawler.Query, c *cursor, page *crawler.Page) error {
	n := min(s.batch, c.Count-c.Start)
	if q.Limit > 0 {
		n = min(n, q.Limit)
	}
	v := s.params(url.Values{"query_key": {c.Key}, "WebEnv": {c.Env}, "retstart": {strconv.Itoa(c.Start)}, "retmax": {strconv.Itoa(n)},
		"retmode": {"xml"}})
	res, err := s.ask(ctx, f, "/efetch.fcgi", v, "text/xml", false)
	if err != nil {
		return answer.Refused(err, true)
	}
	if msg := serverError(res.Body); msg != "" {
		return fmt.Errorf("the history server reports %q: %w", msg, crawler.ErrCursorExpired)
	}
	ids, err := articleIDs(&res)
	if err != nil {
		return err
	}
	page.Payloads, page.Hits = []evidence.Payload{res.Payload}, ids
	if len(ids) != n {
		page.Problems = append(page.Problems, evidence.Problem{Kind: crawler.KindMissing, Where: res.URL,
			Message: fmt.Sprintf("efetch was asked for %d articles from number %d on and gave %d", n, c.Start+1, len(ids))})
	}
	c.Start += n
	return nil
}

// articleIDs gives the record ids of an efetch answer that is whole, without
// reading the articles.
func articleIDs(res *crawler.Response) ([]string, error) {
	doc, _ := xmltree.Clean(res.Body)
	d := xmltree.Cut(doc, records.Elements...)
	if d.Root != "PubmedArticleSet" {
		return nil, answer.Fault(res, crawler.KindWrongShape, "the root element of efetch is <%s>, wanted <PubmedArticleSet>", d.Root)
	}
	if !d.Whole {
		return nil, answer.Fault(res, answer.KindHalfXML, "the answer ends inside <%s>", d.Root)
	}
	ids := make([]string, 0, len(d.Pieces))
	for _, p := range d.Pieces {
		if id := firstPMID(doc[p.Start:p.End]); id != "" {
			ids = append(ids, "pmid:"+id)
		}
	}
	return ids, nil
}

// firstPMID gives the number of an article: the first PMID in it.
func firstPMID(article []byte) string {
	i := bytes.Index(article, []byte("<PMID"))
	if i < 0 {
		return ""
	}
	_, text, ok := bytes.Cut(article[i:min(len(article), i+200)], []byte(">"))
	if !ok {
		return ""
	}
	text, _, _ = bytes.Cut(text, []byte("<"))
	id, _ := ident.PMID(string(text))
	return id
}

// ask sends a request: by GET, or by POST when it carries key or address or is
// long.
func (s *Source) ask(ctx context.Context, f crawler.Fetcher, path string, v url.Values, accept string, small bool) (crawler.Response,
	error) {
	r := crawler.Request{Source: SourceName, URL: s.base() + path + "?" + v.Encode(), Accept: []string{accept}, NoStore: small}
	if accept == "text/xml" {
		r.Accept = append(r.Accept, "application/xml")
	}
	if s.key != "" || s.email != "" || len(r.URL) > 4000 {
		if s.key != "" {
			v.Set("api_key", s.key)
		}
		if s.email != "" {
			v.Set("email", s.email)
		}
		r.Method, r.Body = "POST", []byte(v.Encode())
		r.Header = map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
		r.URL = s.base() + path
	}
	return f.Do(ctx, r)
}
