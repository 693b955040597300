package store

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func init() { moreRoles["upgrade"] = upgradeRole }

// upgradeRole opens an older database, as the first command of a newer program
// does.
func upgradeRole(ctx context.Context, path string) error {
	s, err := Open(ctx, path, Options{})
	if err != nil {
		return err
	}
	return s.Close()
}

// released unpacks the database that a program of a former schema version wrote
// (crawled, imported review files, analysed and published by that program).
// There is one for each version that left a build; versions 1 and 2 never did
// and are made from today's schema in TestUpgradeFromEachVersion.
func released(t testing.TB, version int) (path string) {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "released", fmt.Sprintf("schema-%d.db.gz", version)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "past.db")
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(out, z)
	if err := errors.Join(err, out.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

func releasedVersions(t testing.TB) (out []int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "released", "schema-*.db.gz"))
	if err != nil || len(files) < 2 {
		t.Fatalf("%d released databases: %v", len(files), err)
	}
	for _, f := range files {
		n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(filepath.Base(f), "schema-"), ".db.gz"))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, n)
	}
	return out
}

// lasting are the tables whose content no upgrade may change.
var lasting = []string{"payload", "arrival", "record_version", "decision", "edition", "change", "gate", "run", "hit", "problem"}

// lastingColumns are those that stay of a table that loses others.
var lastingColumns = map[string]string{
	"record_version": "version_no, record_no, origin, seen, last_seen, content_hash, payload_sha256, pointer, label, stated",
}

func lastingOf(t testing.TB, path string, version int) map[string]content {
	t.Helper()
	s := makeVersion(t, path, version)
	out := map[string]content{}
	for _, table := range lasting {
		out[table] = contentOf(t, s, table, lastingColumns[table])
	}
	if err := s.shut(); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestReleasedDatabasesAreBroughtUpToDate(t *testing.T) {
	ctx := context.Background()
	want := schemaOf(t, fresh(t))
	for _, v := range releasedVersions(t) {
		path := released(t, v)
		before := lastingOf(t, path, v)
		s, err := Open(ctx, path, Options{ReadOnly: true}) // a reading command comes first
		if err != nil {
			t.Fatalf("version %d: %v", v, err)
		}
		from, kept := s.Upgraded()
		if v < SchemaVersion() && (from != v || kept != path+fmt.Sprintf(".schema-%d", v)) || v == SchemaVersion() && kept != "" {
			t.Errorf("version %d: upgraded from %d, kept as %q", v, from, kept)
		}
		have := slices.DeleteFunc(schemaOf(t, s), func(row []string) bool { return strings.HasPrefix(row[1], "sqlite_stat") }) // left by ANALYZE
		if d := cmp.Diff(want, have); d != "" {
			t.Errorf("from version %d the schema differs from a new one:\n%s", v, d)
		}
		for _, table := range lasting {
			if contentOf(t, s, table, before[table].columns) != before[table] {
				t.Errorf("version %d: table %s changed its content", v, table)
			}
		}
		checkCounts(t, s)
		if faults, err := s.Check(ctx, Records); err != nil || len(faults) > 0 {
			t.Errorf("version %d: %v %v", v, faults, err)
		}
		decisions, err := s.Decisions(ctx, "")
		// programs of version 3 left decisions in their files alone
		if err != nil || v >= 4 && (len(decisions) != 1 || decisions[0].Who != "the editors") {
			t.Errorf("version %d: decisions %v %v", v, decisions, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if kept != "" { // as it was
			if now := lastingOf(t, kept, v); !maps.Equal(before, now) {
				t.Errorf("version %d: the copy differs: %v, was %v", v, now, before)
			}
		}
	}
}

// An upgrade that is killed at any moment leaves a database that opens, with
// everything in it.
func TestKilledUpgrade(t *testing.T) {
	killUpgrade(t, released(t, 3), 3)
}

// The same for a database whose arm results and contrasts hold their texts.
func TestKilledUpgradeOfResults(t *testing.T) {
	now := fresh(t)
	mixed(t, now)
	fillDerived(t, now)
	var x Extracted
	for i := range 2000 {
		a, c := testResults[i%len(testResults)], testContrasts[i%len(testContrasts)]
		a.ID, a.Prov.Pointer = fmt.Sprint("a", i), fmt.Sprint("/p/", i)
		x.Results, x.Contrasts = append(x.Results, a), append(x.Contrasts, c)
	}
	if err := replaceExtraction(now, x); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "past.db")
	old := makeVersion(t, path, 15)
	fillFrom(t, old, now)
	if err := old.shut(); err != nil {
		t.Fatal(err)
	}
	killUpgrade(t, path, 15)
}

// killUpgrade kills upgrades of a database of a version.
func killUpgrade(t *testing.T, source string, v int) {
	t.Helper()
	before := lastingOf(t, source, v)
	bytes, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "past.db")
	again := func() {
		t.Helper()
		left, err := filepath.Glob(path + "*")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range left {
			if err := os.Remove(f); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(path, bytes, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	again()
	start := time.Now()
	if err := startChild(t, "upgrade", path).cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	results := func(s *Store) []content {
		return []content{contentOf(t, s, "arm_result", ""), contentOf(t, s, "contrast", "")}
	}
	s := open(t, path, Options{})
	want := results(s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(3, 4))
	stopped := map[string]int{}
	for range 16 {
		again()
		c := startChild(t, "upgrade", path)
		time.Sleep(time.Duration(rng.Int64N(int64(took))))
		_ = c.cmd.Process.Kill()
		if c.cmd.Wait() == nil {
			stopped["not"]++
		} else if _, err := os.Stat(fmt.Sprintf("%s.schema-%d", path, v)); err == nil {
			stopped["after the copy"]++
		} else {
			stopped["before it"]++
		}
		s, err := Open(context.Background(), path, Options{})
		if err != nil {
			t.Fatalf("after a kill: %v", err)
		}
		for _, table := range lasting {
			if contentOf(t, s, table, before[table].columns) != before[table] {
				t.Errorf("after a kill: table %s changed its content", table)
			}
		}
		if got := results(s); !slices.Equal(got, want) {
			t.Errorf("after a kill: the arm results or contrasts are others")
		}
		if faults, err := s.Check(context.Background(), Records); err != nil || len(faults) > 0 {
			t.Errorf("after a kill: %v %v", faults, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if left, _ := filepath.Glob(path + "*.partial"); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
	if stopped["not"] == 16 {
		t.Error("no upgrade was killed")
	}
	t.Logf("killed %v; an undisturbed upgrade took %v", stopped, took)
}

// A database of a newer program is refused, by every way of opening, unchanged.
func TestNewerDatabaseIsRefused(t *testing.T) {
	path := released(t, 4)
	s := makeVersion(t, path, 4)
	if err := s.plain(context.Background(), func(c *conn) error {
		return c.script(fmt.Sprintf("PRAGMA user_version = %d",
			SchemaVersion()+1))
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.shut(); err != nil {
		t.Fatal(err)
	}
	sum := func() string {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(len(b), string(b[:100]))
	}
	before := sum()
	for _, o := range []Options{{}, {ReadOnly: true}, {Create: true}} {
		var newer *VersionError
		if _, err := Open(context.Background(), path, o); !errors.As(err, &newer) || !strings.Contains(err.Error(),
			"written by a newer past; update the program") {
			t.Errorf("%+v: %v", o, err)
		}
	}
	if sum() != before {
		t.Error("the refused database was changed")
	}
	if left, _ := filepath.Glob(path + ".schema-*"); len(left) > 0 {
		t.Errorf("a copy was made: %v", left)
	}
}
