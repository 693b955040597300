package outside

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"past/internal/needtest"
)

// TestManualPage lets mandoc look for mistakes and man-db's troff set the page.
func TestManualPage(t *testing.T) {
	dir := t.TempDir()
	page := filepath.Join(dir, "past.1")
	if err := os.WriteFile(page, run(t, dir, nil, binary, "man"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Run("mandoc", func(t *testing.T) {
		out, _ := tried(t, dir, nil, needtest.Program(t, "mandoc"), "-Tlint", "-Wwarning", page)
		for line := range strings.Lines(out) {
			// The page is made by the program and has no date of its own: the
			// same program prints the same bytes.
			if !strings.Contains(line, "missing date") {
				t.Error(line)
			}
		}
	})
	t.Run("groff", func(t *testing.T) {
		out := string(run(t, dir, []string{"LC_ALL=C"}, needtest.Program(t, "groff"), "-man", "-ww", "-Tascii", page))
		if !strings.Contains(out, "past") || len(out) < 10000 {
			t.Errorf("%d bytes: %.300s", len(out), out)
		}
	})
}

// TestCompletionInShells asks each shell what it would offer.
func TestCompletionInShells(t *testing.T) {
	dir := t.TempDir()
	file := func(shell string) string {
		path := filepath.Join(dir, "past."+shell)
		if err := os.WriteFile(path, run(t, dir, nil, binary, "completion", shell), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	t.Run("bash", func(t *testing.T) {
		out := run(t, dir, nil, needtest.Program(t, "bash"), "-c",
			`source "$0"; COMP_WORDS=(past gate ac); COMP_CWORD=2; _past; echo "${COMPREPLY[@]}"`,
			file("bash"))
		if strings.TrimSpace(string(out)) != "accept" {
			t.Errorf("past gate ac<TAB> offers %q", out)
		}
	})
	t.Run("fish", func(t *testing.T) {
		out := run(t, dir, []string{"HOME=" + dir}, needtest.Program(t, "fish"), "-c",
			`source $argv[1]; complete -C "past gate ac"; complete -C "past refresh --gate-r"`, file("fish"))
		if s := string(out); !strings.HasPrefix(s, "accept\t") || !strings.Contains(s, "\n--gate-rules\t") || strings.Count(s, "\n") != 2 {
			t.Errorf("fish offers %q", s)
		}
	})
	t.Run("zsh", func(t *testing.T) {
		zsh := needtest.Program(t, "zsh")
		if err := os.MkdirAll(filepath.Join(dir, "zfunc"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(file("zsh"), filepath.Join(dir, "zfunc", "_past")); err != nil {
			t.Fatal(err)
		}
		// An interactive shell behind a terminal, as a user has it.
		out := string(run(t, dir, []string{"TERM=dumb", "HOME=" + dir, "ZDOTDIR=" + dir}, zsh, "-f", script(t, "complete.zsh"),
			filepath.Join(dir, "zfunc")))
		if !strings.Contains(out, "offered=<past gate accept >") {
			t.Errorf("zsh offers: %q", out)
		}
	})
}

// TestDatabaseInSQLite lets SQLite's own shell, another build of another
// version, check and read the exported database.
func TestDatabaseInSQLite(t *testing.T) {
	sqlite := needtest.Program(t, "sqlite3")
	dir, db := evidence(t)
	run(t, dir, nil, binary, "export", "--format", "sqlite", "--db", db, "--out", "copy.db")
	ask := func(sql string) string {
		return strings.TrimSpace(string(run(t, dir, nil, sqlite, "-readonly", "copy.db", sql)))
	}
	t.Log("SQLite", ask("SELECT sqlite_version()"))
	if s := ask("PRAGMA integrity_check; PRAGMA foreign_key_check"); s != "ok" {
		t.Errorf("integrity: %s", s)
	}
	run(t, dir, nil, binary, "export", "--format", "csv", "--db", db, "--out", "csv")
	for _, name := range []string{"trials", "effects", "findings", "arm_results"} {
		if got, want := ask("SELECT count(*) FROM "+name), len(readCSV(t, filepath.Join(dir, "csv",
			name+".csv")).rows); got != strconv.Itoa(want) {
			t.Errorf("%s: SQLite counts %s rows, CSV has %d", name, got, want)
		}
	}
}

// TestBillOfMaterialsIsValid holds the bill against the specification's schema,
// and makes sure that the validator sees a mistake.
func TestBillOfMaterialsIsValid(t *testing.T) {
	path, env := node(t)
	dir := t.TempDir()
	bill := run(t, script(t, filepath.Join("..", "..")), nil, "go", "run", "./deploy/sbom", "-version", "v1.2.3", "-commit", "0123abcd",
		binary)
	good, bad := filepath.Join(dir, "good.json"), filepath.Join(dir, "bad.json")
	for name, text := range map[string]string{good: string(bill), bad: strings.Replace(string(bill), `"library"`, `"libary"`, 1)} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run(t, dir, env, path, script(t, "sbom.cjs"), good)
	if out, ok := tried(t, dir, env, path, script(t, "sbom.cjs"), bad); ok || !strings.Contains(out, "type") {
		t.Errorf("a mistake in the bill is not seen: %s", out)
	}
}
