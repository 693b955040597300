package store

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sort"
	"strconv"
	"strings"
)

// applicationID marks a SQLite file as ours ("PAST" in ASCII).
const applicationID = 0x50415354

//go:embed schema/*.sql
var schemaFiles embed.FS

// migration takes a database from version-1 to version. Migrations only ever
// go forward, and a published one is never edited.
type migration struct {
	version int
	name    string
	script  string
}

// migrations lists the embedded ones in order: 0001_NAME.sql, 0002_…
func migrations() ([]migration, error) {
	names, err := fs.Glob(schemaFiles, "schema/*.sql")
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	var ms []migration
	for i, name := range names {
		base := strings.TrimPrefix(name, "schema/")
		num, rest, ok := strings.Cut(base, "_")
		n, err := strconv.Atoi(num)
		if !ok || err != nil || n != i+1 {
			return nil, fmt.Errorf("embedded schema file %s is out of order", base)
		}
		b, err := schemaFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		ms = append(ms, migration{n, strings.TrimSuffix(rest, ".sql"), string(b)})
	}
	return ms, nil
}

// SchemaVersion is the newest schema version that this program knows.
func SchemaVersion() int {
	ms, err := migrations()
	if err != nil {
		return 0
	}
	return len(ms)
}

// migrate brings the schema to version to (0: the newest), each step in a
// transaction of its own. Before the first step a database that holds something
// is copied; the copy's path is given.
func (c *conn) migrate(path string, to int) (from int, copied string, err error) {
	ms, err := migrations()
	if err != nil {
		return 0, "", err
	}
	if to == 0 {
		to = len(ms)
	}
	have, err := c.number("PRAGMA user_version")
	if err != nil {
		return 0, "", err
	}
	if int(have) > len(ms) {
		return 0, "", &VersionError{Path: path, Have: int(have), Want: len(ms)}
	}
	if have > 0 && int(have) < to {
		if copied, err = c.keepBefore(path, int(have)); err != nil {
			return 0, "", err
		}
	}
	for _, m := range ms[have:max(int(have), to)] {
		step := fmt.Sprintf("BEGIN IMMEDIATE;\n%s\nPRAGMA application_id = %d;\nPRAGMA user_version = %d;\nCOMMIT;",
			m.script, applicationID, m.version)
		if err := c.script(step); err != nil {
			_ = c.script("ROLLBACK") // the error that counts is the first
			return 0, "", fmt.Errorf("upgrade %s to schema version %d (%s): %w", path, m.version, m.name, err)
		}
	}
	if have > 0 && have < packedUntil && to >= packedUntil {
		// The packed records of old were half the file. The copy that VACUUM
		// makes belongs on the disk, not in memory.
		err = c.script("PRAGMA temp_store = 1; PRAGMA auto_vacuum = INCREMENTAL; VACUUM; PRAGMA temp_store = 2;")
	}
	return int(have), copied, err
}

// packedUntil is the schema version that has no packed copy of records.
const packedUntil = 12

// keepBefore copies a database beside itself before it is upgraded. A copy that
// is there is whole, since it appears by renaming, and of this very version: an
// upgrade that was stopped began from it.
func (c *conn) keepBefore(path string, version int) (string, error) {
	to := fmt.Sprintf("%s.schema-%d", path, version)
	if _, err := os.Lstat(to); err == nil {
		return to, nil
	}
	fail := func(err error) (string, error) {
		return "", fmt.Errorf("the database has the older schema version %d and is copied to %s before it is upgraded: %w (make room there, "+
			"as much as the database has; nothing was changed)", version, to, err)
	}
	part := to + ".partial"
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fail(err)
	}
	err := c.exec("VACUUM INTO ?", part)
	if err == nil {
		err = syncFile(part)
	}
	if err == nil {
		err = os.Rename(part, to)
	}
	if err != nil {
		return fail(errors.Join(err, removeIfThere(part)))
	}
	return to, nil
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
