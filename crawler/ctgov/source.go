package ctgov

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"past/crawler"
	"past/crawler/jsontree"
	"past/crawler/polite"
	"past/internal/evidence"
)

// baseURL is where the register serves API v2.
const baseURL = "https://clinicaltrials.gov/api/v2"

// Source is the register as the crawler asks it. Its zero value asks
// ClinicalTrials.gov itself.
type Source struct {
	// Base is the address of API v2 in place of the register's own.
	Base string
	// PageSize fixes the number of studies a page; 0 lets it follow the size
	// of the studies, so that a page is a few megabytes whatever they hold.
	PageSize int
}

var (
	_ crawler.Source  = (*Source)(nil)
	_ crawler.Prober  = (*Source)(nil)
	_ crawler.Checker = (*Source)(nil)
	_ crawler.Movable = (*Source)(nil)

	_ crawler.Splitter = (*Source)(nil)
)

// New gives a Source of the register itself.
func New() *Source { return &Source{} }

// Name implements crawler.Source.
func (s *Source) Name() string { return SourceName }

// At implements crawler.Movable: endpoint is the address of an API v2, such as
// http://127.0.0.1:8080/api/v2.
func (s *Source) At(endpoint string) crawler.Source {
	return &Source{Base: strings.TrimRight(endpoint, "/"), PageSize: s.PageSize}
}

func (s *Source) base() string {
	if s.Base == "" {
		return baseURL
	}
	return s.Base
}

// Policy implements crawler.Source. Where each value comes from is written in
// docs/sources.md.
func (s *Source) Policy() crawler.Policy {
	return crawler.Policy{
		BaseURL:   s.base(),
		Hosts:     []string{"clinicaltrials.gov", "www.clinicaltrials.gov"},
		PerSecond: 0.8,
		Burst:     1,
		Robots:    false,
		RobotsReason: "the API is documented by its owner for use by programs; the Crawl-delay of 1 s that robots.txt states for " +
			"it is kept by the rate",
		MaxBody: 32 << 20,
		Timeout: 2 * time.Minute,
		Terms:   "https://clinicaltrials.gov/about-site/terms-conditions",
	}
}

const (
	firstPage  = 50      // studies on a first page whose size nobody knows
	largest    = 1000    // the register gives no more
	targetPage = 2 << 20 // bytes that a page should have: what a crawl holds in memory grows with it
)

// Page implements crawler.Source. The cursor is "SIZE:TOKEN".
func (s *Source) Page(ctx context.Context, f crawler.Fetcher, q crawler.Query, cursor string) (crawler.Page, error) {
	size, token, err := s.cursor(cursor)
	if err != nil {
		return crawler.Page{}, err
	}
	if q.Limit > 0 {
		size = min(size, q.Limit)
	}
	for {
		page, studies, err := s.ask(ctx, f, q.URL, size, token)
		var large *polite.TooLargeError
		if errors.As(err, &large) && size > 1 {
			size /= 2
			continue
		}
		if err != nil {
			return page, pageError(err, token)
		}
		if page.Next != "" {
			page.Next = strconv.Itoa(s.nextSize(size, studies, len(page.Payloads[0].Body))) + ":" + page.Next
		}
		return page, nil
	}
}

func (s *Source) cursor(c string) (size int, token string, err error) {
	if c == "" {
		if s.PageSize > 0 {
			return min(s.PageSize, largest), "", nil
		}
		return firstPage, "", nil
	}
	n, token, ok := strings.Cut(c, ":")
	size, err = strconv.Atoi(n)
	if !ok || err != nil || size < 1 || token == "" {
		return 0, "", fmt.Errorf("cursor %q is not of this source: %w", c, crawler.ErrCursorExpired)
	}
	return min(size, largest), token, nil
}

// nextSize aims at pages of the target size from what this one weighed. It
// never grows more than fivefold, since large studies come in clusters.
func (s *Source) nextSize(size, studies, bytes int) int {
	if s.PageSize > 0 {
		return min(size, s.PageSize, largest)
	}
	if studies == 0 || bytes == 0 {
		return size
	}
	return max(1, min(targetPage/(bytes/studies+1), 5*size, largest))
}

