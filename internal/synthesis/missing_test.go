package synthesis_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"past/internal/evidence"
	"past/internal/review"
	"past/internal/synthesis"
)

const cutoff = "2026-06-30"

func trial(id string, status evidence.Status, change func(*evidence.Record)) evidence.Record {
	r := evidence.Record{ID: id, Source: "ctgov", Kind: evidence.KindTrial, Title: "trial " + id, StudyType: "INTERVENTIONAL",
		Allocation: "RANDOMIZED",
		Status:     status, StatusRaw: strings.ToUpper(string(status)), Enrollment: ptr(40)}
	if change != nil {
		change(&r)
	}
	return r
}

func row(study, score, comparator string) evidence.Effect {
	return evidence.Effect{ID: study + "/" + score + "/" + comparator, StudyID: study, StudyLabel: study, Year: 2020, Substance: "mdma",
		Condition: "ptsd", PopulationClass: "diagnosis",
		ComparatorClass: comparator, Design: "parallel-rct", Domain: "ptsd", ScoreType: score, Instrument: "caps-5", HigherBetter: evidence.No,
		PrimaryInstrument: true, PrimaryTime: true,
		N1: ptr(20.0), N2: ptr(20.0), Mean1: ptr(20.0), Mean2: ptr(30.0), SD1: ptr(10.0), SD2: ptr(10.0), Verdict: evidence.Usable}
}

func TestWhyTrialsAreMissing(t *testing.T) {
	done := evidence.StatusCompleted
	when := func(s, kind string) func(*evidence.Record) {
		return func(r *evidence.Record) { r.PrimaryCompletion = evidence.DateStruct{Raw: s, Type: kind} }
	}
	b := synthesis.Base{LastScan: cutoff, StudyOf: map[string]string{}, About: map[string]synthesis.StudyTopics{}}
	want := map[string]string{}
	add := func(why string, r evidence.Record) {
		b.Trials = append(b.Trials, r)
		b.StudyOf[r.ID] = r.ID
		b.About[r.ID] = synthesis.StudyTopics{Substances: []string{"mdma"}, Conditions: []string{"ptsd"}}
		if why != "" {
			want[r.ID] = why
		}
	}
	add("running", trial("NCT01", evidence.StatusRecruiting, nil))
	add("overdue", trial("NCT02", done, when("2025-06-29", "ACTUAL")))
	add("completed without results", trial("NCT03", done, when("2025-06-30", "ACTUAL")))
	add("completed without results", trial("NCT04", done, when("2025-06", "ACTUAL"))) // may mean the 30th
	add("overdue", trial("NCT05", done, when("2025-05", "ACTUAL")))
	add("overdue", trial("NCT06", evidence.StatusTerminated, when("2020-01-01", "ACTUAL")))
	add("terminated", trial("NCT07", evidence.StatusTerminated, nil))
	add("withdrawn", trial("NCT08", evidence.StatusWithdrawn, nil))
	add("unknown", trial("NCT09", evidence.StatusUnknown, nil))
	add("results posted, not pooled", trial("NCT10", done, func(r *evidence.Record) { r.ResultsFirstPosted.Raw = "2022-01-01" }))
	add("completed without results", trial("NCT11", done, func(r *evidence.Record) { r.PrimaryCompletion.Raw = "2020"; r.ResultsInQC = true }))
	add("completed without results", trial("NCT12", done, func(r *evidence.Record) { r.PrimaryCompletion.Raw = "2020"; r.Source = "isrctn" }))
	add("", trial("NCT13", done, func(r *evidence.Record) { r.StudyType = "OBSERVATIONAL" }))
	add("", trial("NCT14", done, func(r *evidence.Record) { r.Allocation = "NA" }))
	add("", trial("NCT15", done, nil)) // pooled
	add("reported, not pooled", trial("NCT16", done, nil))
	add("", trial("NCT17", done, nil)) // its numbers are against another drug
	add("reported, not pooled", trial("NCT18", done, nil))
	b.Effects = []evidence.Effect{row("NCT15", "endpoint", "inactive-placebo"), row("NCT16", "change", "inactive-placebo"),
		row("NCT17", "endpoint", "other-drug"), row("NCT17", "change", "other-drug")}
	b.Measured = []review.MeasuredRow{{TrialID: "NCT18", Domain: "ptsd", Substance: "mdma", Instrument: "CAPS-5", Note: "no numbers"}}
	f, err := synthesis.Answer(t.Context(), ask(t, "mdma-ptsd-severity"), b)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range f.Missing {
		if want[m.RecordID] != m.Why {
			t.Errorf("%s: %q (%s), want %q", m.RecordID, m.Why, m.Detail, want[m.RecordID])
		}
		if m.Detail == "" {
			t.Errorf("%s has no detail", m.RecordID)
		}
		if m.Why == "overdue" && !strings.Contains(m.Detail, cutoff) {
			t.Errorf("%s: the clock is not named: %s", m.RecordID, m.Detail)
		}
		delete(want, m.RecordID)
	}
	for id, why := range want {
		t.Errorf("%s (%s) is not listed", id, why)
	}
	if line := fmt.Sprintf("%d registered trials fit this question", len(f.Missing)); !strings.Contains(strings.Join(f.Limits, "\n"), line) {
		t.Errorf("the limits count other trials than the %d listed: %q", len(f.Missing), f.Limits)
	}
}

