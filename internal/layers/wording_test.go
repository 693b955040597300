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

// TestPlainWords reads the documents and the comments that are lines of their own.
func TestPlainWords(t *testing.T) {
	root := filepath.Join("..", "..")
	read := 0
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
		read++
		for i, line := range strings.Split(string(b), "\n") {
			text := line
			if filepath.Ext(name) == ".go" {
				if !strings.HasPrefix(strings.TrimSpace(line), "//") {
					continue
				}
			}
			for _, w := range marks.FindAllString(text, -1) {
				t.Errorf("%s:%d: %q: %s", name, i+1, w, strings.TrimSpace(text))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if read < 100 {
		t.Errorf("only %d files were read", read)
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
