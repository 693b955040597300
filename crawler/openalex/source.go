// Package openalex reads what OpenAlex knows of publications whose DOIs are known
// already: titles, authors, ids in PubMed, and abstracts, which it gives as an
// index of words.
//
// Its lists answer without a key as long as they have one page, so that this
// source asks for DOIs alone, as past/crawler/frame does. parse.go turns a work
// into an [evidence.Record] with the id doi:10.….
package openalex

import (
	"bytes"
	"cmp"
	"net/url"
	"strings"
	"time"

	"past/crawler"
	"past/crawler/frame"
	"past/crawler/jsontree"
)

const (
	// SourceName is the name under which payloads and records are kept.
	SourceName = "openalex"
	baseURL    = "https://api.openalex.org"
	// batch is how many DOIs one request names: an address of about 2,000 bytes.
	// The service takes up to 100, and has now and then two works with one DOI.
	batch   = 50
	perPage = "100"
)

// New gives OpenAlex as the crawler asks it, for works to be named by
// [frame.Works.Given]. Signs of the filter's own language cannot be in it.
func New() *frame.Works {
	s := &frame.Works{
		SourceID: SourceName, Called: "OpenAlex", Batch: batch, Address: address, In: worksIn, DOI: "doi", Record: read,
		Alone:   func(doi string) bool { return strings.ContainsAny(doi, ",|+!") },
		Formats: []crawler.Format{{Media: "application/json", Frame: crawler.FrameJSON, Recognise: Recognise}},
		Register: crawler.Policy{
			BaseURL: baseURL, Hosts: []string{"api.openalex.org"}, PerSecond: 1, Burst: 1,
			RobotsReason: "the API is documented by its owner for use by programs; robots.txt is for the pages",
			MaxBody:      64 << 20, Timeout: 2 * time.Minute,
			Terms: "https://developers.openalex.org/api-reference/authentication",
		},
	}
	return s.Given(nil, "")
}

// address has no date: the service lets only those ask for changes who pay.
func address(at string, dois []string, _ string) string {
	if len(dois) == 1 {
		return at + (&url.URL{Path: "/works/doi:" + dois[0]}).EscapedPath()
	}
	return at + "/works?" + url.Values{"filter": {"doi:" + strings.Join(dois, "|")}, "per_page": {perPage}}.Encode()
}

// Recognise reports whether a file is a saved answer about works, or works taken out
// of one, by its beginning.
func Recognise(_ string, head []byte) bool {
	return bytes.Contains(head, []byte("openalex.org/W")) || bytes.Contains(head, []byte(`"db_response_time_ms"`))
}

// worksIn finds the works of an answer: a list, or one work, or a bare list as files
// hold them.
func worksIn(n *jsontree.Node) (frame.Found, error) {
	list, at := n.Get("results"), "/results"
	if n.Kind == jsontree.Array {
		list, at = n, ""
	}
	switch {
	case list.Kind == jsontree.Array:
		found := frame.Listed(list, at)
		found.Count = cmp.Or(n.At("meta", "count").Scalar(), "1")
		return found, nil
	case strings.Contains(n.Get("id").Scalar(), "openalex.org/W") || n.Get("doi").Kind == jsontree.String &&
		n.Get("ids").Kind == jsontree.Object:
		return frame.Found{Works: []*jsontree.Node{n}, Pointers: []string{""}}, nil
	}
	words := "no works in it"
	if msg := n.Get("message").Scalar(); n.Get("error").Kind != jsontree.Absent {
		words = "the service reports: " + strings.TrimSpace(n.Get("error").Scalar()+" "+msg)
	}
	return frame.Found{}, &crawler.AnswerError{Kind: crawler.KindWrongShape, Where: "/results", Message: "no answer about works: " + words}
}
