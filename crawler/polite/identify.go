package polite

import (
	"net/http"
	"regexp"
	"strings"
)

// UserAgent gives the name under which the program asks: product, version and
// where its user can be reached.
func UserAgent(version, contact string) string {
	if version == "" {
		version = "dev"
	}
	ua := "past/" + clean(version)
	if contact = clean(contact); MailAddress(contact) == contact && contact != "" {
		contact = "mailto:" + contact // the form by which Crossref and others tell an address
	}
	if contact != "" {
		ua += " (research evidence tracker; contact: " + contact + ")"
	} else {
		ua += " (research evidence tracker)"
	}
	return ua
}

// mail finds an address in what a user gave as contact.
var mail = regexp.MustCompile(`[A-Za-z0-9!#$%&'*+/=?^_{|}~.-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+`)

// MailAddress gives the mail address that a contact is or names ("mailto:a@b.org",
// "A group, a@b.org"); "" when there is none.
func MailAddress(contact string) string { return mail.FindString(contact) }

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
