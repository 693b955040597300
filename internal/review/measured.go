package review

import (
	"fmt"

	"past/internal/evidence"
)

// MeasuredRow is a study that measured an outcome without numbers that can be
// extracted; it explains an empty finding and never enters a pool.
type MeasuredRow struct {
	TrialID, Label, Substance, Population, Outcome, Topic, Domain string
	Design, Comparator, Instrument, Note, DOI, Source             string
	N                                                             *int
	Prov                                                          evidence.Provenance
}

// measuredColumns are those without which a row explains no finding.
var measuredColumns = []string{"substance"}

// ReadMeasured reads a table of studies measured without extractable numbers.
func ReadMeasured(name string, data []byte, sha256 string) ([]MeasuredRow, []evidence.Problem, error) {
	t, problems, err := ReadTable(name, data, measuredColumns...)
	if err != nil {
		return nil, nil, err
	}
	var out []MeasuredRow
	for _, r := range t.Rows {
		m := MeasuredRow{
			TrialID: r.Get("trial_id"), Label: r.Get("label"), Substance: r.Get("substance"), Population: r.Get("population"),
			Outcome: r.Get("outcome"), Topic: r.Get("topic"), Domain: r.Get("domain"), Design: r.Get("design"), Comparator: r.Get("comparator"),
			Instrument: r.Get("instrument"), Note: r.Get("note"), DOI: r.Get("doi"), Source: r.Get("source"),
			Prov: evidence.Provenance{PayloadSHA256: sha256, Pointer: fmt.Sprintf("row=%d", r.Number)},
		}
		if n := evidence.ParseNumber(r.Raw("n"), t.Style); n.OK {
			v := int(n.Value)
			m.N = &v
		} else if !n.Missing {
			problems = append(problems, evidence.Problem{Source: "review", Kind: "bad-row", Where: r.Where("n"), Message: n.Reason})
		}
		out = append(out, m)
	}
	return out, problems, nil
}
