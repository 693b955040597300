package pack

import (
	"slices"
	"testing"

	"past/internal/edition"
	"past/internal/evidence"
	"past/internal/vocab"
)

// A placebo has no dose of the drug, whatever its record calls it; another comparator
// keeps its words, and each names its class.
func TestComparatorOfACase(t *testing.T) {
	for _, c := range []struct{ class, stated, given, named string }{
		{"inactive-placebo", "placebo 120 mg", "placebo", "inactive placebo"},
		{"inactive-placebo", "", "inactive placebo", "inactive placebo"},
		{"active-placebo-or-low-dose", "psilocybin 1 mg", "psilocybin 1 mg", "active placebo or low dose"},
		{"waitlist-or-delayed", "", "waitlist or delayed treatment", "waitlist or delayed treatment"},
		{"", "usual care", "usual care", ""},
	} {
		n := 10.0
		f := evidence.Finding{ID: "f", Effects: []evidence.Effect{{ID: "e", RecordID: "NCT00000001", N1: &n, N2: &n,
			ComparatorClass: c.class, Comparator: c.stated}}}
		facts := caseOf(vocab.Default(), []edition.Flat{{ID: "f", Estimate: &n}}, []evidence.Finding{f}).Facts
		if !slices.Contains(facts, "Comparator: "+c.given) || (c.named != "") != slices.Contains(facts, "Class of comparator: "+c.named) {
			t.Errorf("%s, %q: %q", c.class, c.stated, facts)
		}
	}
}
