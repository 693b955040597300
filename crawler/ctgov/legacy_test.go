package ctgov

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"

	"past/crawler/charset"
	"past/crawler/jsontree"
	"past/internal/evidence"
)

func parseOne(t testing.TB, body []byte) evidence.Record {
	t.Helper()
	p, err := Parse(evidence.Payload{Body: body})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Records) != 1 {
		t.Fatalf("%d records, problems %v", len(p.Records), p.Problems)
	}
	return p.Records[0]
}

// TestLegacyXML reads real records in the register's former XML; the counts
// were worked out from the files.
func TestLegacyXML(t *testing.T) {
	for _, c := range []struct {
		file   string
		counts evidence.Counts
		check  map[string]string // pointer → value as JSON
	}{
		{"NCT00739765", evidence.Counts{PlannedOutcomes: 2, PostedOutcomes: 2, OutcomeGroups: 6, Classes: 4, Measurements: 12, EventStats: 9,
			References: 16},
			map[string]string{
				"/protocolSection/designModule/designInfo/maskingInfo/whoMasked/0": `"OUTCOMES_ASSESSOR"`,
				"/protocolSection/statusModule/startDateStruct/date":               `"2008-04"`,
				"/protocolSection/armsInterventionsModule/armGroups/1/interventionNames/0": `"Behavioral: ` +
					`Prolonged Exposure Therapy"`,
				"/resultsSection/outcomeMeasuresModule/outcomeMeasures/0/classes/0/categories/0/measurements/0/groupId": `"OG000"`,
				"/resultsSection/outcomeMeasuresModule/outcomeMeasures/0/classes/0/categories/0/measurements/0/value":   `"68.9"`,
				"/resultsSection/adverseEventsModule/eventGroups/2/seriousNumAtRisk":                                    `32`,
				"/resultsSection/baselineCharacteristicsModule/measures/0/dispersionType":                               `"STANDARD_DEVIATION"`,
				"/resultsSection/participantFlowModule/periods/0/milestones/1/achievements/2/numSubjects":               `"21"`,
				"/protocolSection/referencesModule/references/10/type":                                                  `"RESULT"`,
				"/resultsSection/adverseEventsModule/seriousEvents/1/assessmentType":                                    `"NON_SYSTEMATIC_ASSESSMENT"`,
				"/resultsSection/baselineCharacteristicsModule/denoms/0/counts/3/value":                                 `"110"`,
				"/resultsSection/outcomeMeasuresModule/outcomeMeasures/0/dispersionType":                                `"Standard Deviation"`,
				"/resultsSection/outcomeMeasuresModule/outcomeMeasures/1/reportingStatus":                               `"POSTED"`,
				"/protocolSection/designModule/enrollmentInfo/count":                                                    `110`,
				"/protocolSection/eligibilityModule/healthyVolunteers":                                                  `false`,
				"/derivedSection/conditionBrowseModule/meshes/1/term": `"Stress Disorders, ` +
					`Post-Traumatic"`,
				"/protocolSection/sponsorCollaboratorsModule/collaborators/0/class": `"NIH"`,
				"/protocolSection/identificationModule/secondaryIdInfos/0/id":       `"R01MH079078"`,
				"/protocolSection/statusModule/resultsFirstPostDateStruct/type":     `"ESTIMATED"`,
				"/protocolSection/designModule/phases/0":                            `"NA"`,
				"/hasResults":                                                       `true`,
			}},
		{"NCT00000378", evidence.Counts{PlannedOutcomes: 1, PostedOutcomes: 1, OutcomeGroups: 2, Classes: 2, Measurements: 4, Contrasts: 1,
			EventStats: 6},
			map[string]string{
				"/resultsSection/outcomeMeasuresModule/outcomeMeasures/0/analyses/0/groupIds/1":         `"OG001"`,
				"/resultsSection/outcomeMeasuresModule/outcomeMeasures/0/analyses/0/nonInferiorityType": `"SUPERIORITY_OR_OTHER"`,
				"/resultsSection/outcomeMeasuresModule/outcomeMeasures/0/analyses/0/pValue":             `"<0.05"`,
				"/resultsSection/adverseEventsModule/eventGroups/1/otherNumAffected":                    `4`,
			}},
	} {
		t.Run(c.file, func(t *testing.T) {
			body, err := os.ReadFile("testdata/" + c.file + ".xml")
			if err != nil {
				t.Fatal(err)
			}
			rec := parseOne(t, body)
			if rec.ID != c.file || len(rec.Problems) > 0 || len(rec.Unknown) > 0 {
				t.Errorf("%s: problems %v, unknown %v", rec.ID, rec.Problems, rec.Unknown)
			}
			if got := rec.Count(); got != c.counts {
				t.Errorf("counts %+v, want %+v", got, c.counts)
			}
			for pointer, want := range c.check {
				pl, err := Open(body).Resolve(pointer)
				if err != nil || string(pl.Value) != want || pl.At == "" {
					t.Errorf("%s: %s at %q, %v; want %s", pointer, pl.Value, pl.At, err, want)
				}
			}
			if _, err := Open(body).Resolve("/protocolSection/nothing"); err == nil {
				t.Error("a pointer to nothing leads somewhere")
			}
		})
	}
}

