package pipeline

import (
	"testing"

	"past/internal/evidence"
	"past/internal/extract"
)

// A page shows why a well-read value gives no effect, and does not call it usable
// beside that.
func TestPostedRowSaysWhatBecameOfTheCell(t *testing.T) {
	const own, why = "complete: number and spread", "baseline: measured before the treatment"
	for use, want := range map[string]struct {
		unused bool
		reason string
	}{"": {false, own}, extract.UseEffect: {false, own}, why: {true, why}} {
		got := postedRow(&evidence.ArmResult{Verdict: evidence.Usable, Reason: own, Use: use})
		if got.Unused != want.unused || got.Reason != want.reason {
			t.Errorf("use %q: %+v", use, got)
		}
	}
}
