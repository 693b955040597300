package polite

import (
	"net/http"
	"strings"
)

// UserAgent gives the name under which the program asks: product, version and
// where its user can be reached.
func UserAgent(version, contact string) string {
	if version == "" {
		version = "dev"
	}
	ua := "past/" + clean(version)
	if contact = clean(contact); contact != "" {
		ua += " (research evidence tracker; contact: " + contact + ")"
	} else {
		ua += " (research evidence tracker)"
	}
	return ua
}

// clean keeps a configured value from breaking out of its header.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '(' || r == ')' {
			return -1
		}
		return r
	}, strings.TrimSpace(s))
}

// Identify sets the User-Agent of every request, whatever was set above.
type Identify struct {
	Next      http.RoundTripper
	UserAgent string
}

// RoundTrip implements http.RoundTripper.
func (t *Identify) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Set("User-Agent", t.UserAgent)
	return t.Next.RoundTrip(req)
}
