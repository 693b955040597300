package ictrp

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"past/crawler"
	"past/internal/evidence"
)

func parseFile(t *testing.T, name string) crawler.Parsed {
	t.Helper()
	body, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !Recognise(name, body[:min(len(body), 4096)]) {
		t.Errorf("%s is not recognised", name)
	}
	got, err := Parse(evidence.Payload{Body: body})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestXML(t *testing.T) {
	got := parseFile(t, "testdata/export.xml")
	if len(got.Records) != 2 || len(got.Problems) != 2 {
		t.Fatalf("%d records, %v", len(got.Records), got.Problems)
	}
	n := 98
	at := "/Trials_downloaded_from_ICTRP/Trial[1]"
	r := got.Records[0]
	want := evidence.Record{ID: "2015-004526-33-GB", Source: SourceName, Kind: evidence.KindTrial, ContentHash: r.ContentHash, Prov: r.Prov,
		URL:   "https://www.clinicaltrialsregister.eu/ctr-search/search?query=eudract_number:2015-004526-33",
		Title: "Psilocybin & mood", OfficialTitle: "A trial\nof psilocybin", Status: evidence.StatusUnknown, StatusRaw: "Authorised",
		Start: evidence.DateStruct{Raw: "2016-12-31"}, FirstPosted: evidence.DateStruct{Raw: "2016-02-03"},
		LastUpdatePosted: evidence.DateStruct{Raw: "2026-02-05"},
		StudyType:        "INTERVENTIONAL CLINICAL TRIAL OF MEDICINAL PRODUCT", Allocation: "RANDOMIZED",
		InterventionModel: "Controlled: yes Randomised: yes",
		Phases:            []string{"Human pharmacology (Phase I): no; Therapeutic exploratory (Phase II): yes"},
		Enrollment:        &n, EnrollmentType: "ESTIMATED", Countries: []string{"United Kingdom", "Germany"},
		Conditions:    []string{"Depression", "MedDRA version: 18.0"},
		Interventions: []evidence.Intervention{{Name: "Trade Name: x"}, {Name: "Product Name: psilocybin"}},
		Planned: []evidence.PlannedOutcome{{Type: "primary", Measure: "Main outcome: MADRS", Pointer: at + "/primary_outcome"},
			{Type: "primary", Measure: "Time frame: 6 weeks", Pointer: at + "/primary_outcome"}},
		SecondaryIDs: []evidence.ID{{Value: "NCT01234567", Type: "SECONDARY"}, {Value: "Nil", Type: "SECONDARY"},
			{Value: "EUCTR2015-004526-33-GB", Type: "REGISTER", Domain: "EU Clinical Trials Register"}},
		Sponsor: evidence.Organisation{Name: "A university"}, Documents: []evidence.Document{{Type: "results", Label: "results",
			URL: "https://example.org/r"}},
	}
	if d := cmp.Diff(want, r); d != "" {
		t.Error(d)
	}
	o := got.Records[1]
	if o.Start.Raw != "01/02/2016" || o.Enrollment != nil || len(o.Problems) != 2 || o.Unknown["Novelty"] != 1 ||
		o.Status != evidence.StatusCompleted {
		t.Errorf("a date and a size that can be read in two ways: %+v", o)
	}
}

func TestCSV(t *testing.T) {
	got := parseFile(t, "testdata/export.csv")
	if len(got.Records) != 2 || len(got.Problems) != 2 {
		t.Fatalf("%d records, %v", len(got.Records), got.Problems)
	}
	a, b := got.Records[0], got.Records[1]
	if a.ID != "UMIN000012345" || a.Title != "A title, with comma" || a.Start.Raw != "2013-10-01" || *a.Enrollment != 60 ||
		a.Prov.Pointer != "row=1" || a.Status != evidence.StatusRecruiting {
		t.Errorf("%+v", a)
	}
	if b.ID != "NCT00000002" || b.Title != "two\nlines\nthree" || b.FirstPosted.Raw != "2013-11-20" || b.Start.Raw != "2013-10" ||
		b.Enrollment != nil || b.Status != evidence.StatusUnknown {
		t.Errorf("%+v", b)
	}
}

// The day of the export is no change of a trial.
func TestContentHash(t *testing.T) {
	body, _ := os.ReadFile("testdata/export.xml")
	a, _ := Parse(evidence.Payload{Body: body})
	b, _ := Parse(evidence.Payload{Body: bytes.Replace(body, []byte("11/22/2026"), []byte("11/23/2026"), 1)})
	c, _ := Parse(evidence.Payload{Body: bytes.Replace(body, []byte("A:49"), []byte("A:50"), 1)})
	if a.Records[0].ContentHash != b.Records[0].ContentHash || a.Records[0].ContentHash == c.Records[0].ContentHash {
		t.Error("the hash follows the wrong fields")
	}
}

func TestDates(t *testing.T) {
	for in, want := range map[string]string{"2015-10-01": "2015-10-01", "2015-10": "2015-10", "20151001": "2015-10-01",
		"31/10/2015": "2015-10-31", "10/31/2015": "2015-10-31", "02/02/2015": "2015-02-02",
		"01/10/2015": "", "1 October 2015": "2015-10-01", "October 1, 2015": "2015-10-01", "Oct 2015": "2015-10", "31/02/2015": "",
		"20151301": "", "soon": "", "2015-10-01T10:00:00Z": "2015-10-01"} {
		if got, why := isoDate(in); got != want || (got == "") != (why != "") {
			t.Errorf("%q: %q %q", in, got, why)
		}
	}
}

func TestOddFiles(t *testing.T) {
	for name, body := range map[string]string{"empty": "", "other table": "a,b\n1,2\n", "html": "<html></html>", "other xml": "<a/>",
		"json": "{}"} {
		if Recognise(name, []byte(body)) {
			t.Errorf("%s is recognised", name)
		}
		if got, err := Parse(evidence.Payload{Body: []byte(body)}); err == nil || len(got.Records) > 0 {
			t.Errorf("%s: %v", name, got)
		}
	}
	latin := "TrialID;Public_title;Source_Register;Recruitment_Status\nNCT00000001;caf\xe9;x;Recruiting\n"
	got, err := Parse(evidence.Payload{Body: []byte(latin)})
	if err != nil || got.Records[0].Title != "café" || len(got.Problems) != 1 || got.Problems[0].Kind != crawler.KindBadUTF8 {
		t.Errorf("%+v %v", got, err)
	}
}

// The platform is never asked.
func TestNeverCrawled(t *testing.T) {
	q := crawler.QuestionSet{Substances: []crawler.Concept{{ID: "m", Terms: []string{"MDMA", "ecstasy"}}},
		Conditions: []crawler.Concept{{ID: "p", Terms: []string{"PTSD"}}}}
	qs, err := New().Plan(q)
	if err != nil || len(qs) != 1 || qs[0].Text != "Intervention: (MDMA OR ecstasy) | Condition: PTSD" {
		t.Fatal(qs, err)
	}
	if _, err := New().Page(t.Context(), nil, qs[0], ""); !errors.Is(err, crawler.ErrPermanent) ||
		!strings.Contains(err.Error(), "past import") {
		t.Error(err)
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"testdata/export.xml", "testdata/export.csv"} {
		body, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		Recognise("x", body)
		got, err := Parse(evidence.Payload{Body: body})
		if err != nil && len(got.Records) > 0 {
			t.Fatal("records and an error")
		}
		for _, r := range got.Records {
			if r.ID == "" || r.ContentHash == "" || r.Enrollment != nil && *r.Enrollment <= 0 {
				t.Fatalf("%+v", r)
			}
		}
	})
}
