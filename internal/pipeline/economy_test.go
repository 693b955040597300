package pipeline

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"past/crawler"
	"past/internal/starter"
	"past/internal/store"
)

// meter counts the requests that a register answers and the bytes of the
// answers.
type meter struct {
	http.Handler
	mu              sync.Mutex
	requests, bytes int
}

func (c *meter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	c.requests++
	c.mu.Unlock()
	c.Handler.ServeHTTP(&meteredWriter{w, c}, r)
}

type meteredWriter struct {
	http.ResponseWriter
	c *meter
}

func (w *meteredWriter) Write(b []byte) (int, error) {
	w.c.mu.Lock()
	w.c.bytes += len(b)
	w.c.mu.Unlock()
	return w.ResponseWriter.Write(b)
}

// TestEconomy counts what a crawl asks of each register one day after a whole
// one when nothing has changed, and holds the table of docs/sources.md to it.
func TestEconomy(t *testing.T) {
	registers, err := starter.Registers()
	if err != nil {
		t.Fatal(err)
	}
	c := &meter{Handler: registers}
	srv := httptest.NewServer(c)
	defer srv.Close()
	sources, err := Sources(nil)
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	table.WriteString("| source | records known | whole crawl | a day later, unchanged |\n|---|---|---|---|\n")
	for _, s := range sources {
		now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) // the next day is in the same week
		sink, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "past.db"), store.Options{Create: true})
		if err != nil {
			t.Fatal(err)
		}
		defer sink.Close()
		var mu sync.Mutex
		clock := func() time.Time { // sources are asked side by side
			mu.Lock()
			defer mu.Unlock()
			now = now.Add(time.Second)
			return now
		}
		var cells []string
		for range 2 {
			c.requests, c.bytes = 0, 0
			col, err := crawler.New(crawler.Options{Sources: []crawler.Source{s}, Question: CrawlQuestion(), Contact: "test",
				Endpoints: map[string]string{s.Name(): starter.Endpoints(srv.URL)[s.Name()]}, Now: clock}, sink)
			if err != nil {
				t.Fatal(err)
			}
			sum, err := col.Run(t.Context())
			if err != nil || !sum.Sources[0].Complete {
				t.Fatalf("%s: %+v, %v", s.Name(), sum, err)
			}
			cells = append(cells, fmt.Sprintf("%d requests, %.1f kB", c.requests, float64(c.bytes)/1000))
			now = now.Add(24 * time.Hour)
		}
		if c.requests > 2 || c.bytes > 12_000 {
			t.Errorf("%s: %d requests and %d bytes where nothing has changed", s.Name(), c.requests, c.bytes)
		}
		searches, err := New(sink, "").searches(t.Context())
		if err != nil || len(searches) == 0 {
			t.Fatalf("%s: %d searches, %v", s.Name(), len(searches), err)
		}
		for _, x := range searches { // what was not asked again is known to be as it was
			if x.Complete && x.Day != "2026-11-25" {
				t.Errorf("%s: the search is stated as of %s", x.ID, x.Day)
			}
		}
		known, err := sink.Known(t.Context(), s.Name())
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&table, "| %s | %d | %s | %s |\n", s.Name(), len(known), cells[0], cells[1])
	}
	doc, err := os.ReadFile("../../docs/sources.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(doc), table.String()) {
		t.Errorf("docs/sources.md does not hold the measured figures:\n%s", table.String())
	}
}
