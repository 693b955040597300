package review

import (
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
	File  string
	Line  int
	Prov  evidence.Provenance
}

// harmColumns are those that every row fills in.
var harmColumns = []string{"study", "term"}

// ReadHarms reads a table of adverse events: study, substance, arm, term and, as
// far as known, trial_id, dose_mg, n, unit, window, serious, affected, rounded, place. A count
// that is not given stays unknown; it is never zero.
func ReadHarms(name string, data []byte, sha256 string) ([]Harm, []evidence.Problem, error) {
	return rowsReader[Harm]{need: harmColumns,
		known: strings.Fields("study trial_id substance arm dose_mg n unit term window serious affected rounded place note"),
		row: func(r Row, _ *Table, c *rowCheck) Harm {
			h := Harm{Study: r.Get("study"), TrialID: r.Get("trial_id"), Substance: r.Get("substance"), Arm: r.Get("arm"),
				Dose: r.Get("dose_mg"), Term: r.Get("term"), N: c.count("n"), Affected: c.count("affected"),
				Window: r.Get("window"), Rounded: r.Get("rounded") == "1", Unit: strings.ToLower(r.Get("unit")), Place: r.Get("place"),
				File: name, Line: r.Line, Prov: rowProv(r, sha256)}
			for _, m := range wordErrors(r, "unit", h.Unit, []string{evidence.UnitPeople, evidence.UnitSessions}) {
				c.bad("unit", "%s", strings.TrimPrefix(m, r.Where("unit")+": "))
			}
			if h.N != nil && h.Affected != nil && *h.Affected > *h.N {
				c.bad("affected", "%d affected of %d cannot be", *h.Affected, *h.N)
			}
			switch serious, ok := triOf(r.Get("serious")); {
			case !ok:
				c.bad("serious", "%q is neither yes nor no", r.Get("serious"))
			case serious != evidence.NotStated:
				is := serious == evidence.Yes
				h.Serious = &is
			}
			return h
		}}.read(name, data, sha256)
}
