// Package analysis is the map of the statistics packages below it and holds what
// their results share. They take numbers and give numbers, know no files, no
// network and no database, and can be imported alone.
//
// The way from studies to a finding:
//
//  1. Effect sizes. Package effect turns what studies report (means, counts,
//     rates, correlations, pre-post data, medians, confidence limits, p-values)
//     into effects and sampling variances, by named conventions.
//  2. Pooling. Package meta fits common-effect, random-effects and mixed-effects
//     models to effects with variances. Package pooled2x2 pools counts directly
//     (Mantel-Haenszel, Peto, mixed models). Package multilevel pools several
//     effects of one study. Package bayes puts priors on the mean and on the
//     heterogeneity.
//  3. Doubt. Package bias tests for and corrects small-study effects; package
//     resample has permutation tests and the bootstrap; package sequential
//     monitors a synthesis as trials arrive; package multiverse runs every
//     defensible version of an analysis; package meta itself leaves studies out,
//     traces their influence and fits all subsets. Package certainty prepares
//     GRADE judgements from all of these.
//
// # What travels with a number
//
// What every pooled result has is a [Fit]: its coefficients are [Estimate] values with
// test and interval, its tests [Statistic] values, whatever package made it. Where the
// guard of the Knapp-Hartung interval acts, the Fit is the guarded one and Unguarded
// the footnote. Every result carries its [Warnings] in a field. Errors stop
// an analysis and say which row or column is at fault; warnings do not, and
// belong beside the number wherever it is shown. A number that does not exist is
// NaN, never 0.
//
// # Reproducibility
//
// The same input gives the same bits: rows are sorted before sums where order
// could matter, nothing reads the clock or a global random source, and functions
// that draw take a seed. Floating-point contraction differs between processors,
// so other architectures may differ in the last digits.
//
// # From another module
//
// The module's path cannot be fetched: go.mod names the directory of a clone.
//
//	require past v0.0.0
//	replace past => ../past
//
// # Reference
//
// The figures agree with R's metafor 3.8-1 unless a package says otherwise; where
// that reference is loose (convergence limits, optimisers, quadrature) these
// packages are exact instead, and docs/methods says where.
package analysis
