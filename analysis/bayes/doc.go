// Package bayes fits the Bayesian normal-normal random-effects model:
//
//	y_i ~ N(theta_i, v_i),  theta_i ~ N(mu, tau^2),  mu ~ N(m, s^2),  tau ~ half-normal, half-Cauchy or uniform
//
// Given tau everything is normal and has a closed form; only tau is integrated, by adaptive quadrature. There is no simulation,
// so the same input gives the same numbers, to about ten digits (Roever 2020, Journal of Statistical Software 93(6)).
//
// The way through the package: choose priors, call [Fit], read the [Posterior]: summaries of mu, tau and the effect in a new
// study, probabilities, and densities on a grid.
//
// With few studies the prior on tau matters. Every Posterior carries the names of its priors, and warnings when the data say
// little or contradict the prior. A sensitivity analysis is a second call with another prior.
//
// What does not live here: classical estimators (analysis/meta), judgements (analysis/certainty).
package bayes
