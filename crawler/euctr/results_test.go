package euctr

import (
	"archive/zip"
	"bytes"
	"fmt"
	"net/http"
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
)

func fixture(t testing.TB) []byte {
	t.Helper()
	body, err := os.ReadFile("testdata/results.xml")
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestResults(t *testing.T) {
	body := fixture(t)
	got, err := Parse(evidence.Payload{Body: body})
	if err != nil || len(got.Records) != 1 {
		t.Fatal(got, err)
	}
	if len(got.Problems) != 1 || got.Problems[0].Kind != crawler.KindDrift || got.Problems[0].Where != "adverseEvents/novelPart" {
		t.Errorf("%v", got.Problems)
	}
	r := got.Records[0]
	pointersLead(t, "fixture", body, &r)
	check := func(what string, want, got any) {
		t.Helper()
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", what, d)
		}
	}
	n := 59
	check("ids", []evidence.ID{{Value: "2015-004526-33", Type: "EUDRACT_NUMBER"}, {Value: "EXA-1", Type: "PROTOCOL"},
		{Value: "NCT01234567", Type: "NCT"}, {Value: "13/NI/0143", Type: "OTHER", Domain: "Ethics"}}, r.SecondaryIDs)
	check("head", evidence.Record{ID: "2015-004526-33", Source: SourceName, Kind: evidence.KindTrial, StudyType: "INTERVENTIONAL",
		URL:   "https://www.clinicaltrialsregister.eu/ctr-search/trial/2015-004526-33/results",
		Title: "Psilocybin and niacin in major depression", OfficialTitle: "Psilocybin and niacin in major depression", Summary: "To see",
		Status: evidence.StatusCompleted, StatusRaw: "global end of trial reached", Start: evidence.DateStruct{Raw: "2016-03-01T00:00:00+01:00"},
		PrimaryCompletion: evidence.DateStruct{Raw: "2018-04-01T00:00:00+02:00", Type: "ACTUAL"},
		Completion:        evidence.DateStruct{Raw: "2018-05-06T00:00:00+02:00", Type: "ACTUAL"},
		Allocation:        "RANDOMIZED", Masking: "DOUBLE", Enrollment: &n, EnrollmentType: "ACTUAL",
		Sponsor: evidence.Organisation{Name: "A university"},
		Interventions: []evidence.Intervention{{Type: "DRUG", Name: "Psilocybin", Description: "25 mg by mouth", OtherNames: []string{"PEX010"},
			ArmLabels: []string{"Psilocybin"}}, {Type: "DRUG", Name: "Niacin", ArmLabels: []string{"Niacin"}}},
		Arms: []evidence.Arm{{Label: "Psilocybin", Type: "EXPERIMENTAL", Description: "25 mg twice", InterventionNames: []string{"Psilocybin"},
			Pointer: period + "/arms/arm[1]"},
			{Label: "Niacin", Type: "ACTIVE_COMPARATOR", Description: "100 mg twice", InterventionNames: []string{"Niacin"}, Pointer: period +
				"/arms/arm[2]"}},
		References: []evidence.Reference{{PMID: "12345678", Type: "RESULT",
			Pointer: "/result/trialChanges/pubMedReferenceNumbers/pubMedReferenceNumber[1]"}},
		Unknown: map[string]int{"adverseEvents/novelPart": 1},
	}, head(r))

	o := r.Results.Outcomes
	const first = "/result/endPoints/endPoint[1]"
	arm := func(e, a string) string {
		return "/result/endPoints/endPoint[" + e + "]/armReportingGroups/armReportingGroup[" + a + "]"
	}
	check("end point", evidence.PostedOutcome{Type: "PRIMARY", Title: "Montgomery-Asberg Depression Rating Scale (MADRS) total score",
		Description: "Range 0 to 60, higher is worse", TimeFrame: "Week 6",
		ParamType: "Mean", DispersionType: "Standard Deviation", Unit: "units on a scale", Pointer: first,
		Groups: []evidence.Group{{ID: "EndPointArmReportingGroup-1", Title: "Psilocybin", Description: "25 mg twice"},
			{ID: "EndPointArmReportingGroup-2", Title: "Niacin", Description: "100 mg twice"}},
		Denoms: []evidence.Denom{{Units: "Participants", Counts: []evidence.DenomCount{{GroupID: "EndPointArmReportingGroup-1", Value: "27",
			Pointer: arm("1", "1") + "/subjects"}, {GroupID: "EndPointArmReportingGroup-2", Value: "29", Pointer: arm("1", "2") + "/subjects"}}}},
		Classes: []evidence.Class{{Categories: []evidence.Category{{Measurements: []evidence.Measurement{
			{GroupID: "EndPointArmReportingGroup-1", Value: "12.5", Spread: "7.25", Pointer: arm("1", "1") + "/tendencyValues/tendencyValue[1]"},
			{GroupID: "EndPointArmReportingGroup-2", Value: "21.0", Spread: "8.5", Comment: "one assessed by telephone", Pointer: arm("1", "2") +
				"/tendencyValues/tendencyValue[1]"}}}}}},
		Analyses: []evidence.Analysis{{GroupIDs: []string{"EndPointArmReportingGroup-1", "EndPointArmReportingGroup-2"},
			GroupDescription: "Psilocybin minus niacin", MethodComment: "Model with the baseline score as covariate",
			NonInferiority: "SUPERIORITY", Method: "ANCOVA", PValue: "<0.0001", ParamType: "Mean Difference (Final Values)", ParamValue: "-8.4",
			CIPct: "95", CISides: "TWO_SIDED", CILower: "-12.7", CIUpper: "-4.1",
			Pointer: first + "/statisticalAnalyses/statisticalAnalysis[1]"}},
	}, o[0])
	check("interval", "97.5% Confidence Interval", o[1].DispersionType)
	set := "/result/endPoints/endPoint[2]/subjectAnalysisSetReportingGroups/subjectAnalysisSetReportingGroup[1]/tendencyValues/tendencyValue"
	const na = "NA (posted as 99999)"
	check("classes", []evidence.Class{
		{Title: "Week 2", Categories: []evidence.Category{{Measurements: []evidence.Measurement{{GroupID: "EndPointArmReportingGroup-3",
			Value: "-9.1", Lower: "-11.2", Upper: "-7.0", Pointer: arm("2", "1") + "/tendencyValues/tendencyValue[1]"},
			{GroupID: "EndPointSubjectAnalysisSetReportingGroup-1", Value: "-3.5", Pointer: set + "[1]"}}}}},
		{Title: "Week 6", Categories: []evidence.Category{{Measurements: []evidence.Measurement{{GroupID: "EndPointArmReportingGroup-3",
			Value: na, Lower: na, Upper: na, Pointer: arm("2", "1") + "/tendencyValues/tendencyValue[2]"}}}}},
		{Title: "Category-5",
			Categories: []evidence.Category{{Measurements: []evidence.Measurement{{GroupID: "EndPointSubjectAnalysisSetReportingGroup-1",
				Value: "-4.5", Pointer: set + "[2]"}}}}},
	}, o[1].Classes)
	check("counts", "Count of Participants", o[2].ParamType)
	check("unknown term", "ENDPOINT_TYPE.wish", o[2].Type)
	check("unknown arm", evidence.Group{ID: "EndPointArmReportingGroup-5"}, o[2].Groups[1])

	check("baseline", []string{"Age continuous", "Gender categorical"}, titles(r.Results.Baseline))
	check("total", []evidence.Group{{ID: "BaselineReportingGroup-1", Title: "Psilocybin", Description: "25 mg twice"},
		{ID: "BaselineReportingGroup-2", Title: "Niacin", Description: "100 mg twice"}, {ID: "TotalBaselineGroup-1", Title: "Total"}},
		r.Results.Baseline[1].Groups)
	check("flow", []string{"Pre-assignment: PRE-ASSIGNMENT STARTED 80; PRE-ASSIGNMENT COMPLETED 59; - Not eligible 21",
		"Overall trial: STARTED 30 29; COMPLETED 27 29; Second dose 28; - Lost to Follow-up 3"}, flowText(r.Results.Flow))

	zero, thirty, twenty, many, more := 0, 30, 20, 24, 26
	at := "/result/adverseEvents"
	check("adverse events", &evidence.AdverseEvents{FrequencyThreshold: "5", TimeFrame: "To week 12",
		Groups: []evidence.EventGroup{{Group: evidence.Group{ID: "ReportingGroup-1", Title: "Psilocybin"}, DeathsAffected: &zero,
			SeriousAffected: &zero, SeriousAtRisk: &thirty, OtherAffected: &more, OtherAtRisk: &thirty,
			Pointers: evidence.EventPointers{Serious: at + "/reportingGroups/reportingGroup[1]/subjectsAffectedBySeriousAdverseEvents",
				SeriousAtRisk: at + "/reportingGroups/reportingGroup[1]/subjectsExposed",
				Other:         at + "/reportingGroups/reportingGroup[1]/subjectsAffectedByNonSeriousAdverseEvents", OtherAtRisk: at +
					"/reportingGroups/reportingGroup[1]/subjectsExposed"}}},
		Events: []evidence.AdverseEvent{
			{Serious: true, Term: "Suicidal ideation", System: "Psychiatric disorders", Vocabulary: "MedDRA 21.0",
				Assessment: "SYSTEMATIC_ASSESSMENT", Stats: []evidence.EventStat{{GroupID: "ReportingGroup-1", Affected: &zero, AtRisk: &thirty,
					Pointer: at + "/seriousAdverseEvents/seriousAdverseEvent[1]/values/value[1]"}}},
			{Term: "Headache", System: "Nervous system disorders", Vocabulary: "MedDRA 21.0", Assessment: "NON_SYSTEMATIC_ASSESSMENT",
				Stats: []evidence.EventStat{{GroupID: "ReportingGroup-1", Events: &many, Affected: &twenty, AtRisk: &thirty, Pointer: at +
					"/nonSeriousAdverseEvents/nonSeriousAdverseEvent[1]/values/value[1]"}}},
		}}, r.Results.Adverse)

	var told []string
	for _, p := range r.Problems {
		told = append(told, p.Where[strings.LastIndex(p.Where, "/")+1:])
	}
	check("kept aside", []string{"tendencyValue[2]", "value", "value", "@armId", "occurrences"}, told)
}

