package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"past/crawler"
	"past/internal/evidence"
)

// Options of [Open].
type Options struct {
	// ReadOnly opens for reading: no lock is taken and nothing is written,
	// except that a database of an older schema is brought up to date first; it
	// is refused where that cannot be done.
	ReadOnly bool
	// Create makes the file (and its folder) when absent.
	Create bool
	// What names the holder of the writer lock to others: "past crawl ctgov".
	What string
	// Parse reads a stored payload into its records; nil is the parser of the
	// payload's source.
	Parse func(evidence.Payload) (crawler.Parsed, error)
	// Now is the clock for rows the store stamps itself; time.Now when nil.
	Now func() time.Time

	older bool // read an older schema as it is
}

// Store is an open database. Its methods are safe for concurrent use; writes
// queue behind each other.
type Store struct {
	path string
	opt  Options
	lock *writerLock
	w    *sql.DB // one connection, for writing
	c    *conn   // that connection; used only within write and plain
	r    *sql.DB // many connections, for reading
	// still is set for a file on a disk that no one can write.
	still []string

	// turn holds one token while somebody writes.
	turn chan struct{}

	pages pageCache

	mu      sync.Mutex
	pending []evidence.Fetch // request outcomes that wait for the next write

	migrateTo int // tests stop the migrations here; 0 is the newest

	upgradedFrom int
	keptBefore   string
}

// Upgraded reports whether opening the store brought it up to date: from which
// schema version, and where the file as it was is kept; "" when it did not.
func (s *Store) Upgraded() (from int, kept string) {
	if s.keptBefore == "" {
		return 0, ""
	}
	return s.upgradedFrom, s.keptBefore
}

// Path of the database file, as given to [Open].
func (s *Store) Path() string { return s.path }

// Stamp changes whenever the files of the database do.
func (s *Store) Stamp() string {
	var b strings.Builder
	for _, suffix := range []string{"", "-wal"} {
		if info, err := os.Stat(s.path + suffix); err == nil {
			fmt.Fprintf(&b, " %d %d", info.Size(), info.ModTime().UnixNano())
		}
	}
	return b.String()
}

// ReadOnly reports whether the store was opened for reading only.
func (s *Store) ReadOnly() bool { return s.opt.ReadOnly }

// write runs f in one transaction on the writing connection: all of it is
// kept, or on an error none. It waits for its turn as long as ctx allows; once
// begun it is not interrupted. f must not call the store's writing methods.
func (s *Store) write(ctx context.Context, f func(c *conn) error) error {
	return s.plain(ctx, func(c *conn) (err error) {
		if err := c.exec("BEGIN IMMEDIATE"); err != nil {
			return err
		}
		done := false
		defer func() {
			if !done {
				// After a full disk SQLite has often rolled back already, so
				// that an error here says nothing new.
				_ = c.exec("ROLLBACK")
			}
		}()
		if err := s.flushFetches(c); err != nil {
			return err
		}
		if err := f(c); err != nil {
			return err
		}
		if err := c.exec("COMMIT"); err != nil {
			return err
		}
		done = true
		return nil
	})
}

// plain runs f on the writing connection outside of a transaction.
func (s *Store) plain(ctx context.Context, f func(c *conn) error) error {
	if s.opt.ReadOnly {
		return fmt.Errorf("write to %s: %w", s.path, ErrReadOnly)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.turn }()
	return s.holding(f)
}

// holding runs f while the turn is ours.
func (s *Store) holding(f func(c *conn) error) error {
	if s.c == nil {
		return fmt.Errorf("write to %s: %w", s.path, errClosed)
	}
	return s.explain(f(s.c))
}

var errClosed = errors.New("the store is closed")
