package store

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// docs/reference/data-dictionary.md and the schema must name the same tables, views and
// columns, and say which columns may be absent. A column has its meaning in a row
// of its table, among the common columns, or in the table that "As in" names; a plain
// one is what its name says.
func TestDictionaryAgreesWithSchema(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "reference", "data-dictionary.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, tables, _ := strings.Cut(string(text), "\n## Collected\n")
	common := documentedColumns(t, string(text)[:len(text)-len(tables)], nil)["Common columns"]
	documented := documentedColumns(t, tables, common)
	s := fresh(t)
	actual := map[string]map[string]string{}
	for _, name := range viewRows(t, s, `SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'
		AND name NOT LIKE 'search\_%' ESCAPE '\' ORDER BY name`) {
		isView := viewRows(t, s, "SELECT count(*) FROM sqlite_schema WHERE name = ? AND type = 'view'", name[0])[0][0] == "1"
		actual[name[0]] = map[string]string{}
		for _, c := range viewRows(t, s, `SELECT name, "notnull", pk FROM pragma_table_info(?)`, name[0]) {
			absent := ""
			if !isView && name[0] != "search" && c[1] == "0" && c[2] == "0" {
				absent = "?"
			}
			actual[name[0]][c[0]] = absent
		}
	}
	if d := cmp.Diff(actual, documented); d != "" {
		t.Errorf("the schema (-) and docs/reference/data-dictionary.md (+) differ:\n%s", d)
	}
}

var (
	dictionaryHeading = regexp.MustCompile("^##+ (?:`(\\w+)`|(Common columns))$")
	dictionaryRow     = regexp.MustCompile("^`(\\w+)`(\\??)\\|(.{2,})$")
	dictionaryNames   = regexp.MustCompile("^(?:(Common|Plain)|As in `(\\w+)`): (.+)$")
	dictionaryName    = regexp.MustCompile("`(\\w+)`(\\??)")
)

// documentedColumns gives, by table, the columns with "?" for those that may be
// absent. A name without a meaning is an error of t.
func documentedColumns(t *testing.T, text string, common map[string]string) map[string]map[string]string {
	t.Helper()
	out := map[string]map[string]string{}
	table := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if m := dictionaryHeading.FindStringSubmatch(line); m != nil {
			if table = m[1] + m[2]; out[table] != nil {
				t.Errorf("%s is documented twice", table)
			}
			out[table] = map[string]string{}
		} else if m := dictionaryRow.FindStringSubmatch(line); m != nil {
			out[table][m[1]] = m[2]
		} else if m := dictionaryNames.FindStringSubmatch(line); m != nil {
			from := out[m[2]]
			if m[1] != "" {
				from = common
			}
			for _, c := range dictionaryName.FindAllStringSubmatch(m[3], -1) {
				if _, ok := from[c[1]]; !ok && m[1] != "Plain" {
					t.Errorf("%s.%s has no meaning in %q", table, c[1], m[1]+m[2])
				}
				out[table][c[1]] = c[2]
			}
		}
	}
	return out
}