// pageError distinguishes an expired token and a refused query from other faults.
func pageError(err error, token string) error {
	var status *crawler.StatusError
	if !errors.As(err, &status) {
		return err
	}
	switch {
	case token != "" && (status.Status == http.StatusBadRequest || status.Status == http.StatusGone):
		return fmt.Errorf("%w: %w", crawler.ErrCursorExpired, err)
	case status.Status/100 == 4 && status.Status != http.StatusTooManyRequests:
		return fmt.Errorf("the register refuses the query: %w: %w", crawler.ErrPermanent, err)
	}
	return err
}

// ask fetches one search page.
func (s *Source) ask(ctx context.Context, f crawler.Fetcher, first string, size int, token string) (crawler.Page, int, error) {
	u, err := url.Parse(first)
	if err != nil {
		return crawler.Page{}, 0, fmt.Errorf("query address: %w: %w", crawler.ErrPermanent, err)
	}
	v := u.Query()
	v.Set("pageSize", strconv.Itoa(size))
	if token != "" {
		v.Set("pageToken", token)
	}
	u.RawQuery = v.Encode()
	res, err := f.Do(ctx, crawler.Request{Source: SourceName, URL: u.String(), Accept: []string{"application/json"}})
	if err != nil {
		return crawler.Page{}, 0, err
	}
	shape, err := searchPage(&res)
	if err != nil {
		return crawler.Page{}, 0, err
	}
	page := crawler.Page{Payloads: []evidence.Payload{res.Payload}, Next: shape.next, Total: shape.total}
	for _, p := range shape.pieces {
		if id := idIn(p.body); id != "" {
			page.Hits = append(page.Hits, id)
		}
	}
	return page, len(shape.pieces), nil
}

// searchPage holds an answer to the shape of a search page that is whole.
func searchPage(res *crawler.Response) (shape, error) {
	s, err := cutPayload(res.Body)
	if err == nil {
		err = s.cut
	}
	if err == nil && !s.page {
		err = &crawler.AnswerError{Kind: crawler.KindWrongShape, Message: "no page of studies"}
	}
	return s, withPayload(err, res)
}

// withPayload gives an error about an answer the answer itself.
func withPayload(err error, res *crawler.Response) error {
	var a *crawler.AnswerError
	if errors.As(err, &a) {
		a.Payload = &res.Payload
		if a.Where == "" || a.Where[0] == '/' {
			a.Where = strings.TrimSuffix(res.URL+"#"+a.Where, "#")
		}
	}
	return err
}

// Probe implements crawler.Prober: the stamp is the register's data timestamp
// and API version.
func (s *Source) Probe(ctx context.Context, f crawler.Fetcher) (string, error) {
	res, err := f.Do(ctx, crawler.Request{Source: SourceName, URL: s.base() + "/version", Accept: []string{"application/json"}, NoStore: true})
	if err != nil {
		return "", err
	}
	n, err := jsontree.Parse(res.Body)
	if err != nil {
		return "", withPayload(syntaxError(err, ""), &res)
	}
	at := str(n, "dataTimestamp")
	if at == "" {
		return "", withPayload(&crawler.AnswerError{Kind: crawler.KindWrongShape, Message: "no dataTimestamp"}, &res)
	}
	return strings.TrimSpace(at + " " + str(n, "apiVersion")), nil
}

// maxField bounds the encoded length of one search field. The register states
// no limit; servers commonly refuse addresses beyond 8,000 bytes, and two
// fields with their parameters stay well below that.
const maxField = 3000

// overlap is how far an increment reaches back before the last complete crawl:
// the register's dates have no time of day, and its day is not ours.
const overlap = 24 * time.Hour

