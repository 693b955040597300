package frame

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"past/crawler"
	"past/crawler/answer"
	"past/crawler/drift"
	"past/crawler/jsontree"
	"past/internal/evidence"
	"past/internal/ident"
)

// Works is a service that is asked for works by DOI, after the sources that bring
// the DOIs. Its fields are set once.
type Works struct {
	Register crawler.Policy // BaseURL is where it is asked
	SourceID string
	Called   string           // its name for people
	Formats  []crawler.Format // of files with its records
	Batch    int              // DOIs in one question
	// Address writes the address of a question for works that changed since a day,
	// which is empty for all.
	Address func(at string, dois []string, since string) string
	// Alone reports whether a DOI cannot be asked for together with others.
	Alone func(doi string) bool
	// Dated says that the service can be asked for what changed.
	Dated bool
	// In finds the works of an answer, or of a file.
	In func(*jsontree.Node) (Found, error)
	// Record reads a work, whose DOI is under the key DOI.
	DOI    string
	Record func(n *jsontree.Node, doi string, at evidence.Provenance) evidence.Record
	// Other reads payloads that are no JSON, ok is false for those that are.
	Other func(evidence.Payload) (p crawler.Parsed, ok bool, err error)

	mailto string
	dois   func() ([]string, error) // canonical, sorted, each once; the same at every call
}

// Found are the works in an answer, with the pointers to them.
type Found struct {
	Works    []*jsontree.Node
	Pointers []string
	Count    string // how many the answer says there are
	At       string // pointer of the list
}

// Listed finds works in a list.
func Listed(list *jsontree.Node, at string) Found {
	f := Found{At: at}
	items := list.Items()
	for i := range items {
		f.Works, f.Pointers = append(f.Works, &items[i]), append(f.Pointers, at+"/"+strconv.Itoa(i))
	}
	return f
}

var (
	_ crawler.Movable   = (*Works)(nil)
	_ crawler.Follower  = (*Works)(nil)
	_ crawler.Described = (*Works)(nil)
)

