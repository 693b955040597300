package sequential

import (
	"fmt"
	"math"

	"past/analysis"
	"past/analysis/meta"
)

// Options chooses how studies are monitored.
type Options struct {
	Plan   Plan
	Method meta.Method // of pooling at each look; "" means REML
}

// Look is the state after one more study.
type Look struct {
	Effect      analysis.Estimate // pooled
	Information float64           // sum of 1/v so far
	Boundary    Boundary
}

// Verdict says what the evidence allows to say.
type Verdict string

// The verdicts.
const (
	Crossed    Verdict = "boundary crossed"                                   // at some look, with the effect's sign in Result
	Reached    Verdict = "required information reached, boundary not crossed" // an effect as large as planned is unlikely
	MoreNeeded Verdict = "required information not reached"
)

// Result is the outcome of [Monitor].
type Result struct {
	Plan          Plan // with the diversity used
	Required      Requirement
	Looks         []Look
	Fraction      float64 // information gathered over the requirement; may exceed 1
	Verdict       Verdict
	CrossedAt     int // number of studies at the first crossing, 0 when there is none
	StillCrossed  bool
	DiversityFrom string // "given" or "estimated from the studies"
	Warnings      analysis.Warnings
}

// Monitor follows studies in their order of arrival. y are effects, v sampling variances.
//
// Information is counted as sum 1/v and heterogeneity enters through the requirement, Unadjusted/(1 - D2); the test at each look
// is the pooled effect over its standard error, with the method chosen, against the boundary at that information fraction.
func Monitor(y, v []float64, o Options) (Result, error) {
	if len(y) != len(v) || len(y) == 0 {
		return Result{}, fmt.Errorf("monitoring needs at least one study and as many variances as effects, got %d and %d", len(v), len(y))
	}
	r := Result{Plan: o.Plan, DiversityFrom: "given"}
	if err := r.pool(y, v, o.Method); err != nil {
		return r, err
	}
	if r.Plan.Diversity == 0 {
		r.estimateDiversity()
	}
	var err error
	if r.Required, err = RequiredInformation(r.Plan); err != nil {
		return r, err
	}
	fractions := make([]float64, len(r.Looks))
	for i, l := range r.Looks {
		fractions[i] = l.Information / r.Required.Adjusted
	}
	bounds, err := Boundaries(fractions, alpha)
	if err != nil {
		return r, err
	}
	r.judge(bounds)
	return r, nil
}

// pool fits the first 1, 2, ... k studies.
func (r *Result) pool(y, v []float64, m meta.Method) error {
	info := 0.0
	for i := range y {
		method := m
		if i == 0 {
			method = meta.FE // one study has no heterogeneity to estimate
		}
		f, err := meta.Fit(y[:i+1], v[:i+1], meta.Options{Method: method})
		if err != nil {
			return fmt.Errorf("pool the first %d studies: %w", i+1, err)
		}
		if f.K != i+1 {
			return fmt.Errorf("study %d has no usable effect or variance: leave it out", i+1)
		}
		info += 1 / v[i]
		r.Looks = append(r.Looks, Look{Effect: f.Coef[0], Information: info})
	}
	return nil
}

// estimateDiversity sets D2 = 1 - V_common/V_random from all studies.
func (r *Result) estimateDiversity() {
	r.DiversityFrom = "estimated from the studies"
	if len(r.Looks) < 2 {
		return
	}
	last := r.Looks[len(r.Looks)-1]
	d := 1 - 1/(last.Information*last.Effect.SE*last.Effect.SE)
	r.Plan.Diversity = math.Min(0.999, math.Max(0, d))
	if d > 0.999 {
		r.Warnings.Add(analysis.AtLimit, "the diversity is above 0.999 and is held there: the studies hardly share an effect to monitor")
	}
}

// judge holds the looks against the boundaries.
func (r *Result) judge(bounds []Boundary) {
	for i := range r.Looks {
		l := &r.Looks[i]
		l.Boundary = bounds[i]
		r.Fraction = l.Boundary.Fraction
		if r.StillCrossed = math.Abs(l.Effect.Stat) >= l.Boundary.Z; r.StillCrossed && r.CrossedAt == 0 {
			r.CrossedAt = i + 1
		}
	}
	switch {
	case r.CrossedAt > 0:
		r.Verdict = Crossed
	case r.Fraction >= 1:
		r.Verdict = Reached
	default:
		r.Verdict = MoreNeeded
	}
	r.Warnings.Add(analysis.Assumption, "the requirement rests on an assumed effect of %g: with another effect the boundaries move",
		r.Plan.Effect)
	if r.DiversityFrom == "estimated from the studies" && len(r.Looks) < 10 {
		r.Warnings.Add(analysis.FewStudies, "the diversity %.2f is estimated from %d studies and is itself uncertain", r.Plan.Diversity,
			len(r.Looks))
	}
	if r.CrossedAt > 0 && !r.StillCrossed {
		r.Warnings.Add(analysis.Uncrossed, "the boundary was crossed after %d studies but the latest result lies inside it again", r.CrossedAt)
	}
}
