package needtest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// stand notes whether a test was skipped or failed.
type stand struct {
	testing.TB
	skipped, failed bool
}

func (s *stand) Helper()               {}
func (s *stand) Skipf(string, ...any)  { s.skipped = true }
func (s *stand) Fatalf(string, ...any) { s.failed = true }

func TestAbsentFailsInCIAlone(t *testing.T) {
	for value, ci := range map[string]bool{"": false, "0": false, "false": false, "true": true, "1": true} {
		t.Setenv("CI", value)
		var s stand
		if path := Program(&s, "no-such-program"); path != "" || s.failed != ci || s.skipped == ci {
			t.Errorf("CI=%q: %q, failed %v, skipped %v", value, path, s.failed, s.skipped)
		}
		var sh stand
		if path := Program(&sh, "go"); path == "" || sh.failed || sh.skipped {
			t.Errorf("CI=%q: go is at %q", value, path)
		}
	}
}

// TestProgramsAreInstalled: CI installs each program that a test needs, so that
// a new machine passes with the same script.
func TestProgramsAreInstalled(t *testing.T) {
	root := filepath.Join("..", "..")
	script, err := os.ReadFile(filepath.Join(root, ".ci", "programs"))
	if err != nil {
		t.Fatal(err)
	}
	call := regexp.MustCompile(`needtest\.Program\(t, "([^"]+)"\)`)
	seen := map[string]bool{}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		b, err := os.ReadFile(path)
		for _, m := range call.FindAllStringSubmatch(string(b), -1) {
			seen[m[1]] = true
			if !slices.ContainsFunc(strings.Fields(string(script)), func(pair string) bool { return strings.HasPrefix(pair, m[1]+":") }) {
				t.Errorf("%s needs %s, which .ci/programs does not install", path, m[1])
			}
		}
		return err
	})
	if err != nil || len(seen) < 5 {
		t.Fatal(errors.Join(err, errors.New("few programs were found")), len(seen))
	}
}
