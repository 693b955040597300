package isrctn

import (
	"encoding/json"
	"fmt"
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
	id := strconv.Itoa(10000000 + n)
	return sourcetest.Entry{ID: "ISRCTN" + id, Words: "psilocybin", Updated: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC),
		Body: []byte(fmt.Sprintf(`<fullTrial><trial lastUpdated="2026-02-0%dT10:00:22.861Z" version="%d"><isrctn `+
			`dateAssigned="2020-01-01T00:00:00.000Z">%s</isrctn><trialDescription><title>Psilocybin `+
			`%d</title></trialDescription><participants><targetEnrolment>%d</targetEnrolment></participants><parties><sponsorId>`+
			`s</sponsorId></parties></trial><sponsor id="s"><organisation>A university</organisation></sponsor></fullTrial>`,
			version+1, version+1, id, n, 10+version))}
}

func TestSource(t *testing.T) {
	src := New()
	src.Size = perPage
	sourcetest.Run(t, sourcetest.Subject{Source: src, Entry: entry, PerPage: perPage,
		Question: crawler.QuestionSet{Substances: []crawler.Concept{{ID: "psilocybin", Terms: []string{"psilocybin"}}}}})
}

func load(t *testing.T, at time.Time) []evidence.Record {
	t.Helper()
	body, err := os.ReadFile("testdata/trials.xml")
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse(evidence.Payload{Body: body, FetchedAt: at})
	if err != nil || len(got.Problems) != 0 || len(got.Records) != 2 {
		t.Fatalf("%d records, %v, %v", len(got.Records), got.Problems, err)
	}
	return got.Records
}

func TestTrial(t *testing.T) {
	got := load(t, time.Date(2026, 2, 10, 0, 0, 0, 0, time.UTC))
	r := got[0]
	n := 1060
	want := evidence.Record{ID: "ISRCTN12345678", Source: SourceName, Kind: evidence.KindTrial, ContentHash: r.ContentHash, Prov: r.Prov,
		URL: "https://www.isrctn.com/ISRCTN12345678", Version: "3",
		Title: "Psilocybin for low mood", OfficialTitle: "A randomised trial of psilocybin", Acronym: "EXA", Summary: "Background\nWords & more.",
		SecondaryIDs: []evidence.ID{{Value: "2015-004526-33", Type: "EUDRACT_NUMBER"}, {Value: "EXA-1", Type: "PROTOCOL"},
			{Value: "NCT01234567", Type: "SECONDARY"},
			{Value: "10.1186/ISRCTN12345678", Type: "DOI", Link: "https://doi.org/10.1186/ISRCTN12345678"}},
		Status: evidence.StatusRecruiting, StatusDerived: true,
		Start: evidence.DateStruct{Raw: "2025-01-01"}, Completion: evidence.DateStruct{Raw: "2026-06-30"},
		FirstPosted: evidence.DateStruct{Raw: "2024-05-06"}, LastUpdatePosted: evidence.DateStruct{Raw: "2026-02-08"},
		StudyType: "INTERVENTIONAL", Allocation: "RANDOMIZED", PrimaryPurpose: "TREATMENT", Phases: []string{"Phase II"}, Enrollment: &n,
		EnrollmentType: "ESTIMATED",
		Sex:            "ALL", MinimumAge: "18 Years", Eligibility: "Inclusion criteria:\nAdults\nExclusion criteria:\nNone at all",
		Conditions: []string{"Depression"}, Keywords: []string{"Mental and Behavioural Disorders"},
		Interventions: []evidence.Intervention{{Type: "DRUG", Name: "Psilocybin", Description: "25 mg once"}},
		Planned: []evidence.PlannedOutcome{{Type: "primary", Measure: "Depression severity", Description: "MADRS",
			TimeFrame: "baseline, 6 weeks", Pointer: "/allTrials/fullTrial[1]/trial/trialDescription/primaryOutcomes/outcomeMeasure[1]"},
			{Type: "secondary", Measure: "1. Anxiety\n2. Sleep", Pointer: "/allTrials/fullTrial[1]/trial/trialDescription/secondaryOutcome[1]"}},
		Sponsor:       evidence.Organisation{Name: "A university", Class: "University/education"},
		Collaborators: []evidence.Organisation{{Name: "A fund", Class: "FUNDER"}},
		Sites:         []evidence.Site{{Facility: "A clinic", City: "York", Zip: "Y1", Country: "England"}},
		Countries:     []string{"England", "Germany"},
		References: []evidence.Reference{{PMID: "34000001", Type: "RESULTS", Citation: "Results https://pubmed.ncbi.nlm.nih.gov/34000001/",
			Pointer: "/allTrials/fullTrial[1]/trial/outputs/output[1]"}},
		Documents: []evidence.Document{{Type: "protocolfile", Label: "protocolfile", Filename: "p.pdf", Size: 729778}},
	}
	if d := cmp.Diff(want, r); d != "" {
		t.Error(d)
	}
	old := got[1]
	if old.Status != evidence.StatusTerminated || !old.StatusDerived || old.StatusRaw != "Stopped" || old.WhyStopped != "No money" ||
		*old.Enrollment != 9 || old.EnrollmentType != "ACTUAL" || len(old.Planned) != 0 || old.Sponsor.Name != "Alone" {
		t.Errorf("%+v", old)
	}
}

