package bias

import (
	"fmt"
	"math"

	"past/analysis/meta"
)

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
	switch o.Model {
	case Dispersion:
		f, err := fitWLS(s.Y, w, x, ro.Level)
		if err != nil {
			return r, fmt.Errorf("%s: %w", method, err)
		}
		r.Beta, r.SE, r.Sigma2, r.Statistic, r.P, r.DDF = f.Beta, f.SE, f.Sigma2, f.T[1], f.P[1], float64(f.DF)
		r.LimitEst, r.LimitLo, r.LimitHi = f.Beta[0], f.Lo[0], f.Hi[0]
	case MetaRegression:
		f, err := fitLine(s, x, string(ro.Predictor), ro.Method, ro.Test, ro.Level)
		if err != nil {
			return r, fmt.Errorf("%s: %w", method, err)
		}
		r.Beta, r.SE, r.Tau2 = [2]float64{f.Beta[0], f.Beta[1]}, [2]float64{f.SE[0], f.SE[1]}, f.Tau2
		r.Statistic, r.P = f.Stat[1], f.PVal[1]
		if !math.IsInf(f.DDF, 0) {
			r.DDF = f.DDF
		}
		r.LimitEst, r.LimitLo, r.LimitHi = f.Beta[0], f.CILb[0], f.CIUb[0]
	default:
		return r, fmt.Errorf("%s: the model must be rma or lm, not %q", method, o.Model)
	}
	return r, nil
}
