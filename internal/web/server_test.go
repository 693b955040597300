package web

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"past/crawler"
	"past/internal/edition/gate"
	"past/internal/edition/publish"
	"past/internal/pipeline"
	"past/internal/run"
	"past/internal/starter"
	"past/internal/store"
)

// world is a published database: the starter set through a whole cycle.
type world struct {
	db, out, review string
	edition         string
	store           *store.Store // for reading
	server          *Server
}

func newWorld(t testing.TB) *world {
	t.Helper()
	from, err := firstWorld()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	w := &world{db: filepath.Join(dir, "a.db"), out: filepath.Join(dir, "site"), review: filepath.Join(dir, "review")}
	if w.edition, err = publish.Current(w.out); err != nil {
		t.Fatal(err)
	}
	if w.store, err = store.Open(t.Context(), w.db, store.Options{ReadOnly: true}); err != nil {
		t.Fatal(err)
	}
	if w.server, err = New(Options{Store: w.store, Out: w.out, Base: "https://evidence.example", Version: "test"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		w.server.Close()
		w.store.Close()
	})
	return w
}

// worlds is the folder of the world that tests copy.
var worlds string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "past-web-")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		worlds = dir
		return m.Run()
	}())
}

// firstWorld makes that world once.
var firstWorld = sync.OnceValues(func() (string, error) { return worlds, publishWorld(worlds) })

func publishWorld(dir string) error {
	ctx := context.Background()
	review := filepath.Join(dir, "review")
	if err := os.Mkdir(review, 0o700); err != nil {
		return err
	}
	files, err := starter.ReviewFiles()
	if err != nil {
		return err
	}
	for _, name := range []string{"extractions.csv", "measured.csv"} {
		if err := os.WriteFile(filepath.Join(review, name), files[name], 0o600); err != nil {
			return err
		}
	}
	h, err := starter.Register("ctgov")
	if err != nil {
		return err
	}
	register := httptest.NewServer(h)
	defer register.Close()
	st, err := store.Open(ctx, filepath.Join(dir, "a.db"), store.Options{Create: true})
	if err != nil {
		return err
	}
	sources, err := pipeline.Sources([]string{"ctgov"})
	if err != nil {
		return errors.Join(err, st.Close())
	}
	cycle := run.Cycle{Store: st, Work: pipeline.Works(st, review, time.Now), Out: filepath.Join(dir, "site"), Version: "test",
		Thresholds: gate.DefaultThresholds(),
		Crawl: func(ctx context.Context, _ string) (run.CrawlResult, error) {
			col, err := crawler.New(crawler.Options{Sources: sources, Endpoints: map[string]string{"ctgov": register.URL + "/api/v2"},
				Contact: "test", Question: pipeline.CrawlQuestion()}, st)
			if err != nil {
				return run.CrawlResult{}, err
			}
			_, err = col.Run(ctx)
			return run.CrawlResult{}, err
		}}
	_, err = cycle.Run(ctx)
	return errors.Join(err, st.Close())
}

func (w *world) get(method, target string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	w.server.Handler().ServeHTTP(rec, r)
	return rec
}

