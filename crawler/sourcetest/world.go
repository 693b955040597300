package sourcetest

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"past/crawler"
	"past/internal/starter"
)

// Entry is one record of a register on loopback.
type Entry = starter.Entry

// Fake is the register on loopback of a source.
func Fake(src crawler.Source) starter.Fake {
	f, ok := starter.FakeOf(src.Name())
	if !ok {
		panic("no fake register of " + src.Name())
	}
	return f
}

// World is what a register on loopback holds. Tests change it between and during
// crawls.
type World struct {
	mu      sync.Mutex
	entries []Entry
}

// NewWorld gives a world with these entries.
func NewWorld(entries ...Entry) *World { return &World{entries: entries} }

// Shelf gives the entries as they are now.
func (w *World) Shelf() []Entry {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.entries)
}

// Serve is the register of a source that holds what the world does.
func (w *World) Serve(src crawler.Source) http.Handler { return Fake(src).At(w.Shelf) }

// Change edits the entries.
func (w *World) Change(edit func(es []Entry) []Entry) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.entries = edit(w.entries)
}

// Fault spoils an answer. It gets the number of the request, from 1, and says
// whether it has answered.
type Fault func(n int, w http.ResponseWriter, r *http.Request) bool

// server is a register on loopback whose answers can be spoiled.
type server struct {
	*httptest.Server
	world *World

	mu    sync.Mutex
	asked []string // method and path with query, in order
	fault Fault
	// robots answers /robots.txt, which counts as no request; there is none
	// without.
	robots      http.HandlerFunc
	robotsAsked int
}

func serve(t *testing.T, sub Subject, w *World) *server {
	t.Helper()
	s := &server{world: w}
	inner := sub.fake().At(w.Shelf)
	s.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			s.mu.Lock()
			robots := s.robots
			s.robotsAsked++
			s.mu.Unlock()
			if robots == nil {
				robots = http.NotFound
			}
			robots(rw, r)
			return
		}
		s.mu.Lock()
		s.asked = append(s.asked, r.Method+" "+r.URL.RequestURI())
		n, fault := len(s.asked), s.fault
		s.mu.Unlock()
		if fault != nil && fault(n, rw, r) {
			return
		}
		inner.ServeHTTP(rw, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// spoil sets the fault of all requests from now on and counts from one again.
func (s *server) spoil(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked, s.fault = nil, f
}

// setRobots answers /robots.txt from now on, and counts the questions again.
func (s *server) setRobots(h http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.robots, s.robotsAsked = h, 0
}

func (s *server) askedRobots() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.robotsAsked
}

func (s *server) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.asked...)
}

// Faults of the wire that pass: a crawl ends well in spite of each.
var passing = map[string]func(http.ResponseWriter, *http.Request){
	"429 with Retry-After": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(http.StatusTooManyRequests)
	},
	"429 without": status(429),
	"500":         status(500),
	"502":         status(502),
	"503":         status(503),
	"504":         status(504),
	"reset":       func(w http.ResponseWriter, _ *http.Request) { hijack(w, "", true) },
	"reset in mid-body": func(w http.ResponseWriter, _ *http.Request) {
		hijack(w, "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{\"a", true)
	},
	"shorter than promised": func(w http.ResponseWriter, _ *http.Request) {
		hijack(w, "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{\"a", false)
	},
	"chunked body cut": func(w http.ResponseWriter, _ *http.Request) {
		hijack(w, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n", false)
	},
	"HTML page": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!DOCTYPE html><html><head><title>Maintenance</title></head></html>")
	},
	"empty body": func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "0") },
}

func status(code int) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// hijack writes raw bytes and closes the connection, hard if reset is set.
func hijack(w http.ResponseWriter, raw string, reset bool) {
	c, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer c.Close()
	_, _ = c.Write([]byte(raw))
	if tcp, ok := c.(*net.TCPConn); ok && reset {
		_ = tcp.SetLinger(0)
	}
}

// isProbe reports whether a request is the small question of a Prober, which the
// suite does not count as reading.
func isProbe(sub Subject, request string) bool {
	return sub.Probe != "" && strings.Contains(request, sub.Probe)
}
