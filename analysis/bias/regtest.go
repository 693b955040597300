package bias

import (
	"fmt"
	"math"

	"past/analysis/meta"
)

// Predictor is what an Egger-type regression regresses the effects on.
type Predictor string

// The predictors, with metafor's names.
const (
	SEi      Predictor = "sei"      // standard error (Egger et al. 1997, BMJ 315:629-634)
	Vi       Predictor = "vi"       // sampling variance
	Ni       Predictor = "ni"       // total sample size (Macaskill et al. 2001, Stat. Med. 20:641-654)
	NInv     Predictor = "ninv"     // 1/n (Peters et al. 2006, JAMA 295:676-680)
	SqrtNi   Predictor = "sqrtni"   // square root of n
	SqrtNInv Predictor = "sqrtninv" // 1/sqrt(n)
)

// RegressionModel is the model of the regression.
type RegressionModel string

// The models, with metafor's names.
const (
	MetaRegression RegressionModel = "rma" // additive heterogeneity: a meta-regression
	Dispersion     RegressionModel = "lm"  // multiplicative heterogeneity: weighted least squares with weights 1/v
)

// RegressionOptions chooses a regression test. The zero value is a REML meta-regression on the standard error with a z test.
type RegressionOptions struct {
	Model     RegressionModel
	Predictor Predictor
	Method    meta.Method // of MetaRegression; "" means REML
	Test      meta.Test   // of MetaRegression; "" means z
	Level     float64     // of the intervals; 0 means 0.95
}

// RegressionResult is the outcome of [RegressionTest]. Index 0 is the intercept, 1 the predictor; missing numbers are NaN.
type RegressionResult struct {
	Method    string
	Options   RegressionOptions
	K         int
	Statistic float64 // of the slope: z, or t on DDF degrees of freedom
	DDF       float64 // NaN for z
	P         float64 // two-sided
	Beta, SE  [2]float64
	Tau2      float64 // MetaRegression: residual between-study variance; NaN for Dispersion
	Sigma2    float64 // Dispersion: residual dispersion; NaN for MetaRegression
	// LimitEst is the expected effect of an infinitely large study, the intercept, with its interval; only for predictors that go
	// to 0 as studies grow.
	LimitEst, LimitLo, LimitHi float64
	Limit                      string
	Warnings                   []string
}

// RegressionTest regresses the effects on a measure of (im)precision; a slope other than zero means that the funnel leans
// (Egger et al. 1997; Sterne & Egger 2005, in Publication Bias in Meta-Analysis, chapter 6).
//
// For standardised mean differences and log odds ratios the effect and its standard error are linked by construction, which
// makes the test on sei or vi reject too often: prefer ninv or [SampleSizeTest] there.
func RegressionTest(s Studies, o RegressionOptions) (RegressionResult, error) {
	o.fill()
	method := o.name()
	s, warnings, err := s.withPredictor(o.Predictor, method)
	if err != nil {
		return RegressionResult{}, err
	}
	nan := math.NaN()
	r := RegressionResult{Method: method, Options: o, K: s.K(), Tau2: nan, Sigma2: nan, DDF: nan, LimitEst: nan, LimitLo: nan, LimitHi: nan,
		Limit: testLimit(s.K()), Warnings: warnings}
	x, err := s.predictor(o.Predictor)
	if err != nil {
		return r, fmt.Errorf("%s: %w", method, err)
	}
	var lo, hi [2]float64
	switch o.Model {
	case Dispersion:
		f, err := fitWLS(s.Y, s.V, x, o.Level)
		if err != nil {
			return r, fmt.Errorf("%s: %w", method, err)
		}
		r.Beta, r.SE, r.Sigma2, r.Statistic, r.P, r.DDF = f.Beta, f.SE, f.Sigma2, f.T[1], f.P[1], float64(f.DF)
		lo, hi = f.Lo, f.Hi
	case MetaRegression:
		f, err := fitLine(s, x, string(o.Predictor), o.Method, o.Test, o.Level)
		if err != nil {
			return r, fmt.Errorf("%s: %w", method, err)
		}
		r.Beta, r.SE, r.Tau2 = [2]float64{f.Beta[0], f.Beta[1]}, [2]float64{f.SE[0], f.SE[1]}, f.Tau2
		r.Statistic, r.P = f.Stat[1], f.PVal[1]
		if !math.IsInf(f.DDF, 0) {
			r.DDF = f.DDF
		}
		lo, hi = [2]float64{f.CILb[0], f.CILb[1]}, [2]float64{f.CIUb[0], f.CIUb[1]}
	default:
		return r, fmt.Errorf("%s: the model must be rma or lm, not %q", method, o.Model)
	}
	if o.Predictor != Ni && o.Predictor != SqrtNi {
		r.LimitEst, r.LimitLo, r.LimitHi = r.Beta[0], lo[0], hi[0]
	}
	return r, nil
}