// TestHandlersKeepTheDescription asks every path of the OpenAPI document and
// holds the answer against its schema.
func TestHandlersKeepTheDescription(t *testing.T) {
	w := newWorld(t)
	d := readDescription(t)
	d.validate(t)
	ids := map[string][]string{"/editions/{id}": {w.edition}, "/findings/{id}": {"mdma-ptsd-severity", "psilocybin-depression-response",
		"mdma-ptsd-severity@" + w.edition},
		"/claims/{id}": {"C1"}, "/trials/{id}": {"NCT03537014"}, "/studies/{id}": {"NCT03537014"}, "/explain/{id}": {"mdma-ptsd-severity"}}
	handled := map[string]bool{"/openapi.json": true, "/tables/{file}": true}
	for _, rt := range apiRoutes {
		handled[strings.Replace(rt.path, "...}", "}", 1)] = true
	}
	for path := range d.Paths {
		if !handled[path] {
			t.Errorf("%s is described and not served", path)
		}
		delete(handled, path)
	}
	for path := range handled {
		t.Errorf("%s is served and not described", path)
	}
	for path, item := range d.Paths {
		targets := []string{path}
		if list, ok := ids[path]; ok {
			targets = nil
			for _, id := range list {
				targets = append(targets, strings.Replace(path, "{id}", id, 1))
			}
		}
		if path == "/search" {
			targets = []string{"/search?q=PTSD", "/search?q=psilocybin&limit=2&offset=1", "/search?q=%22zzzz%22"}
		}
		if path == "/tables/{file}" || path == "/openapi.json" {
			continue
		}
		for _, target := range targets {
			rec := w.get("GET", "/api/v1"+target)
			if rec.Code != 200 {
				t.Errorf("%s: %d %s", target, rec.Code, rec.Body)
				continue
			}
			var v any
			if err := json.Unmarshal(rec.Body.Bytes(), &v); err != nil {
				t.Errorf("%s: %v", target, err)
				continue
			}
			schema := item.Get.Responses["200"].Content["application/json"].Schema
			for _, fault := range d.check(schema, v, "$") {
				t.Errorf("%s: %s", target, fault)
			}
			answer, ok := v.(map[string]any)
			if !ok || answer["edition"] != w.edition || !strings.Contains(fmt.Sprint(answer["citation"]), w.edition) {
				t.Errorf("%s names no edition or citation", target)
			}
		}
		bad := w.get("GET", "/api/v1"+strings.Replace(path, "{id}", "no-such-thing", 1)+"?frobnicate=1")
		var v any
		if err := json.Unmarshal(bad.Body.Bytes(), &v); bad.Code != 400 || err != nil || len(d.check(d.ref("Problem"), v, "$")) > 0 {
			t.Errorf("%s with an unknown parameter: %d %s", path, bad.Code, bad.Body)
		}
	}
	for target, code := range map[string]int{"/api/v1/findings/none": 404, "/api/v1/findings/mdma-ptsd-severity@e-none": 404,
		"/api/v1/trials/NCT99999999": 404, "/api/v1/search": 400,
		"/api/v1/search?q=x&limit=0": 400, "/api/v1/search?q=x&limit=1000": 400, "/api/v1/search?q=x&offset=-1": 400,
		"/api/v1/tables/none.csv": 404, "/api/v1/tables/trials": 404, "/api/v2/findings": 404} {
		if rec := w.get("GET", target); rec.Code != code || rec.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s", target, rec.Code, rec.Body)
		}
	}
}

// What nothing is called is not found, whatever it looks like, on every route: it
// is never a fault of the server's.
func TestNothingIsCalledSo(t *testing.T) {
	w := newWorld(t)
	names := regexp.MustCompile(`\{[a-z]+(\.\.\.)?\}`)
	tried := 0
	for _, r := range apiRoutes {
		if !names.MatchString(r.path) {
			continue
		}
		tried++
		for _, id := range []string{"none", "a/b/c", "%F0%9F%98%80", "x@e-1", "a%00b", "..%2f..%2fpast.db", "%0d%0aX:%20y",
			strings.Repeat("a", 3000), "%27%20or%201=1--"} {
			target := "/api/v1" + names.ReplaceAllString(r.path, id)
			if rec := w.get("GET", target); rec.Code != 404 && rec.Code != 400 && !(rec.Code == 307 && strings.Contains(id, "..")) {
				t.Errorf("%.120s: %d %.200s", target, rec.Code, rec.Body)
			}
		}
	}
	if tried < 6 {
		t.Errorf("only %d routes take a name", tried)
	}
}

