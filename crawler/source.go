package crawler

import (
	"context"
	"time"

	"past/internal/evidence"
)

// Source is one register, spoken in its own protocol. A Source keeps no state
// between calls: where it is is in the cursor, which the Collector commits
// with each page.
type Source interface {
	// Name is the short name used in flags and rows: "ctgov", "pubmed", …
	Name() string
	// Policy is the written policy that the transport keeps for this source.
	Policy() Policy
	// Plan turns a declared question set into the register's own queries, in
	// a fixed order. It does not talk to the network.
	Plan(q QuestionSet) ([]Query, error)
	// Page fetches the page of q that cursor names ("" is the first). It may
	// make several requests (a search page and the records on it), but what
	// it returns is committed as one unit. Errors wrap ErrPermanent (the same
	// request will fail again), ErrCursorExpired (start the query again) or
	// neither (worth another try later).
	Page(ctx context.Context, f Fetcher, q Query, cursor string) (Page, error)
	// Parse reads a stored payload into records. It is pure: the same bytes
	// give the same records, which is what a rebuild rests on. What cannot be
	// read comes back as problems; an error means that nothing could.
	Parse(p evidence.Payload) (Parsed, error)
}

// Splitter is a Source whose pages hold many records: each is kept as a payload
// of its own, byte for byte, so that reading one does not mean reading all.
type Splitter interface {
	// Split gives a page's records, or the page itself where it is not whole
	// and as expected.
	Split(p evidence.Payload) []evidence.Payload
}

// Prober is a Source with one small question that reports whether anything can
// have changed since the stamp it gave last time; the stamp "" says nothing.
type Prober interface {
	Probe(ctx context.Context, f Fetcher) (stamp string, err error)
}

// Refresher is a Source that fetches known records by id, so that those a
// query no longer finds are refreshed all the same. Ids that the register no
// longer has come back in Page.Gone.
type Refresher interface {
	// BatchSize is how many ids one call may take.
	BatchSize() int
	Refresh(ctx context.Context, f Fetcher, ids []string) (Page, error)
}

// Checker is a Refresher that can tell with small questions which known records
// are worth a refresh, so that an increment need not fetch them all again.
type Checker interface {
	Refresher
	// Check sorts known ids: stale ones may have changed since the given time
	// and want a refresh, gone ones the register no longer has. Ids in neither
	// list are unchanged. known holds at most BatchSize entries.
	Check(ctx context.Context, f Fetcher, known []Known, since time.Time) (stale, gone []string, err error)
}

// Known is a record that a store holds.
type Known struct {
	ID     string
	Stated string    // the register's date of its current version, "" when unknown
	Seen   time.Time // when that version first came
	Filed  bool      // it came from a file
}

// KnownIDs are the ids of known records.
func KnownIDs(known []Known) []string {
	ids := make([]string, len(known))
	for i, k := range known {
		ids[i] = k.ID
	}
	return ids
}

// Quiet is a Source that can say with few small questions that no query of a
// plan finds a record which changed since q.Since.
type Quiet interface {
	Unchanged(ctx context.Context, f Fetcher, q QuestionSet) (bool, error)
}

// Patient is a Checker whose known records are looked at from time to time and
// not in every increment: its increments find what changed, and what is gone
// may be noticed later. LookEvery 0 is in every increment.
type Patient interface {
	Checker
	LookEvery() time.Duration
}

// Landmarked is a Refresher that names a record which the register has had for
// years: where it does not come, the register is not what it was.
type Landmarked interface {
	Refresher
	Landmark() string
}

// Follower is a Source that asks about what the other sources brought: it goes
// after them.
type Follower interface {
	Follows() bool
}

// Movable is a Source that can be asked at another address than the register's
// own: a mirror, or a server of a test.
type Movable interface {
	// At gives the source as it is served below endpoint, which replaces
	// Policy.BaseURL.
	At(endpoint string) Source
}

// Described is a Source that says of itself what readers and importers need.
type Described interface {
	// Title is its name for people.
	Title() string
	// Searched reports whether it is asked with words. One that is not is asked by
	// identifier or dataset, only when a person names it, and its answers are no
	// search.
	Searched() bool
	// Files are the formats of files with its records.
	Files() []Format
}

// Format is one in which files hold the records of a source.
type Format struct {
	Media string
	Frame Frame
	// Elements are the names of record elements, of FrameXML.
	Elements []string
	// Begins is how a record begins, of FrameBlocks.
	Begins string
	// Recognise recognises a file by its name and beginning.
	Recognise func(name string, head []byte) bool
	// Any is set for what is tried after the formats of all sources.
	Any bool
}

