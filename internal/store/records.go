package store

import (
	"context"
	"iter"
	"time"

	"past/internal/evidence"
)

// RecordFilter narrows a reading of records; its zero value takes all of them
// as they are now.
type RecordFilter struct {
	Sources []string
	Kinds   []evidence.RecordKind
	IDs     []string
	// WithResults keeps records that have posted results.
	WithResults bool
	// WithoutGone leaves out records that their register no longer has.
	WithoutGone bool
	// AsOf reads records as they were known at this instant: the version that
	// had been received by then. The zero time is now.
	AsOf time.Time
}

// Records gives records in the order of source and id.
func (s *Store) Records(ctx context.Context, f RecordFilter) iter.Seq2[evidence.Record, error] {
	return func(yield func(evidence.Record, error) bool) { yield(evidence.Record{}, errNotBuilt) }
}

// Record gives one record by its id, as known at asOf (zero: now). When
// several sources have the id, the register of origin comes before
// aggregators. The error wraps [ErrNotFound] when there is none.
func (s *Store) Record(ctx context.Context, id string, asOf time.Time) (evidence.Record, error) {
	return evidence.Record{}, errNotBuilt
}

// RecordState says where a record stands without reading its content.
type RecordState struct {
	Source      string     `json:"source"`
	ID          string     `json:"id"`
	Kind        string     `json:"kind"`
	Versions    int        `json:"versions"`
	FirstSeen   time.Time  `json:"first_seen"`
	LastSeen    time.Time  `json:"last_seen"`
	LastChanged time.Time  `json:"last_changed"`
	Gone        *time.Time `json:"gone,omitempty"` // since when the register no longer has it
}

// RecordStates gives the state of all records in the order of source and id.
func (s *Store) RecordStates(ctx context.Context) iter.Seq2[RecordState, error] {
	return func(yield func(RecordState, error) bool) { yield(RecordState{}, errNotBuilt) }
}

// Version is one version of a record.
type Version struct {
	Source        string    `json:"source"`
	RecordID      string    `json:"record_id"`
	Seq           int       `json:"seq"`        // 1 is the oldest of its origin
	Origin        string    `json:"origin"`     // snapshot: our own; register: the register's history
	Label         string    `json:"label"`      // the register's own version label, where it has one
	Seen          time.Time `json:"seen"`       // first received
	LastSeen      time.Time `json:"last_seen"`  // last received unchanged
	Stated        string    `json:"stated"`     // the register's date of the version: its last update, else ""
	ContentHash   string    `json:"content_hash"`
	PayloadSHA256 string    `json:"payload_sha256"`
}

// History lists the versions of a record: those of the register's own history
// first, then our snapshots, each oldest first. The error wraps [ErrNotFound]
// for an unknown id.
func (s *Store) History(ctx context.Context, id string) ([]Version, error) { return nil, errNotBuilt }

// VersionRecord gives the record as it was in a version.
func (s *Store) VersionRecord(ctx context.Context, v Version) (evidence.Record, error) {
	return evidence.Record{}, errNotBuilt
}

// Payload gives a stored body with its description. The body is checked
// against its hash.
func (s *Store) Payload(ctx context.Context, sha256 string) (evidence.Payload, error) {
	return evidence.Payload{}, errNotBuilt
}

// PayloadInfo is Payload without the body, and its sizes.
func (s *Store) PayloadInfo(ctx context.Context, sha256 string) (PayloadInfo, error) {
	return PayloadInfo{}, errNotBuilt
}

// Payloads describes all payloads in the order in which they came.
func (s *Store) Payloads(ctx context.Context) iter.Seq2[PayloadInfo, error] {
	return func(yield func(PayloadInfo, error) bool) { yield(PayloadInfo{}, errNotBuilt) }
}

// PayloadInfo describes a stored payload.
type PayloadInfo struct {
	evidence.Payload
	Bytes  int64 // size of the body
	Stored int64 // size as stored
}
