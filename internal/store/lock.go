package store

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

// holder is what the lock file says about who has it. The system's lock on
// the file is what counts: it ends with the process, however that ends. The
// text is there to name the holder.
type holder struct {
	PID   int       `json:"pid"`
	Host  string    `json:"host"`
	What  string    `json:"what"`
	Since time.Time `json:"since"`
}

// writerLock is the lock file beside a database.
type writerLock struct{ f *os.File }

// lockWriter takes the writer lock of the database at path or says who has it.
func lockWriter(path string, h holder) (*writerLock, error) {
	name := path + ".lock"
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
			return nil, fmt.Errorf("lock %s for writing: %w (%v)", path, ErrPermission, err)
		}
		return nil, fmt.Errorf("lock %s for writing: %w", path, err)
	}
	if err := lockFile(f); err != nil {
		defer f.Close()
		if !errors.Is(err, errHeld) {
			return nil, fmt.Errorf("lock %s: %w", name, err)
		}
		e := &LockedError{Path: path}
		var other holder
		if b, err := io.ReadAll(io.LimitReader(f, 4096)); err == nil && json.Unmarshal(b, &other) == nil {
			e.PID, e.Host, e.What, e.Since = other.PID, other.Host, other.What, other.Since
		}
		return nil, e
	}
	l := &writerLock{f}
	if err := l.write(h); err != nil {
		l.release()
		return nil, fmt.Errorf("write %s: %w", name, err)
	}
	return l, nil
}

func (l *writerLock) write(h holder) error {
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

// release gives the lock back. The file stays: removing it could take the
// lock from a process that has just opened it.
func (l *writerLock) release() error {
	if l == nil || l.f == nil {
		return nil
	}
	terr := l.f.Truncate(0)
	uerr := unlockFile(l.f)
	cerr := l.f.Close()
	l.f = nil
	return errors.Join(terr, uerr, cerr)
}
