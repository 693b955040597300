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
	analysis.Estimate       // with 95 % interval
	Choices           []int // level by axis, in the order of Result.Axes
	Dataset           int   // index into Result.Datasets
	K                 int   // studies pooled
	Tau2, I2          float64
	Guarded           bool // the Knapp-Hartung interval was too narrow and replaced
}

// Dataset is one selection of effects: candidate ids by study, in the order of the
// plan; "" for a study left out.
type Dataset struct {
	Candidates []string
	K          int
}

// Result is a multiverse.
type Result struct {
	Axes     []AxisResult // the plan's axes, then estimator and test
	Specs    []Spec       // all specifications, sorted by estimate, then choices
	Curve    []Spec       // the specification curve: of specifications with one result, the first
	Datasets []Dataset    // distinct selections, in order of first use
	Planned  int          // specifications of the plan
	Skipped  int          // of these, with fewer studies than the plan's minimum
	All      Summary      // over specifications
	Distinct Summary      // over Curve: a choice that changes nothing does not count twice
	// MostMoving is the axis with the largest mean range of the estimate; "" when none
	// moves it.
	MostMoving string
	Warnings   analysis.Warnings
}

// Summary describes a set of results. Shares are between 0 and 1, NaN for none.
type Summary struct {
	Count             int
	Min, Median, Max  float64 // of the estimates
	LowerQuarter      float64
	UpperQuarter      float64
	ExcludesZero      float64 // interval doesn't hold 0
	Benefit           float64 // interval lies on the side of benefit
	Harm              float64 // interval lies on the other side
	BeyondMID         float64 // the whole interval is a benefit of at least the MID; NaN without one
	EstimateBeyondMID float64 // the estimate is; NaN without one
	ExcludesMID       float64 // the whole interval falls short of it; NaN without one
}

// Run computes every specification of the plan. It stops with ctx's error when that is
// cancelled. It refuses plans beyond their cap, and plans in which no specification
// has enough studies.
func Run(ctx context.Context, p Plan) (Result, error) {
	if err := p.check(); err != nil {
		return Result{}, err
	}
	r := &runner{p: &p, c: compile(&p), seen: map[string]int{}}
	models := len(p.Methods) * len(p.Tests)
	err := r.c.walk(func(levels []int, sel selection, tied int) error {
		r.out.Planned += models
		if r.out.Planned%1024 < models {
			if err := ctx.Err(); err != nil {
				return fmt.Errorf("multiverse stopped after %d specifications: %w", r.out.Planned-models, err)
			}
		}
		if tied > 0 {
			r.tied++
		}
		d, err := r.dataset(sel)
		if err != nil {
			return err
		}
		r.addSpecs(levels, d)
		return nil
	})
	if err != nil {
		return Result{}, err
	}
	if len(r.out.Specs) == 0 {
		return Result{}, fmt.Errorf("none of the %d specifications has at least %d studies", r.out.Planned, p.MinStudies)
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
	seen map[string]int // datasets by selection
	fits [][]Spec       // by dataset: every estimator and test; nil when too small
	key  []byte
	y, v []float64
	tied int     // combinations in which some study had several candidates left
	grid []int32 // position of every planned specification in out.Specs before sorting, -1 when skipped
	pool []int   // backing store of Choices
}

// dataset fits a selection unless an equal one was fitted, and returns its index.
func (r *runner) dataset(sel selection) (int, error) {
	r.key = r.key[:0]
	for _, s := range sel {
		r.key = binary.LittleEndian.AppendUint32(r.key, uint32(s))
	}
	if d, ok := r.seen[string(r.key)]; ok {
		return d, nil
	}
	d := len(r.out.Datasets)
	r.seen[string(r.key)] = d
	set := Dataset{Candidates: make([]string, len(sel))}
	r.y, r.v = r.y[:0], r.v[:0]
	for i, s := range sel {
		if s < 0 {
			continue
		}
		c := &r.p.Studies[i].Candidates[s]
		set.Candidates[i] = c.ID
		set.K++
		r.y, r.v = append(r.y, c.Effect), append(r.v, c.Variance)
	}
	r.out.Datasets = append(r.out.Datasets, set)
	var fits []Spec
	if set.K >= r.p.MinStudies {
		for _, method := range r.p.Methods {
			for _, test := range r.p.Tests {
				f, err := r.fit(method, test)
				if err != nil {
					return 0, fmt.Errorf("%s with test %s on %d studies: %w", method, test, set.K, err)
				}
				f.Dataset = d
				fits = append(fits, f)
			}
		}
	}
	r.fits = append(r.fits, fits)
	return d, nil
}

// fit is one analysis of the loaded effects.
func (r *runner) fit(method meta.Method, test meta.Test) (Spec, error) {
	f, err := r.ws.Fit(r.y, r.v, method, test)
	if err != nil {
		return Spec{}, err
	}
	s := Spec{Estimate: f.Estimate, K: f.K, Tau2: f.Tau2, I2: f.I2}
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
			s.Estimate, s.Guarded = g.Estimate, true
		}
	}
	return s, nil
}

