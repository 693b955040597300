package pipeline

import (
	"slices"
	"testing"

	"past/internal/evidence"
	"past/internal/review"
)

// TestPapersThatTablesTie: each table of people that names a study and a report ties the
// two, a report once.
func TestPapersThatTablesTie(t *testing.T) {
	h := &human{Folder: &review.Folder{
		Measured: []review.MeasuredRow{{TrialID: "NCT90000001", Label: "A 2020", DOI: "10.1000/A"},
			{TrialID: "NCT90000001", Label: "C 2014", Source: "analysis code"}},
		Other: []evidence.OtherEvidence{{TrialID: "NCT90000001", Reference: "A et al. 2020", DOI: "10.1000/a"},
			{Reference: "a survey", DOI: "10.1000/survey"}},
		Harms: []review.Harm{{Study: "B 2021", Place: "abstract of 10.1000/b"}, {Study: "B 2021", Place: "sheet, row 2"}}}}
	studies := []evidence.Study{{ID: "S1", Label: "A 2020", Records: []string{"NCT90000001"}}, {ID: "S2", Label: "B 2021"}}
	got := tiedPapers(h, studies, []evidence.Effect{{StudyID: "S2", StudyLabel: "B 2021", DOI: "10.1000/b"}, {StudyID: "S2"}})
	if p := got["S1"]; len(p) != 2 || p[0].DOI != "" || p[0].Label != "C 2014" || p[1].DOI != "10.1000/a" ||
		!slices.Equal(p[1].Tables, []string{"measured outcomes", "other evidence"}) {
		t.Errorf("S1: %+v", p)
	}
	if p := got["S2"]; len(p) != 1 || p[0].DOI != "10.1000/b" || !slices.Equal(p[0].Tables, []string{"results", "adverse events"}) {
		t.Errorf("S2: %+v", p)
	}
	if len(got) != 2 {
		t.Errorf("a report without a trial is tied to one: %+v", got)
	}
}
