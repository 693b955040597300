package metapsy

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"past/crawler"
	"past/crawler/answer"
	"past/crawler/sourcetest"
	"past/internal/evidence"
	"past/internal/recordedtest"
)

func fixture(t testing.TB) []byte {
	t.Helper()
	body, err := os.ReadFile("testdata/data.csv")
	if err != nil {
		t.Fatal(err)
	}
	return body
}

var release = Release{Name: "data-x", Tag: "25.0.1", Licence: "ODC-By-1.0",
	URL: "https://example.org/data-x/master/versions/25.0.1/data.csv"}

func TestParse(t *testing.T) {
	got, err := Parse(evidence.Payload{Body: fixture(t), URL: release.address("")})
	if err != nil || len(got.Records) != 1 || len(got.Problems) != 1 || got.Problems[0].Where != "row=4" {
		t.Fatal(got, err)
	}
	r := got.Records[0]
	if r.ID != "data-x@25.0.1" || r.Kind != evidence.KindDataset || r.Version != "25.0.1" || r.Summary != "3 comparisons of 2 studies" ||
		len(r.References) != 2 || r.References[0].DOI != "10.9999/example.1" ||
		len(r.SecondaryIDs) != 1 || r.Documents[1].Label != "ODC-By-1.0" || r.URL != release.URL {
		t.Errorf("%+v", r)
	}
	file, err := Parse(evidence.Payload{Body: fixture(t), URL: "file:data.csv"})
	if err != nil || !strings.HasPrefix(file.Records[0].ID, "data@") || file.Records[0].ContentHash != r.ContentHash ||
		file.Records[0].URL != "" {
		t.Errorf("%+v %v", file, err)
	}
}

func TestRows(t *testing.T) {
	tab, err := read(fixture(t))
	if err != nil || len(tab.Rows) != 3 || tab.Style != evidence.StyleDecimalComma {
		t.Fatal(tab, err)
	}
	// Nothing is lost: every cell can be had as it is.
	lines := strings.Split(string(fixture(t)), "\r\n")
	for i, row := range tab.Rows {
		var cells []string
		for _, h := range tab.Header {
			cells = append(cells, row.cells[h])
		}
		if strings.Join(cells, ";") != lines[i+1] {
			t.Errorf("row %d: %q", i+1, cells)
		}
	}
}

// TestIdentity: the files of releases are all called data.csv. Two of them are
// two datasets unless folders or tags say otherwise.
func TestIdentity(t *testing.T) {
	one := fixture(t)
	two := bytes.Replace(one, []byte("Roe"), []byte("Poe"), 1)
	id := func(addr string, body []byte) string {
		t.Helper()
		got, err := Parse(evidence.Payload{URL: addr, Body: body})
		if err != nil {
			t.Fatal(err)
		}
		return got.Records[0].ID
	}
	if a, b := id("file:data.csv", one), id("file:data.csv", two); a == b {
		t.Errorf("two tables are one dataset, %s", a)
	}
	for addr, want := range map[string]bool{"file:data.csv": true, "file:data-x/data.csv": false,
		"file:data-x/versions/1.2/other.csv": false} {
		if got := id(addr, one) == id("file:data.csv", bytes.ReplaceAll(one, []byte("\r\n"), []byte("\n"))); got != want {
			t.Errorf("%s: the same table again is the same dataset: %v, want %v", addr, got, want)
		}
		if id(addr, one) == id(addr, two) {
			t.Errorf("%s: two tables are one dataset", addr)
		}
	}
	if a := id("file:data-x/versions/1.2/data.csv", one); a != "data-x@1.2" ||
		a != id("https://example.org/data-x/master/versions/1.2/data.csv#name=data-x&tag=1.2", one) {
		t.Errorf("a file in the project's own folders is %s", a)
	}
	if _, err := New(Release{Name: "a", URL: "https://example.org/1/data.csv"}, Release{Name: "a",
		URL: "https://example.org/2/data.csv"}).Plan(crawler.QuestionSet{}); err == nil {
		t.Error("two releases of one name and tag at two addresses are planned")
	}
	if _, err := New(Release{Name: "a", Tag: "1", URL: "https://example.org/1/data.csv"},
		Release{Name: "a", Tag: "2", URL: "https://example.org/2/data.csv"}).Plan(crawler.QuestionSet{}); err != nil {
		t.Error(err)
	}
}

