package meta

import "past/analysis"

// collectWarnings says what a reader of the result must know.
func (r *Result) collectWarnings(maxima int) {
	switch {
	case r.K == 1:
		r.Warnings.Add(analysis.SingleStudy, "only one study: nothing is pooled and heterogeneity cannot be seen")
	case r.K < 5:
		r.Warnings.Add(analysis.FewStudies, "only %d studies: tau2 and every interval that rests on it are very uncertain", r.K)
	}
	if r.K == r.p && r.K > 1 {
		r.Warnings.Add(analysis.NoDF, "%d coefficients for %d studies: the model fits exactly and tau2 cannot be estimated", r.p, r.K)
	}
	if r.Test != r.opt.Test {
		r.Warnings.Add(analysis.TestChanged, "test %s has no degrees of freedom here; z was used", r.opt.Test)
	}
	if !r.Method.common() && !r.tau2Fixed && r.Tau2 == 0 && r.K > r.p {
		r.Warnings.Add(analysis.Tau2Zero, "tau2 is estimated as 0: this is no proof of homogeneity, see its interval")
	}
	if maxima > 1 {
		r.Warnings.Add(analysis.MultipleModes, "the likelihood has %d local maxima; tau2 is the highest", maxima)
	}
	if r.Test.scaled() && r.Method.common() {
		r.Warnings.Add(analysis.KnHaCommon, "the Knapp-Hartung test is meant for random-effects models")
	}
	if r.Test == KnHa && r.S2W == 0 {
		r.Warnings.Add(analysis.ScaleZero, "the effects agree exactly: the Knapp-Hartung interval has no width and must not be read as certainty")
	}
	if r.guarded {
		r.Warnings.Add(analysis.Guarded, "the Knapp-Hartung interval is narrower than the common-effect one; every number is given with its "+
			"scale factor held at 1 (ad hoc guard)")
	}
	if lo, hi := r.s.v[0], r.s.v[r.K-1]; hi/lo > 1e10 {
		r.Warnings.Add(analysis.VarianceRange, "sampling variances range from %.3g to %.3g: check their units", lo, hi)
	}
}
