package crawler_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"past/crawler"
	"past/crawler/sourcetest"
	"past/internal/evidence"
)

// numbered is a toy whose pages are numbers: page n holds the record "rn".
func numbered(pages int) *toy { return &toy{pages: pages} }

// slowSink reports a commit before it is made, and waits.
type slowSink struct {
	*sourcetest.MemorySink
	before func(b crawler.Batch)
}

func (s slowSink) Commit(ctx context.Context, b crawler.Batch) (crawler.CommitResult, error) {
	s.before(b)
	return s.MemorySink.Commit(ctx, b)
}

func serveNumbers(t *testing.T, asked func(page int)) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.URL.Query().Get("page"))
		asked(n)
		fmt.Fprintf(w, "r%d", n)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// TestNextPageIsFetchedDuringCommit: register and store do not wait for each
// other, and at most one page is ahead.
func TestNextPageIsFetchedDuringCommit(t *testing.T) {
	var last atomic.Int64
	asked := make(chan int, 100)
	url := serveNumbers(t, func(n int) { last.Store(int64(n)); asked <- n })
	var most int64
	sink := slowSink{&sourcetest.MemorySink{}, func(b crawler.Batch) {
		n, _ := strconv.ParseInt(strings.TrimPrefix(b.Hits[0], "r"), 10, 64)
		for want := int(n) + 1; n < 4 && want > 0; { // page n+1 is asked for while page n is not stored yet
			select {
			case got := <-asked:
				if got == want {
					want = 0
				}
			case <-time.After(10 * time.Second):
				t.Errorf("page %d was not asked for during the commit of page %d", want, n)
				return
			}
		}
		most = max(most, last.Load()-n)
	}}
	c, err := crawler.New(crawler.Options{Sources: []crawler.Source{numbered(5)}, Endpoints: map[string]string{"toy": url}}, sink)
	if err != nil {
		t.Fatal(err)
	}
	sum, err := c.Run(t.Context())
	if err != nil || sum.Sources[0].New != 5 || sum.Sources[0].Asked != 5 || most > 1 {
		t.Errorf("%+v, %d pages ahead, %v", sum.Sources[0], most, err)
	}
}

// TestCancelledCrawlKeepsThePageAhead: what came whole before Ctrl-C is kept,
// and the next crawl asks for the rest alone.
func TestCancelledCrawlKeepsThePageAhead(t *testing.T) {
	var asked []int
	here := make(chan int, 100)
	url := serveNumbers(t, func(n int) { asked = append(asked, n); here <- n })
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	memory := &sourcetest.MemorySink{}
	sink := slowSink{memory, func(b crawler.Batch) {
		if b.QueryKey == "" || b.Hits[0] != "r1" {
			return
		}
		for n := range here {
			if n == 2 {
				break
			}
		}
		for len(memory.Fetches()) < 3 { // page 2 has come whole
			time.Sleep(time.Millisecond)
		}
		time.Sleep(50 * time.Millisecond)
		cancel()
	}}
	opt := crawler.Options{Sources: []crawler.Source{numbered(5)}, Endpoints: map[string]string{"toy": url}}
	c, err := crawler.New(opt, sink)
	if err != nil {
		t.Fatal(err)
	}
	sum, err := c.Run(ctx)
	if !errors.Is(err, context.Canceled) || sum.Sources[0].New != 3 {
		t.Errorf("%d records kept, %v", sum.Sources[0].New, err)
	}
	if c, err = crawler.New(opt, memory); err != nil {
		t.Fatal(err)
	}
	if sum, err = c.Run(t.Context()); err != nil || sum.Sources[0].New != 2 || !slices.Equal(asked, []int{0, 1, 2, 3, 4}) {
		t.Errorf("%d more, asked %v, %v", sum.Sources[0].New, asked, err)
	}
}

// TestFailedCommitEndsWhatIsAhead: a store that fails ends the source at once,
// though the register is still answering.
func TestFailedCommitEndsWhatIsAhead(t *testing.T) {
	hold := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("page") == "1" {
			select {
			case <-hold:
			case <-r.Context().Done():
			}
			return
		}
		fmt.Fprint(w, "r0")
	}))
	defer s.Close()
	defer close(hold)
	full := errors.New("disk full")
	c, err := crawler.New(crawler.Options{Sources: []crawler.Source{numbered(3)}, Endpoints: map[string]string{"toy": s.URL}},
		&sourcetest.MemorySink{Fail: func(int) error { return full }})
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	if _, err := c.Run(t.Context()); !errors.Is(err, full) || time.Since(begin) > 5*time.Second {
		t.Errorf("%v after %s", err, time.Since(begin))
	}
}

// TestLimitReadsNothingAhead: with a limit no page is asked for that is not
// wanted.
func TestLimitReadsNothingAhead(t *testing.T) {
	n := 0
	url := serveNumbers(t, func(int) { n++ })
	c, err := crawler.New(crawler.Options{Sources: []crawler.Source{numbered(5)}, Endpoints: map[string]string{"toy": url},
		Question: crawler.QuestionSet{Limit: 2}}, &sourcetest.MemorySink{})
	if err != nil {
		t.Fatal(err)
	}
	if sum, err := c.Run(t.Context()); err != nil || n != 2 || sum.Sources[0].Received != 2 {
		t.Errorf("asked %d times, %+v, %v", n, sum.Sources[0], err)
	}
}

// TestParsedWithThePage: what a source has read for the hit list is not parsed
// again.
func TestParsedWithThePage(t *testing.T) {
	src := &toy{}
	src.ask = func(ctx context.Context, f crawler.Fetcher, base string) (crawler.Page, error) {
		res, err := f.Do(ctx, crawler.Request{URL: base})
		return crawler.Page{Payloads: []evidence.Payload{res.Payload}, Hits: []string{"own"},
			Parsed: []crawler.Parsed{{Records: []evidence.Record{{ID: "own", Source: "toy", ContentHash: "1",
				Prov: evidence.Provenance{PayloadSHA256: res.SHA256}}}}}}, err
	}
	sink := &sourcetest.MemorySink{}
	if sum, err := run(t, src, sink, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "a b") }); err != nil || sum.New != 1 {
		t.Errorf("%+v, %v", sum, err)
	}
	if _, ok := sink.Record("toy", "own"); !ok {
		t.Error("the record that came with the page is missing")
	}
}

// TestFailedAttemptsAreTold: an observer hears of every attempt that the
// register failed, and of none that the user cut short.
func TestFailedAttemptsAreTold(t *testing.T) {
	var told atomic.Int32
	watch := func(o *crawler.Options) {
		o.Observer = observer(func(e crawler.Event) {
			if e.Kind == crawler.EventTry {
				told.Add(1)
			}
		})
	}
	var n atomic.Int32
	if _, err := run(t, &toy{}, &sourcetest.MemorySink{}, func(w http.ResponseWriter, _ *http.Request) {
		if n.Add(1) == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		fmt.Fprint(w, "a")
	}, watch); err != nil || told.Load() != 1 {
		t.Errorf("told of %d attempts, %v", told.Load(), err)
	}
	told.Store(0)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}))
	defer s.Close()
	o := crawler.Options{Sources: []crawler.Source{&toy{}}, Endpoints: map[string]string{"toy": s.URL}}
	watch(&o)
	c, err := crawler.New(o, &sourcetest.MemorySink{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Run(ctx); !errors.Is(err, context.Canceled) || told.Load() != 0 {
		t.Errorf("told of %d attempts, %v", told.Load(), err)
	}
}
