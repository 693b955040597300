package sourcetest

import (
	"os"
	"path/filepath"
	"testing"
)

// Recorded finds a folder of recorded payloads by its name: in the folder that
// PAST_SHARED names, or in one called "shared" in a folder above the test's.
// They are other people's recordings and not part of the repository: elsewhere
// the test is skipped, in CI (CI=true) their absence is a failure.
func Recorded(t testing.TB, name string) string {
	t.Helper()
	if dir := os.Getenv("PAST_SHARED"); dir != "" {
		return filepath.Join(dir, name)
	}
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for dir := wd; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		p := filepath.Join(dir, "shared", name)
		if fi, err := os.Stat(p); err == nil && fi.IsDir() {
			return p
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("no folder shared/%s beside the checkout; set PAST_SHARED", name)
	}
	t.Skipf("recorded payloads are not here (no folder shared/%s beside the checkout; set PAST_SHARED)", name)
	return ""
}
