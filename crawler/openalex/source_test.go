package openalex

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"past/crawler"
	"past/crawler/answer"
	"past/crawler/sourcetest"
	"past/internal/evidence"
	"past/internal/ident"
)

const few = 4

func doi(n int) string { return "10.9999/example." + strconv.Itoa(100+n) }

func entry(n, version int) sourcetest.Entry {
	body := fmt.Sprintf(`{"id":"https://openalex.org/W%d","doi":"https://doi.org/%s","title":"Study %d","type":"article",`+
		`"publication_date":"2021-03-1%d","cited_by_count":%d}`, n, doi(n), n, version, n)
	return sourcetest.Entry{ID: "doi:" + doi(n), Body: []byte(body), Updated: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)}
}

func known(dois ...string) func() ([]string, error) {
	return func() ([]string, error) { return dois, nil }
}

func TestSource(t *testing.T) {
	var dois []string
	for n := range 24 { // one more than there are: the suite adds it later
		dois = append(dois, "https://doi.org/"+strings.ToUpper(doi(n)))
	}
	src := New().Given(known(append(dois, dois[0], "no doi")...), "")
	src.Batch = few
	sourcetest.Run(t, sourcetest.Subject{Source: src, Entry: entry, PerPage: few})
}

func load(t *testing.T) []byte {
	t.Helper()
	body, err := os.ReadFile("testdata/works.json")
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestParse(t *testing.T) {
	body := load(t)
	got, err := New().Parse(evidence.Payload{Body: body})
	if err != nil || len(got.Records) != 2 || len(got.Problems) != 1 || got.Problems[0].Kind != crawler.KindNoID ||
		!Recognise("", body[:200]) {
		t.Fatalf("%d records, %v, %v", len(got.Records), got.Problems, err)
	}
	want := &evidence.Publication{PMID: "34000001", PMCID: "PMC8000001", DOI: "10.9999/example.1",
		Title: "Effect of psilocybin: a made up trial", Journal: "Example journal", Volume: "12", Issue: "3", Pages: "101-109",
		Published: "2021-07-04", Language: "en", Types: []string{"article"},
		Authors:  []evidence.Author{{Family: "Müller", Given: "Änne"}, {Family: "van der Berg", Given: "Jan"}},
		Abstract: "Registered as NCT01234567; p < 0.05.",
		TrialIDs: []evidence.TrialMention{{ID: "NCT01234567", Where: "abstract", Pointer: "/results/0/abstract_inverted_index"}}}
	if d := cmp.Diff(want, got.Records[0].Publication); d != "" {
		t.Error(d)
	}
	if r := got.Records[0]; !slices.Equal(r.MeshTerms, []string{"Psilocybin"}) || len(r.Unknown) > 0 || len(r.Problems) > 0 {
		t.Errorf("%+v", r)
	}
	if p := got.Records[1].Publication; !p.Preprint || p.Published != "2020" || p.Journal != "A server" || p.Abstract != "" {
		t.Errorf("%+v", p)
	}
	hash := func(old, new string) string {
		moved, err := New().Parse(evidence.Payload{Body: []byte(strings.Replace(string(body), old, new, 1))})
		if err != nil || len(moved.Records) == 0 {
			t.Fatal(err)
		}
		return moved.Records[0].ContentHash
	}
	for _, c := range [][2]string{{`"cited_by_count":5`, `"cited_by_count":6`}, {`2026-05-01T`, `2026-06-01T`}, {`"score":0.9`, `"score":0.8`},
		{`"id":"https://openalex.org/A1"`, `"id":"https://openalex.org/A9"`}} {
		if hash(c[0], c[1]) != got.Records[0].ContentHash {
			t.Errorf("%s for %s looks like a change", c[1], c[0])
		}
	}
	for _, c := range [][2]string{{"made up", "real"}, {`"NCT01234567;"`, `"NCT01234568;"`}, {`"is_retracted":true`, `"is_retracted":false`},
		{`"raw_author_name":"Änne Müller"`, `"raw_author_name":"A. Müller"`}} {
		if hash(c[0], c[1]) == got.Records[0].ContentHash {
			t.Errorf("%s for %s looks like no change", c[1], c[0])
		}
	}
}

// TestAbstract: an index that has no order gives no text and says so.
func TestAbstract(t *testing.T) {
	for in, want := range map[string]string{`{"b":[1],"a":[0,2]}`: "a b a", `null`: "", `{}`: "", `{"a":[1]}`: "!", `{"a":[0],"b":[0]}`: "!",
		`{"a":[-1]}`: "!", `{"a":[9999999999]}`: "!", `{"a":["x"]}`: "!", `["a"]`: "!", `{"a":[0],"b":[2]}`: "!"} {
		n, _, err := answer.Document(evidence.Payload{Body: []byte(`{"i":` + in + `}`)})
		if err != nil {
			t.Fatal(err)
		}
		text, ok := abstract(n.Get("i"))
		if !ok {
			text = "!"
		}
		if text != want {
			t.Errorf("%s: %q, want %q", in, text, want)
		}
	}
}

// TestQuestions: a DOI that the service does not know is no fault, one with signs
// of the filter is asked for by itself, two works with one DOI are one record.
func TestQuestions(t *testing.T) {
	var asked []string
	answers := "10.9999/d"
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.RequestURI())
		if strings.HasPrefix(r.URL.Path, "/works/") {
			http.Error(rw, `{"error":"Not Found"}`, http.StatusNotFound)
			return
		}
		fmt.Fprint(rw, `{"meta":{"count":2,"db_response_time_ms":1},"results":[{"id":"https://openalex.org/W1",`+
			`"doi":"https://doi.org/`+answers+`",`+
			`"title":"A"},{"id":"https://openalex.org/W2","doi":"https://doi.org/`+strings.ToUpper(answers)+`","title":"A again"}]}`)
	}))
	defer srv.Close()
	src := New().Given(known("10.9999/a", "10.9999/b,c", "10.9999/d", "10.9999/e(1)"), "me@example.org")
	src.Register.BaseURL = srv.URL
	sink := &sourcetest.MemorySink{}
	c, err := crawler.New(crawler.Options{Sources: []crawler.Source{src}, Contact: "t",
		All: true, Wire: crawler.Wire{Transport: http.DefaultTransport, Base: time.Millisecond}}, sink)
	if err != nil {
		t.Fatal(err)
	}
	if sum, err := c.Run(context.Background()); err != nil || !sum.Sources[0].Complete || sum.Sources[0].New != 1 {
		t.Fatalf("%+v, %v", sum, err)
	}
	answers = "10.9999/another"
	if sum, err := c.Run(context.Background()); err == nil || sum.Sources[0].Complete {
		t.Errorf("works that were not asked for: %+v, %v", sum, err)
	}
	asked = asked[:3]
	if !strings.HasPrefix(asked[1], "/works/doi:10.9999/b,c?mailto=") ||
		!strings.HasPrefix(asked[2], "/works?filter=doi%3A10.9999%2Fd%7C10.9999%2Fe%281%29&per_page=100&mailto=me%40example.org") {
		t.Errorf("%q", asked)
	}
}

