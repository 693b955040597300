package cli_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"past/internal/starter"
	"past/internal/store"
)

// The tests of this file run past as a process of its own, as its users do.

// fixtures is a folder for what several tests use.
var fixtures string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "past-test-")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		fixtures = dir
		// A refresh within this process would lower the priority of all tests.
		if err := os.Setenv("PAST_NICE", "0"); err != nil {
			panic(err)
		}
		return m.Run()
	}())
}

// binary builds the program at its first call and gives its path.
var binary = sync.OnceValue(func() string {
	path := filepath.Join(fixtures, "past")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", path, "past").CombinedOutput(); err != nil {
		panic(fmt.Sprintf("%v: %s", err, out))
	}
	return path
})

// demonstrationOnce makes the demonstration that tests copy, and gives what it said.
var demonstrationOnce = sync.OnceValues(func() (said string, err error) {
	out, err := exec.Command(binary(), "demo", "--dir", filepath.Join(fixtures, "past-demo")).CombinedOutput()
	if err != nil {
		err = fmt.Errorf("past demo: %w: %s", err, out)
	}
	return string(out), err
})

// demonstration gives a copy of the demonstration's folder to one test.
func demonstration(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "demo")
	if err := copyDemonstration(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func copyDemonstration(to string) error {
	if _, err := demonstrationOnce(); err != nil {
		return err
	}
	return os.CopyFS(to, os.DirFS(filepath.Join(fixtures, "past-demo")))
}

type result struct {
	code           int
	stdout, stderr string
}

func past(t testing.TB, args ...string) result { return pastIn(t, "", args...) }

func pastIn(t testing.TB, stdin string, args ...string) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary(), args...)
	cmd.Env = append(os.Environ(), "XDG_DATA_HOME="+t.TempDir(), "XDG_CONFIG_HOME="+t.TempDir())
	cmd.Dir = t.TempDir()
	cmd.Stdin = strings.NewReader(stdin)
	var out, errb bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errb
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("past %s: %v", strings.Join(args, " "), err)
	}
	return result{cmd.ProcessState.ExitCode(), out.String(), errb.String()}
}

