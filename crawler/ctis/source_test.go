package ctis

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
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
	id := fmt.Sprintf("2024-5001%02d-10-00", n)
	return sourcetest.Entry{ID: id, Words: "psilocybin", Updated: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC),
		Body: []byte(fmt.Sprintf(`{"ctNumber":%q,"ctStatus":"Authorised","ctPublicStatusCode":%d,`+
			`"authorizedApplication":{"authorizedPartI":{"trialDetails":{"clinicalTrialIdentifiers":{"publicTitle":"Psilocybin `+
			`%d"}}}},"results":{}}`, id, 4+version, n))}
}

func question() crawler.QuestionSet {
	return crawler.QuestionSet{Substances: []crawler.Concept{{ID: "psilocybin", Terms: []string{"psilocybin", "Psilocybin"}}},
		Conditions: []crawler.Concept{{ID: "x", Terms: []string{"depression"}}}}
}

func TestSource(t *testing.T) {
	src := New()
	src.Size = perPage
	sourcetest.Run(t, sourcetest.Subject{Source: src, Question: question(), Entry: entry, Probe: "rss/updates",
		PerPage: perPage})
}

func TestPlan(t *testing.T) {
	q := question()
	qs, err := New().Plan(q)
	if err != nil || len(qs) != 1 || qs[0].Text != "Contain all of these terms: psilocybin" || qs[0].Method != "POST" {
		t.Fatal(qs, err)
	}
	if want := `{"pagination":{"page":1,"size":100},"searchCriteria":{"containAll":"psilocybin"},"sort":{"direction":"ASC",` +
		`"property":"decisionDate"}}`; string(qs[0].Body) != want {
		t.Errorf("%s", qs[0].Body)
	}
	q.Substances = nil
	if qs, _ = New().Plan(q); qs[0].Text != "Medical condition: depression" {
		t.Error(qs)
	}
}

