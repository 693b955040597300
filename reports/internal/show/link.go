package show

import (
	"net/url"
	"strings"

	"past/internal/ident"
)

// Link returns raw if it is an absolute http or https address with a host and
// without credentials, and "" otherwise: only such links are printed as links.
func Link(raw string) string {
	raw = strings.TrimSpace(raw)
	if raw == "" || len(raw) > 2000 || strings.ContainsFunc(raw, func(r rune) bool {
		return r <= 0x20 || r == 0x7f || acting(r) ||
			invisible(r)
	}) {
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

// DOI returns the address of a DOI, "" where the text is none.
func DOI(doi string) string {
	name, ok := ident.DOI(doi)
	if !ok {
		return ""
	}
	return Link("https://doi.org/" + (&url.URL{Path: name}).EscapedPath())
}
