package ctis

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
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
	// SourceName is the name under which payloads and records are kept.
	SourceName = "ctis"
	baseURL    = "https://euclinicaltrials.eu/ctis-public-api"
	pageSize   = 100
	// retrieveTries is how often a listed trial is asked for whose answer is
	// empty.
	retrieveTries = 2
	// overlap is how far an increment reaches back before the last complete
	// crawl: the overviews have days, and their order is not strict.
	overlap = 48 * time.Hour
)

// Source is CTIS as the crawler asks it.
type Source struct {
	at   string
	size int
}

var (
	_ crawler.Source  = (*Source)(nil)
	_ crawler.Prober  = (*Source)(nil)
	_ crawler.Checker = (*Source)(nil)
	_ crawler.Movable = (*Source)(nil)
)

// New gives a Source of CTIS itself.
func New() *Source { return &Source{at: baseURL, size: pageSize} }

// Name implements crawler.Source.
func (s *Source) Name() string { return SourceName }

// At implements crawler.Movable: endpoint replaces
// https://euclinicaltrials.eu/ctis-public-api.
func (s *Source) At(endpoint string) crawler.Source {
	return &Source{at: strings.TrimRight(endpoint, "/"), size: s.size}
}

// Policy implements crawler.Source. Where each value comes from is written in
// docs/sources.md.
func (s *Source) Policy() crawler.Policy {
	return crawler.Policy{
		BaseURL: s.at, Hosts: []string{"euclinicaltrials.eu"}, PerSecond: 1, Burst: 1,
		Robots: true, RobotsReason: "the interface is the one behind the public search page, which its owner does not document for programs",
		MaxBody: 64 << 20, Timeout: 2 * time.Minute,
		Terms: "https://euclinicaltrials.eu/legal-notice/",
	}
}

// Plan implements crawler.Source: one query for each synonym of each
// substance, since the search has no OR that keeps phrases whole. Conditions
// are not asked: the substances are rare enough. Without substances each
// condition's term is asked in the field for medical conditions.
func (s *Source) Plan(q crawler.QuestionSet) ([]crawler.Query, error) {
	about := func(id string) crawler.About { return crawler.About{Substances: []string{id}} }
	concepts, field, label := q.Substances, "containAll", "Contain all of these terms"
	if len(concepts) == 0 {
		concepts, field, label = q.Conditions, "medicalCondition", "Medical condition"
		about = func(id string) crawler.About { return crawler.About{Conditions: []string{id}} }
	}
	var out []crawler.Query
	seen := map[string]bool{}
	for _, c := range concepts {
		for _, t := range c.Terms {
			t = strings.Join(strings.Fields(t), " ")
			if low := strings.ToLower(t); t == "" || seen[low] {
				continue
			} else {
				seen[low] = true
			}
			body, err := searchBody(map[string]any{field: t}, 1, s.size, "decisionDate", "ASC")
			if err != nil {
				return nil, err
			}
			text := label + ": " + t
			if !q.Since.IsZero() {
				text += " | updated since " + q.Since.UTC().Add(-overlap).Format(time.DateOnly)
			}
			out = append(out, crawler.Query{Key: c.ID + "-" + answer.Sum([]byte(field + strings.ToLower(t)))[:8], Text: text, URL: s.at +
				"/search", Method: "POST", Body: body, About: about(c.ID)})
		}
	}
	return out, nil
}

func searchBody(criteria map[string]any, page, size int, by, direction string) ([]byte, error) {
	return json.Marshal(map[string]any{
		"pagination": map[string]int{"page": page, "size": size}, "sort": map[string]string{"property": by, "direction": direction},
		"searchCriteria": criteria})
}

// cursor is where a query is: the search page to ask for next, and the
// trials of the one before that are still to be fetched.
type cursor struct {
	Page  int      `json:"page"` // 0 when there is none
	Fetch []string `json:"fetch,omitempty"`
}

var sinceIn = regexp.MustCompile(` \| updated since (\d{4}-\d{2}-\d{2})$`)

