package meta

import "fmt"

// Warning is something a reader of the numbers must know. Code is stable.
type Warning struct {
	Code    string
	Message string
}

// The codes of warnings.
const (
	WarnRowsDropped   = "rows_dropped"   // rows with a missing value were left out
	WarnSingleStudy   = "single_study"   // k = 1
	WarnFewStudies    = "few_studies"    // k < 5
	WarnTestChanged   = "test_changed"   // no degrees of freedom for the test asked for
	WarnTau2Zero      = "tau2_zero"      // tau2 estimated as 0
	WarnMultipleModes = "multiple_modes" // several maxima or roots; the best was taken
	WarnColumnDropped = "column_dropped" // a moderator is a combination of those before it
	WarnNearSingular  = "near_singular"  // moderators nearly collinear
	WarnScaleZero     = "scale_zero"     // Knapp-Hartung scale factor is 0
	WarnGuard         = "guard"          // Knapp-Hartung interval narrower than common-effect
	WarnKnHaCommon    = "knha_common"    // Knapp-Hartung asked for in a common-effect model
	WarnNoDF          = "no_df"          // k = p: nothing left to estimate tau2 from
	WarnVarianceRange = "variance_range" // variances spread over many orders of magnitude
)

func (r *Result) warn(code, msg string) {
	r.Warnings = append(r.Warnings, Warning{code, msg})
}

// collectWarnings says what a reader of the result must know.
func (r *Result) collectWarnings(maxima int) {
	switch {
	case r.K == 1:
		r.warn(WarnSingleStudy, "only one study: nothing is pooled and heterogeneity cannot be seen")
	case r.K < 5:
		r.warn(WarnFewStudies, fmt.Sprintf("only %d studies: tau2 and every interval that rests on it are very uncertain", r.K))
	}
	if r.K == r.P && r.K > 1 {
		r.warn(WarnNoDF, fmt.Sprintf("%d coefficients for %d studies: the model fits exactly and tau2 cannot be estimated", r.P, r.K))
	}
	if r.Test != r.opt.Test {
		r.warn(WarnTestChanged, fmt.Sprintf("test %s has no degrees of freedom here; z was used", r.opt.Test))
	}
	if !r.Method.common() && !r.Tau2Fixed && r.Tau2 == 0 && r.K > r.P {
		r.warn(WarnTau2Zero, "tau2 is estimated as 0: this is no proof of homogeneity, see its interval")
	}
	if maxima > 1 {
		r.warn(WarnMultipleModes, fmt.Sprintf("the likelihood has %d local maxima; tau2 is the highest", maxima))
	}
	if r.Test.scaled() && r.Method.common() {
		r.warn(WarnKnHaCommon, "the Knapp-Hartung test is meant for random-effects models")
	}
	if r.Test == KnHa && r.S2W == 0 {
		r.warn(WarnScaleZero, "the effects agree exactly: the Knapp-Hartung interval has no width and must not be read as certainty")
	}
	if r.Guarded {
		r.warn(WarnGuard, "the Knapp-Hartung interval is narrower than the common-effect one; every number is given with its "+
			"scale factor held at 1 (ad hoc guard)")
	}
	if lo, hi := r.s.v[0], r.s.v[r.K-1]; hi/lo > 1e10 {
		r.warn(WarnVarianceRange, fmt.Sprintf("sampling variances range from %.3g to %.3g: check their units", lo, hi))
	}
}
