package crawler

import "time"

// Summary says what a run did.
type Summary struct {
	Run     string          `json:"run"`
	Started time.Time       `json:"started"`
	Ended   time.Time       `json:"ended"`
	DryRun  bool            `json:"dry_run,omitempty"`
	Sources []SourceSummary `json:"sources"` // in the order of Options.Sources
}

// SourceSummary says what a run did with one source.
type SourceSummary struct {
	Source string `json:"source"`
	// Asked counts requests that went out, attempts included.
	Asked int `json:"asked"`
	CommitResult
	Problems int `json:"problems"`
	// Notices count the keys that the parser does not know. A register that
	// adds a field loses nothing: the field stays in the payload, so that it is
	// no problem. One that renames or drops what the parser reads shows in the
	// other kinds of problem.
	Notices int           `json:"notices,omitempty"`
	Took    time.Duration `json:"took"`
	// Since is the point in time from which changes were asked for; zero when
	// everything was.
	Since time.Time `json:"since,omitzero"`
	// NothingNew is set when the probe showed that nothing can have changed
	// since LastComplete, and nothing more was asked.
	NothingNew   bool      `json:"nothing_new,omitempty"`
	LastComplete time.Time `json:"last_complete,omitzero"`
	// Complete is set when every query was read to its end.
	Complete bool           `json:"complete"`
	Queries  []QuerySummary `json:"queries,omitempty"`
	Err      error          `json:"-"`
	Error    string         `json:"error,omitempty"`
}

// QuerySummary says what became of one query.
type QuerySummary struct {
	Key     string `json:"key"`
	Text    string `json:"text"`
	URL     string `json:"url"`
	Method  string `json:"method,omitempty"`
	Body    string `json:"body,omitempty"`
	Total   *int   `json:"total,omitempty"`
	Seen    int    `json:"seen"`
	Done    bool   `json:"done"`
	Resumed bool   `json:"resumed,omitempty"`
	Error   string `json:"error,omitempty"`
}

// Add adds the counts of another batch.
func (r *CommitResult) Add(o CommitResult) {
	r.Received += o.Received
	r.New += o.New
	r.Changed += o.Changed
	r.Unchanged += o.Unchanged
	r.Gone += o.Gone
	r.Older += o.Older
	r.KeptAside += o.KeptAside
}

// EventKind says what an [Event] is about.
type EventKind string

// The kinds of event.
const (
	EventBegin   EventKind = "begin"   // a source begins
	EventQuery   EventKind = "query"   // a query begins or goes on
	EventPage    EventKind = "page"    // a page was committed
	EventRefresh EventKind = "refresh" // known records are asked for
	EventTry     EventKind = "try"     // an attempt failed; Text says how
	EventProblem EventKind = "problem" // something was kept aside
	EventEnd     EventKind = "end"     // a source is done; Text says how
)

// Event is one step of a crawl, for progress bars and logs.
type Event struct {
	Kind   EventKind
	Source string
	Query  string // key
	Text   string
	// Done and Total count records of the query or refresh at hand; Total is 0
	// when it is not known.
	Done, Total int
	Counts      CommitResult // of the source so far
	Asked       int
	At          time.Time
}

// Observer receives what happens. Its method is called from several goroutines
// at once and must return soon.
type Observer interface {
	Event(Event)
}
