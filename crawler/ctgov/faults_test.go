package ctgov

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"past/crawler"
	"past/crawler/frame"
	"past/crawler/polite"
	"past/crawler/sourcetest"
)

// pages serves a script: the nth search page (from 0) is what page gives.
func pages(t *testing.T, page func(n int, w http.ResponseWriter, r *http.Request)) string {
	t.Helper()
	var n atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/version"):
			reply(w, map[string]string{"apiVersion": "2.0.5", "dataTimestamp": "2026-03-25T09:00:05"})
		case strings.HasSuffix(r.URL.Path, "/studies"):
			w.Header().Set("Content-Type", "application/json")
			page(int(n.Add(1))-1, w, r)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL + "/api/v2"
}

// page writes a search page with the studies of these numbers.
func page(t testing.TB, token string, total int, ns ...int) string {
	var studies []string
	for _, n := range ns {
		studies = append(studies, compact(t, n))
	}
	out := `{`
	if total >= 0 {
		out += `"totalCount":` + strconv.Itoa(total) + `,`
	}
	out += `"studies":[` + strings.Join(studies, ",\n") + `]`
	if token != "" {
		out += `,"nextPageToken":` + strconv.Quote(token)
	}
	return out + "}"
}

// sized is the source with pages of a fixed size.
func sized(n int) *frame.Search {
	s := New()
	s.Size, s.Weight = n, 0
	return s
}

func crawl(t *testing.T, sink crawler.Sink, endpoint string, change ...func(*crawler.Options)) (crawler.SourceSummary, error) {
	t.Helper()
	o := crawler.Options{Sources: []crawler.Source{New()}, Question: question, Endpoints: map[string]string{"ctgov": endpoint},
		Wire: crawler.Wire{Base: time.Millisecond, Cap: 2 * time.Millisecond, Attempts: 3}}
	for _, f := range change {
		f(&o)
	}
	c, err := crawler.New(o, sink)
	if err != nil {
		t.Fatal(err)
	}
	sum, err := c.Run(t.Context())
	return sum.Sources[0], err
}

func kinds(s *sourcetest.MemorySink) map[string]int {
	out := map[string]int{}
	for _, p := range s.Problems() {
		out[p.Kind]++
	}
	return out
}

func ids(s *sourcetest.MemorySink) int { return len(s.Content("ctgov").Hashes) }

// TestUnusableAnswers: a 200 that is no answer is asked for again, kept aside
// with its payload and reason, and the crawl says so.
func TestUnusableAnswers(t *testing.T) {
	whole := page(t, "", 2, 1, 2)
	for _, x := range []struct{ name, body, media, kind string }{
		{"html", "<html><head><title>Error</title></head></html>", "text/html", crawler.KindHTML},
		{"html called json", "<!doctype html><p>x", "application/json", crawler.KindHTML},
		{"empty object", "{}", "application/json", crawler.KindEmpty},
		{"other shape", `{"items":[1]}`, "application/json", crawler.KindWrongShape},
		{"one study for a page", compact(t, 1), "application/json", crawler.KindWrongShape},
		{"half json", whole[:len(whole)-40], "application/json", crawler.KindHalfJSON},
		{"half json in the list", whole[:len(whole)/3], "application/json", crawler.KindHalfJSON},
		{"csv", "NCT Number,Title\n", "text/csv", crawler.KindWrongType},
	} {
		asked := 0
		url := pages(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
			asked++
			w.Header().Set("Content-Type", x.media)
			fmt.Fprint(w, x.body)
		})
		sink := &sourcetest.MemorySink{}
		sum, err := crawl(t, sink, url)
		if err == nil || sum.Complete || asked != 3 {
			t.Errorf("%s: asked %d times, complete %v, %v", x.name, asked, sum.Complete, err)
		}
		found := false
		for _, p := range sink.Problems() {
			if p.Kind != x.kind {
				continue
			}
			found = true
			if len(sink.Payloads()) != 1 || p.SHA256 != sink.Payloads()[0].SHA256 || !strings.Contains(p.Retry,
				"past crawl ctgov --endpoint ctgov="+url) {
				t.Errorf("%s: %+v with %d payloads", x.name, p, len(sink.Payloads()))
			}
		}
		if !found {
			t.Errorf("%s: problems %+v, want %s", x.name, sink.Problems(), x.kind)
		}
	}
}

