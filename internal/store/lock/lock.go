// Package lock is the lock file beside a database: one writer at a time, named to the
// others. The system ends a lock with its process, however that ends.
package lock

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// errHeld is returned by lockFile when another process has the lock.
var errHeld = errors.New("held by another process")

// Holder is what the lock file says about who has it. The system's lock on
// the file is what counts: it ends with the process, however that ends. The
// text is there to name the holder.
type Holder struct {
	PID   int       `json:"pid"`
	Host  string    `json:"host"`
	What  string    `json:"what"` // what the holder is doing, as it named itself
	Since time.Time `json:"since"`
}

// HeldError says who else has the lock.
type HeldError struct {
	Path string
	Holder
}

func (e *HeldError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("%s is in use by another process; wait for it to end, or read with a command that does not write", e.Path)
	}
	return fmt.Sprintf("%s is in use by %s (process %d on %s, since %s); wait for it to end, or stop that process",
		e.Path, e.What, e.PID, e.Host, e.Since.UTC().Format(time.RFC3339))
}

// Lock is the lock file beside a database.
type Lock struct{ f *os.File }

// Take takes the writer lock of the database at path or says who has it.
func Take(path string, h Holder) (*Lock, error) {
	name := path + ".lock"
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
			return nil, fmt.Errorf("lock %s for writing: %w (%v)", path, fs.ErrPermission, err)
		}
		return nil, fmt.Errorf("lock %s for writing: %w", path, err)
	}
	if err := lockFile(f); err != nil {
		defer f.Close()
		if !errors.Is(err, errHeld) {
			return nil, fmt.Errorf("lock %s: %w", name, err)
		}
		e := &HeldError{Path: path}
		if b, err := io.ReadAll(io.LimitReader(f, 4096)); err == nil {
			var other Holder
			if json.Unmarshal(b, &other) == nil {
				e.Holder = other
			}
		}
		return nil, e
	}
	l := &Lock{f}
	if err := l.write(h); err != nil {
		l.Release()
		return nil, fmt.Errorf("write %s: %w", name, err)
	}
	return l, nil
}

func (l *Lock) write(h Holder) error {
	b, err := json.Marshal(h)
	if err != nil {
		return err
	}
	if err := l.f.Truncate(0); err != nil {
		return err
	}
	_, err = l.f.WriteAt(append(b, '\n'), 0)
	return err
}

// Release gives the lock back. The file stays: removing it could take the
// lock from a process that has just opened it.
func (l *Lock) Release() error {
	if l == nil || l.f == nil {
		return nil
	}
	terr := l.f.Truncate(0)
	uerr := unlockFile(l.f)
	cerr := l.f.Close()
	l.f = nil
	return errors.Join(terr, uerr, cerr)
}
