package crawler_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"past/crawler"
	"past/crawler/polite"
	"past/crawler/sourcetest"
	"past/internal/evidence"
)

// toy is a register whose records are lines of text, "ID content". Its fields
// stand for what sources differ in.
type toy struct {
	base   string
	policy func(*crawler.Policy)
	ask    func(ctx context.Context, f crawler.Fetcher, base string) (crawler.Page, error)
	pages  int // of a register whose pages are numbered from 0
}

func (s *toy) Name() string { return "toy" }

func (s *toy) Policy() crawler.Policy {
	p := crawler.Policy{BaseURL: s.base, PerSecond: 100, RobotsReason: "a toy", MaxBody: 1 << 20, Timeout: 5 * time.Second, Terms: "none"}
	if s.policy != nil {
		s.policy(&p)
	}
	return p
}

func (s *toy) At(endpoint string) crawler.Source {
	c := *s
	c.base = endpoint
	return &c
}

func (s *toy) Plan(crawler.QuestionSet) ([]crawler.Query, error) {
	return []crawler.Query{{Key: "q", Text: "everything", URL: s.base + "/list"}}, nil
}

func (s *toy) Page(ctx context.Context, f crawler.Fetcher, q crawler.Query, cursor string) (crawler.Page, error) {
	if s.ask != nil {
		return s.ask(ctx, f, s.base)
	}
	if s.pages > 0 {
		n, _ := strconv.Atoi(cursor)
		res, err := f.Do(ctx, crawler.Request{URL: fmt.Sprintf("%s/list?page=%d", s.base, n)})
		p := crawler.Page{Payloads: []evidence.Payload{res.Payload}, Hits: strings.Fields(string(res.Body))}
		if n+1 < s.pages {
			p.Next = strconv.Itoa(n + 1)
		}
		return p, err
	}
	res, err := f.Do(ctx, crawler.Request{URL: q.URL})
	return crawler.Page{Payloads: []evidence.Payload{res.Payload}, Hits: strings.Fields(string(res.Body))}, err
}

func (s *toy) Parse(p evidence.Payload) (crawler.Parsed, error) {
	var out crawler.Parsed
	for _, id := range strings.Fields(string(p.Body)) {
		out.Records = append(out.Records, evidence.Record{ID: id, Source: "toy", ContentHash: id,
			Prov: evidence.Provenance{PayloadSHA256: p.SHA256}})
	}
	return out, nil
}

func run(t *testing.T, src crawler.Source, sink crawler.Sink, h http.HandlerFunc,
	change ...func(*crawler.Options)) (crawler.SourceSummary, error) {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	o := crawler.Options{Sources: []crawler.Source{src}, Endpoints: map[string]string{"toy": s.URL},
		Wire: crawler.Wire{Base: time.Millisecond, Cap: 2 * time.Millisecond, Attempts: 2}}
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

func TestNewChecksItsOptions(t *testing.T) {
	fixed := struct{ crawler.Source }{&toy{}} // not Movable
	sink := &sourcetest.MemorySink{}
	for _, x := range []struct {
		o    crawler.Options
		sink crawler.Sink
		want string
	}{
		{crawler.Options{}, sink, "no source"},
		{crawler.Options{Sources: []crawler.Source{&toy{}}}, nil, "no store"},
		{crawler.Options{Sources: []crawler.Source{&toy{}, &toy{}}}, sink, "twice"},
		{crawler.Options{Sources: []crawler.Source{&toy{}}, Endpoints: map[string]string{"tpy": "http://x"}}, sink, `"tpy"`},
		{crawler.Options{Sources: []crawler.Source{&toy{}}, Endpoints: map[string]string{"toy": "localhost:80"}}, sink, "http://HOST"},
		{crawler.Options{Sources: []crawler.Source{&toy{}}, Endpoints: map[string]string{"toy": "http://u:p@h/"}}, sink, "http://HOST"},
		{crawler.Options{Sources: []crawler.Source{fixed}, Endpoints: map[string]string{"toy": "http://h/"}}, sink, "another address"},
	} {
		if _, err := crawler.New(x.o, x.sink); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%v, want %q", err, x.want)
		}
	}
}

