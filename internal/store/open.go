package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"past/crawler/registers"
	"past/internal/store/lock"
	"past/internal/store/schema"
	"past/internal/store/value"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// defaultParse reads payloads with the parser of their source; tests have their
// own sources.
var defaultParse = registers.Parse

// Open opens the database at path, bringing its schema up to date unless
// opened for reading. Errors wrap the sentinels of this package or are a
// [*LockedError] or [*VersionError].
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	if path == "" {
		return nil, errors.New("open database: no file was named")
	}
	if o.Parse == nil {
		o.Parse = defaultParse
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.What == "" {
		o.What = "past"
	}
	s := &Store{path: path, opt: o, turn: make(chan struct{}, 1)}
	if err := s.checkFile(); err != nil {
		return nil, err
	}
	var err error
	if o.ReadOnly {
		if err = s.openReader(ctx); errors.Is(err, errOlder) && s.upgrade(ctx) == nil {
			s.r.Close()
			err = s.openReader(ctx)
		}
	} else {
		err = s.openWriter(ctx)
	}
	if err != nil {
		s.shut()
		return nil, fmt.Errorf("open %s: %w", path, s.explain(err))
	}
	return s, nil
}

// checkFile looks at the path before SQLite does: its own message for most of
// these is "unable to open database file". The file itself is not opened,
// since closing it again could drop another store's locks in this process.
func (s *Store) checkFile() error {
	info, err := os.Stat(s.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if s.opt.ReadOnly || !s.opt.Create {
			return fmt.Errorf("%s: %w here yet; collect or import something first, or name another file with --db", s.path, ErrNoStore)
		}
		dir := filepath.Dir(s.path)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			if errors.Is(err, fs.ErrPermission) {
				return fmt.Errorf("make folder %s: %w (%v)", dir, ErrPermission, err)
			}
			return fmt.Errorf("make folder %s: %w", dir, err)
		}
		return nil
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s: %w (%v)", s.path, ErrPermission, err)
	case err != nil:
		return fmt.Errorf("open database: %w", err)
	case info.IsDir():
		return fmt.Errorf("%s is a folder: %w; name a file inside it", s.path, ErrNotAStore)
	case info.Size() == 0 && (s.opt.ReadOnly || !s.opt.Create):
		return fmt.Errorf("%s is an empty file: %w", s.path, ErrNotAStore)
	}
	return nil
}

// dsn names the database for the driver. The path is escaped: a bare ? or #
// would end it. Pragmas in it run on every new connection.
func (s *Store) dsn(mode string, extra ...string) (string, error) {
	abs, err := filepath.Abs(s.path)
	if err != nil {
		return "", err
	}
	p := filepath.ToSlash(abs)
	if !strings.HasPrefix(p, "/") {
		p = "/" + p // C:/… on Windows
	}
	parts := append([]string{
		"mode=" + mode, "_dqs=0", "_txlock=immediate",
		"_pragma=busy_timeout(10000)", "_pragma=foreign_keys(1)", "_pragma=trusted_schema(0)",
	}, extra...)
	return "file:" + (&url.URL{Path: p}).EscapedPath() + "?" + strings.Join(parts, "&"), nil
}

func (s *Store) openWriter(ctx context.Context) error {
	since := s.opt.Now()
	host, err := os.Hostname()
	if err != nil {
		host = "unknown host"
	}
	h := lock.Holder{PID: os.Getpid(), Host: host, What: s.opt.What, Since: since.UTC().Truncate(time.Second)}
	if s.lock, err = lock.Take(s.path, h); err != nil {
		return err
	}
	dsn, err := s.dsn("rwc", "_pragma=synchronous(NORMAL)", "_pragma=cache_size(-8000)", "_pragma=wal_autocheckpoint(4000)",
		"_pragma=temp_store(2)", "_pragma=journal_size_limit(67108864)")
	if err != nil {
		return err
	}
	if s.w, err = sql.Open("sqlite", dsn); err != nil {
		return err
	}
	s.w.SetMaxOpenConns(1)
	db, err := s.w.Conn(ctx)
	if err != nil {
		return err
	}
	s.c = newConn(db)
	if err := s.c.identify(); err != nil {
		return err
	}
	if err := s.c.script("PRAGMA page_size = 8192; PRAGMA journal_mode = WAL;"); err != nil {
		return err
	}
	if s.upgradedFrom, s.keptBefore, err = s.c.migrate(s.path, s.migrateTo); err != nil {
		return err
	}
	err = s.c.exec(`INSERT INTO writer (one, pid, host, what, since) VALUES (1, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET pid = excluded.pid, host = excluded.host, what = excluded.what,
		since = excluded.since, released = NULL`, h.PID, h.Host, h.What, value.Time(since))
	if err != nil {
		return err
	}
	return s.openPool()
}