func (o *RegressionOptions) fill() {
	if o.Model == "" {
		o.Model = MetaRegression
	}
	if o.Predictor == "" {
		o.Predictor = SEi
	}
	if o.Level == 0 {
		o.Level = 0.95
	}
	if o.Model == MetaRegression {
		if o.Method == "" {
			o.Method = meta.REML
		}
		if o.Test == "" {
			o.Test = meta.Z
		}
	}
}

func (o *RegressionOptions) name() string {
	kind := "weighted regression with multiplicative dispersion"
	if o.Model == MetaRegression {
		kind = fmt.Sprintf("meta-regression (%s, %s)", o.Method, o.Test)
	}
	return fmt.Sprintf("regression test for funnel asymmetry (Egger et al. 1997): %s on %s", kind, o.Predictor)
}

// withPredictor checks the rows and leaves out those whose sample size is missing when the predictor needs it.
func (s Studies) withPredictor(p Predictor, method string) (Studies, []string, error) {
	if err := s.check(method, 2); err != nil {
		return s, nil, err
	}
	switch p {
	case SEi, Vi:
		return s, nil, nil
	case Ni, NInv, SqrtNi, SqrtNInv:
	default:
		return s, nil, fmt.Errorf("%s: the predictor must be sei, vi, ni, ninv, sqrtni or sqrtninv, not %q", method, p)
	}
	if s.N == nil {
		return s, nil, s.checkN(method)
	}
	var out Studies
	for i, n := range s.N {
		if !math.IsNaN(n) {
			out.Y, out.V, out.N = append(out.Y, s.Y[i]), append(out.V, s.V[i]), append(out.N, n)
		}
	}
	if err := out.checkN(method); err != nil {
		return out, nil, err
	}
	var warnings []string
	if d := s.K() - out.K(); d > 0 {
		warnings = append(warnings, fmt.Sprintf("%d of %d studies left out: their sample size is missing", d, s.K()))
	}
	return out, warnings, out.check(method, 2)
}

// predictor is the column that the effects are regressed on.
func (s Studies) predictor(p Predictor) ([]float64, error) {
	x := make([]float64, s.K())
	for i := range x {
		switch p {
		case SEi:
			x[i] = math.Sqrt(s.V[i])
		case Vi:
			x[i] = s.V[i]
		case Ni:
			x[i] = s.N[i]
		case NInv:
			x[i] = 1 / s.N[i]
		case SqrtNi:
			x[i] = math.Sqrt(s.N[i])
		case SqrtNInv:
			x[i] = 1 / math.Sqrt(s.N[i])
		}
	}
	for _, v := range x {
		if v != x[0] {
			return x, nil
		}
	}
	return nil, errConstantPredictor
}

// fitLine is the meta-regression of the effects on one predictor.
func fitLine(s Studies, x []float64, name string, m meta.Method, t meta.Test, level float64) (*meta.Result, error) {
	rows := make([][]float64, len(x))
	for i := range x {
		rows[i] = []float64{1, x[i]}
	}
	d, err := meta.NewDesignMatrix([]string{"intrcpt", name}, rows, true)
	if err != nil {
		return nil, err
	}
	return meta.Fit(s.Y, s.V, meta.Options{Method: m, Test: t, Design: d, Level: level, Unguarded: true}) // as the published tests define it
}
