package isrctn

import (
	"bytes"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"past/crawler"
	"past/crawler/answer"
	"past/crawler/boolean"
	"past/crawler/frame"
	"past/crawler/xmltree"
	"past/internal/ident"
)

const (
	// SourceName is the name under which payloads and records are kept.
	SourceName = "isrctn"
	baseURL    = "https://www.isrctn.com/api"
	pageSize   = 100  // a trial has about 20 kB
	maxQuery   = 3000 // encoded bytes; common servers refuse addresses above 8,000
	batch      = 50   // as many numbers make an address of about 1,000 bytes
)

// New gives the registry as the crawler asks it: the synonyms of each substance
// and those of all conditions anywhere in a record. A list has the whole trials,
// so that known ones are counted.
func New() *frame.Search {
	return &frame.Search{
		SourceID: SourceName, Called: "ISRCTN registry", Landed: "ISRCTN10584863", Size: pageSize, Batch: batch,
		Accept:  []string{"application/xml", "text/xml"},
		Formats: []crawler.Format{{Media: "application/xml", Frame: crawler.FrameXML, Elements: records.Elements, Recognise: Recognise}},
		Register: crawler.Policy{
			BaseURL: baseURL, Hosts: []string{"www.isrctn.com"}, PerSecond: 0.5, Burst: 1,
			RobotsReason: "the query API alone is asked, which the registry documents for programs; robots.txt is for the pages",
			MaxBody:      128 << 20, Timeout: 3 * time.Minute,
			Terms: "https://www.isrctn.com/page/terms",
		},
		Words: boolean.Writer{Term: boolean.Quoted, Max: maxQuery, Trials: true}, Look: 7 * 24 * time.Hour,
		Changed: func(query string, since time.Time) string {
			return "(" + query + ") AND lastEdited GE " + since.Format("2006-01-02T00:00:00.000Z")
		},
		List: list, Read: readList, Whole: true,
		Naming: func(ids []string) string { return strings.Join(ids, " OR ") },
		Get: &frame.Get{Size: 1, Request: func(at string, ids []string) crawler.Request {
			return crawler.Request{URL: at + "/trial/" + url.PathEscape(ids[0]) + "/format/default"}
		}, Read: func(res *crawler.Response, ids []string) ([]string, error) {
			l, err := readList(res.Body, frame.Ask{})
			if err == nil && len(l.IDs) == 0 {
				err = &crawler.AnswerError{Kind: crawler.KindEmpty, Message: "asked for " + ids[0] + ", the answer is empty"}
			}
			return l.IDs, err
		}},
		Records: Parse,
	}
}

func list(at string, a frame.Ask) crawler.Request {
	if a.View == frame.Count {
		a.Size = 0
	}
	v := url.Values{"q": {a.Query}, "limit": {strconv.Itoa(a.Size)}}
	if a.Seen > 0 {
		v.Set("offset", strconv.Itoa(a.Seen))
	}
	return crawler.Request{URL: at + "/query/format/default?" + v.Encode()}
}

var totalCount = regexp.MustCompile(`\stotalCount\s*=\s*["'](\d{1,9})["']`)

// readList reads the envelope of an answer that is whole, and the ids in it.
func readList(body []byte, _ frame.Ask) (frame.List, error) {
	doc, _ := xmltree.Clean(body)
	d := xmltree.Cut(doc, records.Elements...)
	if d.Root != "allTrials" {
		return frame.List{}, &crawler.AnswerError{Kind: crawler.KindWrongShape,
			Message: fmt.Sprintf("the root element is <%s>, wanted <allTrials>",
				d.Root)}
	}
	if !d.Whole {
		return frame.List{}, &crawler.AnswerError{Kind: answer.KindHalfXML, Message: "the answer ends inside <allTrials>"}
	}
	m := totalCount.FindStringSubmatch(d.Attrs)
	if m == nil {
		return frame.List{}, &crawler.AnswerError{Kind: crawler.KindWrongShape, Message: "allTrials has no totalCount"}
	}
	var l frame.List
	l.Total, _ = strconv.Atoi(m[1])
	for _, p := range d.Pieces {
		if id := idIn(doc[p.Start:p.End]); id != "" {
			l.IDs = append(l.IDs, id)
		}
	}
	return l, nil
}

var isrctnElement = regexp.MustCompile(`<isrctn(?:\s[^>]*)?>\s*([^<]{1,40})<`)

func idIn(trial []byte) string {
	m := isrctnElement.FindSubmatch(trial)
	if m == nil {
		return ""
	}
	id, _ := CanonicalID(string(bytes.TrimSpace(m[1])))
	return id
}

// CanonicalID gives ISRCTN and eight digits, from either.
func CanonicalID(s string) (string, bool) {
	if s = strings.TrimSpace(s); len(s) == 8 {
		s = "ISRCTN" + s
	}
	return ident.Of(ident.ISRCTN, s)
}
