package cli_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"past/internal/edition/gate"
	"past/internal/edition/publish"
	"past/internal/starter"
	"past/internal/store"
)

// growing serves the starter trials; until grown is set, some of them are not
// registered yet and others have another status.
type growing struct {
	grown atomic.Bool
	lost  atomic.Bool // answers with two trials only
	// edit, where set, changes each study on its way out; false leaves it out.
	// Set it between cycles only, and count up version with it.
	edit    func(id string, study map[string]any) bool
	version atomic.Int64
	gone    func(id string) bool // the register has no record of it any more; set as edit
}

func (g *growing) serve(t testing.TB, delay time.Duration) string {
	t.Helper()
	h, err := starter.Register("ctgov")
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(delay)
		if strings.HasSuffix(r.URL.Path, "/version") {
			// the register's own stamp says that its data moved
			fmt.Fprintf(w, `{"apiVersion":"2.0.5","dataTimestamp":"2026-01-0%dT00:00:%02d"}`, 1+btoi(g.grown.Load())+2*btoi(g.lost.Load()),
				g.version.Load())
			return
		}
		// What is new here has the dates of the past: it is found whatever the
		// increment asks since.
		q := r.URL.Query()
		q.Del("filter.advanced")
		r.URL.RawQuery = q.Encode()
		if id := filepath.Base(r.URL.Path); g.gone != nil && g.gone(id) {
			http.NotFound(w, r)
			return
		}
		if g.edit == nil && g.gone == nil && g.grown.Load() && !g.lost.Load() || !strings.HasSuffix(r.URL.Path, "/studies") {
			h.ServeHTTP(w, r)
			return
		}
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		body := rec.Body.Bytes()
		var page map[string]any
		if json.Unmarshal(body, &page) == nil {
			if list, ok := page["studies"].([]any); ok {
				kept := g.keep(list)
				page["studies"] = kept
				if n, ok := page["totalCount"].(float64); ok {
					page["totalCount"] = max(0, int(n)-(len(list)-len(kept)))
				}
				body, _ = json.Marshal(page)
			}
		}
		for k, v := range rec.Header() {
			if k != "Content-Length" {
				w.Header()[k] = v
			}
		}
		w.WriteHeader(rec.Code)
		_, _ = w.Write(body)
	}))
	t.Cleanup(srv.Close)
	return srv.URL + "/api/v2"
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (g *growing) keep(list []any) []any {
	out := []any{}
	for _, s := range list {
		id := fmt.Sprint(dig(s, "protocolSection", "identificationModule", "nctId"))
		last := id[len(id)-1]
		if g.lost.Load() && last != '9' || !g.grown.Load() && (last == '3' || last == '8') {
			continue
		}
		if g.gone != nil && g.gone(id) {
			continue
		}
		if study, ok := s.(map[string]any); ok && g.edit != nil && !g.edit(id, study) {
			continue
		}
		out = append(out, s)
	}
	return out
}

func dig(v any, keys ...string) any {
	for _, k := range keys {
		m, ok := v.(map[string]any)
		if !ok {
			return ""
		}
		v = m[k]
	}
	return v
}

