package edition

import (
	"math"

	"past/internal/evidence"
)

// Flat is a finding as programs read it: one object, the primary model's
// numbers. Ratio measures are natural logarithms (Scale "log"), with the ratio
// itself under Natural. A finding with k = 0 has no estimate.
type Flat struct {
	ID       string          `json:"id"`
	Question string          `json:"question"`
	Title    string          `json:"title"`
	Measure  string          `json:"measure"`
	Scale    string          `json:"scale"` // identity | log
	Formula  string          `json:"formula"`
	Method   string          `json:"method"`
	Test     string          `json:"test"`
	K        int             `json:"k"`
	N        evidence.People `json:"n"`
	Estimate *float64        `json:"estimate"`
	SE       *float64        `json:"se"`
	P        *float64        `json:"p"`
	// CILb and CIUb are the fitted interval with the guard applied where it acts;
	// UnguardedLb and UnguardedUb its footnote, null where it does not.
	CILb        *float64 `json:"ci_lb"`
	CIUb        *float64 `json:"ci_ub"`
	UnguardedLb *float64 `json:"ci_unguarded_lb"`
	UnguardedUb *float64 `json:"ci_unguarded_ub"`
	// Headline is what is shown, cited and graded; on the scale of the analysis.
	Headline evidence.Headline `json:"headline"`
	PILb     *float64          `json:"pi_lb"`
	PIUb     *float64          `json:"pi_ub"`
	PIRule   string            `json:"pi_rule,omitempty"`
	Tau2     *float64          `json:"tau2"`
	I2Q      *float64          `json:"i2_q"`
	I2Tau2   *float64          `json:"i2_tau2"`
	Q        *float64          `json:"q"`
	QP       *float64          `json:"q_p"`
	Natural  *Natural          `json:"natural,omitempty"`

	Verdict   string             `json:"verdict"` // the side of no effect that the headline interval lies on
	Absolute  *evidence.Absolute `json:"absolute,omitempty"`
	Coverage  evidence.Coverage  `json:"coverage"` // what was searched for the question
	Certainty string             `json:"certainty,omitempty"`
	Signed    bool               `json:"certainty_signed"`
	Sentence  string             `json:"sentence"`
	Studies   []string           `json:"studies"`
	Effects   []string           `json:"effects"`
	Warnings  []string           `json:"warnings"`
}

// Natural holds a ratio measure on its own scale.
type Natural struct {
	Estimate    float64           `json:"estimate"`
	CILb        float64           `json:"ci_lb"`
	CIUb        float64           `json:"ci_ub"`
	UnguardedLb *float64          `json:"ci_unguarded_lb"`
	UnguardedUb *float64          `json:"ci_unguarded_ub"`
	Headline    evidence.Headline `json:"headline"`
	PILb        *float64          `json:"pi_lb"`
	PIUb        *float64          `json:"pi_ub"`
}

// Flatten gives the flat form of a finding.
func Flatten(f evidence.Finding) Flat {
	p := f.Primary
	out := Flat{
		ID: f.ID, Question: f.Question, Title: f.Title, Measure: p.Measure, Scale: "identity", Formula: p.Formula, Method: p.Method, Test: p.Test,
		K: p.K, N: p.N, Estimate: p.Estimate, SE: p.SE, P: p.P, CILb: p.CILower, CIUb: p.CIUpper, UnguardedLb: p.UnguardedLow,
		UnguardedUb: p.UnguardedHigh,
		Headline:    f.Headline, Verdict: f.Headline.Verdict(), Absolute: f.Absolute, Coverage: f.Coverage, PILb: p.PILower, PIUb: p.PIUpper,
		PIRule: p.PIRule, Tau2: p.Tau2, I2Q: p.I2Q, I2Tau2: p.I2Tau2, Q: p.Q, QP: p.QP,
		Certainty: f.Certainty.Level, Signed: f.Certainty.Signed, Sentence: f.Sentences.Curriculum,
		Studies: []string{}, Effects: []string{}, Warnings: []string{},
	}
	for _, e := range f.Effects {
		out.Studies = append(out.Studies, e.StudyLabel)
		out.Effects = append(out.Effects, e.ID)
	}
	out.Warnings = append(out.Warnings, f.Warnings...)
	if evidence.IsLogMeasure(p.Measure) {
		out.Scale = "log"
		if p.Estimate != nil && p.CILower != nil && p.CIUpper != nil {
			out.Natural = &Natural{Estimate: math.Exp(*p.Estimate), CILb: math.Exp(*p.CILower), CIUb: math.Exp(*p.CIUpper),
				UnguardedLb: exp(p.UnguardedLow), UnguardedUb: exp(p.UnguardedHigh), Headline: ratio(f.Headline), PILb: exp(p.PILower),
				PIUb: exp(p.PIUpper)}
		}
	}
	return out
}

// ratio is a headline back from the log scale.
func ratio(h evidence.Headline) evidence.Headline {
	h.Estimate, h.Lower, h.Upper = exp(h.Estimate), exp(h.Lower), exp(h.Upper)
	return h
}

func exp(v *float64) *float64 {
	if v == nil {
		return nil
	}
	x := math.Exp(*v)
	return &x
}