func TestTrial(t *testing.T) {
	body, err := os.ReadFile("testdata/trial.json")
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse(evidence.Payload{Body: body})
	if err != nil || len(got.Records) != 1 || len(got.Problems) != 0 {
		t.Fatal(got.Problems, err)
	}
	r := got.Records[0]
	n := 100
	part := "/authorizedApplication/authorizedPartI/trialDetails/"
	want := evidence.Record{ID: "2024-500123-10-00", Source: SourceName, Kind: evidence.KindTrial, ContentHash: r.ContentHash, Prov: r.Prov,
		URL:   "https://euclinicaltrials.eu/ctis-public/view/2024-500123-10-00",
		Title: "Psilocybin for low mood", OfficialTitle: "A trial of psilocybin", Acronym: "EXA", Summary: "To see", StudyType: "INTERVENTIONAL",
		SecondaryIDs: []evidence.ID{{Value: "NCT01234567", Type: "NCT"}, {Value: "12345678", Type: "ISRCTN"},
			{Value: "DRKS00012345", Type: "REGISTRY", Domain: "DRKS"}, {Value: "2019-003842-34", Type: "EUDRACT_NUMBER"}},
		Status: evidence.StatusActive, StatusRaw: "Ongoing, recruitment ended",
		Start: evidence.DateStruct{Raw: "2025-04-28", Type: "ACTUAL"}, Completion: evidence.DateStruct{Raw: "2027-01-31", Type: "ESTIMATED"},
		FirstSubmitted: evidence.DateStruct{Raw: "2024-09-05"}, LastUpdatePosted: evidence.DateStruct{Raw: "2026-01-20"},
		Phases: []string{"PHASE2"}, Allocation: "RANDOMIZED", Masking: "CTIS blinding code 2", Enrollment: &n, EnrollmentType: "ESTIMATED",
		Sex:         "ALL",
		Eligibility: "Inclusion criteria:\n* Adults\nExclusion criteria:\n* Age < 18", Conditions: []string{"Depression"},
		Keywords: []string{"Psychiatry [F03]"},
		Arms: []evidence.Arm{{Label: "25 mg", Description: "once", Pointer: part +
			"protocolInformation/studyDesign/periodDetails/0/armDetails/0"}, {Label: "placebo", Pointer: part +
			"protocolInformation/studyDesign/periodDetails/0/armDetails/1"}},
		Interventions: []evidence.Intervention{{Type: "DRUG", Name: "PEX010", Description: "Test", OtherNames: []string{"psilocybin"}},
			{Type: "DRUG", Name: "Placebo capsule", Description: "Placebo", OtherNames: []string{"N/A"}}},
		Planned: []evidence.PlannedOutcome{{Type: "primary", Measure: "MADRS at week 6", Pointer: part +
			"trialInformation/endPoint/primaryEndPoints/0"}, {Type: "secondary", Measure: "Sleep", Pointer: part +
			"trialInformation/endPoint/secondaryEndPoints/0"}},
		Sponsor:       evidence.Organisation{Name: "A university", Class: "Educational Institution"},
		Collaborators: []evidence.Organisation{{Name: "A partner", Class: "Industry"}, {Name: "A fund", Class: "FUNDER"}},
		Sites:         []evidence.Site{{Facility: "A clinic", City: "Gent", Zip: "9000", Country: "Belgium"}},
		Countries:     []string{"Belgium", "Germany", "Brazil"},
		Documents: []evidence.Document{{Type: "Protocol (for publication)", Label: "Protocol", Filename: "u-2", URL: baseURL +
			"/documents/2024-500123-10-00/u-2/download"},
			{Type: "summary of results", Label: "Summary", Filename: "u-1", URL: baseURL + "/documents/2024-500123-10-00/u-1/download"}},
	}
	if d := cmp.Diff(want, r); d != "" {
		t.Error(d)
	}
	// One member state without a number: the sum would be too small.
	part2, _ := Parse(evidence.Payload{Body: []byte(strings.Replace(string(body), `{"recruitmentSubjectCount": 41}`, `{}`, 1))})
	if part2.Records[0].Enrollment != nil {
		t.Errorf("%d", *part2.Records[0].Enrollment)
	}
}

func TestStatus(t *testing.T) {
	for body, want := range map[string]evidence.Status{
		`{"ctNumber":"2024-500123-10-00","ctStatus":"Authorised","authorizedApplication":{}` +
			`}`: evidence.StatusUnknown,
		`{"ctNumber":"2024-500123-10-00","ctStatus":"Ended","authorizedApplication":{}` +
			`}`: evidence.StatusUnknown,
		`{"ctNumber":"2024-500123-10-00","ctStatus":"Authorised","ctPublicStatusCode":4` +
			`}`: evidence.StatusRecruiting,
		`{"ctNumber":"2024-500123-10-00","ctStatus":4}`: evidence.StatusRecruiting,
		`{"ctNumber":"2024-500123-10-00","ctStatus":"Ongoing, ` +
			`recruiting","authorizedPartI":{}}`: evidence.StatusRecruiting,
		`{"ctNumber":"2024-500123-10-00","ctPublicStatusCode":99}`: evidence.StatusUnknown,
		`{"ctNumber":"2024-500123-10-00","ctPublicStatusCode":8}`:  evidence.StatusCompleted,
		`{"ctNumber":"2024-500123-10-00","ctPublicStatusCode":8,"events":{"trialEvents":[{"events":[{"notificationType":"EARLY_` +
			`TERMINATION"}]}]}}`: evidence.StatusTerminated,
	} {
		got, err := Parse(evidence.Payload{Body: []byte(body)})
		if err != nil || got.Records[0].Status != want {
			t.Errorf("%s: %v %v", body, got, err)
		}
	}
}