// formerXML is a record as the register wrote it before 2017: the design in one
// text, measures in a list that the numbers of people and units begin.
const formerXML = `<clinical_study rank="1"><id_info><org_study_id>D-1</org_study_id><nct_id>NCT00999999</nct_id></id_info>
<brief_title>Drops for dry eyes</brief_title><overall_status>Completed</overall_status><phase>Phase 2/Phase 3</phase>
<study_type>Interventional</study_type><study_design>Allocation:  Randomized, Endpoint Classification:  Efficacy Study, Intervention Model:
  Parallel Assignment, Masking:  Double Blind (Subject, Caregiver, Outcomes Assessor), Primary Purpose:  Treatment</study_design>
<eligibility><gender>Both</gender></eligibility><lastchanged_date>June 3, 2012</lastchanged_date>
<clinical_results><outcome_list>
<outcome><type>Primary</type><title>Redness</title><time_frame>Week 4</time_frame>
<group_list><group group_id="O1"><title>Drops</title></group><group group_id="O2"><title>Vehicle</title></group></group_list>
<measure_list>
<measure><title>Number of Eyes</title><units>eyes</units><param>Number</param><category_list><category><measurement_list>
<measurement group_id="O1" value="80"/><measurement group_id="O2" value="78"/></measurement_list></category></category_list></measure>
<measure><title>Number of Participants</title><units>participants</units><param>Number</param><category_list><category><measurement_list>
<measurement group_id="O1" value="40"/><measurement group_id="O2" value="39"/></measurement_list></category></category_list></measure>
<measure><title>Redness</title><units>points</units><param>Mean</param><dispersion>Standard Deviation</dispersion><category_list>
<category><sub_title>Baseline</sub_title><measurement_list><measurement group_id="O1" value="3.1" spread="0.9"/>
<measurement group_id="O2" value="3.0" spread="1.0"/></measurement_list></category>
<category><sub_title>Week 4</sub_title><measurement_list><measurement group_id="O1" value="1.2" spread="0.8"/>
<measurement group_id="O2" value="2.2" spread="1.1"/></measurement_list></category></category_list></measure>
</measure_list></outcome>
<outcome><type>Secondary</type><title>Relapse</title><group_list><group group_id="O1"><title>Drops</title></group></group_list>
<measure_list><measure><title>Number of Participants</title><units>participants</units><param>Number</param><category_list><category>
<measurement_list><measurement group_id="O1" value="0"/></measurement_list></category></category_list></measure></measure_list></outcome>
</outcome_list></clinical_results></clinical_study>`

