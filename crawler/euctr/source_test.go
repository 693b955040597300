package euctr

import (
	"fmt"
	"os"
	"path/filepath"
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
	"past/internal/recordedtest"
)

func entry(n, version int) sourcetest.Entry {
	num := fmt.Sprintf("2015-0001%02d-33", n)
	return sourcetest.Entry{ID: num + "-DE", Words: "psilocybin", Updated: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC),
		Body: []byte(fmt.Sprintf("Summary\r\nEudraCT Number: %s\r\nNational Competent Authority: Germany - BfArM\r\nTrial Status: "+
			"Ongoing\r\nLink: https://www.clinicaltrialsregister.eu/ctr-search/trial/%s/DE/\r\n\r\nA. Protocol Information\r\nA.2 "+
			"EudraCT number: %s\r\nA.3 Full title of the trial: Psilocybin trial %d%s\r\n\r\nF. Population of Trial Subjects\r\nF.4.2.2 In the "+
			"whole clinical trial: %d\r\n\r\nP. End of Trial\r\nP. End of Trial Status: Ongoing\r\n\r\n",
			num, num, num, n, strings.Repeat(", again", n), 20+version))}
}

func TestSource(t *testing.T) {
	sourcetest.Run(t, sourcetest.Subject{Source: New(), Entry: entry, PerPage: pageSize, Probe: "query=&page=1",
		Question: crawler.QuestionSet{Substances: []crawler.Concept{{ID: "psilocybin", Terms: []string{"psilocybin"}}}}})
}

func TestProtocol(t *testing.T) {
	body, err := os.ReadFile("testdata/protocols.txt")
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse(evidence.Payload{Body: body})
	if err != nil || len(got.Records) != 2 {
		t.Fatal(got, err)
	}
	var kinds []string
	for _, p := range got.Problems {
		kinds = append(kinds, p.Kind)
	}
	if want := []string{crawler.KindBadValue, crawler.KindNoID, crawler.KindDrift}; !slices.Equal(kinds, want) {
		t.Errorf("%v", got.Problems)
	}
	r := got.Records[0]
	n := 60
	lineOf := func(s string) string {
		return "line=" + strconv.Itoa(strings.Count(string(body[:strings.Index(string(body), s)]), "\n")+1)
	}
	want := evidence.Record{ID: "2015-004526-33-DE", Source: SourceName, Kind: evidence.KindTrial, ContentHash: r.ContentHash, Prov: r.Prov,
		StudyType: "INTERVENTIONAL",
		URL:       "https://www.clinicaltrialsregister.eu/ctr-search/trial/2015-004526-33/DE",
		Title:     "Laientitel", OfficialTitle: "A randomised trial of psilocybin in low mood: part one", Summary: "To see",
		Status: evidence.StatusTerminated, StatusRaw: "Prematurely Ended", FirstPosted: evidence.DateStruct{Raw: "2016-02-03"},
		Completion: evidence.DateStruct{Raw: "2018-05-06", Type: "ACTUAL"},
		SecondaryIDs: []evidence.ID{{Value: "2015-004526-33", Type: "EUDRACT_NUMBER"}, {Value: "EXA-1", Type: "PROTOCOL"},
			{Value: "12345678", Type: "ISRCTN"}, {Value: "NCT01234567", Type: "NCT"}},
		Phases: []string{"PHASE2"}, Allocation: "RANDOMIZED", Masking: "DOUBLE", InterventionModel: "PARALLEL", Enrollment: &n,
		EnrollmentType: "ESTIMATED", Sex: "ALL",
		Eligibility: "Inclusion criteria:\n1. Adults\nE. coli: none\nA. Both of\nExclusion criteria:\nnone", Conditions: []string{"Depression"},
		Keywords: []string{"Psychiatry [F03]", "Major depression"},
		Interventions: []evidence.Intervention{{Type: "DRUG", Name: "PEX010", OtherNames: []string{"Psilocybin"}, Description: "Test"},
			{Type: "DRUG", Name: "Niacin", OtherNames: []string{}, Description: "Comparator"},
			{Type: "DRUG", Name: "Placebo", Description: "Placebo"}},
		Planned: []evidence.PlannedOutcome{{Type: "primary", Measure: "MADRS: change\nover time", TimeFrame: "6 weeks",
			Pointer: lineOf("E.5.1 Primary")}, {Type: "secondary", Measure: "Schlaf", Pointer: lineOf("E.5.2 Secondary")}},
		Sponsor:       evidence.Organisation{Name: "A university", Class: "NON-COMMERCIAL"},
		Collaborators: []evidence.Organisation{{Name: "A fund", Class: "FUNDER"}}, Countries: []string{"Germany"},
		Unknown: map[string]int{"E.9.9 Novel field": 1},
	}
	if d := cmp.Diff(want, r); d != "" {
		t.Error(d)
	}
	if r.Prov.Pointer != "line=3" {
		t.Error(r.Prov)
	}
	third := got.Records[1]
	if third.ID != "2015-004526-33-3RD" || third.Enrollment != nil || len(third.Problems) != 1 || third.Status != evidence.StatusUnknown {
		t.Errorf("%+v", third)
	}
}

