package edition

import (
	"math"

	"past/internal/evidence"
	"past/internal/synthesis"
)

// Flat is a finding as programs read it: one object, the primary model's
// numbers. Ratio measures are natural logarithms (Scale "log"), with the ratio
// itself under Natural. A finding with k = 0 has no estimate.
type Flat struct {
	ID       string   `json:"id"`
	Question string   `json:"question"`
	Title    string   `json:"title"`
	Measure  string   `json:"measure"`
	Scale    string   `json:"scale"` // identity | log
	Formula  string   `json:"formula"`
	Method   string   `json:"method"`
	Test     string   `json:"test"`
	K        int      `json:"k"`
	N        int      `json:"n"`
	Estimate *float64 `json:"estimate,omitempty"`
	SE       *float64 `json:"se,omitempty"`
	P        *float64 `json:"p,omitempty"`
	CILb     *float64 `json:"ci_lb,omitempty"`
	CIUb     *float64 `json:"ci_ub,omitempty"`
	GuardLb  *float64 `json:"ci_guarded_lb,omitempty"`
	GuardUb  *float64 `json:"ci_guarded_ub,omitempty"`
	Guarded  bool     `json:"guarded"`
	PILb     *float64 `json:"pi_lb,omitempty"`
	PIUb     *float64 `json:"pi_ub,omitempty"`
	PIRule   string   `json:"pi_rule,omitempty"`
	Tau2     *float64 `json:"tau2,omitempty"`
	I2Q      *float64 `json:"i2_q,omitempty"`
	I2Tau2   *float64 `json:"i2_tau2,omitempty"`
	Q        *float64 `json:"q,omitempty"`
	QP       *float64 `json:"q_p,omitempty"`
	Natural  *Natural `json:"natural,omitempty"`

	Certainty string   `json:"certainty,omitempty"`
	Signed    bool     `json:"certainty_signed"`
	Sentence  string   `json:"sentence"`
	Studies   []string `json:"studies"`
	Effects   []string `json:"effects"`
	Warnings  []string `json:"warnings"`
}

// Natural holds a ratio measure on its own scale.
type Natural struct {
	Estimate float64  `json:"estimate"`
	CILb     float64  `json:"ci_lb"`
	CIUb     float64  `json:"ci_ub"`
	GuardLb  *float64 `json:"ci_guarded_lb,omitempty"`
	GuardUb  *float64 `json:"ci_guarded_ub,omitempty"`
	PILb     *float64 `json:"pi_lb,omitempty"`
	PIUb     *float64 `json:"pi_ub,omitempty"`
}

// Flatten gives the flat form of a finding.
func Flatten(f evidence.Finding) Flat {
	p := f.Primary
	out := Flat{
		ID: f.ID, Question: f.Question, Title: f.Title, Measure: p.Measure, Scale: "identity", Formula: p.Formula, Method: p.Method, Test: p.Test,
		K: p.K, N: p.N, Estimate: p.Estimate, SE: p.SE, P: p.P, CILb: p.CILower, CIUb: p.CIUpper, GuardLb: p.GuardLow, GuardUb: p.GuardHigh,
		Guarded: p.Guarded, PILb: p.PILower, PIUb: p.PIUpper, PIRule: p.PIRule, Tau2: p.Tau2, I2Q: p.I2Q, I2Tau2: p.I2Tau2, Q: p.Q, QP: p.QP,
		Certainty: f.Certainty.Level, Signed: f.Certainty.Signed, Sentence: f.Sentences.Curriculum,
		Studies: []string{}, Effects: []string{}, Warnings: []string{},
	}
	for _, e := range f.Effects {
		out.Studies = append(out.Studies, e.StudyLabel)
		out.Effects = append(out.Effects, e.ID)
	}
	out.Warnings = append(out.Warnings, f.Warnings...)
	if synthesis.Ratio(p.Measure) {
		out.Scale = "log"
		if p.Estimate != nil && p.CILower != nil && p.CIUpper != nil {
			out.Natural = &Natural{Estimate: math.Exp(*p.Estimate), CILb: math.Exp(*p.CILower), CIUb: math.Exp(*p.CIUpper),
				GuardLb: exp(p.GuardLow), GuardUb: exp(p.GuardHigh), PILb: exp(p.PILower), PIUb: exp(p.PIUpper)}
		}
	}
	return out
}

func exp(v *float64) *float64 {
	if v == nil {
		return nil
	}
	x := math.Exp(*v)
	return &x
}