func (s *Store) openReader(ctx context.Context) error {
	if err := s.openPool(); err != nil {
		return err
	}
	err := s.checkReader(ctx)
	if err == nil || !cannotOpen(err) {
		return err
	}
	// A write-ahead log needs a shared file beside the database. Where none
	// can be made (a read-only disk) and no log is waiting, the file can be
	// read as it is.
	if info, serr := os.Stat(s.path + "-wal"); serr == nil && info.Size() > 0 {
		return err
	}
	s.r.Close()
	s.still = []string{"immutable=1"}
	if err := s.openPool(); err != nil {
		return err
	}
	return s.checkReader(ctx)
}

// openPool opens the reading side.
func (s *Store) openPool() error {
	dsn, err := s.dsn("ro", append([]string{"_pragma=query_only(1)", "_pragma=cache_size(-4000)"}, s.still...)...)
	if err != nil {
		return err
	}
	if s.r, err = sql.Open("sqlite", dsn); err != nil {
		return err
	}
	// Readings nest (records, and for each its payload), so that the pool must
	// be wider than the machine.
	n := max(8, 2*runtime.GOMAXPROCS(0))
	s.r.SetMaxOpenConns(n)
	s.r.SetMaxIdleConns(max(4, runtime.GOMAXPROCS(0)))
	return nil
}

func (s *Store) checkReader(ctx context.Context) error {
	var app, version int
	if err := s.r.QueryRowContext(ctx, "PRAGMA application_id").Scan(&app); err != nil {
		return err
	}
	if app != schema.ApplicationID {
		return errForeign
	}
	if err := s.r.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	switch want := SchemaVersion(); {
	case version > want:
		return &VersionError{Path: s.path, Have: version, Want: want}
	case version < want && !s.opt.older:
		return fmt.Errorf("the database has the older schema version %d and this program needs %d (%w): "+
			"run any command where the file can be written, once, to bring it up to date", version, want, errOlder)
	}
	return nil
}

var errOlder = errors.New("it could not be upgraded here")

// upgrade brings the file up to date by opening it for writing once, where
// that is possible.
func (s *Store) upgrade(ctx context.Context) error {
	w, err := Open(ctx, s.path, Options{What: "past, upgrading the database", Now: s.opt.Now})
	if err != nil {
		return err
	}
	s.upgradedFrom, s.keptBefore = w.upgradedFrom, w.keptBefore
	return w.Close()
}

// errForeign is the error for SQLite files that are not ours.
var errForeign = fmt.Errorf("it is a SQLite database of another program: %w", ErrNotAStore)

// identify refuses a database that holds something else.
func (c *conn) identify() error {
	app, err := c.number("PRAGMA application_id")
	if err != nil {
		return err
	}
	tables, err := c.number("SELECT count(*) FROM sqlite_schema")
	if err != nil {
		return err
	}
	if app != schema.ApplicationID && (app != 0 || tables > 0) {
		return errForeign
	}
	if tables == 0 {
		return c.script("PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL;")
	}
	return nil
}

// Close gives free pages back, checkpoints, optimises and releases the lock.
func (s *Store) Close() error {
	var err error
	if !s.opt.ReadOnly && s.isOpen() {
		err = s.settle()
	}
	s.turn <- struct{}{} // whoever writes may finish
	defer func() { <-s.turn }()
	return errors.Join(err, s.shut())
}