func TestFormerXML(t *testing.T) {
	rec := parseOne(t, []byte(formerXML))
	if want := (evidence.Counts{PostedOutcomes: 2, OutcomeGroups: 3, Classes: 2, Measurements: 4}); rec.Count() != want {
		t.Errorf("counts %+v, want %+v", rec.Count(), want)
	}
	const outcome = "/resultsSection/outcomeMeasuresModule/outcomeMeasures/0"
	for _, c := range []struct{ pointer, value, at string }{
		{outcome + "/classes/1/title", `"Week 4"`, "measure_list[1]/measure[3]/category_list[1]/category[2]/sub_title[1]"},
		{outcome + "/classes/1/categories/0/measurements/1/value", `"2.2"`,
			"measure_list[1]/measure[3]/category_list[1]/category[2]/measurement_list[1]/measurement[2]/@value"},
		{outcome + "/denoms/0/units", `"Participants"`, "measure_list[1]/measure[2]"},
		{outcome + "/denoms/0/counts/1/value", `"39"`,
			"measure_list[1]/measure[2]/category_list[1]/category[1]/measurement_list[1]/measurement[2]/@value"},
		{outcome + "/denoms/1/counts/0/value", `"80"`,
			"measure_list[1]/measure[1]/category_list[1]/category[1]/measurement_list[1]/measurement[1]/@value"},
		{outcome + "/typeUnitsAnalyzed", `"eyes"`, "measure_list[1]/measure[1]"},
		{outcome + "/paramType", `"MEAN"`, "measure_list[1]/measure[3]/param[1]"},
		{"/resultsSection/outcomeMeasuresModule/outcomeMeasures/1/denoms/0/counts/0/value", `"0"`, "measurement[1]/@value"},
		{"/protocolSection/designModule/designInfo/allocation", `"RANDOMIZED"`, "/clinical_study/study_design[1]"},
		{"/protocolSection/designModule/designInfo/interventionModel", `"PARALLEL"`, "/clinical_study/study_design[1]"},
		{"/protocolSection/designModule/designInfo/primaryPurpose", `"TREATMENT"`, "/clinical_study/study_design[1]"},
		{"/protocolSection/designModule/designInfo/maskingInfo/masking", `"TRIPLE"`, "/clinical_study/study_design[1]"},
		{"/protocolSection/designModule/designInfo/maskingInfo/whoMasked/1", `"CARE_PROVIDER"`, "/clinical_study/study_design[1]"},
		{"/protocolSection/eligibilityModule/sex", `"ALL"`, "gender[1]"},
		{"/protocolSection/statusModule/lastUpdateSubmitDate", `"2012-06-03"`, "lastchanged_date[1]"},
	} {
		pl, err := Open([]byte(formerXML)).Resolve(c.pointer)
		if err != nil || string(pl.Value) != c.value || !strings.HasSuffix(pl.At, c.at) {
			t.Errorf("%s: %s at %q, %v; want %s at …%s", c.pointer, pl.Value, pl.At, err, c.value, c.at)
		}
	}
	old := parseOne(t, []byte(`<clinical_study><id_info><nct_id>NCT00999998</nct_id></id_info><study_type>Interventional</study_type>
		<study_design>Treatment, Randomized, Double-Blind, Placebo Control, Parallel Assignment, Efficacy Study</study_design></clinical_study>`))
	if old.Allocation != "RANDOMIZED" || old.Masking != "DOUBLE" || old.InterventionModel != "PARALLEL" || old.PrimaryPurpose != "TREATMENT" {
		t.Errorf("a design without keys: %s, %s, %s, %s", old.Allocation, old.Masking, old.InterventionModel, old.PrimaryPurpose)
	}
	for words, want := range map[string]string{"Open Label": "None (Open Label)", "Double-Blind": "Double",
		"Single Blind (Outcomes Assessor)":     "Single (Outcomes Assessor)",
		"Double Blind (Subject, Investigator)": "Double (Participant, Investigator)"} {
		if got := formerMasking(words); got != want {
			t.Errorf("masking %q is %q, want %q", words, got, want)
		}
	}
}

// TestLegacyPlace checks that the XPath of a value leads back to it.
func TestLegacyPlace(t *testing.T) {
	body, err := os.ReadFile("testdata/NCT00739765.xml")
	if err != nil {
		t.Fatal(err)
	}
	pl, err := Open(body).Resolve("/resultsSection/outcomeMeasuresModule/outcomeMeasures/1/classes/0/categories/0/measurements/2/spread")
	want := "/clinical_study/clinical_results[1]/outcome_list[1]/outcome[2]/measure[1]/class_list[1]/class[1]/category_list[1]/" +
		"category[1]/measurement_list[1]/measurement[3]/@spread"
	if err != nil || pl.At != want {
		t.Errorf("%q, %v; want %q", pl.At, err, want)
	}
}

