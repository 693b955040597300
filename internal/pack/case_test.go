package pack

import (
	"testing"

	"past/internal/evidence"
	"past/internal/vocab"
)

// A placebo has no dose of the drug, whatever its record calls it; another
// comparator keeps its words.
func TestComparatorWords(t *testing.T) {
	for _, c := range []struct{ class, stated, want string }{
		{"inactive-placebo", "placebo 120 mg", "inactive placebo"}, {"inactive-placebo", "", "inactive placebo"},
		{"active-placebo-or-low-dose", "psilocybin 1 mg", "psilocybin 1 mg"}, {"waitlist-or-delayed", "", "waitlist or delayed treatment"},
		{"", "usual care", "usual care"},
	} {
		if got := comparatorWords(vocab.Default(), &evidence.Effect{ComparatorClass: c.class, Comparator: c.stated}); got != c.want {
			t.Errorf("%s, %q: %q, want %q", c.class, c.stated, got, c.want)
		}
	}
}
