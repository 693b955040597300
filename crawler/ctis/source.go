package ctis

import (
	"encoding/json"
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
	"past/crawler/xmltree"
	"past/internal/evidence"
	"past/internal/ident"
)

const (
	// SourceName is the name under which payloads and records are kept.
	SourceName = "ctis"
	baseURL    = "https://euclinicaltrials.eu/ctis-public-api"
	pageSize   = 100
)

// New gives CTIS as the crawler asks it. Lists are overviews with the days of a
// trial's updates, in no strict order; each trial with news is then asked for.
func New() *frame.Search {
	return &frame.Search{
		SourceID: SourceName, Called: "EU CTIS", Landed: "2025-520906-36-00", Accept: []string{"application/json"},
		Formats: []crawler.Format{{Media: "application/json", Frame: crawler.FrameJSON, Recognise: Recognise}},
		Register: crawler.Policy{
			BaseURL: baseURL, Hosts: []string{"euclinicaltrials.eu"}, PerSecond: 1, Burst: 1,
			Robots: true, RobotsReason: "the interface is the one behind the public search page, which its owner does not document for programs",
			MaxBody: 64 << 20, Timeout: 2 * time.Minute,
			Terms: "https://euclinicaltrials.eu/legal-notice/",
		},
		Parts: parts, Show: show, Overlap: 48 * time.Hour,
		List: list, Read: readList, Size: pageSize, Overview: true, Dated: true,
		Naming: func(ids []string) string { return asking("number", ids[0]) }, Batch: 1,
		Get: &frame.Get{Size: 1, Read: readTrial, Request: func(at string, ids []string) crawler.Request {
			return crawler.Request{URL: at + "/retrieve/" + url.PathEscape(ids[0])}
		}},
		Records: Parse,
		Stamp: &frame.Stamp{Read: readFeed, Request: func(at string) crawler.Request {
			return crawler.Request{URL: at + "/rss/updates.rss?search_criteria=" + url.QueryEscape("{}"),
				Accept: []string{"application/rss+xml", "application/xml", "text/xml"}}
		}},
	}
}

// fields of the search form, with the labels that it shows.
var fields = map[string]string{"containAll": "Contain all of these terms", "medicalCondition": "Medical condition"}

// parts are one query for each synonym of each substance, since the search has no
// OR that keeps phrases whole. Conditions are not asked: the substances are rare
// enough. Without substances each condition's term is asked in its own field.
func parts(q crawler.QuestionSet) (out []boolean.Part) {
	concepts, field := q.Substances, "containAll"
	if len(concepts) == 0 {
		concepts, field = q.Conditions, "medicalCondition"
	}
	var seen answer.Once
	for _, c := range concepts {
		about := crawler.About{Substances: []string{c.ID}}
		if len(q.Substances) == 0 {
			about = crawler.About{Conditions: []string{c.ID}}
		}
		for _, t := range c.Terms {
			t = strings.Join(strings.Fields(t), " ")
			if low := strings.ToLower(t); seen.First(low) {
				out = append(out, boolean.Part{Key: c.ID + "-" + answer.Sum([]byte(field + low))[:8], Text: asking(field, t), About: about})
			}
		}
	}
	return out
}

func asking(field, text string) string {
	b, _ := json.Marshal(map[string]string{field: text})
	return string(b)
}

func show(form string) string {
	asked := map[string]string{}
	_ = json.Unmarshal([]byte(form), &asked)
	for field, label := range fields {
		if asked[field] != "" {
			return label + ": " + asked[field]
		}
	}
	return form
}

func list(at string, a frame.Ask) crawler.Request {
	body, _ := json.Marshal(map[string]any{
		"pagination":     map[string]int{"page": a.Seen/a.Size + 1, "size": a.Size},
		"sort":           map[string]string{"property": "decisionDate", "direction": "ASC"},
		"searchCriteria": json.RawMessage(a.Query)})
	return crawler.Request{Method: "POST", URL: at + "/search", Body: body, Header: map[string]string{"Content-Type": "application/json"}}
}

