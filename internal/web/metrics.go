package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"past/internal/store"
	"slices"
	"strings"
	"sync"
	"time"
)

func tagOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:12])
}

// buckets are the upper bounds of the time histogram, in seconds.
var buckets = []float64{0.001, 0.005, 0.01, 0.05, 0.25, 1, 5}

// metrics count requests by kind of route and status: few series, whatever
// visitors ask for.
type metrics struct {
	mu    sync.Mutex
	count map[[2]string]int64
	times [8]int64
	sum   float64
	start time.Time
}

func newMetrics() *metrics { return &metrics{count: map[[2]string]int64{}, start: time.Now()} }

func (m *metrics) observe(path string, status int, took time.Duration) {
	kind := "page"
	switch {
	case strings.HasPrefix(path, "/api/v1/tables/"):
		kind = "table"
	case strings.HasPrefix(path, "/api/"):
		kind = "api"
	case path == "/healthz" || path == "/readyz" || path == "/metrics":
		kind = "operation"
	}
	if status == 0 {
		status = 200
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.count[[2]string{kind, fmt.Sprint(status/100) + "xx"}]++
	s := took.Seconds()
	m.sum += s
	i, _ := slices.BinarySearch(buckets, s)
	m.times[i]++
}

// serveMetrics writes the Prometheus text format, version 0.0.4.
func (s *Server) serveMetrics(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	var b strings.Builder
	m := s.metrics
	m.mu.Lock()
	b.WriteString("# HELP past_http_requests_total Requests answered, by kind of route and class of status.\n# TYPE " +
		"past_http_requests_total counter\n")
	keys := slices.SortedFunc(maps.Keys(m.count), func(a, b [2]string) int { return strings.Compare(a[0]+a[1], b[0]+b[1]) })
	for _, k := range keys {
		fmt.Fprintf(&b, "past_http_requests_total{kind=%q,status=%q} %d\n", k[0], k[1], m.count[k])
	}
	b.WriteString("# HELP past_http_request_duration_seconds Time to answer a request.\n# TYPE past_http_request_duration_seconds histogram\n")
	total := int64(0)
	for i, n := range m.times {
		total += n
		le := "+Inf"
		if i < len(buckets) {
			le = fmt.Sprint(buckets[i])
		}
		fmt.Fprintf(&b, "past_http_request_duration_seconds_bucket{le=%q} %d\n", le, total)
	}
	fmt.Fprintf(&b, "past_http_request_duration_seconds_sum %g\npast_http_request_duration_seconds_count %d\n", m.sum, total)
	start := m.start
	m.mu.Unlock()
	fmt.Fprintf(&b, "# HELP past_start_time_seconds When the server started.\n# TYPE past_start_time_seconds "+
		"gauge\npast_start_time_seconds %d\n", start.Unix())
	s.dataMetrics(r.Context(), &b)
	_, _ = w.Write([]byte(b.String()))
}

// dataMetrics tell the freshness of the data; a database that cannot be read
// shows as up 0.
func (s *Server) dataMetrics(ctx context.Context, b *strings.Builder) {
	ctx, cancel := context.WithTimeout(ctx, s.opt.Limits.Answer)
	defer cancel()
	st, err := s.opt.Store.Status(ctx)
	up := 1
	if err != nil {
		up = 0
	}
	fmt.Fprintf(b, "# HELP past_database_up Whether the database can be read.\n# TYPE past_database_up gauge\npast_database_up %d\n", up)
	if err != nil {
		return
	}
	b.WriteString("# HELP past_records Records held, by source.\n# TYPE past_records gauge\n")
	names := slices.Sorted(maps.Keys(st.Sources))
	for _, n := range names {
		fmt.Fprintf(b, "past_records{source=%q} %d\n", n, st.Sources[n].Records)
	}
	b.WriteString("# HELP past_last_answer_timestamp_seconds When a source last answered.\n# TYPE past_last_answer_timestamp_seconds gauge\n")
	for _, n := range names {
		if t := st.Sources[n].LastFetch; !t.IsZero() {
			fmt.Fprintf(b, "past_last_answer_timestamp_seconds{source=%q} %d\n", n, t.Unix())
		}
	}
	fmt.Fprintf(b, "# HELP past_open_problems What could not be read.\n# TYPE past_open_problems gauge\npast_open_problems %d\n", st.Problems)
	if gates, err := s.opt.Store.Gates(ctx, 1); err == nil && len(gates) > 0 {
		refused := 0
		if !gates[0].Passed {
			refused = 1
		}
		fmt.Fprintf(b, "# HELP past_gate_refused Whether the latest edition was refused by the gate.\n# TYPE past_gate_refused "+
			"gauge\npast_gate_refused %d\n", refused)
	}
	if list, err := s.opt.Store.Editions(ctx); err == nil && len(list) > 0 {
		e := list[len(list)-1]
		fmt.Fprintf(b, "# HELP past_edition_timestamp_seconds When the latest edition was published.\n# TYPE "+
			"past_edition_timestamp_seconds gauge\npast_edition_timestamp_seconds{edition=%q} %d\n", e.ID, e.PublishedAt.Unix())
	}
}

// health says that the server is alive, and how the last cycle ended where it
// published nothing: the pages shown are then older than they could be.
func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	text := "ok\n"
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if runs, err := s.opt.Store.Runs(ctx, 50); err == nil {
		i := slices.IndexFunc(runs, func(x store.Run) bool { return x.Stage == "refresh" && x.Exit != nil })
		if i >= 0 && (*runs[i].Exit == 1 || *runs[i].Exit == 4) {
			text += fmt.Sprintf("the last refresh (%s) published nothing: %s\n", runs[i].ID, runs[i].Error)
		}
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(text))
}

// ready reports whether there is something to serve.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	if s.closing.Load() {
		problem(w, http.StatusServiceUnavailable, "stopping", "the server is about to stop")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if _, err := s.lib.Edition(ctx, ""); err != nil {
		s.fail(w, err)
		return
	}
	if id, err := s.shown(); err != nil || id == "" {
		problem(w, http.StatusServiceUnavailable, "no edition yet", "the published folder shows no edition")
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte("ready\n"))
}