// studies are the synthetic full study and variants of it with other words in
// the enumerated fields.
func studies(t *testing.T) []*jsontree.Node {
	t.Helper()
	var out []*jsontree.Node
	rng := rand.New(rand.NewPCG(18, 3))
	for n := range 12 {
		s := compact(t, n)
		for _, v := range [][]string{
			{`"COMPLETED"`, `"ACTIVE_NOT_RECRUITING"`, `"UNKNOWN"`, `"NO_LONGER_AVAILABLE"`},
			{`"RANDOMIZED"`, `"NON_RANDOMIZED"`, `"NA"`},
			{`"PARALLEL"`, `"SINGLE_GROUP"`, `"CROSSOVER"`, `"FACTORIAL"`},
			{`"ESTIMATED"`, `"ACTUAL"`},
		} {
			s = strings.ReplaceAll(s, v[0], v[rng.IntN(len(v))])
		}
		root, err := jsontree.Parse([]byte(s))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, root)
	}
	return out
}

// TestFormatsGiveTheSameRecord writes studies in the former formats, as far as
// these carry a field, and reads them back: the record is that of API v2.
func TestFormatsGiveTheSameRecord(t *testing.T) {
	for i, root := range studies(t) {
		v2 := jsontree.Canonical(nil, root, nil)
		want := parseOne(t, v2)
		full := parseOne(t, []byte(`{"FullStudiesResponse":{"APIVrs":"1.01.05","FullStudies":[{"Rank":1,"Study":`+asPieces(root,
			fieldTree())+`}]}}`))
		same(t, fmt.Sprintf("study %d as FullStudies", i), want, full, true)
		xml := parseOne(t, []byte(asLegacy(root)))
		same(t, fmt.Sprintf("study %d as former XML", i), want, xml, false)
		for name, enc := range map[string][]byte{"UTF-16LE": utf16le(asLegacy(root)), "UTF-16LE JSON": utf16le(string(v2))} {
			if e, _ := charset.EncodingOf(enc); e != charset.UTF16LE {
				t.Fatalf("%s is taken for %s", name, e)
			}
			got := parseOne(t, enc)
			if got.ID != want.ID || got.Title != want.Title {
				t.Errorf("%s: %s %q", name, got.ID, got.Title)
			}
		}
	}
}

func utf16le(s string) []byte {
	out := []byte{0xff, 0xfe}
	for _, r := range s {
		if r > 0xffff {
			r = '?'
		}
		out = append(out, byte(r), byte(r>>8))
	}
	return out
}

// same compares two records by their JSON, without what names the payload.
// Fields that the former XML does not have are left out where whole is false.
func same(t *testing.T, what string, want, got evidence.Record, whole bool) {
	t.Helper()
	flat := func(r evidence.Record) map[string]any {
		r.ContentHash, r.Prov, r.Unknown, r.Problems, r.DataDay = "", evidence.Provenance{}, nil, nil, ""
		if !whole {
			for i := range r.Sites {
				r.Sites[i].Lat, r.Sites[i].Lon = nil, nil
			}
			for i := range r.References {
				r.References[i].Retractions = nil
				if r.References[i].Type == "DERIVED" {
					r.References[i].Type = "BACKGROUND"
				}
			}
			r.ResultsInQC, r.Documents = false, nil
			r.Summary = strings.ReplaceAll(r.Summary, "\n", " ") // lines of a block are joined
			if r.Results != nil && r.Results.Adverse != nil {
				// The sums stand in rows of their own there; TestLegacyXML reads them.
				for i := range r.Results.Adverse.Groups {
					r.Results.Adverse.Groups[i] = evidence.EventGroup{Group: r.Results.Adverse.Groups[i].Group}
				}
				for i := range r.Results.Outcomes {
					for k := range r.Results.Outcomes[i].Analyses {
						r.Results.Outcomes[i].Analyses[k].TestedNonInf = ""
					}
				}
			}
		}
		b, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var v any
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatal(err)
		}
		leaves := map[string]any{}
		flatten("", v, leaves)
		return leaves
	}
	a, b := flat(want), flat(got)
	for key := range a {
		if a[key] != b[key] {
			t.Errorf("%s: %s: %v, want %v", what, key, b[key], a[key])
		}
	}
	for key := range b {
		if _, ok := a[key]; !ok {
			t.Errorf("%s: %s was not in the study: %v", what, key, b[key])
		}
	}
}