func TestOddTables(t *testing.T) {
	for body, kind := range map[string]string{"": crawler.KindEmpty, "<html>": crawler.KindHTML, "a;b\n1;2\n": crawler.KindWrongShape,
		"study;study;condition_arm1;condition_arm2;outcome_type;instrument;n_arm1\n": crawler.KindWrongShape} {
		if _, err := Parse(evidence.Payload{Body: []byte(body)}); err == nil || answer.KindOf(err) != kind {
			t.Errorf("%q: %v", body, err)
		}
	}
	mixed := bytes.Replace(fixture(t), []byte("6,1;2,2"), []byte("6.1;2,2"), 1)
	tab, err := read(mixed)
	if err != nil || len(tab.Problems) != 2 {
		t.Errorf("a table with commas and points is not told: %v %v", tab.Problems, err)
	}
	points, err := read([]byte(strings.NewReplacer(";", "\t", ",", ".").Replace(string(fixture(t)))))
	if err != nil || points.Style != evidence.StyleRegister {
		t.Errorf("%v %v", points.Style, err)
	}
}

// Releases are fetched once, again only when they changed, and a missing one is
// reported while the others go on.
func TestFetch(t *testing.T) {
	body, sent := fixture(t), 0
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Fragment != "" || strings.Contains(r.RequestURI, "#") {
			t.Errorf("%s was sent", r.RequestURI)
		}
		switch {
		case strings.Contains(r.URL.Path, "missing"):
			http.NotFound(rw, r)
		case r.Header.Get("If-None-Match") == fmt.Sprintf("%q", answer.Sum(body)[:8]):
			rw.WriteHeader(http.StatusNotModified)
		default:
			sent++
			rw.Header().Set("ETag", fmt.Sprintf("%q", answer.Sum(body)[:8]))
			rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
			_, _ = rw.Write(body)
		}
	}))
	defer srv.Close()
	sink := &sourcetest.MemorySink{}
	crawl := func(rs ...Release) (crawler.SourceSummary, error) {
		c, err := crawler.New(crawler.Options{Sources: []crawler.Source{New(rs...)}, Endpoints: map[string]string{SourceName: srv.URL},
			Contact: "t", All: true, Wire: crawler.Wire{Base: time.Millisecond}}, sink)
		if err != nil {
			t.Fatal(err)
		}
		sum, err := c.Run(t.Context())
		return sum.Sources[0], err
	}
	if sum, err := crawl(release); err != nil || sum.New != 1 || sent != 1 {
		t.Fatalf("%+v %v", sum, err)
	}
	if sum, err := crawl(release); err != nil || sum.New+sum.Changed != 0 || sent != 1 {
		t.Errorf("%+v %v, sent %d times", sum, err, sent)
	}
	body = bytes.Replace(body, []byte("6,330"), []byte("6,340"), 1)
	if sum, err := crawl(release); err != nil || sum.Changed != 1 || sent != 2 {
		t.Errorf("%+v %v", sum, err)
	}
	gone := release
	gone.Name, gone.URL = "missing", "https://example.org/missing/data.csv"
	sum, err := crawl(gone, release)
	if err == nil || sum.Complete || len(sum.Queries) != 2 || sum.Queries[0].Error == "" || !sum.Queries[1].Done {
		t.Errorf("%+v %v", sum, err)
	}
	r, _ := sink.Record(SourceName, "data-x@25.0.1")
	if r.Version != "25.0.1" || r.Documents[1].Label != "ODC-By-1.0" {
		t.Errorf("%+v", r)
	}
}

func TestRecorded(t *testing.T) {
	dir := recordedtest.Path(t, "effects", "metapsy")
	files, err := filepath.Glob(filepath.Join(dir, "*", "data.csv"))
	if err != nil || len(files) != 2 {
		t.Fatal(files, err)
	}
	older, _ := filepath.Glob(filepath.Join(dir, "*", "versions", "*", "data.csv"))
	for _, f := range append(files, older...) {
		body, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if !Recognise(f, body[:min(len(body), 4096)]) {
			t.Errorf("%s is not recognised", f)
		}
		got, err := Parse(evidence.Payload{Body: body, URL: f})
		if err != nil || len(got.Problems) != 0 || len(got.Records[0].Unknown) != 0 || !strings.HasPrefix(got.Records[0].ID, "data-") ||
			len(got.Records[0].References) < 5 {
			t.Errorf("%s: %v %+v", f, err, got)
		}
		tab, err := read(body)
		if err != nil || len(tab.Rows) < 20 {
			t.Errorf("%s: %d rows", f, len(tab.Rows))
		}
		bad, numbers := 0, 0
		for _, r := range tab.Rows {
			for h, c := range r.cells {
				if !numeric.MatchString(h) {
					continue
				}
				if n := evidence.ParseNumber(c, tab.Style); n.OK {
					numbers++
				} else if !n.Missing {
					bad++
				}
			}
		}
		if bad > 0 || numbers < 100 {
			t.Errorf("%s: %d numbers, %d that cannot be read", f, numbers, bad)
		}
	}
}

func FuzzRows(f *testing.F) {
	f.Add(fixture(f))
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := Parse(evidence.Payload{Body: body})
		_, terr := read(body)
		if (err == nil) != (terr == nil) || err != nil && len(got.Records) > 0 {
			t.Fatal(err, terr)
		}
	})
}
