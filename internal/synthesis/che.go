package synthesis

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"past/analysis/meta"
	"past/analysis/multilevel"
	"past/internal/evidence"
)

// minRobustDF is the smallest Satterthwaite df of a trustworthy robust test
// (Tipton 2015).
const minRobustDF = 4

// eligible are all rows that the plan could take, before one is chosen per
// study: every instrument, time and pair of arms. A comparison that two
// sources give counts once.
func eligible(q Question, effects []evidence.Effect) []evidence.Effect {
	q.ModelKind = CHE
	return Select(q, effects).Included
}

// poolCHE fits the correlated and hierarchical effects model (Pustejovsky and
// Tipton 2022) to rows of several per study: REML with components between and
// within studies, sampling errors of one study correlated by rho, and the
// cluster-robust variance CR2 with Satterthwaite degrees of freedom.
func poolCHE(m Model, effects []evidence.Effect) (evidence.PooledResult, error) {
	r := evidence.PooledResult{Label: m.Label, Measure: m.Measure, Formula: m.Formula, Method: "CHE", Test: "CR2, Satterthwaite t",
		EffectIDs: []string{}, Warnings: []string{}}
	var d multilevel.Data
	most := map[string]evidence.People{}
	for _, e := range effects {
		d.Effect, d.Variance, d.Cluster = append(d.Effect, evidence.Value(e.Estimate)), append(d.Variance, evidence.Value(e.Variance)),
			append(d.Cluster, e.StudyID)
		r.EffectIDs = append(r.EffectIDs, e.ID)
		most[e.StudyID] = max(most[e.StudyID], Participants([]evidence.Effect{e}))
	}
	r.K = len(most)
	for _, n := range most {
		if r.N += n; n == 0 { // one study does not state its people
			r.N = 0
			break
		}
	}
	if r.K < 2 {
		return r, fmt.Errorf("a model of several effects per study needs two studies; there is %d", r.K)
	}
	fit, err := multilevel.Fit(d, multilevel.Design{}, m.multilevel())
	if err != nil {
		return r, err
	}
	rob, err := fit.Robust(multilevel.CR2)
	if err != nil {
		return r, err
	}
	r.Estimate, r.SE, r.P = finite(rob.Coef[0].Value), finite(rob.Coef[0].SE), finite(rob.Coef[0].P)
	r.CILower, r.CIUpper = finite(rob.Coef[0].Lower), finite(rob.Coef[0].Upper)
	r.Tau2, r.Q, r.QP, r.I2Tau2 = finite(fit.Tau2), finite(fit.Q.Value), finite(fit.Q.P), finite(fit.I2)
	if r.PILower, r.PIUpper = finite(fit.Prediction.Lower), finite(fit.Prediction.Upper); r.PILower != nil {
		r.PIRule = "a new effect in a new study, model-based"
	}
	r.Warnings = append(r.Warnings,
		fmt.Sprintf("%s of %s; sampling errors of one study correlated with ρ = %s (shared control arms are covered by it); τ² "+
			"is the sum of %s between and %s within studies",
			plural(len(effects), "effect", "effects"), plural(r.K, "study", "studies"), fixed(m.Rho, 2), fixed(fit.Sigma2.Between, 4),
			fixed(fit.Sigma2.Within, 4)))
	if df := rob.Coef[0].DF; math.IsNaN(df) || df < minRobustDF {
		r.Warnings = append(r.Warnings, fmt.Sprintf("the robust test has %s degrees of freedom: below %d its interval is not to be trusted",
			fixed(df, 1), minRobustDF))
	}
	r.Warnings = append(r.Warnings, fit.Warnings.Texts()...)
	r.Warnings = append(r.Warnings, rob.Warnings.Texts()...)
	return r, nil
}

// multilevel are the options of the three-level model.
func (m Model) multilevel() multilevel.Options {
	return multilevel.Options{Method: meta.REML, Test: meta.T, Rho: m.Rho, SmoothVariances: m.Smooth}
}

// designCHE are the effects that state a number or a level, with the columns of a
// regression on it.
func designCHE(effects []evidence.Effect, names []string, columns func(evidence.Effect) []float64) (multilevel.Data, multilevel.Design,
	[]evidence.Effect) {
	var d multilevel.Data
	x := multilevel.Design{Names: names, Columns: make([][]float64, len(names))}
	var used []evidence.Effect
	for _, e := range effects {
		row := columns(e)
		if slices.ContainsFunc(row, math.IsNaN) {
			continue
		}
		for j, v := range row {
			x.Columns[j] = append(x.Columns[j], v)
		}
		d.Effect, d.Variance, d.Cluster = append(d.Effect, evidence.Value(e.Estimate)), append(d.Variance, evidence.Value(e.Variance)),
			append(d.Cluster, e.StudyID)
		used = append(used, e)
	}
	return d, x, used
}

