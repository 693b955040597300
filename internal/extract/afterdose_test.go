package extract

import (
	"math"
	"testing"

	"past/internal/evidence"
)

func TestWeeksAfterTheLastDose(t *testing.T) {
	n := func(x int) *int { return &x }
	for _, c := range []struct {
		label    string
		sessions *int
		want     float64 // NaN: not known
	}{
		{"3 weeks after third dose", n(3), 3},
		{"3 weeks after second dose", n(3), math.NaN()},
		{"3 weeks after third dose", nil, math.NaN()},
		{"2 months after second experimental session", n(2), 8.7},
		{"1 month after 2 sessions", n(2), 4.3},
		{"4 weeks after the last dose", nil, 4},
		{"Week 18", n(3), math.NaN()},
		{"6 weeks after the dose", n(1), 6},
		{"6 weeks after the dose", n(2), math.NaN()},
		{"", n(1), math.NaN()},
	} {
		e := evidence.Effect{TimepointRaw: c.label, Sessions: c.sessions}
		clock(&e)
		got := math.NaN()
		if e.WeeksAfterLastDose != nil {
			got = *e.WeeksAfterLastDose
		}
		if math.IsNaN(got) != math.IsNaN(c.want) || math.Abs(got-c.want) > 0.06 {
			t.Errorf("%q, %v sessions: %v weeks (from %q), want %v", c.label, c.sessions, got, e.TimepointOrigin, c.want)
		}
	}
	known := 2.0
	e := evidence.Effect{TimepointRaw: "4 weeks after the last dose", WeeksAfterLastDose: &known}
	if clock(&e); *e.WeeksAfterLastDose != 2 {
		t.Error("what the table says is replaced")
	}
}

// Weeks that the label does not give are not counted from what the label counts from.
func TestWeeksOfAnotherClock(t *testing.T) {
	for _, c := range []struct {
		label  string
		weeks  float64
		origin string
	}{
		{"2 months after second experimental session", 16, ""}, // from baseline
		{"2 months after second experimental session", 8.7, "session 2"},
		{"3 weeks after third dose", 14, ""},
		{"5 weeks after session 1", 5, "session 1"},
	} {
		e := evidence.Effect{TimepointRaw: c.label, TimepointWeeks: &c.weeks}
		if clock(&e); e.TimepointOrigin != c.origin {
			t.Errorf("%s, %v weeks: from %q, want %q", c.label, c.weeks, e.TimepointOrigin, c.origin)
		}
	}
}
