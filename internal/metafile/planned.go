package metafile

import (
	"cmp"
	"strings"

	"past/analysis/effect"
	"past/analysis/meta"
	"past/internal/metafile/plan"
	"past/internal/metafile/roles"
)

// column is the file's column that the user means by a name; the name itself where
// there is none, which the plan's own error then says.
func (a *analysis) column(name string) string { return cmp.Or(a.Named(name), name) }

// plan is what the options ask for of a table whose effect sizes are prepared.
func (a *analysis) plan(effects plan.Effects, method meta.Method, test meta.Test) *plan.Plan {
	cmd := a.cmd
	fit := func(m meta.Method, t meta.Test) plan.Fit {
		info, err := effect.Lookup(string(a.Measure))
		return plan.Fit{Method: m, Test: t, FitStats: true, Predict: true, QProfile: m != meta.FE && m != meta.EE,
			PredictExp: plan.Asked(err == nil && info.Back != "" && roles.IsLog(a.Measure))}
	}
	p := &plan.Plan{Effects: &effects, Fits: []plan.Fit{fit(method, test), fit(meta.FE, meta.Z)}}
	if cmd.Subgroup != "" {
		p.Subgroups = []plan.Grouping{{Factor: a.column(cmd.Subgroup), Methods: []plan.GroupFit{{Fit: plan.Fit{Method: method, Test: test}}}}}
	}
	if f := modsFormula(cmd.Mods); f != "" {
		p.Regressions = []plan.Regression{{Name: f, Formula: f, Fits: []plan.Fit{{Method: method, Test: test, Fitted: true}}}}
	}
	if cmd.Cluster != "" {
		robust := &plan.RobustKinds{CR2: true}
		models := []plan.LevelFit{{Method: meta.REML, Test: meta.T, I2: true, Predict: true, Robust: robust}}
		p.Dependent = &plan.Dependent{Clusters: plan.Clusters{Cluster: a.column(cmd.Cluster)}, Three: models,
			CHE: &plan.CHE{Rho: cmd.Rho, Fits: models}, Mods: []plan.Moderators{}}
		for _, f := range a.clusterFormulas() {
			p.Dependent.Mods = append(p.Dependent.Mods, plan.Moderators{Name: f, Formula: f,
				CHE: &plan.LevelFit{Method: meta.REML, Test: meta.T, Robust: robust}})
		}
	}
	if cmd.Time != "" {
		p.Lagged = &plan.Clusters{Cluster: a.column(cmd.Cluster), Time: a.column(cmd.Time), Phi: cmd.Phi, Rho: cmd.Rho}
	}
	if f := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(cmd.Dose), "~")); f != "" {
		p.Dose = &plan.Clusters{Formula: "~ 0 + " + f, Cluster: cmp.Or(a.Named(cmd.Cluster), a.Label), Rho: cmd.Rho}
	}
	if a.shared && a.Label != "" {
		p.Shared = &plan.Clusters{Cluster: a.Label}
	}
	a.planCounts(p)
	return p
}

// planCounts adds what is pooled of counts themselves.
func (a *analysis) planCounts(p *plan.Plan) {
	correct := true
	pooled := map[string]plan.Pooling{"mantel_haenszel": {{Measure: string(a.Measure), Correct: &correct}}}
	switch m := a.Measure; {
	case a.Kind == effect.KindPersonTime2 && (m == effect.IRR || m == effect.IRD):
		p.Rates = pooled
	case a.Kind == effect.KindTwoByTwo && m == effect.PETO:
		p.Counts = map[string]plan.Pooling{"peto": {}}
	case a.Kind == effect.KindTwoByTwo && (m == effect.OR || m == effect.RR || m == effect.RD):
		p.Counts = pooled
		if a.RareEvents() {
			p.Rare = &struct{}{}
			if m == effect.OR {
				p.Mixed = []plan.Mixed{{Measure: "OR", Model: "CM.EL"}}
			}
		}
	}
}

// modsFormula turns "year, type" into "~ year + type"; formulas are left alone.
func modsFormula(mods string) string {
	mods = strings.TrimSpace(mods)
	if mods == "" || strings.HasPrefix(mods, "~") {
		return mods
	}
	return "~ " + strings.Join(strings.FieldsFunc(mods, func(r rune) bool { return r == ',' || r == '+' }), " + ")
}

// clusterFormulas are the moderators and the subgroups of a table with clusters: of
// subgroups the means and the test between them.
func (a *analysis) clusterFormulas() []string {
	var out []string
	if f := modsFormula(a.cmd.Mods); f != "" {
		out = append(out, f)
	}
	if a.cmd.Subgroup != "" {
		name := a.column(a.cmd.Subgroup)
		out = append(out, "~ 0 + factor("+name+")", "~ factor("+name+")")
	}
	return out
}
