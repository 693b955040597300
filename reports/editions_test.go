package reports_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"past/internal/cli"
	"past/reports"
)

// run is the program with a home of its own.
func run(t *testing.T, args ...string) {
	t.Helper()
	var out, errs bytes.Buffer
	if code := cli.Run(t.Context(), args, strings.NewReader(""), &out, &errs); code != 0 {
		t.Fatalf("past %s: exit %d\n%s%s", strings.Join(args, " "), code, out.String(), errs.String())
	}
}

// TestDemonstrationPages holds the pages of the demonstration to their budgets.
func TestDemonstrationPages(t *testing.T) {
	if testing.Short() {
		t.Skip("browser tests are left out with -short")
	}
	dir := t.TempDir()
	run(t, "demo", "--dir", dir)
	reports.CheckPages(t, filepath.Join(dir, "report"), 2)
	foreignPages(t, filepath.Join(dir, "ctgov-posted-results.json"))
}

// foreignPages publishes an edition of records that are not the demonstration's:
// its posted results as trials of another drug, with titles far longer than a
// line, and in a script that runs from right to left.
func foreignPages(t *testing.T, posted string) {
	body, err := os.ReadFile(posted)
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("a flexibly dosed multicentre extension of the double-blind phase ", 6)
	body = regexp.MustCompile(`(?i)esketamine|ketamine`).ReplaceAll(body, []byte("psilocybin"))
	n := 0
	body = regexp.MustCompile(`"briefTitle": *"`).ReplaceAllFunc(body, func(m []byte) []byte {
		n++
		return slices.Concat(m, []byte(map[bool]string{true: long,
			false: "ניסוי מבוקר של פסילוסיבין לדיכאון עמיד "}[n%2 == 0]))
	})
	if n == 0 {
		t.Fatal("no title was changed")
	}
	dir := t.TempDir()
	file, db := filepath.Join(dir, "records.json"), filepath.Join(dir, "past.db")
	if err := os.WriteFile(file, body, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir) // no configuration but its own
	run(t, "import", "--db", db, file)
	run(t, "report", "--db", db, "--out", filepath.Join(dir, "report"))
	reports.CheckPages(t, filepath.Join(dir, "report"), 1)
}
