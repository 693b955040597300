package cli

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// TestDocumentedCommandsExist parses every command line that README and docs
// show: a renamed flag or command fails here.
func TestDocumentedCommandsExist(t *testing.T) {
	files := []string{"../../README.md"}
	err := filepath.WalkDir("../../docs", func(p string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(p, ".md") {
			files = append(files, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range commandLines(string(b)) {
			seen++
			if err := parses(line); err != nil {
				t.Errorf("%s: %q: %v", strings.TrimPrefix(f, "../../"), line, err)
			}
		}
	}
	if seen < 15 {
		t.Errorf("only %d command lines were found", seen)
	}
}

// commandLines are the past commands in the fenced shell blocks of a document.
func commandLines(doc string) []string {
	var out []string
	in := false
	for _, line := range strings.Split(doc, "\n") {
		if fence := strings.TrimSpace(line); strings.HasPrefix(fence, "```") {
			in = !in && (fence == "```sh" || fence == "```console" || fence == "```bash")
			continue
		}
		if !in {
			continue
		}
		line, _, _ = strings.Cut(line, " #")
		line = strings.TrimPrefix(strings.TrimSpace(line), "$ ")
		for _, part := range strings.Split(line, "&&") {
			part = strings.TrimSpace(part)
			if i := strings.IndexAny(part, ">|"); i >= 0 {
				part = strings.TrimSpace(part[:i])
			}
			part = strings.TrimPrefix(part, "./")
			if strings.HasPrefix(part, "past ") && !strings.HasSuffix(part, `\`) {
				out = append(out, part)
			}
		}
	}
	return out
}

func parses(line string) error {
	var g grammar
	parser, err := kong.New(&g, kong.Name("past"), kong.Vars{"version": "test"}, kong.Writers(io.Discard, io.Discard), kong.Exit(func(int) {}))
	if err != nil {
		return err
	}
	_, err = parser.Parse(fields(line)[1:])
	return err
}

// fields splits a line as a shell does, as far as documents use it.
func fields(line string) []string {
	var out []string
	var b strings.Builder
	quote := rune(0)
	has := false
	for _, r := range line {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			} else {
				b.WriteRune(r)
			}
		case r == '"' || r == '\'':
			quote, has = r, true
		case r == ' ':
			if has || b.Len() > 0 {
				out = append(out, b.String())
				b.Reset()
				has = false
			}
		default:
			b.WriteRune(r)
		}
	}
	if has || b.Len() > 0 {
		out = append(out, b.String())
	}
	return out
}
