// Package bias asks whether the studies of a synthesis are all the studies there were.
//
// It holds the tests for small-study effects ([RegressionTest], [RankTest], [SampleSizeTest]), the corrections that assume a
// mechanism behind them ([TrimFill], [PETPEESE], [HenmiCopas], [FitSelection]), the older counts ([FailSafeN]) and the test of
// excess significance ([ExcessSignificance]). Semantics follow metafor 3.8-1 wherever it has the method; each function names the
// paper that its formula is from.
//
// # How to read the results
//
// No method here can show that studies are missing. A funnel may lean because of heterogeneity, of chance, or of a link between
// the effect and its own standard error (standardised mean differences and log odds ratios have one). Each result therefore
// carries a Limit: a sentence, empty when nothing is in the way, that says why the numbers must not be presented as a test.
// Below [MinTestStudies] studies it is never empty. Warnings say what else a reader must know.
//
// # What is not here
//
// Pooling itself is in analysis/meta; judgements of certainty are in analysis/certainty, which takes these results as inputs.
//
// # Reproducibility
//
// All functions are pure: no clock, no random numbers, no shared state. The order of the rows changes results only where a
// method breaks ties by row order (trim-and-fill) and then only by rounding.
package bias
