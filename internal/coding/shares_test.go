package coding

import (
	"testing"

	"past/internal/evidence"
)

func summarise(records []evidence.Record) Summary {
	var coded []evidence.Coded
	for i := range records {
		coded = append(coded, Read(&records[i])...)
	}
	return Summarise(records, coded)
}

func TestSummarise(t *testing.T) {
	s := summarise([]evidence.Record{
		{ID: "A", Sex: "ALL", MinimumAge: "18 Years", MaximumAge: "64 Years",
			Eligibility: "Exclusion Criteria:\n* Lithium\n* Pregnant or nursing", Summary: "Psilocybin with two therapists."},
		{ID: "B", Sex: "FEMALE", MinimumAge: "18 Years", Eligibility: "Exclusion Criteria:\n* lithium\n* lithium salts"},
		{ID: "C"},
	})
	if s.People.Trials != 3 || s.People.Texts != 2 || s.People.Protocols != 1 {
		t.Errorf("people %+v", s.People)
	}
	if len(s.LeftOut) != 2 || s.LeftOut[0].Code != "lithium" || s.LeftOut[0].Trials != 2 || s.LeftOut[0].Of != 2 || s.LeftOut[1].Trials != 1 {
		t.Errorf("left out %+v", s.LeftOut)
	}
	if len(s.Care) != 1 || s.Care[0].Code != "therapist-pair" || s.Care[0].Of != 1 {
		t.Errorf("care %+v", s.Care)
	}
	total := 0
	for _, c := range s.People.Sex {
		total += c.Trials
	}
	if total != 3 || s.People.Sex[len(s.People.Sex)-1].Name != notStated {
		t.Errorf("sex %+v: each trial once, the unknown last", s.People.Sex)
	}
	if s.People.Ages[0].Trials != 1 || len(s.People.Ages) != 3 {
		t.Errorf("ages %+v", s.People.Ages)
	}
}

// A share never exceeds its denominator, whatever the texts.
func TestSharesAreShares(t *testing.T) {
	for i := range Codes() {
		c := &Codes()[i]
		var rs []evidence.Record
		for _, m := range append(append([]string{}, c.Match...), c.NoMatch...) {
			rs = append(rs, evidence.Record{ID: m, Eligibility: m, Summary: m, Planned: []evidence.PlannedOutcome{{Measure: m}}},
				evidence.Record{ID: m + " alone", Title: m})
		}
		s := summarise(rs)
		for _, x := range append(append(s.LeftOut, s.Care...), s.Blinding...) {
			if x.Trials > x.Of || x.Trials == 0 || len(x.Rows) != x.Trials {
				t.Errorf("%s: %+v", c.ID, x)
			}
		}
	}
}
