// Package meta fits the univariate models of meta-analysis: common-effect,
// random-effects and mixed-effects (meta-regression) models of effect sizes with
// known sampling variances.
//
// The model is
//
//	y_i = x_i' beta + u_i + e_i,   u_i ~ N(0, tau2),   e_i ~ N(0, v_i)
//
// with y_i the effect of study i, v_i its sampling variance and tau2 the variance
// of the true effects (0 in common-effect models).
//
// The way through the package:
//
//  1. [Fit] pools effects: estimate, standard error, test, interval, tau2 by one of
//     the estimators named in [Method], Q, both I2, fit statistics. Moderators
//     come in through a [Design] made by [NewDesign].
//  2. [Result.QProfile] and [Result.ProfileLikelihood] give intervals for tau2;
//     [Result.Predict] the prediction intervals.
//  3. [Result.Residuals], [Result.Influence], [Result.LeaveOneOut],
//     [Result.Cumulative], [Result.Baujat], [Result.BLUP] and [GOSH] look at how
//     far single studies carry the result. [Subgroups] compares groups of studies.
//  4. [Workspace] fits many small data sets without allocating: multiverse
//     analyses, permutation tests and the bootstrap use it.
//
// Errors stop an analysis: they are sentences that say which row or column is at
// fault. Warnings do not stop it; they travel in [Result].Warnings and belong into
// every report of the numbers.
//
// # Precision
//
// tau2 of the iterative estimators solves its estimating equation to about 1e-13
// of the larger of tau2 and the smallest sampling variance; ML and REML return the
// global maximum of the likelihood, also when there are several or when it is at
// tau2 = 0. Sums that would cancel when one study is far more precise than the
// others are arranged so that they do not. No k by k matrix is ever formed: a fit
// costs O(k p^2) per evaluation.
//
// # Reproducibility
//
// Studies are sorted before anything is summed, so a fit gives the same bits
// whatever the order of its rows.
//
// # What does not live here
//
// Effect sizes and their variances (package effect), small-study effects and
// selection models (package bias), dependent effects (package multilevel).
package meta
