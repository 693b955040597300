//go:build unix

package review

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"past/internal/needtest"
)

func TestFolderDoesNotWaitForAPipe(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe", "notes.csv")
	if err := os.MkdirAll(filepath.Dir(pipe), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(pipe, 0o644); err != nil {
		needtest.Absent(t, "a folder that can hold a named pipe", err)
	}
	f, err := ReadFolder(filepath.Dir(pipe))
	if err != nil || f.Err() == nil || !strings.Contains(f.Err().Error(), "not a regular file") {
		t.Errorf("pipe: %v %v", err, f.Err())
	}
}
