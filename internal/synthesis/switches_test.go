package synthesis_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"past/internal/evidence"
	"past/internal/synthesis"
	"past/internal/vocab"
)

func version(seq int, origin, date string, n int, kind string, primary ...string) synthesis.Version {
	r := evidence.Record{ID: "NCT1", Start: evidence.DateStruct{Raw: "2020-03"}, Enrollment: &n, EnrollmentType: kind}
	for i := 0; i < len(primary); i += 2 {
		r.Planned = append(r.Planned, evidence.PlannedOutcome{Type: "primary", Measure: primary[i], TimeFrame: primary[i+1]})
	}
	return synthesis.Version{Seq: seq, Origin: origin, Date: date, Record: r}
}

func TestSwitchesAreDatedFacts(t *testing.T) {
	vs := []synthesis.Version{
		version(3, "register", "2021-06-01", 60, "ESTIMATED", "change in CAPS-5 total score", "week 8", "suicidality", "week 8"),
		version(1, "register", "2019-01-01", 100, "ESTIMATED", "change in CAPS-5 total score", "week 4"),
		version(2, "register", "2020-02-01", 100, "ESTIMATED", "change in CAPS-5 total score", "week 8"),
		version(4, "register", "2022-01-01", 50, "ACTUAL", "depression by BDI-II", "week 8", "suicidality", "week 8"),
		version(1, "snapshot", "2022-02-02", 50, "ACTUAL", "depression by BDI-II", "week 8", "suicidality", "week 8"),
		version(2, "snapshot", "2022-03-02", 55, "ACTUAL", "depression by BDI-II", "week 8", "suicidality", "week 8"),
	}
	var got []string
	for _, s := range synthesis.Switches(vs) {
		got = append(got, s.Date+" "+s.Kind+" "+s.Timing)
		if s.Sentence == "" || strings.Contains(s.Sentence, "mislead") {
			t.Errorf("%+v", s)
		}
	}
	want := []string{
		"2020-02-01 primary outcome re-timed before the start",
		"2021-06-01 primary outcome added after the start",
		"2021-06-01 sample size cut after the start",
		"2022-01-01 fewer enrolled than planned after the start",
		"2022-01-01 primary outcome added after the start",
		"2022-01-01 primary outcome dropped after the start",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A change in the month of a start that is known by its month only is neither
// before nor after.
func TestPartialStartIsNotGuessed(t *testing.T) {
	s := synthesis.Switches([]synthesis.Version{version(1, "register", "2020-01-01", 9, "", "a b c", "1"),
		version(2, "register", "2020-03-15", 9, "", "a b c", "2")})
	if len(s) != 1 || s[0].Timing != synthesis.StartUnknown {
		t.Errorf("%+v", s)
	}
	if len(synthesis.Switches(nil)) != 0 {
		t.Error("no versions, no switches")
	}
}

func TestGapMapReasonsAndCorrections(t *testing.T) {
	study := evidence.Study{ID: "s1", Label: "A 2020", Records: []string{"NCT1"}, Substances: []string{"mdma"},
		Topics: []string{"intimacy", "sexual-trauma"}, Status: evidence.StatusRecruiting}
	in := synthesis.GapInput{Base: synthesis.Base{Studies: []evidence.Study{study}}, Vocabulary: vocab.Default(),
		Why: map[string]map[string]string{"s1": {"intimacy": `"intimacy" in the title of NCT1`}},
		Decisions: []synthesis.TopicDecision{{Study: "s1", Topic: "sexual-trauma", Who: "r1", When: "2026-01-01", Why: "eligibility only"},
			{Study: "s1", Topic: "lgbtq", Include: true, Who: "r1", When: "2026-01-01", Why: "arm 2"}}}
	cells := map[string]evidence.GapCell{}
	for _, c := range synthesis.Gaps(in) {
		if c.Registered == 0 {
			if c.State != evidence.NotLooked || c.Randomised != nil || len(c.StudyIDs) > 0 {
				t.Errorf("without a search and a study: %+v", c)
			}
			continue
		}
		cells[c.Topic] = c
		if c.Registered != 1 || c.Running != 1 || len(c.Reasons) != 1 || c.State != evidence.RegisteredOnly || c.Substance != "mdma" ||
			c.Randomised != nil {
			t.Errorf("%+v", c)
		}
	}
	if len(cells) != 2 || !strings.Contains(cells["intimacy"].Reasons[0], "in the title of NCT1") ||
		!strings.Contains(cells["lgbtq"].Reasons[0], "r1") {
		t.Errorf("%+v", cells)
	}
	why := synthesis.TopicReasons(vocab.Default(), &evidence.Record{ID: "NCT1", Title: "MDMA for erectile dysfunction",
		Conditions: []string{"Vaginismus"}})
	if !strings.Contains(why["erectile-dysfunction"], "title") || !strings.Contains(why["genito-pelvic-pain"], "conditions") {
		t.Errorf("%v", why)
	}
}

// A report without effects is a result of the trial that it names: the cell of its
// topic does not say that no result is known. A survey is no result of a trial.
func TestReportsCountInTheirCells(t *testing.T) {
	study := evidence.Study{ID: "s1", Label: "A 2020", Records: []string{"NCT1"}, Substances: []string{"mdma"}, Topics: []string{"intimacy"}}
	for design, want := range map[string]evidence.State{"open-label": evidence.Uncontrolled, "trial-report": evidence.MeasuredOnly,
		"survey": evidence.RegisteredOnly} {
		in := synthesis.GapInput{Base: synthesis.Base{Studies: []evidence.Study{study}, StudyOf: map[string]string{"NCT1": "s1"}},
			Vocabulary: vocab.Default(), Other: []evidence.OtherEvidence{{Reference: "A et al. 2020", Design: design, Substance: "mdma",
				Topic: "intimacy", TrialID: "NCT1"}, {Reference: "B et al. 2021", Design: design, Substance: "psilocybin", Topic: "intimacy",
				TrialID: "NCT2"}}}
		for _, c := range synthesis.Gaps(in) {
			if c.Topic == "intimacy" && c.Substance == "mdma" && c.State != want {
				t.Errorf("%s: %s, want %s", design, c.State, want)
			}
			if c.Substance == "psilocybin" && c.State != evidence.NotLooked {
				t.Errorf("%s of a trial that is not here: %s", design, c.State)
			}
		}
	}
}

// Rows and studies add up, for every shipped question; records are those of the
// question's substances, a second record of one trial is a duplicate.
func TestFlowNumbersAddUp(t *testing.T) {
	qs, err := synthesis.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	base := starterBase(t)
	base.WithoutMultiverse = true
	base.Trials = []evidence.Record{trial("NCT1", evidence.StatusUnknown, nil), trial("2015-1-DE", evidence.StatusUnknown, nil),
		trial("NCT2", evidence.StatusUnknown, nil)}
	base.StudyOf = map[string]string{"NCT1": "NCT1", "2015-1-DE": "NCT1", "NCT2": "NCT2"}
	about := map[string]synthesis.StudyTopics{}
	maps.Copy(about, base.About)
	about["NCT1"], about["NCT2"] = synthesis.StudyTopics{Substances: []string{"mdma"}},
		synthesis.StudyTopics{Substances: []string{"psilocybin"}}
	base.About = about
	base.Studies = nil
	for _, q := range qs {
		f, err := synthesis.Answer(t.Context(), q, base)
		if err != nil {
			t.Fatal(err)
		}
		p := synthesis.CountPrisma(q, f, base)
		rows, studies, records := p.RowsPooled, p.StudiesPooled, 0
		for _, c := range p.RowsExcluded {
			rows += c.N
		}
		for _, c := range p.StudiesExcluded {
			studies += c.N
		}
		for _, c := range p.Records {
			records += c.N
		}
		want := map[string]int{"mdma": 2, "psilocybin": 1}[q.Substances[0]]
		if rows != p.RowsAssessed || studies != p.StudiesAssessed || p.StudiesPooled != f.Primary.K ||
			records != want || p.Duplicates != max(want-1, 0) {
			t.Errorf("%s: %+v, want %d records", q.ID, p, want)
		}
	}
}
