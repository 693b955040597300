package europepmc

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"past/crawler"
	"past/crawler/answer"
	"past/crawler/frame"
	"past/crawler/sourcetest"
	"past/internal/evidence"
	"past/internal/recordedtest"
)

const perPage = 4

func entry(n, version int) sourcetest.Entry {
	// The suite compares hit lists in the order of n: AGR before PPR.
	src := "AGR"
	if n >= 20 {
		src = "PPR"
	}
	id := src + strconv.Itoa(100+n)
	rid := src + ":" + id
	body := fmt.Sprintf(`{"id":%q,"source":%q,"title":"Study %d of <i>psilocybin</i>","authorString":"Doe `+
		`A.","pubYear":"2021","abstractText":"<h4>Aim</h4>Version %d, NCT%08d.","citedByCount":%d,"firstPublicationDate":"2021-05-0%d"}`,
		id, src, n, version, 100+n, n, version+1)
	return sourcetest.Entry{ID: rid, Body: []byte(body), Words: "psilocybin randomized", Updated: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)}
}

func question() crawler.QuestionSet {
	return crawler.QuestionSet{Substances: []crawler.Concept{{ID: "psilocybin", Terms: []string{"psilocybin"}}}}
}

func TestSource(t *testing.T) {
	src := New()
	src.Size = perPage
	sourcetest.Run(t, sourcetest.Subject{Source: src, Question: question(), Entry: entry,
		PerPage: perPage})
}

func TestParse(t *testing.T) {
	body, err := os.ReadFile("testdata/core.json")
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse(evidence.Payload{Body: body})
	if err != nil || len(got.Records) != 2 || len(got.Problems) != 1 || got.Problems[0].Kind != crawler.KindNoID {
		t.Fatalf("%d records, %v, %v", len(got.Records), got.Problems, err)
	}
	want := &evidence.Publication{
		PMID: "34000001", PMCID: "PMC9000001", DOI: "10.9999/example.1", Title: "Effect of CO2 at p < 0.05.", Journal: "Example journal",
		Volume: "12", Issue: "3", Pages: "101-9", Published: "2021-07-01", Authors: []evidence.Author{{Family: "Müller", Given: "Änne"},
			{Collective: "The Group"}},
		Types: []string{"Journal Article", "Retracted Publication"}, Abstract: "Background: Registered: ISRCTN12345678.\nMethods: 10^6 cells.",
		Language: "eng", Retracted: true,
		TrialIDs: []evidence.TrialMention{{ID: "ISRCTN12345678", Where: "abstract", Pointer: "/resultList/result/0/abstractText"}},
		Related: []evidence.RelatedWork{{Type: "Retraction in", PMID: "35000001", DOI: "10.9999/notice",
			Label: "Ex J. 2022. doi: 10.9999/notice."},
			{Type: "Preprint of", Label: "PPR:PPR77 A server"}},
	}
	if d := cmp.Diff(want, got.Records[0].Publication); d != "" {
		t.Error(d)
	}
	p := got.Records[1]
	if p.ID != "PPR:PPR300" || !p.Publication.Preprint || p.Publication.Journal != "A preprint server" || p.Version != "2" ||
		p.Prov.Pointer != "/resultList/result/1" {
		t.Errorf("%+v %+v", p, p.Publication)
	}
	cited, err := Parse(evidence.Payload{Body: []byte(strings.Replace(string(body), `"citedByCount": 5`, `"citedByCount": 6`, 1))})
	if err != nil || cited.Records[0].ContentHash != got.Records[0].ContentHash {
		t.Error("one more citation looks like a change")
	}
	if other, _ := Parse(evidence.Payload{Body: []byte(strings.Replace(string(body), "p < 0.05", "p < 0.06",
		1))}); other.Records[0].ContentHash == got.Records[0].ContentHash {
		t.Error("another title does not look like a change")
	}
}

