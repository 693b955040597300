package crossref

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"past/crawler"
	"past/crawler/answer"
	"past/crawler/sourcetest"
	"past/internal/evidence"
	"past/internal/ident"
	"past/internal/recordedtest"
)

const perPage = 4

func doi(n int) string { return "10.9999/example." + strconv.Itoa(100+n) }

func entry(n, version int) sourcetest.Entry {
	body := fmt.Sprintf(`{"DOI":%q,"type":"journal-article","title":["Study `+
		`%d"],"container-title":["J"],"issued":{"date-parts":[[2021,%d]]},"is-referenced-by-count":%d}`,
		strings.ToUpper(doi(n)), n, version+1, n)
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
	src.Batch = perPage
	sourcetest.Run(t, sourcetest.Subject{Source: src, Entry: entry, PerPage: perPage})
}

func TestParse(t *testing.T) {
	body, err := os.ReadFile("testdata/works.json")
	if err != nil {
		t.Fatal(err)
	}
	got, err := New().Parse(evidence.Payload{Body: body})
	if err != nil || len(got.Records) != 3 || len(got.Problems) != 0 {
		t.Fatalf("%d records, %v, %v", len(got.Records), got.Problems, err)
	}
	want := &evidence.Publication{
		DOI: "10.9999/example.1", Title: "Effect of CO2: A made up trial", Journal: "Example journal", Volume: "12", Issue: "3",
		Pages: "101-109", Published: "2021-07",
		Authors: []evidence.Author{{Family: "Müller", Given: "Änne"}, {Collective: "The Group"}}, Types: []string{"journal-article"},
		Abstract: "Methods: Registered as NCT01234567; p < 0.05.", Language: "en", Retracted: true,
		TrialIDs: []evidence.TrialMention{{ID: "ISRCTN12345678", Where: "databank",
			Pointer: "/message/items/0/clinical-trial-number/0/clinical-trial-number"},
			{ID: "NCT01234567", Where: "abstract", Pointer: "/message/items/0/abstract"}},
		Related: []evidence.RelatedWork{{Type: "RetractionIn", DOI: "10.9999/notice.2", Label: "updated-by retraction", Date: "2022-03-01",
			Note: "retraction-watch"},
			{Type: "ErratumIn", DOI: "10.9999/notice.1", Label: "updated-by correction", Date: "2021-09", Note: "publisher"},
			{Type: "has-preprint", DOI: "10.9999/pre", Label: "relation has-preprint", Note: "subject"}},
	}
	if d := cmp.Diff(want, got.Records[0].Publication); d != "" {
		t.Error(d)
	}
	refs := []evidence.Reference{{DOI: "10.9999/other", Type: "CITED", Citation: "Doe. 1999. On x", Pointer: "/message/items/0/reference/0"},
		{Type: "CITED", Citation: "Roe. On y. 2001.", Pointer: "/message/items/0/reference/1"}}
	if d := cmp.Diff(refs, got.Records[0].References); d != "" {
		t.Error(d)
	}
	notice, pre := got.Records[1].Publication, got.Records[2].Publication
	if notice.Retracted || notice.Related[0].Type != "RetractionOf" || notice.Related[0].DOI != "10.9999/example.1" {
		t.Errorf("a notice is no retracted paper: %+v", notice)
	}
	if !pre.Preprint || pre.Journal != "A server" || pre.Published != "2020" || pre.Related[0].Type != "preprint-of" {
		t.Errorf("%+v", pre)
	}
	moved := strings.NewReplacer(`"is-referenced-by-count": 5`, `"is-referenced-by-count": 6`, `"indexed": {"timestamp": 1}`,
		`"indexed": {"timestamp": 2}`).Replace(string(body))
	if again, _ := New().Parse(evidence.Payload{Body: []byte(moved)}); again.Records[0].ContentHash != got.Records[0].ContentHash {
		t.Error("one more citation looks like a change")
	}
}