// The status follows the day of the answer, and the content hash does not.
func TestDerivedStatus(t *testing.T) {
	first := load(t, time.Date(2024, 12, 31, 23, 0, 0, 0, time.UTC))[0]
	for day, want := range map[string]evidence.Status{"2024-12-31": evidence.StatusNotYet, "2025-01-01": evidence.StatusRecruiting,
		"2026-03-01": evidence.StatusRecruiting,
		"2026-03-02": evidence.StatusActive, "2026-06-30": evidence.StatusActive, "2026-07-01": evidence.StatusCompleted} {
		at, _ := time.Parse(time.DateOnly, day)
		r := load(t, at)[0]
		if r.Status != want || r.ContentHash != first.ContentHash {
			t.Errorf("%s: %s", day, r.Status)
		}
	}
}

func TestFaults(t *testing.T) {
	for name, c := range map[string]struct{ body, kind string }{
		"html":     {`<html></html>`, crawler.KindWrongShape},
		"cut":      {`<allTrials totalCount="2"><fullTrial>`, answer.KindHalfXML},
		"no count": {`<allTrials></allTrials>`, crawler.KindWrongShape},
	} {
		if _, err := readList([]byte(c.body), frame.Ask{}); err == nil || answer.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
	got, err := Parse(evidence.Payload{Body: []byte(`<allTrials totalCount="3"><fullTrial><trial><isrctn>1</isrctn></trial>` +
		`</fullTrial><fullTrial><trial><isrctn>ISRCTN 12345678</isrctn><participants><targetEnrolment>about ` +
		`60</targetEnrolment></participants></trial></fullTrial><fullTrial><trial></fullTrial></allTrials>`)})
	if err != nil || len(got.Records) != 1 || len(got.Problems) != 2 || got.Records[0].Enrollment != nil || len(got.Records[0].Problems) != 1 {
		t.Errorf("%+v %v", got, err)
	}
}

// xmlOf writes what another tool made of a trial back as the XML it came from:
// objects as elements, lists as repeated ones.
func xmlOf(b *strings.Builder, name string, v any) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			xmlOf(b, name, x)
		}
	case map[string]any:
		fmt.Fprintf(b, "<%s>", name)
		for k, x := range v {
			xmlOf(b, k, x)
		}
		fmt.Fprintf(b, "</%s>", name)
	default:
		text := fmt.Sprint(v)
		fmt.Fprintf(b, "<%s>%s</%s>", name, strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text), name)
	}
}

func TestRecorded(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(recordedtest.Path(t, "registry", "isrctn"), "*.json"))
	if err != nil || len(files) < 8 {
		t.Fatalf("%d recorded files, %v", len(files), err)
	}
	withOutcome := 0
	for _, f := range files {
		body, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var v map[string]any
		if err := json.Unmarshal(body, &v); err != nil {
			t.Fatal(err)
		}
		for _, own := range []string{"ctrname", "record_last_import", "_id"} { // the other tool's
			delete(v, own)
		}
		var b strings.Builder
		xmlOf(&b, "trial", v)
		got, err := Parse(evidence.Payload{Body: []byte(`<allTrials totalCount="1"><fullTrial>` + b.String() + `</fullTrial></allTrials>`),
			FetchedAt: time.Date(2026, 3, 8, 0, 0, 0, 0, time.UTC)})
		if err != nil || len(got.Records) != 1 {
			t.Fatalf("%s: %v %v", f, err, got.Problems)
		}
		r := got.Records[0]
		for _, p := range append(got.Problems, r.Problems...) {
			t.Errorf("%s: %s %s %s", filepath.Base(f), p.Kind, p.Where, p.Message)
		}
		if r.Title == "" || r.Status == evidence.StatusUnknown || !r.StatusDerived || r.Enrollment == nil || len(r.Countries) == 0 ||
			len(r.Conditions) == 0 {
			t.Errorf("%s: %s %s %v %q", filepath.Base(f), r.Title, r.Status, r.Enrollment, r.Countries)
		}
		if len(r.Planned) > 0 {
			withOutcome++
		}
		if r.ID == "ISRCTN96912679" && (r.Acronym != "TOAST" || r.Start.Raw == "") {
			t.Errorf("%+v", r)
		}
	}
	if withOutcome < 10 {
		t.Errorf("%d trials with outcomes", withOutcome)
	}
}

func FuzzParse(f *testing.F) {
	body, err := os.ReadFile("testdata/trials.xml")
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
			if _, ok := CanonicalID(r.ID); !ok || r.ContentHash == "" || !r.StatusDerived {
				t.Fatal(r.ID)
			}
		}
	})
}
