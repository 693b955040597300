package coding

import (
	"strings"
	"testing"

	"past/internal/evidence"
)

// long is a record with texts as long as real ones.
func long() *evidence.Record {
	var b strings.Builder
	b.WriteString("Inclusion Criteria:\n\n")
	for range 20 {
		b.WriteString("* Adults with a diagnosis of major depressive disorder by a structured clinical interview, moderate or " +
			"severe at screening and baseline\n")
	}
	b.WriteString("\nExclusion Criteria:\n\n")
	for range 20 {
		b.WriteString("* Any clinically significant laboratory result or other condition that in the opinion of the investigator " +
			"makes taking part unsafe or the results hard to read\n")
	}
	b.WriteString("* Current lithium\n* Pregnant or nursing\n")
	r := &evidence.Record{ID: "X", Eligibility: b.String(),
		Summary: strings.Repeat("This trial compares two doses given in a quiet room with two therapists. ", 10)}
	for range 4 {
		r.Arms = append(r.Arms, evidence.Arm{Label: "Arm",
			Description: strings.Repeat("Participants receive a capsule once and are followed for twelve weeks after it. ", 4)})
	}
	return r
}

func BenchmarkRead(b *testing.B) {
	r := long()
	for b.Loop() {
		Read(r)
	}
}