// Frame is how a format holds its records.
type Frame int

const (
	FrameWhole  Frame = iota // the file is one record, or cannot be cut
	FrameJSON                // lists, answers, one value a line
	FrameXML                 // elements
	FrameTable               // rows under a header line
	FrameBlocks              // blocks of tagged lines
)

// QuestionSet is what is asked of every register: substances and conditions
// with their synonyms, and the point in time since which changes are wanted.
type QuestionSet struct {
	Substances []Concept
	Conditions []Concept
	// Since limits a crawl to records changed since then (with the source's
	// own overlap); the zero time asks for all.
	Since time.Time
	// Limit bounds the number of records per source; 0 is no bound.
	Limit int
}

// Concept is a vocabulary entry with the words that registers use for it.
type Concept struct {
	ID    string
	Terms []string
	// Mesh are headings of the vocabulary with which PubMed indexes.
	Mesh []string
	// Rare marks a substance for which registers of trials are asked without a
	// condition. Literature has too much of any.
	Rare bool
}

// Query is one query in a register's own language.
type Query struct {
	// Key is stable for the same question set, whatever Since is: cursors and hit
	// lists are kept under it. A plan with Since may have fewer queries, with keys
	// of their own.
	Key string
	// Text is the query as one can paste it into the register's web page.
	Text string
	// Form is the query as the source itself sends it, and Since the day from which
	// changes are wanted where the register cannot be asked for them: of use to the
	// source alone.
	Form, Since string
	// URL is the first request, with parameters.
	URL string
	// Body and Method are for registers that are asked by POST.
	Method string
	Body   []byte
	// About names what the query's words stand for.
	About About
	// Limit is how many records are still wanted; 0 is no bound. The Collector
	// sets it before each page, and a Source asks for no more where it can.
	Limit int
}

// About names the concepts whose words a query holds, by [Concept] id. None of
// a kind means that the query is not limited by it. Where a question had to be
// cut into several queries, only all of them together cover it.
type About struct {
	Substances []string
	Conditions []string
}

// Heard is what a source did with the words of a query, in its own words.
type Heard struct {
	Translation string   // the query as the source read it
	NotFound    []string // phrases and fields that it does not know or left out
}

// Page is what one call of Source.Page brought.
type Page struct {
	// Payloads in the order received; each body is kept byte for byte.
	Payloads []evidence.Payload
	// Parsed is what Parse gives for each of Payloads, where the source has
	// read them for the hit list anyway; nil leaves that to the Collector.
	Parsed []Parsed
	// Hits are the ids on this page of the query's hit list, in its order.
	Hits []string
	// Gone are ids that the register says it no longer has.
	Gone []string
	// Next is the cursor of the next page; "" ends the query.
	Next string
	// Total is the register's own count for the query, where it gave one.
	Total *int
	// Heard is set on the page with which the source says what it did with the
	// words.
	Heard *Heard
	// Problems are what was set aside while fetching.
	Problems []evidence.Problem
}

// Parsed is what a payload holds.
type Parsed struct {
	Records  []evidence.Record
	Problems []evidence.Problem
}

// Response is one complete answer.
type Response struct {
	evidence.Payload
	// NotModified is set when the register answered 304 to stored validators;
	// Body is then empty and SHA256 that of the stored payload.
	NotModified bool
}

// Request is one request of a Source.
type Request struct {
	Source string
	Method string // GET when empty
	URL    string
	Header map[string]string
	Body   []byte
	// Accept lists the media types that make sense as an answer ("application/json"); an
	// answer that neither calls itself nor looks like one of them is an
	// *AnswerError that names it. Empty accepts all.
	Accept []string
	// Conditional sends the validators stored for the URL, so that the answer
	// may be NotModified: for sources that can do without the body then.
	Conditional bool
	// NoStore marks probes whose answer is not evidence.
	NoStore bool
}

// Fetcher sends one request under the source's policy and returns the whole
// answer. Statuses other than 2xx and 304 are errors of type *StatusError.
type Fetcher interface {
	Do(ctx context.Context, r Request) (Response, error)
}