// TestBadStudiesInAGoodPage: invalid UTF-8, a broken study and unknown keys are
// reported, and the page counts.
func TestBadStudiesInAGoodPage(t *testing.T) {
	bad := page(t, "", 3, 1, 2, 3)
	bad = strings.Replace(bad, `"acronym":"SYN"`, "\"acronym\":\"S\xc3N\"", 1)
	bad = strings.Replace(bad, `"nctId":"NCT99900002"`, `"nctId":"NCT99900002",,`, 1)
	bad = strings.Replace(bad, `"officialTitle"`, `"offizialTitle"`, 1)
	url := pages(t, func(_ int, w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, bad) })
	sink := &sourcetest.MemorySink{}
	sum, err := crawl(t, sink, url)
	k := kinds(sink)
	if err != nil || !sum.Complete || ids(sink) != 2 || k[crawler.KindBadJSON] != 1 || k[crawler.KindDrift] != 1 {
		t.Errorf("%d records, %v, %v", ids(sink), k, err)
	}
	r, _ := sink.Record("ctgov", "NCT99900001")
	if len(r.Problems) != 1 || r.Problems[0].Kind != crawler.KindBadUTF8 {
		t.Errorf("%+v", r.Problems)
	}
	for _, p := range sink.Problems() {
		if p.Kind == crawler.KindBadJSON && p.RecordID != "NCT99900002" {
			t.Errorf("the broken study is not named: %+v", p)
		}
	}
}

func TestTooLargeAnswers(t *testing.T) {
	big := strings.Repeat("x", 1<<20)
	url := pages(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"studies":[`)
		for range 50 { // 50 MB
			if _, err := fmt.Fprint(w, big); err != nil {
				return
			}
		}
	})
	for _, cap := range []int64{0, 1 << 20} { // the source's own, and a small one
		sink := &sourcetest.MemorySink{}
		sum, err := crawl(t, sink, url, func(o *crawler.Options) { o.Wire.MaxBody = cap; o.Sources = []crawler.Source{sized(1)} })
		if err == nil || sum.Complete || kinds(sink)[crawler.KindTooLarge] != 1 {
			t.Errorf("cap %d: %v, %v", cap, kinds(sink), err)
		}
	}
	bomb := pages(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		defer z.Close()
		for range 1000 {
			if _, err := z.Write(make([]byte, 1<<20)); err != nil {
				return
			}
		}
	})
	sink := &sourcetest.MemorySink{}
	if sum, err := crawl(t, sink, bomb, func(o *crawler.Options) { o.Sources = []crawler.Source{sized(1)} }); err == nil ||
		sum.Complete || kinds(sink)[crawler.KindTooLarge] != 1 {
		t.Errorf("bomb: %v, %v", kinds(sink), err)
	}
}

// TestLargePagesAreAskedForInParts: where a page is over the cap, fewer
// studies are asked for.
func TestLargePagesAreAskedForInParts(t *testing.T) {
	one := len(compact(t, 0))
	all := 40
	url := pages(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		from, _ := strconv.Atoi(r.URL.Query().Get("pageToken"))
		size, _ := strconv.Atoi(r.URL.Query().Get("pageSize"))
		var ns []int
		for n := from; n < min(from+size, all); n++ {
			ns = append(ns, n)
		}
		token := ""
		if from+size < all {
			token = strconv.Itoa(from + size)
		}
		fmt.Fprint(w, page(t, token, all, ns...))
	})
	sink := &sourcetest.MemorySink{}
	sum, err := crawl(t, sink, url, func(o *crawler.Options) { o.Wire.MaxBody = int64(10 * one) })
	if err != nil || !sum.Complete || ids(sink) != all || sum.Problems != 0 {
		t.Errorf("%d records, %v, %v", ids(sink), sink.Problems(), err)
	}
}

func TestSlowAnswersEnd(t *testing.T) {
	url := pages(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"studies":[`)
		for r.Context().Err() == nil {
			fmt.Fprint(w, " ")
			w.(http.Flusher).Flush()
			time.Sleep(10 * time.Millisecond)
		}
	})
	sink := &sourcetest.MemorySink{}
	begin := time.Now()
	_, err := crawl(t, sink, url, func(o *crawler.Options) { o.Wire.Timeout = 100 * time.Millisecond })
	if !errors.Is(err, polite.ErrStalled) || time.Since(begin) > 5*time.Second {
		t.Errorf("%v after %s", err, time.Since(begin))
	}
}

