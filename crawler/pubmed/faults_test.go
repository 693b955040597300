package pubmed

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"past/crawler"
	"past/crawler/frame"
	"past/crawler/sourcetest"
)

// crawl asks a handler for everything.
func crawl(t *testing.T, src crawler.Source, h http.Handler) (crawler.SourceSummary, *sourcetest.MemorySink, error) {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	sink := &sourcetest.MemorySink{}
	c, err := crawler.New(crawler.Options{Sources: []crawler.Source{src}, Question: question(),
		Endpoints: map[string]string{SourceName: srv.URL + sourcetest.Fake(New(Asker{})).Path},
		Contact:   "test", Version: "test", Wire: crawler.Wire{Base: time.Millisecond, Cap: time.Millisecond, Attempts: 2}}, sink)
	if err != nil {
		t.Fatal(err)
	}
	sum, err := c.Run(t.Context())
	return sum.Sources[0], sink, err
}

// world serves n articles, entered on these days.
func world(n int, entered func(i int) time.Time) http.Handler {
	var es []sourcetest.Entry
	for i := range n {
		e := entry(i, 0)
		if entered != nil {
			e.Updated = entered(i)
		}
		es = append(es, e)
	}
	return sourcetest.NewWorld(es...).Serve(New(Asker{}))
}

// More records than one result may have are asked for by entry date, each once.
func TestLargeResult(t *testing.T) {
	src := testSource()
	src.Window, src.Size = 5, 5
	sum, sink, err := crawl(t, src, world(37, func(i int) time.Time { return time.Date(1970+i, 5, 1+i%3, 0, 0, 0, 0, time.UTC) }))
	if err != nil || sum.New != 37 || len(sink.Problems()) != 0 {
		t.Fatalf("%+v %v %v", sum, sink.Problems(), err)
	}
	if q := sum.Queries[0]; q.Seen != 37 || q.Total == nil || *q.Total != 37 || !q.Done {
		t.Errorf("%+v", q)
	}
}

// A day with more records than one result may have is reported, not cut.
func TestTooManyOnOneDay(t *testing.T) {
	src := testSource()
	src.Window, src.Size = 5, 5
	sum, _, err := crawl(t, src, world(9, func(int) time.Time { return time.Date(1990, 5, 1, 0, 0, 0, 0, time.UTC) }))
	if err == nil || !strings.Contains(err.Error(), "1990-05-01") || sum.Complete {
		t.Errorf("%v %+v", err, sum)
	}
}

// An error document in the place of articles is asked for again.
func TestFetchFails(t *testing.T) {
	inner := world(11, nil)
	n := 0
	h := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "efetch") {
			if n++; n == 2 {
				fmt.Fprint(rw, `<?xml version="1.0"?><eFetchResult><ERROR>Unable to obtain query #1</ERROR></eFetchResult>`)
				return
			}
		}
		inner.ServeHTTP(rw, r)
	})
	sum, sink, err := crawl(t, testSource(), h)
	if err != nil || !sum.Complete || len(sink.Content(SourceName).Hashes) != 11 || len(sink.Problems()) != 0 || n != 4 {
		t.Fatalf("%+v %v, %d times asked", sum, err, n)
	}
}

// An article that efetch leaves out is reported.
func TestMissingArticle(t *testing.T) {
	inner := world(11, nil)
	h := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		inner.ServeHTTP(rec, r)
		body := rec.Body.String()
		if i := strings.Index(body, "<PMID Version=\"1\">30000002"); i > 0 {
			i = strings.LastIndex(body[:i], "<PubmedArticle>")
			body = body[:i] + body[i+strings.Index(body[i:], "</PubmedArticle>")+len("</PubmedArticle>"):]
		}
		rw.Header().Set("Content-Type", rec.Header().Get("Content-Type"))
		fmt.Fprint(rw, body)
	})
	sum, sink, err := crawl(t, testSource(), h)
	if err != nil || sum.New != 10 {
		t.Fatalf("%+v %v", sum, err)
	}
	kinds := map[string]bool{}
	for _, p := range sink.Problems() {
		kinds[p.Kind] = true
	}
	if !kinds[crawler.KindMissing] {
		t.Errorf("%v", sink.Problems())
	}
}

