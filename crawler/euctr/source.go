package euctr

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
	"past/internal/evidence"
	"past/internal/ident"
)

const (
	// SourceName is the name under which payloads and records are kept.
	SourceName = "euctr"
	baseURL    = "https://www.clinicaltrialsregister.eu/ctr-search"
	pageSize   = 20 // trials on a page, as the register has it
	maxQuery   = 1500
)

// New gives the register as the crawler asks it: for each substance its synonyms and
// those of all conditions. A search page counts trials, a download has the
// protocols of a page of them. After the protocols of a query come the results of
// those of its trials that have some, one archive a trial. The register cannot be
// asked for changes.
func New() *frame.Search {
	part := func(only string) *frame.Search {
		return &frame.Search{
			SourceID: SourceName, Called: "EU Clinical Trials Register", Landed: "2017-000219-18-GB",
			Formats: []crawler.Format{{Media: "application/xml", Recognise: RecogniseResults}, {Media: "text/plain", Recognise: Recognise}},
			Register: crawler.Policy{
				BaseURL: baseURL, Hosts: []string{"www.clinicaltrialsregister.eu"}, PerSecond: 0.3, Burst: 1,
				Robots: true, RobotsReason: "the search page and its downloads are made for readers; no interface for programs is documented",
				MaxBody: 64 << 20, Timeout: 5 * time.Minute, HTTP1: true,
				Terms: "https://www.clinicaltrialsregister.eu/disclaimer.html",
			},
			Words: boolean.Writer{Term: boolean.Quoted, Max: maxQuery, Trials: true},
			List: func(at string, a frame.Ask) crawler.Request {
				v := url.Values{"query": {a.Query}}
				if only != "" {
					v.Set("resultsstatus", only)
				}
				if a.View == frame.Count {
					return page(at, v.Encode())
				}
				v.Set("page", strconv.Itoa(a.Seen/pageSize+1))
				v.Set("mode", "current_page")
				return crawler.Request{URL: at + "/rest/download/full?" + v.Encode(), Accept: download}
			},
			Size: pageSize, Counted: true, Batch: 10, // records are asked for one by one
			Get:     &frame.Get{Size: 1, Aside: true, Request: one, Read: readOne},
			Records: Parse,
			Stamp: &frame.Stamp{Read: readStamp, Request: func(at string) crawler.Request {
				return page(at, "query=&page=1")
			}},
		}
	}
	s, results := part(""), part("trials-with-results")
	s.Read, results.Overview, results.Read = readList, true, func(body []byte, a frame.Ask) (frame.List, error) {
		l, err := readList(body, a)
		l.IDs = stems(l.IDs)
		return l, err
	}
	s.Then = results
	return s
}

// download are the media types of texts.
var download = []string{"text/plain", "application/octet-stream", "application/download"}

// page is a request for the search page, which counts.
func page(at, query string) crawler.Request {
	return crawler.Request{URL: at + "/search?" + query, Accept: []string{"text/html"}}
}

// stems are the EudraCT numbers of protocols, each once.
func stems(ids []string) (out []string) {
	var seen answer.Once
	for _, id := range ids {
		if number := ident.Stem(id); seen.First(number) {
			out = append(out, number)
		}
	}
	return out
}

var (
	countText = regexp.MustCompile(`Trials with a EudraCT protocol\s*\(\s*([\d.,]+)\s*\)`)
	noneText  = regexp.MustCompile(`(?i)no (?:results|trials) (?:were )?found|\b0 result\(s\) found|query did not match`)
	pageTag   = regexp.MustCompile(`<[^>]*>`)
)

// readList reads how many trials a search page counts, or the protocols of a
// download.
func readList(body []byte, a frame.Ask) (l frame.List, err error) {
	if a.View == frame.Count {
		l.Total, err = readCount(body)
		return l, err
	}
	if l.IDs = protocols(body); len(l.IDs) == 0 {
		err = &crawler.AnswerError{Kind: crawler.KindWrongShape, Message: "no protocol in the download: it begins with " + answer.Start(body)}
	}
	l.Rows = len(stems(l.IDs))
	return l, err
}

