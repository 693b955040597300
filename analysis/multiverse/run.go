package multiverse

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"past/analysis"
	"past/analysis/meta"
)

// Spec is one specification and its result.
type Spec struct {
	analysis.Estimate       // with 95 % interval, the guarded one of Knapp-Hartung where the plan asks for it
	Choices           []int // level by axis, in the order of Result.Axes
	K                 int   // studies pooled
}

// Result is a multiverse.
type Result struct {
	Axes     []AxisResult // the plan's axes, then estimator and test
	Specs    []Spec       // all specifications, sorted by estimate, then choices
	Curve    []Spec       // the specification curve: of specifications with one result, the first
	All      Summary      // over specifications
	Distinct Summary      // over Curve: a choice that changes nothing does not count twice
	// MostMoving is the axis with the largest mean range of the estimate; "" when none
	// moves it.
	MostMoving string
}

// Summary describes a set of results. Shares are between 0 and 1, NaN for none.
type Summary struct {
	Count            int
	Min, Median, Max float64 // of the estimates
	ExcludesZero     float64 // interval doesn't hold 0
	BeyondMID        float64 // the whole interval is a benefit of at least the MID; NaN without one
}

// Run computes every specification of the plan. It stops with ctx's error when that is
// cancelled. It refuses plans beyond their cap, and plans in which no specification
// has enough studies.
func Run(ctx context.Context, p Plan) (Result, error) {
	if err := p.check(); err != nil {
		return Result{}, err
	}
	r := &runner{p: &p, c: compile(&p), seen: map[string][]Spec{}}
	models := len(p.Methods) * len(p.Tests)
	err := r.c.walk(func(levels []int, sel selection) error {
		if done := len(r.grid); done%1024 < models {
			if err := ctx.Err(); err != nil {
				return fmt.Errorf("multiverse stopped after %d specifications: %w", done, err)
			}
		}
		fits, err := r.models(sel)
		if err != nil {
			return err
		}
		r.addSpecs(levels, fits)
		return nil
	})
	if err != nil {
		return Result{}, err
	}
	if len(r.out.Specs) == 0 {
		return Result{}, fmt.Errorf("none of the %d specifications has at least %d studies", len(r.grid), p.MinStudies)
	}
	r.finish()
	return r.out, nil
}

// runner is a run in progress.
type runner struct {
	p    *Plan
	c    *compiled
	out  Result
	ws   meta.Workspace
	seen map[string][]Spec // by selection: every estimator and test; nil when too small
	key  []byte
	y, v []float64
	grid []int32 // position of every planned specification in out.Specs before sorting, -1 when skipped
	pool []int   // backing store of Choices
}

// models fits a selection by every estimator and test unless an equal one was fitted.
func (r *runner) models(sel selection) ([]Spec, error) {
	r.key = r.key[:0]
	for _, s := range sel {
		r.key = binary.LittleEndian.AppendUint32(r.key, uint32(s))
	}
	if fits, ok := r.seen[string(r.key)]; ok {
		return fits, nil
	}
	r.y, r.v = r.y[:0], r.v[:0]
	for i, s := range sel {
		if s >= 0 {
			c := &r.p.Studies[i].Candidates[s]
			r.y, r.v = append(r.y, c.Effect), append(r.v, c.Variance)
		}
	}
	var fits []Spec
	if len(r.y) >= r.p.MinStudies {
		for _, method := range r.p.Methods {
			for _, test := range r.p.Tests {
				f, err := r.fit(method, test)
				if err != nil {
					return nil, fmt.Errorf("%s with test %s on %d studies: %w", method, test, len(r.y), err)
				}
				fits = append(fits, f)
			}
		}
	}
	r.seen[string(r.key)] = fits
	return fits, nil
}