// Without a date of the data nothing can be overdue.
func TestNoClockNothingOverdue(t *testing.T) {
	b := synthesis.Base{Trials: []evidence.Record{trial("NCT1", evidence.StatusCompleted,
		func(r *evidence.Record) { r.PrimaryCompletion.Raw = "2001-01-01" })},
		StudyOf: map[string]string{"NCT1": "s"}, About: map[string]synthesis.StudyTopics{"s": {Substances: []string{"mdma"},
			Conditions: []string{"ptsd"}}}}
	f, err := synthesis.Answer(t.Context(), ask(t, "mdma-ptsd-severity"), b)
	if err != nil || len(f.Missing) != 1 || f.Missing[0].Why != "completed without results" {
		t.Errorf("%v %+v", err, f.Missing)
	}
}

// Country records of one trial are one missing trial, its people counted once.
func TestOneStudyIsMissingOnce(t *testing.T) {
	b := synthesis.Base{LastScan: cutoff, StudyOf: map[string]string{},
		About: map[string]synthesis.StudyTopics{"s": {Substances: []string{"mdma"}, Conditions: []string{"ptsd"}}}}
	for _, id := range []string{"2019-1-DE", "2019-1-FR", "NCT1"} {
		b.Trials = append(b.Trials, trial(id, evidence.StatusCompleted, func(r *evidence.Record) {
			if id != "NCT1" {
				r.Source, r.Enrollment = "euctr", ptr(15)
			}
		}))
		b.StudyOf[id] = "s"
	}
	f, err := synthesis.Answer(t.Context(), ask(t, "mdma-ptsd-severity"), b)
	if err != nil || len(f.Missing) != 1 || f.Missing[0].RecordID != "NCT1" || *f.Missing[0].PlannedN != 40 {
		t.Errorf("%v %+v", err, f.Missing)
	}
}

// The numbers of a retracted report leave the pool, and the result with them is
// shown beside; other reports of the same trial stay, with the retraction named.
func TestRetractions(t *testing.T) {
	b := starterBase(t)
	b.Studies = []evidence.Study{{ID: "Mithoefer 2018", Retracted: []string{"doi:10.1/x"}}, {ID: "other", Retracted: []string{"doi:10.1/y"}}}
	q := ask(t, "mdma-ptsd-severity")
	before, err := synthesis.Answer(t.Context(), q, b)
	if err != nil {
		t.Fatal(err)
	}
	if len(before.Retracted) != 1 || before.Retracted[0] != "doi:10.1/x" || !strings.Contains(strings.Join(before.Warnings, " "),
		"is retracted") {
		t.Errorf("another report of a pooled trial: %v %v", before.Retracted, before.Warnings)
	}
	own := before.Effects[0]
	b.Notices = []evidence.Notice{
		{Kind: "retraction", DOI: strings.ToUpper(own.DOI), Date: evidence.DateStruct{Raw: "2024-08-10"}, By: "a journal"},
		{Kind: "regulator-decision", Substance: "mdma", Condition: "ptsd", Date: evidence.DateStruct{Raw: "2024-08"}, By: "a regulator"},
		{Kind: "regulator-decision", Substance: "psilocybin", Condition: "ptsd", Date: evidence.DateStruct{Raw: "2024-08"}},
	}
	f, err := synthesis.Answer(t.Context(), q, b)
	if err != nil {
		t.Fatal(err)
	}
	if f.Primary.K != before.Primary.K-1 || slices.ContainsFunc(f.Effects, func(e evidence.Effect) bool { return e.DOI == own.DOI }) {
		t.Errorf("k = %d, %d before: the retracted report's numbers are pooled", f.Primary.K, before.Primary.K)
	}
	out, with := false, false
	for _, x := range f.Excluded {
		out = out || x.Code == synthesis.CodeRetracted && x.EffectID == own.ID && strings.Contains(x.Reason, "2024-08-10 by a journal")
	}
	for _, s := range f.Sensitivity {
		if s.Label == "with the numbers of retracted reports" {
			with = s.K == before.Primary.K && *s.Estimate == *before.Primary.Estimate
		}
	}
	if !out || !with {
		t.Errorf("left out with its reason: %v; the difference is shown: %v", out, with)
	}
	if len(f.Notices) != 2 || f.Notices[0].Kind != "regulator-decision" || !strings.Contains(strings.Join(f.Limits, " "),
		"regulator's decision") {
		t.Errorf("notices %+v, limits %v", f.Notices, f.Limits)
	}
}

