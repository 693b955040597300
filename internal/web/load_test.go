package web

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// listen serves the world over TCP on loopback until the test ends.
func (w *world) listen(t testing.TB) (address string, client *http.Client) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.server.Serve(ctx, l, 5*time.Second) }()
	client = &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 256}}
	t.Cleanup(func() {
		client.CloseIdleConnections()
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return "http://" + l.Addr().String(), client
}

// visit asks for a path and gives the status and the length of the answer.
func visit(client *http.Client, url string) (status int, n int64, err error) {
	resp, err := client.Get(url)
	if err != nil {
		return 0, 0, err
	}
	defer resp.Body.Close()
	n, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, n, err
}

// peakHeap runs f and gives the largest live heap that was seen meanwhile.
func peakHeap(f func()) uint64 {
	var peak atomic.Uint64
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak.Store(max(peak.Load(), m.HeapAlloc))
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	f()
	close(stop)
	<-stopped
	return peak.Load()
}

// TestTwoHundredClients: each look-up of the starter edition asked by 200
// clients at once is answered, in memory that does not follow their number, and
// searches in under a second. Downloads that found no place in time may be put
// off, with a time to come again; they are never cut.
func TestTwoHundredClients(t *testing.T) {
	w := newWorld(t)
	base, client := w.listen(t)
	targets := []string{"/api/v1/explain/mdma-ptsd-severity", "/api/v1/explain/psilocybin-depression-response", "/api/v1/editions/" +
		w.edition, "/api/v1/findings", "/api/v1/changes",
		"/api/v1/tables/arm_results.csv", "/api/v1/tables/effects.csv", "/api/v1/trials/NCT03537014", "/api/v1/status", "/trials.html"}
	runtime.GC()
	for _, target := range targets {
		var answered atomic.Int32
		peak := peakHeap(func() {
			var wg sync.WaitGroup
			for range 200 {
				wg.Go(func() {
					status, n, err := visit(client, base+target)
					switch {
					case err == nil && status == 503 && strings.HasSuffix(target, ".csv"):
					case err != nil || status != 200 || n == 0:
						t.Errorf("%s: %d, %d bytes, %v", target, status, n, err)
					default:
						answered.Add(1)
					}
				})
			}
			wg.Wait()
		})
		if peak > 250<<20 {
			t.Errorf("%s: %d MB of live memory under 200 clients", target, peak>>20)
		}
		if n := answered.Load(); n < 8 {
			t.Errorf("%s: only %d of 200 were answered", target, n)
		}
		t.Logf("%s: at most %d MB, %d answered", target, peak>>20, answered.Load())
	}
	// What the machine needs for an answer without any work is the measure on a
	// busy one.
	idle := p99(t, client, 200, 5, func(*rand.Rand) string { return base + "/healthz" })
	took := p99(t, client, 200, 5, searches(base))
	t.Logf("search: p99 %v, of answers without work %v", took, idle)
	if took > max(time.Second, 20*idle) {
		t.Errorf("the 99th percentile of searches is %v under 200 clients, of answers without work %v", took, idle)
	}
}

// searches asks for other words each time.
func searches(base string) func(*rand.Rand) string {
	words := []string{"PTSD", "psilocybin", "depression", "MDMA", "ketamine", "a*", "trial*", "placebo", "severity", "anxiety", "treatment*",
		"dose"}
	return func(rng *rand.Rand) string {
		return fmt.Sprintf("%s/api/v1/search?q=%s+%s&limit=%d", base, words[rng.IntN(len(words))], words[rng.IntN(len(words))], 1+rng.IntN(100))
	}
}

// p99 lets clients ask one question after the other, all of them at once, and
// gives the 99th percentile of the times.
func p99(t testing.TB, client *http.Client, clients, each int, next func(*rand.Rand) string) time.Duration {
	var mu sync.Mutex
	var took []time.Duration
	var wg sync.WaitGroup
	for c := range clients {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(1, uint64(c)))
			for range each {
				target := next(rng)
				start := time.Now()
				status, _, err := visit(client, target)
				mu.Lock()
				took = append(took, time.Since(start))
				mu.Unlock()
				if err != nil || status != 200 {
					t.Errorf("%s: %d %v", target, status, err)
				}
			}
		})
	}
	wg.Wait()
	slices.Sort(took)
	return took[len(took)*99/100]
}

// BenchmarkSearch reports the 99th percentile of searches by 200 clients.
func BenchmarkSearch(b *testing.B) {
	base, client := newWorld(b).listen(b)
	var worst time.Duration
	for b.Loop() {
		worst = max(worst, p99(b, client, 200, 5, searches(base)))
	}
	b.ReportMetric(float64(worst.Milliseconds()), "p99-ms")
}

