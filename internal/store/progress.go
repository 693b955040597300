package store

import (
	"context"
	"time"

	"past/crawler"
	"past/internal/evidence"
)

// ProblemFilter narrows [Store.Problems].
type ProblemFilter struct {
	Source   string
	RecordID string
	Resolved bool // also those that a later answer has settled
}

// Problems lists what could not be read, in the order in which it was found.
func (s *Store) Problems(ctx context.Context, f ProblemFilter) ([]evidence.Problem, error) {
	return nil, errNotBuilt
}

// AddProblems keeps problems that a stage other than the crawl met.
func (s *Store) AddProblems(ctx context.Context, ps []evidence.Problem) error { return errNotBuilt }

// QueryState is one query of a source and where it stands.
type QueryState struct {
	Source string         `json:"source"`
	Key    string         `json:"key"`
	Text   string         `json:"text"`
	Cursor crawler.Cursor `json:"cursor"`
	Hits   int            `json:"hits"`
}

// Queries lists the queries that were ever asked, by source and key.
func (s *Store) Queries(ctx context.Context) ([]QueryState, error) { return nil, errNotBuilt }

// Hits gives the register's own hit list of a query, in its order.
func (s *Store) Hits(ctx context.Context, source, queryKey string) ([]string, error) {
	return nil, errNotBuilt
}

// Run is one run of a stage.
type Run struct {
	ID      string           `json:"id"`
	Stage   string           `json:"stage"` // crawl, link, extract, analyse, gate, publish, refresh, …
	Args    string           `json:"args,omitempty"`
	Started time.Time        `json:"started"`
	Ended   *time.Time       `json:"ended,omitempty"` // nil: still running, or killed
	Exit    *int             `json:"exit,omitempty"`
	Error   string           `json:"error,omitempty"`
	Counts  map[string]int64 `json:"counts,omitempty"`
	PID     int              `json:"pid"`
	Host    string           `json:"host"`
	Parent  string           `json:"parent,omitempty"` // the refresh run it belongs to
}

// BeginRun records that a stage has started. Run.ID must be new; PID and Host
// are filled in when empty.
func (s *Store) BeginRun(ctx context.Context, r Run) error { return errNotBuilt }

// EndRun records how a stage ended.
func (s *Store) EndRun(ctx context.Context, id string, ended time.Time, exit int, errText string, counts map[string]int64) error {
	return errNotBuilt
}

// Runs lists the latest runs, newest first; limit 0 lists all.
func (s *Store) Runs(ctx context.Context, limit int) ([]Run, error) { return nil, errNotBuilt }

// State gives a value that a stage left under a key ("" when none).
func (s *Store) State(ctx context.Context, key string) (string, error) { return "", errNotBuilt }

// SetState keeps a value of a stage under a key; "" removes it.
func (s *Store) SetState(ctx context.Context, key, value string) error { return errNotBuilt }
