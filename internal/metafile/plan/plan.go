// Package plan is what past meta computes: a Plan says which effect sizes and which
// models, its Result holds what came of each. The options of the command and the
// request of a JSON case build the same Plan; terminal, JSON and R script are written
// from the same Result.
//
// A part of a plan is a block with a name. Blocks do not see each other: what they
// share (the effect sizes, the rows used) is in the Data. The package knows which
// analysis package answers which question and computes nothing itself.
package plan

import (
	"encoding/json"
	"fmt"
	"math"

	"past/analysis/effect"
	"past/analysis/meta"
	"past/analysis/multilevel"
	"past/analysis/pooled2x2"
)

// Plan is what to compute. Its keys in JSON are the names of the blocks; a block that
// is nil is not asked for.
type Plan struct {
	Effects     *Effects           `json:"analysis"`
	Variants    map[string]Effects `json:"escalc"`
	Fits        []Fit              `json:"rma"`
	GenQ        *Fit               `json:"rma_genq"`            // generalised Q, its weights used for the mean as well
	Unweighted  *Fit               `json:"rma_reml_unweighted"` // every study has the same weight in the mean
	Tau2Held    *Fit               `json:"rma_tau2_fixed"`      // tau2 is held at a number
	Regressions []Regression       `json:"meta_regression"`
	Subgroups   []Grouping         `json:"subgroups"`
	Bias        *Bias              `json:"publication_bias"`
	Sensitivity *Sensitivity       `json:"sensitivity"`
	Dependent   *Dependent         `json:"multilevel"`
	Lagged      *Clusters          `json:"lagged"`
	Shared      *Clusters          `json:"shared_control"`
	Dose        *Clusters          `json:"dose_response"`
	Counts      map[string]Pooling `json:"two_by_two_pooled"`
	Rates       map[string]Pooling `json:"person_time_pooled"`
	Rare        *struct{}          `json:"beta_binomial"`
	Mixed       []Mixed            `json:"glmm"`
}

// Answer is a question of a plan with what came of it.
type Answer[Q, A any] struct {
	Asked Q
	Got   A
	Err   error
}

// each answers questions one by one, so that one that cannot be answered leaves the
// others.
func each[Q, A any](asked []Q, run func(Q) (A, error)) []Answer[Q, A] {
	if asked == nil {
		return nil
	}
	out := make([]Answer[Q, A], len(asked))
	for i, q := range asked {
		out[i] = one(q, run)
	}
	return out
}

func one[Q, A any](q Q, run func(Q) (A, error)) Answer[Q, A] {
	a, err := run(q)
	return Answer[Q, A]{q, a, err}
}

func byName[Q, A any](asked map[string]Q, run func(string, Q) (A, error)) map[string]Answer[Q, A] {
	if asked == nil {
		return nil
	}
	out := map[string]Answer[Q, A]{}
	for name, q := range asked {
		out[name] = one(q, func(q Q) (A, error) { return run(name, q) })
	}
	return out
}

// Asked is set where a request has a key, whatever is under it.
type Asked bool

// UnmarshalJSON implements json.Unmarshaler.
func (a *Asked) UnmarshalJSON([]byte) error {
	*a = true
	return nil
}

// Result is what came of a plan, block by block.
type Result struct {
	*Data
	Plan   *Plan
	Failed map[string]error // blocks that could not be computed at all

	Variants                   map[string]Answer[Effects, effect.Result]
	Fits                       []Fitted
	GenQ, Unweighted, Tau2Held Fitted
	Regressions                []Regressed
	Subgroups                  []Grouped
	Bias                       *BiasResult
	Sensitivity                *SensitivityResult
	Dependent                  *DependentResult
	Lagged, Shared             *multilevel.Given
	Dose                       *DoseResult
	Counts, Rates              map[string][]Pooled
	Rare                       *pooled2x2.Marginal
	Mixed                      []Answer[Mixed, pooled2x2.Mixed]
}

// Fitted is a model asked for and its fit.
type Fitted = Answer[Fit, *meta.Result]

// Block is a part of a plan.
type Block struct {
	Name  string
	Asked bool
	own   bool // it works on the table, not on the effect sizes
	run   func(*Result) error
}

// Blocks lists every block, one line each.
func (p *Plan) Blocks() []Block {
	return []Block{
		{"analysis", p.Effects != nil, true, func(*Result) error { return nil }},
		{"escalc", p.Variants != nil, true, (*Result).variants},
		{"rma", p.Fits != nil, false, func(r *Result) error { r.Fits = each(p.Fits, r.fit); return nil }},
		{"rma_genq", p.GenQ != nil, false, (*Result).genQ},
		{"rma_reml_unweighted", p.Unweighted != nil, false, (*Result).unweighted},
		{"rma_tau2_fixed", p.Tau2Held != nil, false, (*Result).tau2Held},
		{"meta_regression", p.Regressions != nil, false, (*Result).regressions},
		{"subgroups", p.Subgroups != nil, false, func(r *Result) error { r.Subgroups = each(p.Subgroups, r.grouping); return nil }},
		{"sensitivity", p.Sensitivity != nil, false, (*Result).sensitivity},
		{"publication_bias", p.Bias != nil, false, (*Result).bias},
		{"multilevel", p.Dependent != nil, false, (*Result).dependent},
		{"lagged", p.Lagged != nil, false, (*Result).lagged},
		{"shared_control", p.Shared != nil, false, (*Result).shared},
		{"dose_response", p.Dose != nil, false, (*Result).dose},
		{"two_by_two_pooled", p.Counts != nil, true, (*Result).counts},
		{"person_time_pooled", p.Rates != nil, true, (*Result).rates},
		{"beta_binomial", p.Rare != nil, true, (*Result).rare},
		{"glmm", p.Mixed != nil, true, func(r *Result) error { r.Mixed = each(p.Mixed, r.mixed); return nil }},
	}
}

// Run computes every block that a plan asks for; the effect sizes must have been
// prepared.
func (p *Plan) Run(d *Data) *Result {
	r := &Result{Data: d, Plan: p, Failed: map[string]error{}}
	scale := d.outOfScale()
	for _, b := range p.Blocks() {
		switch {
		case !b.Asked:
		case scale != nil && !b.own:
			r.Failed[b.Name] = scale
		default:
			if err := r.guarded(b.run); err != nil {
				r.Failed[b.Name] = err
			}
		}
	}
	return r
}

// guarded keeps one block's failure from taking the others down: a panic in a
// method, which would be a bug, becomes that block's error.
func (r *Result) guarded(run func(*Result) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("internal error, please report it: %v", p)
		}
	}()
	return run(r)
}

// Numbers is a list of numbers in JSON, in which null is NaN.
type Numbers []float64

// UnmarshalJSON implements json.Unmarshaler.
func (n *Numbers) UnmarshalJSON(data []byte) error {
	var list []*float64
	if err := json.Unmarshal(data, &list); err != nil {
		return err
	}
	*n = make(Numbers, len(list))
	for i, x := range list {
		(*n)[i] = number(x)
	}
	return nil
}

// number is a number that was given, or NaN.
func number(x *float64) float64 {
	if x == nil {
		return math.NaN()
	}
	return *x
}

func (r *Result) variants() error {
	r.Variants = byName(r.Plan.Variants, func(_ string, q Effects) (effect.Result, error) { return r.effects(q) })
	return nil
}