func TestRedirectElsewhere(t *testing.T) {
	var reached atomic.Bool
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Store(true) }))
	defer other.Close()
	for _, to := range []string{other.URL + "/x", "http://169.254.169.254/latest", "http://[::1]:1/", "http://10.0.0.1/"} {
		url := pages(t, func(_ int, w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) })
		sink := &sourcetest.MemorySink{}
		if _, err := crawl(t, sink, url); !errors.Is(err, polite.ErrOutOfScope) {
			t.Errorf("%s: %v", to, err)
		}
	}
	if reached.Load() {
		t.Error("another host was asked")
	}
	circle := pages(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.String(), http.StatusFound)
	})
	if _, err := crawl(t, &sourcetest.MemorySink{}, circle); err == nil || !strings.Contains(err.Error(), "redirects") {
		t.Errorf("redirects in a circle: %v", err)
	}
}

func TestMergedStudy(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/api/v2/studies":
			fmt.Fprint(w, page(t, "", -1))
		case "/api/v2/studies/NCT99900001":
			http.Redirect(w, r, "/api/v2/studies/NCT99900002", http.StatusMovedPermanently)
		case "/api/v2/studies/NCT99900002":
			fmt.Fprint(w, compact(t, 2))
		default:
			http.NotFound(w, r)
		}
	}))
	defer s.Close()
	f, src := fetcher(t, s.URL+"/api/v2")
	p, err := src.Refresh(t.Context(), f, []string{"NCT99900001", "NCT99900003"})
	if err != nil || len(p.Gone) != 2 || len(p.Payloads) != 1 || len(p.Problems) != 1 || p.Problems[0].Kind != crawler.KindMerged {
		t.Errorf("gone %v, %d payloads, %+v, %v", p.Gone, len(p.Payloads), p.Problems, err)
	}
}

func fetcher(t *testing.T, endpoint string) (crawler.Fetcher, *frame.Search) {
	t.Helper()
	c, err := crawler.New(crawler.Options{Sources: []crawler.Source{New()}, Endpoints: map[string]string{"ctgov": endpoint},
		Wire: crawler.Wire{Base: time.Millisecond, Attempts: 2}}, &sourcetest.MemorySink{})
	if err != nil {
		t.Fatal(err)
	}
	f, src, err := c.Fetcher("ctgov")
	if err != nil {
		t.Fatal(err)
	}
	return f, src.(*frame.Search)
}

func TestTLSFailure(t *testing.T) {
	s := httptest.NewTLSServer(http.NotFoundHandler())
	defer s.Close()
	if _, err := crawl(t, &sourcetest.MemorySink{}, s.URL+"/api/v2"); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("%v", err)
	}
}

