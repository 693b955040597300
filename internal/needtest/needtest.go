// Package needtest is where a test says what it needs of the machine: a program,
// a device, a right. Where that is absent the test is skipped and names it; in
// continuous integration, where .ci/run installs the programs, it fails. No
// program imports it; recorded material is recordedtest's.
package needtest

import (
	"os"
	"os/exec"
	"slices"
	"testing"
)

// CI reports whether the tests run in continuous integration: the variable CI is
// set, and not to say no.
func CI() bool { return !slices.Contains([]string{"", "0", "false"}, os.Getenv("CI")) }

// Program gives the path of a program that .ci/programs installs.
func Program(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		Absent(t, "the program "+name+" (sh .ci/programs installs it)", err)
	}
	return path
}

// Absent skips the test for what is not here, which must be there in CI. err
// says how that was found, or is nil.
func Absent(t testing.TB, what string, err error) {
	t.Helper()
	say := t.Skipf
	if CI() {
		say = t.Fatalf
	}
	say("%s is needed and absent: %v", what, err)
}
