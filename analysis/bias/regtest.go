package bias

import (
	"fmt"
	"math"

	"past/analysis"
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

// RegressionResult is the outcome of [RegressionTest]: the line, whose slope is the test.
type RegressionResult struct {
	Line
	Method  string
	Options RegressionOptions
	// LimitEffect is the expected effect of an infinitely large study, the intercept, with its interval; only for predictors that
	// go to 0 as studies grow, else NaN.
	LimitEffect analysis.Estimate
	Limit       string
}

// Slope is the test of asymmetry.
func (r RegressionResult) Slope() analysis.Estimate {
	if len(r.Coef) < 2 {
		return noLine(0).Coef[1]
	}
	return r.Coef[1]
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
	r := RegressionResult{Line: noLine(s.K()), Method: method, Options: o, Limit: testLimit(s.K())}
	x, err := s.predictor(o.Predictor)
	if err != nil {
		return r, fmt.Errorf("%s: %w", method, err)
	}
	if r.Line, err = o.fit(s, s.V, x); err != nil {
		return r, fmt.Errorf("%s: %w", method, err)
	}
	r.Warnings = warnings // those of the regression itself are not about the test
	if r.LimitEffect = r.Coef[0]; o.Predictor == Ni || o.Predictor == SqrtNi {
		r.LimitEffect = noLine(0).Coef[0]
	}
	return r, nil
}

// noLine is a line of which nothing is known.
func noLine(k int) Line {
	l := Line{Fit: analysis.NewFit(k, 0), Sigma2: math.NaN()}
	none := analysis.Wald(math.NaN(), math.NaN(), math.NaN(), math.NaN())
	l.Coef = []analysis.Estimate{none, none}
	return l
}

// fit fits the line of the effects against x. w are the variances behind the weights of a dispersion model.
func (o RegressionOptions) fit(s Studies, w, x []float64) (Line, error) {
	switch o.Model {
	case Dispersion:
		l, err := fitWLS(s.Y, w, x, o.Level)
		if err != nil {
			return noLine(s.K()), err
		}
		return l, nil
	case MetaRegression:
		f, err := fitLine(s, x, o.Method, o.Test, o.Level)
		if err != nil {
			return noLine(s.K()), err
		}
		return Line{f.Fit, math.NaN()}, nil
	}
	return noLine(s.K()), fmt.Errorf("the model must be rma or lm, not %q", o.Model)
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
func (s Studies) withPredictor(p Predictor, method string) (Studies, analysis.Warnings, error) {
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
	var warnings analysis.Warnings
	if d := s.K() - out.K(); d > 0 {
		warnings.Add(analysis.RowsDropped, "%d of %d studies left out: their sample size is missing", d, s.K())
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
func fitLine(s Studies, x []float64, m meta.Method, t meta.Test, level float64) (*meta.Result, error) {
	rows := make([][]float64, len(x))
	for i := range x {
		rows[i] = []float64{1, x[i]}
	}
	d, err := meta.NewDesignMatrix([]string{"intrcpt", "x"}, rows, true)
	if err != nil {
		return nil, err
	}
	return meta.Fit(s.Y, s.V, meta.Options{Method: m, Test: t, Design: d, Level: level, Unguarded: true}) // as the published tests define it
}

// SampleSizeTest is Egger's test with a measure of precision that depends on sample sizes alone (Pustejovsky & Rodgers 2019,
// Research Synthesis Methods 10:57-71). The variance of a standardised mean difference contains the effect itself, which makes a
// funnel of such effects lean without any missing study; sqrt(W), W = 1/n1 + 1/n2, does not. n1 and n2 are the sizes of the two
// groups, one per study. As in its authors' form sqrt(W) replaces the standard error both as predictor and in the weights.
func SampleSizeTest(s Studies, n1, n2 []float64) (RegressionResult, error) {
	ro := RegressionOptions{Model: Dispersion, Predictor: "sqrt(1/n1+1/n2)"}
	ro.fill()
	method := "sample-size test for funnel asymmetry of standardised mean differences (Pustejovsky & Rodgers 2019)"
	r := RegressionResult{Line: noLine(s.K()), Method: method, Options: ro, LimitEffect: noLine(0).Coef[0], Limit: testLimit(s.K())}
	if err := s.check(method, 3); err != nil {
		return r, err
	}
	if len(n1) != s.K() || len(n2) != s.K() {
		return r, fmt.Errorf("%s: %d studies but %d and %d group sizes", method, s.K(), len(n1), len(n2))
	}
	w, x := make([]float64, s.K()), make([]float64, s.K())
	for i := range w {
		if !(n1[i] > 0) || !(n2[i] > 0) || math.IsInf(n1[i], 0) || math.IsInf(n2[i], 0) {
			return r, fmt.Errorf("%s: row %d: the group sizes %v and %v must be positive numbers", method, i+1, n1[i], n2[i])
		}
		w[i] = 1/n1[i] + 1/n2[i]
		x[i] = math.Sqrt(w[i])
	}
	var err error
	if r.Line, err = ro.fit(s, w, x); err != nil {
		return r, fmt.Errorf("%s: %w", method, err)
	}
	r.Warnings, r.LimitEffect = nil, r.Coef[0]
	return r, nil
}