func TestClockSkewIsToldAndAllowedFor(t *testing.T) {
	url := pages(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", time.Now().Add(-50*time.Hour).UTC().Format(http.TimeFormat)) // ours is ahead
		fmt.Fprint(w, page(t, "", 1, 1))
	})
	sink := &sourcetest.MemorySink{}
	sum, err := crawl(t, sink, url)
	m, _ := sink.Mark(t.Context(), "ctgov")
	if err != nil || !sum.Complete || kinds(sink)[crawler.KindClockSkew] != 1 || m.Skew < 49*time.Hour {
		t.Errorf("%v, mark %+v, %v", kinds(sink), m, err)
	}
}

func TestFullDiskLosesNothingStored(t *testing.T) {
	full := errors.New("disk is full")
	url := pages(t, func(n int, w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("pageToken") == "" {
			fmt.Fprint(w, page(t, "b", 2, 1))
			return
		}
		fmt.Fprint(w, page(t, "", -1, 2))
	})
	sink := &sourcetest.MemorySink{Fail: func(n int) error {
		if n == 2 {
			return full
		}
		return nil
	}}
	if _, err := crawl(t, sink, url); !errors.Is(err, full) || ids(sink) != 1 {
		t.Errorf("%d records, %v", ids(sink), err)
	}
	sink.Fail = nil
	if sum, err := crawl(t, sink, url); err != nil || ids(sink) != 2 || sum.Received != 1 {
		t.Errorf("%d records, %+v, %v", ids(sink), sum.CommitResult, err)
	}
}

// TestVanishedInMasses: when a large part of what is known seems gone at once,
// nothing is buried.
func TestVanishedInMasses(t *testing.T) {
	var empty atomic.Bool
	url := pages(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		if empty.Load() {
			fmt.Fprint(w, page(t, "", 0))
			return
		}
		var ns []int
		for n := range 80 {
			ns = append(ns, n)
		}
		fmt.Fprint(w, page(t, "", 80, ns...))
	})
	sink := &sourcetest.MemorySink{}
	if _, err := crawl(t, sink, url); err != nil {
		t.Fatal(err)
	}
	empty.Store(true)
	if _, err := crawl(t, sink, url, func(o *crawler.Options) { o.All = true }); err != nil {
		t.Fatal(err)
	}
	if c := sink.Content("ctgov"); len(c.Gone) != 0 || kinds(sink)[crawler.KindMissing] != 1 {
		t.Errorf("%d buried, %v", len(c.Gone), kinds(sink))
	}
}

// TestCollyEnvironmentChangesNothing: variables that colly would obey are of no
// effect on a crawl.
func TestCollyEnvironmentChangesNothing(t *testing.T) {
	for k, v := range map[string]string{"ALLOWED_DOMAINS": "example.org", "CACHE_DIR": t.TempDir(), "DETECT_CHARSET": "1",
		"DISABLE_COOKIES":    "1",
		"DISALLOWED_DOMAINS": "127.0.0.1", "IGNORE_ROBOTSTXT": "0", "FOLLOW_REDIRECTS": "0", "MAX_BODY_SIZE": "10", "MAX_DEPTH": "1",
		"MAX_REQUESTS":              "1",
		"PARSE_HTTP_ERROR_RESPONSE": "0", "TRACE_HTTP": "1", "USER_AGENT": "colly"} {
		t.Setenv("COLLY_"+k, v)
	}
	var agent atomic.Value
	url := pages(t, func(n int, w http.ResponseWriter, r *http.Request) {
		agent.Store(r.UserAgent())
		switch token := r.URL.Query().Get("pageToken"); token {
		case "":
			u := *r.URL
			u.RawQuery += "&pageToken=moved"
			http.Redirect(w, r, u.String(), http.StatusFound)
		case "moved":
			fmt.Fprint(w, page(t, "b", 2, 1))
		default:
			fmt.Fprint(w, page(t, "", -1, 2))
		}
	})
	sink := &sourcetest.MemorySink{}
	sum, err := crawl(t, sink, url, func(o *crawler.Options) { o.Contact = "mailto:who@example.org"; o.Version = "9" })
	if err != nil || !sum.Complete || ids(sink) != 2 {
		t.Errorf("%d records, %v", ids(sink), err)
	}
	if got := agent.Load(); got != "past/9 (research evidence tracker; contact: mailto:who@example.org)" {
		t.Errorf("user agent %q", got)
	}
	if left, _ := os.ReadDir(os.Getenv("COLLY_CACHE_DIR")); len(left) > 0 {
		t.Error("colly cached answers")
	}
}

