package pipeline

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"past/crawler"
	"past/crawler/sourcetest"
	"past/internal/starter"
)

// saying answers every request alike.
func saying(status int, media, body string) func(http.Handler) http.Handler {
	return func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", media)
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		})
	}
}

// changing passes requests on and changes the bodies of the answers.
func changing(change func(n int, body []byte) []byte) func(http.Handler) http.Handler {
	return func(h http.Handler) http.Handler {
		var mu sync.Mutex
		n := 0
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, r)
			mu.Lock()
			defer mu.Unlock()
			n++
			body := change(n, rec.Body.Bytes())
			w.Header().Set("Content-Type", rec.Header().Get("Content-Type"))
			w.WriteHeader(rec.Code)
			_, _ = w.Write(body)
		})
	}
}

// wrong are ways in which a register, or a network on the way, answers wrongly.
func wrong() map[string]func(http.Handler) http.Handler {
	var stuck, late []byte
	var ids = strings.NewReplacer("NCT0", "NCT9", "ISRCTN", "ISRCTM", "EudraCT Number", "EudraCT Nummer", `"source"`, `"sauce"`, "PMID",
		"PNID",
		"ctNumber", "ctName", "isrctn", "isrctm")
	return map[string]func(http.Handler) http.Handler{
		"nothing":             saying(200, "application/json", ""),
		"no content":          saying(204, "application/json", ""),
		"a page for people":   saying(200, "text/html", "<!DOCTYPE html><html><title>Maintenance</title></html>"),
		"a page called JSON":  saying(200, "application/json", "<html><title>Sign in</title></html>"),
		"an empty object":     saying(200, "application/json", "{}"),
		"an empty list":       saying(200, "application/json", "[]"),
		"null":                saying(200, "application/json", "null"),
		"an empty element":    saying(200, "application/xml", "<x/>"),
		"an error as data":    saying(200, "application/json", `{"error":"rate limit","message":"slow down"}`),
		"not found":           saying(404, "text/plain", "not found"),
		"gone":                saying(410, "text/plain", "gone"),
		"forbidden":           saying(403, "text/plain", "forbidden"),
		"down":                saying(503, "text/plain", ""),
		"half of each answer": changing(func(_ int, b []byte) []byte { return b[:len(b)/2] }),
		"every third is down": func(h http.Handler) http.Handler {
			n := 0
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if n++; n%3 == 0 {
					w.WriteHeader(http.StatusInternalServerError)
					return
				}
				h.ServeHTTP(w, r)
			})
		},
		"the first answer for ever": changing(func(n int, b []byte) []byte {
			if n == 1 {
				stuck = bytes.Clone(b)
			}
			return stuck
		}),
		"the answer before": changing(func(n int, b []byte) []byte {
			was := late
			if late = bytes.Clone(b); n == 1 {
				return b
			}
			return was
		}),
		"other names of ids": changing(func(_ int, b []byte) []byte { return []byte(ids.Replace(string(b))) }),
	}
}

// TestNothingIsWronglyGone: each source answers wrongly in two crawls on two days;
// no known record is marked as gone, whether all is asked or what changed, and the
// next sound crawl finds everything as it was.
func TestNothingIsWronglyGone(t *testing.T) {
	registers, err := starter.Registers()
	if err != nil {
		t.Fatal(err)
	}
	sources, err := Sources(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sources {
		t.Run(s.Name(), func(t *testing.T) {
			t.Parallel()
			wronglyGone(t, s, registers)
		})
	}
}

func wronglyGone(t *testing.T, s crawler.Source, registers http.Handler) {
	var mu sync.Mutex
	h := registers
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/robots.txt") {
			http.NotFound(w, r)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		h.ServeHTTP(w, r)
	}))
	defer srv.Close()
	begin := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	now := begin
	crawl := func(sink crawler.Sink, all bool) (crawler.SourceSummary, error) {
		col, err := crawler.New(crawler.Options{Sources: []crawler.Source{s}, Question: CrawlQuestion(), Contact: "test", All: all,
			Endpoints: map[string]string{s.Name(): starter.Endpoints(srv.URL)[s.Name()]}, Now: func() time.Time { return now },
			Wire: crawler.Wire{Attempts: 2, Base: time.Millisecond, Cap: time.Millisecond}}, sink)
		if err != nil {
			t.Fatal(err)
		}
		sum, err := col.Run(t.Context())
		now = now.Add(8 * 24 * time.Hour)
		return sum.Sources[0], err
	}
	sound := &sourcetest.MemorySink{}
	first, err := crawl(sound, false)
	if err != nil || first.New == 0 {
		t.Fatalf("%+v, %v", first, err)
	}
	begin = now
	for name, bend := range wrong() {
		for _, all := range []bool{true, false} {
			sink := sound.Clone()
			now, h = begin, bend(registers)
			for range 2 {
				if sum, _ := crawl(sink, all); sum.Gone > 0 {
					t.Errorf("%s, all %v: %d of %d marked as gone: %v", name, all, sum.Gone, first.New, sink.Content(s.Name()).Gone)
				}
			}
			h = registers
			if sum, err := crawl(sink, all); err != nil || sum.Gone > 0 || len(sink.Content(s.Name()).Gone) > 0 {
				t.Errorf("%s, all %v: sound again: %+v, %v", name, all, sum, err)
			}
		}
	}
}
