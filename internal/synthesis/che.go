package synthesis

import (
	"fmt"
	"math"

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
	r := evidence.PooledResult{Label: m.Label, Measure: m.Measure, Formula: m.Formula, Method: "CHE", Test: "CR2, Satterthwaite t", EffectIDs: []string{}, Warnings: []string{}}
	var d multilevel.Data
	most := map[string]int{}
	for _, e := range effects {
		d.Effect, d.Variance, d.Cluster = append(d.Effect, evidence.Value(e.Estimate)), append(d.Variance, evidence.Value(e.Variance)), append(d.Cluster, e.StudyID)
		r.EffectIDs = append(r.EffectIDs, e.ID)
		most[e.StudyID] = max(most[e.StudyID], Participants([]evidence.Effect{e}))
	}
	r.K = len(most)
	for _, n := range most {
		r.N += n
	}
	if r.K < 2 {
		return r, fmt.Errorf("a model of several effects per study needs two studies; there is %d", r.K)
	}
	fit, err := multilevel.Fit(d, multilevel.Design{}, multilevel.Options{Method: multilevel.REML, Test: multilevel.T, Rho: m.Rho})
	if err != nil {
		return r, err
	}
	rob, err := fit.Robust(multilevel.CR2)
	if err != nil {
		return r, err
	}
	r.Estimate, r.SE, r.P = finite(fit.Beta[0]), finite(rob.SE[0]), finite(rob.PValue[0])
	r.CILower, r.CIUpper = finite(rob.CILower[0]), finite(rob.CIUpper[0])
	total := fit.Sigma2.Total()
	r.Tau2, r.Q, r.QP, r.I2Tau2 = finite(total), finite(fit.QE), finite(fit.QEP), finite(fit.I2.Total)
	if p := fit.Prediction; p != nil {
		r.PILower, r.PIUpper = finite(p.PILower), finite(p.PIUpper)
		r.PIRule = "a new effect in a new study, model-based"
	}
	r.Warnings = append(r.Warnings, fmt.Sprintf("%s of %s; sampling errors of one study correlated with ρ = %s (shared control arms are covered by it); τ² is the sum of %s between and %s within studies",
		plural(len(effects), "effect", "effects"), plural(r.K, "study", "studies"), fixed(m.Rho, 2), fixed(fit.Sigma2.Between, 4), fixed(fit.Sigma2.Within, 4)))
	if df := rob.DF[0]; math.IsNaN(df) || df < minRobustDF {
		r.Warnings = append(r.Warnings, fmt.Sprintf("the robust test has %s degrees of freedom: below %d its interval is not to be trusted", fixed(df, 1), minRobustDF))
	}
	r.Warnings = append(r.Warnings, fit.Warnings...)
	r.Warnings = append(r.Warnings, rob.Warnings...)
	return r, nil
}

// exploreCHE is explore for a plan with several effects per study: studies, not
// rows, are left out. The analyses that know independent effects only are not
// run on dependent ones.
func exploreCHE(q Question, f *evidence.Finding, effects []evidence.Effect) error {
	f.Warnings = append(f.Warnings, "several effects per study: subsets, small-study analyses, Bayesian and sequential results need one effect per study and are not run")
	labels := map[string]string{}
	var studies []string
	for _, e := range effects {
		if labels[e.StudyID] == "" {
			studies = append(studies, e.StudyID)
			labels[e.StudyID] = e.StudyLabel
		}
	}
	if len(studies) < 3 {
		return nil
	}
	for _, s := range studies {
		m := q.Model()
		m.Label = "without " + labels[s]
		r, err := Pool(m, filter(effects, func(e evidence.Effect) bool { return e.StudyID != s }))
		if err != nil {
			return err
		}
		f.LeaveOneOut = append(f.LeaveOneOut, r)
	}
	return nil
}
