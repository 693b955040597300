package crossref

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"past/crawler"
	"past/crawler/answer"
	"past/crawler/jsontree"
	"past/internal/evidence"
	"past/internal/ident"
)

const (
	// SourceName is the name under which payloads and records are kept.
	SourceName = "crossref"
	baseURL    = "https://api.crossref.org"
	// batch is how many DOIs one request names: an address of about 2,500
	// bytes.
	batch = 40
	// overlap is how far an increment reaches back before the last complete
	// crawl.
	overlap = 24 * time.Hour
)

// Source is Crossref as the crawler asks it.
type Source struct {
	at     string
	mailto string
	dois   func() ([]string, error) // canonical, sorted, each once; the same at every call
	batch  int
}

var (
	_ crawler.Source   = (*Source)(nil)
	_ crawler.Movable  = (*Source)(nil)
	_ crawler.Follower = (*Source)(nil)
)

// Option changes what is asked and how.
type Option func(*Source)

// WithDOIs names the works that are asked for: DOIs in any spelling. What is
// no DOI is left out.
func WithDOIs(dois []string) Option {
	return WithKnown(func() ([]string, error) { return dois, nil })
}

// WithKnown is [WithDOIs] for works that are known only when it comes to asking:
// list is called once, after the sources that bring them.
func WithKnown(list func() ([]string, error)) Option {
	return func(s *Source) {
		s.dois = sync.OnceValues(func() ([]string, error) {
			given, err := list()
			var dois []string
			for _, d := range given {
				if d, ok := ident.DOI(d); ok {
					dois = append(dois, d)
				}
			}
			slices.Sort(dois)
			return slices.Compact(dois), err
		})
	}
}

// WithMailto gives the address by which Crossref puts a program into its
// polite pool. It is in no stored address of a payload.
func WithMailto(email string) Option { return func(s *Source) { s.mailto = strings.TrimSpace(email) } }

// New gives a Source of Crossref itself. Without DOIs it has nothing to ask.
func New(opts ...Option) *Source {
	s := &Source{at: baseURL, batch: batch}
	WithDOIs(nil)(s)
	for _, o := range opts {
		o(s)
	}
	return s
}

// Name implements crawler.Source.
func (s *Source) Name() string { return SourceName }

// Follows implements crawler.Follower: other sources bring the DOIs.
func (s *Source) Follows() bool { return true }

// At implements crawler.Movable: endpoint replaces
// https://api.crossref.org. The address for the polite pool is not sent there.
func (s *Source) At(endpoint string) crawler.Source {
	c := *s
	c.at, c.mailto = strings.TrimRight(endpoint, "/"), ""
	return &c
}

// Policy implements crawler.Source. Where each value comes from is written in
// docs/sources.md.
func (s *Source) Policy() crawler.Policy {
	return crawler.Policy{
		BaseURL: s.at, Hosts: []string{"api.crossref.org"}, PerSecond: 1, Burst: 1,
		RobotsReason: "the REST API is documented by its owner for use by programs; robots.txt is for the pages",
		MaxBody:      64 << 20, Timeout: 2 * time.Minute,
		Terms: "https://www.crossref.org/documentation/retrieve-metadata/rest-api/",
	}
}

// Plan implements crawler.Source: one query for all DOIs given. The question's
// words are not asked.
func (s *Source) Plan(q crawler.QuestionSet) ([]crawler.Query, error) {
	all, err := s.dois()
	if err != nil || len(all) == 0 {
		return nil, err
	}
	first, _ := next(all, 0, s.batch)
	text := "doi:" + strings.Join(all, ",doi:")
	since := ""
	if !q.Since.IsZero() {
		since = q.Since.UTC().Add(-overlap).Format(time.DateOnly)
		text += ",from-update-date:" + since
	}
	return []crawler.Query{{Key: "dois-" + answer.Sum([]byte(strings.Join(all, "\n")))[:8], Text: text, URL: s.address(first, since)}}, nil
}

// next gives the DOIs that one request can ask for, from the ith on, and the
// index after them. A DOI with a comma cannot stand in a filter and is asked
// for by itself.
func next(all []string, i, size int) ([]string, int) {
	if strings.Contains(all[i], ",") {
		return all[i : i+1], i + 1
	}
	j := i
	for j < len(all) && j-i < size && !strings.Contains(all[j], ",") {
		j++
	}
	return all[i:j], j
}

