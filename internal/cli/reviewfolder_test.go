package cli_test

import (
	"os"
	"past/internal/cli"
	"path/filepath"
	"strings"
	"testing"
)

// call runs a command in this process; the working directory is the test's.
func call(t *testing.T, args ...string) result {
	t.Helper()
	var out, errs strings.Builder
	code := cli.Run(t.Context(), args, strings.NewReader(""), &out, &errs)
	return result{code, out.String(), errs.String()}
}

// Human files of one database are not taken for another in silence.
func TestReviewFolderOfAnotherDatabase(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for name, text := range map[string]string{
		"past.yaml": "db: own/past.db\nreview: files\n", "files/notes.csv": "target,who,when,why\nx,A,2026-01-01,read\n",
		"other/x": "", "own/x": "",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	record := filepath.Join(dir, "r.json")
	if err := os.WriteFile(record,
		[]byte(`{"protocolSection":{"identificationModule":{"nctId":"NCT01000001","briefTitle":"MDMA in PTSD"}}}`), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, db := range []string{"own/past.db", "other/past.db"} {
		if r := call(t, "import", "--db", db, record); r.code != cli.ExitDone && r.code != cli.ExitWarned {
			t.Fatal(r.code, r.stderr)
		}
	}
	if r := call(t, "review", "check"); r.code != cli.ExitDone || !strings.Contains(r.stdout, "1 decision") {
		t.Errorf("own: %d %q %q", r.code, r.stdout, r.stderr)
	}
	r := call(t, "review", "check", "--db", "other/past.db")
	if r.code != cli.ExitUsage || !strings.Contains(r.stderr, "belongs to its own database") {
		t.Errorf("other: %d %q", r.code, r.stderr)
	}
	if r := call(t, "review", "check", "--db", "other/past.db", "--review", "files"); r.code != cli.ExitDone ||
		!strings.Contains(r.stdout, "1 decision") {
		t.Errorf("named: %d %q %q", r.code, r.stdout, r.stderr)
	}
	t.Setenv("PAST_REVIEW", "files")
	if r := call(t, "review", "check", "--db", "other/past.db"); !strings.Contains(r.stderr, "PAST_REVIEW") {
		t.Errorf("environment: %q", r.stderr)
	}
	if r := call(t, "link", "--db", "own/past.db", "--review", "gone"); r.code != cli.ExitUsage || !strings.Contains(r.stderr, "not there") {
		t.Errorf("missing: %d %q", r.code, r.stderr)
	}
}
