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
	p.Inferred = true
	if got = pointsLine(p); !strings.Contains(got, "the source names none") {
		t.Error(got)
	}
	p.Kind, p.Threshold = evidence.HeadlinePooled, nil
	if got = pointsLine(p); strings.Contains(got, "matter") || strings.Contains(got, "credible") {
		t.Error(got)
	}
}

// Points say which side of the scale is better and how many of the finding's studies
// they are from, on the page and in the tables.
func TestPointsSayTheBetterSide(t *testing.T) {
	x := &evidence.ScalePoints{Scale: "IIEF-EF", Range: "1 to 30", Better: "higher", Points: 4, Lower: 1.5, Upper: 6.5, Studies: 4,
		Way: "the pooled mean difference of the 4 studies on this scale"}
	f := &evidence.Finding{Absolute: &evidence.Absolute{Points: x}, Primary: evidence.PooledResult{K: 6}}
	for got, want := range map[string]string{
		pointsLine(x):  "4.0 points higher [1.5, 6.5] on the IIEF-EF (1 to 30; higher is better). The pooled mean difference",
		briefPoints(f): "4.0 points higher [1.5, 6.5] on the IIEF-EF (higher is better; from 4 of 6 studies)",
	} {
		if !strings.HasPrefix(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	x.Scaled = true
	if got := briefPoints(f); !strings.HasSuffix(got, "; by the spread in 4 of 6 studies)") {
		t.Errorf("points made of all studies' effect: %q", got)
	}
	f.Primary.K, x.Better = 4, ""
	if got := briefPoints(f); got != "4.0 points higher [1.5, 6.5] on the IIEF-EF" {
		t.Errorf("all studies on a scale of unknown direction: %q", got)
	}
}

// responders is a finding of people of 100 by the studies named.
func responders(studies ...string) *evidence.Finding {
	f := &evidence.Finding{ID: "response", Substance: "ketamine", Domain: "depression", Comparator: "inactive-placebo",
		Absolute: &evidence.Absolute{People: &evidence.PeopleOf100{Without: 50, With: 63, WithLower: 50.2, WithUpper: 80}},
		Primary:  evidence.PooledResult{K: len(studies)}}
	for _, id := range studies {
		f.Effects = append(f.Effects, evidence.Effect{StudyID: id, StudyLabel: id, Drug: "esketamine"})
	}
	return f
}

// The number of another finding on a page has its interval, its certainty and the names
// of the studies that are not the finding's own, and names the drug that was given.
func TestCompanionNumberNamesItsStudies(t *testing.T) {
	own := &evidence.Finding{ID: "severity", Effects: []evidence.Effect{{StudyID: "A"}, {StudyID: "B"}}}
	name := func(id string) string { return id }
	for _, c := range []struct {
		studies []string
		want    string
	}{
		{[]string{"A"}, "; 1 study of this finding; certainty not rated"},
		{[]string{"A", "B"}, "; 2 studies of this finding; certainty not rated"},
		{[]string{"C"}, "; 1 study, not of this finding: C; certainty not rated"},
		{[]string{"A", "C", "D"}, "; 3 studies, of which not of this finding: C, D; certainty not rated"},
		{[]string{"C", "D", "E", "F", "G", "H"}, "; 6 studies, not of this finding: C, D, E, F, 2 more; certainty not rated"},
	} {
		got := strings.ReplaceAll(siblingLine(own, responders(c.studies...), name), "\u00a0", " ")
		if got != "63 [50 to 80] of 100 people with esketamine, 50 with the comparator"+c.want {
			t.Errorf("%v: %q", c.studies, got)
		}
	}
	rated := responders("A")
	rated.Certainty.Level = "very low"
	if got := siblingLine(own, rated, name); !strings.HasSuffix(got, "very low certainty, proposed") {
		t.Error(got)
	}
	s := newSite(&Edition{Findings: []evidence.Finding{*responders("C")}}, Options{})
	asked := evidence.Finding{ID: "severity", Substance: "ketamine", Domain: "depression", Comparator: "inactive-placebo"}
	if s.sibling(&asked) == nil {
		t.Error("the companion of the same comparators is not found")
	}
	if asked.Comparator = "other-drug"; s.sibling(&asked) != nil {
		t.Error("a number against other comparators stands on the page")
	}
}