// A DOI that Crossref does not know is no fault; one with a comma is asked for
// by itself; the address for the polite pool is sent and not stored.
func TestOddDOIs(t *testing.T) {
	var asked []string
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.RequestURI())
		if strings.HasPrefix(r.URL.Path, "/works/") {
			http.Error(rw, "Resource not found.", http.StatusNotFound)
			return
		}
		fmt.Fprint(rw, `{"status":"ok","message-type":"work-list","message":{"total-results":1,"items":[{"DOI":"10.9999/a","title":["A"]}]}}`)
	}))
	defer srv.Close()
	src := New().Given(known("10.9999/a", "10.9999/b,c", "10.9999/d", "10.5281/zenodo.1"), "me@example.org")
	src.Register.BaseURL = srv.URL
	sink := &sourcetest.MemorySink{}
	c, err := crawler.New(crawler.Options{Sources: []crawler.Source{src}, Contact: "t",
		Wire: crawler.Wire{Transport: http.DefaultTransport}}, sink)
	if err != nil {
		t.Fatal(err)
	}
	if sum, err := c.Run(t.Context()); err != nil || !sum.Sources[0].Complete {
		t.Fatal(err)
	}
	if len(asked) != 3 || !strings.Contains(asked[1], url.PathEscape("10.9999/b,c")) ||
		!strings.Contains(asked[0], "mailto=me%40example.org") {
		t.Errorf("%q", asked)
	}
	for _, p := range sink.Payloads() {
		if strings.Contains(p.URL, "example.org") {
			t.Error(p.URL)
		}
	}
	if qs, err := New().Plan(crawler.QuestionSet{}); err != nil || len(qs) != 0 {
		t.Error("without DOIs there is nothing to ask")
	}
}

func TestFaults(t *testing.T) {
	for name, c := range map[string]struct{ body, kind string }{
		"validation": {`{"status":"failed","message-type":"validation-failure","message":[{"type":"filter-not-available",` +
			`"value":"x","message":"Filter x is not available"}]}`, crawler.KindWrongShape},
		"empty object": {`{}`, crawler.KindWrongShape},
		"a journal":    {`{"status":"ok","message-type":"journal","message":{"ISSN":["1"]}}`, crawler.KindWrongShape},
		"half":         {`{"status":"ok","message":{"items":[{"DOI":"10.99`, crawler.KindHalfJSON},
		"html":         {`<html></html>`, crawler.KindHTML},
	} {
		if _, err := New().Parse(evidence.Payload{Body: []byte(c.body)}); err == nil || answer.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
	got, err := New().Parse(evidence.Payload{Body: []byte(`{"message":{"items":[{"DOI":"x","title":["a"]},{"DOI":"10.9999/a",` +
		`"title":"plain","issued":{"date-parts":[["2020","13"]]},"novelty":{"a":1}}]}}`)})
	if err != nil || len(got.Records) != 1 || len(got.Problems) != 2 || got.Records[0].Publication.Published != "2020" ||
		got.Records[0].Unknown["novelty"] != 1 {
		t.Errorf("%+v %v", got, err)
	}
}

func TestRecorded(t *testing.T) {
	dir := recordedtest.Path(t, "registry", "crossref")
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) < 8 {
		t.Fatalf("%d recorded files, %v", len(files), err)
	}
	records, refs, notices := 0, 0, 0
	check := func(name string, body []byte) {
		got, err := New().Parse(evidence.Payload{Body: body})
		if Recognise(name, body[:min(len(body), 4096)]) != (err == nil) {
			t.Errorf("%s: recognised and read disagree: %v", name, err)
		}
		for _, p := range got.Problems {
			t.Errorf("%s: %s %s %s", name, p.Kind, p.Where, p.Message)
		}
		for _, r := range got.Records {
			records++
			refs += len(r.References)
			notices += len(r.Publication.Related)
		}
	}
	for _, f := range files {
		body, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Ext(f) != ".yml" {
			check(filepath.Base(f), body)
			continue
		}
		for _, b := range cassette(t, body) {
			if strings.Contains(b, `"work`) {
				check(filepath.Base(f), []byte(b))
			}
		}
	}
	if records < 100 || refs < 500 {
		t.Errorf("%d records, %d references, %d notices", records, refs, notices)
	}
}

// cassette gives the bodies of recorded answers.
func cassette(t *testing.T, body []byte) []string {
	t.Helper()
	var c struct {
		Interactions []struct {
			Response struct {
				Body struct{ String string }
			}
		} `yaml:"http_interactions"`
	}
	if err := yaml.Unmarshal(body, &c); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, i := range c.Interactions {
		out = append(out, i.Response.Body.String)
	}
	return slices.DeleteFunc(out, func(s string) bool { return s == "" })
}

func FuzzParse(f *testing.F) {
	body, err := os.ReadFile("testdata/works.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Add([]byte(`{"message":{"DOI":"10.9999/a","relation":[],"update-to":{"a":1},"issued":{"date-parts":[[null]]}}}`))
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
