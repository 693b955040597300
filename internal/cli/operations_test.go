package cli_test

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"past/internal/needtest"
	"past/internal/starter"
)

var firstCycle sync.Once

// published gives the database and the folder of a tracker after its first cycle,
// which is run once and copied for each test.
func published(t testing.TB) (db, out string) {
	t.Helper()
	from := filepath.Join(fixtures, "published")
	firstCycle.Do(func() {
		if err := os.Mkdir(from, 0o700); err != nil {
			t.Fatal(err)
		}
		g := &growing{}
		g.grown.Store(true)
		r := past(t, "refresh", "--db", filepath.Join(from, "a.db"), "--out", filepath.Join(from, "site"), "--review", reviewFolder(t),
			"--source", "ctgov", "--endpoint", "ctgov="+g.serve(t, 0))
		if r.code != 0 || !strings.Contains(r.stdout+r.stderr, "published") {
			t.Fatalf("refresh: %d %s", r.code, r.stderr)
		}
	})
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	db, out = filepath.Join(dir, "a.db"), filepath.Join(dir, "site")
	if whole(t, out) == "" {
		t.Fatal("the first cycle published nothing")
	}
	return db, out
}

// serving starts past serve and gives its address, with "/" at the end, and the
// process, which ends with the test at the latest.
func serving(t testing.TB, db, out string) (address string, cmd *exec.Cmd) {
	t.Helper()
	cmd = exec.Command(binary(), "serve", "--db", db, "--out", out, "--addr", "127.0.0.1:0", "--log-format", "json")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(stderr)
	if !lines.Scan() {
		t.Fatal("the server says nothing")
	}
	var first struct{ Address string }
	if err := json.Unmarshal(lines.Bytes(), &first); err != nil || first.Address == "" {
		t.Fatalf("first log line %s: %v", lines.Text(), err)
	}
	go func() {
		for lines.Scan() {
		}
	}()
	return first.Address, cmd
}

func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	db, _ := published(t)
	dir := t.TempDir()
	copied := filepath.Join(dir, "copy.db")
	want(t, past(t, "backup", copied, "--db", db), 0, "checked")
	want(t, past(t, "backup", copied, "--db", db), 1, "exists")
	if !maps.Equal(fingerprint(t, db), fingerprint(t, copied)) {
		t.Error("the backup holds something else")
	}
	target := filepath.Join(dir, "target.db")
	if err := os.WriteFile(target, []byte("what was here before"), 0o600); err != nil {
		t.Fatal(err)
	}
	want(t, past(t, "restore", copied, "--db", target), 0, "kept beside it")
	if !maps.Equal(fingerprint(t, db), fingerprint(t, target)) {
		t.Error("the restored database holds something else")
	}
	if b, err := os.ReadFile(target + ".before-restore"); err != nil || string(b) != "what was here before" {
		t.Errorf("what was there is gone: %v", err)
	}
	b, err := os.ReadFile(copied)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(b) / 2; i < len(b)/2+20000 && i < len(b); i++ {
		b[i] ^= 0x5a
	}
	bad := filepath.Join(dir, "bad.db")
	if err := os.WriteFile(bad, b, 0o600); err != nil {
		t.Fatal(err)
	}
	want(t, past(t, "restore", bad, "--db", target), 1, "bad.db")
	if !maps.Equal(fingerprint(t, db), fingerprint(t, target)) {
		t.Error("a damaged backup replaced the database")
	}
}

