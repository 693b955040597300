package store

import (
	"context"

	"past/crawler"
	"past/internal/evidence"
)

// ResetDerived empties every derived table, in one transaction.
func (s *Store) ResetDerived(ctx context.Context) error { return errNotBuilt }

// RebuildReport says what a rebuild did.
type RebuildReport struct {
	Payloads int `json:"payloads"`
	Records  int `json:"records"`
	Versions int `json:"versions"`
	Failed   int `json:"failed"` // payloads of which nothing could be read
}

// Rebuild empties every derived table and reads all payloads again, in the
// order in which they came, in one transaction: readers see the old rows
// until it is done, and a crash leaves them. parse is the Parse method of the
// payload's source; progress may be nil. Studies and what follows are left
// empty for the pipeline.
func (s *Store) Rebuild(ctx context.Context, parse func(evidence.Payload) (crawler.Parsed, error), progress func(done, total int)) (RebuildReport, error) {
	return RebuildReport{}, errNotBuilt
}

// Fingerprint gives a SHA-256 per table over its content in a fixed order.
// What differs between two runs over the same data (row numbers, run ids,
// times of requests) is left out: equal fingerprints mean equal content.
func (s *Store) Fingerprint(ctx context.Context) (map[string]string, error) { return nil, errNotBuilt }

// Backup writes a consistent copy to dst while the store is in use. dst must
// not exist.
func (s *Store) Backup(ctx context.Context, dst string) error { return errNotBuilt }

// Restore checks the backup src and puts it in the place of dst, which is kept
// as dst.before-restore when it exists. dst must not be open for writing.
func Restore(ctx context.Context, src, dst string) error { return errNotBuilt }

// IntegrityCheck lists what is damaged: SQLite's own check, foreign keys, and
// with bodies set each stored body against its hash. No rows mean no fault.
func (s *Store) IntegrityCheck(ctx context.Context, bodies bool) ([]string, error) {
	return nil, errNotBuilt
}

// Checkpoint moves the write-ahead log into the database file.
func (s *Store) Checkpoint(ctx context.Context) error { return errNotBuilt }
