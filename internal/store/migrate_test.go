package store

import (
	"context"
	"fmt"
	"past/internal/store/schema"
	"past/internal/store/value"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// makeVersion makes a database as an earlier release left it.
func makeVersion(t testing.TB, path string, version int) *Store {
	t.Helper()
	s := &Store{path: path, opt: Options{Create: true, Now: func() time.Time { return day(0) }, What: "an earlier release"},
		turn: make(chan struct{}, 1), migrateTo: version}
	if err := s.openWriter(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.shut() })
	return s
}

// schemaOf reads the schema as SQLite keeps it.
func schemaOf(t testing.TB, s *Store) [][]string {
	t.Helper()
	return viewRows(t, s, "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema ORDER BY type, name")
}

// fillFrom copies what an old schema can hold from a store of today.
func fillFrom(t testing.TB, old, now *Store) {
	t.Helper()
	tables := viewRows(t, now, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'search%'
		OR name IN ('arm_result', 'contrast', 'posted_outcome') -- tables of former versions`)
	err := old.plain(context.Background(), func(c *conn) error {
		if err := c.exec("ATTACH ? AS now", now.path); err != nil {
			return err
		}
		script := "PRAGMA foreign_keys = 0; BEGIN;"
		for _, name := range tables {
			// A column that today's table lacks is filled with what its type allows; a
			// number that could not be absent then was 0.
			row, ok, err := c.one(`SELECT group_concat(name, ', '), group_concat(CASE
				WHEN name IN (SELECT name FROM pragma_table_info(?1, 'now') WHERE "notnull" OR pk OR type != 'INTEGER') THEN name
				WHEN name IN (SELECT name FROM pragma_table_info(?1, 'now')) THEN iif("notnull", 'coalesce(' || name || ', 0)', name)
				WHEN "notnull" = 0 THEN 'NULL' WHEN type = 'BLOB' THEN 'x''''' WHEN type = 'INTEGER' THEN '0' ELSE '''''' END, ', ')
				FROM pragma_table_info(?1, 'main') WHERE EXISTS (SELECT 1 FROM main.sqlite_schema x WHERE x.name = ?1 AND x.type = 'table')`,
				name[0])
			if err != nil || !ok || row[0] == nil || name[0] == "writer" {
				continue // a table that came later
			}
			script += "INSERT INTO main." + name[0] + " (" + value.Text(row[0]) + ") SELECT " + value.Text(row[1]) + " FROM now." + name[0] + ";"
		}
		if n, _ := c.number("SELECT count(*) FROM sqlite_schema WHERE name = 'layout'"); n > 0 {
			script += "INSERT INTO main.layout (layout_no, text) VALUES (0, '');"
		}
		return c.script(script + "COMMIT; PRAGMA foreign_keys = 1; DETACH now;")
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestUpgradeFromEachVersion(t *testing.T) {
	ctx := context.Background()
	now := fresh(t)
	want := schemaOf(t, now)
	mixed(t, now)
	fillDerived(t, now)
	counts := rowCounts(t, now)
	for v := 1; v < SchemaVersion(); v++ {
		path := filepath.Join(t.TempDir(), "past.db")
		old := makeVersion(t, path, v)
		fillFrom(t, old, now)
		before := map[string]content{}
		for _, f := range []string{"payload", "arrival", "planned_outcome", "posted_outcome", "hit", "problem", "record_version"} {
			before[f] = contentOf(t, old, f, lastingColumns[f])
		}
		if err := old.shut(); err != nil {
			t.Fatal(err)
		}
		s, err := Open(ctx, path, Options{})
		if err != nil {
			t.Fatalf("from version %d: %v", v, err)
		}
		if d := cmp.Diff(want, schemaOf(t, s)); d != "" {
			t.Errorf("from version %d the schema differs from a new one:\n%s", v, d)
		}
		for f, sum := range before {
			if contentOf(t, s, f, sum.columns) != sum {
				t.Errorf("from version %d: table %s changed its content", v, f)
			}
		}
		checkCounts(t, s)
		if v > 1 { // the derived tables came with version 2
			if d := cmp.Diff(counts, rowCounts(t, s)); d != "" {
				t.Errorf("from version %d:\n%s", v, d)
			}
			want, got := fingerprint(t, now), fingerprint(t, s)
			if v < 14 { // it has columns that came later; extract fills them again
				delete(want, "arm_result")
				delete(got, "arm_result")
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("from version %d the content differs:\n%s", v, d)
			}
		}
		if faults, err := s.Check(ctx, Records); err != nil || len(faults) > 0 {
			t.Errorf("from version %d: %v %v", v, faults, err)
		}
		commit(t, s, page("r2", 500, 5, 0, ""))
		fillDerived(t, s)
		if err := s.Close(); err != nil {
			t.Errorf("from version %d: close: %v", v, err)
		}
	}
}

// content is the sum of some columns of a table.
type content struct{ columns, sum string }

// contentOf sums a table over the columns, all that it has when they are "".
func contentOf(t testing.TB, s *Store, table, columns string) content {
	t.Helper()
	if columns == "" {
		columns = viewRows(t, s, "SELECT group_concat(name, ', ') FROM (SELECT name FROM pragma_table_info(?) ORDER BY cid)", table)[0][0]
	}
	out := map[string]string{}
	if err := s.fingerprint(context.Background(), out, table, "SELECT "+columns+" FROM "+table+" ORDER BY 1, 2, 3"); err != nil {
		t.Fatal(err)
	}
	return content{columns, out[table]}
}

// A published migration must never change: databases out there have run it.
func TestMigrationsAreInOrder(t *testing.T) {
	ms, err := schema.Steps()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("schema/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	if len(ms) != len(files) || len(ms) != SchemaVersion() {
		t.Errorf("%d migrations, %d files, version %d", len(ms), len(files), SchemaVersion())
	}
}

// Reading an older database brings it up to date, unless somebody writes to it;
// a backup of an earlier release can be restored.
func TestOlderDatabaseIsRead(t *testing.T) {
	ctx := context.Background()
	now := fresh(t)
	mixed(t, now)
	dir := t.TempDir()
	path := filepath.Join(dir, "past.db")
	old := makeVersion(t, path, 1)
	fillFrom(t, old, now)
	if _, err := Open(ctx, path, Options{ReadOnly: true}); err == nil || !strings.Contains(err.Error(), "older schema version 1") {
		t.Errorf("while an earlier release writes: %v", err)
	}
	copy := filepath.Join(dir, "backup.db")
	if err := old.Backup(ctx, copy); err != nil {
		t.Fatal(err)
	}
	old.shut()
	r := open(t, path, Options{ReadOnly: true})
	checkCounts(t, r)
	restored := filepath.Join(dir, "restored.db")
	if err := Restore(ctx, copy, restored); err != nil {
		t.Fatal(err)
	}
	r2 := open(t, restored, Options{ReadOnly: true})
	if d := cmp.Diff(rowCounts(t, r), rowCounts(t, r2)); d != "" {
		t.Errorf("restored from an older backup:\n%s", d)
	}
	if v := viewRows(t, open(t, path, Options{ReadOnly: true}), "PRAGMA user_version"); v[0][0] != fmt.Sprint(SchemaVersion()) {
		t.Errorf("the schema version is %s", v[0][0])
	}
}

// A migration that fails leaves the version before it, whole.
func TestFailedUpgradeChangesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "past.db")
	old := makeVersion(t, path, 1)
	if err := old.plain(context.Background(), func(c *conn) error { return c.script("CREATE TABLE finding (in_the_way)") }); err != nil {
		t.Fatal(err)
	}
	before := schemaOf(t, old)
	old.shut()
	if s, err := Open(context.Background(), path, Options{}); err == nil {
		s.Close()
		t.Fatal("the upgrade went through a table that was in its way")
	}
	again := makeVersion(t, path, 1)
	if d := cmp.Diff(before, schemaOf(t, again)); d != "" {
		t.Errorf("a failed upgrade left something:\n%s", d)
	}
}
