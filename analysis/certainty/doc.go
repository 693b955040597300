// Package certainty prepares GRADE judgements: it computes what each domain is judged on, proposes a rating by a named rule, and
// words a result so that it says no more than its interval and certainty allow.
//
//  1. Fill [Inputs] from a synthesis: the interval, the prediction interval, weights by risk of bias, indirectness codes, tests
//     for small-study effects, registered trials without results.
//  2. [Propose] rates the five domains and the whole. Each [Domain] names its rule and the numbers that it used.
//  3. [Statement] writes the sentence for a level of certainty and a size of effect, after GRADE's informative statements
//     (Santesso et al. 2020, J. Clin. Epidemiol. 119:126-135).
//
// Everything here is a proposal. GRADE is a judgement: rules of thumb on numbers cannot see why studies differ or who was left
// out. The package signs nothing; a named person does, elsewhere, and may depart from every proposal.
//
// Sources of the rules: Guyatt et al. 2011, J. Clin. Epidemiol. 64:407-415 (risk of bias), 1277-1282 (publication bias),
// 1283-1293 (imprecision), 1294-1302 (inconsistency), 1303-1310 (indirectness); Zeng et al. 2022, J. Clin. Epidemiol. 150:216-224
// (imprecision against thresholds); IntHout et al. 2016, BMJ Open 6:e010247 (prediction intervals).
//
// What does not live here: estimates (analysis/meta), tests (analysis/bias).
package certainty
