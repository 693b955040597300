package multiverse

import (
	"cmp"
	"fmt"
	"math"

	"past/analysis"
	"past/analysis/meta"
)

// Candidate is one effect that some specification may take from a study. All
// candidates of a plan are on one scale and in one direction.
type Candidate struct {
	ID       string
	Effect   float64
	Variance float64 // sampling variance, above 0
	// Tags are named properties that rules look at: instrument, comparator, formula, …
	Tags map[string]string
	// Numbers are named quantities that rules order by: weeks, dose, …
	Numbers map[string]float64
}

// Study is what one study offers. Candidates are in order of preference: where the
// rules leave several, the first is taken.
type Study struct {
	ID         string
	Candidates []Candidate
}

// Level is one option of a choice.
type Level struct {
	Name string
	Rule Rule
}

// Axis is one choice with its options. Rules work on what the axes before it left.
type Axis struct {
	Name   string
	Levels []Level
}

// The names of the two axes that a plan doesn't list as selections.
const (
	EstimatorAxis = "estimator"
	TestAxis      = "test"
)

// most is the largest number of specifications of a plan.
const most = 250_000

// Plan is a multiverse: studies, selection choices, estimators and tests.
type Plan struct {
	Studies []Study
	Axes    []Axis        // selection choices, applied in this order; may be empty
	Methods []meta.Method // REML when empty
	Tests   []meta.Test   // z when empty
	// Guard replaces a Knapp-Hartung interval that is narrower than the common-effect
	// one by that with the scale factor held at 1, which never is.
	Guard bool
	// MID is the minimal important difference, a positive number; 0 for none.
	MID float64
	// HigherIsBetter says on which side of 0 the benefit is.
	HigherIsBetter bool
	// MinStudies is the fewest studies that are pooled, 2 when 0; specifications with
	// fewer are counted as skipped.
	MinStudies int
}

// check fills defaults and refuses what makes no multiverse.
func (p *Plan) check() error {
	if len(p.Methods) == 0 {
		p.Methods = []meta.Method{meta.REML}
	}
	if len(p.Tests) == 0 {
		p.Tests = []meta.Test{meta.Z}
	}
	if p.MinStudies == 0 {
		p.MinStudies = 2
	}
	switch {
	case len(p.Studies) == 0:
		return fmt.Errorf("the plan has no studies")
	case p.MinStudies < 1:
		return fmt.Errorf("the fewest studies to pool, %d, must be at least 1", p.MinStudies)
	case !(p.MID >= 0) || math.IsInf(p.MID, 0):
		return fmt.Errorf("the minimal important difference %g must be a positive number, or 0 for none", p.MID)
	}
	if err := checkModels(p.Methods, p.Tests); err != nil {
		return err
	}
	if err := checkStudies(p.Studies); err != nil {
		return err
	}
	if err := checkAxes(p.Axes); err != nil {
		return err
	}
	return p.checkSize()
}

func checkModels(methods []meta.Method, tests []meta.Test) error {
	if m, twice := repeated(methods, func(m meta.Method) string { return string(m) }); twice {
		return fmt.Errorf("estimator %s is listed twice", m)
	}
	if t, twice := repeated(tests, func(t meta.Test) string { return string(t) }); twice {
		return fmt.Errorf("test %s is listed twice", t)
	}
	for _, m := range methods {
		if m == meta.GENQ {
			return fmt.Errorf("estimator GENQ needs weights and cannot be part of a multiverse")
		}
		if p, err := meta.ParseMethod(string(m)); err != nil || p != m {
			return fmt.Errorf("unknown estimator %q", m)
		}
	}
	for _, t := range tests {
		if p, err := meta.ParseTest(string(t)); err != nil || p != t {
			return fmt.Errorf("unknown test %q", t)
		}
	}
	return nil
}

// repeated finds the first name that a list has twice.
func repeated[T any](list []T, name func(T) string) (string, bool) {
	seen := map[string]bool{}
	for _, x := range list {
		if n := name(x); seen[n] {
			return n, true
		}
		seen[name(x)] = true
	}
	return "", false
}

func checkStudies(studies []Study) error {
	if id, twice := repeated(studies, func(s Study) string { return s.ID }); twice {
		return fmt.Errorf("study %q is listed twice", id)
	}
	for _, s := range studies {
		if id, twice := repeated(s.Candidates, func(c Candidate) string { return c.ID }); twice {
			return fmt.Errorf("study %q: candidate %q is listed twice", s.ID, id)
		}
		for _, c := range s.Candidates {
			if fault := analysis.RowFault(c.Effect, c.Variance); fault != "" || math.IsNaN(c.Effect+c.Variance) {
				return fmt.Errorf("study %q, candidate %q has %s", s.ID, c.ID, cmp.Or(fault, "a missing value"))
			}
		}
	}
	return nil
}

func checkAxes(axes []Axis) error {
	if name, twice := repeated(axes, func(a Axis) string { return a.Name }); twice {
		return fmt.Errorf("axis %q is listed twice", name)
	}
	for _, a := range axes {
		switch name, twice := repeated(a.Levels, func(l Level) string { return l.Name }); {
		case a.Name == EstimatorAxis || a.Name == TestAxis:
			return fmt.Errorf("axis %q: list estimators and tests in Methods and Tests", a.Name)
		case len(a.Levels) == 0:
			return fmt.Errorf("axis %q has no levels", a.Name)
		case twice:
			return fmt.Errorf("axis %q: level %q is listed twice", a.Name, name)
		}
		for _, l := range a.Levels {
			if l.Rule.apply == nil {
				return fmt.Errorf("axis %q, level %q has no rule; use All for one that keeps everything", a.Name, l.Name)
			}
		}
	}
	return nil
}

// checkSize refuses plans beyond the cap, before anything is computed.
func (p *Plan) checkSize() error {
	size := float64(len(p.Methods)) * float64(len(p.Tests))
	largest, levels := EstimatorAxis, len(p.Methods)
	if len(p.Tests) > levels {
		largest, levels = TestAxis, len(p.Tests)
	}
	for _, a := range p.Axes {
		size *= float64(len(a.Levels))
		if len(a.Levels) > levels {
			largest, levels = a.Name, len(a.Levels)
		}
	}
	if size > most {
		return fmt.Errorf("the plan has %.0f specifications, more than the cap of %d: drop levels (the largest axis is %q with "+
			"%d)", size, most, largest, levels)
	}
	return nil
}
