package lock

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// The lock is far behind the text, which others must be able to read: on
// Windows a locked range is closed to them.
var lockRange = windows.Overlapped{OffsetHigh: 0x7fffffff}

func lockFile(f *os.File) error {
	at := lockRange
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &at)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return errHeld
	}
	return err
}

func unlockFile(f *os.File) error {
	at := lockRange
	return windows.UnlockFileEx(windows.Handle(f.Fd()), 0, 1, 0, &at)
}
