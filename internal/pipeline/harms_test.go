package pipeline

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"past/internal/evidence"
	"past/internal/review"
	"past/internal/synthesis"
	"past/internal/vocab"
)

// Words of an arm are mapped, and what is no dose is refused; what the table does
// not say stays unknown.
func TestExtractedHarmWords(t *testing.T) {
	for _, c := range []struct {
		arm, dose, words, mg, control, flag string
	}{
		{"placebo_inactif", "0", "inactive placebo", "", "yes", ""},
		{"placebo inactif", "", "inactive placebo", "", "yes", ""},
		{"active_placebo", "30", "active placebo", "30", "yes", ""},
		{"active_placebo_non_psychedelic", "", "a non-psychedelic drug", "", "yes", ""},
		{"high_dose", "0", "high dose", "", "", "dose of 0"},
		{"mild_dose", "mild", "mild dose", "", "no", "no dose in milligrams"},
		{"high dose", "125", "high dose", "125", "no", ""},
		{"", "", "", "", "", ""},
		{"control", "", "control", "", "", ""},
	} {
		row := extractedHarm(review.Harm{Study: "A 2020", Arm: c.arm, Dose: c.dose, Term: "nausea"}, nil, nil)
		control := ""
		if row.Control != nil {
			control = map[bool]string{true: "yes", false: "no"}[*row.Control]
		}
		flagged := strings.Join(row.Flags, "; ")
		if row.Arm != c.words || row.Dose != c.mg || control != c.control || !strings.Contains(flagged, c.flag) ||
			(c.flag == "") != (flagged == "") || row.Serious != nil {
			t.Errorf("%+v: %+v", c, row)
		}
	}
	yes := true
	if row := extractedHarm(review.Harm{Study: "A 2020", Arm: "high_dose", Term: "suicide attempt", Serious: &yes}, nil,
		nil); row.Serious == nil || !*row.Serious {
		t.Errorf("a serious event: %+v", row)
	}
}

// A group at risk that is larger than the trial counts something else than people.
func TestPostedHarmsCountNoMoreThanTookPart(t *testing.T) {
	n, six, forty, enrolled := 3, 6, 40, 20
	r := &evidence.Record{ID: "NCT90000014", Enrollment: &enrolled, EnrollmentType: "ACTUAL",
		Results: &evidence.Results{Adverse: &evidence.AdverseEvents{
			Groups: []evidence.EventGroup{{Group: evidence.Group{ID: "EG000", Title: "Psilocybin"}}},
			Events: []evidence.AdverseEvent{{Term: "Nausea", Stats: []evidence.EventStat{{GroupID: "EG000", Affected: &n, AtRisk: &forty}}},
				{Term: "Headache", Stats: []evidence.EventStat{{GroupID: "EG000", Affected: &n, AtRisk: &six}}}},
		}}}
	rows := postedHarms(r, &evidence.Study{ID: "s1", Substances: []string{"psilocybin"}}, vocab.Default())
	if len(rows) != 2 || rows[0].Unit != "" || len(rows[0].Flags) != 1 || rows[1].Unit != evidence.UnitPeople || len(rows[1].Flags) != 0 {
		t.Errorf("%+v", rows)
	}
	if rows[0].Serious == nil || *rows[0].Serious {
		t.Errorf("a term of the other events: %+v", rows[0].Serious)
	}
}