func TestFaults(t *testing.T) {
	for name, c := range map[string]struct{ body, kind string }{
		"empty object":  {`{}`, crawler.KindWrongShape},
		"error":         {`{"version":"6.9","errCode":404,"errMsg":"Invalid query"}`, crawler.KindWrongShape},
		"renamed":       {`{"hitCount":1,"resultList":{"results":[]}}`, crawler.KindWrongShape},
		"text as count": {`{"hitCount":"many","resultList":{"result":[]}}`, crawler.KindWrongShape},
		"half":          {`{"hitCount":1,"resultList":{"result":[{"id":"1"`, crawler.KindHalfJSON},
	} {
		if _, err := readSearch([]byte(c.body), frame.Ask{}); err == nil || answer.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
	got, err := Parse(evidence.Payload{Body: []byte(`{"hitCount":3,"resultList":{"result":[7,{"id":"1","source":"MED",` +
		`"title":"a\ufffdb","novelty":1},{"id":"x y","source":"MED","title":"t"}]}}`)})
	if err != nil || len(got.Records) != 1 || len(got.Problems) != 3 {
		t.Errorf("%+v %v", got, err)
	}
}

// A token that does not move, and pages that stay empty, end a query with a
// word about what is missing.
func TestStuckCursor(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(rw, `{"hitCount":9,"nextCursorMark":"*","resultList":{"result":[{"id":"1","source":"MED","title":"t"}]}}`)
	}))
	defer srv.Close()
	sink := &sourcetest.MemorySink{}
	c, err := crawler.New(crawler.Options{Sources: []crawler.Source{New()}, Question: question(),
		Endpoints: map[string]string{SourceName: srv.URL}, Contact: "test",
		Wire: crawler.Wire{Base: time.Millisecond}}, sink)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if ps := sink.Problems(); len(ps) == 0 || ps[len(ps)-1].Kind != crawler.KindMissing {
		t.Errorf("%v", ps)
	}
}

func TestRecorded(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(recordedtest.Path(t, "registry", "europepmc"), "*"))
	if err != nil || len(files) < 10 {
		t.Fatalf("%d recorded files, %v", len(files), err)
	}
	records, preprints, errata := 0, 0, 0
	for _, f := range files {
		body, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Parse(evidence.Payload{Body: body})
		if Recognise(f, body[:min(len(body), 4096)]) != (err == nil) {
			t.Errorf("%s: recognised and read disagree: %v", filepath.Base(f), err)
		}
		for _, p := range got.Problems {
			t.Errorf("%s: %s %s %s", filepath.Base(f), p.Kind, p.Where, p.Message)
		}
		for _, r := range got.Records {
			records++
			if r.Publication.Preprint {
				preprints++
			}
			if r.ID == "pmid:22663011" && (r.Publication.DOI != "10.1056/nejmoa1203421" || len(r.Publication.Authors) != 26 ||
				r.Publication.Authors[25].Collective != "METRIC Study Group") {
				t.Errorf("%+v", r.Publication)
			}
			if r.ID == "pmid:39709208" && len(r.Publication.Related) > 0 {
				errata++
			}
			if r.ID == "pmid:39709208" && len(r.Publication.Related) > 0 && r.Publication.Related[0].PMID != "39293462" {
				t.Errorf("%+v", r.Publication)
			}
		}
	}
	if records < 2000 || preprints < 10 || errata != 1 {
		t.Errorf("%d records, %d preprints, %d errata", records, preprints, errata)
	}
}

func FuzzParse(f *testing.F) {
	body, err := os.ReadFile("testdata/core.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Add([]byte(`[{"resultList":{"result":[{"id":"1","source":"MED","title":{"a":[]}}]}}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := Parse(evidence.Payload{Body: body})
		if err != nil && len(got.Records) > 0 {
			t.Fatal("records and an error")
		}
		for _, r := range got.Records {
			if r.ID == "" || r.ContentHash == "" {
				t.Fatal("a record without id or hash")
			}
			if _, err := json.Marshal(r); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestMarks: the service writes no list where nothing is found, and drops the mark of
// the next page now and then, which is no end of the results.
func TestMarks(t *testing.T) {
	result := `{"id":"1","source":"MED","pmid":"1"}`
	for _, c := range []struct {
		body string
		seen int
		next string
		ok   bool
	}{
		{`{"hitCount":0,"resultList":{}}`, 0, "", true},
		{`{"hitCount":0,"nextCursorMark":"*","resultList":{"result":[]}}`, 0, "", true},
		{`{"hitCount":3,"resultList":{}}`, 0, "", false},
		{`{"resultList":{"result":[]}}`, 0, "", false},
		{`{"hitCount":3,"resultList":{"result":[` + result + `]}}`, 0, "", false},
		{`{"hitCount":3,"nextCursorMark":"AoI+/=","resultList":{"result":[` + result + `]}}`, 0, "AoI+/=", true},
		{`{"hitCount":3,"nextCursorMark":"AoI+/=","resultList":{"result":[` + result + `]}}`, 2, "", true},
		{`{"hitCount":170,"nextCursorMark":"AoI+/=","resultList":{"result":[]}}`, 168, "", true},
	} {
		l, err := readSearch([]byte(c.body), frame.Ask{Seen: c.seen, Mark: "m"})
		if (err == nil) != c.ok || err == nil && l.Next != c.next {
			t.Errorf("%s after %d: next %q, %v", c.body, c.seen, l.Next, err)
		}
	}
	if r := list("x", frame.Ask{Mark: "AoI+/="}); !strings.Contains(r.URL, "cursorMark=AoI%2B%2F%3D") {
		t.Error(r.URL)
	}
}
