package synthesis

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"past/analysis/effect"
	"past/analysis/meta"
	"past/internal/evidence"
	"past/internal/extract"
)

// Recompute gives the effects in the question's own formula mode and measure,
// with the sign of the question: where an instrument's scores run the other way
// than the question's outcome (higher is better against lower is better), a
// standardised difference is turned and says so. Effects that it cannot compute
// come back as exclusions.
func Recompute(q Question, effects []evidence.Effect) ([]evidence.Effect, []evidence.Exclusion) {
	var out []evidence.Effect
	var lost []evidence.Exclusion
	for _, e := range effects {
		if err := recompute(q, &e); err != nil {
			lost = append(lost, evidence.Exclusion{EffectID: e.ID, StudyID: e.StudyID, Label: e.StudyLabel, Code: CodeMeasure, Reason: err.Error()})
			continue
		}
		out = append(out, e)
	}
	return out, lost
}

// turnedFlag marks an effect whose sign follows the question.
const turnedFlag = "sign turned: the instrument's scores run the other way than the outcome of the question"

// allTurned warns where every effect follows the question against its own
// instrument: then it is the question that may have forgotten the side of benefit.
func allTurned(q Question, effects []evidence.Effect) []string {
	if len(effects) == 0 || slices.ContainsFunc(effects, func(e evidence.Effect) bool { return !slices.Contains(e.Flags, turnedFlag) }) {
		return nil
	}
	low, high, key := "low", "high", "does not set lower_is_better"
	if q.LowerIsBetter {
		low, high, key = "high", "low", "sets lower_is_better"
	}
	return []string{fmt.Sprintf("the sign of every effect is turned: the instruments take %s scores as better, the question "+
		"takes %s ones (it %s)", low, high, key)}
}

func recompute(q Question, e *evidence.Effect) error {
	counts := extract.IsCount(e.ScoreType)
	turned := slices.Contains(e.Flags, turnedFlag)
	contrast := !counts && e.Contrast() && e.Measure == q.Measure
	if !contrast && (e.Measure != q.Measure || e.Formula != q.Formula) {
		d := effect.Data{}
		if counts {
			d.AI, d.N1I, d.CI, d.N2I = num(e.Event1), num(e.N1), num(e.Event2), num(e.N2)
		} else {
			d.M1I, d.SD1I, d.N1I = num(e.Mean1), num(e.SD1), num(e.N1)
			d.M2I, d.SD2I, d.N2I = num(e.Mean2), num(e.SD2), num(e.N2)
		}
		if err := extract.ComputeAs(e, effect.Measure(q.Measure), d, effect.Formula(q.Formula)); err != nil {
			return err
		}
		if turned {
			turn(e)
		}
	}
	if err := believable(e); err != nil {
		return err
	}
	if counts || turned {
		return nil
	}
	switch e.HigherBetter {
	case evidence.NotStated:
		return errors.New("neither the source nor the catalogue of instruments says whether high scores are better, so the sign is not known")
	case evidence.TriOf(!q.LowerIsBetter):
		return nil
	}
	if q.Measure == "MD" {
		return errors.New("the instrument's scores run the other way than the outcome of the question; a difference in points cannot be turned")
	}
	turn(e)
	e.HigherBetter = evidence.TriOf(!q.LowerIsBetter) // of the turned score
	e.Flags = append(slices.Clone(e.Flags), turnedFlag)
	return nil
}

// mostPeople bounds the people in one arm of a trial of these substances.
const mostPeople = 1e6

// believable refuses numbers that no trial can have; they would carry a pool by
// themselves.
func believable(e *evidence.Effect) error {
	for _, n := range []*float64{e.N1, e.N2} {
		if n != nil && !(*n > 0 && *n <= mostPeople) {
			return fmt.Errorf("%g is no number of people in an arm", *n)
		}
	}
	y, v, ok := e.Known()
	if !ok {
		return errors.New("no effect size is known")
	}
	if math.IsNaN(y) || math.Abs(y) > 1e6 || !(v > 0) || v < 1e-12 || v > 1e12 {
		return fmt.Errorf("an estimate of %g with variance %g cannot come from a trial", y, v)
	}
	return nil
}

func turn(e *evidence.Effect) {
	e.SetEffect(e.Measure, e.Formula, -evidence.Value(e.Estimate), evidence.Value(e.Variance))
}

func num(v *float64) []float64 {
	if v == nil {
		return []float64{math.NaN()}
	}
	return []float64{*v}
}

// Model is the part of a plan that Pool needs.
type Model struct {
	Label, Measure, Formula, Method, Test string
	// Kind is OnePerStudy (or "") or CHE, whose rho is the correlation of
	// sampling errors within a study.
	Kind   string
	Rho    float64
	Smooth bool // variances of one study averaged (CHE)
	// Prediction is k-1 (or "") or k-2: degrees of freedom of the interval.
	Prediction string
	// Unguarded fits Knapp-Hartung without the guard, to repeat published numbers.
	Unguarded bool
}

// Model of the question's primary analysis.
func (q Question) Model() Model {
	m := Model{Label: "primary", Measure: q.Measure, Formula: q.Formula, Method: q.Method, Test: q.Test, Kind: q.ModelKind,
		Prediction: q.Prediction, Rho: 0.6, Smooth: q.SmoothVI}
	if q.Rho != nil {
		m.Rho = *q.Rho
	}
	return m
}