func TestFaults(t *testing.T) {
	for name, c := range map[string]struct{ body, kind string }{
		"error":     {`{"error":"Invalid query parameters error.","message":"doi is no filter"}`, crawler.KindWrongShape},
		"empty":     {`{}`, crawler.KindWrongShape},
		"an author": {`{"id":"https://openalex.org/A5023888391","display_name":"X"}`, crawler.KindWrongShape},
		"half":      {`{"meta":{},"results":[{"id":"https://openal`, crawler.KindHalfJSON},
		"html":      {`<html></html>`, crawler.KindHTML},
	} {
		if _, err := New().Parse(evidence.Payload{Body: []byte(c.body)}); err == nil || answer.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestHostile feeds Parse what no register should send.
func TestHostile(t *testing.T) { sourcetest.Hostile(t, New().Parse, load(t)) }

func FuzzParse(f *testing.F) {
	body, err := os.ReadFile("testdata/works.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := New().Parse(evidence.Payload{Body: body})
		if err != nil && len(got.Records) > 0 {
			t.Fatal("records and an error")
		}
		for _, r := range got.Records {
			if d, ok := ident.DOI(r.ID); !ok || "doi:"+d != r.ID || r.ContentHash == "" {
				t.Fatal(r.ID)
			}
			if _, err := json.Marshal(r); err != nil {
				t.Fatal(err)
			}
		}
	})
}
