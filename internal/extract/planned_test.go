package extract_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"past/internal/evidence"
	"past/internal/extract/posted"
	"past/internal/vocab"
)

// What a protocol plans to measure is named by the same reader as posted
// outcomes; what names no instrument is left out.
func TestPlanned(t *testing.T) {
	r := evidence.Record{ID: "NCT00000001", Planned: []evidence.PlannedOutcome{
		{Measure: "Change in CAPS-5 total severity score"},
		{Measure: "Number of hospital visits"},
		{Measure: "FSFI desire domain"},
	}}
	want := []evidence.PlannedReading{
		{RecordID: r.ID, OutcomeIndex: 0, Instrument: "caps-5", Domain: "ptsd"},
		{RecordID: r.ID, OutcomeIndex: 2, Instrument: "fsfi", Subscale: "desire", Domain: "sexual-desire"},
	}
	if d := cmp.Diff(want, posted.Planned(&r, vocab.Default())); d != "" {
		t.Error(d)
	}
}