// flatten lists the scalars of a JSON value by their path.
func flatten(at string, v any, out map[string]any) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			flatten(at+"."+k, x, out)
		}
	case []any:
		for i, x := range v {
			flatten(fmt.Sprintf("%s[%d]", at, i), x, out)
		}
	default:
		out[at] = v
	}
}

// asPieces writes a study as the former API did.
func asPieces(n *jsontree.Node, f *field) string {
	var b strings.Builder
	b.WriteByte('{')
	first := true
	for i := range f.kids {
		k := &f.kids[i]
		v := n.Get(k.name)
		if v.Kind == jsontree.Absent || k.name == "hasResults" {
			continue
		}
		if !first {
			b.WriteByte(',')
		}
		first = false
		switch {
		case k.kind.list():
			var items []string
			for j := range v.Kids {
				if k.kind == objects {
					items = append(items, asPieces(&v.Kids[j], k))
				} else {
					items = append(items, quoted(v.Kids[j].Text))
				}
			}
			fmt.Fprintf(&b, `"%sList":{"%s":[%s]}`, k.piece, k.piece, strings.Join(items, ","))
		case k.kind == object:
			fmt.Fprintf(&b, "%q:%s", k.piece, asPieces(v, k))
		default:
			fmt.Fprintf(&b, "%q:%s", k.piece, quoted(v.Text))
		}
	}
	return b.String() + "}"
}

func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// element is XML to be written: a path is made once for each item.
type element struct {
	name  string
	attrs []string
	text  string
	kids  []*element
}

func (e *element) write(b *strings.Builder) {
	fmt.Fprintf(b, "<%s%s>%s", e.name, strings.Join(e.attrs, ""), html.EscapeString(e.text))
	for _, k := range e.kids {
		k.write(b)
	}
	fmt.Fprintf(b, "</%s>", e.name)
}

// down goes to the element at a path, making what is missing; the last one is
// made in any case where fresh is set.
func (e *element) down(path string, fresh bool) *element {
	steps := strings.Split(path, "/")
	for i, s := range steps {
		if s == "." || s == "" {
			continue
		}
		var next *element
		for _, k := range e.kids {
			if k.name == s {
				next = k
			}
		}
		if next == nil || fresh && i == len(steps)-1 {
			next = &element{name: s}
			e.kids = append(e.kids, next)
		}
		e = next
	}
	return e
}

func (r rule) put(n *jsontree.Node, f *field, e *element) {
	v := n.Get(r.name)
	if v.Kind == jsontree.Absent {
		return
	}
	kf := &f.kids[f.kid(r.name)]
	path := ""
	if len(r.paths) > 0 {
		path = r.paths[0]
	}
	switch {
	case kf.kind == object:
		for _, k := range r.kids {
			k.put(v, kf, e)
		}
	case kf.kind == objects:
		for i := range v.Kids {
			item := &v.Kids[i]
			if r.name == "references" && (item.Get("type").Text == "RESULT") != (path == "results_reference") {
				continue
			}
			x := e.down(path, true)
			for _, k := range r.kids {
				k.put(item, kf, x)
			}
		}
	case kf.kind.list():
		for i := range v.Kids {
			e.down(path, true).text = legacyID(r.name, v.Kids[i].Text)
		}
	case r.fixed == "":
		elem, attr, isAttr := strings.Cut(path, "@")
		x := e.down(strings.TrimSuffix(elem, "/"), false)
		text := legacyID(r.name, v.Text)
		if isAttr {
			x.attrs = append(x.attrs, fmt.Sprintf(" %s=\"%s\"", attr, html.EscapeString(text)))
		} else {
			x.text = text
		}
	}
}