// Pool fits the model to the effects. No effect gives k = 0 and no estimate;
// one effect is shown as that study's own interval and named so, since one
// study is not a meta-analysis.
func Pool(m Model, effects []evidence.Effect) (evidence.PooledResult, error) {
	r := evidence.PooledResult{Label: m.Label, Measure: m.Measure, Formula: m.Formula, Method: m.Method, Test: m.Test,
		K: len(effects), EffectIDs: []string{}, Warnings: []string{}}
	if len(effects) == 0 {
		r.Method, r.Test = "none", "none"
		return r, nil
	}
	if m.Kind == CHE && several(effects) {
		return poolCHE(m, effects)
	}
	var yi, vi []float64
	for _, e := range effects {
		yi, vi = append(yi, evidence.Value(e.Estimate)), append(vi, evidence.Value(e.Variance))
		r.EffectIDs = append(r.EffectIDs, e.ID)
	}
	r.N = Participants(effects)
	if len(effects) == 1 {
		e := effects[0]
		r.Method, r.Test = "single study", "z"
		y, se, lo, hi := evidence.Value(e.Estimate), evidence.Value(e.SE), evidence.Value(e.CILower), evidence.Value(e.CIUpper)
		r.Estimate, r.SE, r.CILower, r.CIUpper = &y, &se, &lo, &hi
		r.Weights = []float64{100}
		r.Warnings = append(r.Warnings, "one study is not a meta-analysis: the number is that study's own")
		return r, nil
	}
	fit, err := meta.Fit(yi, vi, meta.Options{Method: meta.Method(m.Method), Test: meta.Test(m.Test), Unguarded: m.Unguarded})
	if err != nil {
		return r, err
	}
	fill(&r, fit, m)
	return r, nil
}

func fill(r *evidence.PooledResult, fit *meta.Result, m Model) {
	r.Method, r.Test = string(fit.Method), string(fit.Test)
	r.Estimate, r.SE, r.P = finite(fit.Coef[0].Value), finite(fit.Coef[0].SE), finite(fit.Coef[0].P)
	r.CILower, r.CIUpper = finite(fit.Coef[0].Lower), finite(fit.Coef[0].Upper)
	if u := fit.Unguarded; u != nil {
		r.UnguardedLow, r.UnguardedHigh = finite(u.Coef[0].Lower), finite(u.Coef[0].Upper)
	}
	p := fit.Predict()
	switch late := m.Prediction == "k-2"; {
	case m.Formula == "metapsy" && late:
		r.PILower, r.PIUpper, r.PIRule = finite(p.ClassicHTS.Lower), finite(p.ClassicHTS.Upper),
			"t(k-2), standard error without Knapp-Hartung factor"
	case m.Formula == "metapsy":
		r.PILower, r.PIUpper, r.PIRule = finite(p.ClassicT.Lower), finite(p.ClassicT.Upper), "t(k-1), standard error without Knapp-Hartung factor"
	case late:
		r.PILower, r.PIUpper, r.PIRule = finite(p.Riley.Lower), finite(p.Riley.Upper), "t(k-2), standard error of the fitted test"
	default:
		r.PILower, r.PIUpper, r.PIRule = finite(p.PI.Lower), finite(p.PI.Upper), "t(k-1), standard error of the fitted test"
		if r.Test == "z" {
			r.PIRule = "normal quantile"
		}
	}
	switch {
	case r.PILower == nil:
		r.PIRule = ""
	case *r.PILower > *r.CILower && !m.Unguarded: // the mean cannot be less certain than a new study
		r.PILower, r.PIUpper, r.PIRule = finite(p.PI.Lower), finite(p.PI.Upper), "t(k-1), standard error of the fitted test"
	}
	r.Tau2, r.Q, r.QP = finite(fit.Tau2), finite(fit.Q.Value), finite(fit.Q.P)
	r.I2Q, r.I2Tau2 = finite(fit.I2Q), finite(fit.I2T)
	if m.Method == "EE" {
		r.Warnings = append(r.Warnings, "a common-effect model takes τ² as 0")
	} else if ci, err := fit.QProfile(); err == nil && ci.Empty {
		r.Warnings = append(r.Warnings, "the studies agree more than chance lets expect: no value of τ² fits, so that it has no interval")
	} else if err == nil {
		r.Tau2Low, r.Tau2Up = finite(ci.Tau2.Lower), finite(ci.Tau2.Upper)
		if fit.Tau2 < ci.Tau2.Lower || fit.Tau2 > ci.Tau2.Upper {
			r.Warnings = append(r.Warnings, "the estimate of τ² lies outside its Q-profile interval: the two use different criteria")
		}
	}
	r.Weights = fit.Weights
	r.Warnings = append(r.Warnings, fit.Warnings.Texts()...)
}

// several reports whether some study has more than one of the effects, and
// another study some.
func several(effects []evidence.Effect) bool {
	n := studyRows(effects)
	return len(n) > 1 && len(effects) > len(n)
}

// studyRows counts the rows of each study.
func studyRows(effects []evidence.Effect) map[string]int {
	n := map[string]int{}
	for _, e := range effects {
		n[e.StudyID]++
	}
	return n
}

// Participants counts the people in the pooled comparisons; where one of them
// does not state its people their number is not known.
func Participants(effects []evidence.Effect) evidence.People {
	n := 0.0
	for _, e := range effects {
		if e.N1 == nil || e.N2 == nil {
			return 0
		}
		n += *e.N1 + *e.N2
	}
	return evidence.People(math.Round(n))
}

func finite(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}
