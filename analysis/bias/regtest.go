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
	Warnings                   analysis.Warnings
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
	if err := r.regress(s, s.V, x); err != nil {
		return r, fmt.Errorf("%s: %w", method, err)
	}
	if o.Predictor == Ni || o.Predictor == SqrtNi {
		r.LimitEst, r.LimitLo, r.LimitHi = nan, nan, nan
	}
	return r, nil
}

// regress fits the model of r's options to the effects of s against x and fills in
// its numbers. w are the variances behind the weights of a dispersion model.
func (r *RegressionResult) regress(s Studies, w, x []float64) error {
	switch o := r.Options; o.Model {
	case Dispersion:
		f, err := fitWLS(s.Y, w, x, o.Level)
		if err != nil {
			return err
		}
		r.Beta, r.SE, r.Sigma2, r.Statistic, r.P, r.DDF = f.Beta, f.SE, f.Sigma2, f.T[1], f.P[1], float64(f.DF)
		r.LimitEst, r.LimitLo, r.LimitHi = f.Beta[0], f.Lo[0], f.Hi[0]
	case MetaRegression:
		f, err := fitLine(s, x, string(o.Predictor), o.Method, o.Test, o.Level)
		if err != nil {
			return err
		}
		r.Beta, r.SE, r.Tau2 = [2]float64{f.Beta[0], f.Beta[1]}, [2]float64{f.SE[0], f.SE[1]}, f.Tau2
		r.Statistic, r.P = f.Stat[1], f.PVal[1]
		if !math.IsInf(f.DDF, 0) {
			r.DDF = f.DDF
		}
		r.LimitEst, r.LimitLo, r.LimitHi = f.Beta[0], f.CILb[0], f.CIUb[0]
	default:
		return fmt.Errorf("the model must be rma or lm, not %q", o.Model)
	}
	return nil
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

// SampleSizeOptions chooses a sample-size test. The zero value is the modified Egger test.
type SampleSizeOptions struct {
	// Model: Dispersion (the default) replaces the standard error by sqrt(W) both as predictor and in the weights, as its authors
	// do; MetaRegression keeps inverse-variance weights with additive heterogeneity and only changes the predictor.
	Model  RegressionModel
	Method meta.Method // of MetaRegression; "" means REML
	Test   meta.Test   // of MetaRegression; "" means z
	Level  float64     // of the interval of the limit estimate; 0 means 0.95
}

// SampleSizeTest is Egger's test with a measure of precision that depends on sample sizes alone (Pustejovsky & Rodgers 2019,
// Research Synthesis Methods 10:57-71). The variance of a standardised mean difference contains the effect itself, which makes a
// funnel of such effects lean without any missing study; sqrt(W), W = 1/n1 + 1/n2, does not. n1 and n2 are the sizes of the two
// groups, one per study; the variances of s are used by MetaRegression only.
func SampleSizeTest(s Studies, n1, n2 []float64, o SampleSizeOptions) (RegressionResult, error) {
	if o.Model == "" {
		o.Model = Dispersion
	}
	ro := RegressionOptions{Model: o.Model, Method: o.Method, Test: o.Test, Level: o.Level, Predictor: "sqrt(1/n1+1/n2)"}
	ro.fill()
	method := "sample-size test for funnel asymmetry of standardised mean differences (Pustejovsky & Rodgers 2019)"
	nan := math.NaN()
	r := RegressionResult{Method: method, Options: ro, K: s.K(), Tau2: nan, Sigma2: nan, DDF: nan, Limit: testLimit(s.K())}
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
	if err := r.regress(s, w, x); err != nil {
		return r, fmt.Errorf("%s: %w", method, err)
	}
	return r, nil
}
