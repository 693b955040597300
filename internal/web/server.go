package web

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/net/netutil"

	"past/internal/store"
	"past/internal/web/lookup"
)

// Limits bound what a visitor can cost.
type Limits struct {
	Connections int           // at once
	Queries     int           // look-ups that read the database at once; others wait in line
	Downloads   int           // tables and large files that are sent at once
	Answer      time.Duration // of one look-up
	Download    time.Duration // of one table
	Header      time.Duration // until a request's header has come
	Idle        time.Duration // of a connection between requests
	Cache       int64         // bytes of pages kept in memory
}

// DefaultLimits suit a small machine.
func DefaultLimits() Limits {
	return Limits{Connections: 2000, Queries: max(4, 2*runtime.GOMAXPROCS(0)), Downloads: 8, Answer: 10 * time.Second,
		Download: 5 * time.Minute, Header: 5 * time.Second, Idle: time.Minute, Cache: 256 << 20}
}

// Options of a server.
type Options struct {
	Store   *store.Store // opened for reading
	Out     string       // the published folder
	Base    string       // public address, or ""
	Version string
	Limits  Limits
	Log     *slog.Logger // nil: silent
}

// Server serves one database and one published folder.
type Server struct {
	opt     Options
	lib     *lookup.Library
	root    atomic.Pointer[os.Root] // nil until the folder exists
	pages   *pageCache
	answers *budget // of look-ups
	files   *budget // of pages that are read from the folder and compressed
	down    *budget // of tables and large files on their way
	metrics *metrics
	closing atomic.Bool
	handler http.Handler
}

// New makes a server. The folder need not exist yet.
func New(opt Options) (*Server, error) {
	if opt.Limits == (Limits{}) {
		opt.Limits = DefaultLimits()
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{opt: opt, lib: lookup.New(opt.Store, opt.Base), pages: newPageCache(opt.Limits.Cache),
		answers: newBudget(opt.Limits.Queries, opt.Limits.Answer, opt.Limits.Cache/8), files: newBudget(opt.Limits.Queries, opt.Limits.Answer,
			0), down: newBudget(opt.Limits.Downloads, opt.Limits.Answer, 0),
		metrics: newMetrics()}
	s.handler = s.guard(s.routes())
	return s, nil
}

// Handler is the whole site.
func (s *Server) Handler() http.Handler { return s.handler }

// Close releases the folder.
func (s *Server) Close() error {
	if root := s.root.Swap(nil); root != nil {
		return root.Close()
	}
	return nil
}

// folder is the published folder, nil while there is none.
func (s *Server) folder() *os.Root {
	if root := s.root.Load(); root != nil {
		return root
	}
	root, err := os.OpenRoot(s.opt.Out)
	if err != nil {
		return nil
	}
	if !s.root.CompareAndSwap(nil, root) {
		root.Close()
	}
	return s.root.Load()
}

func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", s.health)
	mux.HandleFunc("/readyz", s.ready)
	mux.HandleFunc("/metrics", s.serveMetrics)
	s.api(mux)
	mux.HandleFunc("/f/{name...}", s.permalink)
	mux.HandleFunc("/", s.page)
	return mux
}

// Serve answers on l until ctx ends, then lets what runs end for up to grace.
func (s *Server) Serve(ctx context.Context, l net.Listener, grace time.Duration) error {
	if n := s.opt.Limits.Connections; n > 0 {
		l = netutil.LimitListener(l, n)
	}
	srv := &http.Server{Handler: s.handler, ReadHeaderTimeout: s.opt.Limits.Header, ReadTimeout: s.opt.Limits.Header,
		WriteTimeout: 2*s.opt.Limits.Answer + 20*time.Second,
		IdleTimeout:  s.opt.Limits.Idle, MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(s.opt.Log.Handler(), slog.LevelDebug)}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	s.closing.Store(true)
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if err := srv.Shutdown(stop); err != nil {
		_ = srv.Close() // who is still there had its time
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// guard is before every route: methods, headers, a count, and no panic
// that ends the process.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		rec := &recorder{ResponseWriter: w}
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				s.opt.Log.Error("panic", "path", r.URL.Path, "panic", p)
				if rec.status == 0 {
					problem(rec, http.StatusInternalServerError, "internal error", "the request could not be answered; the fault is logged")
				}
			}
			s.metrics.observe(r.URL.Path, rec.status, time.Since(start))
		}()
		switch {
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			h.Set("Allow", "GET, HEAD")
			h.Set("Connection", "close") // whatever body comes is not read
			problem(rec, http.StatusMethodNotAllowed, "method not allowed", "everything here is read-only: GET and HEAD")
		case len(r.RequestURI) > 4096:
			problem(rec, http.StatusRequestURITooLong, "address too long", "at most 4096 bytes")
		case r.ContentLength != 0:
			h.Set("Connection", "close")
			problem(rec, http.StatusRequestEntityTooLarge, "unexpected body", "a GET request here has no body")
		default:
			next.ServeHTTP(rec, r)
		}
	})
}

type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(code int) {
	if r.status == 0 {
		r.status = code
	}
	r.ResponseWriter.WriteHeader(code)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func accepts(r *http.Request, coding string) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), coding) {
			q = strings.ReplaceAll(q, " ", "")
			return q != "q=0" && q != "q=0.0" && q != "q=0.00" && q != "q=0.000"
		}
	}
	return false
}
