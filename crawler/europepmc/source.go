package europepmc

import (
	"cmp"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"past/crawler"
	"past/crawler/answer"
	"past/crawler/boolean"
	"past/crawler/frame"
	"past/crawler/jsontree"
)

const (
	// SourceName is the name under which payloads and records are kept.
	SourceName = "europepmc"
	baseURL    = "https://www.ebi.ac.uk/europepmc/webservices/rest"
	// pageSize is how many results one page has: core results have about 9 kB
	// each. The service gives up to 1,000.
	pageSize = 100
	// maxQuery bounds the encoded length of a query.
	maxQuery = 6000
	// batch is as many ids as make an address of about 3,000 bytes.
	batch = 50
)

// New gives Europe PMC as the crawler asks it: the synonyms of each substance and
// those of all conditions in title or abstract.
func New() *frame.Search {
	return &frame.Search{
		SourceID: SourceName, Called: "Europe PMC", Landed: "pmid:38198456", Size: pageSize, Batch: batch,
		Marks: true, Accept: []string{"application/json"},
		Formats: []crawler.Format{{Media: "application/json", Frame: crawler.FrameJSON, Recognise: Recognise}},
		Register: crawler.Policy{
			BaseURL: baseURL, Hosts: []string{"www.ebi.ac.uk"}, PerSecond: 1, Burst: 1,
			RobotsReason: "the RESTful service is documented by its owner for use by programs; robots.txt is for the pages",
			MaxBody:      64 << 20, Timeout: 2 * time.Minute,
			Terms: "https://europepmc.org/Copyright",
		},
		Words: boolean.Writer{Max: maxQuery, Also: []string{"randomized", "randomised", "placebo", "double-blind", "clinical trial"},
			Term: func(t string) string {
				if t = boolean.Quoted(t); t == "" {
					return ""
				}
				return "TITLE_ABS:" + t
			}},
		Changed: func(query string, since time.Time) string {
			return "(" + query + ") AND UPDATE_DATE:[" + since.Format(time.DateOnly) + " TO 3000-12-31]"
		},
		Together: true, Look: 7 * 24 * time.Hour,
		List: list, Read: readSearch, Records: Parse, Naming: naming,
	}
}

func list(at string, a frame.Ask) crawler.Request {
	kind := "core"
	if a.View != frame.Full {
		kind = "idlist"
	}
	return crawler.Request{URL: at + "/search?" + url.Values{"query": {a.Query}, "resultType": {kind}, "format": {"json"},
		"pageSize": {strconv.Itoa(a.Size)}, "cursorMark": {cmp.Or(a.Mark, "*")}}.Encode()}
}

// naming writes a query for records by id.
func naming(ids []string) string {
	var out []string
	for _, id := range ids {
		src, ext, ok := strings.Cut(id, ":")
		if !ok {
			continue
		}
		if src == "pmid" {
			src = "MED"
		}
		out = append(out, `(EXT_ID:"`+ext+`" AND SRC:`+src+`)`)
	}
	return strings.Join(out, " OR ")
}

// readSearch reads the envelope of an answer and the ids in it.
func readSearch(body []byte, a frame.Ask) (frame.List, error) {
	n, err := answer.JSON(body)
	if err != nil {
		return frame.List{}, err
	}
	if msg := n.Get("errMsg").Scalar(); msg != "" {
		return frame.List{}, &crawler.AnswerError{Kind: crawler.KindWrongShape, Where: "/errMsg", Message: "the service reports: " + msg}
	}
	list := n.At("resultList", "result")
	if list.Kind != jsontree.Array && (list.Kind != jsontree.Absent && list.Kind != jsontree.Null || n.Get("hitCount").Scalar() != "0") {
		return frame.List{}, &crawler.AnswerError{Kind: crawler.KindWrongShape, Where: "/resultList/result", Message: "no list of results"}
	}
	var l frame.List
	if l.Total, err = strconv.Atoi(n.Get("hitCount").Scalar()); err != nil || l.Total < 0 {
		return frame.List{}, &crawler.AnswerError{Kind: crawler.KindWrongShape, Where: "/hitCount",
			Message: fmt.Sprintf("%q is no count", n.Get("hitCount").Scalar())}
	}
	items := list.Items()
	l.Rows = len(items)
	for i := range items {
		if id := recordID(&items[i]); id != "" {
			l.IDs = append(l.IDs, id)
		}
	}
	// The mark of the last page is that of the page itself, or of one without results.
	next, more := n.Get("nextCursorMark").Scalar(), len(items) > 0 && a.Seen+len(items) < l.Total
	if more && next == "" && a.View == frame.Full {
		return l, &crawler.AnswerError{Kind: crawler.KindWrongShape, Where: "/nextCursorMark",
			Message: fmt.Sprintf("%d of %d results came, and no mark of the next page", a.Seen+len(items), l.Total)}
	}
	if more && next != cmp.Or(a.Mark, "*") {
		l.Next = next
	}
	return l, nil
}