// fit is one analysis of the loaded effects.
func (r *runner) fit(method meta.Method, test meta.Test) (Spec, error) {
	f, err := r.ws.Fit(r.y, r.v, method, test)
	if err != nil {
		return Spec{}, err
	}
	s := Spec{Estimate: f.Estimate, K: f.K}
	if r.p.Guard && test == meta.KnHa && f.S2W < 1 {
		common, err := r.ws.Fit(r.y, r.v, meta.EE, meta.Z)
		if err != nil {
			return Spec{}, err
		}
		if f.Upper-f.Lower < common.Upper-common.Lower {
			g, err := r.ws.Fit(r.y, r.v, method, meta.AdHoc)
			if err != nil {
				return Spec{}, err
			}
			s.Estimate = g.Estimate
		}
	}
	return s, nil
}

// addSpecs records the specifications of one combination of selection levels.
func (r *runner) addSpecs(levels []int, fits []Spec) {
	for m := range r.p.Methods {
		for t := range r.p.Tests {
			if fits == nil {
				r.grid = append(r.grid, -1)
				continue
			}
			s := fits[m*len(r.p.Tests)+t]
			if len(r.pool) < len(levels)+2 {
				r.pool = make([]int, 1024*(len(levels)+2))
			}
			n := copy(r.pool, levels)
			r.pool[n], r.pool[n+1] = m, t
			s.Choices, r.pool = r.pool[:n+2:n+2], r.pool[n+2:]
			r.grid = append(r.grid, int32(len(r.out.Specs)))
			r.out.Specs = append(r.out.Specs, s)
		}
	}
}

// finish summarises and sorts.
func (r *runner) finish() {
	out := &r.out
	out.Axes = r.axes()
	most := 0.0
	for _, a := range out.Axes {
		if a.Spread > most {
			out.MostMoving, most = a.Name, a.Spread
		}
	}
	slices.SortFunc(out.Specs, func(a, b Spec) int {
		if c := cmp.Compare(a.Value, b.Value); c != 0 {
			return c
		}
		return slices.Compare(a.Choices, b.Choices)
	})
	out.All = r.p.summarise(out.Specs)
	out.Curve = distinct(out.Specs)
	out.Distinct = r.p.summarise(out.Curve)
}

// distinct leaves out specifications that pool as many studies to the same numbers as
// an earlier one: the same studies named by another choice, or estimators that agree
// where the between-study variance is 0.
func distinct(specs []Spec) []Spec {
	type numbers struct {
		k          int
		y, low, up float64
	}
	digits := func(x float64) float64 { return math.Round(x*1e9) / 1e9 }
	seen := map[numbers]bool{}
	var out []Spec
	for _, s := range specs {
		n := numbers{s.K, digits(s.Value), digits(s.Lower), digits(s.Upper)}
		if !seen[n] {
			seen[n] = true
			out = append(out, s)
		}
	}
	return out
}

// Thin picks at most n results of the curve for drawing, evenly spaced, both ends kept.
func (r *Result) Thin(n int) []Spec {
	if n <= 0 {
		return nil
	}
	if n >= len(r.Curve) {
		return append([]Spec(nil), r.Curve...)
	}
	if n == 1 {
		return []Spec{r.Curve[len(r.Curve)/2]}
	}
	out := make([]Spec, n)
	for i := range out {
		out[i] = r.Curve[i*(len(r.Curve)-1)/(n-1)]
	}
	return out
}

// summarise describes specifications sorted by estimate.
func (p *Plan) summarise(specs []Spec) Summary {
	n := len(specs)
	var zero, beyond float64
	for i := range specs {
		lo, hi := specs[i].Lower, specs[i].Upper
		if lo > 0 || hi < 0 {
			zero++
		}
		if p.HigherIsBetter && lo >= p.MID || !p.HigherIsBetter && -hi >= p.MID {
			beyond++
		}
	}
	s := Summary{Count: n, Min: specs[0].Value, Median: (specs[(n-1)/2].Value + specs[n/2].Value) / 2, Max: specs[n-1].Value,
		ExcludesZero: zero / float64(n), BeyondMID: math.NaN()}
	if p.MID > 0 {
		s.BeyondMID = beyond / float64(n)
	}
	return s
}