const period = "/result/subjectDisposition/postAssignmentPeriods/postAssignmentPeriod[1]"

func head(r evidence.Record) evidence.Record {
	r.Results, r.Problems, r.SecondaryIDs, r.Prov, r.ContentHash = nil, nil, nil, evidence.Provenance{}, ""
	return r
}

func titles(os []evidence.PostedOutcome) (out []string) {
	for _, o := range os {
		out = append(out, o.Title)
	}
	return out
}

func flowText(ps []evidence.FlowPeriod) (out []string) {
	row := func(mark string, ms []evidence.FlowMilestone) (s []string) {
		for _, m := range ms {
			t := mark + m.Type
			for _, c := range m.Counts {
				t += " " + c.Subjects
			}
			s = append(s, t)
		}
		return s
	}
	for _, p := range ps {
		out = append(out, p.Title+": "+strings.Join(append(row("", p.Milestones), row("- ", p.Withdrawn)...), "; "))
	}
	return out
}

func TestPlaceholders(t *testing.T) {
	const none = "NA (posted as "
	for _, c := range []struct{ raw, text, want string }{
		{"9999", "", none}, {"99999", "", none}, {"-9999", "", none}, {"9999.9", "", none}, {"99999.00", "", none},
		{"999", "", "999"}, {"999", "999 = not estimable", none}, {"999", "entered as 999.", none}, {"999", "of 19990 people", "999"},
		{"999", "999,000 cells", "999"},
		{"9999.5", "", "9999.5"}, {"99", "99 = missing", "99"}, {"1999", "", "1999"}, {"99998", "", "99998"},
	} {
		var p placeholders
		p.look(c.text)
		got := p.value(c.raw, "/x")
		if c.want == none && got != none+c.raw+")" || c.want != none && got != c.want {
			t.Errorf("%q with %q gives %q", c.raw, c.text, got)
		}
		if n := evidence.ParseNumber(got, evidence.StyleRegister); c.want == none && n.OK {
			t.Errorf("%q reads as the number %v", got, n.Value)
		}
	}
}