// A table whose arms hold more people than the trial compared has some of them in
// both; one that holds as many has not, whatever the design is called. An author's
// grade gives way to the dose, and a hundredfold dose is a slip of the unit.
func TestTablesOfTheSamePeople(t *testing.T) {
	n := func(x int) *int { return &x }
	f := func(x float64) *float64 { return &x }
	rows := func(study string, treat, control int) []review.Harm {
		return []review.Harm{{Study: study, TrialID: study, Substance: "psilocybin", Arm: "mild_dose", Dose: "25", N: n(treat), Affected: n(3),
			Term: "nausea"},
			{Study: study, TrialID: study, Substance: "psilocybin", Arm: "active_placebo", Dose: "1", N: n(control), Affected: n(1), Term: "nausea"}}
	}
	effects := []evidence.Effect{{StudyID: "NCT90000001", N1: f(12), N2: f(15), Verdict: evidence.Usable, DOI: "10.1/a"},
		{StudyID: "NCT90000002", N1: f(12), N2: f(7), Verdict: evidence.Usable, DOI: "10.1/b", Design: "crossover-rct",
			PostCrossover: evidence.No},
		{StudyID: "NCT90000003", N1: f(42), N2: f(42), Verdict: evidence.Usable, DOI: "10.1/d", Design: "crossover-rct"},
		{StudyID: "NCT90000003", Verdict: evidence.Usable, DOI: "10.1/d", PostCrossover: evidence.No}, // an effect without sizes
		{StudyID: "NCT90000002", N1: f(12), N2: f(7), DOI: "10.1/c"}}
	studies := []evidence.Study{{ID: "NCT90000001", Design: "parallel-rct"}, {ID: "NCT90000002", Design: "crossover-rct"},
		{ID: "NCT90000003", Design: "crossover-rct"}}
	got := extractedHarms(slices.Concat(rows("NCT90000001", 29, 29), rows("NCT90000002", 12, 8), rows("NCT90000003", 42, 42)), studies,
		effects, nil)
	for _, r := range got {
		want, doi := evidence.Yes, "10.1/a"
		switch r.StudyID {
		case "NCT90000002":
			want, doi = evidence.No, "" // two reports: which one the table is from is not known
		case "NCT90000003": // both sides of its results may be the same people too
			want, doi = evidence.NotStated, "10.1/d"
		}
		if r.Shared != want || r.DOI != doi {
			t.Errorf("%s: shared %q, report %q", r.StudyID, r.Shared, r.DOI)
		}
		if r.Control != nil && !*r.Control && r.Given() != "psilocybin 25 mg" {
			t.Errorf("arm %q", r.Given())
		}
	}
	h := synthesis.Harms(synthesis.HarmInput{Base: synthesis.Base{Studies: studies}, Rows: got, Substances: []string{"psilocybin"}})
	for _, c := range h[0].Terms[0].Comparisons {
		if apart := c.Treat.StudyID == "NCT90000002"; (c.Lower != nil) != apart {
			t.Errorf("%s: interval %v, note %q", c.Treat.StudyID, c.Lower, c.Note)
		}
	}
	notices := []evidence.Notice{{Kind: "retraction", DOI: "10.1/A"}}
	h = synthesis.Harms(synthesis.HarmInput{Base: synthesis.Base{Studies: studies, Notices: notices}, Rows: got,
		Substances: []string{"psilocybin"}})
	if h[0].Studies != 2 || *h[0].Exposed.AtRisk != 54 {
		t.Errorf("a retracted report is counted: %d studies, %d people", h[0].Studies, *h[0].Exposed.AtRisk)
	}
	row := extractedHarm(review.Harm{Study: "A 2020", Substance: "lsd", Arm: "high_dose", Dose: "200", Term: "nausea"}, nil, nil)
	if row.Dose != "" || !strings.Contains(strings.Join(row.Flags, ""), "another unit") {
		t.Errorf("200 mg of LSD: %q, %q", row.Dose, row.Flags)
	}
}

