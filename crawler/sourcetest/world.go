package sourcetest

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"past/internal/starter"
)

// Entry is one record of a register on loopback.
type Entry = starter.Entry

// World is what a register on loopback holds. A handler of a [Subject] reads
// it under [World.Look]; tests change it between and during crawls.
type World struct {
	mu      sync.Mutex
	entries []Entry
	stamp   string
}

// Look gives the entries and the stamp of the data as they are now.
func (w *World) Look() (entries []Entry, stamp string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]Entry(nil), w.entries...), w.stamp
}

// Shelf gives the entries to a register of the starter set.
func (w *World) Shelf() []Entry {
	entries, _ := w.Look()
	return entries
}

// Change edits the entries and moves the stamp.
func (w *World) Change(edit func(es []Entry) []Entry) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.entries = edit(w.entries)
	w.stamp = fmt.Sprintf("%s+", w.stamp)
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
	inner := sub.Serve(w)
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
