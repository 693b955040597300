package ctgov

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"past/crawler"
	"past/internal/evidence"
)

// fixture is a synthetic study in the recorded shape with the odd values that
// real ones have.
func fixture(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/NCT99900001.json")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// compact writes the fixture on one line with another NCT number.
func compact(t testing.TB, n int) string {
	t.Helper()
	var out bytes.Buffer
	if err := json.Compact(&out, fixture(t)); err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(out.String(), "NCT99900001", fmt.Sprintf("NCT9990%04d", n))
}

func parse(t testing.TB, body string) crawler.Parsed {
	t.Helper()
	p, err := Parse(evidence.Payload{Body: []byte(body)})
	if err != nil {
		t.Fatalf("%v", err)
	}
	return p
}

func TestStudy(t *testing.T) {
	p := parse(t, string(fixture(t)))
	if len(p.Records) != 1 || len(p.Problems) != 0 || len(p.Records[0].Problems) != 0 || p.Records[0].Unknown != nil {
		t.Fatalf("%+v", p)
	}
	r := p.Records[0]
	check := func(what string, got, want any) {
		t.Helper()
		g, _ := json.Marshal(got)
		w, _ := json.Marshal(want)
		if !bytes.Equal(g, w) {
			t.Errorf("%s is %s, want %s", what, g, w)
		}
	}
	check("id", r.ID, "NCT99900001")
	check("title", r.Title, `Synthetic study \[for tests\]`)
	check("summary", r.Summary, "Two lines.\nSecond, with é and 😀.")
	check("status", r.Status, evidence.StatusCompleted)
	check("aliases", r.Aliases, []string{"NCT99900099"})
	check("ids", r.SecondaryIDs, []evidence.ID{{Value: "SYN-1", Type: "ORG_STUDY_ID"},
		{Value: "2020-000001-11", Type: "EUDRACT_NUMBER"}, {Value: "no type"}})
	check("start", r.Start, evidence.DateStruct{Raw: "2020-03", Type: "ACTUAL"})
	check("completion", r.Completion, evidence.DateStruct{Raw: "2021"})
	check("enrolment", r.Enrollment, 40)
	check("masked", r.WhoMasked, []string{"PARTICIPANT", "OUTCOMES_ASSESSOR"})
	check("countries", r.Countries, []string{"Switzerland"})
	check("latitude", *r.Sites[0].Lat, 47.55839)
	check("mesh", len(r.MeshTerms), 2)
	check("doi", r.References[0].DOI, "10.1038/s41591-021-01336-3")
	check("doi with brackets", r.References[1].DOI, "10.1016/s0140-6736(05)17709-5")
	check("retraction", r.References[1].Retractions, []string{"PMID 2 J. 2022;1:2"})
	check("document", r.Documents[0].URL, "https://cdn.clinicaltrials.gov/large-docs/01/NCT99900001/Prot%20SAP_000.pdf")
	check("counts", r.Count(), evidence.Counts{PlannedOutcomes: 4, PostedOutcomes: 2, OutcomeGroups: 2, Classes: 2,
		Measurements: 3, Contrasts: 1, EventStats: 2, References: 2})

	o := r.Results.Outcomes[0]
	m := o.Classes[0].Categories[0].Measurements[1]
	check("raw cell", m, evidence.Measurement{GroupID: "OG001", Value: "1,234", Spread: "NA", Comment: "not estimable",
		Pointer: "/resultsSection/outcomeMeasuresModule/outcomeMeasures/0/classes/0/categories/0/measurements/1"})
	m = o.Classes[1].Categories[0].Measurements[0]
	check("raw limits", []string{m.Value, m.Lower, m.Upper}, []string{"-.34", "0,3139", "NE"})
	check("class denominators", o.Classes[1].Denoms[0].Counts[0].Value, "19")
	check("p", o.Analyses[0].PValue, "<0.001")
	check("non-inferiority", o.Analyses[0].TestedNonInf, "false")
	check("number written as number", r.Results.Flow[0].Milestones[0].Counts[1].Subjects, "20")
	check("reason pointer", r.Results.Flow[0].Withdrawn[0].Counts[1].Pointer,
		"/resultsSection/participantFlowModule/periods/0/dropWithdraws/0/reasons/1/numSubjects")
	check("unknown deaths", r.Results.Adverse.Groups[0].DeathsAffected, nil)
	check("serious first", r.Results.Adverse.Events[0].Serious, true)
	check("affected not stated", r.Results.Adverse.Events[1].Stats[0].Affected, nil)
	check("in QC", r.ResultsInQC, false)
}

func TestShapes(t *testing.T) {
	a, b, c := compact(t, 1), compact(t, 2), compact(t, 3)
	bare := parse(t, a).Records[0].ContentHash
	for _, x := range []struct {
		name, body string
		bases      []string
		version    string
	}{
		{"study", a, []string{""}, ""},
		{"study with a byte order mark", "\xef\xbb\xbf" + a, []string{""}, ""},
		{"list", "[" + a + " , " + b + "]", []string{"/0", "/1"}, ""},
		{"page", `{"totalCount":3,"studies":[` + "\n" + a + ",\n" + b + "\n],\"nextPageToken\":\"x\"}", []string{"/studies/0", "/studies/1"}, ""},
		{"list of pages", `[{"studies":[` + a + `]},{"studies":[` + b + `]}]`, []string{"/0/studies/0", "/1/studies/0"}, ""},
		{"lines", a + "\n\n" + b + "\r\n" + c + "\n", []string{"/0", "/1", "/2"}, ""},
		{"lines with a page", a + "\n" + `{"studies":[` + b + "," + c + "]}\n", []string{"/0", "/1/studies/0", "/1/studies/1"}, ""},
		{"values one after another", string(fixture(t)) + string(fixture(t)), []string{"/0", "/1"}, ""},
		{"history", `{"study":` + a + `,"topics":{},"history":{"changes":[{"version":0},{"version":7}]}}`, []string{"/study"}, "7"},
		{"one version", `{"studyVersion":3,"study":` + a + `}`, []string{"/study"}, "3"},
		{"other key first", `{"hasResults":true,` + a[1:], []string{""}, ""},
	} {
		p := parse(t, x.body)
		if len(p.Records) != len(x.bases) || len(p.Problems) > 0 && x.name != "values" {
			t.Errorf("%s: %d records, problems %+v", x.name, len(p.Records), p.Problems)
			continue
		}
		for i, base := range x.bases {
			r := p.Records[i]
			if r.Prov.Pointer != base || r.Version != x.version {
				t.Errorf("%s: record %d is at %q version %q", x.name, i, r.Prov.Pointer, r.Version)
			}
			m := r.Results.Outcomes[0].Classes[1].Categories[0].Measurements[0]
			raw, err := Open([]byte(x.body)).Resolve(m.Pointer)
			if x.name != "values one after another" && (err != nil || !strings.Contains(string(raw.Value), "-.34")) {
				t.Errorf("%s: %s leads to %s, %v", x.name, m.Pointer, raw, err)
			}
		}
		if p.Records[0].ContentHash != bare && x.name != "other key first" {
			t.Errorf("%s: the shape around a study changes its content hash", x.name)
		}
	}
	if h := parse(t, strings.Replace(a, "2026-03-25", "2026-03-26", 1)).Records[0].ContentHash; h != bare {
		t.Error("the register's data day changes the content hash")
	}
	if h := parse(t, strings.Replace(a, "44.0", "44.1", 1)).Records[0].ContentHash; h == bare {
		t.Error("a changed value does not change the content hash")
	}
}

// TestNothingReadable: what holds no study gives an error with its kind.
func TestNothingReadable(t *testing.T) {
	for _, x := range []struct{ body, kind string }{
		{"", crawler.KindEmpty},
		{" \n", crawler.KindEmpty},
		{"{}", crawler.KindEmpty},
		{"<!DOCTYPE html><html><head><title>503 Service Unavailable</title></head></html>", crawler.KindHTML},
		{"Too many requests", crawler.KindBadJSON},
		{`{"error":"bad token"}`, crawler.KindWrongShape},
		{`"text"`, crawler.KindBadJSON},
		{`{"studies":{"a":1}}`, crawler.KindWrongShape},
		{`{"studies":null}`, crawler.KindWrongShape},
		{`{"protocolSection":{"identificationModule":{}}}`, crawler.KindNoID},
		{`{"protocolSection":{"identificationModule":{"nctId":"NCT12"}}}`, crawler.KindNoID},
		{`{"protocolSection":{"identificationModule":{"nctId":"NCT99900001"`, crawler.KindHalfJSON},
		{`{"protocolSection":{"identificationModule":{"nctId":"NCT99900001"}},}`, crawler.KindBadJSON},
		{`{"err`, crawler.KindHalfJSON},
	} {
		p, err := Parse(evidence.Payload{Body: []byte(x.body)})
		var a *crawler.AnswerError
		if !errors.As(err, &a) || a.Kind != x.kind || len(p.Records) > 0 {
			t.Errorf("%.60q: %v, want %s", x.body, err, x.kind)
		}
	}
	if _, err := Parse(evidence.Payload{Body: []byte("<html><title>Down</title>")}); !strings.Contains(err.Error(), `"Down"`) {
		t.Errorf("the message does not name the page: %v", err)
	}
}

func TestEmptyPageIsNoFault(t *testing.T) {
	for _, body := range []string{`{"studies":[]}`, `[]`, `{"totalCount":0,"studies":[]}`} {
		if p := parse(t, body); len(p.Records)+len(p.Problems) > 0 {
			t.Errorf("%s: %+v", body, p)
		}
	}
}

// TestBadStudyLosesNoOther: whatever is wrong with the middle one of three, the
// others are read and the fault is reported with its place.
func TestBadStudyLosesNoOther(t *testing.T) {
	a, b, c := compact(t, 1), compact(t, 2), compact(t, 3)
	quote := strings.Replace(b, `"acronym":"SYN"`, `"acronym":"S"YN"`, 1)
	for _, x := range []struct{ name, bad, kind string }{
		{"a quote too many", quote, crawler.KindBadJSON},
		{"two quotes too many", strings.Replace(quote, `"Site A"`, `"Site "A"`, 1), crawler.KindBadJSON},
		{"a brace too many", strings.Replace(b, `"hasResults":true}`, `"hasResults":true}}`, 1), crawler.KindBadJSON},
		{"a brace too few", b[:len(b)-1], crawler.KindHalfJSON},
		{"cut in a string", b[:len(b)/2], ""},
		{"no id", strings.Replace(b, `"nctId"`, `"nctID"`, 1), crawler.KindNoID},
		{"a number", "17", crawler.KindWrongShape},
		{"null", "null", crawler.KindWrongShape},
		{"empty", "{}", crawler.KindEmpty},
		{"wrong word", strings.Replace(b, "true", "True", 1), crawler.KindBadJSON},
	} {
		for _, wrap := range []struct{ open, sep, end string }{{`{"studies":[`, ",\n", `],"nextPageToken":"t"}`}, {"[", ",", "]"},
			{"", "\n", "\n"}} {
			p, err := Parse(evidence.Payload{Body: []byte(wrap.open + a + wrap.sep + x.bad + wrap.sep + c + wrap.end)})
			last := len(p.Records) - 1
			// A line whose study is whole is read although more follows it.
			whole := x.name == "a brace too many" && wrap.open == ""
			if err != nil || last != 1 && !whole || p.Records[0].ID != "NCT99900001" || p.Records[last].ID != "NCT99900003" {
				t.Errorf("%s in %q: %d records, %v", x.name, wrap.open, len(p.Records), err)
				continue
			}
			found := false
			for _, pr := range p.Problems {
				if pr.Kind == crawler.KindDrift {
					continue
				}
				found = found || strings.Contains(pr.Where, "1")
				if x.kind != "" && pr.Kind != x.kind && wrap.open != "" {
					t.Errorf("%s in %q: %s, want %s: %s", x.name, wrap.open, pr.Kind, x.kind, pr.Message)
				}
				if pr.Where == "" || pr.SHA256 == "" || pr.Source != "ctgov" {
					t.Errorf("%s in %q: the problem does not say where: %+v", x.name, wrap.open, pr)
				}
			}
			if !found {
				t.Errorf("%s in %q: no problem is told at its place: %+v", x.name, wrap.open, p.Problems)
			}
		}
	}
}

// TestCutPage: the whole studies of a page that ends too early are read, and
// the cut is reported.
func TestCutPage(t *testing.T) {
	page := `{"studies":[` + compact(t, 1) + ",\n" + compact(t, 2) + `],"nextPageToken":"abc"}`
	one := strings.Index(page, ",\n")
	for _, end := range []int{one + 1, one + 40, len(page) - 30, len(page) - 25, len(page) - 3, len(page) - 1} {
		p, err := Parse(evidence.Payload{Body: []byte(page[:end]), URL: "http://x/studies"})
		if err != nil || len(p.Records) < 1 || len(p.Problems) == 0 || p.Problems[len(p.Problems)-1].Kind != crawler.KindHalfJSON {
			t.Errorf("cut at %d of %d: %d records, %v, %v", end, len(page), len(p.Records), p.Problems, err)
		}
	}
}

func TestOddValuesAreToldNotLost(t *testing.T) {
	change := func(old, new string) evidence.Record {
		t.Helper()
		s := compact(t, 1)
		if !strings.Contains(s, old) {
			t.Fatalf("no %s in the fixture", old)
		}
		return parse(t, strings.Replace(s, old, new, 1)).Records[0]
	}
	r := change(`"enrollmentInfo":{"count":40`, `"enrollmentInfo":{"count":"40"`)
	if r.Enrollment == nil || *r.Enrollment != 40 || len(r.Problems) != 0 {
		t.Errorf("a count written as text: %v, %v", r.Enrollment, r.Problems)
	}
	for _, x := range []struct{ old, new, where string }{
		{`"count":40`, `"count":"forty"`, "/protocolSection/designModule/enrollmentInfo/count"},
		{`"count":40`, `"count":[40]`, "/protocolSection/designModule/enrollmentInfo/count"},
		{`"conditions":["PTSD"]`, `"conditions":"PTSD"`, "/protocolSection/conditionsModule/conditions"},
		{`"overallStatus":"COMPLETED"`, `"overallStatus":"DONE"`, "/protocolSection/statusModule/overallStatus"},
		{`"acronym":"SYN"`, `"acronym":{"x":1}`, "/protocolSection/identificationModule/acronym"},
		{`"acronym":"SYN"`, `"acronym":"SYN","acronym":"SYN2"`, "/protocolSection/identificationModule/acronym"},
		{`"groups":[{"id":"OG000","title":"MDMA"}`, `"groups":["MDMA"`, "/resultsSection/outcomeMeasuresModule/outcomeMeasures/0/groups/0"},
		{`"numEvents":30`, `"numEvents":"3O"`, "/resultsSection/adverseEventsModule/otherEvents/0/stats/0/numEvents"},
	} {
		r := change(x.old, x.new)
		if len(r.Problems) == 0 || r.Problems[0].Where != x.where || r.Problems[0].Kind != crawler.KindBadValue ||
			r.Problems[0].RecordID != "NCT99900001" {
			t.Errorf("%s: problems %+v", x.new, r.Problems)
		}
		if n := r.Count(); n.Measurements != 3 || n.OutcomeGroups != 2 {
			t.Errorf("%s: %+v", x.new, n)
		}
	}
	if r := change(`"acronym":"SYN"`, `"acronym":null`); len(r.Problems) > 0 || r.Acronym != "" {
		t.Errorf("null is not absence: %+v", r.Problems)
	}
}

func TestUnknownKeysAreCountedByPath(t *testing.T) {
	s := compact(t, 1)
	s = strings.ReplaceAll(s, `"spread"`, `"sd"`)
	s = strings.Replace(s, `"hasResults"`, `"newSection":{"a":1},"hasResults"`, 1)
	p := parse(t, s)
	u := p.Records[0].Unknown
	const cell = "resultsSection.outcomeMeasuresModule.outcomeMeasures[].classes[].categories[].measurements[].sd"
	if len(u) != 3 || u[cell] != 2 || u["newSection"] != 1 {
		t.Errorf("unknown keys: %v", u)
	}
	found := false
	for _, pr := range p.Problems {
		if pr.Kind == crawler.KindDrift && pr.Where == cell && strings.Contains(pr.Message, "2 times in 1 studies") {
			found = true
		}
	}
	if !found {
		t.Errorf("drift is not told by path and count: %+v", p.Problems)
	}
}

func TestInvalidUTF8IsToldAndKept(t *testing.T) {
	s := strings.Replace(compact(t, 1), `"acronym":"SYN"`, "\"acronym\":\"S\xffN\"", 1)
	r := parse(t, s).Records[0]
	if r.Acronym != "S\uFFFDN" || len(r.Problems) != 1 || r.Problems[0].Kind != crawler.KindBadUTF8 {
		t.Errorf("%q, %+v", r.Acronym, r.Problems)
	}
}

func TestResultsInQC(t *testing.T) {
	r := parse(t, `{"protocolSection":{"identificationModule":{"nctId":"nct99900005 "}},
		"derivedSection":{"miscInfoModule":{"submissionTracking":{"submissionInfos":[{"releaseDate":"2024-01-01"}]}}}}`).Records[0]
	if !r.ResultsInQC || r.ID != "NCT99900005" || r.Status != evidence.StatusUnknown || r.Results != nil || r.Enrollment != nil {
		t.Errorf("%+v", r)
	}
}

func TestParseIsPure(t *testing.T) {
	body := []byte(`{"studies":[` + compact(t, 1) + "," + compact(t, 2) + strings.Repeat(","+compact(t, 3), 30) + "]}")
	first, _ := json.Marshal(parse(t, string(body)))
	for range 5 {
		again, _ := json.Marshal(parse(t, string(body)))
		if !bytes.Equal(first, again) {
			t.Fatal("the same bytes gave other records")
		}
	}
}

func TestHostileTextEndsSoon(t *testing.T) {
	body := "[" + strings.Repeat(`{"protocolSection":"`, 200000)
	if p, err := Parse(evidence.Payload{Body: []byte(body)}); err == nil && len(p.Problems) == 0 {
		t.Error("no fault told")
	}
}

func FuzzParse(f *testing.F) {
	a := compact(f, 1)
	for _, s := range []string{a, "[" + a + "]", `{"studies":[` + a + `],"nextPageToken":"x","totalCount":2}`, a + "\n" + a,
		`{"study":{"protocolSection":{}},"history":{"changes":[]}}`, "{}", "<html>", `[[[]]]`, `{"studies":[1,{"protocolSection":"`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := Parse(evidence.Payload{Body: b})
		if err != nil {
			return
		}
		for _, r := range p.Records {
			if _, ok := CanonicalID(r.ID); !ok || r.ContentHash == "" {
				t.Fatalf("record %+v", r)
			}
		}
	})
}
