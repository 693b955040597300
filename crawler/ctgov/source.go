package ctgov

import (
	"net/url"
	"slices"
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
	// baseURL is where the register serves API v2.
	baseURL = "https://clinicaltrials.gov/api/v2"
	// maxField bounds the encoded length of one of two search fields. The register
	// states no limit; servers commonly refuse addresses beyond 8,000 bytes.
	maxField   = 3000
	firstPage  = 50      // studies on a page, before their size is known
	targetPage = 2 << 20 // bytes of a page: what a crawl holds in memory grows with it
	batch      = 100     // as many ids make an address of about 1,500 bytes
)

// New gives the register as the crawler asks it: for each substance its synonyms in
// the field "Intervention/treatment" and, unless the substance is rare, those of all
// conditions in "Condition/disease". The register's own search adds its synonyms.
func New() *frame.Search {
	return &frame.Search{
		SourceID: SourceName, Called: "ClinicalTrials.gov", Landed: "NCT03537014", Accept: []string{"application/json"},
		Formats: []crawler.Format{
			{Media: "application/xml", Frame: crawler.FrameXML, Elements: []string{"clinical_study"}, Recognise: Recognise},
			{Media: "text/csv", Frame: crawler.FrameTable, Recognise: Recognise},
			{Media: "application/json", Frame: crawler.FrameJSON, Any: true},
		},
		Register: crawler.Policy{
			BaseURL: baseURL, Hosts: []string{"clinicaltrials.gov", "www.clinicaltrials.gov"}, PerSecond: 0.8, Burst: 1,
			RobotsReason: "the API is documented by its owner for use by programs; the Crawl-delay of 1 s that robots.txt states for " +
				"it is kept by the rate",
			MaxBody: 32 << 20, Timeout: 2 * time.Minute,
			Terms: "https://clinicaltrials.gov/about-site/terms-conditions",
		},
		Words: boolean.Writer{Term: term, Max: 2 * maxField, Stems: true, Trials: true},
		Form: func(p boolean.Part) string {
			v := url.Values{}
			for field, words := range map[string][]string{"query.intr": p.Terms, "query.cond": p.Conditions} {
				if len(words) > 0 {
					v.Set(field, strings.Join(words, " OR "))
				}
			}
			return v.Encode()
		},
		Show: show,
		Changed: func(form string, since time.Time) string {
			return form + "&filter.advanced=" + url.QueryEscape("AREA[LastUpdatePostDate]RANGE["+since.Format(time.DateOnly)+",MAX]")
		},
		List: search, Read: readList, Size: firstPage, Weight: targetPage, Marks: true, Dated: true, Cut: split,
		Naming: func(ids []string) string { return "filter.ids=" + url.QueryEscape(strings.Join(ids, "|")) }, Batch: batch,
		Get: &frame.Get{Size: 1, Merges: true, Read: readOne, Request: func(at string, ids []string) crawler.Request {
			return crawler.Request{URL: at + "/studies/" + url.PathEscape(ids[0]) + "?format=json"}
		}},
		Records: Parse,
		Stamp: &frame.Stamp{Read: readVersion, Request: func(at string) crawler.Request {
			return crawler.Request{URL: at + "/version"}
		}},
	}
}

// show writes a query in the words of the register's search page.
func show(form string) string {
	v, _ := url.ParseQuery(form)
	var text []string
	for _, field := range [][2]string{{"query.cond", "Condition/disease"}, {"query.intr", "Intervention/treatment"}} {
		if words := v.Get(field[0]); words != "" {
			text = append(text, field[1]+": "+words)
		}
	}
	if _, from, ok := strings.Cut(v.Get("filter.advanced"), "RANGE["); ok {
		text = append(text, "Last update posted, from: "+strings.TrimSuffix(from, ",MAX]"))
	}
	return strings.Join(text, " | ")
}

func search(at string, a frame.Ask) crawler.Request {
	v, _ := url.ParseQuery(a.Query)
	v.Set("format", "json")
	v.Set("pageSize", strconv.Itoa(a.Size))
	if a.Mark != "" {
		v.Set("pageToken", a.Mark)
	}
	if !v.Has("filter.ids") {
		v.Set("countTotal", "true")
		// A study's first posting never changes, so no study moves from one page
		// to another while they are read.
		v.Set("sort", "StudyFirstPostDate:asc")
	}
	if a.View != frame.Full {
		v.Set("fields", "NCTId|LastUpdatePostDate")
	}
	return crawler.Request{URL: at + "/studies?" + v.Encode()}
}

// readList holds an answer to the shape of a search page that is whole.
func readList(body []byte, a frame.Ask) (frame.List, error) {
	s, err := cutPayload(body)
	if err == nil {
		err = s.cut
	}
	if err == nil && !s.page {
		err = &crawler.AnswerError{Kind: crawler.KindWrongShape, Message: "no page of studies"}
	}
	l := frame.List{Total: -1, Next: s.next, Rows: len(s.pieces), Days: map[string]string{}}
	if s.total != nil {
		l.Total = *s.total
	}
	for _, p := range s.pieces {
		id := idIn(p.body)
		if id != "" {
			l.IDs = append(l.IDs, id)
		}
		if a.View == frame.Full || err != nil {
			continue
		}
		n, perr := jsontree.Parse(p.body)
		if perr == nil {
			id, perr = studyID(n, p.base)
		}
		if perr != nil {
			return l, answer.JSONFault(perr, p.base)
		}
		l.Days[id] = n.At("protocolSection", "statusModule", "lastUpdatePostDateStruct", "date").Scalar()
	}
	return l, err
}

// readOne holds an answer to the shape of a single study.
func readOne(res *crawler.Response, _ []string) ([]string, error) {
	s, err := cutPayload(res.Body)
	id := idIn(res.Body)
	if err == nil && (s.page || len(s.pieces) != 1 || id == "") {
		err = &crawler.AnswerError{Kind: crawler.KindWrongShape, Message: "no single study"}
	}
	if err == nil {
		if _, perr := jsontree.Parse(res.Body); perr != nil {
			err = answer.JSONFault(perr, "")
		}
	}
	return []string{id}, err
}

// readVersion gives the register's data timestamp and API version.
func readVersion(res *crawler.Response) (string, error) {
	n, err := answer.JSON(res.Body)
	if err != nil {
		return "", err
	}
	at := str(n, "dataTimestamp")
	if at == "" {
		return "", &crawler.AnswerError{Kind: crawler.KindWrongShape, Message: "no dataTimestamp"}
	}
	return strings.TrimSpace(at + " " + str(n, "apiVersion")), nil
}

// operators of the register's search language must not be read as such when
// they are words of a term.
var operators = []string{"AND", "OR", "NOT", "AREA", "SEARCH", "RANGE", "COVERAGE", "EXPANSION", "MISSING", "CONCEPT", "ALL", "TILT"}

// term writes a term so that the register takes it as words: quoted, unless it
// is a single plain one.
func term(t string) string {
	quoted := boolean.Quoted(t)
	t = strings.Trim(quoted, `"`)
	plain := !strings.ContainsFunc(t, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9')
	})
	if plain && !slices.Contains(operators, strings.ToUpper(t)) {
		return t
	}
	return quoted
}
