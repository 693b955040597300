package synthesis

import (
	"errors"
	"fmt"
	"math"

	"past/analysis/meta"
	"past/analysis/sequential"
	"past/internal/evidence"
)

// bayesian fits the random-effects model with the shipped priors.
func bayesian(q Question, effects []evidence.Effect, yi, vi []float64, drawn bool) (*evidence.BayesResult, error) {
	post, err := posterior(q, effects, yi, vi)
	if err != nil {
		return nil, err
	}
	r := &evidence.BayesResult{Prior: fmt.Sprintf("priors %s, %s", post.Priors.Mu, post.Priors.Tau), Median: post.Mu.Median,
		CrILow: post.Mu.Lower, CrIHigh: post.Mu.Upper,
		TauMed: post.Tau.Median, PBelow: post.ProbMuBelow(0), PredLow: post.Predictive.Lower, PredUp: post.Predictive.Upper}
	if q.MID != nil {
		p := post.ProbMuBelow(-*q.MID)
		if !q.LowerIsBetter {
			p = 1 - post.ProbMuBelow(*q.MID)
		}
		r.PMID = &p
	}
	for _, x := range []float64{r.Median, r.CrILow, r.CrIHigh, r.TauMed, r.PBelow, r.PredLow, r.PredUp} {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, errors.New("the posterior has no finite summary for these numbers")
		}
	}
	if !drawn {
		return r, nil
	}
	g := post.MuGrid(121)
	for i := range g.X {
		r.Density = append(r.Density, evidence.CurvePoint{X: g.X[i], Y: g.Density[i]})
	}
	return r, nil
}

// monitor is the sequential monitoring of the finding against the effect that
// the plan calls important; a plan without one has none.
func monitor(q Question, effects []evidence.Effect) (*evidence.SequentialPlot, error) {
	if len(effects) < 2 || q.MID == nil || q.Measure != "SMD" {
		return nil, nil
	}
	yi, vi := columns(effects)
	r, err := sequential.Monitor(yi, vi, sequential.Options{Plan: sequential.Plan{Effect: *q.MID}, Method: meta.Method(q.Method)})
	if err != nil {
		return nil, err
	}
	s := &evidence.SequentialPlot{RIS: math.Ceil(sequential.ParticipantsForMeans(r.Required.Adjusted, 1)), Verdict: monitored(r),
		Warnings: r.Warnings.Texts(),
		Assumed: fmt.Sprintf("an effect of %s, two-sided error rate 5 %%, power 80 %%, diversity %s %% (%s)", fixed(*q.MID, 2),
			fixed(100*r.Plan.Diversity, 0), r.DiversityFrom)}
	n := 0.0
	for i, l := range r.Looks {
		n += float64(Participants(effects[i : i+1]))
		s.Z = append(s.Z, evidence.CurvePoint{X: n, Y: l.Effect.Stat})
		if b := l.Boundary.Z; !math.IsInf(b, 0) && !math.IsNaN(b) {
			s.Bounds = append(s.Bounds, evidence.CurvePoint{X: n, Y: b})
		}
	}
	s.Reached = n
	return s, nil
}

// monitored is the verdict of a sequential analysis; a boundary that was crossed
// at an earlier study and not at the last is no longer passed.
func monitored(r sequential.Result) string {
	if r.Verdict == sequential.Crossed && !r.StillCrossed {
		return fmt.Sprintf("boundary crossed at study %d of %d and no longer at the last", r.CrossedAt, len(r.Looks))
	}
	return string(r.Verdict)
}