// Page implements crawler.Source. Each call sends one request: a search page,
// whose trials without news are hits at once, or one trial.
func (s *Source) Page(ctx context.Context, f crawler.Fetcher, q crawler.Query, at string) (crawler.Page, error) {
	c := cursor{Page: 1}
	if at != "" {
		if err := json.Unmarshal([]byte(at), &c); err != nil || c.Page < 0 || c.Page == 0 && len(c.Fetch) == 0 {
			return crawler.Page{}, fmt.Errorf("cursor %q is not of this source: %w", at, crawler.ErrCursorExpired)
		}
	}
	var page crawler.Page
	var err error
	if len(c.Fetch) > 0 {
		err = s.fetch(ctx, f, c.Fetch[0], &page)
		c.Fetch = c.Fetch[1:]
	} else {
		err = s.list(ctx, f, q, &c, &page)
	}
	if err != nil {
		return crawler.Page{}, answer.Refused(err, false)
	}
	if c.Page > 0 || len(c.Fetch) > 0 {
		b, err := json.Marshal(c)
		if err != nil {
			return crawler.Page{}, err
		}
		page.Next = string(b)
	}
	return page, nil
}

func (s *Source) fetch(ctx context.Context, f crawler.Fetcher, id string, page *crawler.Page) error {
	page.Hits = []string{id}
	for try := 1; ; try++ {
		res, there, err := s.retrieve(ctx, f, id)
		switch {
		case err != nil:
			return err
		case there:
			page.Payloads = []evidence.Payload{res.Payload}
			return nil
		case try == retrieveTries: // the list has it: no word on whether it is gone
			page.Problems = append(page.Problems, evidence.Problem{Kind: crawler.KindEmpty, RecordID: id, Where: s.at + "/retrieve/" + id,
				Message: "the search lists the trial and its own answer is empty"})
			return nil
		}
	}
}

// list asks for one page of overviews.
func (s *Source) list(ctx context.Context, f crawler.Fetcher, q crawler.Query, c *cursor, page *crawler.Page) error {
	var asked struct {
		Criteria map[string]any `json:"searchCriteria"`
	}
	if err := json.Unmarshal(q.Body, &asked); err != nil {
		return fmt.Errorf("query body: %w: %w", crawler.ErrPermanent, err)
	}
	l, err := s.search(ctx, f, asked.Criteria, c.Page, s.size)
	if err != nil {
		return err
	}
	page.Total = &l.total
	page.Problems = l.problems
	since := ""
	if m := sinceIn.FindStringSubmatch(q.Text); m != nil {
		since = m[1]
	}
	for _, o := range l.trials {
		if o.news(since) {
			c.Fetch = append(c.Fetch, o.id)
		} else {
			page.Hits = append(page.Hits, o.id)
		}
	}
	if c.Page++; !l.next || len(l.trials)+len(l.problems) == 0 {
		c.Page = 0
	}
	return nil
}

// overview is a trial on a search page.
type overview struct {
	id      string
	updated []string // ISO days
}

// news reports whether the trial was updated on or after a day; it was where
// no one can tell.
func (o overview) news(since string) bool {
	if since == "" || len(o.updated) == 0 {
		return true
	}
	for _, d := range o.updated {
		if d == "" || d >= since {
			return true
		}
	}
	return false
}

type listing struct {
	total    int
	next     bool
	trials   []overview
	problems []evidence.Problem
}

func (s *Source) search(ctx context.Context, f crawler.Fetcher, criteria map[string]any, page, size int) (listing, error) {
	body, err := searchBody(criteria, page, size, "decisionDate", "ASC")
	if err != nil {
		return listing{}, err
	}
	res, err := f.Do(ctx, crawler.Request{Source: SourceName, Method: "POST", URL: s.at + "/search", Body: body,
		Accept: []string{"application/json"},
		Header: map[string]string{"Content-Type": "application/json"}, NoStore: true})
	if err != nil {
		return listing{}, err
	}
	l, err := readListing(res.Body, res.URL)
	return l, answer.WithPayload(err, &res)
}