// A trial whose record does not say that its people are those of the question may
// fit: it is counted apart, and the words and the certainty say that it is not known.
func TestTrialsThatMayFit(t *testing.T) {
	q := ask(t, "psilocybin-mdd-severity")
	b := synthesis.Base{LastScan: cutoff, StudyOf: map[string]string{}, About: map[string]synthesis.StudyTopics{}, Restated: true,
		Searches: []evidence.Search{{ID: "s", Source: "ctgov", Day: cutoff, Substances: []string{"psilocybin"}, Complete: true}}}
	add := func(id, title string, conditions ...string) {
		b.Trials = append(b.Trials, trial(id, evidence.StatusUnknown, func(r *evidence.Record) { r.Title = title }))
		b.StudyOf[id], b.About[id] = id, synthesis.StudyTopics{Substances: []string{"psilocybin"}, Conditions: conditions}
	}
	add("NCT1", "Psilocybin for depression", "depression")
	add("NCT2", "Psilocybin in low mood", "depression")
	add("NCT3", "Psilocybin in depression with cancer", "depression", "life-threatening-illness")
	add("NCT4", "Psilocybin in treatment-resistant depression", "depression")
	add("NCT5", "Psilocybin and alcohol", "alcohol-use")
	add("NCT7", "Psilocybin for depression", "depression")
	add("2019-7", "Psilocybin in treatment-resistant depression", "depression")
	b.StudyOf["2019-7"] = "NCT7" // the other record of the trial states its people
	for i := range 3 {
		e := drawnLike("psilocybin", "depression", i)
		e.Population = "mdd"
		b.Effects = append(b.Effects, e)
	}
	f, err := synthesis.Answer(t.Context(), q, b)
	if err != nil || f.Primary.K != 3 || len(f.Missing) != 0 || !slices.Equal(f.Unplaced, []string{"NCT1", "NCT2"}) {
		t.Fatalf("%v: k %d, missing %+v, may fit %v", err, f.Primary.K, f.Missing, f.Unplaced)
	}
	want := "2 further registered trials of the substance may fit: their records do not say whether they are of people with major " +
		"depression that is not treatment-resistant."
	if all := strings.Join(f.Limits, "\n"); !strings.Contains(all, want) || f.Lacking().Count() != "0 to 2" {
		t.Errorf("%q, %s", f.Lacking().Count(), all)
	}
	for _, d := range f.Certainty.Domains {
		if d.Name == "publication bias" && (strings.Contains(d.Plain, "no trial is known") ||
			!strings.Contains(d.Inputs, "2 further trials may fit")) {
			t.Errorf("%+v", d)
		}
	}
	add("NCT6", "Psilocybin for major depressive disorder", "depression")
	if f, err = synthesis.Answer(t.Context(), q, b); err != nil || f.Lacking().Count() != "1 to 3" {
		t.Errorf("%v: %s", err, f.Lacking().Count())
	}
}

func drawnLike(substance, domain string, i int) evidence.Effect {
	e := row(fmt.Sprintf("s%d", i), "endpoint", "inactive-placebo")
	e.Substance, e.Condition, e.Domain, e.Instrument, e.Mean1 = substance, domain, domain, "madrs", ptr(20.0-float64(i))
	return e
}
