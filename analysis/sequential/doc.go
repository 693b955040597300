// Package sequential watches a meta-analysis as studies arrive: how much information has been gathered of what is required, and
// whether the cumulative result has crossed a boundary that allows for repeated looks.
//
// A cumulative meta-analysis that is tested at 5 % after every new study reports an effect that does not exist far more often
// than once in twenty. The remedy is that of group-sequential trials (Wetterslev et al. 2008, J. Clin. Epidemiol. 61:64-75):
//
//  1. [RequiredInformation] states the information (1/variance) at which a single test would have the power asked for, times an
//     adjustment for heterogeneity.
//  2. [Boundaries] spends the error rate over the looks with the O'Brien-Fleming-type function of Lan & DeMets (1983), computed by
//     recursive numerical integration (Armitage, McPherson & Rowe 1969).
//  3. [Monitor] does both for studies in order of arrival.
//
// Sequential monitoring of published studies is debated: studies are not looks planned by one sponsor, and the required
// information rests on an assumed effect. Results say so in Warnings.
//
// What does not live here: pooling (analysis/meta) and judgements (analysis/certainty).
package sequential
