// Package store keeps everything the tracker knows in one SQLite file: the
// answers of the registers byte for byte, every version of every record, and
// the rows that are derived from them. It is the only package that speaks SQL.
//
// # What is kept for ever
//
// payload (each distinct body, by SHA-256), arrival (each time a body came),
// file (each file that was imported and cut into payloads), fetch (each request), tombstone, hit, problem, run, edition, change, decision.
// Rows are added, never edited away.
//
// # What is derived
//
// record, record_version and the raw rows below them (arms, outcomes,
// measurements, …) come from payloads alone: [Store.Rebuild] recreates them.
// Studies, links, arm results, contrasts, effects and findings are written by
// the pipeline and can be recreated from the rows above them. A record whole is
// its payload, parsed again ([Store.Records]); the rows are what is queried.
//
// # Writers and readers
//
// One process at a time opens a store for writing; a second one is refused with
// a [*LockedError] that names the first. Any number may read at the same time.
// Times are kept as RFC 3339 text in UTC with milliseconds.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"past/crawler"
	"past/internal/evidence"
	"past/internal/store/lock"
	"past/internal/store/value"
	"strings"
	"sync"
	"time"

	"modernc.org/sqlite"
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
	lock *lock.Lock
	w    *sql.DB // one connection, for writing
	c    *conn   // that connection; used only within write and plain
	r    *sql.DB // many connections, for reading
	// still is set for a file on a disk that no one can write.
	still []string

	// turn holds one token while somebody writes.
	turn chan struct{}

	pages      pageCache
	statements statements

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

// Writer is who has, or last had, the store open for writing.
type Writer struct {
	PID      int       `json:"pid"`
	Host     string    `json:"host"`
	What     string    `json:"what"`
	Since    time.Time `json:"since"`
	Released time.Time `json:"released,omitzero"` // zero: at work, or it ended without closing
}

// LastWriter names the last writer; the zero Writer represents none.
func (s *Store) LastWriter(ctx context.Context) (Writer, error) {
	var w Writer
	var since string
	var released sql.NullString
	err := s.r.QueryRowContext(ctx, "SELECT pid, host, what, since, released FROM writer").Scan(&w.PID, &w.Host, &w.What, &since, &released)
	if errors.Is(err, sql.ErrNoRows) {
		return w, nil
	}
	if err == nil {
		err = moments(since, &w.Since, released.String, &w.Released)
	}
	if err != nil {
		return w, fmt.Errorf("last writer: %w", s.explain(err))
	}
	return w, nil
}

// State gives a value that a stage left under a key ("" when none).
func (s *Store) State(ctx context.Context, key string) (string, error) {
	var v string
	err := s.r.QueryRowContext(ctx, "SELECT value FROM state WHERE key = ?", key).Scan(&v)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("state %s: %w", key, s.explain(err))
	}
	return v, nil
}

// SetState keeps a value of a stage under a key; "" removes it.
func (s *Store) SetState(ctx context.Context, key, value string) error {
	err := s.write(ctx, func(c *conn) error {
		if value == "" {
			return c.exec("DELETE FROM state WHERE key = ?", key)
		}
		return c.exec("INSERT INTO state (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", key, value)
	})
	if err != nil {
		return fmt.Errorf("set state %s: %w", key, err)
	}
	return nil
}

// LogFetch implements [crawler.Sink]. While somebody writes, the row waits and
// goes with the next write, so that no lane is held up by another's commit; a
// crash can lose rows that wait, never rows of committed batches.
func (s *Store) LogFetch(ctx context.Context, f evidence.Fetch) error {
	if s.opt.ReadOnly {
		return fmt.Errorf("log request: %w", ErrReadOnly)
	}
	s.mu.Lock()
	s.pending = append(s.pending, f)
	s.mu.Unlock()
	select {
	case s.turn <- struct{}{}:
	default:
		return nil
	}
	defer func() { <-s.turn }()
	err := s.holding(func(c *conn) error { return s.flushFetches(c) })
	if err != nil {
		return fmt.Errorf("log request to %s: %w", f.URL, err)
	}
	return nil
}