// TestSexualLayerOfEveryDomain: a posted outcome of any part of sexual function, not
// only of the whole, is in the layer, and its plan is not called missing.
func TestSexualLayerOfEveryDomain(t *testing.T) {
	outcome := func(title string) string {
		return `{"type":"SECONDARY","title":"` + title + `","timeFrame":"12 weeks","reportingStatus":"POSTED","paramType":"MEAN",
"dispersionType":"Standard Deviation","unitOfMeasure":"score","groups":[{"id":"OG000","title":"Psilocybin"}],
"denoms":[{"units":"Participants","counts":[{"groupId":"OG000","value":"20"}]}],
"classes":[{"categories":[{"measurements":[{"groupId":"OG000","value":"20","spread":"5"}]}]}]}`
	}
	titles := []string{"International Index of Erectile Function, erectile function domain", "Male Sexual Health Questionnaire, MSHQ-EjD",
		"Female Sexual Distress Scale-Revised"}
	var plans, posts []string
	for _, title := range titles {
		plans = append(plans, `{"measure":"`+title+`","timeFrame":"12 weeks"}`)
		posts = append(posts, outcome(title))
	}
	record := `{"protocolSection":{"identificationModule":{"nctId":"NCT90000021","briefTitle":"Psilocybin and sexual function"},
"statusModule":{"overallStatus":"COMPLETED"},"outcomesModule":{"secondaryOutcomes":[` + strings.Join(plans, ",") + `]},
"armsInterventionsModule":{"armGroups":[{"label":"Psilocybin","type":"EXPERIMENTAL","interventionNames":["Drug: Psilocybin"]}],
"interventions":[{"type":"DRUG","name":"Psilocybin"}]}},
"resultsSection":{"outcomeMeasuresModule":{"outcomeMeasures":[` + strings.Join(posts, ",") + `]}},"hasResults":true}`
	p, take := taking(t)
	if rep := take(write(t, filepath.Join(t.TempDir(), "NCT90000021.json"), []byte(record))); rep.Records != 1 {
		t.Fatalf("%+v", rep)
	}
	for _, stage := range []func() error{
		func() error { _, err := p.Link(t.Context()); return err },
		func() error { _, err := p.Extract(t.Context()); return err },
		func() error { _, err := p.Analyse(t.Context()); return err },
	} {
		if err := stage(); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := p.Store.SexualOutcomes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, r := range rows {
		kinds[r.Kind]++
		if r.Reported != nil && !*r.Reported {
			t.Errorf("%q is posted and called missing", r.What)
		}
	}
	if kinds[synthesis.LayerPlanned] != len(titles) || kinds[synthesis.LayerPosted] != len(titles) {
		t.Errorf("%v", kinds)
	}
}

// TestNoticesOfRecords: what bibliographic records say of a paper becomes a notice,
// whichever database says it and whichever side it names; a notice that a person wrote
// is not listed again.
func TestNoticesOfRecords(t *testing.T) {
	article := func(pmid, doi, relation, other string) string {
		return `<PubmedArticle><MedlineCitation><PMID>` + pmid + `</PMID><Article><ArticleTitle>T</ArticleTitle>` +
			`<ELocationID EIdType="doi">` + doi + `</ELocationID></Article><CommentsCorrectionsList><CommentsCorrections RefType="` + relation +
			`"><RefSource>J. doi: ` + other + `</RefSource></CommentsCorrections></CommentsCorrectionsList></MedlineCitation></PubmedArticle>`
	}
	p, take := taking(t)
	dir := t.TempDir()
	take(write(t, filepath.Join(dir, "p.xml"), []byte(`<?xml version="1.0"?><PubmedArticleSet>`+
		article("90000001", "10.9999/alpha", "RetractionIn", "10.9999/alpha-r")+
		article("90000002", "10.9999/delta-r", "RetractionOf", "10.9999/delta")+
		article("90000005", "10.9999/own", "RetractionIn", "10.9999/own-r")+
		article("90000006", "10.9999/part", "PartialRetractionIn", "10.9999/part-r")+`</PubmedArticleSet>`)),
		write(t, filepath.Join(dir, "c.json"), []byte(`{"status":"ok","message-type":"work","message":{"DOI":"10.9999/beta","title":["T"],`+
			`"updated-by":[{"DOI":"10.9999/beta-c","type":"expression_of_concern","updated":{"date-parts":[[2022,6,1]]}}]}}`)),
		write(t, filepath.Join(dir, "e.json"), []byte(`{"hitCount":1,"resultList":{"result":[{"id":"90000003","source":"MED",`+
			`"pmid":"90000003","doi":"10.9999/gamma","title":"T","commentCorrectionList":{"commentCorrection":[{"id":"90000033",`+
			`"source":"MED","type":"Erratum in"}]}}]}}`)))
	list, err := p.notices(t.Context(), &human{Folder: &review.Folder{Notices: []evidence.Notice{
		{Kind: "retraction", DOI: "10.9999/own", Said: "as read", By: "a journal", Read: "the notice"}}}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, n := range list {
		got = append(got, n.DOI+" "+n.Kind+n.Stated())
	}
	slices.Sort(got)
	want := []string{"10.9999/alpha retraction, as PubMed records", "10.9999/beta expression-of-concern on 2022-06-01, as Crossref records",
		"10.9999/delta retraction, as PubMed records", "10.9999/gamma correction, as Europe PMC records",
		"10.9999/own retraction by a journal", "10.9999/part correction, as PubMed records"}
	if !slices.Equal(got, want) {
		t.Errorf("notices\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
