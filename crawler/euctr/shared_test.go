package euctr

import (
	"os"
	"path/filepath"
	"testing"
)

// sharedDir finds the recorded payloads that lie beside the checkout. They are
// other people's recordings and not part of the repository: elsewhere the test
// is skipped, in CI their absence is a failure.
func sharedDir(t testing.TB, name string) string {
	t.Helper()
	if dir := os.Getenv("PAST_SHARED"); dir != "" {
		return filepath.Join(dir, name)
	}
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for dir := wd; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if p := filepath.Join(dir, "shared", name); isDir(p) {
			return p
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("no folder shared/%s beside the checkout; set PAST_SHARED", name)
	}
	t.Skipf("recorded payloads are not here (no folder shared/%s beside the checkout; set PAST_SHARED)", name)
	return ""
}

func isDir(p string) bool {
	fi, err := os.Stat(p)
	return err == nil && fi.IsDir()
}
