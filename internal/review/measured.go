package review

import (
	"strings"

	"past/internal/evidence"
)

// MeasuredRow is a study that measured an outcome without numbers that can be
// extracted; it explains an empty finding and never enters a pool.
type MeasuredRow struct {
	TrialID, Label, Substance, Population, Outcome, Topic, Domain string
	Design, Comparator, Instrument, Note, DOI, Source             string
	N                                                             *int
	File                                                          string
	Line                                                          int
	Prov                                                          evidence.Provenance
}

// measuredColumns are those without which no row can explain a finding; a survey of
// people who took several drugs names none.
var measuredColumns = []string{"substance"}

// ReadMeasured reads a table of studies measured without extractable numbers.
func ReadMeasured(name string, data []byte, sha256 string) ([]MeasuredRow, []evidence.Problem, error) {
	return rowsReader[MeasuredRow]{columns: measuredColumns,
		known: strings.Fields("trial_id label year substance population outcome topic domain design comparator instrument note doi source n"),
		row: func(r Row, _ *Table, c *rowCheck) MeasuredRow {
			return MeasuredRow{
				TrialID: r.Get("trial_id"), Label: r.Get("label"), Substance: r.Get("substance"), Population: r.Get("population"),
				Outcome: r.Get("outcome"), Topic: r.Get("topic"), Domain: r.Get("domain"), Design: r.Get("design"),
				Comparator: r.Get("comparator"), Instrument: r.Get("instrument"), Note: r.Get("note"), DOI: r.Get("doi"),
				Source: r.Get("source"), N: c.count("n"), File: name, Line: r.Line, Prov: rowProv(r, sha256)}
		}}.read(name, data, sha256)
}
