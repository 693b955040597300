package bias

import (
	"errors"
	"fmt"
	"math"
	"sort"

	"past/analysis"
)

// Alternative is the direction in which p-values are computed: the direction that selection is thought to favour.
type Alternative string

// The directions, with metafor's names.
const (
	Greater  Alternative = "greater"   // p = P(Z >= z): selection favours positive effects
	Less     Alternative = "less"      // p = P(Z <= z): selection favours negative effects
	TwoSided Alternative = "two.sided" // p = 2 P(Z >= |z|): selection favours significance in either direction
)

// SelectionKind is the shape of the selection function.
type SelectionKind string

// The shapes, with metafor's names.
const (
	StepFunction SelectionKind = "stepfun" // constant within intervals of the p-value (Hedges 1992; Vevea & Hedges 1995)
	BetaFunction SelectionKind = "beta"    // p^(a-1) (1-p)^(b-1) (Citkowicz & Vevea 2017)
)

// SelectionOptions chooses a selection model.
type SelectionOptions struct {
	Kind        SelectionKind
	Alternative Alternative
	Steps       []float64 // step function only: cut points of the p-value in (0,1); 1 is added when missing
	Level       float64   // of the intervals; 0 means 0.95
}

// maxDelta is the largest relative selection probability considered, as in metafor: beyond it the data say only "very large".
const maxDelta = 100

// SelectionResult is the outcome of [FitSelection]: Coef holds the mean effect corrected for selection, Tau2 is by maximum
// likelihood, its standard error NaN at the boundary 0. Numbers that do not exist are NaN.
type SelectionResult struct {
	analysis.Fit
	Method  string
	Options SelectionOptions
	// Delta are, of a step function, the relative selection probabilities per interval, the first 1; of beta weights a and b. Their
	// tests are of 1, their intervals cut at the limits of the parameter space.
	Delta           []analysis.Estimate
	Counts          []int // step function: observed p-values per interval
	LogLik          float64
	LRT             analysis.Statistic // likelihood-ratio test of no selection (all Delta = 1)
	LRTTau2         analysis.Statistic // likelihood-ratio test of Tau2 = 0 on one degree of freedom (halve p for the boundary)
	UncorrectedBeta float64            // maximum-likelihood mean without selection
	UncorrectedTau2 float64
	MaxGradient     float64 // largest slope of the log-likelihood left, per free parameter on its own scale: quality of the fit
	Limit           string
	Other           *OtherMaximum // another maximum of the likelihood less than one log unit lower; nil when none was met
}

// OtherMaximum is a local maximum of the likelihood below the one reported.
type OtherMaximum struct{ Beta, Tau2, Lower float64 } // Lower: by how much its log-likelihood is lower

// ErrEmptyInterval is wrapped when an interval between steps holds no observed p-value: its weight cannot be estimated.
var ErrEmptyInterval = errors.New("interval without observed p-values")

// FitSelection fits a random-effects model in which study i is published with probability proportional to w(p_i), by maximum
// likelihood:
//
//	log L = sum_i [ log w(p_i) + log N(y_i; mu, v_i + tau2) - log A_i ],  A_i = integral of w(p(y)) N(y; mu, v_i + tau2) dy
//
// Step function: w is constant in each interval of p, the first interval's weight is 1 and the others' are estimated within
// (0, 100]; A_i is a sum of normal probabilities. Beta: w = p^(a-1) (1-p)^(b-1) with p kept within [1e-5, 1-1e-5]; A_i is
// integrated with Gauss-Legendre panels to near machine precision. Gradient and Hessian are analytic; the maximum is sought
// with a bounded Newton method from several starts and the highest one is reported, so that results do not depend on an
// optimiser's tolerance. At tau2 = 0 the standard errors hold tau2 at 0.
//
// Sources: Hedges 1992, Statistical Science 7:246-255; Vevea & Hedges 1995, Psychometrika 60:419-435; Citkowicz & Vevea 2017,
// Psychological Methods 22:28-41.
func FitSelection(s Studies, o SelectionOptions) (SelectionResult, error) {
	name := selectionName(o)
	if err := s.check(name, 2); err != nil {
		return SelectionResult{}, err
	}
	if o.Level == 0 {
		o.Level = 0.95
	}
	if !(o.Level > 0 && o.Level < 1) {
		return SelectionResult{}, fmt.Errorf("%s: the interval's level %v must lie between 0 and 1", name, o.Level)
	}
	if o.Alternative != Greater && o.Alternative != Less && o.Alternative != TwoSided {
		return SelectionResult{}, fmt.Errorf("%s: the alternative must be greater, less or two.sided", name)
	}
	f, err := newSelectionFit(s, &o)
	if err != nil {
		return SelectionResult{}, fmt.Errorf("%s: %w", name, err)
	}
	r := f.run()
	r.Method, r.Options, r.Level = name, o, o.Level
	r.finish(f)
	return r, nil
}