// TestDispersions holds each kind of dispersion to the words that are read
// elsewhere; two values where one belongs become no spread.
func TestDispersions(t *testing.T) {
	for _, c := range []struct{ kind, percent, low, high, word, spread, lower, upper string }{
		{"ENDPOINT_DISPERSION.standardError", "", "0.09", "", "Standard Error", "0.09", "", ""},
		{"ENDPOINT_DISPERSION.interQuartileRange", "", "1", "3", "Inter-Quartile Range", "", "1", "3"},
		{"ENDPOINT_DISPERSION.fullRange", "", "1", "", "Full Range", "", "1", ""},
		{"ENDPOINT_DISPERSION.geometricCoefficientVariation", "", "30", "", "Geometric Coefficient of Variation", "30", "", ""},
		{"ENDPOINT_DISPERSION.confidenceInterval", "95.0", "1", "3", "95% Confidence Interval", "", "1", "3"},
		{"ENDPOINT_DISPERSION.confidenceInterval", "wide", "1", "3", "Confidence Interval", "", "1", "3"},
		{"ENDPOINT_DISPERSION.standardDeviation", "", "6.1", "17.9", "Standard Deviation", "", "6.1", "17.9"},
		{"ENDPOINT_DISPERSION.na", "", "", "", "", "", "", ""},
		{"ENDPOINT_DISPERSION.guess", "", "2", "", "ENDPOINT_DISPERSION.guess", "2", "", ""},
	} {
		doc := fmt.Sprintf(`<n:result xmlns:n=%q eudractNumber="2015-004526-33"><endPoints><endPoint><centralTendencyType><value>`+
			`MEASURE_TYPE.arithmetic</value></centralTendencyType><dispersionType><value>%s</value></dispersionType><percentage>`+
			`%s</percentage><armReportingGroups><armReportingGroup id="g"><tendencyValues><tendencyValue><value>2</value>`+
			`</tendencyValue></tendencyValues><dispersionValues><dispersionValue><value>%s</value><highRangeValue>%s</highRangeValue>`+
			`</dispersionValue></dispersionValues></armReportingGroup></armReportingGroups></endPoint></endPoints></n:result>`,
			namespace, c.kind, c.percent, c.low, c.high)
		got, err := Parse(evidence.Payload{Body: []byte(doc)})
		if err != nil {
			t.Fatal(err)
		}
		o := got.Records[0].Results.Outcomes[0]
		m := o.Classes[0].Categories[0].Measurements[0]
		if o.ParamType != "Mean" || o.DispersionType != c.word || m.Spread != c.spread || m.Lower != c.lower || m.Upper != c.upper {
			t.Errorf("%+v gives %q and %+v", c, o.DispersionType, m)
		}
	}
}

