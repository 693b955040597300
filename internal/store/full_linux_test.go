package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
)

func init() {
	moreRoles["full"] = fullRole
}

// fullRole stores until its file size limit is reached, as with a quota.
func fullRole(ctx context.Context, path string) error {
	signal.Ignore(syscall.SIGXFSZ)
	s, err := Open(ctx, path, Options{Create: true})
	if err != nil {
		return err
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 3 << 20, Max: 3 << 20}); err != nil {
		return err
	}
	pages, ferr := fillUp(ctx, s, 1000)
	if err := checkFull(ctx, s, pages, ferr); err != nil {
		return err
	}
	fmt.Println(pages)
	s.Close() // what can be tidied up without room is
	return nil
}

func TestFileSizeLimit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "past.db")
	c := startChild(t, "full", path)
	c.ready(t)
	pages := 0
	fmt.Sscan(c.lines.Text(), &pages)
	if err := c.cmd.Wait(); err != nil {
		t.Fatalf("%v: %s", err, c.errors.String())
	}
	s := open(t, path, Options{})
	if n, err := s.Counts(context.Background()); err != nil || n.Records != int64(pages*50) || pages == 0 {
		t.Errorf("%d pages were kept, the store has %+v (%v)", pages, n, err)
	}
	commit(t, s, page("r", pages*50, 50, 0, "x"))
}

// A file system that is really full, where this user may mount one.
func TestFullFileSystem(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=4m"); err != nil {
		t.Skipf("needs the right to mount a small file system: %v", err)
	}
	defer syscall.Unmount(dir, syscall.MNT_DETACH)
	ctx := context.Background()
	path := filepath.Join(dir, "past.db")
	s, err := Open(ctx, path, Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	pages, ferr := fillUp(ctx, s, 1000)
	if err := checkFull(ctx, s, pages, ferr); err != nil {
		t.Fatal(err)
	}
	if err := s.Backup(ctx, filepath.Join(dir, "copy.db")); err == nil {
		t.Error("a backup fitted on a full disk")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "copy*")); len(left) > 0 {
		t.Errorf("a failed backup left %v", left)
	}
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT, "size=64m"); err != nil {
		t.Fatal(err)
	}
	commit(t, s, page("r", pages*50, 50, 0, "x"))
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
}

// A store on a disk that no one can write, as in a container with a read-only
// root, can be read all the same.
func TestReadOnlyFileSystem(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=16m"); err != nil {
		t.Skipf("needs the right to mount a small file system: %v", err)
	}
	defer syscall.Unmount(dir, syscall.MNT_DETACH)
	ctx := context.Background()
	path := filepath.Join(dir, "past.db")
	s, err := Open(ctx, path, Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	commit(t, s, page("r", 0, 5, 0, ""))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	if s, err := Open(ctx, path, Options{}); !errors.Is(err, ErrPermission) {
		s.Close()
		t.Errorf("for writing: %v", err)
	}
	r, err := Open(ctx, path, Options{ReadOnly: true})
	if err != nil {
		t.Fatalf("for reading: %v", err)
	}
	defer r.Close()
	if c, err := r.Counts(ctx); err != nil || c.Records != 5 {
		t.Errorf("%+v %v", c, err)
	}
	if faults, err := r.Check(ctx, Records); err != nil || len(faults) > 0 {
		t.Errorf("%v %v", faults, err)
	}
	copy := filepath.Join(t.TempDir(), "copy.db")
	if err := r.Backup(ctx, copy); err != nil {
		t.Errorf("backup: %v", err)
	}
}
