package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// errNotBuilt marks what is declared and not yet filled in.
var errNotBuilt = errors.New("store: not built yet")

// Options of [Open].
type Options struct {
	// ReadOnly opens for reading: no lock is taken, nothing is migrated, and a
	// database of an older schema is refused with a hint to open it for
	// writing once.
	ReadOnly bool
	// Create makes the file (and its folder) when absent.
	Create bool
	// What names the holder of the writer lock to others: "past crawl ctgov".
	What string
	// Now is the clock for rows the store stamps itself; time.Now when nil.
	Now func() time.Time
}

// Store is an open database. Its methods are safe for concurrent use; writes
// queue behind each other.
type Store struct {
	path string
	opt  Options
	w, r *sql.DB
}

// Open opens the database at path, bringing its schema up to date unless
// opened for reading. Errors wrap the sentinels of this package or are a
// [*LockedError] or [*VersionError].
func Open(ctx context.Context, path string, o Options) (*Store, error) { return nil, errNotBuilt }

// Close checkpoints, optimises and releases the lock.
func (s *Store) Close() error { return errNotBuilt }

// Path of the database file, as given to [Open].
func (s *Store) Path() string { return s.path }

// ReadOnly tells whether the store was opened for reading only.
func (s *Store) ReadOnly() bool { return s.opt.ReadOnly }
