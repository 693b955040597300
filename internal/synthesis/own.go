package synthesis

import (
	"past/analysis/effect"
	"past/internal/evidence"
)

// OwnTable is a person's own table of effects, on the analysis scale.
type OwnTable struct {
	Name, Measure, Formula, Method, Test string
	Effects                              []evidence.Effect
	// Clustered is set where effects of one study, by StudyID, are pooled as the
	// dependent effects that they are; Rho is the correlation of their sampling errors.
	Clustered bool
	Rho       *float64
}

// Answer gives the table what a finding gets: fitted model, headline, leave-one-out
// and diagnostics. The small-sample answer needs a measure in whose unit a prior can
// be stated; other measures show the fitted model.
func (t OwnTable) Answer() (evidence.Finding, error) {
	q := Question{ID: t.Name, Title: t.Name, Measure: t.Measure, Formula: t.Formula, Method: t.Method, Test: t.Test}
	f := evidence.Finding{ID: "own-table", Title: t.Name, Measure: t.Measure, Effects: t.Effects, Undirected: true}
	if t.Clustered {
		q.ModelKind, q.Rho = CHE, t.Rho
	}
	var err error
	if f.Primary, err = Pool(q.Model(), f.Effects); err != nil {
		return f, err
	}
	if f.Headline, f.Bayes, err = headline(q, f.Primary, f.Effects, true); err != nil {
		return f, err
	}
	if t.Test == "z" && len(t.Effects) > 1 && !t.Clustered || !stated(t.Measure) {
		f.Headline = evidence.Headline{Kind: evidence.HeadlinePooled, Estimate: f.Primary.Estimate, Lower: f.Primary.CILower,
			Upper: f.Primary.CIUpper, Note: ModelWords(f.Primary.Method, f.Primary.Test)}
		f.Bayes = nil
	}
	f.Warnings = f.Primary.Warnings
	if t.Clustered {
		return f, nil // to leave out one row of a study leaves its others
	}
	return f, diagnose(q, &f, f.Effects)
}

// stated reports whether the shipped priors have a unit for a measure.
func stated(measure string) bool {
	if measure == string(effect.SMD) {
		return true
	}
	return evidence.IsLogMeasure(measure)
}
