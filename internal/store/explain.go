package store

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
)

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
