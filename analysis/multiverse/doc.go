// Package multiverse runs every defensible version of a meta-analysis and shows how
// far the answer depends on the choices.
//
// A pooled effect rests on choices that two careful teams make differently: which time
// point, which scale, which comparators, which correlation was assumed for change
// scores, which formula, which estimator. A [Plan] states the candidates of each study
// and the levels of each choice; [Run] computes every combination and gives
//
//   - the specification curve (Simonsohn, Simmons & Nelson 2020): all distinct results, sorted;
//   - the share of analyses whose interval excludes zero, and is beyond a minimal
//     important difference;
//   - for each choice how far it moves the result: the mean range of the estimate over
//     its levels with all else held.
//
// Steps of a run:
//
//  1. the plan is checked and its rules are turned into bit masks over each study's
//     candidates;
//  2. for each combination of selection choices, taken in the order of the plan's axes,
//     each study keeps the candidates that pass; the first of those left is the study's
//     effect, and a study with none drops out;
//  3. equal selections are fitted once per estimator and test, by [meta.Workspace];
//  4. the results are summarised over all specifications.
//
// The shares are descriptive: specifications share their data, so the share is not a
// p-value, and a choice with many levels weighs more.
//
// # Reproducibility
//
// The same plan gives the same result, bit for bit: nothing depends on time, chance or
// the order of a map.
//
// What doesn't live here: effect sizes, which choices are defensible, drawing.
package multiverse
