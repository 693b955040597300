package wholefile_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"past/internal/wholefile"
)

// A file is replaced by all of the new content, or stays; nothing is left beside it.
func TestWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a.txt")
	content := func() string {
		t.Helper()
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) != 1 {
			t.Errorf("%v beside it, %v", entries, err)
		}
		return string(b)
	}
	if err := wholefile.Bytes(name, 0o600, []byte("old")); err != nil || content() != "old" {
		t.Fatal(err)
	}
	stopped := errors.New("stopped")
	if _, err := wholefile.Write(name, 0o644, func(w io.Writer) error {
		_, err := io.WriteString(w, strings.Repeat("new", 1<<16))
		return errors.Join(err, stopped)
	}); !errors.Is(err, stopped) || content() != "old" {
		t.Errorf("%v, the file has %q", err, content())
	}
	n, err := wholefile.Write(name, 0o640, func(w io.Writer) error {
		_, err := io.WriteString(w, strings.Repeat("new", 1<<16))
		return err
	})
	if err != nil || n != 3<<16 || content() != strings.Repeat("new", 1<<16) {
		t.Errorf("%d bytes, %v", n, err)
	}
	if info, err := os.Stat(name); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o640 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if err := wholefile.Bytes(filepath.Join(dir, "no", "b.txt"), 0o644, nil); err == nil {
		t.Error("a file without a folder")
	}
	if err := wholefile.Bytes(dir, 0o644, nil); err == nil {
		t.Error("a folder was replaced by a file")
	}
	if content() == "" {
		t.Error("the file is gone")
	}
}
