// Package dist holds the probability distributions that the analysis packages
// use: normal, Student t, chi-square, gamma, F, beta, binomial, Poisson, and the
// special functions behind them.
//
// It exists because p-values live in the tails, and tails computed as 1-CDF, or
// with formulas meant for the middle, are wrong exactly where they matter. Every
// function here keeps its relative accuracy in both tails (about 1e-11 or
// better; the tests compare with tables computed to 32 digits).
//
// Rules of the package:
//
//   - a bad parameter (df <= 0, a probability outside [0, 1], NaN) gives NaN;
//     nothing panics and nothing loops without end;
//   - SF is the upper tail P(X > x), computed directly, never as 1 - CDF;
//   - df = +Inf is the limiting distribution (t becomes normal, F becomes
//     chi-square over its df).
//
// It is the only package that calls gonum's mathext. It knows no statistics: no
// tests, no models.
package dist
