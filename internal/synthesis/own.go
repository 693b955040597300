package synthesis

import (
	"slices"

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
	q := t.question()
	f := evidence.Finding{ID: "own-table", Title: t.Name, Measure: t.Measure, Effects: t.Effects, Undirected: true}
	var err error
	if f.Primary, err = Pool(q.Model(), f.Effects); err != nil {
		return f, err
	}
	if f.Headline, f.Bayes, err = headline(q, f.Primary, f.Effects, true); err != nil {
		return f, err
	}
	f.Warnings = f.Primary.Warnings
	switch {
	case len(t.Effects) > MostLeftOut:
		return f, nil
	case t.Clustered: // to leave out one row of a study leaves its others
		f.LeaveOneOut, err = t.LeaveOneOut()
		return f, err
	}
	return f, diagnose(q, &f, f.Effects)
}

// MostLeftOut is the number of rows of one's own up to which each is left out in turn:
// the work grows with its square.
const MostLeftOut = 2000

// LeaveOneOut pools the table without each study in turn, by the rule of its headline.
func (t OwnTable) LeaveOneOut() ([]evidence.PooledResult, error) {
	effects := slices.Clone(t.Effects)
	for i := range effects {
		if t.Clustered {
			effects[i].StudyLabel = effects[i].StudyID
		}
	}
	return leaveStudiesOut(t.question(), effects)
}

// PerStudy is one effect for each study of the table: of several rows their mean by
// generalised least squares.
func (t OwnTable) PerStudy() (yi, vi []float64, err error) { return perStudy(t.question(), t.Effects) }

// question is the plan of the table. The fit stays the answer of few studies, too,
// where a model without a between-study variance or normal intervals were asked for,
// and where the shipped priors have no unit.
func (t OwnTable) question() Question {
	q := Question{ID: t.Name, Title: t.Name, Measure: t.Measure, Formula: t.Formula, Method: t.Method, Test: t.Test}
	if t.Clustered {
		q.ModelKind, q.Rho = CHE, t.Rho
	}
	switch {
	case !stated(t.Measure):
		q.fitOnly = "the shipped priors have no unit for " + t.Measure + ", so that the fit is the answer of fewer than 5 studies, too"
		if t.Measure == string(effect.GEN) {
			q.fitOnly = "an unnamed measure has no shipped prior, so that the fit is the answer of fewer than 5 studies, too"
		}
	case t.Clustered:
	case t.Method == "EE" || t.Method == "FE":
		q.fitOnly = "a common effect was asked for"
	case t.Test == "z":
		q.fitOnly = "normal intervals were asked for"
	}
	return q
}

// Headline is what is shown of the table as its answer, everywhere.
func (t OwnTable) Headline() (evidence.Headline, error) {
	q := t.question()
	p, err := Pool(q.Model(), t.Effects)
	if err != nil {
		return evidence.Headline{}, err
	}
	h, _, err := headline(q, p, t.Effects, false)
	return h, err
}

// stated reports whether the shipped priors have a unit for a measure.
func stated(measure string) bool {
	if measure == string(effect.SMD) {
		return true
	}
	return evidence.IsLogMeasure(measure)
}
