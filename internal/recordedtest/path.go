// Package recordedtest finds, for tests, the material that is kept beside the
// checkout: other people's recordings and released data, which are not part of
// the repository. No program imports it.
package recordedtest

import (
	"os"
	"path/filepath"
	"testing"
)

// Path finds a file or folder of that material by its name: in the folder that
// PAST_SHARED names, or in one called "shared" in a folder above the test's.
// Where it is absent the test is skipped, so that a plain clone passes; where
// PAST_SHARED is set, its absence is a failure.
func Path(t testing.TB, elem ...string) string {
	t.Helper()
	name := filepath.Join(elem...)
	if root := os.Getenv("PAST_SHARED"); root != "" {
		path := filepath.Join(root, name)
		if _, err := os.Stat(path); err != nil {
			t.Fatalf("PAST_SHARED has no %s: %v", name, err)
		}
		return path
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		path := filepath.Join(dir, "shared", name)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	t.Skipf("the recorded material has no %s: it is kept outside the repository, in the folder that PAST_SHARED names", name)
	return ""
}