func TestOnlyReading(t *testing.T) {
	w := newWorld(t)
	for _, method := range []string{"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"} {
		for _, path := range []string{"/", "/api/v1/findings", "/healthz", "/f/mdma-ptsd-severity@" + w.edition, "/nowhere"} {
			if rec := w.get(method, path); rec.Code != http.StatusMethodNotAllowed || rec.Header().Get("Allow") != "GET, HEAD" {
				t.Errorf("%s %s: %d", method, path, rec.Code)
			}
		}
	}
	for _, path := range []string{"/", "/api/v1/findings", "/healthz", "/nowhere"} {
		h := w.get("GET", path).Header()
		for _, name := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "X-Frame-Options"} {
			if h.Get(name) == "" {
				t.Errorf("%s lacks %s", path, name)
			}
		}
	}
}

func TestPagesPermalinksAndNothingElse(t *testing.T) {
	w := newWorld(t)
	if err := os.WriteFile(filepath.Join(filepath.Dir(w.out), "secret.txt"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Dir(w.out), filepath.Join(w.out, "editions", w.edition, "way-out")); err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string]string{"/": "PAST", "/index.html": "PAST", "/claims.html": "laim",
		"/f/mdma-ptsd-severity.html": "MDMA", "/editions/" + w.edition + "/": "PAST",
		"/current/trials.html": "rial", "/edition.json": w.edition, "/feed.atom": "<feed", "/feeds/finding-mdma-ptsd-severity.json": "jsonfeed"} {
		if rec := w.get("GET", path); rec.Code != 200 || !strings.Contains(rec.Body.String(), text) {
			t.Errorf("%s: %d", path, rec.Code)
		}
	}
	rec := w.get("GET", "/f/mdma-ptsd-severity@"+w.edition)
	if rec.Code != 302 || rec.Header().Get("Location") != "/editions/"+w.edition+"/f/mdma-ptsd-severity.html" {
		t.Errorf("permalink: %d %s", rec.Code, rec.Header().Get("Location"))
	}
	for _, path := range []string{"/../secret.txt", "/..%2fsecret.txt", "/%2e%2e/secret.txt", "/editions/../../secret.txt", "/editions/" +
		w.edition + "/way-out/secret.txt",
		"/current/../../secret.txt", "/....//secret.txt", "/..\\secret.txt", "/editions/" + w.edition + "/.past-report", "/%00", "/editions/..",
		"/f/..%2f..%2f@x", "/f/x@..%2f..", "/refused/../../secret.txt"} {
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.Path, _ = urlPath(path)
		rec := httptest.NewRecorder()
		w.server.Handler().ServeHTTP(rec, r)
		if strings.Contains(rec.Body.String(), "secret") && rec.Code == 200 || rec.Code == 200 && !strings.Contains(rec.Body.String(), "PAST") {
			t.Errorf("%s: %d %s", path, rec.Code, rec.Body)
		}
	}
	if err := os.RemoveAll(filepath.Join(w.out, "editions", w.edition)); err != nil {
		t.Fatal(err)
	}
	if rec := w.get("GET", "/f/mdma-ptsd-severity@"+w.edition); rec.Code != 200 || !strings.Contains(rec.Body.String(), w.edition) {
		t.Errorf("a permalink whose folder was put away: %d", rec.Code)
	}
}