func TestFaults(t *testing.T) {
	for body, kind := range map[string]string{"": crawler.KindEmpty, "<html>": crawler.KindHTML, "{}": crawler.KindWrongShape,
		`<result xmlns="http://eudract.ema.europa.eu/schema/clinical_trial_result">`:                        answer.KindHalfXML,
		`<result xmlns="http://eudract.ema.europa.eu/schema/clinical_trial_result"/>`:                       crawler.KindNoID,
		`<adverseEvents xmlns="http://eudract.ema.europa.eu/schema/clinical_trial_result/adverse_events"/>`: crawler.KindWrongShape} {
		if _, err := Parse(evidence.Payload{Body: []byte(body)}); err == nil || answer.KindOf(err) != kind {
			t.Errorf("%q: %v", body, err)
		}
	}
	for body, want := range map[string]int{"Trials with a EudraCT protocol (1,234)": 1234, "<b>Trials with a EudraCT protocol</b> ( 7 )": 7,
		"<p>0 result(s) found for: x</p>": 0} {
		if n, err := readCount([]byte(body)); err != nil || n != want {
			t.Errorf("%q: %d %v", body, n, err)
		}
	}
	if _, err := readCount([]byte("<html>maintenance</html>")); err == nil {
		t.Error("a page without a count is none")
	}
}

func TestRecorded(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(recordedtest.Path(t, "registry", "euctr"), "*"))
	if err != nil || len(files) < 20 {
		t.Fatalf("%d recorded files, %v", len(files), err)
	}
	for _, f := range files {
		body, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Parse(evidence.Payload{Body: body})
		if filepath.Ext(f) != ".txt" || !strings.Contains(f, "protocol") && !strings.Contains(f, "trials_euctr") {
			if err == nil { // pages, headers, and what another tool made of results
				t.Errorf("%s: %d records", filepath.Base(f), len(got.Records))
			}
			continue
		}
		if !Recognise(f, body[:min(len(body), 4096)]) || err != nil {
			t.Fatal(f, err)
		}
		trials := map[string]bool{}
		for _, r := range got.Records {
			trials[r.ID[:14]] = true
			if r.Title == "" || len(r.Planned) != 2 || len(r.Conditions) == 0 || r.Sponsor.Name == "" || len(r.Interventions) == 0 ||
				r.Sex == "" || len(r.Phases) == 0 || r.Eligibility == "" || r.FirstPosted.Raw == "" || len(r.Countries) != 1 {
				t.Errorf("%s lacks something: title %q, %d outcomes, %q, sponsor %q, %d interventions, %q, %q, %q, %q", r.ID, r.Title, len(r.Planned),
					r.Conditions, r.Sponsor.Name, len(r.Interventions), r.Sex, r.Phases, r.FirstPosted.Raw, r.Countries)
			}
			for _, p := range r.Problems {
				t.Errorf("%s: %v", r.ID, p)
			}
			if r.ID == "2022-002568-62-ES" && (*r.Enrollment != 15 || r.Masking != "NONE" || r.Allocation != "NON_RANDOMIZED" ||
				r.Planned[0].TimeFrame != "26 weeks and 5 years" || !strings.HasSuffix(r.Planned[0].Measure, "structural changes,") &&
				strings.Contains(r.Planned[0].Measure, "Número")) {
				t.Errorf("%+v", r.Planned)
			}
		}
		// Two protocols stand twice in the file.
		if len(got.Records) != strings.Count(string(body), "\nEudraCT Number:")-2 || len(trials) != 2 {
			t.Errorf("%d records of %d protocols, %d trials", len(got.Records), strings.Count(string(body), "\nEudraCT Number:"), len(trials))
		}
		for _, p := range got.Problems {
			if p.Kind != crawler.KindDuplicate {
				t.Errorf("%s %s %s", p.Kind, p.Where, p.Message)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	body, err := os.ReadFile("testdata/protocols.txt")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := Parse(evidence.Payload{Body: body})
		if err != nil && len(got.Records) > 0 {
			t.Fatal("records and an error")
		}
		for _, r := range got.Records {
			if _, ok := CanonicalID(r.ID); !ok || r.ContentHash == "" {
				t.Fatal(r.ID)
			}
		}
	})
}
