// Package effect turns the summary numbers of studies into effect sizes and
// their sampling variances, back-transforms pooled effects, and converts between
// the forms in which results are reported (medians, ranges, confidence limits,
// t, p, odds ratios, correlations).
//
// Most users need [Compute], which takes a table by columns; its examples show one
// trial and several.
//
// # Formula modes
//
// Programs disagree on small-sample corrections, on the variance of g and on
// zero cells. Options.Formula names whose conventions to follow: [Metafor]
// (the default: R package metafor, escalc), [Metapsy] (R packages metapsyTools,
// esc and meta) or [RevMan] (Review Manager 5). docs/methods/effect-sizes.md
// lists every formula with its source and where the modes differ.
//
// # Missing and impossible values
//
// NaN is a missing value: the row's effect is NaN. Impossible values (a negative
// SD, more events than people) are an error that names row and column. A row
// whose effect cannot be computed from possible values (n = 1 in each arm) is
// NaN, with a warning.
//
// The package pools nothing; see packages meta and pooled2x2 beside it.
package effect
