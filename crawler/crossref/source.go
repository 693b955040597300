package crossref

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"past/crawler"
	"past/crawler/answer"
	"past/crawler/frame"
	"past/crawler/jsontree"
	"past/internal/ident"
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
		SourceID: SourceName, Batch: batch, Dated: true, Address: address, Read: readIDs, Records: Parse,
		Alone: func(doi string) bool { return strings.Contains(doi, ",") },
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

// readIDs gives the record ids of an answer in their order, and its own count.
func readIDs(body []byte) (ids []string, total int, err error) {
	n, err := answer.JSON(body)
	if err != nil {
		return nil, 0, err
	}
	works, _, err := worksIn(n)
	if err != nil {
		return nil, 0, err
	}
	for _, w := range works {
		if doi, ok := ident.DOI(w.Get("DOI").Scalar()); ok {
			ids = append(ids, "doi:"+doi)
		}
	}
	total, _ = strconv.Atoi(n.At("message", "total-results").Scalar())
	return ids, total, nil
}

// worksIn finds the works of an answer and the pointers to them: one work, a
// list, or a bare work or list as files hold them.
func worksIn(n *jsontree.Node) (works []*jsontree.Node, pointers []string, err error) {
	m, base := n.Get("message"), "/message"
	if m.Kind == jsontree.Absent {
		m, base = n, ""
	}
	list := m.Get("items")
	if list.Kind == jsontree.Array {
		base += "/items"
	} else if base == "" {
		list = m
	}
	if list.Kind == jsontree.Array {
		items := list.Items()
		for i := range items {
			works, pointers = append(works, &items[i]), append(pointers, base+"/"+strconv.Itoa(i))
		}
		return works, pointers, nil
	}
	if m.Kind == jsontree.Object && m.Get("DOI").Scalar() != "" {
		return []*jsontree.Node{m}, []string{base}, nil
	}
	words := "no works in it"
	if list := n.Get("message").Items(); n.Get("status").Scalar() == "failed" && len(list) > 0 {
		words = "the service reports: " + list[0].Get("message").Scalar()
	}
	return nil, nil, &crawler.AnswerError{Kind: crawler.KindWrongShape, Where: base, Message: "no answer about works: " + words}
}