func readListing(body []byte, where string) (listing, error) {
	n, err := answer.JSON(body)
	if err != nil {
		return listing{}, err
	}
	p, data := n.Get("pagination"), n.Get("data")
	if p.Kind != jsontree.Object || data.Kind != jsontree.Array {
		return listing{}, &crawler.AnswerError{Kind: crawler.KindWrongShape, Message: "no search page: pagination and data are wanted"}
	}
	var l listing
	if l.total, err = strconv.Atoi(p.Get("totalRecords").Scalar()); err != nil || l.total < 0 {
		return listing{}, &crawler.AnswerError{Kind: crawler.KindWrongShape, Where: "/pagination/totalRecords",
			Message: fmt.Sprintf("%q is no count", p.Get("totalRecords").Scalar())}
	}
	l.next = p.Get("nextPage").Scalar() == "true"
	items := data.Items()
	for i := range items {
		id, ok := CanonicalID(items[i].Get("ctNumber").Scalar())
		if !ok {
			l.problems = append(l.problems, evidence.Problem{Kind: crawler.KindNoID, Where: where + "#/data/" + strconv.Itoa(i) + "/ctNumber",
				Message: fmt.Sprintf("%q is no EU CT number", items[i].Get("ctNumber").Scalar())})
			continue
		}
		o := overview{id: id}
		for _, k := range []string{"lastUpdated", "lastPublicationUpdate"} {
			if raw := items[i].Get(k).Scalar(); raw != "" {
				o.updated = append(o.updated, isoDay(raw))
			}
		}
		l.trials = append(l.trials, o)
	}
	return l, nil
}

// retrieve asks for a trial. The register answers 200 and {} for one that it
// does not have.
func (s *Source) retrieve(ctx context.Context, f crawler.Fetcher, id string) (res crawler.Response, there bool, err error) {
	res, err = f.Do(ctx, crawler.Request{Source: SourceName, URL: s.at + "/retrieve/" + url.PathEscape(id),
		Accept: []string{"application/json"}})
	if answer.NotThere(err) {
		return res, false, nil
	}
	if err != nil {
		return res, false, err
	}
	n, err := answer.JSON(res.Body)
	if err != nil {
		return res, false, answer.WithPayload(err, &res)
	}
	if n.Kind == jsontree.Object && len(n.Kids) == 0 {
		return res, false, nil
	}
	if got, ok := CanonicalID(n.Get("ctNumber").Scalar()); !ok || got != id {
		return res, false, answer.Fault(&res, crawler.KindWrongShape, "asked for %s, the answer has ctNumber %q", id, n.Get("ctNumber").Scalar())
	}
	res.RecordID = id
	return res, true, nil
}

// Probe implements crawler.Prober: the stamp is made of the items of the feed
// that EMA offers, the fifteen trials updated last.
func (s *Source) Probe(ctx context.Context, f crawler.Fetcher) (string, error) {
	res, err := f.Do(ctx, crawler.Request{Source: SourceName, URL: s.at + "/rss/updates.rss?search_criteria=" + url.QueryEscape("{}"),
		Accept: []string{"application/rss+xml", "application/xml", "text/xml"}, NoStore: true})
	if err != nil {
		return "", err
	}
	doc, _ := xmltree.Clean(res.Body)
	d := xmltree.Cut(doc, "rss")
	if len(d.Pieces) != 1 || !d.Whole {
		return "", answer.Fault(&res, crawler.KindWrongShape, "no feed")
	}
	n, err := xmltree.Parse(doc[d.Pieces[0].Start:d.Pieces[0].End])
	if err != nil {
		return "", answer.WithPayload(answer.XMLFault(err, ""), &res)
	}
	items := n.Get("channel").All("item")
	if len(items) == 0 {
		return "", answer.Fault(&res, crawler.KindWrongShape, "a feed without items")
	}
	var b []byte
	for _, it := range items {
		b = xmltree.Canonical(b, it, nil)
	}
	return answer.Sum(b)[:16], nil
}

// CanonicalID checks an EU CT number: 2022-500001-01-00, whose last part is the
// version of the submission.
func CanonicalID(s string) (string, bool) {
	id, ok := ident.Of(ident.EUCT, s)
	return id, ok && len(id) == len("2022-500001-01-00")
}

// isoDay reads 31/12/2024 and ISO dates and timestamps; "" for all else.
func isoDay(s string) string {
	s = strings.TrimSpace(s)
	if t, err := time.Parse("02/01/2006", s); err == nil {
		return t.Format(time.DateOnly)
	}
	if len(s) >= 10 {
		if _, err := time.Parse(time.DateOnly, s[:10]); err == nil && (len(s) == 10 || s[10] == 'T' || s[10] == ' ') {
			return s[:10]
		}
	}
	return ""
}
