package reports

import (
	"strings"
	"testing"

	"past/internal/evidence"
)

// The numbers of a sentence add up: 63.4 less 49.5 is 13.9, not the 13 or 15 that
// rounding both would leave.
func TestPeopleAddUp(t *testing.T) {
	for _, c := range []struct {
		with, without  float64
		want, briefest string
	}{
		{63.4, 49.5, "49.5 with the comparator and 63.4 [50 to 80] with MDMA: 13.9 more", "63 [50 to 80] against 50"},
		{62.5, 30.8, "30.8 with the comparator and 62.5 [50 to 80] with MDMA: 31.7 more", "62 [50 to 80] against 31"},
		{20.1, 40.2, "40 with the comparator and 20 [50 to 80] with MDMA: 20 fewer", "20 [50 to 80] against 40"},
		{40.2, 40.1, "40 with the comparator and 40 [50 to 80] with MDMA.", "40 [50 to 80] against 40"},
	} {
		a := &evidence.Absolute{People: &evidence.PeopleOf100{With: c.with, Without: c.without, WithLower: 50, WithUpper: 80}}
		line, _, _ := hundredLine(a, "MDMA")
		if !strings.Contains(line, c.want) {
			t.Errorf("%q lacks %q", line, c.want)
		}
		if got := briefHundred(a); !strings.Contains(got, c.briefest) {
			t.Errorf("%q lacks %q", got, c.briefest)
		}
	}
}

// The line in points names its interval and one important difference.
func TestPointsNameTheirInterval(t *testing.T) {
	at := func(x float64) *float64 { return &x }
	p := &evidence.ScalePoints{Scale: "MADRS", Points: -7.9, Lower: -12.7, Upper: -3.2, Way: "x", Kind: evidence.HeadlineSmall,
		Threshold: at(5.1), Published: at(1.6)}
	got := pointsLine(p)
	for _, want := range []string{"95% credible interval", "5.1 points matter", "1.6 is published for the scale"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q lacks %q", got, want)
		}
	}
	p.Kind, p.Threshold = evidence.HeadlinePooled, nil
	if got = pointsLine(p); strings.Contains(got, "matter") || strings.Contains(got, "credible") {
		t.Error(got)
	}
}