// TestPostedSearch: a body, its type and own headers reach the register as they
// are, on the second attempt too.
func TestPostedSearch(t *testing.T) {
	var n atomic.Int32
	src := &toy{ask: func(ctx context.Context, f crawler.Fetcher, base string) (crawler.Page, error) {
		res, err := f.Do(ctx, crawler.Request{Method: http.MethodPost, URL: base + "/search?x=a%20b&y=%5B1%5D", Body: []byte(`{"page":1}`),
			Header: map[string]string{"Content-Type": "application/json", "X-Key": "k"}})
		return crawler.Page{Payloads: []evidence.Payload{res.Payload}}, err
	}}
	sum, err := run(t, src, &sourcetest.MemorySink{}, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got := fmt.Sprint(r.Method, " ", r.URL.RequestURI(), " ", r.Header.Get("Content-Type"), " ", r.Header.Get("X-Key"), " ", string(b))
		if want := `POST /search?x=a%20b&y=%5B1%5D application/json k {"page":1}`; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if n.Add(1) == 1 {
			w.WriteHeader(503)
			return
		}
		fmt.Fprint(w, "a b")
	})
	if err != nil || sum.Received != 2 || sum.Asked != 2 {
		t.Errorf("%+v, %v", sum, err)
	}
}

// TestNotModified: an answer that is kept already is not sent again.
func TestNotModified(t *testing.T) {
	var again []bool
	src := &toy{ask: func(ctx context.Context, f crawler.Fetcher, base string) (crawler.Page, error) {
		res, err := f.Do(ctx, crawler.Request{URL: base + "/x", Conditional: true})
		again = append(again, res.NotModified)
		if err != nil || res.NotModified {
			return crawler.Page{}, err
		}
		return crawler.Page{Payloads: []evidence.Payload{res.Payload}}, nil
	}}
	sink := &sourcetest.MemorySink{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") == `"1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("ETag", `"1"`)
		fmt.Fprint(w, "a")
	}))
	defer s.Close()
	for range 2 {
		c, err := crawler.New(crawler.Options{Sources: []crawler.Source{src}, Endpoints: map[string]string{"toy": s.URL}, All: true}, sink)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if len(again) != 2 || again[0] || !again[1] || len(sink.Payloads()) != 1 {
		t.Errorf("%v, %d payloads", again, len(sink.Payloads()))
	}
}

func TestRobotsByPolicy(t *testing.T) {
	for _, x := range []struct {
		robots bool
		status int
		rules  string
		ok     bool
	}{
		{true, 200, "User-agent: *\nDisallow: /list", false}, {true, 200, "User-agent: *\nDisallow: /other", true},
		{true, 503, "", false}, {true, 404, "", true}, {false, 200, "User-agent: *\nDisallow: /", true},
	} {
		src := &toy{policy: func(p *crawler.Policy) { p.Robots = x.robots }}
		_, err := run(t, src, &sourcetest.MemorySink{}, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/robots.txt" {
				w.WriteHeader(x.status)
				fmt.Fprint(w, x.rules)
				return
			}
			fmt.Fprint(w, "a")
		})
		if (err == nil) != x.ok || !x.ok && !errors.Is(err, polite.ErrRobots) {
			t.Errorf("%+v: %v", x, err)
		}
	}
}

func TestAcceptedMediaTypes(t *testing.T) {
	for _, x := range []struct {
		accept, media, body, kind string
	}{
		{"application/json", "application/json", "{}", ""}, {"application/json", "text/plain", " [1]", ""}, {"application/json", "", "{}", ""},
		{"application/json", "application/json", "Too many requests", ""}, // the source's own parser tells
		{"application/json", "text/html; charset=utf-8", "<p>x", crawler.KindHTML}, {"application/json", "text/xml", "<html>", crawler.KindHTML},
		{"application/json", "text/csv", "a,b", crawler.KindWrongType}, {"application/json", "text/plain", "", crawler.KindEmpty},
		{"text/xml", "application/xml", "<r/>", ""}, {"text/xml", "text/html", "<!DOCTYPE html><p>", crawler.KindHTML},
		{"text/html", "text/html", "<p>", ""},
	} {
		var got error
		src := &toy{ask: func(ctx context.Context, f crawler.Fetcher, base string) (crawler.Page, error) {
			_, got = f.Do(ctx, crawler.Request{URL: base, Accept: []string{x.accept}})
			return crawler.Page{}, nil
		}}
		if _, err := run(t, src, &sourcetest.MemorySink{}, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", x.media)
			fmt.Fprint(w, x.body)
		}); err != nil {
			t.Fatal(err)
		}
		var a *crawler.AnswerError
		if kind := ""; errors.As(got, &a) {
			if kind = a.Kind; kind != x.kind || a.Payload == nil || string(a.Payload.Body) != x.body {
				t.Errorf("%+v: %v", x, got)
			}
		} else if x.kind != "" || got != nil {
			t.Errorf("%+v: %v", x, got)
		}
	}
}

