// Package schema holds the steps that make the database what it is: one SQL file a
// version. A published step is never edited, and steps only go forward.
package schema

import (
	"embed"
	"fmt"
	"io/fs"
	"sort"
	"strconv"
	"strings"
)

// ApplicationID marks a SQLite file as ours ("PAST" in ASCII).
const ApplicationID = 0x50415354

//go:embed *.sql
var files embed.FS

// Step takes a database from Version-1 to Version.
type Step struct {
	Version int
	Name    string
	Script  string
}

// Steps lists the embedded steps in order: 0001_NAME.sql, 0002_…
func Steps() ([]Step, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	var steps []Step
	for i, name := range names {
		num, rest, ok := strings.Cut(name, "_")
		n, err := strconv.Atoi(num)
		if !ok || err != nil || n != i+1 {
			return nil, fmt.Errorf("embedded schema file %s is out of order", name)
		}
		b, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		steps = append(steps, Step{n, strings.TrimSuffix(rest, ".sql"), string(b)})
	}
	return steps, nil
}