func (s *Source) address(dois []string, since string) string {
	if len(dois) == 1 && strings.Contains(dois[0], ",") {
		return s.at + "/works/" + url.PathEscape(dois[0])
	}
	filter := "doi:" + strings.Join(dois, ",doi:")
	if since != "" {
		filter += ",from-update-date:" + since
	}
	return s.at + "/works?" + url.Values{"filter": {filter}, "rows": {strconv.Itoa(len(dois))}}.Encode()
}

var sinceIn = regexp.MustCompile(`,from-update-date:(\d{4}-\d{2}-\d{2})$`)

// Page implements crawler.Source. The cursor is the index of the next DOI.
func (s *Source) Page(ctx context.Context, f crawler.Fetcher, q crawler.Query, cursor string) (crawler.Page, error) {
	all, err := s.dois()
	if err != nil {
		return crawler.Page{}, err
	}
	i := 0
	if cursor != "" {
		if i, err = strconv.Atoi(cursor); err != nil || i <= 0 || i >= len(all) {
			return crawler.Page{}, fmt.Errorf("cursor %q is not of this source: %w", cursor, crawler.ErrCursorExpired)
		}
	}
	since := ""
	if m := sinceIn.FindStringSubmatch(q.Text); m != nil {
		since = m[1]
	}
	size := s.batch
	if q.Limit > 0 {
		size = min(size, q.Limit)
	}
	dois, j := next(all, i, size)
	page, err := s.ask(ctx, f, dois, since)
	if err != nil {
		return page, err
	}
	if j < len(all) {
		page.Next = strconv.Itoa(j)
	}
	return page, nil
}

func (s *Source) ask(ctx context.Context, f crawler.Fetcher, dois []string, since string) (crawler.Page, error) {
	plain := s.address(dois, since)
	full := plain
	if s.mailto != "" {
		sep := "?"
		if strings.Contains(plain, "?") {
			sep = "&"
		}
		full += sep + "mailto=" + url.QueryEscape(s.mailto)
	}
	res, err := f.Do(ctx, crawler.Request{Source: SourceName, URL: full, Accept: []string{"application/json"}})
	if answer.NotThere(err) {
		return crawler.Page{}, nil // another agency's DOI
	}
	if err != nil {
		return crawler.Page{}, answer.Refused(err, false)
	}
	res.URL = plain
	ids, total, err := readIDs(res.Body)
	if err != nil {
		return crawler.Page{}, answer.WithPayload(err, &res)
	}
	page := crawler.Page{Payloads: []evidence.Payload{res.Payload}, Hits: ids}
	if total > len(ids) {
		page.Problems = append(page.Problems, evidence.Problem{Kind: crawler.KindMissing, Where: plain,
			Message: fmt.Sprintf("%d works match and %d were given", total, len(ids))})
	}
	return page, nil
}

// readIDs gives the record ids of an answer in their order, and its own count.
func readIDs(body []byte) (ids []string, total int, err error) {
	n, err := answer.JSON(body)
	if err != nil {
		return nil, 0, err
	}
	works, _, err := worksIn(n)
	if err != nil {
		return nil, 0, err
	}
	for _, w := range works {
		if doi, ok := ident.DOI(w.Get("DOI").Scalar()); ok {
			ids = append(ids, "doi:"+doi)
		}
	}
	total, _ = strconv.Atoi(n.At("message", "total-results").Scalar())
	return ids, total, nil
}

// worksIn finds the works of an answer and the pointers to them: one work, a
// list, or a bare work or list as files hold them.
func worksIn(n *jsontree.Node) (works []*jsontree.Node, pointers []string, err error) {
	m, base := n.Get("message"), "/message"
	if m.Kind == jsontree.Absent {
		m, base = n, ""
	}
	list := m.Get("items")
	if list.Kind == jsontree.Array {
		base += "/items"
	} else if base == "" {
		list = m
	}
	if list.Kind == jsontree.Array {
		items := list.Items()
		for i := range items {
			works, pointers = append(works, &items[i]), append(pointers, base+"/"+strconv.Itoa(i))
		}
		return works, pointers, nil
	}
	if m.Kind == jsontree.Object && m.Get("DOI").Scalar() != "" {
		return []*jsontree.Node{m}, []string{base}, nil
	}
	words := "no works in it"
	if list := n.Get("message").Items(); n.Get("status").Scalar() == "failed" && len(list) > 0 {
		words = "the service reports: " + list[0].Get("message").Scalar()
	}
	return nil, nil, &crawler.AnswerError{Kind: crawler.KindWrongShape, Where: base, Message: "no answer about works: " + words}
}
