// Package synthesis answers questions. A Question (PICO and analysis plan, a
// YAML file) meets the effects of all studies; every row is either pooled or
// left out with a code and a reason; the plan's model is fitted; and the
// answer is an evidence.Finding whose sentences are generated from its numbers.
//
// The steps, each a pure function of its inputs:
//
//  1. Load, Check: the questions and their mistakes
//  2. Select: eligibility of each effect, one effect per study by the declared rule
//  3. Pool: the primary model with its guard and prediction interval
//  4. sensitivity, subgroups, diagnostics, missing trials
//  5. certainty, sentences, limits
//
// Statistics live in analysis; rows live in store; what a person decided lives
// in review. Nothing here reads a file or a clock.
package synthesis
