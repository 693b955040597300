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
// row, in the order of the rows given; slices over coefficients follow CoefNames.
// The methods share scratch memory: do not call them from several goroutines at
// once.
type Result struct {
	Method  Method
	Test    Test    // the test used: z when the one asked for is not available (k = p)
	Formula string  // "~ 1" or the design's formula
	Level   float64 // coverage of the intervals

	K    int       // studies used
	P    int       // coefficients
	Rows []int     // 0-based rows used (rows with a missing value are left out)
	Yi   []float64 // effects used
	Vi   []float64 // sampling variances used

	CoefNames []string
	Beta      []float64
	SE        []float64
	Stat      []float64 // Beta/SE: z, or t on DDF degrees of freedom
	PVal      []float64 // two-sided
	CILb      []float64
	CIUb      []float64
	VB        [][]float64 // covariance matrix of Beta
	DDF       float64     // degrees of freedom of the t tests; +Inf for z
	S2W       float64     // Knapp-Hartung scale factor applied (1 for z and t)

	Tau2      float64 // between-study variance, in squared units of the effect
	SETau2    float64 // its standard error; NaN in common-effect models and when k = p
	Tau2Fixed bool    // tau2 was given, not estimated

	// I2 (percent) and H2 as metafor reports them: from tau2 and the typical
	// sampling variance in random-effects models (100 tau2/(tau2+s2), tau2/s2+1),
	// from Q in common-effect models.
	I2, H2 float64
	// I2Q (percent) and H2Q from Q: max(0, 100 (Q-df)/Q) and Q/df
	// (Higgins & Thompson 2002, eq. 6 and 10).
	I2Q, H2Q float64
	// I2T (percent) and H2T from tau2 and the typical variance.
	I2T, H2T float64
	// TypicalVar is s2 = (k-p)/tr(P) (Higgins & Thompson 2002, eq. 9).
	TypicalVar float64

	QE   float64 // (residual) heterogeneity statistic
	QEDF int
	QEP  float64

	// QM tests all coefficients but the intercept (the intercept when it is the
	// only one): chi-square on QMDF1, or F on QMDF1 and QMDF2 (+Inf for chi-square).
	QM, QMP      float64
	QMDF1, QMDF2 float64

	// R2 is the share of heterogeneity accounted for by the moderators, in percent
	// (Raudenbush 2009); for common-effect models the adjusted R2 of the weighted
	// regression. 0 when there is no heterogeneity to explain, NaN without moderators
	// or without an intercept.
	R2 float64

	FitML, FitREML FitStats

	// Guarded is set where the Knapp-Hartung intervals of a random-effects model
	// came out narrower than the common-effect ones: every number of the fit then
	// has the scale factor held at 1. Unguarded holds those without it, for a
	// footnote; nil when the guard did not act.
	Guarded   bool
	Unguarded *Inference

	Warnings analysis.Warnings

	s         *sample   // the data as fitted
	opt       *Options  // the request, defaults filled in
	ci        float64   // quantile of the intervals
	rss       float64   // sum (y - X beta)^2 / (v + tau2)
	logDet    float64   // log of the determinant of X'W X
	vb        []float64 // VB, row by row
	g         *gram     // factorisation behind VB; nil without moderators and for given weights
	unscaled  []float64 // VB without the Knapp-Hartung factor, when it is applied
	quantiles *quantileTable
}

// FitStats are the log-likelihood at the estimates and what follows from it. In
// ML, Deviance is against the saturated model; in REML it is -2 LogLik.
type FitStats struct {
	LogLik, Deviance, AIC, BIC, AICc float64
}