// packed makes an archive of members given as name, text, name, text, ….
func packed(t testing.TB, members ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		w, err := z.CreateHeader(&zip.FileHeader{Name: members[i], Method: zip.Deflate, Modified: time.Date(2020, 1, 1+i, 0, 0, 0, 0, time.UTC)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(members[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func resultOf(number, title string) string {
	return fmt.Sprintf(`<n:result xmlns:n=%q eudractNumber=%q><trialInformation><fullTitle>%s</fullTitle></trialInformation></n:result>`,
		namespace, number, title)
}

func TestArchive(t *testing.T) {
	one, two := resultOf("2015-004526-33", "one"), resultOf("2015-004526-33", "two")
	for name, c := range map[string]struct {
		archive []byte
		want    string // "" for an error
	}{
		"newest by version, not by place or date": {packed(t, "EU-CTR 2015-004526-33 v10 - Results.xml", two,
			"EU-CTR 2015-004526-33 v9 - Results.xml", one), two},
		"newest by date without versions": {packed(t, "a.xml", one, "b.xml", two), two},
		"other members": {packed(t, "summary.pdf", "%PDF", "note.xml", "<note/>",
			"EU-CTR 2015-004526-33 v1 - Results.xml", one), one},
		"a name that climbs":           {packed(t, "../../etc/EU-CTR 2015-004526-33 v1 - Results.xml", one), one},
		"a name that climbs backwards": {packed(t, `..\..\EU-CTR 2015-004526-33 v1 - Results.xml`, one), one},
		"nothing in it":                {packed(t), ""},
		"no results in it":             {packed(t, "a.xml", "<a/>"), ""},
		"cut":                          {packed(t, "a.xml", one)[:100], ""},
		"a bomb":                       {packed(t, "a.xml", one+strings.Repeat(" ", maxUnpacked)), ""},
		"no archive":                   {[]byte(one), ""},
	} {
		got, _, err := Unpack(c.archive)
		if string(got) != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: %.80q, %v", name, got, err)
		}
		if err != nil && answer.KindOf(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	spoilt := packed(t, "EU-CTR 2015-004526-33 v1 - Results.xml", one, "EU-CTR 2015-004526-33 v2 - Results.xml", two)
	at := bytes.Index(spoilt, []byte("v2 - Results.xml")) + len("v2 - Results.xml") + 20 // past the header, in the data
	spoilt[at] ^= 0xff
	if got, _, err := Unpack(spoilt); err == nil {
		t.Errorf("an older version stands in for a newest that is broken: %.80q", got)
	}
}

// TestCrawlResults crawls a register in which some trials have results: each
// becomes a record, what is broken is kept aside, and what vanishes is buried.
func TestCrawlResults(t *testing.T) {
	number := func(n int) string { return entry(n, 0).ID[:14] }
	archive := func(n int, body []byte) sourcetest.Entry { return sourcetest.Entry{ID: number(n), Body: body} }
	var entries []sourcetest.Entry
	for n := range 12 {
		entries = append(entries, entry(n, 0))
	}
	for n := range 9 {
		body := packed(t, "EU-CTR "+number(n)+" v1 - Results.xml", resultOf(number(n), "trial "+strconv.Itoa(n)))
		switch n {
		case 3:
			body = packed(t, "x.xml", resultOf(number(4), "another trial's"))
		case 5:
			body = []byte("<html>maintenance</html>")
		}
		entries = append(entries, archive(n, body))
	}
	world := sourcetest.NewWorld(entries...)
	inner, unfiltered := world.Serve(New()), false
	register := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/result/zip/xml/"+number(6)) {
			http.NotFound(rw, r)
			return
		}
		if unfiltered {
			_ = r.ParseForm()
			r.Form.Del("resultsstatus")
		}
		inner.ServeHTTP(rw, r)
	})
	src := New()
	sink, crawl := sourcetest.Crawl(t, src, register, sourcetest.Fake(src).Path, crawler.QuestionSet{Substances: []crawler.Concept{
		{ID: "psilocybin", Terms: []string{"psilocybin"}}}})
	sum := crawl()
	var results []string
	for _, id := range sourcetest.IDs(sink, SourceName) {
		if len(id) == 14 {
			results = append(results, id)
		}
	}
	if want := []string{number(0), number(1), number(2), number(4), number(7), number(8)}; !slices.Equal(results, want) ||
		sum.New != 12+len(want) || !sum.Complete {
		t.Errorf("results %v, want %v; %+v", results, want, sum)
	}
	var kinds []string
	for _, p := range sink.Problems() {
		kinds = append(kinds, p.RecordID+" "+p.Kind)
	}
	if want := []string{number(3) + " " + crawler.KindWrongShape, number(5) + " " + crawler.KindHTML, number(6) + " " +
		crawler.KindMissing}; !slices.Equal(kinds, want) {
		t.Errorf("kept aside %v, want %v", kinds, want)
	}
	rec, _ := sink.Record(SourceName, number(2))
	for _, p := range sink.Payloads() {
		if p.SHA256 == rec.Prov.PayloadSHA256 && (p.MediaType != "application/xml" || p.RecordID != number(2) || answer.Sum(p.Body) != p.SHA256) {
			t.Errorf("payload %+v", p)
		}
	}
	if rec.Title != "trial 2" || rec.Prov.Pointer != "/result" {
		t.Errorf("%+v", rec)
	}
	world.Change(func(es []sourcetest.Entry) []sourcetest.Entry {
		return slices.DeleteFunc(es, func(e sourcetest.Entry) bool {
			return e.ID == number(7) || e.ID == number(6) || e.ID == number(5) || e.ID == number(3)
		})
	})
	sum = crawl()
	if c := sink.Content(SourceName); !slices.Equal(c.Gone, []string{number(7)}) || sum.Changed > 0 || sum.New > 0 {
		t.Errorf("gone %v, %+v", c.Gone, sum.CommitResult)
	}
	// A mirror that does not know the filter lists all trials; that most have
	// no results is then no fault.
	unfiltered = true
	before := len(sink.Problems())
	if crawl(); len(sink.Problems()) != before {
		t.Errorf("%v", sink.Problems()[before:])
	}
}

func FuzzResults(f *testing.F) {
	f.Add(fixture(f))
	f.Add([]byte(resultOf("2015-004526-33", "x")))
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := resultRecords.Parse(evidence.Payload{Body: body})
		if err != nil && len(got.Records) > 0 {
			t.Fatal("records and an error")
		}
		for _, r := range got.Records {
			if !eudractNumber.MatchString(r.ID) || r.ContentHash == "" || r.Results == nil {
				t.Fatal(r.ID)
			}
		}
	})
}

func FuzzUnpack(f *testing.F) {
	f.Add(packed(f, "EU-CTR 2015-004526-33 v1 - Results.xml", resultOf("2015-004526-33", "x")))
	f.Fuzz(func(t *testing.T, body []byte) {
		if got, _, err := Unpack(body); err == nil && !isResults(got) {
			t.Fatal("no results and no error")
		}
	})
}
