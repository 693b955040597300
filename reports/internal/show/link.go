package show

import (
	"net/url"
	"strings"
)

// Link returns raw if it is an absolute http or https address with a host and
// without credentials, and "" otherwise: only such links are printed as links.
func Link(raw string) string {
	raw = strings.TrimSpace(raw)
	if raw == "" || len(raw) > 2000 || strings.ContainsFunc(raw, func(r rune) bool { return r <= 0x20 || r == 0x7f || acting(r) || invisible(r) }) {
		return ""
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || u.Opaque != "" {
		return ""
	}
	if s := strings.ToLower(u.Scheme); s != "http" && s != "https" {
		return ""
	}
	return u.String()
}

// DOI returns the address of a DOI, "" when it does not look like one.
func DOI(doi string) string {
	doi = strings.TrimSpace(doi)
	for _, p := range []string{"https://doi.org/", "http://doi.org/", "https://dx.doi.org/", "http://dx.doi.org/", "doi:"} {
		if len(doi) > len(p) && strings.EqualFold(doi[:len(p)], p) {
			doi = doi[len(p):]
		}
	}
	if !strings.HasPrefix(doi, "10.") || !strings.Contains(doi, "/") {
		return ""
	}
	return Link("https://doi.org/" + (&url.URL{Path: doi}).EscapedPath())
}