// flushFetches writes the rows that wait. On an error they are dropped from
// memory: the error is reported, and a growing queue would only hide it.
func (s *Store) flushFetches(c *conn) error {
	s.mu.Lock()
	fs := s.pending
	s.pending = nil
	s.mu.Unlock()
	for _, f := range fs {
		err := c.exec(`INSERT INTO fetch (source, url, method, at, took_ms, status, bytes, payload_sha256, attempt, error)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, f.Source, f.URL, f.Method, value.Time(f.At), f.Took.Milliseconds(), f.Status,
			f.Bytes, value.Null(f.SHA256), f.Attempt, value.Null(f.ErrorText))
		if err != nil {
			return err
		}
	}
	return nil
}

var (
	// ErrNotFound is wrapped by every look-up of one thing that is not there.
	ErrNotFound = errors.New("not found")
	// ErrNoStore is wrapped by [Open] when there is no file at the path and
	// Options.Create is not set.
	ErrNoStore = errors.New("no database")
	// ErrNotAStore is wrapped by [Open] and [Restore] for a file that is no
	// SQLite database or not one of ours.
	ErrNotAStore = errors.New("not a past database")
	// ErrCorrupt is wrapped when SQLite finds its file damaged, or a stored
	// body no longer has the hash it was stored under.
	ErrCorrupt = value.ErrCorrupt
	// ErrFull is wrapped when the disk (or a quota) has no room left. What was
	// committed before stays.
	ErrFull = errors.New("no room left on the disk")
	// ErrReadOnly is wrapped by writes to a store that was opened for reading.
	ErrReadOnly = errors.New("opened for reading only")
	// ErrPermission is wrapped when the system refuses access to the file or
	// its folder.
	ErrPermission = fs.ErrPermission
)

// LockedError says who else has the store open for writing.
type LockedError = lock.HeldError

// VersionError says that a database was written by a newer program.
type VersionError struct {
	Path       string
	Have, Want int // schema version of the file; the newest this program knows
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("%s has schema version %d, but this program knows versions up to %d: it was written by a newer past; "+
		"update the program, or name another file with --db (nothing was changed)", e.Path, e.Have, e.Want)
}

// The result codes of SQLite that a person can act on (sqlite.org/rescode.html).
const (
	codePerm     = 3
	codeBusy     = 5
	codeLocked   = 6
	codeReadOnly = 8
	codeIO       = 10
	codeCorrupt  = 11
	codeFull     = 13
	codeCantOpen = 14
	codeAuth     = 23
	codeNotADB   = 26

	codeIOWrite = 778
)

// resultCode is SQLite's extended code of an error, 0 when it has none.
func resultCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

func cannotOpen(err error) bool {
	c := resultCode(err)
	return c&0xff == codeCantOpen || c&0xff == codeReadOnly
}

// explain puts SQLite's codes into words that say what to do, keeping the
// error itself inside.
func (s *Store) explain(err error) error {
	code := resultCode(err)
	if code == 0 {
		return err
	}
	switch code & 0xff {
	case codeFull:
		return fmt.Errorf("%w: free some space and run the same command again; what was stored before is kept (%w)", ErrFull, err)
	case codeNotADB:
		return fmt.Errorf("%w: the file is not a SQLite database (%w)", ErrNotAStore, err)
	case codeCorrupt:
		return fmt.Errorf("%w: run past doctor, and restore a backup with past restore (%w)", ErrCorrupt, err)
	case codePerm, codeAuth, codeReadOnly:
		return fmt.Errorf("%w: %s and its folder must be writable (%w)", ErrPermission, s.path, err)
	case codeCantOpen:
		return fmt.Errorf("%w: %s cannot be opened; look at the rights of the file and its folder (%w)", ErrPermission, s.path, err)
	case codeBusy, codeLocked:
		return fmt.Errorf("another program (a database browser?) keeps %s locked; close it and try again (%w)", s.path, err)
	case codeIO:
		if code == codeIOWrite {
			return fmt.Errorf("%w or the disk failed while %s was written; what was stored before is kept (%w)", ErrFull, s.path, err)
		}
		return fmt.Errorf("reading or writing %s failed: the disk may be full, gone or damaged (%w)", s.path, err)
	}
	return err
}
