package store

import (
	"context"

	"past/crawler"
	"past/internal/evidence"
)

var _ crawler.Sink = (*Store)(nil)

// Commit keeps a batch and its cursor in one transaction.
func (s *Store) Commit(ctx context.Context, b crawler.Batch) (crawler.CommitResult, error) {
	return crawler.CommitResult{}, errNotBuilt
}

// Import keeps saved payloads and their records: a Commit without a query,
// cursor or hit list. Payloads carry URL "file:NAME" and Status 0.
func (s *Store) Import(ctx context.Context, source, run string, payloads []evidence.Payload, parsed crawler.Parsed) (crawler.CommitResult, error) {
	return crawler.CommitResult{}, errNotBuilt
}

// AddHistory keeps older versions of records as a register's own history
// gives them. They stand beside our snapshots in [Store.History] and never
// replace the current version.
func (s *Store) AddHistory(ctx context.Context, source, run string, payloads []evidence.Payload, versions []evidence.Record) (crawler.CommitResult, error) {
	return crawler.CommitResult{}, errNotBuilt
}

// Cursor implements [crawler.Sink].
func (s *Store) Cursor(ctx context.Context, source, queryKey string) (c crawler.Cursor, ok bool, err error) {
	return crawler.Cursor{}, false, errNotBuilt
}

// Mark implements [crawler.Sink].
func (s *Store) Mark(ctx context.Context, source string) (crawler.Mark, error) {
	return crawler.Mark{}, errNotBuilt
}

// SetMark implements [crawler.Sink].
func (s *Store) SetMark(ctx context.Context, source string, m crawler.Mark) error { return errNotBuilt }

// Known implements [crawler.Sink].
func (s *Store) Known(ctx context.Context, source string) ([]string, error) { return nil, errNotBuilt }

// Validators implements [crawler.Sink].
func (s *Store) Validators(ctx context.Context, url string) (etag, lastModified, sha256 string, err error) {
	return "", "", "", errNotBuilt
}

// LogFetch implements [crawler.Sink].
func (s *Store) LogFetch(ctx context.Context, f evidence.Fetch) error { return errNotBuilt }