// Given names the works that are asked for: DOIs in any spelling. What is no DOI
// is left out. list is called once, after the sources that bring them; mailto is
// the address by which a service puts a program into its polite pool, and is in no
// stored address of a payload.
func (s *Works) Given(list func() ([]string, error), mailto string) *Works {
	s.mailto = strings.TrimSpace(mailto)
	s.dois = sync.OnceValues(func() ([]string, error) {
		if list == nil {
			return nil, nil
		}
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
	return s
}

// Name implements crawler.Source.
func (s *Works) Name() string { return s.SourceID }

// Title implements crawler.Described.
func (s *Works) Title() string { return s.Called }

// Searched implements crawler.Described.
func (s *Works) Searched() bool { return false }

// Files implements crawler.Described.
func (s *Works) Files() []crawler.Format { return s.Formats }

// Follows implements crawler.Follower: other sources bring the DOIs.
func (s *Works) Follows() bool { return true }

// Policy implements crawler.Source. Where each value comes from is written in
// docs/sources.md.
func (s *Works) Policy() crawler.Policy { return s.Register }

// Parse implements crawler.Source.
func (s *Works) Parse(p evidence.Payload) (crawler.Parsed, error) {
	p = answer.Hashed(p)
	if s.Other != nil {
		if out, ok, err := s.Other(p); ok {
			return out, err
		}
	}
	n, problems, err := answer.Document(p)
	if err != nil {
		return crawler.Parsed{}, err
	}
	found, err := s.In(n)
	if err != nil {
		return crawler.Parsed{}, err
	}
	out := crawler.Parsed{Problems: problems}
	if len(found.Works) == 0 {
		out.Problems = append(out.Problems, answer.Promised(found.Count, found.At)...)
	}
	s.each(found, func(i int, doi, fault string) {
		if doi == "" {
			kind := crawler.KindNoID
			if strings.HasPrefix(fault, "a second") {
				kind = crawler.KindDuplicate
			}
			out.Problems = append(out.Problems, evidence.Problem{Kind: kind, Where: found.Pointers[i], Message: fault})
			return
		}
		out.Records = append(out.Records, s.Record(found.Works[i], doi, evidence.Provenance{PayloadSHA256: p.SHA256, Pointer: found.Pointers[i]}))
	})
	out.Problems = append(out.Problems, drift.Problems(out.Records)...)
	answer.Stamp(&out, s.SourceID, p)
	return out, nil
}

// each takes the works in their order: the DOI of each, or what is wrong with it.
func (s *Works) each(found Found, take func(i int, doi, fault string)) {
	var seen answer.Once
	for i, w := range found.Works {
		raw := w.Get(s.DOI).Scalar()
		doi, ok := ident.DOI(raw)
		switch {
		case !ok:
			take(i, "", fmt.Sprintf("a work without a usable DOI: %q", raw))
		case !seen.First(doi):
			take(i, "", fmt.Sprintf("a second work with the DOI %s; the first is kept", doi))
		default:
			take(i, doi, "")
		}
	}
}

// ids gives the record ids of an answer, and its own count without the works that
// are none of their own.
func (s *Works) ids(body []byte) (ids []string, total int, err error) {
	n, err := answer.JSON(body)
	if err != nil {
		return nil, 0, err
	}
	found, err := s.In(n)
	total, _ = strconv.Atoi(found.Count)
	s.each(found, func(_ int, doi, _ string) {
		if doi == "" {
			total--
			return
		}
		ids = append(ids, "doi:"+doi)
	})
	return ids, total, err
}

// At implements crawler.Movable: endpoint is used instead of the service's own
// address. The address for the polite pool is not sent there.
func (s *Works) At(endpoint string) crawler.Source {
	c := *s
	c.Register.BaseURL, c.mailto = strings.TrimRight(endpoint, "/"), ""
	return &c
}

const sinceMark = " changed since "

// Plan implements crawler.Source: one query for all DOIs given. The question's
// words are not asked.
func (s *Works) Plan(q crawler.QuestionSet) ([]crawler.Query, error) {
	all, err := s.dois()
	if err != nil || len(all) == 0 {
		return nil, err
	}
	first, _ := s.next(all, 0, s.Batch)
	text, since := strings.Join(all, " "), ""
	if !q.Since.IsZero() && s.Dated {
		since = q.Since.UTC().Add(-overlap).Format(time.DateOnly)
		text += sinceMark + since
	}
	return []crawler.Query{{Key: "dois-" + answer.Sum([]byte(strings.Join(all, "\n")))[:8], Text: text,
		URL: s.Address(s.Register.BaseURL, first, since)}}, nil
}

// next gives the DOIs that one request can ask for, from the ith on, and the
// index after them.
func (s *Works) next(all []string, i, size int) ([]string, int) {
	j := i + 1
	for !s.Alone(all[i]) && j < len(all) && j-i < size && !s.Alone(all[j]) {
		j++
	}
	return all[i:j], j
}

// Page implements crawler.Source. The cursor is the index of the next DOI.
func (s *Works) Page(ctx context.Context, f crawler.Fetcher, q crawler.Query, cursor string) (crawler.Page, error) {
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
	_, since, _ := strings.Cut(q.Text, sinceMark)
	size := s.Batch
	if q.Limit > 0 {
		size = min(size, q.Limit)
	}
	dois, j := s.next(all, i, size)
	page, err := s.ask(ctx, f, dois, since)
	if err == nil && j < len(all) {
		page.Next = strconv.Itoa(j)
	}
	return page, err
}

func (s *Works) ask(ctx context.Context, f crawler.Fetcher, dois []string, since string) (crawler.Page, error) {
	plain := s.Address(s.Register.BaseURL, dois, since)
	full := plain
	if s.mailto != "" {
		sep := "?"
		if strings.Contains(plain, "?") {
			sep = "&"
		}
		full += sep + "mailto=" + url.QueryEscape(s.mailto)
	}
	res, err := f.Do(ctx, crawler.Request{Source: s.SourceID, URL: full, Accept: []string{"application/json"}})
	if answer.NotThere(err) {
		return crawler.Page{}, nil // another agency's DOI
	}
	if err != nil {
		return crawler.Page{}, answer.Refused(err, false)
	}
	res.URL = plain
	ids, total, err := s.ids(res.Body)
	if err != nil {
		return crawler.Page{}, answer.WithPayload(err, &res)
	}
	if len(dois) > 1 && len(ids) > 0 && !slices.ContainsFunc(ids, func(id string) bool { return slices.Contains(dois, id[len("doi:"):]) }) {
		return crawler.Page{}, answer.Fault(&res, crawler.KindWrongShape, "asked for %d works, the answer has others, such as %s",
			len(dois), ids[0])
	}
	page := crawler.Page{Payloads: []evidence.Payload{res.Payload}, Hits: ids}
	if total > len(ids) {
		page.Problems = append(page.Problems, evidence.Problem{Kind: crawler.KindMissing, Where: plain,
			Message: fmt.Sprintf("%d works match and %d were given", total, len(ids))})
	}
	return page, nil
}