// Plan implements crawler.Source: for each substance its synonyms in the field
// "Intervention/treatment" and, unless the substance is rare, those of all
// conditions in "Condition/disease", cut into several queries where they would be too long. The register's own
// search adds its synonyms to ours.
func (s *Source) Plan(q crawler.QuestionSet) ([]crawler.Query, error) {
	var conds []string
	for _, c := range q.Conditions {
		conds = append(conds, c.Terms...)
	}
	condFields := fields(conds)
	if len(q.Substances) == 0 && len(conds) == 0 {
		return nil, nil
	}
	subs := q.Substances
	if len(subs) == 0 {
		subs = []crawler.Concept{{ID: "conditions"}}
	}
	var out []crawler.Query
	for _, sub := range subs {
		intrFields := fields(sub.Terms)
		conditions := condFields
		if sub.Rare {
			conditions = []string{""}
		}
		parts := len(intrFields) * len(conditions)
		n := 0
		for _, intr := range intrFields {
			for _, cond := range conditions {
				n++
				if intr == "" && cond == "" {
					continue
				}
				query := s.query(sub.ID, part(n, parts), intr, cond, q)
				query.About.Conditions = named(q.Conditions, cond)
				if len(q.Substances) > 0 {
					query.About.Substances = []string{sub.ID}
				}
				out = append(out, query)
			}
		}
	}
	return out, nil
}

// named are the concepts of which a search field holds a word.
func named(concepts []crawler.Concept, field string) []string {
	var out []string
	words := strings.Split(strings.ToLower(field), " or ")
	for _, c := range concepts {
		if slices.ContainsFunc(c.Terms, func(t string) bool { return t != "" && slices.Contains(words, strings.ToLower(term(t))) }) {
			out = append(out, c.ID)
		}
	}
	return out
}

func part(n, of int) string {
	if of == 1 {
		return ""
	}
	return "-" + strconv.Itoa(n) + "of" + strconv.Itoa(of)
}

func (s *Source) query(id, part, intr, cond string, q crawler.QuestionSet) crawler.Query {
	v := url.Values{}
	var text []string
	set := func(param, label, value string) {
		if value != "" {
			v.Set(param, value)
			text = append(text, label+": "+value)
		}
	}
	set("query.cond", "Condition/disease", cond)
	set("query.intr", "Intervention/treatment", intr)
	if !q.Since.IsZero() {
		from := q.Since.UTC().Add(-overlap).Format(time.DateOnly)
		v.Set("filter.advanced", "AREA[LastUpdatePostDate]RANGE["+from+",MAX]")
		text = append(text, "Last update posted, from: "+from)
	}
	v.Set("format", "json")
	v.Set("countTotal", "true")
	// A study's first posting never changes, so no study moves from one page
	// to another while they are read.
	v.Set("sort", "StudyFirstPostDate:asc")
	return crawler.Query{
		Key:  id + part + "-" + keyHash(intr, cond),
		Text: strings.Join(text, " | "),
		URL:  s.base() + "/studies?" + v.Encode(),
	}
}

// keyHash identifies what is asked, in whatever order its words stand.
func keyHash(fields ...string) string {
	var all []string
	for i, f := range fields {
		for _, t := range strings.Split(f, " OR ") {
			all = append(all, strconv.Itoa(i)+strings.ToLower(t))
		}
	}
	slices.Sort(all)
	sum := sha256.Sum256([]byte(strings.Join(all, "\n")))
	return hex.EncodeToString(sum[:4])
}

// fields joins terms with OR into as few search fields as the length limit
// allows; no terms give one empty field.
func fields(terms []string) []string {
	var out []string
	var field string
	seen := map[string]bool{}
	for _, t := range terms {
		t = term(t)
		if low := strings.ToLower(t); t == "" || seen[low] {
			continue
		} else {
			seen[low] = true
		}
		longer := t
		if field != "" {
			longer = field + " OR " + t
		}
		if field != "" && len(url.QueryEscape(longer)) > maxField {
			out = append(out, field)
			longer = t
		}
		field = longer
	}
	return append(out, field)
}

// operators of the register's search language must not be read as such when
// they are words of a term.
var operators = []string{"AND", "OR", "NOT", "AREA", "SEARCH", "RANGE", "COVERAGE", "EXPANSION", "MISSING", "CONCEPT", "ALL", "TILT"}

// term writes a term so that the register takes it as words: quoted, unless it
// is a single plain one.
func term(t string) string {
	t = strings.Join(strings.Fields(strings.NewReplacer(`"`, " ", `\`, " ").Replace(t)), " ")
	plain := t != ""
	for _, r := range t {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9') {
			plain = false
		}
	}
	if plain && !slices.Contains(operators, strings.ToUpper(t)) || t == "" {
		return t
	}
	return `"` + t + `"`
}