func TestFaults(t *testing.T) {
	for body, kind := range map[string]string{
		`{}`: crawler.KindEmpty, `[]`: crawler.KindEmpty, `<html>`: crawler.KindHTML, ``: crawler.KindEmpty,
		`{"ctNumber":"2024-5"}`: crawler.KindNoID, `{"ctNumber":`: crawler.KindHalfJSON, `7`: crawler.KindWrongShape,
	} {
		if _, err := Parse(evidence.Payload{Body: []byte(body)}); err == nil || answer.KindOf(err) != kind {
			t.Errorf("%s: %v", body, err)
		}
	}
	for _, body := range []string{`{}`, `{"pagination":{"totalRecords":"x"},"data":[]}`, `{"data":[]}`} {
		if _, err := readList([]byte(body), frame.Ask{}); err == nil {
			t.Errorf("%s is no search page", body)
		}
	}
	for in, want := range map[string]string{"31/12/2024": "2024-12-31", "2024-12-31": "2024-12-31",
		"2024-12-31T03:46:14.147548867": "2024-12-31", "12/31/2024": "", "": "", "2024-12": ""} {
		if got := isoDay(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

// A trial that the search lists and retrieve does not have is a tombstone; an
// answer about another trial is none.
func TestOddAnswers(t *testing.T) {
	inner := sourcetest.NewWorld(entry(1, 0), entry(2, 0)).Serve(New())
	wrong := false
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, entry(1, 0).ID) {
			if wrong {
				_, _ = rw.Write(entry(2, 0).Body)
			} else {
				fmt.Fprint(rw, "{}")
			}
			return
		}
		inner.ServeHTTP(rw, r)
	}))
	defer srv.Close()
	run := func() (*sourcetest.MemorySink, error) {
		sink := &sourcetest.MemorySink{}
		c, err := crawler.New(crawler.Options{Sources: []crawler.Source{New()}, Question: question(),
			Endpoints: map[string]string{SourceName: srv.URL + sourcetest.Fake(New()).Path}, Contact: "t",
			Wire: crawler.Wire{Base: time.Millisecond}}, sink)
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Run(t.Context())
		return sink, err
	}
	sink, err := run()
	if err != nil || len(sink.Content(SourceName).Hashes) != 1 {
		t.Errorf("%v %v", sink.Content(SourceName), err)
	}
	wrong = true
	sink, err = run()
	if err == nil || errors.Is(err, crawler.ErrPermanent) || len(sink.Problems()) == 0 || sink.Problems()[0].Kind != crawler.KindWrongShape {
		t.Errorf("%v %v", err, sink.Problems())
	}
}

func TestRecorded(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(recordedtest.Path(t, "registry", "ctis"), "*.json"))
	if err != nil || len(files) != 9 {
		t.Fatalf("%d recorded files, %v", len(files), err)
	}
	want := map[string]struct {
		status evidence.Status
		n      int
		phase  string
	}{
		"2022-500244-37-00": {evidence.StatusNotYet, 440, "PHASE2"}, "2022-500676-59-00": {evidence.StatusRecruiting, 57, "PHASE2"},
		"2022-501142-30-00": {evidence.StatusRecruiting, 520, "PHASE4"},
		"2022-501180-40-00": {evidence.StatusRecruiting, 1078, "PHASE3"}, "2022-502516-37-00": {evidence.StatusRecruiting, 12, "PHASE1"},
		"2023-505613-24-00": {evidence.StatusRecruiting, 32, "PHASE2"},
		"2023-508143-51-01": {evidence.StatusNotYet, 11, "PHASE4"}, "2024-510663-34-00": {evidence.StatusRecruiting, 11, "PHASE2"},
		"2024-512095-35-00": {evidence.StatusRecruiting, 86, "PHASE1 PHASE2"},
	}
	for _, f := range files {
		body, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if !Recognise(f, body[:min(len(body), 4096)]) {
			t.Errorf("%s is not recognised", filepath.Base(f))
		}
		got, err := Parse(evidence.Payload{Body: body})
		if err != nil || len(got.Records) != 1 {
			t.Fatal(f, err)
		}
		r := got.Records[0]
		for _, p := range append(got.Problems, r.Problems...) {
			t.Errorf("%s: %s %s %s", filepath.Base(f), p.Kind, p.Where, p.Message)
		}
		w := want[r.ID]
		if r.Status != w.status || r.Enrollment == nil || *r.Enrollment != w.n || strings.Join(r.Phases, " ") != w.phase {
			t.Errorf("%s: %s %v %v", r.ID, r.Status, *r.Enrollment, r.Phases)
		}
		if r.Title == "" || len(r.Planned) == 0 || len(r.Interventions) == 0 || len(r.Conditions) == 0 || len(r.Countries) == 0 ||
			r.Sponsor.Name == "" || len(r.Sites) == 0 || r.Eligibility == "" || r.Start.Raw == "" {
			t.Errorf("%s lacks something: %q, %d outcomes, %d interventions, %q, %q, sponsor %q, %d sites", r.ID, r.Title, len(r.Planned),
				len(r.Interventions), r.Conditions, r.Countries, r.Sponsor.Name, len(r.Sites))
		}
		if r.ID == "2023-505613-24-00" && (r.SecondaryIDs[0].Value != "NCT04665037" || r.Start.Raw != "2021-04-28") {
			t.Errorf("%+v", r.SecondaryIDs)
		}
	}
}

