package review

import (
	"fmt"
	"strings"

	"past/internal/evidence"
)

// Harm is an adverse event count of one arm that a person (or a released
// dataset) extracted from a paper.
type Harm struct {
	Study, TrialID, Substance string
	Arm, Dose, Term, Window   string
	N, Affected               *int
	// Serious is nil where the table does not say.
	Serious *bool
	// Rounded is set when the count was worked back from a proportion.
	Rounded bool
	// Unit is people or sessions where the table says what n counts.
	Unit  string
	Place string
	Prov  evidence.Provenance
}

// harmColumns are those that every row fills in.
var harmColumns = []string{"study", "term"}

// ReadHarms reads a table of adverse events: study, substance, arm, term and, as
// far as known, trial_id, dose_mg, n, unit, window, serious, affected, rounded, place. A count
// that is not given stays unknown; it is never zero.
func ReadHarms(name string, data []byte, sha256 string) ([]Harm, []evidence.Problem, error) {
	t, problems, err := ReadTable(name, data, harmColumns...)
	if err != nil {
		return nil, nil, err
	}
	var out []Harm
	for _, r := range t.Rows {
		h := Harm{Study: r.Get("study"), TrialID: r.Get("trial_id"), Substance: r.Get("substance"), Arm: r.Get("arm"), Dose: r.Get("dose_mg"),
			Term:   r.Get("term"),
			Window: r.Get("window"), Rounded: r.Get("rounded") == "1", Unit: strings.ToLower(r.Get("unit")), Place: r.Get("place"),
			Prov: evidence.Provenance{PayloadSHA256: sha256, Pointer: fmt.Sprintf("row=%d", r.Number)}}
		if h.Study == "" || h.Term == "" {
			problems = append(problems, evidence.Problem{Source: "review", Kind: "bad-row", Where: r.Where(""),
				Message: "study and term must be filled in", SHA256: sha256})
			continue
		}
		switch serious, ok := triOf(r.Get("serious")); {
		case !ok:
			problems = append(problems, evidence.Problem{Source: "review", Kind: "bad-row", Where: r.Where("serious"), SHA256: sha256,
				Message: fmt.Sprintf("%q is neither yes nor no", r.Get("serious"))})
		case serious != evidence.NotStated:
			is := serious == evidence.Yes
			h.Serious = &is
		}
		for _, c := range []struct {
			col string
			to  **int
		}{{"n", &h.N}, {"affected", &h.Affected}} {
			n := evidence.ParseNumber(r.Raw(c.col), t.Style)
			if n.OK && n.Op == "" && n.Value >= 0 && n.Value == float64(int(n.Value)) {
				v := int(n.Value)
				*c.to = &v
			} else if !n.Missing {
				problems = append(problems, evidence.Problem{Source: "review", Kind: "bad-row", Where: r.Where(c.col),
					Message: fmt.Sprintf("%q is not a number of people", n.Raw), SHA256: sha256})
			}
		}
		out = append(out, h)
	}
	return out, problems, nil
}
