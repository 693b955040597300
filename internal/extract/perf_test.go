package extract

import (
	"os"
	"path/filepath"
	"testing"

	"past/internal/evidence"
	"past/internal/extract/posted"
	"past/internal/recordedtest"
	"past/internal/vocab"
)

// BenchmarkRegister reads the posted results of the recorded studies; divide
// the time by the cells that it reports.
func BenchmarkRegister(b *testing.B) {
	dir := recordedtest.Path(b, "registry", "ctgov")
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		b.Fatal(err)
	}
	var records []*evidence.Record
	for _, f := range files {
		body, err := os.ReadFile(f)
		if err != nil {
			b.Fatal(err)
		}
		records = append(records, parseRecord(b, body))
	}
	v := vocab.Default()
	cells := 0
	for b.Loop() {
		cells = 0
		for _, r := range records {
			cells += len(posted.Register(r, v))
		}
	}
	b.ReportMetric(float64(cells), "cells")
}
