package crossref

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"past/crawler"
	"past/crawler/frame"
	"past/crawler/jsontree"
)

const (
	// SourceName is the name under which payloads and records are kept.
	SourceName = "crossref"
	baseURL    = "https://api.crossref.org"
	// batch is how many DOIs one request names: an address of about 2,500
	// bytes.
	batch = 40
)

// New gives Crossref as the crawler asks it, for works to be named by
// [frame.Works.Given]. A DOI with a comma cannot be in a filter.
func New() *frame.Works {
	s := &frame.Works{
		SourceID: SourceName, Called: "Crossref", Batch: batch, Dated: true, Address: address,
		In: worksIn, DOI: "DOI", Record: read, Other: other,
		Alone: func(doi string) bool { return strings.Contains(doi, ",") },
		Formats: []crawler.Format{
			{Media: "application/x-research-info-systems", Frame: crawler.FrameBlocks, Begins: "TY  -", Recognise: RecogniseRIS},
			{Media: "application/json", Frame: crawler.FrameJSON, Recognise: Recognise},
		},
		Register: crawler.Policy{
			BaseURL: baseURL, Hosts: []string{"api.crossref.org"}, PerSecond: 1, Burst: 1,
			RobotsReason: "the REST API is documented by its owner for use by programs; robots.txt is for the pages",
			MaxBody:      64 << 20, Timeout: 2 * time.Minute,
			Terms: "https://www.crossref.org/documentation/retrieve-metadata/rest-api/",
		},
	}
	return s.Given(nil, "")
}

func address(at string, dois []string, since string) string {
	if len(dois) == 1 && strings.Contains(dois[0], ",") {
		return at + "/works/" + url.PathEscape(dois[0])
	}
	filter := "doi:" + strings.Join(dois, ",doi:")
	if since != "" {
		filter += ",from-update-date:" + since
	}
	return at + "/works?" + url.Values{"filter": {filter}, "rows": {strconv.Itoa(len(dois))}}.Encode()
}

// worksIn finds the works of an answer: one work, a list, or a bare work or list as
// files hold them.
func worksIn(n *jsontree.Node) (frame.Found, error) {
	m, base := n.Get("message"), "/message"
	if m.Kind == jsontree.Absent {
		m, base = n, ""
	}
	list, at := m.Get("items"), base+"/items"
	if list.Kind != jsontree.Array && base == "" {
		list, at = m, ""
	}
	hasDOI := func(w *jsontree.Node) bool { return w.Get("DOI").Scalar() != "" }
	switch {
	case list.Kind == jsontree.Array:
		found := frame.Listed(list, at)
		if base == "" && !slices.ContainsFunc(found.Works, hasDOI) {
			return found, &crawler.AnswerError{Kind: crawler.KindWrongShape, Message: "neither an answer of Crossref nor a work"}
		}
		if found.Count = m.Get("total-results").Scalar(); m.Get("items-per-page").Scalar() == "0" {
			found.Count = "" // only the count was asked for
		}
		return found, nil
	case m.Kind == jsontree.Object && hasDOI(m):
		return frame.Found{Works: []*jsontree.Node{m}, Pointers: []string{base}}, nil
	}
	words := "no works in it"
	if list := n.Get("message").Items(); n.Get("status").Scalar() == "failed" && len(list) > 0 {
		words = "the service reports: " + list[0].Get("message").Scalar()
	}
	return frame.Found{}, &crawler.AnswerError{Kind: crawler.KindWrongShape, Where: base, Message: "no answer about works: " + words}
}