// Sink takes what a crawl collects. A store implements it; the crawler knows
// no store.
type Sink interface {
	// Commit keeps a batch and its cursor in one transaction: after a crash
	// either all of it is there or none.
	Commit(ctx context.Context, b Batch) (CommitResult, error)
	// Cursor returns the cursor that was last committed for a query of a
	// source, Done or not: a crawl that was killed between two queries can so
	// tell those it has finished. ok is false for a query never begun.
	Cursor(ctx context.Context, source, queryKey string) (c Cursor, ok bool, err error)
	// Mark returns the source's high-water mark: the probe stamp and the time
	// of the last complete crawl.
	Mark(ctx context.Context, source string) (Mark, error)
	// SetMark records that a crawl of the source is complete.
	SetMark(ctx context.Context, source string, m Mark) error
	// Known lists the records of a source that are not tombstoned, by id.
	Known(ctx context.Context, source string) ([]Known, error)
	// Validators returns the last validators for a URL.
	Validators(ctx context.Context, url string) (etag, lastModified, sha256 string, err error)
	// LogFetch keeps one request's outcome; failures are kept too.
	LogFetch(ctx context.Context, f evidence.Fetch) error
}

// Memory is a Sink that keeps small values between crawls. Without it a crawl
// marks nothing as gone that would need a second look at another time.
type Memory interface {
	State(ctx context.Context, key string) (string, error)
	SetState(ctx context.Context, key, value string) error
}

// HitLister is a Sink that can give a query's hit list back. With it a crawl
// that goes on after a crash knows what it had found before.
type HitLister interface {
	Hits(ctx context.Context, source, queryKey string) ([]string, error)
}

// Batch is one unit of a crawl: a page with its records and its cursor. Records
// are what Source.Parse makes of the payloads. A batch without QueryKey is no
// page of a query (a refresh): its Cursor and Hits say nothing. A first page
// (HitBase 0, Cursor.Seen > 0) replaces the query's hit list of earlier crawls.
type Batch struct {
	Source   string
	QueryKey string
	Query    string // Query.Text, kept beside the hit list
	About    About  // Query.About, kept likewise
	Heard    *Heard
	Run      string // id of the crawl run
	Payloads []evidence.Payload
	Records  []evidence.Record
	Hits     []string
	HitBase  int // rank of the first hit in the query's list
	Gone     []string
	Problems []evidence.Problem
	Cursor   Cursor
}

// Cursor is where a query is.
type Cursor struct {
	Next  string    `json:"next"`  // "" with Done unset means the first page
	Done  bool      `json:"done"`  // the query has been read to its end
	Seen  int       `json:"seen"`  // hits so far
	Total *int      `json:"total"` // as the register said on the first page
	Since time.Time `json:"since"` // the QuestionSet.Since it was begun with
	Run   string    `json:"run"`
	At    time.Time `json:"at"`
	// Started is when the crawl began that the cursor belongs to; a crawl that
	// goes on after a crash is complete as of this time, not of its own.
	Started time.Time `json:"started"`
	// Stamp is the source's probe stamp when the query was begun: pages read
	// before and after a change of the register's data do not fit together.
	Stamp string `json:"stamp,omitempty"`
}

// Mark is a source's high-water mark.
type Mark struct {
	Stamp    string    `json:"stamp"`    // of Prober
	Complete time.Time `json:"complete"` // start of the last complete crawl
	// Unchanged is when the source last said that nothing had changed since
	// Complete.
	Unchanged time.Time `json:"unchanged,omitzero"`
	// Plan identifies the queries that were complete (a hash over their keys):
	// when the plan changes, nothing can be skipped.
	Plan string `json:"plan"`
	// Skew is how far our clock ran ahead of the register's; the next
	// increment begins earlier by as much.
	Skew time.Duration `json:"skew,omitempty"`
}

// CommitResult counts what a batch changed.
type CommitResult struct {
	Received  int `json:"received"`
	New       int `json:"new"`
	Changed   int `json:"changed"`
	Unchanged int `json:"unchanged"`
	Gone      int `json:"gone"`
	// Older counts answers that the register's own date puts before the version
	// that is held: they became history.
	Older     int `json:"older,omitempty"`
	KeptAside int `json:"kept_aside"`
}

// Policy is what a source asks of its visitors, as written in docs/sources.md.
type Policy struct {
	// BaseURL is the default endpoint; --endpoint replaces it.
	BaseURL string
	// Hosts that may be talked to beside that of BaseURL. With an endpoint,
	// its host alone may be.
	Hosts []string
	// PerSecond is the request rate; a loopback endpoint is exempt from it.
	PerSecond float64
	Burst     int
	// Robots says whether robots.txt is fetched and kept to; Reason says why
	// (an API that its owner documents for machines may be asked although a
	// robots file meant for pages forbids it).
	Robots       bool
	RobotsReason string
	// MaxBody is the largest answer in bytes after decompression; more is an
	// error, never a cut.
	MaxBody int64
	// Timeout of one attempt, body included.
	Timeout time.Duration
	// HTTP1 keeps to HTTP/1.1, for registers whose HTTP/2 fails.
	HTTP1 bool
	Terms string // URL of the terms of use
}
