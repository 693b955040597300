package synthesis_test

import (
	"strings"
	"testing"

	"past/internal/evidence"
)

// Studies that are not pooled are graded by themselves: nothing is said of an average
// that is not shown.
func TestConflictIsNotGradedByItsFit(t *testing.T) {
	f := answer(t, "psilocybin-mdd-severity")
	if f.Headline.Kind != evidence.HeadlineNotPooled || f.Primary.K != 3 {
		t.Fatalf("expected three studies apart: %s, k = %d", f.Headline.Kind, f.Primary.K)
	}
	for _, d := range f.Certainty.Domains {
		for _, s := range []string{d.Plain, d.Inputs} {
			if strings.Contains(s, "not shown includes") || strings.Contains(s, "a new study") || strings.Contains(s, "of the weight") {
				t.Errorf("%s: %q", d.Name, s)
			}
		}
		if d.Name == "imprecision" && (d.Steps != 0 || !strings.Contains(d.Inputs, "no interval is read")) {
			t.Errorf("imprecision %v steps: %s", d.Steps, d.Inputs)
		}
	}
	if f.Multiverse != nil || f.Sequential != nil || f.Bound != nil || len(f.Sensitivity) > 0 {
		t.Error("analyses of the average that is not shown")
	}
	if !strings.Contains(f.Sentences.Curriculum, "certainty "+f.Certainty.Level) {
		t.Errorf("no certainty in %q", f.Sentences.Curriculum)
	}
	for _, x := range f.Flagged {
		if x.Weight != nil {
			t.Errorf("%s has a weight of an average that is not shown", x.Study)
		}
	}
}

// A study is left out of the model that is shown, not of another one.
func TestLeavingOutKeepsTheModel(t *testing.T) {
	f := answer(t, "mdma-ptsd-response")
	if f.Headline.Kind != evidence.HeadlinePooled || f.Primary.K != 5 || len(f.LeaveOneOut) != 5 {
		t.Fatalf("expected five pooled studies: %s, k = %d", f.Headline.Kind, f.Primary.K)
	}
	for _, r := range f.LeaveOneOut {
		if r.Headline == nil || r.Headline.Kind != evidence.HeadlinePooled || *r.Headline.Lower != *r.CILower {
			t.Errorf("%s is shown by another model: %+v", r.Label, r.Headline)
		}
	}
}

// The sentence to copy says when the results were measured.
func TestSentenceNamesItsTime(t *testing.T) {
	for id, want := range map[string]string{"mdma-ptsd-severity": "measured 3 to 8.7 weeks after the last dose",
		"psilocybin-trd-severity": "measured 2 to 3 weeks after the last dose"} {
		if f := answer(t, id); !strings.Contains(f.Sentences.Curriculum, want) {
			t.Errorf("%s: %q lacks %q", id, f.Sentences.Curriculum, want)
		}
	}
	f := answer(t, "mdma-anxiety-diagnosis")
	if !strings.Contains(strings.Join(f.Limits, " "), "“1 month after 2nd session” in the sources' words") {
		t.Errorf("%q", f.Limits)
	}
}

// The sentence names the people of its sources where it can, and a scale that a source
// does not name is said to be inferred.
func TestSentenceNamesItsPeople(t *testing.T) {
	for id, want := range map[string]string{
		"psilocybin-trd-severity": "people as stated: treatment-resistant major depression or treatment-resistant major depression or bipolar ii",
		"mdma-anxiety-diagnosis":  "people as stated: social anxiety in autistic adults"} {
		if f := answer(t, id); !strings.Contains(f.Sentences.Curriculum, want) {
			t.Errorf("%s: %q lacks %q", id, f.Sentences.Curriculum, want)
		}
	}
	for id, want := range map[string]bool{"mdma-anxiety-in-illness": true, "psilocybin-anxiety-in-illness": true,
		"mdma-ptsd-severity": false} {
		if f := answer(t, id); f.Absolute == nil || f.Absolute.Points == nil || f.Absolute.Points.Inferred != want {
			t.Errorf("%s: %+v", id, f.Absolute)
		}
	}
}
