package synthesis

import (
	"fmt"
	"math"
	"strings"

	"past/analysis/meta"
	"past/internal/evidence"
)

// goshLimit is the largest k of which all subsets are fitted.
const goshLimit = 20

// goshDrawn bounds how many subset fits are carried along for drawing.
const goshDrawn = 2000

// diagnose fills in how far single studies carry the finding.
func diagnose(q Question, f *evidence.Finding, effects []evidence.Effect) error {
	if len(effects) < 3 {
		return nil
	}
	yi, vi := columns(effects)
	fit, err := meta.Fit(yi, vi, meta.Options{Method: meta.Method(q.Method), Test: meta.Test(q.Test)})
	if err != nil {
		return err
	}
	same := q
	if f.Headline.Kind == evidence.HeadlinePooled && same.fitOnly == "" {
		same.fitOnly = "the model of the whole" // four of five studies would be shown by another
	}
	for i := range effects {
		r, err := part(same, "without "+effects[i].StudyLabel, without(effects, i))
		if err != nil {
			return err
		}
		f.LeaveOneOut = append(f.LeaveOneOut, r)
	}
	for i := range effects { // in order of year: effects are sorted so
		m := q.Model()
		m.Label = effects[i].StudyLabel
		if year := fmt.Sprint(effects[i].Year); !strings.Contains(m.Label, year) {
			m.Label += " (" + year + ")"
		}
		r, err := Pool(m, effects[:i+1])
		if err != nil {
			return err
		}
		f.Cumulative = append(f.Cumulative, r)
	}
	influence(f, fit, effects)
	if err := gosh(q, f, yi, vi); err != nil {
		return err
	}
	curve, err := fit.PValueCurve(0, 121, 4)
	if err != nil {
		return err
	}
	for _, p := range curve {
		if !math.IsNaN(p.P) {
			f.Drapery = append(f.Drapery, evidence.CurvePoint{X: p.X, Y: p.P})
		}
	}
	return nil
}

func influence(f *evidence.Finding, fit *meta.Result, effects []evidence.Effect) {
	inf := fit.Influence()
	for i, row := range fit.Rows {
		r := evidence.InfluenceRow{EffectID: effects[row].ID, RStudent: orZero(inf.RStudent[i]), DFFITS: orZero(inf.DFFits[i]),
			CookD: orZero(inf.CookD[i]),
			CovR:  orZero(inf.CovR[i]), Tau2Del: orZero(inf.Tau2Del[i]), QEDel: orZero(inf.QEDel[i]), Hat: orZero(inf.Hat[i]),
			Weight: orZero(inf.Weight[i]), Influential: inf.Influential[i]}
		f.Influence = append(f.Influence, r)
	}
	b := fit.Baujat()
	for i, row := range fit.Rows {
		if finite(b.X[i]) != nil && finite(b.Y[i]) != nil {
			f.Baujat = append(f.Baujat, evidence.BaujatPoint{EffectID: effects[row].ID, X: b.X[i], Y: b.Y[i]})
		}
	}
}

// orZero is for numbers that JSON must carry; diagnostics that do not exist
// (a model that cannot be fitted without a row) show as zero weight rows do.
func orZero(x float64) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0
	}
	return x
}

// gosh fits the model to every subset of up to twenty studies and keeps an
// evenly spaced part of the fits for drawing.
func gosh(q Question, f *evidence.Finding, yi, vi []float64) error {
	if len(yi) > goshLimit {
		f.Warnings = append(f.Warnings, fmt.Sprintf("all subsets are fitted for up to %d studies; there are %d", goshLimit, len(yi)))
		return nil
	}
	g, err := meta.GOSH(yi, vi, meta.GOSHOptions{Method: meta.Method(q.Method), Keep: true})
	if err != nil {
		return err
	}
	s := &evidence.GOSHSummary{Subsets: g.Subsets, Exact: g.Exhaustive, Method: string(g.Method)}
	step := max(1, len(g.EstimatePoints)/goshDrawn)
	for i := 0; i < len(g.EstimatePoints); i += step {
		s.Estimate = append(s.Estimate, orZero(g.EstimatePoints[i]))
		s.I2 = append(s.I2, orZero(g.I2Points[i]))
	}
	f.GOSH = s
	return nil
}

func columns(effects []evidence.Effect) (yi, vi []float64) {
	for _, e := range effects {
		yi, vi = append(yi, evidence.Value(e.Estimate)), append(vi, evidence.Value(e.Variance))
	}
	return yi, vi
}

func without(effects []evidence.Effect, i int) []evidence.Effect {
	out := make([]evidence.Effect, 0, len(effects)-1)
	out = append(out, effects[:i]...)
	return append(out, effects[i+1:]...)
}
