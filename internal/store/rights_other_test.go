//go:build !linux

package store

import (
	"os"
	"runtime"
	"testing"
)

// bound reports whether the rights of files bind this test.
func bound(t *testing.T) bool {
	if os.Getuid() == 0 || runtime.GOOS == "windows" {
		t.Skip("the rights of files do not bind this user of " + runtime.GOOS)
	}
	return true
}
