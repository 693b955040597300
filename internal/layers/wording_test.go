package layers

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// marks are words that nearly always mark a sentence which is not plain technical
// English: say "again", "no one", "reports", "is in".
var marks = regexp.MustCompile(`(?i)\b(anew|whom|nobody|retold|tells|told|stands|lies|it is no|(hold|holds|held) (it |them ` +
	`|each |its |\w+ )?against)\b`)

// plain are the folders and files whose documents and comments are free of them;
// a name ends at a folder's end.
var plain = []string{"docs/", "README.md", "internal/edition/", "internal/run/", "internal/pipeline/", "internal/layers/"}

// most is how many the comments elsewhere may have. It is lowered as rooms are
// rewritten and never raised.
const most = 500

func TestPlainWords(t *testing.T) {
	root := filepath.Join("..", "..")
	elsewhere := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(root, path)
		name = filepath.ToSlash(name)
		if d.IsDir() {
			if strings.HasPrefix(d.Name(), ".") && name != "." || d.Name() == "testdata" || d.Name() == "node_modules" {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(name) != ".go" && filepath.Ext(name) != ".md" || name == "internal/layers/wording_test.go" {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		must := false
		for _, p := range plain {
			must = must || strings.HasPrefix(name, p)
		}
		for i, line := range strings.Split(string(b), "\n") {
			text := line
			if filepath.Ext(name) == ".go" {
				if !strings.HasPrefix(strings.TrimSpace(line), "//") {
					continue
				}
			}
			for _, w := range marks.FindAllString(text, -1) {
				switch {
				case must && !strings.Contains(name, "docs/reference/"):
					t.Errorf("%s:%d: %q: %s", name, i+1, w, strings.TrimSpace(text))
				default:
					elsewhere++
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d elsewhere", elsewhere)
	if elsewhere > most {
		t.Errorf("%d marked words in other comments and documents, at most %d: write the new ones plainly", elsewhere, most)
	}
}

func TestMarksBite(t *testing.T) {
	for text, want := range map[string]bool{"runs anew": true, "holds it against": true, "Held against": true, "is run again": false,
		"understands": false, "it is not": false} {
		if marks.MatchString(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}