// TestHeadersAreOurs: nothing of a request begins a header line of the answer, and
// no answer leads to another site.
func TestHeadersAreOurs(t *testing.T) {
	w := newWorld(t)
	base, _ := w.listen(t)
	address := strings.TrimPrefix(base, "http://")
	const evil = "%0d%0aX-Evil:%201%0d%0a%0d%0a<script>"
	for _, target := range []string{"/" + evil, "/f/mdma-ptsd-severity@" + w.edition + evil, "/f/" + evil + "@" + w.edition,
		"/editions/" + evil,
		"/editions/" + w.edition + evil, "/editions/" + w.edition, "//evil.example/f", "/%2fevil.example/", "/\\evil.example/..",
		"/f//evil.example@" + w.edition, "/current//evil.example/..", "/https:1", "/javascript:1",
		"/current/https:2130706433", "/refused" + evil, "/api/v1/findings/" + evil, "/api/v1/search?q=" + evil,
		"/api/v1/tables/" + evil + ".csv", "/api/v1/explain/" + evil, "/current", "/f/mdma-ptsd-severity@" + w.edition} {
		for _, host := range []string{address, "evil.example", "evil.example\tX-Evil: 1"} {
			c, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\nOrigin: http://evil.example\r\nConnection: close\r\n\r\n", target, host)
			b, err := io.ReadAll(c)
			c.Close()
			if err != nil {
				t.Fatal(err)
			}
			head, _, _ := strings.Cut(string(b), "\r\n\r\n")
			for line := range strings.SplitSeq(head, "\r\n") {
				name, value, _ := strings.Cut(line, ": ")
				if name == "X-Evil" || strings.EqualFold(name, "Location") && (!strings.HasPrefix(value, "/") || strings.HasPrefix(value, "//") ||
					strings.HasPrefix(value, `/\`)) || strings.Contains(value, "evil.example") && !strings.HasPrefix(value, "/") {
					t.Errorf("%s for %q: %s", target, host, line)
				}
			}
			if head == "" {
				t.Errorf("%s for %q: no answer", target, host)
			}
		}
	}
}

// A report's folder is one edition: permalinks lead to its pages, and those of an
// earlier edition to the page there that says what has changed.
func TestPermalinksInAReport(t *testing.T) {
	w := newWorld(t)
	report := filepath.Join(w.out, "editions", w.edition)
	server, err := New(Options{Store: w.store, Out: report, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	leads := func(path, want, text string) {
		t.Helper()
		rec := httptest.NewRecorder()
		server.Handler().ServeHTTP(rec, httptest.NewRequest("GET", path, nil))
		if rec.Code != 302 || rec.Header().Get("Location") != want {
			t.Errorf("%s: %d %s, want %s", path, rec.Code, rec.Header().Get("Location"), want)
			return
		}
		rec = httptest.NewRecorder()
		server.Handler().ServeHTTP(rec, httptest.NewRequest("GET", want, nil))
		if rec.Code != 200 || !strings.Contains(rec.Body.String(), text) {
			t.Errorf("%s: %d", want, rec.Code)
		}
	}
	leads("/f/mdma-ptsd-severity@"+w.edition, "/editions/"+w.edition+"/f/mdma-ptsd-severity.html", "MDMA")
	doc, err := os.ReadFile(filepath.Join(report, "edition.json"))
	if err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]string{"edition.json": strings.ReplaceAll(string(doc), w.edition, "e-later"),
		"f/mdma-ptsd-severity@" + w.edition + ".html": "<p>It has changed since"} {
		if err := os.WriteFile(filepath.Join(report, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	server.pages.current.looked = time.Time{}
	for _, end := range []string{"", ".html"} {
		leads("/f/mdma-ptsd-severity@"+w.edition+end, "/editions/e-later/f/mdma-ptsd-severity@"+w.edition+".html", "It has changed since")
	}
}

func urlPath(s string) (string, error) {
	return strings.NewReplacer("%2f", "/", "%2e", ".", "%00", "\x00").Replace(s), nil
}

func TestConditionalAndCompressed(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/", "/api/v1/findings", "/api/v1/tables/trials.csv", "/api/v1/openapi.json"} {
		plain := w.get("GET", path)
		tag := plain.Header().Get("ETag")
		if plain.Code != 200 || tag == "" {
			t.Errorf("%s: %d, tag %q", path, plain.Code, tag)
			continue
		}
		for _, sent := range []string{tag, "W/" + strings.TrimPrefix(tag, "W/"), `"x", ` + tag, "*"} {
			if rec := w.get("GET", path, "If-None-Match", sent); rec.Code != 304 || rec.Body.Len() > 0 {
				t.Errorf("%s with %s: %d", path, sent, rec.Code)
			}
		}
		if rec := w.get("GET", path, "If-None-Match", `"other"`); rec.Code != 200 {
			t.Errorf("%s with another tag: %d", path, rec.Code)
		}
		zipped := w.get("GET", path, "Accept-Encoding", "br, gzip;q=0.5")
		if zipped.Header().Get("Content-Encoding") != "gzip" {
			t.Errorf("%s is not compressed", path)
			continue
		}
		z, err := gzip.NewReader(zipped.Body)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(z)
		if err != nil || !bytes.Equal(b, plain.Body.Bytes()) {
			t.Errorf("%s differs when compressed: %v", path, err)
		}
		if again := w.get("GET", path, "Accept-Encoding", "gzip", "If-None-Match", zipped.Header().Get("ETag")); again.Code != 304 {
			t.Errorf("%s with the tag of its compressed form: %d", path, again.Code)
		}
		if rec := w.get("GET", path, "Accept-Encoding", "gzip;q=0"); rec.Header().Get("Content-Encoding") != "" {
			t.Errorf("%s is compressed for a reader who forbids it", path)
		}
		if head := w.get("HEAD", path); head.Code != 200 || head.Body.Len() > 0 {
			t.Errorf("HEAD %s: %d, %d bytes", path, head.Code, head.Body.Len())
		}
	}
}

func TestTablesAreWhole(t *testing.T) {
	w := newWorld(t)
	for _, name := range store.TableNames() {
		rec := w.get("GET", "/api/v1/tables/"+name+".csv")
		rows, err := csv.NewReader(rec.Body).ReadAll()
		if rec.Code != 200 || err != nil || len(rows) == 0 {
			t.Errorf("%s: %d %v", name, rec.Code, err)
			continue
		}
		columns, seq, err := w.store.Rows(context.Background(), name)
		if err != nil || !slices.Equal(rows[0], columns) {
			t.Errorf("%s: columns %v", name, rows[0])
			continue
		}
		n := 0
		for range seq {
			n++
		}
		if len(rows)-1 != n {
			t.Errorf("%s has %d rows, the database %d", name, len(rows)-1, n)
		}
	}
}

// TestUnpublishedNumbersStayInside: while the database holds other numbers than
// the edition, the API gives the edition's and refuses the rest.
func TestUnpublishedNumbersStayInside(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	before := w.get("GET", "/api/v1/findings/mdma-ptsd-severity").Body.String()
	st, err := store.Open(ctx, w.db, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	fs, err := st.Findings(ctx)
	if err != nil {
		t.Fatal(err)
	}
	wrong := 4.2
	effect := ""
	for i := range fs {
		if fs[i].ID == "mdma-ptsd-severity" {
			fs[i].Primary.Estimate = &wrong
			effect = fs[i].Effects[0].ID
		}
	}
	if rec := w.get("GET", "/api/v1/explain/"+effect); rec.Code != 200 || !strings.Contains(rec.Body.String(), `"kind":"effect"`) {
		t.Errorf("the published effect %s: %d %s", effect, rec.Code, rec.Body)
	}
	if err := st.ReplaceFindings(ctx, fs, nil, nil); err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	if after := w.get("GET", "/api/v1/findings/mdma-ptsd-severity").Body.String(); after != before {
		t.Errorf("the unpublished number is shown: %s", after)
	}
	for path, want := range map[string]int{"tables/findings.csv": 409, "tables/effects.csv": 409, "explain/mdma-ptsd-severity": 409,
		"explain/" + effect: 409, "explain/psilocybin-depression-response": 200} {
		if rec := w.get("GET", "/api/v1/"+path); rec.Code != want {
			t.Errorf("%s: %d %s", path, rec.Code, rec.Body)
		}
	}
}

func TestOperations(t *testing.T) {
	w := newWorld(t)
	for path, text := range map[string]string{"/healthz": "ok", "/readyz": "ready", "/metrics": "past_records{source=\"ctgov\"}"} {
		if rec := w.get("GET", path); rec.Code != 200 || !strings.Contains(rec.Body.String(), text) {
			t.Errorf("%s: %d %s", path, rec.Code, rec.Body)
		}
	}
	for line := range strings.SplitSeq(strings.TrimSpace(w.get("GET", "/metrics").Body.String()), "\n") {
		if strings.HasPrefix(line, "# ") {
			continue
		}
		var v float64
		i := strings.LastIndexByte(line, ' ')
		if _, err := fmt.Sscan(line[i+1:], &v); i < 0 || err != nil || !strings.HasPrefix(line, "past_") {
			t.Errorf("metrics line %q", line)
		}
	}
	empty, err := New(Options{Store: w.store, Out: filepath.Join(t.TempDir(), "none")})
	if err != nil {
		t.Fatal(err)
	}
	rec := httptest.NewRecorder()
	empty.Handler().ServeHTTP(rec, httptest.NewRequest("GET", "/readyz", nil))
	if rec.Code != 503 {
		t.Errorf("ready without a folder: %d", rec.Code)
	}

	// A refresh that met a broken file of people publishes nothing, and its state says so.
	if err := os.WriteFile(filepath.Join(w.review, "extractions.csv"), []byte("Title\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	st, err := store.Open(context.Background(), w.db, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	cycle := run.Cycle{Store: st, Work: pipeline.Works(st, w.review, time.Now), Out: w.out, Version: "test",
		Thresholds: gate.DefaultThresholds()}
	_, err = cycle.Run(context.Background())
	if !errors.Is(err, run.ErrRefused) || st.Close() != nil {
		t.Fatal(err)
	}
	for path, text := range map[string]string{"/healthz": "published nothing", "/readyz": "ready", "/current/edition.json": w.edition,
		"/refused/feed.json": "extractions.csv"} {
		if rec := w.get("GET", path); rec.Code != 200 || !strings.Contains(rec.Body.String(), text) {
			t.Errorf("%s after a refusal: %d %.300s", path, rec.Code, rec.Body)
		}
	}
}

// TestSlowAndHostileVisitors: who sends half a header, or reads nothing, holds
// no one up; and a stop is graceful.
func TestSlowAndHostileVisitors(t *testing.T) {
	w := newWorld(t)
	limits := DefaultLimits()
	limits.Header, limits.Connections = 300*time.Millisecond, 64
	s, err := New(Options{Store: w.store, Out: w.out, Limits: limits})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l, 5*time.Second) }()
	addr := l.Addr().String()
	var slow []net.Conn
	for _, start := range []string{"GET / HTTP/1.1\r\nHost: x\r\nX-A: ", "GET /", "\x00\xff\x16\x03",
		"POST /api/v1/findings HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\nabc",
		"GET / HTTP/1.1\r\nHost: x\r\nX-A: " + strings.Repeat("a", 64<<10)} {
		for range 10 {
			c, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = c.Write([]byte(start))
			slow = append(slow, c)
		}
	}
	client := &http.Client{Timeout: 10 * time.Second}
	for range 20 {
		resp, err := client.Get("http://" + addr + "/api/v1/findings")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if resp.StatusCode != 200 {
			t.Fatalf("status %d beside slow visitors", resp.StatusCode)
		}
	}
	for i, c := range slow {
		_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
		if _, err := io.Copy(io.Discard, c); err != nil && strings.Contains(err.Error(), "timeout") {
			t.Errorf("slow visitor %d is still there", i)
		}
		c.Close()
	}
	client.CloseIdleConnections()
	stop()
	if err := <-ended; err != nil {
		t.Errorf("stop: %v", err)
	}
}

func FuzzPaths(f *testing.F) {
	for _, s := range []string{"/", "/f/x@y", "/../x", "/editions/e-1/index.html", "/api/v1/findings/a@b", "/api/v1/search",
		"/current//..//", "/\x00"} {
		f.Add(s, "q=x")
	}
	w := newWorld(f)
	f.Fuzz(func(t *testing.T, path, query string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.Path, r.URL.RawQuery = "/"+strings.TrimPrefix(path, "/"), query
		rec := httptest.NewRecorder()
		w.server.Handler().ServeHTTP(rec, r)
		if rec.Code == 500 {
			t.Errorf("%q?%q: %s", path, query, rec.Body)
		}
	})
}
