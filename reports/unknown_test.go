package reports

import (
	"strings"
	"testing"

	"past/internal/evidence"
)

// What was not counted is said in words: a page prints no zero for it.
func TestUnknownIsNotZero(t *testing.T) {
	p := func(x float64) *float64 { return &x }
	for _, c := range []struct{ got, want string }{
		{claimBasis(&evidence.ClaimVerdict{Verdict: evidence.Outside}), "no trial of this tracker answers it"},
		{claimBasis(&evidence.ClaimVerdict{Verdict: evidence.NotLooked}), "no study with a number"},
		{claimBasis(&evidence.ClaimVerdict{Verdict: evidence.Uncertain, K: 2}), "2 studies, number of participants not stated"},
		{claimBasis(&evidence.ClaimVerdict{Verdict: evidence.Uncertain, K: 1, N: 12}), "1 study, 12 participants"},
		{gapCounts(&evidence.GapCell{Registered: 4, WithResults: 2}), "4 registered, 2 with results"},
		{gapCounts(&evidence.GapCell{Registered: 4, Running: 1, WithResults: 2}),
			"4 registered, 1 running and 0 completed as the records state, 2 with results"},
		{cellWords(&evidence.GapCell{Registered: 1, WithResults: 3}), "3 studies with results, 1 registered"},
		{cellWords(&evidence.GapCell{WithResults: 1}), "1 study with results, none registered"},
		{cellWords(&evidence.GapCell{State: evidence.SearchedNone, Coverage: evidence.Coverage{Retold: true}}), "none in this selection"},
		{neverReported(0, 0), "No record here lists such an outcome as planned, so what was planned and not reported is not known"},
		{neverReported(3, 0), "No planned outcome is missing from posted results"},
		{neverReported(3, 1), "1 planned outcome is missing from posted results"},
		{reading{lower: true, treatment: "MDMA"}.sideOf(p(-0.7), p(-1.4), p(0.1)), "the interval includes no effect"},
		{reading{lower: true, treatment: "MDMA"}.sideOf(p(-0.7), p(-1.4), p(-0.1)), "favours MDMA"},
	} {
		if got := strings.ReplaceAll(c.got, "\u00a0", " "); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
