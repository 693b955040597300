package reports

import (
	"encoding/json"
	"testing"

	"past/internal/coding"
	"past/internal/evidence"
)

// TestNoneWords holds an empty list of trials to what was searched: "none" is
// only said where a search asked.
func TestNoneWords(t *testing.T) {
	cell := func(st evidence.State, asked bool) evidence.GapCell {
		return evidence.GapCell{State: st, Coverage: evidence.Coverage{Asked: asked}}
	}
	for _, c := range []struct {
		cells []evidence.GapCell
		want  string
	}{
		{nil, "Not looked for: no search of this edition covers the topic."},
		{[]evidence.GapCell{cell(evidence.NotLooked, false), cell(evidence.NotLooked, true)},
			"Not looked for: no search of this edition covers the topic."},
		{[]evidence.GapCell{cell(evidence.Uncontrolled, false)}, "Not looked for: no search of this edition covers the topic."},
		{[]evidence.GapCell{cell(evidence.SearchedNone, true), cell(evidence.NotLooked, false)},
			"None on file; the searches covered 1 of 2\u00a0substances."},
		{[]evidence.GapCell{{State: evidence.SelectionNone, Coverage: evidence.Coverage{Asked: true, Restated: true}}},
			"None in the demonstration's selection of trials; no register was searched."},
		{[]evidence.GapCell{cell(evidence.SearchedNone, true)}, "Searched, none was found."},
		{[]evidence.GapCell{cell(evidence.SearchedNone, true), cell(evidence.RegisteredOnly, true)}, "Searched, none was found."},
	} {
		if got := noneWords(c.cells); got != c.want {
			t.Errorf("%v: %q, want %q", c.cells, got, c.want)
		}
	}
}

// TestPostedVerdictAgreesWithItsReason: a value that gives no effect is not called usable.
func TestPostedVerdictAgreesWithItsReason(t *testing.T) {
	for _, c := range []struct {
		row  PostedRow
		want string
	}{
		{PostedRow{Verdict: evidence.Usable}, "usable"},
		{PostedRow{Verdict: evidence.Usable, Unused: true}, "read, not used"},
		{PostedRow{Verdict: evidence.Unusable, Unused: true}, "unusable"},
	} {
		if got := c.row.became(); got != c.want {
			t.Errorf("%+v: %q, want %q", c.row, got, c.want)
		}
	}
}

// TestLinkedDataStatesLicences: each source's own licence, and one for the whole
// only where it holds for every source.
func TestLinkedDataStatesLicences(t *testing.T) {
	const odc = "https://opendatacommons.org/licenses/by/1-0/"
	read := func(more ...SourceNote) map[string]any {
		ed := fixtureEdition(t)
		s := &site{Ed: &ed}
		s.Ed.Sources = append(s.Ed.Sources, more...)
		var d map[string]any
		if err := json.Unmarshal([]byte((&page{Path: "data.html", site: s}).linkedData()), &d); err != nil {
			t.Fatal(err)
		}
		return d
	}
	if d := read(); d["license"] != odc || d["creator"] == nil || d["dateModified"] != nil ||
		d["temporalCoverage"] != "../2026-11-22" {
		t.Errorf("%v", d)
	}
	d := read(SourceNote{Name: "ClinicalTrials.gov"})
	based, _ := d["isBasedOn"].([]any)
	if _, whole := d["license"]; whole || len(based) != 1 || based[0].(map[string]any)["license"] != odc {
		t.Errorf("%v", d)
	}
}

// TestWeeksOfBothClocks distinguishes weeks after the last dose from weeks as a source
// counts them, and from what no source states.
func TestWeeksOfBothClocks(t *testing.T) {
	ed := fixtureEdition(t)
	f := &ed.Findings[0]
	s := newSite(&ed, Options{})
	value := func(name string) string {
		for _, n := range s.whoAndWhen(f) {
			if n.Name == name {
				return n.Value
			}
		}
		return ""
	}
	for i := range f.Effects {
		f.Effects[i].WeeksAfterLastDose = nil
	}
	if a := value("After the last dose"); a != "not stated (as the sources count: 18 weeks)" {
		t.Errorf("without a last dose: %q", a)
	}
	if w := when(&f.Effects[0]); w != "(18)" {
		t.Errorf("the plot writes %q", w)
	}
	f.Effects[0].WeeksAfterLastDose, f.Effects[1].WeeksAfterLastDose = p(1.0), p(8.7)
	if a := value("After the last dose"); a != "1 to 8.7 weeks; not stated for 4 of 6\u00a0results (as the sources count: 18 weeks)" {
		t.Errorf("with two stated: %q", a)
	}
	if w := when(&f.Effects[1]); w != "8.7" {
		t.Errorf("the plot writes %q", w)
	}
	if g := value("Guessed their treatment"); g != "" {
		t.Errorf("nothing is on file, and the box says %q", g)
	}
	ed.Guesses = []evidence.Guess{{TrialID: "NCT03537014", Arm: "MDMA", Asked: "participant", N: p(46), Right: p(44)},
		{TrialID: "NCT99999999", Arm: "other", Percent: p(50.0)}, {TrialID: "NCT03537014", Arm: "placebo", Asked: "therapist"}}
	if g := value("Guessed their treatment"); g != "Mitchell 2021, MDMA: 44 of 46 (96%)" {
		t.Errorf("guesses: %q", g)
	}
}

// TestSetting says where trials took place and what was done beside the drug as far
// as their records do, and that the rest is not stated.
func TestSetting(t *testing.T) {
	ed := fixtureEdition(t)
	f := &ed.Findings[0]
	ed.Trials, ed.Protocols.Care = nil, nil
	if got := newSite(&ed, Options{}).setting(f); got != "country not stated; therapy not stated" {
		t.Errorf("without records: %q", got)
	}
	ed.Studies = nil
	ids := []string{studyOf(&f.Effects[0]), studyOf(&f.Effects[1])}
	ed.Trials = []TrialRow{{ID: ids[0], Countries: []string{"Israel", "Spain"}}, {ID: ids[1], Countries: []string{"Spain"}}}
	ed.Protocols.Care = []coding.Share{{Name: "Preparation sessions", Rows: []evidence.Coded{{RecordID: ids[1]}}},
		{Name: "Homework", Rows: []evidence.Coded{{RecordID: "NCT00000000"}}}}
	want := "country in 2 of 6: Spain (2), Israel (1); therapy in 1 of 6: preparation sessions"
	if got := newSite(&ed, Options{}).setting(f); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