func (s *Store) isOpen() bool {
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	return s.c != nil
}

// settle leaves the file in a good state.
func (s *Store) settle() error {
	err := s.write(context.Background(), func(c *conn) error {
		return c.exec("UPDATE writer SET released = ?", value.Time(s.opt.Now()))
	})
	if err != nil {
		return err
	}
	if err := s.r.Close(); err != nil { // an idle reader would hold the log open
		return err
	}
	return s.plain(context.Background(), func(c *conn) error {
		if err := c.script("PRAGMA incremental_vacuum; PRAGMA analysis_limit = 400; PRAGMA optimize;"); err != nil {
			return err
		}
		return c.script("PRAGMA wal_checkpoint(TRUNCATE)")
	})
}

// shut closes what is open, in any state.
func (s *Store) shut() error {
	var errs []error
	if s.r != nil {
		errs = append(errs, s.r.Close())
	}
	if s.c != nil {
		errs = append(errs, s.c.close())
		s.c = nil
	}
	if s.w != nil {
		errs = append(errs, s.w.Close())
		s.w = nil
	}
	errs = append(errs, s.lock.Release())
	s.lock = nil
	return errors.Join(errs...)
}

// SchemaVersion is the newest schema version that this program knows.
func SchemaVersion() int {
	steps, err := schema.Steps()
	if err != nil {
		return 0
	}
	return len(steps)
}

// migrate brings the schema to version to (0: the newest), each step in a
// transaction of its own. Before the first step a database that holds something
// is copied; the copy's path is given.
func (c *conn) migrate(path string, to int) (from int, copied string, err error) {
	ms, err := schema.Steps()
	if err != nil {
		return 0, "", err
	}
	if to == 0 {
		to = len(ms)
	}
	have, err := c.number("PRAGMA user_version")
	if err != nil {
		return 0, "", err
	}
	if int(have) > len(ms) {
		return 0, "", &VersionError{Path: path, Have: int(have), Want: len(ms)}
	}
	if have > 0 && int(have) < to {
		if copied, err = c.keepBefore(path, int(have)); err != nil {
			return 0, "", err
		}
	}
	for _, m := range ms[have:max(int(have), to)] {
		step := fmt.Sprintf("BEGIN IMMEDIATE;\n%s\nPRAGMA application_id = %d;\nPRAGMA user_version = %d;\nCOMMIT;",
			m.Script, schema.ApplicationID, m.Version)
		if err := c.script(step); err != nil {
			_ = c.script("ROLLBACK") // the error that counts is the first
			return 0, "", fmt.Errorf("upgrade %s to schema version %d (%s): %w", path, m.Version, m.Name, err)
		}
	}
	if have > 0 && have < packedUntil && to >= packedUntil {
		// The packed records of old were half the file. The copy that VACUUM
		// makes belongs on the disk, not in memory.
		err = c.script("PRAGMA temp_store = 1; PRAGMA auto_vacuum = INCREMENTAL; VACUUM; PRAGMA temp_store = 2;")
	}
	return int(have), copied, err
}

// packedUntil is the schema version that has no packed copy of records.
const packedUntil = 12

// keepBefore copies a database beside itself before it is upgraded. A copy that
// is there is whole, since it appears by renaming, and of this very version: an
// upgrade that was stopped began from it.
func (c *conn) keepBefore(path string, version int) (string, error) {
	to := fmt.Sprintf("%s.schema-%d", path, version)
	if _, err := os.Lstat(to); err == nil {
		return to, nil
	}
	fail := func(err error) (string, error) {
		return "", fmt.Errorf("the database has the older schema version %d and is copied to %s before it is upgraded: %w (make room there, "+
			"as much as the database has; nothing was changed)", version, to, err)
	}
	part := to + ".partial"
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fail(err)
	}
	err := c.exec("VACUUM INTO ?", part)
	if err == nil {
		err = syncFile(part)
	}
	if err == nil {
		err = os.Rename(part, to)
	}
	if err != nil {
		return fail(errors.Join(err, removeIfThere(part)))
	}
	return to, nil
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