func TestDoctor(t *testing.T) {
	t.Parallel()
	db, out := published(t)
	want(t, past(t, "doctor", "--db", db, "--out", out, "--contact", "a@example.org", "--full"), 0, "is sound", "shows edition", "last cycle")
	want(t, past(t, "doctor", "--db", filepath.Join(t.TempDir(), "none.db"), "--contact", "a@example.org"), 3, "does not exist yet")
	h, err := starter.Register("ctgov")
	if err != nil {
		t.Fatal(err)
	}
	good := httptest.NewServer(h)
	defer good.Close()
	live := []string{"doctor", "--db", db, "--out", out, "--contact", "a@example.org", "--live", "--source", "ctgov", "--endpoint"}
	want(t, past(t, append(live, "ctgov="+good.URL+"/api/v2")...), 0, "register ctgov", "1 record read")
	changed := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"apiVersion":"3","items":[]}`)
	}))
	defer changed.Close()
	want(t, past(t, append(live, "ctgov="+changed.URL+"/api/v2")...), 1, "fault", "register ctgov")
	if err := os.RemoveAll(filepath.Join(out, "editions")); err != nil {
		t.Fatal(err)
	}
	want(t, past(t, "doctor", "--db", db, "--out", out, "--contact", "a@example.org"), 1, "is shown and not there")
	text := filepath.Join(t.TempDir(), "text.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	want(t, past(t, "doctor", "--db", text, "--contact", "a@example.org"), 1, "fault", "past restore")
}

// TestServeAsAProcess starts the server, asks it while a refresh writes, and
// stops it with the signal that a service manager sends.
func TestServeAsAProcess(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no signals that a process can answer")
	}
	db, out := published(t)
	address, cmd := serving(t, db, out)
	want(t, past(t, "refresh", "--no-crawl", "--db", db, "--out", out), 4) // without the review files findings vanish: refused
	client := &http.Client{Timeout: 10 * time.Second}
	for _, path := range []string{"", "api/v1/findings", "healthz", "readyz", "metrics", "refused/"} {
		resp, err := client.Get(address + path)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != 200 || len(b) == 0 {
			t.Errorf("/%s: %d %v", path, resp.StatusCode, err)
		}
	}
	client.CloseIdleConnections()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("the server did not stop in order: %v", err)
	}
}

func TestMCPAsAProcess(t *testing.T) {
	t.Parallel()
	db, _ := published(t)
	r := pastIn(t, `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18"}}`+"\n"+
		`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"explain","arguments":{"id":"mdma-ptsd-severity"}}}`+"\n", "mcp",
		"--db", db)
	want(t, r, 0, `"protocolVersion":"2025-06-18"`, "edition e-", "from ")
	if n := strings.Count(r.stdout, "\n"); n != 2 || strings.Contains(r.stdout, `"isError":true`) {
		t.Errorf("%d lines: %.500s", n, r.stdout)
	}
}

// TestScheduleRunsAndStops keeps a schedule, whose first cycle is due at once,
// and stops it between two cycles.
func TestScheduleRunsAndStops(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no signals that a process can answer")
	}
	g := &growing{}
	g.grown.Store(true)
	dir := t.TempDir()
	db, out := filepath.Join(dir, "a.db"), filepath.Join(dir, "site")
	cmd := exec.CommandContext(context.Background(), binary(), "refresh", "--every", "24h", "--db", db, "--out", out, "--source", "ctgov",
		"--endpoint", "ctgov="+g.serve(t, 0), "--log-format", "json")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill() }()
	lines, waits := bufio.NewScanner(stderr), 0
	for lines.Scan() {
		var l struct{ Msg, Edition string }
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			t.Fatalf("log line %s: %v", lines.Text(), err)
		}
		if l.Msg == "waiting" {
			if waits++; waits == 2 { // before the first cycle and after it
				break
			}
		}
	}
	// Between cycles the database is free.
	want(t, past(t, "refresh", "--no-crawl", "--db", db, "--out", out), 0)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("the schedule did not stop in order: %v", err)
	}
	if whole(t, out) == "" {
		t.Error("nothing was published")
	}
}

func TestCompletionsAndManual(t *testing.T) {
	t.Parallel()
	for _, shell := range []string{"bash", "zsh", "fish"} {
		r := past(t, "completion", shell)
		want(t, r, 0, "refresh", "accept", "gate-rules")
		script := filepath.Join(t.TempDir(), "past."+shell)
		if err := os.WriteFile(script, []byte(r.stdout), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Run(shell, func(t *testing.T) {
			path := needtest.Program(t, shell)
			if b, err := exec.Command(path, "-n", script).CombinedOutput(); err != nil {
				t.Errorf("%v %s", err, b)
			}
		})
	}
	want(t, past(t, "completion", "tcsh"), 2, "tcsh")
	man := past(t, "man")
	want(t, man, 0, ".TH PAST 1", ".SS past gate accept", "PAST_SMTP", "EXIT STATUS")
	if regexp.MustCompile(`(?m)^\.[a-z]`).MatchString(man.stdout) {
		t.Error("a line of text is read as a request")
	}
}

// TestVersion builds the program with the version of a release and asks it what it is.
func TestVersion(t *testing.T) {
	t.Parallel()
	released := filepath.Join(t.TempDir(), "past")
	flags := "-X past/internal/cli.Version=v1.2.3 -X past/internal/cli.Commit=0123456789abcdef"
	if b, err := exec.Command("go", "build", "-buildvcs=false", "-ldflags", flags, "-o", released, "past").CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, b)
	}
	for _, args := range [][]string{{"--version"}, {"refresh", "--version"}} {
		b, err := exec.Command(released, args...).Output()
		if want := "past v1.2.3 (commit 0123456789abcdef, " + runtime.Version(); err != nil || !strings.HasPrefix(string(b), want) {
			t.Errorf("past %s prints %q %v, want %s…", strings.Join(args, " "), b, err, want)
		}
	}
	want(t, past(t, "--version"), 0, "past dev (commit unknown, ")
}

