package store

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// docs/data-dictionary.md and the schema must name the same tables, views and
// columns, each with a meaning.
func TestDictionaryAgreesWithSchema(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "data-dictionary.md"))
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string][]string{}
	heading := regexp.MustCompile("^### `(\\w+)`")
	row := regexp.MustCompile("^\\| `(\\w+)` \\| ([^|]+) \\| (.+) \\|$")
	table := ""
	for i, line := range strings.Split(string(text), "\n") {
		if m := heading.FindStringSubmatch(line); m != nil {
			table = m[1]
			if documented[table] != nil {
				t.Errorf("line %d: %s is documented twice", i+1, table)
			}
			documented[table] = []string{}
		} else if strings.HasPrefix(line, "#") {
			table = ""
		}
		if m := row.FindStringSubmatch(line); m != nil && table != "" {
			documented[table] = append(documented[table], m[1]+" "+m[2])
			if len(strings.TrimSpace(m[3])) < 3 {
				t.Errorf("line %d: column %s.%s has no meaning", i+1, table, m[1])
			}
		}
	}
	s := fresh(t)
	actual := map[string][]string{}
	for _, name := range viewRows(t, s, `SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'
		AND name NOT LIKE 'search\_%' ESCAPE '\' ORDER BY name`) {
		isView := viewRows(t, s, "SELECT count(*) FROM sqlite_schema WHERE name = ? AND type = 'view'", name[0])[0][0] == "1"
		for _, c := range viewRows(t, s, `SELECT name, type, "notnull" FROM pragma_table_info(?) ORDER BY cid`, name[0]) {
			kind := strings.ToLower(c[1])
			switch {
			case name[0] == "search":
				kind = "text"
			case isView: // a view's types are those of what it shows
				kind = "view"
			case c[2] == "0" && viewRows(t, s, "SELECT pk FROM pragma_table_info(?) WHERE name = ?", name[0], c[0])[0][0] == "0":
				kind += ", may be absent"
			}
			actual[name[0]] = append(actual[name[0]], c[0]+" "+kind)
		}
	}
	for name, cols := range documented {
		for i, c := range cols {
			if a := actual[name]; i < len(a) && strings.HasSuffix(a[i], " view") {
				documented[name][i] = strings.Fields(c)[0] + " view"
			}
		}
	}
	if d := cmp.Diff(actual, documented); d != "" {
		t.Errorf("the schema (-) and docs/data-dictionary.md (+) differ:\n%s", d)
	}
}
