package crawler

import (
	"fmt"
	"io"
	"net/http"

	"github.com/gocolly/colly/v2"

	"past/crawler/polite"
)

// newColly gives a collector without surprises: every setting that colly takes
// from COLLY_ variables, and every default that loses data (the body limit,
// the visited filter, its own robots check), is set here once more.
func newColly(t http.RoundTripper) *colly.Collector {
	c := colly.NewCollector()
	c.WithTransport(t)
	c.SetRequestTimeout(0) // waits for the rate count against it; attempts have their own
	c.DisableCookies()
	c.SetRedirectHandler(func(_ *http.Request, via []*http.Request) error {
		if len(via) >= 5 {
			return fmt.Errorf("stopped after %d redirects", len(via))
		}
		return nil
	})
	c.AllowURLRevisit = true
	c.AllowedDomains, c.DisallowedDomains = nil, nil // polite.Scope knows ports and redirects as well
	c.CacheDir = ""
	c.DetectCharset = false
	c.IgnoreRobotsTxt = true // polite.Robots keeps to it, by policy
	c.MaxBodySize = 0        // polite.Whole has a cap that errors
	c.MaxDepth, c.MaxRequests = 0, 0
	c.ParseHTTPErrorResponse = true
	c.TraceHTTP = false
	c.Async = false
	return c
}

type recordKey struct{}

// record is one answer as it came, before colly turns text into UTF-8.
type record struct {
	status int
	header http.Header
	body   []byte
	sha    string // of body
	whole  bool
}

// recorder keeps the answer of a request for [wire.Do] and gives colly an empty
// body: what is kept must be the bytes of the wire, and once in memory is enough.
type recorder struct{ next http.RoundTripper }

func (t *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := t.next.RoundTrip(req)
	rec, _ := req.Context().Value(recordKey{}).(*record)
	if err != nil || rec == nil {
		return res, err
	}
	body, ok := polite.Body(res)
	if !ok {
		if body, err = io.ReadAll(res.Body); err != nil {
			return nil, err
		}
		_ = res.Body.Close()
	}
	rec.status, rec.header, rec.body, rec.whole = res.StatusCode, res.Header, body, true
	res.Body, res.ContentLength = http.NoBody, 0
	return res, nil
}