func TestServerErrors(t *testing.T) {
	for name, body := range map[string]string{
		"rate limit":   `{"error":"API rate limit exceeded","count":"11"}`,
		"query error":  `{"header":{},"esearchresult":{"ERROR":"Empty term and query_key - nothing todo"}}`,
		"no count":     `{"header":{},"esearchresult":{"idlist":[]}}`,
		"half":         `{"header":{},"esearchresult":{"count":"1`,
		"another type": `{"esearchresult":[]}`,
		"empty object": `{}`,
	} {
		h := http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { fmt.Fprint(rw, body) })
		sum, sink, err := crawl(t, testSource(), h)
		if err == nil || sum.Complete || len(sink.Problems()) == 0 {
			t.Errorf("%s: %v, %v", name, err, sink.Problems())
		}
	}
}

// The API key is in no address, and goes to NCBI only.
func TestKeyIsNotShown(t *testing.T) {
	inner := world(6, nil)
	asked := 0
	h := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		asked++
		if r.Form.Get("api_key") != "secret" || r.Form.Get("email") != "a@example.org" || strings.Contains(r.URL.String(), "secret") {
			t.Errorf("%s %s", r.URL, r.Form)
		}
		inner.ServeHTTP(rw, r)
	})
	srv := httptest.NewServer(h)
	defer srv.Close()
	src := New(Asker{Key: "secret", Email: "a@example.org"})
	if src.At("http://127.0.0.1:1/x").(*frame.Search).Send != nil {
		t.Error("the key would be sent to a mirror")
	}
	src.Register.BaseURL = srv.URL + sourcetest.Fake(src).Path
	sink := &sourcetest.MemorySink{}
	c, err := crawler.New(crawler.Options{Sources: []crawler.Source{src}, Question: question(), Contact: "test",
		Wire: crawler.Wire{Transport: http.DefaultTransport}}, sink)
	if err != nil {
		t.Fatal(err)
	}
	if sum, err := c.Run(t.Context()); err != nil || sum.Sources[0].New != 6 || asked == 0 {
		t.Fatal(err)
	}
	for _, f := range sink.Fetches() {
		if strings.Contains(f.URL, "secret") {
			t.Error(f.URL)
		}
	}
	for _, p := range sink.Payloads() {
		if strings.Contains(p.URL, "secret") {
			t.Error(p.URL)
		}
	}
	if New(Asker{}).Policy().PerSecond > 3 || src.Policy().PerSecond > 10 {
		t.Error("faster than NCBI allows")
	}
}

func TestPlan(t *testing.T) {
	q := question()
	q.Substances[0].Terms = []string{"psilocybin", "Psilocybin", "4-PO-DMT", `a "quoted" [x]`}
	q.Conditions = []crawler.Concept{{ID: "ptsd", Terms: []string{"PTSD"}}, {ID: "mdd", Terms: []string{"depression"}}}
	got, err := New(Asker{Email: "a@example.org"}).Plan(q)
	if err != nil || len(got) != 1 {
		t.Fatal(got, err)
	}
	want := `("psilocybin"[tw] OR "4-PO-DMT"[tw] OR "a quoted x"[tw]) AND ("PTSD"[tw] OR "depression"[tw] OR "randomized"[tw] ` +
		`OR "randomised"[tw] OR "placebo"[tw] OR "double-blind"[tw] OR "clinical trial"[tw]) NOT (animals[mh] NOT humans[mh])`
	if got[0].Text != want {
		t.Errorf("%s", got[0].Text)
	}
	if !strings.Contains(got[0].URL, "retmax=9999") || strings.Contains(got[0].URL, "example.org") ||
		!strings.Contains(got[0].URL, "tool=past") {
		t.Error(got[0].URL)
	}
	q.Since = time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC)
	inc, _ := New(Asker{}).Plan(q)
	if !strings.HasSuffix(inc[0].Text, "AND (2026/02/28:3000[edat] OR 2026/02/28:3000[lr])") || inc[0].Key != got[0].Key {
		t.Error(inc[0])
	}
	long := question()
	for i := range 400 {
		long.Substances[0].Terms = append(long.Substances[0].Terms, fmt.Sprintf("a rather long synonym number %d", i))
	}
	many, _ := New(Asker{}).Plan(long)
	keys := map[string]bool{}
	for _, p := range many {
		keys[p.Key] = true
		if len(p.URL) > 4000 {
			t.Errorf("an address of %d bytes", len(p.URL))
		}
	}
	if len(many) < 5 || len(keys) != len(many) {
		t.Errorf("%d queries, %d keys", len(many), len(keys))
	}
}
