package polite

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/temoto/robotstxt"
)

// Robots keeps to the robots.txt of each host (RFC 9309): it is fetched once
// through the layers below and kept for a day; a 4xx means that there is none;
// a 5xx, or none to be had, means that no one may ask at present.
type Robots struct {
	Next http.RoundTripper
	// Agent is the product token that rules may name.
	Agent string
	// Slow receives a host's Crawl-delay.
	Slow func(host string, d time.Duration)
	Now  func() time.Time // time.Now when nil

	mu    sync.Mutex
	hosts map[string]*robotsFile
}

type robotsFile struct {
	mu    sync.Mutex // held while fetching, so that it is done once
	until time.Time
	group *robotstxt.Group
	err   error
}

// RoundTrip implements http.RoundTripper.
func (t *Robots) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Path == "/robots.txt" {
		return t.Next.RoundTrip(req)
	}
	group, err := t.group(req)
	if err != nil {
		return nil, err
	}
	path := req.URL.EscapedPath()
	if req.URL.RawQuery != "" {
		path += "?" + req.URL.RawQuery
	}
	if group != nil && !group.Test(path) {
		return nil, fmt.Errorf("%w of %s does not allow %s", ErrRobots, req.URL.Host, path)
	}
	return t.Next.RoundTrip(req)
}

func (t *Robots) group(req *http.Request) (*robotstxt.Group, error) {
	now := time.Now
	if t.Now != nil {
		now = t.Now
	}
	origin := req.URL.Scheme + "://" + strings.ToLower(req.URL.Host)
	t.mu.Lock()
	if t.hosts == nil {
		t.hosts = map[string]*robotsFile{}
	}
	f := t.hosts[origin]
	if f == nil {
		f = &robotsFile{}
		t.hosts[origin] = f
	}
	t.mu.Unlock()

	f.mu.Lock()
	defer f.mu.Unlock()
	if now().Before(f.until) {
		return f.group, f.err
	}
	f.group, f.err = t.fetch(req, origin)
	f.until = now().Add(24 * time.Hour)
	if f.err != nil {
		f.until = now().Add(time.Minute)
		if req.Context().Err() != nil {
			f.until = time.Time{}
		}
	}
	if f.group != nil && t.Slow != nil {
		t.Slow(req.URL.Host, f.group.CrawlDelay)
	}
	return f.group, f.err
}

// fetch reads the rules for us. Redirects are followed on the same host, five
// at most; what is beyond counts as absent.
func (t *Robots) fetch(asker *http.Request, origin string) (*robotstxt.Group, error) {
	at := origin + "/robots.txt"
	for range 6 {
		req, err := http.NewRequestWithContext(asker.Context(), http.MethodGet, at, nil)
		if err != nil {
			return nil, err
		}
		req.Header.Set("User-Agent", asker.Header.Get("User-Agent"))
		res, err := t.Next.RoundTrip(req)
		if err != nil {
			if asker.Context().Err() != nil {
				return nil, err
			}
			return nil, fmt.Errorf("%w of %s %w: %w", ErrRobots, asker.URL.Host, ErrNoRobots, err)
		}
		if res.StatusCode/100 != 3 {
			return t.rules(asker, res)
		}
		_ = res.Body.Close()
		to, err := req.URL.Parse(res.Header.Get("Location"))
		if err != nil || !strings.EqualFold(to.Host, asker.URL.Host) {
			return nil, nil
		}
		at = to.String()
	}
	return nil, nil
}

func (t *Robots) rules(asker *http.Request, res *http.Response) (*robotstxt.Group, error) {
	defer res.Body.Close()
	switch {
	case res.StatusCode == http.StatusTooManyRequests || res.StatusCode >= 500:
		return nil, fmt.Errorf("%w of %s %w: status %d; try again later", ErrRobots, asker.URL.Host, ErrNoRobots, res.StatusCode)
	case res.StatusCode >= 400:
		return nil, nil // there is none
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, 500<<10)) // RFC 9309, section 2.5
	if err != nil {
		return nil, fmt.Errorf("%w of %s %w: %w", ErrRobots, asker.URL.Host, ErrNoRobots, err)
	}
	rules, err := robotstxt.FromBytes(body)
	if err != nil {
		return nil, nil // a file that is no robots.txt has no rules
	}
	return rules.FindGroup(t.Agent), nil
}