// reviewFolder holds the starter's review files.
func reviewFolder(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	files, err := starter.ReviewFiles()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"extractions.csv", "measured.csv"} {
		if err := os.WriteFile(filepath.Join(dir, name), files[name], 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func editions(t testing.TB, db string) []store.Edition {
	t.Helper()
	st, err := store.Open(context.Background(), db, store.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	list, err := st.Editions(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// whole fails unless readers of out see a complete edition (or none yet), and
// every folder among the editions is complete.
func whole(t testing.TB, out string) string {
	t.Helper()
	id, err := publish.Current(out)
	if err != nil {
		t.Fatal(err)
	}
	folders, err := os.ReadDir(filepath.Join(out, "editions"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for _, f := range folders {
		if strings.HasPrefix(f.Name(), ".") {
			continue // on its way: never shown
		}
		dir := filepath.Join(out, "editions", f.Name())
		b, err := os.ReadFile(filepath.Join(dir, "edition.json"))
		var doc struct {
			ID       string
			Findings []struct{ ID string }
		}
		if err != nil || json.Unmarshal(b, &doc) != nil || doc.ID != f.Name() {
			t.Fatalf("edition folder %s is half written: %v", f.Name(), err)
		}
		names := []string{"index.html", "changes.html", "feed.atom", "feed.json", ".past-report"}
		for _, x := range doc.Findings {
			names = append(names, "f/"+x.ID+".html", "feeds/finding-"+x.ID+".atom")
		}
		for _, n := range names {
			if info, err := os.Stat(filepath.Join(dir, n)); err != nil || info.Size() == 0 {
				t.Fatalf("edition folder %s lacks %s: %v", f.Name(), n, err)
			}
		}
	}
	if id != "" {
		if _, err := os.Stat(filepath.Join(out, "current", "edition.json")); err != nil {
			t.Fatalf("current leads nowhere: %v", err)
		}
	}
	return id
}

func TestRefreshPublishesQuietlyAndTellsWhatChanged(t *testing.T) {
	t.Parallel()
	g := &growing{}
	url := g.serve(t, 0)
	dir := t.TempDir()
	db, out := filepath.Join(dir, "a.db"), filepath.Join(dir, "site")
	told := filepath.Join(dir, "told")
	args := []string{"refresh", "--db", db, "--out", out, "--review", reviewFolder(t), "--source", "ctgov", "--endpoint", "ctgov=" + url,
		"--base", "https://evidence.example/", "--notify-command", "cat >> " + told + "; echo >> " + told}
	want(t, past(t, args...), 0, "published, 1 change; before: no edition")
	first := whole(t, out)

	quiet := past(t, args...)
	want(t, quiet, 0)
	if quiet.stdout+quiet.stderr != "" {
		t.Errorf("nothing happened, and it was said: %s%s", quiet.stdout, quiet.stderr)
	}

	g.grown.Store(true)
	want(t, past(t, args...), 0, "published", "before: edition "+first)
	second := whole(t, out)
	if first == second {
		t.Fatal("new trials made no new edition")
	}
	r := past(t, "changes", "--db", db, "--json")
	want(t, r, 0)
	var list []store.Change
	if err := json.Unmarshal([]byte(r.stdout), &list); err != nil {
		t.Fatal(err)
	}
	added := 0
	for _, c := range list {
		if c.Kind == "trial-added" || c.Kind == "trial-registered" {
			added++
		}
		if c.Edition != second || c.Cause == "" {
			t.Errorf("%+v", c)
		}
	}
	if added < 3 {
		t.Errorf("%d new trials are told among %d changes", added, len(list))
	}
	want(t, past(t, "changes", "--db", db, "--since", first), 0, "cause")
	want(t, past(t, "changes", "--db", db, "--since", "e-none"), 1, "e-none", second)
	b, err := os.ReadFile(told)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(strings.TrimSpace(string(b)), "\n") + 1; n != 2 || !strings.Contains(string(b), `"id":"published-`+second) {
		t.Errorf("%d notifications for two editions: %s", n, b)
	}
	page, err := os.ReadFile(filepath.Join(out, "current", "changes.html"))
	if err != nil || !strings.Contains(string(page), first) {
		t.Errorf("the page of changes does not name the edition before: %v", err)
	}
	atom, err := os.ReadFile(filepath.Join(out, "current", "feed.atom"))
	if err != nil || !strings.Contains(string(atom), "https://evidence.example/editions/"+second+"/changes.html") {
		t.Errorf("the feed lacks its links: %v", err)
	}
}

func TestGateKeepsTheOldEditionUntilAPersonAccepts(t *testing.T) {
	t.Parallel()
	g := &growing{}
	g.grown.Store(true)
	url := g.serve(t, 0)
	dir := t.TempDir()
	db, out, review := filepath.Join(dir, "a.db"), filepath.Join(dir, "site"), reviewFolder(t)
	args := []string{"refresh", "--db", db, "--out", out, "--review", review, "--source", "ctgov", "--endpoint", "ctgov=" + url}
	want(t, past(t, args...), 0, "published")
	first := whole(t, out)

	// A question that loses all of its studies: the extraction rows of one
	// substance are gone from the review file, so that its finding vanishes.
	b, err := os.ReadFile(filepath.Join(review, "extractions.csv"))
	if err != nil {
		t.Fatal(err)
	}
	var kept []string
	for i, line := range strings.Split(string(b), "\n") {
		if i == 0 || !strings.Contains(strings.ToLower(line), "mdma") {
			kept = append(kept, line)
		}
	}
	if err := os.WriteFile(filepath.Join(review, "extractions.csv"), []byte(strings.Join(kept, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	r := past(t, append(args, "--no-crawl")...)
	want(t, r, 4, "refused", "extractions.csv lost every row", "refused/index.html")
	if got := whole(t, out); got != first {
		t.Fatalf("the refused edition %s is shown", got)
	}
	var v gate.Verdict
	js, err := os.ReadFile(filepath.Join(out, "refused", "refused.json"))
	if err != nil || json.Unmarshal(js, &v) != nil || v.Passed || v.Previous != first || len(v.Reasons) == 0 {
		t.Fatalf("%v %s", err, js)
	}
	page, err := os.ReadFile(filepath.Join(out, "refused", "index.html"))
	if err != nil || !strings.Contains(string(page), "past gate accept "+v.Run) || !strings.Contains(string(page), "mdma-ptsd-severity") {
		t.Errorf("%v %s", err, page)
	}
	want(t, past(t, "gate", "show", "--db", db), 0, v.Run, "refused", "finding-vanished")
	want(t, past(t, "gate", "accept", "no-such-run", "--why", "x", "--by", "the editors", "--db", db), 1, "not found")
	want(t, past(t, "gate", "accept", v.Run, "--by", "the editors", "--db", db), 2, "--why")
	want(t, past(t, "gate", "accept", v.Run, "--why", "the dataset was withdrawn", "--by", "the editors", "--db", db), 0,
		"accepted by the editors")
	want(t, past(t, append(args, "--no-crawl")...), 0, "published")
	if got := whole(t, out); got == first {
		t.Error("the accepted edition is not shown")
	}
	if _, err := os.Stat(filepath.Join(out, "refused")); err == nil {
		t.Error("the page of the refusal is still there")
	}
	methods, err := os.ReadFile(filepath.Join(out, "current", "methods.html"))
	if err != nil || !strings.Contains(string(methods), "the dataset was withdrawn") {
		t.Errorf("readers are not told of the acceptance: %v", err)
	}
	want(t, past(t, "gate", "show", "--db", db), 0, "the editors", "the dataset was withdrawn")
}

func TestRefreshRefusesForeignFoldersAndBadFlags(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := filepath.Join(dir, "a.db")
	own := filepath.Join(dir, "own")
	if err := os.Mkdir(own, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(own, "thesis.docx"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	g := &growing{}
	url := g.serve(t, 0)
	base := []string{"refresh", "--db", db, "--source", "ctgov", "--endpoint", "ctgov=" + url}
	with := func(more ...string) []string { return append(slices.Clone(base), more...) }
	want(t, past(t, with("--out", own)...), 1, "thesis.docx", "--out")
	want(t, past(t, with("--out", filepath.Join(dir, "s"), "--every", "1s")...), 2, "shorter than a minute")
	want(t, past(t, with("--at", "25:99")...), 2, "25:99")
	want(t, past(t, with("--notify-webhook", "http://example.org/x")...), 2, "https")
	want(t, past(t, with("--notify-webhook", "https://example.org/x")...), 2, "PAST_WEBHOOK_SECRET")
	want(t, past(t, with("--mail-server", "nowhere")...), 2, "HOST:PORT")
	bad := filepath.Join(dir, "rules.yaml")
	if err := os.WriteFile(bad, []byte("sauce_shrink: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	want(t, past(t, with("--gate-rules", bad)...), 2, "sauce_shrink")
	want(t, past(t, "refresh", "--db", db, "--out", filepath.Join(dir, "s"), "--source", "ctgov", "--endpoint",
		"ctgov=http://127.0.0.1:1/api/v2"), 1, "refused")
}

func TestSecondRefreshNamesTheHolder(t *testing.T) {
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
	dir := t.TempDir()
	args := []string{"refresh", "--db", filepath.Join(dir, "a.db"), "--out", filepath.Join(dir, "site"), "--source", "ctgov", "--endpoint",
		"ctgov=" + srv.URL + "/api/v2"}
	first := exec.Command(binary(), args...)
	first.Dir = dir
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	<-asked
	want(t, past(t, args...), 1, "in use by refresh", fmt.Sprint(first.Process.Pid))
	close(release)
	if err := first.Wait(); err != nil {
		t.Errorf("the first refresh failed: %v", err)
	}
}

func leftovers(t *testing.T, out string) {
	t.Helper()
	err := filepath.WalkDir(out, func(path string, d os.DirEntry, err error) error {
		if err == nil && (strings.HasPrefix(d.Name(), ".past-report-") || strings.HasPrefix(d.Name(), ".whole-") ||
			strings.HasSuffix(d.Name(), ".next")) {
			t.Errorf("left behind: %s", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func noneTwice(t *testing.T, told string) {
	t.Helper()
	b, err := os.ReadFile(told)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, line := range strings.Fields(string(b)) {
		if seen[line] {
			t.Errorf("sent twice: %s", line)
		}
		seen[line] = true
	}
}
