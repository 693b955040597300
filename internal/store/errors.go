package store

import (
	"errors"
	"fmt"
	"time"
)

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
	ErrCorrupt = errors.New("database is damaged")
	// ErrFull is wrapped when the disk (or a quota) has no room left. What was
	// committed before stays.
	ErrFull = errors.New("no room left on the disk")
	// ErrReadOnly is wrapped by writes to a store that was opened for reading.
	ErrReadOnly = errors.New("opened for reading only")
	// ErrPermission is wrapped when the system refuses access to the file or
	// its folder.
	ErrPermission = errors.New("permission denied")
)

// LockedError says who else has the store open for writing.
type LockedError struct {
	Path  string
	PID   int
	Host  string
	What  string // what the holder is doing, as it named itself
	Since time.Time
}

func (e *LockedError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("%s is in use by another process; wait for it to end, or read with a command that does not write", e.Path)
	}
	return fmt.Sprintf("%s is in use by %s (process %d on %s, since %s); wait for it to end, or stop that process",
		e.Path, e.What, e.PID, e.Host, e.Since.UTC().Format(time.RFC3339))
}

// VersionError says that a database was written by a newer program.
type VersionError struct {
	Path       string
	Have, Want int // schema version of the file; the newest this program knows
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("%s has schema version %d, but this program knows versions up to %d: it was written by a newer past; "+
		"update the program, or name another file with --db (nothing was changed)", e.Path, e.Have, e.Want)
}
