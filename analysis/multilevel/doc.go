// Package multilevel pools effect sizes that depend on each other: several
// outcomes, time points or comparisons from one study.
//
// The model is the three-level one of Konstantopoulos (2011) and Van den Noortgate
// et al. (2013): effect j of cluster i is
//
//	y_ij = x_ij'β + u_i + w_ij + e_ij,  u ~ N(0, τ²),  w ~ N(0, σ²),  e ~ N(0, S_i)
//
// with S_i = diag(v) when sampling errors are independent, and
// S_i[j,k] = ρ sqrt(v_ij v_ik) when they share participants: the correlated and
// hierarchical effects (CHE) working model of Pustejovsky & Tipton (2022).
//
// What lives here:
//
//   - [Fit]: REML and ML fits, moderators, z and t tests, I² by level, prediction
//     interval; [Result.ProfileInterval] for the variance components;
//   - [Result.Robust] and [Result.RobustNaive]: cluster-robust variances CR0, CR1,
//     CR1p, CR1S, CR2, CR3 with Satterthwaite degrees of freedom and the
//     approximate Hotelling test;
//   - [Aggregate]: one effect a cluster for a given ρ;
//   - [Correlated] and [Hierarchical]: the two moment-based models of robust
//     variance estimation (Hedges, Tipton & Johnson 2010);
//
// What doesn't: effect sizes, univariate models (package meta), reading files.
//
// # Computation
//
// The covariance matrix is block-diagonal by cluster, each block a diagonal plus a
// few rank-one terms, so inverses and determinants have closed forms: no matrix
// over all effects is ever built, and one evaluation of the likelihood with its
// derivatives costs O(n p²). The likelihood is maximised by Newton's method on the
// exact score equations with exact second derivatives, from several starts found
// on a grid that includes the boundaries; a component whose score points outside
// is exactly 0.
//
// # Warnings
//
// Errors stop an analysis and say why. Warnings travel with the result in its
// Warnings field and belong beside the number wherever it is shown.
package multilevel