// TestBodiesAreKeptAsSent: a character set that colly would translate leaves
// the stored bytes alone.
func TestBodiesAreKeptAsSent(t *testing.T) {
	body := strings.Replace(page(t, "", 1, 1), `"acronym":"SYN"`, "\"acronym\":\"S\xe9\"", 1)
	url := pages(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=iso-8859-1")
		fmt.Fprint(w, body)
	})
	sink := &sourcetest.MemorySink{}
	if _, err := crawl(t, sink, url); err != nil {
		t.Fatal(err)
	}
	if p := sink.Payloads(); len(p) != 1 || string(p[0].Body) != body {
		t.Error("the payload is not what was sent")
	}
}

func TestLanesSideBySide(t *testing.T) {
	slow := make(chan struct{})
	first := pages(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		select { // waits for the other lane
		case <-slow:
		case <-r.Context().Done():
		}
		fmt.Fprint(w, page(t, "", 1, 1))
	})
	second := pages(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
		close(slow)
		fmt.Fprint(w, page(t, "", 1, 2))
	})
	sink := &sourcetest.MemorySink{}
	c, err := crawler.New(crawler.Options{Sources: []crawler.Source{New(), twin{New()}}, Question: question,
		Endpoints: map[string]string{"ctgov": first, "twin": second}}, sink)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if sum, err := c.Run(ctx); err != nil || !sum.Sources[0].Complete || !sum.Sources[1].Complete {
		t.Errorf("%+v, %v", sum, err)
	}
}

// twin is the source under another name.
type twin struct{ *frame.Search }

func (twin) Name() string                        { return "twin" }
func (t twin) At(endpoint string) crawler.Source { return twin{t.Search.At(endpoint).(*frame.Search)} }

// forgetful keeps less of a cursor than it could, as an older store may.
type forgetful struct{ *sourcetest.MemorySink }

func (s forgetful) Cursor(ctx context.Context, source, query string) (crawler.Cursor, bool, error) {
	c, ok, err := s.MemorySink.Cursor(ctx, source, query)
	c.Started, c.Stamp = time.Time{}, ""
	return c, ok && !c.Done, err
}

func (s forgetful) Hits() {} // no HitLister

func TestResumeWithAForgetfulStore(t *testing.T) {
	asked := 0
	url := pages(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		asked++
		if r.URL.Query().Get("filter.ids") != "" { // those found before the crash, which nobody remembers
			fmt.Fprint(w, page(t, "", -1, 0, 1, 2))
			return
		}
		n, _ := strconv.Atoi(r.URL.Query().Get("pageToken"))
		token := strconv.Itoa(n + 1)
		if n == 4 {
			token = ""
		}
		fmt.Fprint(w, page(t, token, 5, n))
	})
	killed := errors.New("killed")
	sink := forgetful{&sourcetest.MemorySink{Fail: func(n int) error {
		if n == 4 {
			return killed
		}
		return nil
	}}}
	if _, err := crawl(t, sink, url); !errors.Is(err, killed) {
		t.Fatal(err)
	}
	sink.Fail, asked = nil, 0
	if sum, err := crawl(t, sink, url); err != nil || !sum.Complete || ids(sink.MemorySink) != 5 || asked != 3 {
		t.Errorf("%d records, asked %d times, %v", ids(sink.MemorySink), asked, err)
	}
	asked = 0
	if sum, err := crawl(t, sink, url, func(o *crawler.Options) { o.All = true }); err != nil || sum.Received != 5 || asked != 5 {
		t.Errorf("everything again: asked %d times, %+v, %v", asked, sum.CommitResult, err)
	}
}
