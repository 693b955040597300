package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"past/internal/store/lock"
	"time"
)

// Backup writes a consistent copy to dst while the store is in use: what was
// committed when it began. dst must not exist; it appears only when complete
// and checked to [Payloads]: a copy of damage is refused, wrapping [ErrCorrupt].
func (s *Store) Backup(ctx context.Context, dst string) error {
	if _, err := os.Lstat(dst); err == nil {
		return fmt.Errorf("back up to %s: %w; name another file", dst, fs.ErrExist)
	}
	if err := s.copyTo(ctx, dst, true); err != nil {
		return fmt.Errorf("back up %s to %s: %w", s.path, dst, s.explain(err))
	}
	return nil
}

// copyTo writes the database, packed, to a file beside dst and renames it; with
// check set the copy is checked before.
func (s *Store) copyTo(ctx context.Context, dst string, check bool) error {
	part := dst + ".partial"
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	// A connection of its own: those of the pool refuse to write anything.
	dsn, err := s.dsn("ro", s.still...)
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", part); err != nil {
		os.Remove(part)
		return err
	}
	err = syncFile(part)
	if err == nil && check {
		err = checkFile(ctx, part)
	}
	if err != nil {
		return errors.Join(err, os.Remove(part))
	}
	return os.Rename(part, dst)
}

// checkFile checks a database to [Payloads].
func checkFile(ctx context.Context, path string) error {
	s, err := Open(ctx, path, Options{ReadOnly: true, older: true})
	if err != nil {
		return err
	}
	defer func() {
		s.Close()
		os.Remove(path + "-wal")
		os.Remove(path + "-shm")
	}()
	return s.Sound(ctx)
}

// Sound is an error that wraps [ErrCorrupt] where a check to [Payloads] finds
// a fault.
func (s *Store) Sound(ctx context.Context) error {
	faults, err := s.Check(ctx, Payloads)
	if err == nil && len(faults) > 0 {
		err = fmt.Errorf("%w: %d faults, the first: %s", ErrCorrupt, len(faults), faults[0])
	}
	return err
}

func syncFile(name string) error {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Restore checks the backup src (integrity, hashes of all bodies, schema
// version) and puts a copy of it in the place of dst. What was at dst is kept
// as dst.before-restore (with a number when that exists). No one may have dst
// open for writing; readers of it go on with the old content until they open
// it again.
func Restore(ctx context.Context, src, dst string) error {
	fail := func(err error) error { return fmt.Errorf("restore %s from %s: %w", dst, src, err) }
	from, err := Open(ctx, src, Options{ReadOnly: true, older: true})
	if err != nil {
		return fail(err)
	}
	defer from.Close()
	if err := from.Sound(ctx); err != nil {
		return fail(fmt.Errorf("the backup itself is damaged: %w", err))
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown host"
	}
	lock, err := lock.Take(dst, lock.Holder{PID: os.Getpid(), Host: host, What: "past restore", Since: time.Now().UTC()})
	if err != nil {
		return fail(err)
	}
	defer lock.Release()
	ready := dst + ".restoring"
	if err := os.Remove(ready); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fail(err)
	}
	if err := from.copyTo(ctx, ready, false); err != nil {
		return fail(from.explain(err))
	}
	if err := setAside(dst); err != nil {
		return fail(fmt.Errorf("keep the present file: %w (the restored copy is ready as %s)", err, ready))
	}
	if err := os.Rename(ready, dst); err != nil {
		return fail(err)
	}
	return nil
}

// setAside renames a database with its log, which belongs to it and must
// never meet another file.
func setAside(path string) error {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		path += "-wal" // a log without its database
		if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return os.Rename(path, path+".before-restore")
	}
	quiet(path)
	aside := path + ".before-restore"
	for i := 2; ; i++ {
		if _, err := os.Lstat(aside); errors.Is(err, fs.ErrNotExist) {
			break
		}
		aside = fmt.Sprintf("%s.before-restore-%d", path, i)
	}
	for _, suffix := range []string{"-wal", "-shm", ""} {
		if err := os.Rename(path+suffix, aside+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// quiet moves the log of a database into it, if it can be opened: then there
// is one file to rename. A damaged one is renamed with its log instead.
func quiet(path string) {
	s := &Store{path: path}
	dsn, err := s.dsn("rw")
	if err != nil {
		return
	}
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return
	}
	_, _ = db.Exec("PRAGMA wal_checkpoint(TRUNCATE)") // best effort: see above
	db.Close()
}

// RemoveEmpty takes away a database that holds no payload, and the files beside it.
func RemoveEmpty(ctx context.Context, path string) error {
	s, err := Open(ctx, path, Options{ReadOnly: true})
	if errors.Is(err, ErrNoStore) {
		return nil
	}
	if err != nil {
		return err
	}
	var held bool
	err = s.r.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM payload)").Scan(&held)
	if err = errors.Join(err, s.Close()); err != nil || held {
		return err
	}
	host, _ := os.Hostname() // it only names the holder
	l, err := lock.Take(path, lock.Holder{PID: os.Getpid(), Host: host, What: "remove", Since: time.Now().UTC()})
	if err != nil {
		return err
	}
	var errs []error
	for _, suffix := range []string{"", "-wal", "-shm", ".lock"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) && suffix != ".lock" {
			errs = append(errs, err)
		}
	}
	return errors.Join(append(errs, l.Release())...)
}
