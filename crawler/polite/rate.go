package polite

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Rate keeps one rate for each host. The time that a register asked for
// ([Rate.Hold]) is kept even by hosts that are exempt from the rate.
type Rate struct {
	Next      http.RoundTripper
	PerSecond float64 // no bound when 0
	Burst     int     // 1 when 0
	// Exempt names hosts (with port) that have no fixed rate: a loopback
	// endpoint is no one's server but our own.
	Exempt func(host string) bool
	// Sleep is set by tests.
	Sleep func(context.Context, time.Duration) error

	mu    sync.Mutex
	hosts map[string]*pace
}

type pace struct {
	limit *rate.Limiter
	until time.Time // nobody asks before
}

// RoundTrip implements http.RoundTripper.
func (t *Rate) RoundTrip(req *http.Request) (*http.Response, error) {
	p := t.pace(req.URL.Host)
	for {
		t.mu.Lock()
		wait := time.Until(p.until)
		t.mu.Unlock()
		if wait <= 0 {
			break
		}
		sleep := t.Sleep
		if sleep == nil {
			sleep = Sleep
		}
		if err := sleep(req.Context(), wait); err != nil {
			return nil, err
		}
	}
	if err := p.limit.Wait(req.Context()); err != nil {
		return nil, err
	}
	return t.Next.RoundTrip(req)
}

func (t *Rate) pace(host string) *pace {
	host = strings.ToLower(host)
	t.mu.Lock()
	defer t.mu.Unlock()
	if p, ok := t.hosts[host]; ok {
		return p
	}
	limit := rate.Inf
	if t.PerSecond > 0 && (t.Exempt == nil || !t.Exempt(host)) {
		limit = rate.Limit(t.PerSecond)
	}
	p := &pace{limit: rate.NewLimiter(limit, max(t.Burst, 1))}
	if t.hosts == nil {
		t.hosts = map[string]*pace{}
	}
	t.hosts[host] = p
	return p
}

// Hold keeps all requests from a host for a while.
func (t *Rate) Hold(host string, d time.Duration) {
	p := t.pace(host)
	t.mu.Lock()
	defer t.mu.Unlock()
	if until := time.Now().Add(d); until.After(p.until) {
		p.until = until
	}
}

// Slow lowers a host's rate to one request in d, as a Crawl-delay asks. It
// never raises it and leaves exempt hosts alone.
func (t *Rate) Slow(host string, d time.Duration) {
	if d <= 0 || t.Exempt != nil && t.Exempt(host) {
		return
	}
	p := t.pace(host)
	if l := rate.Every(d); l < p.limit.Limit() {
		p.limit.SetLimit(l)
		p.limit.SetBurst(1)
	}
}
