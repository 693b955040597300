package meta

import "past/analysis"

// Options says which model [Fit] fits. The zero value is a random-effects model
// with REML, z tests and 95 % intervals.
type Options struct {
	// Method estimates tau2; "" is REML.
	Method Method
	// Test is how coefficients are tested; "" is z.
	Test Test
	// Design holds the moderators; nil fits a mean only.
	Design *Design
	// Weights, one for each row, replace 1/(v+tau2) in the estimate of the
	// coefficients (and define GENQ). nil: inverse-variance weights.
	Weights []float64
	// Unweighted gives every study the same weight in the coefficients; tau2 is
	// still estimated by Method.
	Unweighted bool
	// Tau2, when not nil, holds tau2 at a known value >= 0.
	Tau2 *float64
	// Level is the coverage of every interval, between 0 and 1; 0 is 0.95.
	Level float64
	// Unguarded leaves a Knapp-Hartung fit as metafor's test "knha" gives it, even
	// where its intervals are narrower than those of a common-effect model.
	Unguarded bool
}

// Result is a fitted model. Slices over studies have one entry for every used
// row, in the order of the rows given. The methods share scratch memory: do not call
// them from several goroutines at once.
//
// I2 and H2 are as metafor reports them: from tau2 and the typical sampling variance
// s2 = (k-p)/tr(P) (Higgins & Thompson 2002, eq. 9) in random-effects models
// (100 tau2/(tau2+s2), tau2/s2+1), from Q in common-effect models. Omnibus tests all
// coefficients but the intercept (the intercept when it is the only one). SETau2 is
// NaN in common-effect models and when k = p. R2 is that of Raudenbush (2009); for
// common-effect models the adjusted R2 of the weighted regression; 0 when there is no
// heterogeneity to explain, NaN without moderators or without an intercept. Prediction
// is that of [Prediction].PI.
type Result struct {
	analysis.Fit

	Method  Method
	Test    Test      // the test used: z when the one asked for is not available (k = p)
	Formula string    // "~ 1" or the design's formula
	Yi      []float64 // effects used
	Vi      []float64 // sampling variances used

	S2W float64 // Knapp-Hartung scale factor applied (1 for z and t)
	I2Q float64 // from Q: max(0, 100 (Q-df)/Q) (Higgins & Thompson 2002, eq. 10)
	I2T float64 // from tau2 and the typical variance

	// FitML and FitREML: Deviance is against the saturated model in ML, -2 LogLik in
	// REML.
	FitML, FitREML analysis.Likelihood

	p          int
	ddf        float64 // degrees of freedom of the t tests; +Inf for z
	beta       []float64
	vb         []float64 // their covariance, row by row
	tau2Fixed  bool      // tau2 was given, not estimated
	typicalVar float64
	guarded    bool // the scale factor is held at 1

	s         *sample   // the data as fitted
	opt       *Options  // the request, defaults filled in
	ci        float64   // quantile of the intervals
	rss       float64   // sum (y - X beta)^2 / (v + tau2)
	logDet    float64   // log of the determinant of X'W X
	g         *gram     // factorisation behind vb; nil without moderators and for given weights
	unscaled  []float64 // vb without the Knapp-Hartung factor, when it is applied
	quantiles *quantileTable
}
