// Package wholefile writes files that appear whole or not at all: beside their
// place, then by one renaming. Folders of many files are published elsewhere
// (internal/edition/publish, reports). It also reads files whole, within a bound.
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

// Read gives the content of a file, pipe or device that a person named; more than
// limit bytes are an error, never a cut. So an endless device ends.
func Read(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	switch {
	case err != nil:
		return nil, err
	case int64(len(b)) > limit && limit < 1<<20:
		return nil, fmt.Errorf("%s is larger than %d kB", name, limit>>10)
	case int64(len(b)) > limit:
		return nil, fmt.Errorf("%s is larger than %d MB", name, limit>>20)
	}
	return b, nil
}