// TestRefusedQuestions: what a register refuses is reported with its own words and
// does not keep other queries from being asked.
func TestRefusedQuestions(t *testing.T) {
	sink := &sourcetest.MemorySink{}
	sum, err := run(t, &toy{}, sink, func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "unknown parameter 'foo'", http.StatusBadRequest)
	})
	if err == nil || sum.Asked != 1 || !strings.Contains(err.Error(), "unknown parameter 'foo'") ||
		!strings.Contains(err.Error(), "goes on with them") {
		t.Errorf("asked %d times, %v", sum.Asked, err)
	}
	if p := sink.Problems(); len(p) != 1 || p[0].Kind != crawler.KindFetchFailed || p[0].Where == "" ||
		!strings.HasPrefix(p[0].Retry, "past crawl toy") {
		t.Errorf("%+v", p)
	}
}

func TestPatienceEnds(t *testing.T) {
	begin := time.Now()
	_, err := run(t, &toy{}, &sourcetest.MemorySink{}, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7200")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	var wait *polite.WaitError
	if !errors.As(err, &wait) || wait.Wait != 2*time.Hour || time.Since(begin) > 2*time.Second {
		t.Errorf("%v after %s", err, time.Since(begin))
	}
}

// TestSummaryAndEvents: what an observer receives adds up to the summary.
func TestSummaryAndEvents(t *testing.T) {
	var mu sync.Mutex
	var seen []crawler.EventKind
	var last crawler.Event
	sink := &sourcetest.MemorySink{}
	sum, err := run(t, &toy{}, sink, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "a b c") },
		func(o *crawler.Options) {
			o.Run = "run-1"
			o.Observer = observer(func(e crawler.Event) {
				mu.Lock()
				defer mu.Unlock()
				seen, last = append(seen, e.Kind), e
			})
		})
	if err != nil || sum.New != 3 || !sum.Complete || sum.Queries[0].Seen != 3 || !sum.Queries[0].Done {
		t.Errorf("%+v, %v", sum, err)
	}
	if got := fmt.Sprint(seen); got != "[begin query page end]" || last.Counts.New != 3 || last.Asked != 1 || last.Text != "done" {
		t.Errorf("%s, last %+v", got, last)
	}
	f := sink.Fetches()
	if len(f) != 1 || f[0].Status != 200 || f[0].Bytes != 5 || f[0].Attempt != 1 || f[0].SHA256 != sink.Payloads()[0].SHA256 {
		t.Errorf("%+v", f)
	}
}

type observer func(crawler.Event)

func (o observer) Event(e crawler.Event) { o(e) }

// last is a toy that asks about what the other sources brought.
type last struct{ *toy }

func (*last) Name() string  { return "last" }
func (*last) Follows() bool { return true }
func (s *last) At(endpoint string) crawler.Source {
	c := *s.toy
	c.base = endpoint
	return &last{&c}
}

func TestFollowersGoLast(t *testing.T) {
	sink := &sourcetest.MemorySink{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(20 * time.Millisecond)
		fmt.Fprint(w, "a")
	}))
	defer s.Close()
	after := &last{&toy{}}
	after.ask = func(ctx context.Context, _ crawler.Fetcher, _ string) (crawler.Page, error) {
		if known, err := sink.Known(ctx, "toy"); err != nil || len(known) != 1 {
			t.Errorf("asked when %v was known, %v", known, err)
		}
		return crawler.Page{}, nil
	}
	c, err := crawler.New(crawler.Options{Sources: []crawler.Source{after, &toy{}}, Endpoints: map[string]string{"toy": s.URL,
		"last": s.URL}}, sink)
	if err != nil {
		t.Fatal(err)
	}
	sum, err := c.Run(t.Context())
	if err != nil || len(sum.Sources) != 2 || sum.Sources[0].Source != "last" || !sum.Sources[0].Complete || !sum.Sources[1].Complete {
		t.Errorf("%+v, %v", sum, err)
	}
}