// addSpecs records the specifications of one combination of selection levels.
func (r *runner) addSpecs(levels []int, d int) {
	fits := r.fits[d]
	for m := range r.p.Methods {
		for t := range r.p.Tests {
			if fits == nil {
				r.out.Skipped++
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
	r.warn()
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

func (r *runner) warn() {
	out := &r.out
	out.Warnings = unknownTags(r.p)
	if out.Skipped > 0 {
		out.Warnings.Add(analysis.SpecsSkipped, "%d of %d specifications left fewer than %d studies and were skipped", out.Skipped,
			out.Planned, r.p.MinStudies)
	}
	if r.tied > 0 {
		out.Warnings.Add(analysis.Assumption, "in %d of %d selections the rules left several effects of a study; the first listed was taken",
			r.tied,
			out.Planned/(len(r.p.Methods)*len(r.p.Tests)))
	}
	guarded := 0
	for _, s := range out.Specs {
		if s.Guarded {
			guarded++
		}
	}
	if guarded > 0 {
		out.Warnings.Add(analysis.Guarded,
			"in %d specifications the Knapp-Hartung interval was narrower than the common-effect one; the guarded interval is shown",
			guarded)
	}
	if out.Distinct.Count < out.All.Count {
		out.Warnings.Add(analysis.SpecsEqual, "%d of %d specifications are distinct analyses", out.Distinct.Count, out.All.Count)
	}
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
	s := Summary{Count: len(specs), BeyondMID: math.NaN(), EstimateBeyondMID: math.NaN(), ExcludesMID: math.NaN()}
	n := float64(len(specs))
	var zero, good, bad, beyond, estimate, short float64
	for i := range specs {
		lo, hi, e := p.towardsBenefit(&specs[i])
		switch {
		case lo > 0:
			zero++
			good++
		case hi < 0:
			zero++
			bad++
		}
		if lo >= p.MID {
			beyond++
		}
		if e >= p.MID {
			estimate++
		}
		if hi < p.MID {
			short++
		}
	}
	s.ExcludesZero, s.Benefit, s.Harm = zero/n, good/n, bad/n
	if p.MID > 0 {
		s.BeyondMID, s.EstimateBeyondMID, s.ExcludesMID = beyond/n, estimate/n, short/n
	}
	at := func(q float64) float64 { // linear between order statistics
		h := q * (n - 1)
		i := int(h)
		if i+1 >= len(specs) {
			return specs[len(specs)-1].Value
		}
		return specs[i].Value + (h-float64(i))*(specs[i+1].Value-specs[i].Value)
	}
	s.Min, s.LowerQuarter, s.Median, s.UpperQuarter, s.Max = at(0), at(0.25), at(0.5), at(0.75), at(1)
	return s
}

// towardsBenefit turns a specification so that benefit is above 0.
func (p *Plan) towardsBenefit(s *Spec) (lo, hi, estimate float64) {
	if p.HigherIsBetter {
		return s.Lower, s.Upper, s.Value
	}
	return -s.Upper, -s.Lower, -s.Value
}

// excludesZero reports whether the interval doesn't hold 0.
func (s *Spec) excludesZero() bool { return s.Lower > 0 || s.Upper < 0 }