// moderatorsCHE regresses all effects on each number of the plan in the three-level
// model, with cluster-robust tests.
func moderatorsCHE(q Question, effects []evidence.Effect) []evidence.Moderator {
	var out []evidence.Moderator
	for _, name := range q.Moderators {
		num := numbers[name]
		m := evidence.Moderator{Name: name, Unit: num.unit}
		d, x, used := designCHE(effects, []string{multilevel.InterceptName, name}, func(e evidence.Effect) []float64 {
			return []float64{1, num.of(e)}
		})
		for i, e := range used {
			m.X, m.Effects = append(m.X, x.Columns[1][i]), append(m.Effects, e.ID)
		}
		m.K = len(used)
		if len(used) < len(effects) {
			m.Warnings = append(m.Warnings, fmt.Sprintf("%s without it left out", plural(len(effects)-len(used), "effect", "effects")))
		}
		if m.K < 3 || slices.Min(m.X) == slices.Max(m.X) {
			m.Warnings = append(m.Warnings, "too few effects, or no variation: no line is fitted")
			out = append(out, m)
			continue
		}
		fit, err := multilevel.Fit(d, x, q.Model().multilevel())
		var rob *multilevel.Robust
		if err == nil {
			rob, err = fit.Robust(multilevel.CR2)
		}
		if err != nil {
			m.Warnings = append(m.Warnings, err.Error())
			out = append(out, m)
			continue
		}
		s := rob.Coef[1]
		m.Slope, m.SE, m.P, m.CILower, m.CIUpper = finite(s.Value), finite(s.SE), finite(s.P), finite(s.Lower), finite(s.Upper)
		if !(s.DF >= minRobustDF) {
			m.Warnings = append(m.Warnings, fmt.Sprintf("the robust test has %s degrees of freedom: below %d it is not to be trusted",
				fixed(s.DF, 1), minRobustDF))
		}
		out = append(out, m)
	}
	return out
}

// subgroupsCHE compares the levels of each factor in one three-level model: means of
// the levels and a cluster-robust Wald test that they are equal.
func subgroupsCHE(q Question, effects []evidence.Effect) []evidence.Subgroup {
	var out []evidence.Subgroup
	for _, name := range q.Subgroups {
		of := factors[name]
		groups := map[string][]evidence.Effect{}
		for _, e := range effects {
			l := cmp.Or(of(e), "not stated")
			groups[l] = append(groups[l], e)
		}
		if len(groups) < 2 {
			continue
		}
		levels := slices.Sorted(maps.Keys(groups))
		s := evidence.Subgroup{Factor: name, DF: len(levels) - 1,
			Model: "three-level model in each group; the groups compared in one three-level model with one variance, cluster-robust"}
		for _, l := range levels {
			r, err := group(q, l, groups[l])
			if err != nil {
				s.Warnings = append(s.Warnings, "the group “"+plain(l)+"” has no headline: "+err.Error())
			}
			s.Groups = append(s.Groups, r)
		}
		d, x, _ := designCHE(effects, append([]string{multilevel.InterceptName}, levels[1:]...), func(e evidence.Effect) []float64 {
			row := make([]float64, len(levels))
			row[0] = 1
			if i := slices.Index(levels, cmp.Or(of(e), "not stated")); i > 0 {
				row[i] = 1
			}
			return row
		})
		fit, err := multilevel.Fit(d, x, q.Model().multilevel())
		if err == nil {
			var rob *multilevel.Robust
			if rob, err = fit.Robust(multilevel.CR2); err == nil {
				s.QBetween, s.P = finite(rob.Omnibus.Value), finite(rob.Omnibus.P)
			}
		}
		if err != nil {
			s.Warnings = append(s.Warnings, "the groups cannot be compared: "+err.Error())
		}
		out = append(out, s)
	}
	return out
}

// exploreCHE is explore for a plan with several effects per study: studies, not
// rows, are left out. The analyses that know independent effects only are not
// run on dependent ones.
func exploreCHE(q Question, f *evidence.Finding, effects []evidence.Effect) error {
	f.Warnings = append(f.Warnings,
		"several effects per study: subsets, small-study analyses, Bayesian and sequential results need one effect per study and are not run")
	f.Moderators, f.Subgroups = moderatorsCHE(q, effects), subgroupsCHE(q, effects)
	var err error
	f.LeaveOneOut, err = leaveStudiesOut(q, effects)
	return err
}

// leaveStudiesOut pools without each study in turn, all its rows at once; nothing for fewer
// than three studies.
func leaveStudiesOut(q Question, effects []evidence.Effect) ([]evidence.PooledResult, error) {
	labels := map[string]string{}
	var studies []string
	for _, e := range effects {
		if labels[e.StudyID] == "" {
			studies = append(studies, e.StudyID)
			labels[e.StudyID] = e.StudyLabel
		}
	}
	if len(studies) < 3 {
		return nil, nil
	}
	var out []evidence.PooledResult
	for _, s := range studies {
		r, err := part(q, "without "+labels[s], filter(effects, func(e evidence.Effect) bool { return e.StudyID != s }))
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}
