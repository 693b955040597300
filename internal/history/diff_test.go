package history

import (
	"testing"

	"past/internal/evidence"
)

func TestDiff(t *testing.T) {
	n1, n2 := 100, 60
	a := &evidence.Record{Status: evidence.StatusRecruiting, Enrollment: &n1, EnrollmentType: "ESTIMATED", Planned: []evidence.PlannedOutcome{
		{Type: "primary", Measure: "CAPS-5 total severity score", TimeFrame: "18 weeks"},
		{Type: "primary", Measure: "Sheehan Disability Scale", TimeFrame: "18 weeks"},
		{Type: "secondary", Measure: "Beck Depression Inventory II", TimeFrame: "week 8"},
	}}
	b := &evidence.Record{Status: evidence.StatusCompleted, Enrollment: &n2, EnrollmentType: "ACTUAL", Planned: []evidence.PlannedOutcome{
		{Type: "primary", Measure: "CAPS-5 Total Severity Score", TimeFrame: "8 weeks"},
		{Type: "primary", Measure: "Female Sexual Function Index", TimeFrame: "18 weeks"},
		{Type: "secondary", Measure: "Beck Depression Inventory II total", TimeFrame: "week 8"},
	}}
	want := []Change{
		{"status", "changed", "recruiting", "completed"},
		{"enrollment", "changed", "100 (estimated)", "60 (actual)"},
		{"primary outcome", "re-timed", "CAPS-5 total severity score [18 weeks]", "CAPS-5 Total Severity Score [8 weeks]"},
		{"primary outcome", "dropped", "Sheehan Disability Scale [18 weeks]", ""},
		{"primary outcome", "added", "", "Female Sexual Function Index [18 weeks]"},
		{"secondary outcome", "re-worded", "Beck Depression Inventory II [week 8]", "Beck Depression Inventory II total [week 8]"},
	}
	got := Diff(a, b)
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%d: %+v, want %+v", i, got[i], want[i])
		}
	}
	if d := Diff(a, a); len(d) > 0 {
		t.Errorf("a record differs from itself: %+v", d)
	}
}