func FuzzParse(f *testing.F) {
	body, err := os.ReadFile("testdata/trial.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Add([]byte(`[{"ctNumber":"2024-500123-10-00","authorizedPartI":[],"authorizedPartsII":{}},{}]`))
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

func BenchmarkParse(b *testing.B) {
	body, err := os.ReadFile("testdata/trial.json")
	if err != nil {
		b.Fatal(err)
	}
	list := []byte("[" + strings.TrimSuffix(strings.Repeat(string(body)+",", 100), ",") + "]")
	b.SetBytes(int64(len(list)))
	for b.Loop() {
		if got, err := Parse(evidence.Payload{Body: list}); err != nil || len(got.Records) != 100 {
			b.Fatal(err)
		}
	}
}

// TestEmptyAnswersBuryNothing: an empty answer of a trial that the search lists
// is a fault of the answer, for every trial at once too.
func TestEmptyAnswersBuryNothing(t *testing.T) {
	var entries []sourcetest.Entry
	for n := range 70 {
		entries = append(entries, entry(n, 0))
	}
	empty, hidden := false, false
	inner := sourcetest.NewWorld(entries...).Serve(New())
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case empty && strings.Contains(r.URL.Path, "/retrieve/"):
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, "{}")
		case hidden && strings.HasSuffix(r.URL.Path, "/search"):
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"pagination":{"totalRecords":0,"nextPage":false},"data":[]}`)
		default:
			inner.ServeHTTP(w, r)
		}
	}))
	defer srv.Close()
	sink := &sourcetest.MemorySink{}
	crawl := func() crawler.SourceSummary {
		t.Helper()
		c, err := crawler.New(crawler.Options{Sources: []crawler.Source{New()}, Endpoints: map[string]string{SourceName: srv.URL +
			sourcetest.Fake(New()).Path},
			Question: question(), All: true,
			Wire: crawler.Wire{Base: time.Millisecond, Attempts: 1}}, sink)
		if err != nil {
			t.Fatal(err)
		}
		sum, err := c.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return sum.Sources[0]
	}
	if s := crawl(); s.New != 70 {
		t.Fatalf("%+v", s)
	}
	empty = true
	if s := crawl(); s.Gone != 0 || s.Problems < 70 {
		t.Errorf("listed, and every answer empty: %+v", s)
	}
	hidden = true
	if s := crawl(); s.Gone != 0 || s.Problems == 0 {
		t.Errorf("neither listed nor answered, all at once: %+v", s)
	}
}
