package sourcetest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"past/crawler"
)

// robots: a source whose policy keeps to robots.txt asks nothing that it
// forbids, waits while the file cannot be had, and goes on afterwards; one whose
// policy gives a reason not to does not fetch it.
func robots(t *testing.T, sub Subject) {
	b := begin(t, sub)
	says := func(status int, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			w.WriteHeader(status)
			fmt.Fprint(w, text)
		}
	}
	b.srv.setRobots(says(http.StatusOK, "User-agent: *\nDisallow: /\n"))
	if !sub.Source.Policy().Robots {
		if _, err := b.crawl(t); err != nil || b.srv.askedRobots() > 0 {
			t.Errorf("robots.txt was asked for %d times, %v", b.srv.askedRobots(), err)
		}
		return
	}
	few := func(o *crawler.Options) { o.Wire.Attempts = 2 }
	for name, h := range map[string]http.HandlerFunc{
		"forbids": says(http.StatusOK, "User-agent: *\nDisallow: /\n"),
		"is down": says(http.StatusServiceUnavailable, ""),
	} {
		b.srv.setRobots(h)
		sum, err := b.crawl(t, few)
		if err == nil || !strings.Contains(err.Error(), "robots.txt") || sum.Complete {
			t.Errorf("robots.txt %s: complete %v, %v", name, sum.Complete, err)
		}
		if n := len(b.srv.requests()); n > 0 {
			t.Errorf("robots.txt %s: %d requests all the same: %v", name, n, b.srv.requests())
		}
	}
	b.srv.setRobots(says(http.StatusOK, "User-agent: other\nDisallow: /\n\nUser-agent: *\nDisallow: /private\n"))
	if sum, err := b.crawl(t); err != nil || !sum.Complete || b.srv.askedRobots() != 1 {
		t.Errorf("robots.txt allows: complete %v, asked %d times, %v", sum.Complete, b.srv.askedRobots(), err)
	}
}
