package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"past/internal/store/value"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestPathsThatNeedEscaping(t *testing.T) {
	ctx := context.Background()
	for _, name := range []string{"we?ird#.db", "100% sure.db", "a b&c=d.db", "ünïcode;.db", "%41.db", "file:x.db", "mode=ro?.db",
		"'quote\".db"} {
		if runtime.GOOS == "windows" && strings.ContainsAny(name, `?:"`) {
			continue
		}
		dir := t.TempDir()
		path := filepath.Join(dir, "sub dir?#", name)
		if runtime.GOOS == "windows" {
			path = filepath.Join(dir, name)
		}
		s, err := Open(ctx, path, Options{Create: true})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		commit(t, s, page("r", 0, 1, 0, ""))
		if err := s.Close(); err != nil {
			t.Errorf("%s: close: %v", name, err)
		}
		var left []string
		entries, _ := os.ReadDir(filepath.Dir(path))
		for _, e := range entries {
			left = append(left, e.Name())
		}
		if len(left) != 2 { // the database and its lock file: the log is gone after a clean close
			t.Errorf("%s: the folder holds %q", name, left)
		}
		r, err := Open(ctx, path, Options{ReadOnly: true})
		if err != nil {
			t.Errorf("%s: read: %v", name, err)
			continue
		}
		if c, err := r.Counts(ctx); err != nil || c.Records != 1 {
			t.Errorf("%s: %+v %v", name, c, err)
		}
		r.Close()
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	write := func(name, content string) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		return p
	}
	foreign := filepath.Join(dir, "foreign.db")
	db, err := sql.Open("sqlite", foreign)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("CREATE TABLE mine (x)"); err != nil {
		t.Fatal(err)
	}
	db.Close()
	newer := filepath.Join(dir, "newer.db")
	s := open(t, newer, Options{Create: true})
	if err := s.plain(ctx, func(c *conn) error { return c.script("PRAGMA user_version = 99") }); err != nil {
		t.Fatal(err)
	}
	s.Close()
	text := write("notes.txt", strings.Repeat("these are notes, not a database\n", 200))
	empty := write("empty.db", "")
	for _, c := range []struct {
		name, path string
		o          Options
		want       error
		says       []string
	}{
		{"absent", filepath.Join(dir, "none.db"), Options{}, ErrNoStore, []string{"none.db", "--db"}},
		{"absent, reading", filepath.Join(dir, "none.db"), Options{ReadOnly: true, Create: true}, ErrNoStore, nil},
		{"folder", dir, Options{Create: true}, ErrNotAStore, []string{"folder"}},
		{"empty, reading", empty, Options{ReadOnly: true}, ErrNotAStore, []string{"empty"}},
		{"text file", text, Options{}, ErrNotAStore, []string{"notes.txt"}},
		{"text file, create", text, Options{Create: true}, ErrNotAStore, nil},
		{"text file, reading", text, Options{ReadOnly: true}, ErrNotAStore, nil},
		{"other program's", foreign, Options{Create: true}, ErrNotAStore, []string{"another program"}},
		{"other program's, reading", foreign, Options{ReadOnly: true}, ErrNotAStore, nil},
		{"newer", newer, Options{}, nil, []string{"version 99", "update the program", "nothing was changed"}},
		{"newer, reading", newer, Options{ReadOnly: true}, nil, []string{"version 99"}},
		{"no name", "", Options{Create: true}, nil, []string{"no file"}},
	} {
		before, _ := os.ReadFile(c.path)
		s, err := Open(ctx, c.path, c.o)
		if err == nil {
			s.Close()
			t.Errorf("%s: opened", c.name)
			continue
		}
		if c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v does not wrap %v", c.name, err, c.want)
		}
		for _, part := range c.says {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %q does not say %q", c.name, err, part)
			}
		}
		if after, _ := os.ReadFile(c.path); string(before) != string(after) {
			t.Errorf("%s: the file was changed", c.name)
		}
	}
	var ve *VersionError
	if _, err := Open(ctx, newer, Options{}); !errors.As(err, &ve) || ve.Have != 99 || ve.Want != SchemaVersion() {
		t.Errorf("newer: %v", err)
	}
	// An empty file may be filled where a new one may be made.
	s = open(t, empty, Options{Create: true})
	commit(t, s, page("r", 0, 1, 0, ""))
}

