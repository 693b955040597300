package store

import (
	"embed"
	"fmt"
	"io/fs"
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
// transaction of its own.
func (c *conn) migrate(path string, to int) error {
	ms, err := migrations()
	if err != nil {
		return err
	}
	if to == 0 {
		to = len(ms)
	}
	have, err := c.number("PRAGMA user_version")
	if err != nil {
		return err
	}
	if int(have) > len(ms) {
		return &VersionError{Path: path, Have: int(have), Want: len(ms)}
	}
	for _, m := range ms[have:max(int(have), to)] {
		step := fmt.Sprintf("BEGIN IMMEDIATE;\n%s\nPRAGMA application_id = %d;\nPRAGMA user_version = %d;\nCOMMIT;",
			m.script, applicationID, m.version)
		if err := c.script(step); err != nil {
			_ = c.script("ROLLBACK") // the error that counts is the first
			return fmt.Errorf("upgrade %s to schema version %d (%s): %w", path, m.version, m.name, err)
		}
	}
	return nil
}