// TestLargeFilesAreSentFromDisk: a published file of 48 MB, asked by 40 clients
// at once, is never held in memory, and parts of it can be asked for.
func TestLargeFilesAreSentFromDisk(t *testing.T) {
	w := newWorld(t)
	want := bytes.Repeat([]byte("0123456789abcdef"), 3<<20)
	if err := os.WriteFile(filepath.Join(w.out, "editions", w.edition, "big.csv"), want, 0o600); err != nil {
		t.Fatal(err)
	}
	base, client := w.listen(t)
	runtime.GC()
	peak := peakHeap(func() {
		var wg sync.WaitGroup
		for range 40 {
			wg.Go(func() {
				if status, n, err := visit(client, base+"/big.csv"); err != nil || status != 200 || n != int64(len(want)) {
					t.Errorf("%d, %d bytes, %v", status, n, err)
				}
			})
		}
		wg.Wait()
	})
	if peak > 48<<20+150<<20 { // the file itself is in this test's memory
		t.Errorf("%d MB of live memory", peak>>20)
	}
	part := w.get("GET", "/big.csv", "Range", "bytes=16-19")
	if part.Code != 206 || part.Body.String() != "0123" {
		t.Errorf("a part: %d %q", part.Code, part.Body)
	}
	tag := part.Header().Get("ETag")
	if rec := w.get("GET", "/big.csv", "If-None-Match", tag); tag == "" || rec.Code != 304 {
		t.Errorf("known with tag %q: %d", tag, rec.Code)
	}
}

// TestQuestionsAreOneEach: parameters given twice, unknown or without end are
// refused before anything is read; the order of parameters does not matter.
func TestQuestionsAreOneEach(t *testing.T) {
	for _, c := range []struct {
		query, key, fault string
	}{
		{"q=a&limit=2", "/x?limit=2&q=a", ""},
		{"limit=2&q=a", "/x?limit=2&q=a", ""},
		{"", "/x?", ""},
		{"q=a&q=b", "", "twice"},
		{"limit=1&limit=1", "", "twice"},
		{"Q=a", "", "no parameter"},
		{"q=%zz", "", "not well written"},
		{"q=a;limit=2", "", "not well written"},
	} {
		r := httptest.NewRequest("GET", "/x", nil)
		r.URL.RawQuery = c.query
		key, err := question(r, []string{"q", "limit"})
		if key != c.key || (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) {
			t.Errorf("%s: %q, %v", c.query, key, err)
		}
	}
	w := newWorld(t)
	for _, target := range []string{"/api/v1/search?q=" + strings.Repeat("a*+", 60), "/api/v1/tables/trials.csv?x=1",
		"/api/v1/findings?edition=a&edition=b"} {
		if rec := w.get("GET", target); rec.Code != 400 {
			t.Errorf("%s: %d", target, rec.Code)
		}
	}
}

// TestAnswersFollowTheDatabase: what is kept goes when the database changes or
// the budget of memory is reached, and one question asked by many is read once.
func TestAnswersFollowTheDatabase(t *testing.T) {
	b := newBudget(1, 20*time.Millisecond, 4096)
	p := &page{raw: make([]byte, 900)}
	b.keep("s1", "a", p)
	if b.recall("s1", "a") != p || b.recall("s2", "a") != nil || b.recall("s1", "b") != nil {
		t.Error("an answer is kept for one state of the database and one question")
	}
	b.keep("s2", "b", p)
	if b.recall("s1", "a") != nil || b.recall("s2", "b") != p {
		t.Error("a new state leaves answers of the former one")
	}
	for i := range 100 {
		b.keep("s2", fmt.Sprint(i), p)
		b.keep("s2", fmt.Sprint(i), p)
		if b.size > b.limit || b.size < 900 {
			t.Fatalf("%d bytes kept of %d allowed", b.size, b.limit)
		}
	}
	b.keep("s2", "huge", &page{raw: make([]byte, 5000)})
	if b.recall("s2", "huge") != nil {
		t.Error("an answer beyond the budget is kept")
	}
	var made atomic.Int32
	started, hold := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			got, err := b.once(t.Context(), "k", func(context.Context) (*page, error) {
				made.Add(1)
				close(started)
				<-hold
				return p, nil
			})
			if got != p || err != nil {
				t.Errorf("%v, %v", got, err)
			}
		})
	}
	<-started
	if _, err := b.once(t.Context(), "other", func(context.Context) (*page, error) { return p, nil }); err != errBusy {
		t.Errorf("with all places taken: %v", err)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := b.once(gone, "k", nil); err != context.Canceled {
		t.Errorf("a visitor who left: %v", err)
	}
	close(hold)
	wg.Wait()
	if made.Load() != 1 {
		t.Errorf("one question was answered %d times", made.Load())
	}
	if _, err := b.once(t.Context(), "k", func(context.Context) (*page, error) { panic("fault") }); err == nil ||
		!strings.Contains(err.Error(), "fault") {
		t.Errorf("a fault in an answer: %v", err)
	}
}