// legacyID writes OG001 as O2.
func legacyID(name, s string) string {
	var n int
	if strings.HasPrefix(name, "groupId") || name == "id" && len(s) == 5 && s[1] == 'G' {
		if _, err := fmt.Sscanf(s[2:], "%d", &n); err == nil {
			return map[string]string{"FG": "P", "BG": "B", "OG": "O", "EG": "E"}[s[:2]] + fmt.Sprint(n+1)
		}
	}
	return s
}

// asLegacy writes a study as the former XML.
func asLegacy(root *jsontree.Node) string {
	e := &element{name: "clinical_study"}
	for _, r := range legacyRules() {
		r.put(root, fieldTree(), e)
	}
	design := root.At("protocolSection", "designModule")
	if m := design.At("designInfo", "maskingInfo"); m.Kind == jsontree.Object {
		text := typeTitle(m.Get("masking").Text)
		if who := m.Get("whoMasked").Scalars(); len(who) > 0 {
			text += " (" + strings.Join(who, ", ") + ")"
		}
		e.down("study_design_info/masking", true).text = text
	}
	if ph := design.Get("phases").Scalars(); len(ph) > 0 {
		e.down("phase", true).text = strings.Join(ph, "/")
	}
	events := root.At("resultsSection", "adverseEventsModule")
	for _, table := range [...]struct{ key, path string }{{"seriousEvents", "serious_events"}, {"otherEvents", "other_events"}} {
		for i := range events.Get(table.key).Items() {
			ev := &events.Get(table.key).Kids[i]
			at := e.down("clinical_results/reported_events/"+table.path+"/category_list/category", true)
			at.down("title", true).text = ev.Get("organSystem").Text
			x := at.down("event_list/event", true)
			title := x.down("sub_title", true)
			title.text = ev.Get("term").Text
			if v := ev.Get("sourceVocabulary").Text; v != "" {
				title.attrs = append(title.attrs, fmt.Sprintf(" vocab=\"%s\"", html.EscapeString(v)))
			}
			x.down("assessment", true).text = ev.Get("assessmentType").Text
			x.down("description", true).text = ev.Get("notes").Text
			for k := range ev.Get("stats").Items() {
				s := &ev.Get("stats").Kids[k]
				c := x.down("counts", true)
				for _, a := range [...][2]string{{"groupId", "group_id"}, {"numEvents", "events"}, {"numAffected", "subjects_affected"},
					{"numAtRisk", "subjects_at_risk"}} {
					if v := s.Get(a[0]).Text; v != "" {
						c.attrs = append(c.attrs, fmt.Sprintf(" %s=\"%s\"", a[1], legacyID(a[0], v)))
					}
				}
			}
		}
	}
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	e.write(&b)
	return b.String()
}

func TestSiteCSV(t *testing.T) {
	body, err := os.ReadFile("testdata/ctg-studies.csv")
	if err != nil {
		t.Fatal(err)
	}
	r := parseOne(t, body)
	if r.ID != "NCT03537014" || r.Title != "A Multi-Site Phase 3 Study of MDMA-Assisted Psychotherapy for PTSD" ||
		r.Allocation != "RANDOMIZED" ||
		r.Interventions[0].Name != "MDMA" || r.Interventions[0].Type != "DRUG" || r.Start.Raw != "2018-11-07" || *r.Enrollment != 100 ||
		r.Sponsor.Class != "INDUSTRY" {
		t.Errorf("%+v", r)
	}
	pl, err := Open(body).Resolve("/protocolSection/identificationModule/acronym")
	if err != nil || string(pl.Value) != `"MAPP1"` || pl.At != "line 2, column acronym" {
		t.Errorf("%s at %s, %v", pl.Value, pl.At, err)
	}
	if strings.Contains(string(body), "MDMA in PTSD") {
		t.Fatal("not the file of this test")
	}
	bad := append(bytes.Clone(body), []byte("NCT01,half a row\n")...)
	p, err := Parse(evidence.Payload{Body: bad})
	if err != nil || len(p.Records) != 1 || len(p.Problems) != 1 || p.Problems[0].Where != "line 3" {
		t.Errorf("%v, %v", p.Problems, err)
	}
}

