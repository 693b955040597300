package analysis

import (
	"math"

	"past/analysis/internal/dist"
)

// Estimate is an estimated number with its test and its interval.
type Estimate struct {
	Value, SE    float64
	Stat         float64 // Value/SE: t on DF degrees of freedom, z where they are infinite
	DF           float64
	P            float64 // two-sided
	Lower, Upper float64 // at the level of the fit
}

// Wald is the estimate with test and interval by the t distribution on df degrees of
// freedom, or by the normal one where they are infinite; quantile is [Quantile] of
// the level and df.
func Wald(value, se, df, quantile float64) Estimate {
	e := Estimate{Value: value, SE: se, Stat: value / se, DF: df, Lower: value - quantile*se, Upper: value + quantile*se}
	if math.IsInf(df, 1) {
		e.P = dist.NormTwoSided(e.Stat)
	} else {
		e.P = dist.TTwoSided(e.Stat, df)
	}
	return e
}

// Quantile is the upper quantile that an interval of the level needs: of t on df
// degrees of freedom, or of the normal distribution where they are infinite.
func Quantile(level, df float64) float64 {
	switch {
	case !math.IsInf(df, 1):
		return dist.TQuantile(0.5+level/2, df)
	case level == 0.95:
		return 1.959963984540054
	}
	return dist.NormQuantile(0.5 + level/2)
}

// Statistic is a test statistic: chi-square on DF degrees of freedom where DF2 is
// infinite, else F on DF and DF2.
type Statistic struct{ Value, DF, DF2, P float64 }

// ChiSquare is a chi-square statistic. Without degrees of freedom it is 0 with p 1.
func ChiSquare(value, df float64) Statistic {
	if !(df > 0) {
		return Statistic{0, df, math.Inf(1), 1}
	}
	return Statistic{value, df, math.Inf(1), dist.ChiSqSF(value, df)}
}

// FTest is an F statistic on df and df2 degrees of freedom.
func FTest(value, df, df2 float64) Statistic {
	return Statistic{value, df, df2, dist.FSF(value, df, df2)}
}

// Interval has two bounds.
type Interval struct{ Lower, Upper float64 }

// Fit is what every pooled result has, whatever its model. Numbers that a model does
// not give are NaN, slices that it does not have nil.
type Fit struct {
	K     int     // effects used
	Rows  []int   // which: 0-based rows of the data, in their order
	Level float64 // coverage of the intervals

	Names []string    // of the coefficients
	Coef  []Estimate  // the pooled effect, or the coefficients of a regression
	Cov   [][]float64 // their covariance

	Tau2   float64   // variance of the true effects, in squared units of the effect
	SETau2 float64   // its standard error
	R2     float64   // share of the heterogeneity that the moderators account for, in percent
	I2, H2 float64   // share of the variance that is not sampling error, in percent; 1/(1-I2)
	Q      Statistic // (residual) heterogeneity
	// Omnibus tests all coefficients but the intercept; of the intercept where it is
	// the only one, or without degrees of freedom, as the model says.
	Omnibus Statistic
	// Prediction is for the effect of a new study; NaN in common-effect models and
	// where moderators would have to be named.
	Prediction Interval
	Weights    []float64 // of the effects in the pooled one, in percent

	// Unguarded is the fit without the guard of the Knapp-Hartung interval, for a
	// footnote; nil where the guard did not act.
	Unguarded *Fit
	Warnings  Warnings
}

// NewFit is a fit of k effects in which everything else is yet unknown.
func NewFit(k int, level float64) Fit {
	nan := math.NaN()
	none := Statistic{nan, nan, nan, nan}
	return Fit{K: k, Level: level, Tau2: nan, SETau2: nan, R2: nan, I2: nan, H2: nan, Q: none, Omnibus: none, Prediction: Interval{nan, nan}}
}

// Columns are estimates as one slice for each of their numbers.
type Columns struct{ Value, SE, Stat, DF, P, Lower, Upper []float64 }

// ColumnsOf turns estimates into columns.
func ColumnsOf(list []Estimate) Columns {
	var c Columns
	for _, e := range list {
		c.Value, c.SE, c.Stat, c.DF = append(c.Value, e.Value), append(c.SE, e.SE), append(c.Stat, e.Stat), append(c.DF, e.DF)
		c.P, c.Lower, c.Upper = append(c.P, e.P), append(c.Lower, e.Lower), append(c.Upper, e.Upper)
	}
	return c
}

// Likelihood is the log-likelihood at the estimates and what follows from it.
// Deviance is -2 LogLik, or against the saturated model as the fit says.
type Likelihood struct{ LogLik, Deviance, AIC, BIC, AICc float64 }

// Criteria are the information criteria of a model with so many parameters for n
// data.
func Criteria(logLik, deviance, parameters, n float64) Likelihood {
	m := math.Max(n, parameters+2)
	return Likelihood{LogLik: logLik, Deviance: deviance, AIC: -2*logLik + 2*parameters, BIC: -2*logLik + parameters*math.Log(n),
		AICc: -2*logLik + 2*parameters*m/(m-parameters-1)}
}
