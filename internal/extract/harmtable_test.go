package extract_test

import (
	"testing"

	"past/analysis/effect"
	"past/internal/evidence"
	"past/internal/extract"
	"past/internal/extract/reason"
)

// A table of adverse events gives effects of people, each arm against the
// comparison of its own trial, term and time; what cannot be compared says why.
func TestHarmTableEffects(t *testing.T) {
	row := func(study, arm string, control bool, term string, affected, atRisk int) evidence.HarmRow {
		return evidence.HarmRow{StudyID: study, Label: study, Substance: "mdma", Arm: arm, Control: &control, Term: term, TermID: term,
			Window:   "session",
			Affected: &affected, AtRisk: &atRisk, Unit: evidence.UnitPeople, Channel: "dataset"}
	}
	studies := map[string]*evidence.Study{"P": {ID: "P", Label: "Parallel 2020", Design: "parallel-rct"},
		"X": {ID: "X", Design: "crossover-rct"},
		"R": {ID: "R", Design: "randomized"}, "S": {ID: "S", Design: "parallel-rct"}}
	sessions := row("S", "high dose", false, "suicidality", 3, 90)
	sessions.Unit = evidence.UnitSessions
	unstated := row("R", "inactive placebo", true, "suicidality", 0, 10)
	unstated.Affected = nil
	rows := []evidence.HarmRow{
		row("P", "high dose", false, "suicidality", 21, 46), row("P", "inactive placebo", true, "suicidality", 21, 44),
		row("P", "high dose", false, "nausea", 9, 46), row("P", "inactive placebo", true, "nausea", 1, 44),
		row("P", "high dose", false, "any serious adverse event", 0, 46), row("P", "inactive placebo", true, "any serious adverse event", 0, 44),
		row("P", "high dose", false, "suicidal ideation", 2, 46), row("P", "high dose", false, "suicidal ideation", 5, 46),
		row("P", "inactive placebo", true, "suicidal ideation", 1, 44),
		row("P", "mild dose", false, "suicidal behavior", 1, 20), // no comparison row
		row("X", "high dose", false, "suicidality", 1, 12), row("X", "inactive placebo", true, "suicidality", 0, 12),
		row("R", "high dose", false, "suicidality", 1, 10), unstated,
		sessions, row("S", "inactive placebo", true, "suicidality", 1, 80),
		row("unknown", "high dose", false, "suicidality", 1, 10), row("unknown", "inactive placebo", true, "suicidality", 1, 10),
	}
	others := []evidence.Effect{{StudyID: "R", Design: "parallel-rct", ComparatorClass: "inactive-placebo", Condition: "ptsd"}}
	got := map[string]evidence.Effect{}
	for _, e := range extract.HarmTableEffects(rows, studies, others, effect.Metafor) {
		got[e.StudyID+" "+e.Domain+" "+e.TimepointRaw] = e
	}
	for key, want := range map[string]string{"P suicidality suicidality, session": "",
		"P serious-adverse-event any serious adverse event, session": "",
		"P suicidality suicidal ideation, session":                   reason.CountedTwice,
		"X suicidality suicidality, session":                         reason.CountedTwice,
		"R suicidality suicidality, session":                         reason.NoValue,
		"S suicidality suicidality, session":                         reason.CountedTwice} {
		e, ok := got[key]
		switch {
		case !ok:
			t.Errorf("%s: no effect", key)
		case want == "" && e.Verdict != evidence.Usable, want != "" && (e.Verdict != evidence.Unusable || e.Reason[:len(want)] != want ||
			e.Estimate != nil):
			t.Errorf("%s is %s: %s", key, e.Verdict, e.Reason)
		}
	}
	if len(got) != 6 {
		t.Errorf("%d effects: %v", len(got), got)
	}
	if e := got["P suicidality suicidality, session"]; *e.Event1 != 21 || *e.N2 != 44 || e.Measure != "RR" ||
		e.ComparatorClass != "inactive-placebo" || e.Inputs[1].Prov.Pointer != ";column=affected" {
		t.Errorf("%+v", e)
	}
	if e := got["P serious-adverse-event any serious adverse event, session"]; *e.Event1 != 0 || *e.Event2 != 0 {
		t.Errorf("no event is a count: %+v", e)
	}
	if e := got["R suicidality suicidality, session"]; e.Design != "parallel-rct" || e.Condition != "ptsd" {
		t.Errorf("design and condition are those of the trial's other effects: %+v", e)
	}
}
