package cli_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"past/internal/vocab"
)

// Secrets reach the servers that they are for and nothing else: no log line, error,
// run record, page or table has one. And whatever umask an account has, files that
// the program writes cannot be changed by other accounts.
func TestSecretsAndRightsOfWhatIsWritten(t *testing.T) {
	defer vocab.Use(nil)
	defer syscall.Umask(syscall.Umask(0)) // no test runs beside this one
	dir := copyTree(t, filepath.Join("testdata", "sildenafil"))
	if err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error { // what is here before
		if err == nil {
			err = os.Chmod(path, map[bool]os.FileMode{true: 0o755, false: 0o644}[d.IsDir()])
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	secrets := []string{"s3cretOfTheHook", "s3cretOfTheMail", "s3cretOfTheKey", "s3cretInTheAddress", "s3cretInThePath", "s3cretInTheQuery"}
	t.Setenv("PAST_WEBHOOK_SECRET", secrets[0])
	t.Setenv("PAST_SMTP_USER", "tracker")
	t.Setenv("PAST_SMTP_PASSWORD", secrets[1])
	t.Setenv("PAST_PUBMED_API_KEY", secrets[2])
	// Neither server is there: what is said of that has to do without the address.
	hook := "https://127.0.0.1:1/" + secrets[4] + "?k=" + secrets[5]
	db, out := filepath.Join(dir, "past.db"), filepath.Join(dir, "site")
	var said strings.Builder
	for i, args := range [][]string{
		{"analyse"},
		{"refresh", "--once", "--no-crawl", "--nice", "0", "--out", out, "--notify-webhook", hook, "--mail-server", "127.0.0.1:1",
			"--mail-from", "a@example.org", "--mail-to", "b@example.org", "--log-level", "debug", "--log-format", "json"},
		{"refresh", "--once", "--no-crawl", "--out", out, "--notify-webhook", "https://u:" + secrets[3] + "@127.0.0.1:1/"},
		{"report", "--out", filepath.Join(dir, "report")},
		{"export", "--format", "csv", "--out", filepath.Join(dir, "tables")},
		{"backup", filepath.Join(dir, "copy.db")},
		{"status", "--problems"}, {"status", "--json"}, {"gate", "show"}, {"doctor"},
	} {
		r := call(t, append(args, "--db", db)...)
		said.WriteString(r.stdout + r.stderr)
		if i == 1 && strings.Count(r.stderr, "cannot be reached") < 2 {
			t.Errorf("that no server could be reached is not said: %d %s", r.code, r.stderr)
		}
	}
	for _, s := range secrets {
		if strings.Contains(said.String(), s) {
			t.Errorf("%s is printed", s)
		}
	}
	n := 0
	if err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Type()&fs.ModeSymlink != 0 {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o022 != 0 {
			t.Errorf("%s can be changed by other accounts: %v", path, info.Mode())
		}
		if d.IsDir() {
			return nil
		}
		n++
		body, err := os.ReadFile(path)
		for _, s := range secrets {
			if bytes.Contains(body, []byte(s)) {
				t.Errorf("%s holds %s", path, s)
			}
		}
		return err
	}); err != nil || n < 50 {
		t.Fatalf("%d files, %v", n, err)
	}
}