func TestFilesWithoutRights(t *testing.T) {
	if !bound(t) {
		return
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "past.db")
	open(t, path, Options{Create: true}).Close()
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(context.Background(), path, Options{ReadOnly: true}); !errors.Is(err, ErrPermission) {
		t.Errorf("unreadable file: %v", err)
	}
	os.Chmod(path, 0o644)
	os.Chmod(dir, 0o500)
	defer os.Chmod(dir, 0o700)
	if _, err := Open(context.Background(), path, Options{}); !errors.Is(err, ErrPermission) {
		t.Errorf("folder that cannot be written: %v", err)
	}
	s, err := Open(context.Background(), path, Options{ReadOnly: true})
	if err != nil {
		t.Errorf("reading in a folder that cannot be written: %v", err)
	} else {
		s.Close()
	}
}

func TestDamagedFile(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "past.db")
	s := open(t, path, Options{Create: true})
	for i := range 10 {
		commit(t, s, page("r", i*20, 20, 0, ""))
	}
	s.Close()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	step := 7
	if raceOn {
		step = 40
	}
	for i := 3; i < len(whole)/8192-1; i += step { // one page after the other
		broken := append([]byte(nil), whole...)
		for j := range 4096 {
			broken[i*8192+1000+j] ^= 0xa5
		}
		if err := os.WriteFile(path, broken, 0o644); err != nil {
			t.Fatal(err)
		}
		s, err := Open(ctx, path, Options{ReadOnly: true})
		if err != nil {
			found++ // refused at once: fine
			continue
		}
		faults, err := s.Check(ctx, Records)
		if err != nil || len(faults) > 0 {
			found++
		}
		for _, err := range s.Records(ctx, RecordFilter{}) {
			if err != nil {
				break // an error, never a panic
			}
		}
		s.Close()
	}
	if found == 0 {
		t.Error("no damage was found")
	}
	// A body whose bytes changed without SQLite noticing.
	if err := os.WriteFile(path, whole, 0o644); err != nil {
		t.Fatal(err)
	}
	s = open(t, path, Options{})
	sha := ""
	if err := s.write(ctx, func(c *conn) error {
		row, _, err := c.one("SELECT sha256 FROM payload LIMIT 1")
		if err != nil {
			return err
		}
		sha = value.Text(row[0])
		return c.exec("UPDATE payload SET body = zeroblob(40), encoding = 'raw', bytes = 40 WHERE sha256 = ?", sha)
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Payload(ctx, sha); !errors.Is(err, ErrCorrupt) {
		t.Errorf("a body without its hash: %v", err)
	}
	faults, err := s.Check(ctx, Records)
	if err != nil || len(faults) != 1 || !strings.Contains(faults[0], sha) {
		t.Errorf("integrity check: %q %v", faults, err)
	}
}

func TestReadOnlyStoreRefusesWrites(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "past.db")
	open(t, path, Options{Create: true}).Close()
	s := open(t, path, Options{ReadOnly: true})
	for name, err := range map[string]error{
		"commit":   func() error { _, err := s.Commit(ctx, page("r", 0, 1, 0, "")); return err }(),
		"findings": s.ReplaceFindings(ctx, nil, nil, nil),
		"state":    s.SetState(ctx, "a", "b"),
	} {
		if !errors.Is(err, ErrReadOnly) {
			t.Errorf("%s on a store for reading: %v", name, err)
		}
	}
	if !s.ReadOnly() || s.Path() != path {
		t.Error("the store does not know itself")
	}
}

func TestUseAfterClose(t *testing.T) {
	s := fresh(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Commit(context.Background(), page("r", 0, 1, 0, "")); err == nil {
		t.Error("commit to a closed store")
	}
	if err := s.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}