// Shards that were filled apart give, merged in any order, what one database
// filled with everything gives: the same tables and the same edition.
func TestMergeShards(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := []string{"../extract/testdata/synthetic-mdma-caps5.json", "../extract/testdata/synthetic-fsfi.json",
		"../../crawler/ctgov/testdata/NCT99900001.json"}
	var shards []string
	one := filepath.Join(dir, "one.db")
	for i, f := range files {
		f, err := filepath.Abs(f)
		if err != nil {
			t.Fatal(err)
		}
		shard := filepath.Join(dir, string(rune('a'+i))+".db")
		want(t, past(t, "import", f, "--db", shard), 0)
		want(t, past(t, "import", f, "--db", one), 0)
		shards = append(shards, shard)
	}
	tables := func(db string) (out string) { // all but the trials, which say when each was first seen
		folder := db + "-tables"
		r := past(t, "export", "--format", "csv", "--out", folder, "--db", db)
		want(t, r, 0, "edition e-")
		for _, table := range []string{"arm_results", "effects", "findings", "links", "planned_outcomes"} {
			b, err := os.ReadFile(filepath.Join(folder, table+".csv"))
			if err != nil {
				t.Fatal(err)
			}
			out += string(b)
		}
		return out + regexp.MustCompile(`edition e-[0-9a-f]+`).FindString(r.stdout)
	}
	whole := tables(one)
	if !strings.Contains(whole, "e-") || strings.Count(whole, "\n") < 20 {
		t.Fatalf("nothing is compared: %.300s", whole)
	}
	for _, order := range [][][]string{{shards}, {shards[2:], shards[:2]}} {
		db := filepath.Join(dir, "merged"+string(rune('0'+len(order)))+".db")
		for _, others := range order {
			want(t, past(t, append([]string{"merge", "--db", db}, others...)...), 0, "new, come at", "read from", " arrival")
		}
		want(t, past(t, "merge", shards[0], shards[1], "--db", db), 0, "nothing new")
		if got := tables(db); got != whole {
			t.Errorf("merged in order %v, the tables differ from those of one database", order)
		}
	}
	want(t, past(t, "merge", one, "--db", one), 1, "this database itself")

	// A merge that fails leaves no empty database behind, and takes none away.
	foreign := filepath.Join(dir, "foreign.db")
	if err := os.WriteFile(foreign, []byte("a text"), 0o644); err != nil {
		t.Fatal(err)
	}
	made := filepath.Join(dir, "made.db")
	for _, others := range [][]string{{foreign}, {shards[0], foreign}} {
		want(t, past(t, append([]string{"merge", "--db", made}, others...)...), 1, "not a past database")
		if left, err := filepath.Glob(made + "*"); err != nil || left != nil {
			t.Errorf("a failed merge left %v (%v)", left, err)
		}
	}
	want(t, past(t, "merge", foreign, "--db", one), 1, "not a past database")
	if got := tables(one); got != whole {
		t.Error("a failed merge changed a database that was there")
	}
}

// A body that does not match its hash stops a report as it stops a backup,
// whether a shown number rests on it or not.
func TestReportRefusesDamage(t *testing.T) {
	t.Parallel()
	dir := demonstration(t)
	db := filepath.Join(dir, "past.db")
	raw, err := sql.Open("sqlite", "file:"+db)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := raw.Exec("UPDATE payload SET body = CAST(x'ff' || substr(body, 2) AS BLOB) WHERE payload_no = (SELECT " +
		"max(payload_no) FROM payload)"); err != nil {
		t.Fatal(err)
	}
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "again")
	want(t, past(t, "report", "--db", db, "--review", filepath.Join(dir, "review"), "--out", out), 1, "damaged")
	want(t, past(t, "backup", filepath.Join(dir, "copy.db"), "--db", db), 1, "damaged")
	if _, err := os.Stat(out); err == nil {
		t.Error("a folder was written")
	}
}
