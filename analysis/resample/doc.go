// Package resample has the permutation test of a pooled mean by changes of sign, as metafor's permutest().
//
// Random numbers come from the package's own generator, started from the caller's seed, so the same input and seed give the same
// result on every machine and with every version of the language. Rows are sorted before any number is drawn: their order does
// not matter.
//
// What does not live here: the models that are fitted again and again (analysis/meta).
package resample
