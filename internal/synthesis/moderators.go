package synthesis

import (
	"fmt"
	"math"
	"slices"

	"past/analysis/meta"
	"past/internal/evidence"
)

// factors are the study features by which a finding can be split.
var factors = map[string]func(evidence.Effect) string{
	"comparator_class": func(e evidence.Effect) string { return e.ComparatorClass },
	"population":       func(e evidence.Effect) string { return e.PopulationClass },
	"blinding":         func(e evidence.Effect) string { return e.Blinding },
	"design":           func(e evidence.Effect) string { return e.Design },
	"rob":              func(e evidence.Effect) string { return e.RiskOfBias },
	"instrument":       func(e evidence.Effect) string { return e.Instrument },
	"channel":          func(e evidence.Effect) string { return e.Channel },
	"background":       background,
	"sponsor":          func(e evidence.Effect) string { return e.Sponsor },
}

// background says whether both arms got another treatment besides.
func background(e evidence.Effect) string {
	switch e.Background {
	case "":
		return ""
	case evidence.NoBackground:
		return "alone"
	}
	return "added to another treatment"
}

// numbers are the study features that can be regressed on.
var numbers = map[string]struct {
	unit string
	of   func(evidence.Effect) float64
}{
	"year": {"calendar year", func(e evidence.Effect) float64 { return zeroIsMissing(float64(e.Year)) }},
	"sessions": {"dosing sessions", func(e evidence.Effect) float64 {
		if e.Sessions == nil {
			return math.NaN()
		}
		return float64(*e.Sessions)
	}},
	"dose_mg": {"mg per session as stated", DoseMilligrams},
	"weeks":   {"weeks after baseline", func(e evidence.Effect) float64 { return weeksOr(e, math.NaN()) }},
}

func zeroIsMissing(x float64) float64 {
	if x == 0 {
		return math.NaN()
	}
	return x
}

// subgroups splits the pooled effects by each factor of the plan.
func subgroups(q Question, effects []evidence.Effect) ([]evidence.Subgroup, error) {
	var out []evidence.Subgroup
	names := q.Subgroups
	if !slices.Contains(names, "background") && differ(effects, background) {
		names = append(slices.Clone(names), "background")
	}
	for _, name := range names {
		of, ok := factors[name]
		if !ok {
			return nil, fmt.Errorf("subgroup factor %q is unknown", name)
		}
		s, err := subgroup(q, name, of, effects)
		if err != nil {
			return nil, err
		}
		if s != nil {
			out = append(out, *s)
		}
	}
	return out, nil
}

// differ reports whether effects state more than one level of a factor.
func differ(effects []evidence.Effect, of func(evidence.Effect) string) bool {
	seen := map[string]bool{}
	for _, e := range effects {
		if l := of(e); l != "" {
			seen[l] = true
		}
	}
	return len(seen) > 1
}

func subgroup(q Question, name string, of func(evidence.Effect) string, effects []evidence.Effect) (*evidence.Subgroup, error) {
	groups := map[string][]evidence.Effect{}
	var levels, labels []string
	for _, e := range effects {
		l := of(e)
		if l == "" {
			l = "not stated"
		}
		if groups[l] == nil {
			levels = append(levels, l)
		}
		groups[l] = append(groups[l], e)
		labels = append(labels, l)
	}
	if len(levels) < 2 {
		return nil, nil
	}
	slices.Sort(levels)
	s := &evidence.Subgroup{Factor: name, DF: len(levels) - 1,
		Model: "separate tau2 in each group; groups compared by a common-effect analysis of their estimates"}
	for _, l := range levels {
		r, err := group(q, l, groups[l])
		if err != nil {
			return nil, err
		}
		s.Groups = append(s.Groups, r)
	}
	yi, vi := columns(effects)
	if cmpr, err := meta.Subgroups(yi, vi, meta.Factor(name, labels), meta.Options{Method: meta.Method(q.Method),
		Test: meta.Test(q.Test)}); err == nil {
		s.QBetween, s.P = finite(cmpr.QBetween), finite(cmpr.QBetweenP)
	} else {
		s.Warnings = append(s.Warnings, "the groups cannot be compared: "+err.Error())
	}
	for _, l := range levels {
		if n := len(groups[l]); n < 3 {
			s.Warnings = append(s.Warnings, fmt.Sprintf("the group “%s” has %s: its result and the comparison are exploratory", plain(l),
				plural(n, "study", "studies")))
		}
	}
	return s, nil
}

// minRegression is the smallest number of studies for a meta-regression that
// is shown with a test (Cochrane Handbook 10.11.4 advises ten).
const minRegression = 10

// moderators regresses the pooled effects on each number of the plan.
func moderators(q Question, effects []evidence.Effect) ([]evidence.Moderator, error) {
	var out []evidence.Moderator
	for _, name := range q.Moderators {
		num, ok := numbers[name]
		if !ok {
			return nil, fmt.Errorf("moderator %q is unknown", name)
		}
		m := evidence.Moderator{Name: name, Unit: num.unit}
		var x, yi, vi []float64
		for _, e := range effects {
			v := num.of(e)
			if math.IsNaN(v) {
				m.Warnings = append(m.Warnings, e.StudyLabel+" does not state it and is left out")
				continue
			}
			x, yi, vi = append(x, v), append(yi, evidence.Value(e.Estimate)), append(vi, evidence.Value(e.Variance))
			m.Effects = append(m.Effects, e.ID)
		}
		m.X, m.K = x, len(x)
		regress(q, &m, x, yi, vi)
		out = append(out, m)
	}
	return out, nil
}

func regress(q Question, m *evidence.Moderator, x, yi, vi []float64) {
	if len(x) < 3 || slices.Min(x) == slices.Max(x) {
		m.Warnings = append(m.Warnings, "too few studies, or no variation: no line is fitted")
		return
	}
	if len(x) < minRegression {
		m.Warnings = append(m.Warnings, fmt.Sprintf("%d studies: below %d a regression is a description, not a test", len(x), minRegression))
	}
	d, err := meta.NewDesign(true, meta.Numeric(m.Name, x))
	if err != nil {
		m.Warnings = append(m.Warnings, err.Error())
		return
	}
	fit, err := meta.Fit(yi, vi, meta.Options{Method: meta.Method(q.Method), Test: meta.Test(q.Test), Design: d})
	if err != nil {
		m.Warnings = append(m.Warnings, err.Error())
		return
	}
	m.Slope, m.SE, m.P, m.R2 = finite(fit.Coef[1].Value), finite(fit.Coef[1].SE), finite(fit.Coef[1].P), finite(fit.R2)
	m.CILower, m.CIUpper = finite(fit.Coef[1].Lower), finite(fit.Coef[1].Upper)
	lo, hi := slices.Min(x), slices.Max(x)
	for i := 0; i <= 24; i++ {
		at := lo + (hi-lo)*float64(i)/24
		p, err := fit.PredictAt([]float64{1, at})
		if err != nil || finite(p.Value) == nil || finite(p.CI.Lower) == nil || finite(p.CI.Upper) == nil {
			continue
		}
		m.FitX, m.FitY = append(m.FitX, at), append(m.FitY, p.Value)
		m.FitLow, m.FitHigh = append(m.FitLow, p.CI.Lower), append(m.FitHigh, p.CI.Upper)
	}
}
