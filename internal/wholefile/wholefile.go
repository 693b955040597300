// Package wholefile writes files that appear whole or not at all: beside their
// place, then by one renaming. Folders of many files are published elsewhere
// (internal/edition/publish, reports).
package wholefile

import (
	"bufio"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Temporary begins the name of a file that is not whole yet; one that a killed
// process left may be removed.
const Temporary = ".whole-"

// Write gives the file what write writes and returns its size. After an error the
// file is as it was.
func Write(name string, mode fs.FileMode, write func(io.Writer) error) (size int64, err error) {
	f, err := os.CreateTemp(filepath.Dir(name), Temporary+"*")
	if err != nil {
		return 0, fmt.Errorf("write %s: %w", name, err)
	}
	defer func() {
		if err != nil {
			f.Close() // the first error says what went wrong
			os.Remove(f.Name())
			err = fmt.Errorf("write %s: %w", name, err)
		}
	}()
	w := bufio.NewWriterSize(f, 1<<16)
	for _, step := range []func() error{func() error { return write(w) }, w.Flush, func() error { return f.Chmod(mode) }, f.Sync} {
		if err := step(); err != nil {
			return 0, err
		}
	}
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	if err := f.Close(); err != nil {
		return 0, err
	}
	return info.Size(), os.Rename(f.Name(), name)
}

// Bytes is Write of what is at hand.
func Bytes(name string, mode fs.FileMode, body []byte) error {
	_, err := Write(name, mode, func(w io.Writer) error {
		_, err := w.Write(body)
		return err
	})
	return err
}
