package bias

import (
	"fmt"
	"math"

	"past/analysis"
)

// PETPEESEResult is the outcome of [PETPEESE]: both lines, and the estimate that the conditional rule picks.
type PETPEESEResult struct {
	Method     string
	K          int
	PET, PEESE Line
	UsesPEESE  bool              // the intercept of PET differs from 0 at one-sided 0.05
	Effect     analysis.Estimate // intercept of the line chosen
	Limit      string
	Warnings   analysis.Warnings
}

// PETPEESE estimates the effect of a hypothetical study without sampling error (Stanley & Doucouliagos 2014, Research Synthesis
// Methods 5:60-78). PET regresses the effects on their standard errors, PEESE on their variances, and both read off the
// intercept. When the PET intercept is not different from zero (one-sided p >= 0.05 in the direction of the estimate) the PET
// intercept is reported, else the PEESE intercept, because PET is then too low. The model Dispersion is that of the paper; the
// predictors are the method's own.
func PETPEESE(s Studies, pet RegressionOptions) (PETPEESEResult, error) {
	pet.Predictor = SEi
	pet.fill()
	r := PETPEESEResult{K: s.K(), Method: "PET-PEESE (Stanley & Doucouliagos 2014), weighted least squares"}
	if pet.Model == MetaRegression {
		r.Method = fmt.Sprintf("PET-PEESE (Stanley & Doucouliagos 2014), meta-regression (%s, %s)", pet.Method, pet.Test)
	}
	var err error
	if r.PET, err = s.line(pet, r.Method); err != nil {
		return r, err
	}
	peese := pet
	peese.Predictor = Vi
	if r.PEESE, err = s.line(peese, r.Method); err != nil {
		return r, err
	}
	r.UsesPEESE = r.PET.Coef[0].P < 0.10
	if r.Effect = r.PET.Coef[0]; r.UsesPEESE {
		r.Effect = r.PEESE.Coef[0]
	}
	r.warn(s)
	return r, nil
}

// line fits one of the two regressions with the model asked for.
func (s Studies) line(o RegressionOptions, method string) (Line, error) {
	if err := s.check(method, 2); err != nil {
		return Line{}, err
	}
	x, err := s.predictor(o.Predictor)
	if err != nil {
		return Line{}, fmt.Errorf("%s: %w", method, err)
	}
	l, err := o.fit(s, s.V, x)
	if err != nil {
		return Line{}, fmt.Errorf("%s: %w", method, err)
	}
	return l, nil
}

// warn adds what limits the extrapolation to a standard error of zero.
func (r *PETPEESEResult) warn(s Studies) {
	if r.K < 20 {
		r.Limit = fmt.Sprintf("k = %d: with fewer than 20 studies the extrapolated effect is too unstable to be read as an "+
			"estimate of the true effect", r.K)
	}
	lo, hi := math.Inf(1), 0.0
	for _, v := range s.V {
		lo, hi = math.Min(lo, v), math.Max(hi, v)
	}
	if hi < 9*lo {
		r.Warnings.Add(analysis.Extrapolated,
			"the largest standard error is less than three times the smallest: the line reaches far beyond the data")
	}
	r.Warnings = append(append(r.Warnings, r.PET.Warnings...), r.PEESE.Warnings...)
}
