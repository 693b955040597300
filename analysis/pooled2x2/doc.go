// Package pooled2x2 pools counts without first turning each study into an effect
// size: the Mantel-Haenszel and Peto methods for 2x2 tables, Mantel-Haenszel for
// person-time, their tests (Cochran-Mantel-Haenszel, Breslow-Day, Tarone), and
// generalized linear mixed models (logistic and Poisson, unconditional and
// conditional).
//
// These methods use zero cells as they are. That is their point: with rare
// events, adding 1/2 to cells can decide the result.
//
// The package knows no effect sizes other than odds ratio, risk ratio, risk
// difference, rate ratio and difference, logit and log rate; for everything that
// starts from an effect and its variance see package meta.
package pooled2x2