// writer gives a function that writes a file into dir and returns its path.
func writer(t testing.TB, dir string) func(name, content string) string {
	return func(name, content string) string {
		t.Helper()
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
}

func want(t *testing.T, r result, code int, texts ...string) {
	t.Helper()
	if r.code != code {
		t.Fatalf("exit %d, want %d\nstdout: %s\nstderr: %s", r.code, code, r.stdout, r.stderr)
	}
	for _, s := range texts {
		if !strings.Contains(r.stdout+r.stderr, s) {
			t.Errorf("the output lacks %q\nstdout: %s\nstderr: %s", s, r.stdout, r.stderr)
		}
	}
}

func TestDemo(t *testing.T) {
	t.Parallel()
	said, err := demonstrationOnce()
	if err != nil {
		t.Fatal(err)
	}
	want(t, result{stdout: said}, 0, "mdma-ptsd-severity", "−0.7119 [−1.0588, −0.3651]", "−0.9031 [−1.2561, −0.5501]",
		"with an answer: ",
		"no number: ", filepath.Join(fixtures, "past-demo", "report", "index.html"))
	dir := demonstration(t)
	for _, f := range []string{"past.db", "report/index.html", "report/edition.json", "report/f/mdma-ptsd-severity.html"} {
		if _, err := os.Stat(filepath.Join(dir, f)); err != nil {
			t.Error(err)
		}
	}
	first, err := os.ReadFile(filepath.Join(dir, "report", "edition.json"))
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		ID      string
		Starter bool
		Counts  map[string]int
	}
	if err := json.Unmarshal(first, &doc); err != nil || !doc.Starter || doc.Counts["records"] < 25 {
		t.Errorf("%v %+v", err, doc)
	}
	want(t, past(t, "demo", "--dir", dir), 0) // replaces its own folder
	second, err := os.ReadFile(filepath.Join(dir, "report", "edition.json"))
	if err != nil || !bytes.Equal(first, second) {
		t.Errorf("the second run gave another edition.json (%v)", err)
	}
	own := t.TempDir()
	if err := os.WriteFile(filepath.Join(own, "thesis.docx"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	want(t, past(t, "demo", "--dir", own), 1, "holds files that are not the demo's")
	if _, err := os.Stat(filepath.Join(own, "thesis.docx")); err != nil {
		t.Error("the user's file is gone")
	}
}

// register serves the starter trials two a page, slowly enough to be killed.
func register(t testing.TB, delay time.Duration) string {
	t.Helper()
	h, err := starter.Register("ctgov")
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(delay)
		q := r.URL.Query()
		if strings.HasSuffix(r.URL.Path, "/studies") {
			q.Set("pageSize", "2")
			r.URL.RawQuery = q.Encode()
		}
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	return srv.URL + "/api/v2"
}

func fingerprint(t testing.TB, db string) map[string]string {
	t.Helper()
	ctx := context.Background()
	st, err := store.Open(ctx, db, store.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	out := map[string]string{}
	for _, table := range store.TableNames() {
		cols, rows, err := st.Rows(ctx, table)
		if err != nil {
			t.Fatal(err)
		}
		h := sha256.New()
		for row, err := range rows {
			if err != nil {
				t.Fatal(err)
			}
			for i, c := range cols {
				if c != "run" && !strings.Contains(c, "seen") && !strings.Contains(c, "since") && !strings.HasSuffix(c, "_at") {
					fmt.Fprintf(h, "%q ", row[i])
				}
			}
			fmt.Fprintln(h)
		}
		out[table] = hex.EncodeToString(h.Sum(nil))
	}
	var bodies []string
	for p, err := range st.Payloads(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, p.SHA256)
	}
	slices.Sort(bodies)
	out["payloads"] = strings.Join(bodies, " ")
	return out
}

func TestRebuildGivesTheSame(t *testing.T) {
	t.Parallel()
	dir := demonstration(t)
	db := filepath.Join(dir, "past.db")
	before := fingerprint(t, db)
	want(t, past(t, "rebuild", "--db", db, "--review", filepath.Join(dir, "review")), 0)
	after := fingerprint(t, db)
	for k, v := range before {
		if after[k] != v {
			t.Errorf("table %s differs after the rebuild", k)
		}
	}
}

func TestErrorsSayWhatWhereAndWhatToDo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := filepath.Join(dir, "a.db")
	file := writer(t, dir)
	good := file("good.json", `{"protocolSection":{"identificationModule":{"nctId":"NCT00000001","briefTitle":"A"}}}`)
	want(t, past(t, "import", good, "--db", db), 0, "1 new")

	none := filepath.Join(t.TempDir(), "none.db") // no database is made or brought up to date for a file that is not there
	want(t, past(t, "import", good, filepath.Join(dir, "absent.json"), "--db", none), 1, "absent.json", "no such file")
	if _, err := os.Stat(none); err == nil {
		t.Error("a database was made for a file that is not there")
	}
	want(t, past(t, "import", file("half.json", `{"studies":[{"protocolSection":`), "--db", db), 3, "half.json")
	want(t, past(t, "import", file("page.html", "<!doctype html><title>x</title>"), "--db", db), 3, "page.html",
		"a web page (HTML) and no data", "docs/sources.md")
	want(t, past(t, "import", dir, "--db", db), 3, "half.json", "page.html") // a folder is read, its faults are named
	want(t, past(t, "status", "--problems", "--db", db), 0, "half.json", "past import")
	want(t, past(t, "crawl", "ctgov", "--db", db, "--endpoint", "ctgov=http://127.0.0.1:1/api/v2"), 1, "127.0.0.1:1", "refused")
	want(t, past(t, "crawl", "nowhere", "--db", db), 2, `"nowhere"`, "ctgov")
	want(t, past(t, "crawl", "--since", "yesterday", "--db", db), 2, "yesterday")
	want(t, past(t, "status", "--db", filepath.Join(dir, "none.db")), 1, "none.db")
	want(t, past(t, "status", "--db", file("text.db", strings.Repeat("not a database ", 100))), 1, "text.db")
	want(t, past(t, "frobnicate"), 2)
	r := past(t, "status", "--json", "--db", db)
	want(t, r, 0, `"records": 1`) // nothing stored was lost
}

func TestSecondCrawlIsRefused(t *testing.T) {
	t.Parallel()
	h, err := starter.Register("ctgov")
	if err != nil {
		t.Fatal(err)
	}
	asked, release := make(chan struct{}, 100), make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-release
		h.ServeHTTP(w, r)
	}))
	defer srv.Close()
	url := srv.URL + "/api/v2"
	db := filepath.Join(t.TempDir(), "a.db")
	first := exec.Command(binary(), "crawl", "ctgov", "--endpoint", "ctgov="+url, "--db", db)
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	<-asked // the first crawl holds the database now
	want(t, past(t, "crawl", "ctgov", "--endpoint", "ctgov="+url, "--db", db), 1, "in use by crawl", "process", "wait for it to end")
	close(release)
	if err := first.Wait(); err != nil {
		t.Errorf("the first crawl failed: %v", err)
	}
}
