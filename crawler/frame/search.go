// Package frame is what sources do alike. A [Search] is a register that is asked
// with words, a [Works] a service that is asked for works by DOI. A source brings
// the addresses, the reading of an answer's list and the reading of a record;
// plans, pages, cursors, refreshes and checks are here. Which words are asked is
// written by past/crawler/boolean.
package frame

import (
	"cmp"
	"context"
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
	Query    string // in the register's form
	View     View
	Size     int    // most records of the answer
	Seen     int    // records before it
	Mark     string // of the page, as the answer before gave it; "" for the first
	From, To string // days of entry, YYYY-MM-DD, where only these are asked for
}

// List is what an answer says about the records in it.
type List struct {
	Total int // records that the query finds; -1 where the answer does not say
	IDs   []string
	Next  string            // mark of the next page, where pages have marks
	Rows  int               // entries of the answer; 0 means as many as there are ids
	Days  map[string]string // the day of the last change by id, of lists that give it
	Heard *crawler.Heard
	// Problems are entries that name no record.
	Problems []evidence.Problem
}

// Search is a register that is asked with words. Its fields are set once.
type Search struct {
	SourceID string
	Called   string           // its name for people
	Landed   string           // a record that the register has had for years
	Register crawler.Policy   // BaseURL is where it is asked
	Accept   []string         // media types of requests that name none
	Formats  []crawler.Format // of files with its records

	// Words writes what is asked; Parts does where words alone do not say it. Form
	// puts a part into the register's form, and Show that into words for people;
	// without them all three are one text.
	Words boolean.Writer
	Parts func(crawler.QuestionSet) []boolean.Part
	Form  func(boolean.Part) string
	Show  func(form string) string
	// Changed limits a query to what changed since a day; without it the register
	// cannot be asked for changes. Overlap is how far that reaches back before the
	// last complete crawl, a day where it is 0.
	Changed func(form string, since time.Time) string
	Overlap time.Duration
	// Together asks for changes in as few queries as find the same.
	Together bool
	// Look is how often known records are looked at that no query found; 0 is in
	// every increment.
	Look time.Duration

	// List writes a question; Read reads its answer.
	List func(at string, a Ask) crawler.Request
	Read func(body []byte, a Ask) (List, error)
	Size int // records a page
	// Weight is what a page should have in bytes; the size of pages follows it.
	Weight int
	Marks  bool // pages are asked for by mark, not by the number of records before them
	// Counted registers are asked how many rows there are before the first page.
	Counted  bool
	Overview bool // lists name records without holding them
	Dated    bool // lists give the day of a record's last change
	Whole    bool // lists always hold whole records, so that known ones are counted
	Window   int  // the largest result that is listed; larger ones are asked for by day of entry
	// Cut gives the records of a page, each as a payload; nil keeps pages whole.
	Cut func(evidence.Payload) []evidence.Payload

	// Naming writes a query for at most Batch records by id, and Get asks for
	// records themselves. A register has one of them or both.
	Naming func(ids []string) string
	Batch  int
	Get    *Get

	// Records reads a payload.
	Records func(evidence.Payload) (crawler.Parsed, error)
	// Stamp, where there is a small question that shows whether anything changed.
	Stamp *Stamp
	// Send changes a request as it is sent: what is the user's own is added here
	// and is in no stored address.
	Send func(crawler.Request) crawler.Request
	// Then is asked each query after this one has been read to its end.
	Then *Search
}

// Get asks for records by their ids.
type Get struct {
	Size int // ids in one request
	// Request has no URL for ids that the register cannot be asked for.
	Request func(at string, ids []string) crawler.Request
	// Read gives the ids of the records of an answer. It may put what is kept in
	// the place of the answer.
	Read func(res *crawler.Response, ids []string) ([]string, error)
	// Merges says that a register answers with the record that took another in.
	Merges bool
	// Aside says that a listed record whose answer cannot be used is kept aside
	// while the others go on.
	Aside bool
}

// Stamp is a small question whose answer shows whether anything changed.
type Stamp struct {
	Request func(at string) crawler.Request
	Read    func(*crawler.Response) (string, error)
}

var (
	_ crawler.Prober     = (*Search)(nil)
	_ crawler.Movable    = (*Search)(nil)
	_ crawler.Landmarked = (*Search)(nil)
	_ crawler.Quiet      = (*Search)(nil)
	_ crawler.Patient    = (*Search)(nil)
	_ crawler.Splitter   = (*Search)(nil)
	_ crawler.Described  = (*Search)(nil)
)

// Name implements crawler.Source.
func (s *Search) Name() string { return s.SourceID }

// Title implements crawler.Described.
func (s *Search) Title() string { return s.Called }

// Searched implements crawler.Described.
func (s *Search) Searched() bool { return true }

// Files implements crawler.Described.
func (s *Search) Files() []crawler.Format { return s.Formats }

// Policy implements crawler.Source. Where each value comes from is written in
// docs/sources.md.
func (s *Search) Policy() crawler.Policy { return s.Register }

// Landmark implements crawler.Landmarked.
func (s *Search) Landmark() string { return s.Landed }