func readCount(body []byte) (int, error) {
	text := pageTag.ReplaceAll(body, []byte(" "))
	if m := countText.FindSubmatch(text); m != nil {
		n, err := strconv.Atoi(strings.NewReplacer(".", "", ",", "").Replace(string(m[1])))
		if err == nil {
			return n, nil
		}
	}
	if noneText.Match(text) {
		return 0, nil
	}
	return 0, &crawler.AnswerError{Kind: crawler.KindWrongShape, Message: "the search page does not say how many trials it found"}
}

// readStamp gives the number of the register's trials and the week: it takes no new
// trials and says of none when it changed, so that it is asked whole once a week,
// or when trials come or go.
func readStamp(res *crawler.Response) (string, error) {
	n, err := readCount(res.Body)
	const week = 7 * 24 * 60 * 60
	return fmt.Sprintf("%d trials in the week from %s", n,
		time.Unix(res.FetchedAt.Unix()/week*week, 0).UTC().Format(time.DateOnly)), err
}

// protocols are the ids of a download's protocols, each once.
func protocols(body []byte) (ids []string) {
	var seen answer.Once
	for _, p := range cut(decode(body)) {
		if id, ok := p.id(); ok && seen.First(id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// one asks for the archive of a trial's results by number, and for the protocol of
// one country by number and country, which the register writes in small letters
// outside the EU.
func one(at string, ids []string) crawler.Request {
	if eudractNumber.MatchString(ids[0]) {
		return crawler.Request{URL: at + "/rest/download/result/zip/xml/" + ids[0], Conditional: true}
	}
	id, ok := CanonicalID(ids[0])
	if !ok {
		return crawler.Request{}
	}
	return crawler.Request{URL: at + "/rest/download/trial/" + id[:14] + "/" + strings.Replace(id[15:], "3RD", "3rd", 1), Accept: download}
}

// readOne reads the answer to one. The XML of an archive is kept in its place: the
// archive around it is packed again for each visitor.
func readOne(res *crawler.Response, ids []string) ([]string, error) {
	if !eudractNumber.MatchString(ids[0]) {
		came := protocols(res.Body)
		if len(came) == 0 {
			return nil, answer.Fault(res, crawler.KindWrongShape, "no protocol in the download: it begins with %s", answer.Start(res.Body))
		}
		return came, nil
	}
	text := bytes.TrimSpace(res.Body[:min(len(res.Body), 64)])
	switch {
	case len(text) == 0:
		return nil, answer.Fault(res, crawler.KindEmpty, "the answer is empty, wanted an archive of results")
	case text[0] == '<':
		return nil, answer.Fault(res, crawler.KindHTML, "a page for people instead of an archive of results")
	case !IsArchive(res.Body):
		return nil, answer.Fault(res, crawler.KindWrongType, "no archive: it begins with %s", answer.Start(res.Body))
	}
	body, _, err := Unpack(res.Body)
	if err != nil {
		return nil, err
	}
	// What cannot be read in it is kept; what is wrong is reported when it is read.
	parsed, err := resultRecords.Parse(evidence.Payload{Source: SourceName, Body: body})
	if err == nil && len(parsed.Records) == 1 && parsed.Records[0].ID != ids[0] {
		return nil, answer.Fault(res, crawler.KindWrongShape, "asked for the results of %s, the archive holds those of %s", ids[0],
			parsed.Records[0].ID)
	}
	res.Body, res.SHA256, res.MediaType = body, answer.Sum(body), "application/xml"
	return ids, nil
}

// CanonicalID checks the id of a protocol: the EudraCT number and the country,
// which is 3RD for one outside the EU.
func CanonicalID(s string) (string, bool) {
	id, ok := ident.Of(ident.EudraCT, s)
	return id, ok && len(id) > len("2012-003632-23")
}

// decode gives text as UTF-8 without a byte order mark.
func decode(b []byte) []byte {
	return bytes.ToValidUTF8(bytes.TrimPrefix(b, []byte("\ufeff")), []byte("\uFFFD"))
}
