package ctgov

import (
	"path/filepath"
	"testing"

	"past/internal/recordedtest"
)

// payloads gives the recorded payloads whose path matches one of the globs.
func payloads(t testing.TB, globs ...string) []string {
	t.Helper()
	dir := recordedtest.Path(t, "registry")
	var files []string
	for _, g := range globs {
		m, err := filepath.Glob(filepath.Join(dir, g))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, m...)
	}
	if len(files) == 0 {
		t.Fatalf("no recorded payloads under %s match %v", dir, globs)
	}
	return files
}
