package pipeline

import (
	"strings"
	"testing"

	"past/internal/evidence"
	"past/internal/review"
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
		{"high_dose", "0", "high dose", "", "no", "dose of 0"},
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