func selectionName(o SelectionOptions) string {
	if o.Kind == BetaFunction {
		return "beta selection model (Citkowicz & Vevea 2017)"
	}
	return "step-function selection model (Vevea & Hedges 1995)"
}

// cleanSteps sorts the cut points, drops repeats and ends them with 1.
func cleanSteps(steps []float64) ([]float64, error) {
	if len(steps) == 0 {
		return nil, errors.New("a step function needs at least one cut point")
	}
	out := append([]float64(nil), steps...)
	sort.Float64s(out)
	keep := out[:0]
	for _, s := range out {
		if !(s > 0 && s <= 1) {
			return nil, fmt.Errorf("cut point %v must lie above 0 and not above 1", s)
		}
		if len(keep) == 0 || s != keep[len(keep)-1] {
			keep = append(keep, s)
		}
	}
	if keep[len(keep)-1] != 1 {
		keep = append(keep, 1)
	}
	if len(keep) < 2 {
		return nil, errors.New("a step function needs a cut point below 1")
	}
	return keep, nil
}

// finish turns estimates into tests and intervals and adds what a reader must know.
func (r *SelectionResult) finish(f *selectionFit) {
	crit, inf := analysis.Quantile(r.Options.Level, math.Inf(1)), math.Inf(1)
	r.Coef[0] = analysis.Wald(r.Coef[0].Value, r.Coef[0].SE, inf, crit)
	for j, d := range r.Delta {
		e := analysis.Wald(d.Value-1, d.SE, inf, 0)
		e.Value, e.Lower, e.Upper = d.Value, math.Max(f.deltaMin, d.Value-crit*d.SE), math.Min(maxDelta, d.Value+crit*d.SE)
		r.Delta[j] = e
	}
	r.Limit = testLimit(r.K)
	for j, n := range r.Counts {
		if n < 4 {
			r.Warnings.Add(analysis.FewStudies, "interval %d of the p-values holds only %d studies: its weight is poorly known", j+1, n)
		}
	}
	if o := r.Other; o != nil {
		r.Warnings.Add(analysis.MultipleModes,
			"the likelihood has another maximum %.2f log units lower, with mean %.4g and tau2 %.4g: the estimate is not "+
				"well determined", o.Lower, o.Beta, o.Tau2)
	}
	if r.Tau2 == 0 {
		r.Warnings.Add(analysis.Tau2Zero,
			"the between-study variance is estimated as zero: its standard error does not exist and the others hold it at zero")
	}
	if math.IsNaN(r.Coef[0].SE) {
		r.Warnings.Add(analysis.NoStandardError, "the curvature of the likelihood gives no standard errors")
	}
	for j, d := range r.Delta {
		if d.Value >= maxDelta*(1-1e-9) || d.Value <= 1.01e-5 {
			r.Warnings.Add(analysis.AtLimit, "weight %d is at the limit of its range: treat the result with caution", j+1)
		}
	}
}