// BatchSize implements crawler.Refresher.
func (s *Search) BatchSize() int {
	if s.Naming != nil && !s.Overview && s.Weight == 0 {
		return min(s.Batch, s.Size)
	}
	return s.Batch
}

// Parse implements crawler.Source.
func (s *Search) Parse(p evidence.Payload) (crawler.Parsed, error) { return s.Records(p) }

// LookEvery implements crawler.Patient.
func (s *Search) LookEvery() time.Duration { return s.Look }

// Split implements crawler.Splitter.
func (s *Search) Split(p evidence.Payload) []evidence.Payload {
	if s.Cut == nil {
		return []evidence.Payload{p}
	}
	return s.Cut(p)
}

// At implements crawler.Movable: endpoint is used instead of the register's own
// address. What Send adds is meant for the register and not sent there.
func (s *Search) At(endpoint string) crawler.Source { return s.at(strings.TrimRight(endpoint, "/")) }

func (s *Search) at(endpoint string) *Search {
	c := *s
	c.Register.BaseURL, c.Send = endpoint, nil
	if c.Then != nil {
		c.Then = c.Then.at(endpoint)
	}
	return &c
}

// do sends a request of this source.
func (s *Search) do(ctx context.Context, f crawler.Fetcher, r crawler.Request) (crawler.Response, error) {
	r.Source = s.SourceID
	if len(r.Accept) == 0 {
		r.Accept = s.Accept
	}
	if s.Send != nil {
		r = s.Send(r)
	}
	return f.Do(ctx, r)
}

// Probe implements crawler.Prober; a register without such a question has the
// stamp "".
func (s *Search) Probe(ctx context.Context, f crawler.Fetcher) (string, error) {
	if s.Stamp == nil {
		return "", nil
	}
	r := s.Stamp.Request(s.Register.BaseURL)
	r.NoStore = true
	res, err := s.do(ctx, f, r)
	if err != nil {
		return "", err
	}
	stamp, err := s.Stamp.Read(&res)
	return stamp, answer.WithPayload(err, &res)
}

// overlap is how far an increment reaches back before the last complete crawl.
const overlap = 24 * time.Hour

// from is the point from which changes are asked for.
func (s *Search) from(since time.Time) time.Time {
	return since.UTC().Add(-cmp.Or(s.Overlap, overlap))
}

// form is a part of a question as the register takes it, limited to what changed
// since a time unless that is zero.
func (s *Search) form(p boolean.Part, since time.Time) string {
	text := p.Text
	if s.Form != nil {
		text = s.Form(p)
	}
	if s.Changed != nil && !since.IsZero() {
		text = s.Changed(text, s.from(since))
	}
	return text
}

// Plan implements crawler.Source: a query for each substance, or for each group of
// words where they would be too long.
func (s *Search) Plan(q crawler.QuestionSet) ([]crawler.Query, error) {
	ask := s.Words.Plan
	switch {
	case s.Parts != nil:
		ask = s.Parts
	case s.Together && !q.Since.IsZero():
		ask = s.Words.Together
	}
	var out []crawler.Query
	for _, p := range ask(q) {
		one := crawler.Query{Key: p.Key, Form: s.form(p, q.Since), About: p.About}
		if one.Text = one.Form; s.Show != nil {
			one.Text = s.Show(one.Form)
		}
		if s.Changed == nil && s.Dated && !q.Since.IsZero() {
			one.Since = s.from(q.Since).Format(time.DateOnly)
			one.Text += " | updated since " + one.Since
		}
		r := s.List(s.Register.BaseURL, Ask{Query: one.Form, View: s.first(), Size: s.Size})
		one.URL, one.Method, one.Body = r.URL, r.Method, r.Body
		out = append(out, one)
	}
	return out, nil
}

// first is what the first question of a query wants to see.
func (s *Search) first() View {
	if s.Counted {
		return Count
	}
	return Full
}

// Unchanged implements crawler.Quiet for registers of trials that have no stamp: a
// search for the substances alone mostly counts no change.
func (s *Search) Unchanged(ctx context.Context, f crawler.Fetcher, q crawler.QuestionSet) (bool, error) {
	if s.Stamp != nil || s.Changed == nil || !s.Words.Trials {
		return false, nil
	}
	for _, p := range s.Words.Together(q) {
		l, err := s.ask(ctx, f, Ask{Query: s.form(p, q.Since), View: Count, Size: 1})
		if err != nil || l.Total > 0 {
			return false, err
		}
	}
	return true, nil
}

// got is an answer with its list.
type got struct {
	List
	payload evidence.Payload
}

func (s *Search) ask(ctx context.Context, f crawler.Fetcher, a Ask) (got, error) {
	r := s.List(s.Register.BaseURL, a)
	r.NoStore = a.View != Full || s.Overview
	res, err := s.do(ctx, f, r)
	if err != nil {
		return got{}, err
	}
	l, err := s.Read(res.Body, a)
	l.Rows = cmp.Or(l.Rows, len(l.IDs))
	return got{l, res.Payload}, answer.WithPayload(err, &res)
}
