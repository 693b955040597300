// Package layers holds the check that imports point one way. It has no code of
// its own: a wrong import fails its test, and so the lint target and CI.
package layers

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

type pkg struct {
	ImportPath string
	Imports    []string
}

// rule forbids imports to the packages below a path, except those in Except.
type rule struct {
	from, why string
	except    []string // import paths below from that may
	forbidden []string // import paths, or prefixes ending in /
}

var rules = []rule{
	{from: "past/analysis", why: "analysis is numbers in, numbers out: no store, network or files",
		forbidden: []string{"os", "os/", "net", "net/", "database/sql", "io/fs", "embed", "log/slog", "past/internal/", "past/crawler",
			"past/crawler/", "past/reports", "past/reports/", "modernc.org/"}},
	{from: "past/analysis", except: []string{"past/analysis/internal/dist"},
		why:       "gonum's tails are unsafe: distributions go through analysis/internal/dist",
		forbidden: []string{"gonum.org/v1/gonum/stat/distuv", "gonum.org/v1/gonum/mathext"}},
	{from: "past/internal", why: "distributions go through analysis", forbidden: []string{"gonum.org/v1/gonum/stat/distuv",
		"gonum.org/v1/gonum/mathext"}},
	{from: "past/crawler", why: "the crawler knows no statistics and no store",
		forbidden: []string{"past/analysis", "past/analysis/", "past/internal/store", "database/sql", "past/reports", "gonum.org/"}},
	{from: "past/reports", why: "reports compute nothing and read no store",
		forbidden: []string{"past/analysis", "past/analysis/", "past/internal/store", "past/crawler", "past/crawler/", "database/sql",
			"net/http", "gonum.org/"}},
	{from: "past", except: []string{"past/internal/store"}, why: "only store speaks SQL",
		forbidden: []string{"database/sql", "database/sql/", "modernc.org/"}},
}

func TestLayers(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "past/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	seen := 0
	for {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		seen++
		for _, r := range rules {
			if below(p.ImportPath, r.from) && !slices.ContainsFunc(r.except, func(e string) bool { return below(p.ImportPath, e) }) {
				for _, bad := range p.Imports {
					if matches(bad, r.forbidden) {
						t.Errorf("%s imports %s: %s", p.ImportPath, bad, r.why)
					}
				}
			}
		}
	}
	if seen < 10 {
		t.Fatalf("only %d packages were looked at", seen)
	}
}

func below(path, parent string) bool { return path == parent || strings.HasPrefix(path, parent+"/") }

func matches(path string, forbidden []string) bool {
	for _, f := range forbidden {
		if path == f || strings.HasSuffix(f, "/") && strings.HasPrefix(path, f) {
			return true
		}
	}
	return false
}

// TestRulesBite proves that the check can fail.
func TestRulesBite(t *testing.T) {
	for _, c := range []struct {
		path string
		in   []string
		want bool
	}{
		{"net/http", []string{"net/"}, true}, {"net", []string{"net/"}, false}, {"os", []string{"os"}, true}, {"ostrich", []string{"os"}, false},
	} {
		if matches(c.path, c.in) != c.want {
			t.Errorf("matches(%q, %v) is not %v", c.path, c.in, c.want)
		}
	}
}
