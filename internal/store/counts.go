package store

import (
	"context"
	"time"
)

// Counts are the sizes of the store in the units of evidence.Counts: each is
// taken from the rows themselves, over the current version of each record.
type Counts struct {
	Records         int64 `json:"records"`
	Payloads        int64 `json:"payloads"`
	PlannedOutcomes int64 `json:"planned_outcomes"`
	PostedOutcomes  int64 `json:"posted_outcomes"`
	OutcomeGroups   int64 `json:"outcome_groups"`
	Measurements    int64 `json:"measurements"`
	Contrasts       int64 `json:"contrasts"`
	EventStats      int64 `json:"event_stats"`
	References      int64 `json:"references"`
	Publications    int64 `json:"publications"`
	Studies         int64 `json:"studies"`
	ArmResults      int64 `json:"arm_results"`
	Effects         int64 `json:"effects"`
	Findings        int64 `json:"findings"`
}

// SourceStatus is the freshness of one source.
type SourceStatus struct {
	Records      int64     `json:"records"`
	Gone         int64     `json:"gone"`
	Problems     int64     `json:"problems"`
	LastFetch    time.Time `json:"last_fetch,omitzero"`    // last answer received
	LastComplete time.Time `json:"last_complete,omitzero"` // start of the last complete crawl
	Stamp        string    `json:"stamp,omitempty"`        // the register's own data stamp then
}

// Status is what `past status --json` prints.
type Status struct {
	Counts   Counts                  `json:"counts"`
	Problems int64                   `json:"problems"`
	Sources  map[string]SourceStatus `json:"sources"`
}

// Counts counts the rows of the store.
func (s *Store) Counts(ctx context.Context) (Counts, error) { return Counts{}, errNotBuilt }

// Status is Counts with open problems and each source's freshness.
func (s *Store) Status(ctx context.Context) (Status, error) { return Status{}, errNotBuilt }