func readList(body []byte, _ frame.Ask) (frame.List, error) {
	n, err := answer.JSON(body)
	if err != nil {
		return frame.List{}, err
	}
	p, data := n.Get("pagination"), n.Get("data")
	if p.Kind != jsontree.Object || data.Kind != jsontree.Array {
		return frame.List{}, &crawler.AnswerError{Kind: crawler.KindWrongShape, Message: "no search page: pagination and data are wanted"}
	}
	items := data.Items()
	l := frame.List{Rows: len(items), Days: map[string]string{}}
	if l.Total, err = strconv.Atoi(p.Get("totalRecords").Scalar()); err != nil || l.Total < 0 {
		return frame.List{}, &crawler.AnswerError{Kind: crawler.KindWrongShape, Where: "/pagination/totalRecords",
			Message: fmt.Sprintf("%q is no count", p.Get("totalRecords").Scalar())}
	}
	for i := range items {
		id, ok := CanonicalID(items[i].Get("ctNumber").Scalar())
		if !ok {
			l.Problems = append(l.Problems, evidence.Problem{Kind: crawler.KindNoID, Where: "/data/" + strconv.Itoa(i) + "/ctNumber",
				Message: fmt.Sprintf("%q is no EU CT number", items[i].Get("ctNumber").Scalar())})
			continue
		}
		l.IDs = append(l.IDs, id)
		l.Days[id] = updated(&items[i])
	}
	return l, nil
}

// updated is the later day of an overview's updates; "" where one cannot be read.
func updated(n *jsontree.Node) (last string) {
	for _, k := range []string{"lastUpdated", "lastPublicationUpdate"} {
		if raw := n.Get(k).Scalar(); raw != "" {
			day := isoDay(raw)
			if day == "" {
				return ""
			}
			last = max(last, day)
		}
	}
	return last
}

// readTrial gives the number of a trial. The register answers 200 and {} for one
// that it does not have.
func readTrial(res *crawler.Response, _ []string) ([]string, error) {
	n, err := answer.JSON(res.Body)
	if err != nil || n.Kind == jsontree.Object && len(n.Kids) == 0 {
		return nil, err
	}
	id, ok := CanonicalID(n.Get("ctNumber").Scalar())
	if !ok {
		return nil, &crawler.AnswerError{Kind: crawler.KindWrongShape, Message: fmt.Sprintf("no trial: its ctNumber is %q",
			n.Get("ctNumber").Scalar())}
	}
	return []string{id}, nil
}

// readFeed makes a stamp of the items of the feed that EMA offers, the fifteen
// trials updated last.
func readFeed(res *crawler.Response) (string, error) {
	doc, _ := xmltree.Clean(res.Body)
	d := xmltree.Cut(doc, "rss")
	if len(d.Pieces) != 1 || !d.Whole {
		return "", answer.Fault(res, crawler.KindWrongShape, "no feed")
	}
	n, err := xmltree.Parse(doc[d.Pieces[0].Start:d.Pieces[0].End])
	if err != nil {
		return "", answer.XMLFault(err, "")
	}
	items := n.Get("channel").All("item")
	if len(items) == 0 {
		return "", answer.Fault(res, crawler.KindWrongShape, "a feed without items")
	}
	var b []byte
	for _, it := range items {
		b = xmltree.Canonical(b, it, nil)
	}
	return answer.Sum(b)[:16], nil
}

// CanonicalID checks an EU CT number: 2022-500001-01-00, whose last part is the
// version of the submission.
func CanonicalID(s string) (string, bool) {
	id, ok := ident.Of(ident.EUCT, s)
	return id, ok && len(id) == len("2022-500001-01-00")
}

// isoDay reads 31/12/2024 and ISO dates and timestamps; "" for all else.
func isoDay(s string) string {
	s = strings.TrimSpace(s)
	if t, err := time.Parse("02/01/2006", s); err == nil {
		return t.Format(time.DateOnly)
	}
	if len(s) >= 10 {
		if _, err := time.Parse(time.DateOnly, s[:10]); err == nil && (len(s) == 10 || s[10] == 'T' || s[10] == ' ') {
			return s[:10]
		}
	}
	return ""
}
