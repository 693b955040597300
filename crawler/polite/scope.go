package polite

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Scope lets requests and redirects pass only to allowed hosts, and sends no
// header of ours but the plainest to a host we were redirected to.
type Scope struct {
	Next http.RoundTripper
	// Hosts are names ("clinicaltrials.gov", any port of http and https) or
	// names with a port ("127.0.0.1:8080", that port alone).
	Hosts []string
}

// plainHeaders may go to a host that a redirect names.
var plainHeaders = []string{"Accept", "Accept-Language", "Content-Type", "User-Agent"}

// RoundTrip implements http.RoundTripper.
func (t *Scope) RoundTrip(req *http.Request) (*http.Response, error) {
	from := origin(req)
	if s := req.URL.Scheme; s != "http" && s != "https" {
		return nil, fmt.Errorf("%w: %s is no web address", ErrOutOfScope, req.URL)
	}
	if !t.allows(req) {
		if from != nil {
			return nil, fmt.Errorf("%w: %s redirects to %s, which is none of %s", ErrOutOfScope, from.URL.Host, req.URL, strings.Join(t.Hosts, ", "))
		}
		return nil, fmt.Errorf("%w: %s is none of %s", ErrOutOfScope, req.URL.Host, strings.Join(t.Hosts, ", "))
	}
	if from != nil && from.URL.Scheme == "https" && req.URL.Scheme == "http" {
		return nil, fmt.Errorf("%w: %s redirects from https to http", ErrOutOfScope, from.URL.Host)
	}
	if from != nil && !strings.EqualFold(from.URL.Host, req.URL.Host) {
		req = req.Clone(req.Context())
		for name := range req.Header {
			if !slices.Contains(plainHeaders, name) {
				req.Header.Del(name)
			}
		}
	}
	return t.Next.RoundTrip(req)
}

func (t *Scope) allows(req *http.Request) bool {
	host, name := strings.ToLower(req.URL.Host), strings.ToLower(req.URL.Hostname())
	port := req.URL.Port()
	for _, h := range t.Hosts {
		h = strings.ToLower(h)
		if h == host || h == name && (port == "" || port == "80" || port == "443") {
			return true
		}
	}
	return false
}

// origin gives the first request of a chain of redirects; nil for a request
// that no redirect brought.
func origin(req *http.Request) *http.Request {
	var first *http.Request
	for req.Response != nil && req.Response.Request != nil {
		req = req.Response.Request
		first = req
	}
	return first
}