// TestLegacyWords checks the words that former formats write in another way.
func TestLegacyWords(t *testing.T) {
	for s, want := range map[string]string{
		"Active, not recruiting": "ACTIVE_NOT_RECRUITING", "Non-Randomized": "NON_RANDOMIZED", "Single Group Assignment": "SINGLE_GROUP",
		"N/A":      "NA",
		"U.S. Fed": "FED", "Early Phase 1": "EARLY_PHASE1", "Anticipated": "ESTIMATED", "2-Sided": "TWO_SIDED", "Unknown status": "UNKNOWN",
		"Standard Error of the Mean": "STANDARD_ERROR_OF_MEAN", "Geometric Least Squares Mean": "GEOMETRIC_LEAST_SQUARES_MEAN", "": "",
		"97.5% Confidence Interval": "CONFIDENCE_975", "Inter-Quartile Range": "INTER_QUARTILE_RANGE", "Both": "ALL",
		"Other Pre-specified": "OTHER_PRE_SPECIFIED",
	} {
		if got := enumWord(s); got != want {
			t.Errorf("%q is %q, want %q", s, got, want)
		}
	}
	for s, want := range map[string]string{"August 20, 2008": "2008-08-20", "April 2008": "2008-04", "2008-04": "2008-04",
		"spring": "spring", "February 30, 2008": "February 30, 2008"} {
		if got := isoDate(s); got != want {
			t.Errorf("%q is %q, want %q", s, got, want)
		}
	}
	for s, want := range map[string]string{"O1": "OG000", "E12": "EG011", "P100": "FG099", "B0": "B0", "X1": "X1", "OG000": "OG000", "": ""} {
		if got := groupID(s); got != want {
			t.Errorf("%q is %q, want %q", s, got, want)
		}
	}
	for s, want := range map[string][]string{
		"Double (Participant, Investigator)": {"DOUBLE", "PARTICIPANT", "INVESTIGATOR"}, "None (Open Label)": {"NONE"}, "Open Label": {"NONE"},
		"Double-Blind": {"DOUBLE"}, "Quadruple (Participant, Care Provider, Investigator, Outcomes Assessor)": {"QUADRUPLE", "PARTICIPANT",
			"CARE_PROVIDER", "INVESTIGATOR", "OUTCOMES_ASSESSOR"},
	} {
		d := newStudy().sub("protocolSection", "designModule", "designInfo", "maskingInfo")
		d.masking(s, "x")
		got := []string{d.has("masking").text}
		if who := d.has("whoMasked"); who != nil {
			for _, w := range who.items {
				got = append(got, w.text)
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q is %q, want %q", s, got, want)
		}
	}
}

func TestReflow(t *testing.T) {
	in := "\r\n      A line that\r\n      goes on.\r\n\r\n      Inclusion:\r\n\r\n        -  one\r\n           more\r\n\r\n    " +
		"    -  two\r\n\r\n      1. First\r\n      2. Second\r\n"
	want := "A line that goes on.\n\nInclusion:\n\n* one more\n* two\n\n1. First\n\n2. Second"
	if got := reflow(in); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func FuzzFormerFormats(f *testing.F) {
	for _, name := range []string{"NCT00000378.xml", "ctg-studies.csv"} {
		b, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(`{"FullStudiesResponse":{"FullStudies":[{"Study":{"ProtocolSection":{"IdentificationModule":{"NCTId":"NCT00000` +
		`001"},"StatusModule":{"OverallStatus":"Completed"}}}}]}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := Parse(evidence.Payload{Body: b})
		if err != nil {
			return
		}
		for _, r := range p.Records {
			if _, ok := CanonicalID(r.ID); !ok || r.ContentHash == "" {
				t.Errorf("a record %q with hash %q", r.ID, r.ContentHash)
			}
			if r.Results != nil {
				for _, o := range r.Results.Outcomes {
					if _, err := Open(b).Resolve(o.Pointer); err != nil {
						t.Errorf("%s: %v", o.Pointer, err)
					}
				}
			}
		}
	})
}
