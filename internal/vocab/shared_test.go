package vocab

import (
	"os"
	"path/filepath"
	"testing"
)

// shared returns a path in the folder of material that is kept outside the
// repository: the directory PAST_SHARED names, or a folder "shared" beside the
// checkout. Without it the test is skipped, under CI it fails.
func shared(t *testing.T, elem ...string) string {
	t.Helper()
	roots := []string{os.Getenv("PAST_SHARED")}
	if dir, err := os.Getwd(); err == nil {
		for d := dir; d != filepath.Dir(d); d = filepath.Dir(d) {
			roots = append(roots, filepath.Join(d, "shared"))
		}
	}
	for _, root := range roots {
		if root == "" {
			continue
		}
		p := filepath.Join(append([]string{root}, elem...)...)
		if _, err := os.Stat(p); err == nil {
			return p
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s not found: set PAST_SHARED", filepath.Join(elem...))
	}
	t.Skipf("%s is kept outside the repository: set PAST_SHARED to run this test", filepath.Join(elem...))
	return ""
}
