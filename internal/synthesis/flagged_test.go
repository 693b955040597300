package synthesis_test

import (
	"slices"
	"strings"
	"testing"

	"past/internal/evidence"
)

// A pool names the trials that give the other kind of score and what these say, and
// does not hide one that a person has to look at first.
func TestPoolNamesItsOtherScores(t *testing.T) {
	f := answer(t, "psilocybin-trd-severity")
	for _, want := range []string{"2 of 2 trials give change scores", "Goodwin 2022 g −0.54", "Rosenblat 2024 g −1.0",
		"has to look at first",
		"none of these includes no effect"} {
		if !strings.Contains(f.OtherScore, want) {
			t.Errorf("%q lacks %q", f.OtherScore, want)
		}
	}
	f = answer(t, "mdma-ptsd-severity")
	if !strings.Contains(f.OtherScore, "4 of 6 trials give change scores") || !strings.Contains(f.OtherScore, ": together g −") {
		t.Error(f.OtherScore)
	}
	if !slices.ContainsFunc(f.Sensitivity, func(r evidence.PooledResult) bool {
		return r.Label == "change scores of the 4 trials that give them"
	}) {
		t.Error("the pool of change scores is no sensitivity analysis")
	}
}

// What is flagged of a pooled number is said among the limits, with the weight of it.
func TestFlagsReachTheFinding(t *testing.T) {
	for id, want := range map[string][]string{
		"psilocybin-trd-severity": {"Flagged numbers hold 100 % of the weight (2 of 2 studies)", "did not start alike: 33.0 against 27.6",
			"not printed in the paper"},
		"mdma-ptsd-severity":              {"(2.1·√42, 2.1·√37)", "(1.7·√52, 2.0·√42)"},
		"psilocybin-depression-remission": {"the counts are those of another kind of event"},
		"mdma-anxiety-in-illness":         {"instrument name NOT in source file"},
		"psilocybin-anxiety-in-illness":   {"Flagged numbers hold 100 % of the weight"},
		"lsd-anxiety-diagnosis":           {"SECONDARY SOURCE", "the standard error is computed from the confidence interval", "a residual one"},
	} {
		f := answer(t, id)
		limits := strings.Join(f.Limits, "\n")
		for _, w := range want {
			if !strings.Contains(limits, w) {
				t.Errorf("%s: the limits lack %q:\n%s", id, w, limits)
			}
		}
		for _, e := range f.Effects {
			for _, r := range e.Remarks() {
				if !slices.ContainsFunc(f.Flagged, func(x evidence.Flagged) bool { return x.EffectID == e.ID && strings.Contains(x.Says(), r.Words) }) {
					t.Errorf("%s: %s is not flagged with %q", id, e.ID, r.Words)
				}
			}
		}
	}
}
