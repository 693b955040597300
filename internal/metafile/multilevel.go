package metafile

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"past/analysis/meta"
	"past/analysis/multilevel"
)

// multilevelBlock fits models for dependent effects: three-level, correlated and
// hierarchical (CHE), aggregated, ordinary with robust variance, and the two moment
// models of robust variance estimation.
var multilevelBlock = block{"multilevel", func(c *Case) (any, error) {
	req := asTree(c.Request["multilevel"])
	data, err := c.clustered(req)
	if err != nil {
		return nil, err
	}
	m := &multilevelRun{c: c, data: data, req: req, rho: defaultRho}
	if rho, ok := asNumber(asTree(req["che"])["rho"]); ok {
		m.rho = rho
	}
	out := Tree{}
	for key, run := range map[string]func(any) any{
		"three_level":         m.threeLevel,
		"three_level_confint": m.intervals,
		"che":                 m.che,
		"aggregate_rho":       m.aggregate,
		"mods":                m.moderators,
		"ordinary_rma_robust": m.ordinary,
		"robumeta":            m.moments,
	} {
		if ask, ok := req[key]; ok {
			out[key] = run(ask)
		}
	}
	for _, key := range []string{"cluster_column", "es_column", "random"} {
		if v, ok := req[key]; ok {
			out[key] = v
		}
	}
	return out, nil
}}

// defaultRho is the within-cluster sampling correlation when the request names none.
const defaultRho = 0.6

// multilevelRun is one request being answered.
type multilevelRun struct {
	c    *Case
	req  Tree
	data multilevel.Data
	rho  float64
}

// clustered gathers effects, variances and labels, with rows that cannot be used
// marked missing.
func (c *Case) clustered(req Tree) (multilevel.Data, error) {
	name := text(req, "cluster_column")
	if name == "" {
		return multilevel.Data{}, errors.New(`multilevel needs "cluster_column": the column that says which study an effect belongs to`)
	}
	cluster, _, err := c.Texts(name)
	if err != nil {
		return multilevel.Data{}, err
	}
	d := multilevel.Data{Effect: make([]float64, c.Rows), Variance: make([]float64, c.Rows), Cluster: cluster}
	for i := range d.Effect {
		d.Effect[i], d.Variance[i] = math.NaN(), math.NaN()
	}
	for _, r := range c.RowsUsed {
		d.Effect[r-1], d.Variance[r-1] = c.Yi[r-1], c.Vi[r-1]
	}
	if es := text(req, "es_column"); es != "" && c.HasColumn(es) {
		if d.Inner, _, err = c.Texts(es); err != nil {
			return d, err
		}
	}
	return d, nil
}

// design builds the fixed part from a formula such as "~ a + factor(b)" or
// "~ 0 + a".
func (m *multilevelRun) design(formula string) (multilevel.Design, error) {
	var out multilevel.Design
	d, err := formulaRows{c: m.c, all: true}.design(formula)
	if err != nil {
		return out, err
	}
	out.Names = d.Names
	out.Columns = make([][]float64, len(d.Names))
	for j := range out.Columns {
		out.Columns[j] = make([]float64, m.c.Rows)
	}
	for i := 0; i < m.c.Rows; i++ {
		row := d.Row(i)
		for j := range out.Columns {
			out.Columns[j][i] = row[j]
			if d.Missing(i) {
				out.Columns[j][i] = math.NaN()
			}
		}
	}
	return out, nil
}

func (m *multilevelRun) threeLevel(ask any) any {
	return m.fits(ask, 0)
}

func (m *multilevelRun) che(ask any) any {
	return Tree{"rho": m.rho, "fits": m.fits(asTree(ask)["fits"], m.rho)}
}

func (m *multilevelRun) fits(ask any, rho float64) []Tree {
	var out []Tree
	for _, req := range asTrees(ask) {
		out = append(out, m.fit(req, multilevel.Design{}, rho))
	}
	return out
}

// fit answers one model request.
func (m *multilevelRun) fit(req Tree, design multilevel.Design, rho float64) Tree {
	out := Tree{"method": text(req, "method"), "test": text(req, "test")}
	if dfs := text(req, "dfs"); dfs != "" {
		out["dfs"] = dfs
	}
	r, err := multilevel.Fit(m.data, design, multilevel.Options{
		Method: multilevel.Method(text(req, "method")), Test: multilevel.Test(text(req, "test")),
		DF: multilevel.DF(text(req, "dfs")), Rho: rho, Level: m.c.level})
	if err != nil {
		out["error"] = err.Error()
		return out
	}
	m.describe(out, r)
	if _, ok := req["i2_multilevel"]; ok {
		out["i2_multilevel"] = Tree{"total": r.I2.Total, "cluster": r.I2.Between, "within": r.I2.Within}
	}
	if _, ok := req["predict"]; ok && r.Prediction != nil {
		p := r.Prediction
		out["predict"] = Tree{"pred": p.Estimate, "se": p.SE, "ci_lb": p.CILower, "ci_ub": p.CIUpper, "pi_lb": p.PILower, "pi_ub": p.PIUpper}
	}
	if robust, ok := req["robust"]; ok {
		out["robust"] = robustTree(asTree(robust), r)
	}
	return out
}

// describe writes the fit itself.
func (m *multilevelRun) describe(out Tree, r *multilevel.Result) {
	out["method"], out["test"] = string(r.Options.Method), string(r.Options.Test)
	out["k"], out["p"], out["coef_names"] = r.K, r.P, r.Names
	out["sigma2"] = []float64{r.Sigma2.Between, r.Sigma2.Within}
	out["beta"], out["se"], out["zval"] = oneOrAll(r.Beta), oneOrAll(r.SE), oneOrAll(r.Stat)
	out["pval"], out["ci_lb"], out["ci_ub"] = oneOrAll(r.PValue), oneOrAll(r.CILower), oneOrAll(r.CIUpper)
	if r.DF != nil {
		out["ddf"] = r.DF
	}
	out["qe"], out["qe_df"], out["qe_p"] = r.QE, r.QEDF, r.QEP
	out["log_lik_optimizer"] = r.LogLik // the reference keeps its optimiser's value apart; here it is the maximum itself
	out["log_lik"], out["aic"], out["bic"], out["aicc"] = r.LogLik, r.AIC, r.BIC, r.AICc
	omnibusTree(out, r.Omnibus)
	remark(out, "", r.Warnings.Texts())
}

func omnibusTree(out Tree, w multilevel.Wald) {
	if w.Terms == 0 {
		return
	}
	out["qm"], out["qm_p"] = w.Stat, w.PValue
	df2 := any(w.DF2)
	if w.DF2 == 0 {
		df2 = nil
	}
	out["qm_df"] = []any{w.DF1, df2}
}

// robustTree answers the robust analyses asked for.
func robustTree(req Tree, r *multilevel.Result) Tree {
	out := Tree{}
	for key := range req {
		switch key {
		case "cr0_no_adjust", "cr1_adjust":
			b, err := r.RobustNaive(key == "cr1_adjust")
			t := robustResult(b, err)
			if err == nil {
				t["df"] = b.DF[:1]
			}
			out[key] = t
		case "cr2_club_sandwich":
			b, err := r.Robust(multilevel.CR2)
			out[key] = robustResult(b, err)
		case "club_sandwich_types":
			types := Tree{}
			for name := range asTree(req[key]) {
				types[name] = clubTree(r, name)
			}
			out[key] = types
		}
	}
	return out
}

var robustKinds = map[string]multilevel.Kind{"cr0": multilevel.CR0, "cr1": multilevel.CR1, "cr1p": multilevel.CR1p,
	"cr1s": multilevel.CR1S, "cr2": multilevel.CR2, "cr3": multilevel.CR3}

func clubTree(r *multilevel.Result, name string) Tree {
	kind, ok := robustKinds[name]
	if !ok {
		return Tree{"error": fmt.Sprintf("unknown robust variance %q: use cr0, cr1, cr1p, cr1s, cr2 or cr3", name)}
	}
	b, err := r.Robust(kind)
	if err != nil {
		return Tree{"error": err.Error()}
	}
	return Tree{"se": b.SE, "tval": b.Stat, "df": b.DF, "pval": b.PValue}
}

func robustResult(b *multilevel.Robust, err error) Tree {
	if err != nil {
		return Tree{"error": err.Error()}
	}
	t := Tree{"se": oneOrAll(b.SE), "tval": oneOrAll(b.Stat), "pval": oneOrAll(b.PValue),
		"ci_lb": oneOrAll(b.CILower), "ci_ub": oneOrAll(b.CIUpper), "df": b.DF, "n_clusters": b.Clusters}
	omnibusTree(t, b.Omnibus)
	remark(t, "", b.Warnings.Texts())
	return t
}

// intervals gives the profile-likelihood intervals of the REML three-level model.
func (m *multilevelRun) intervals(any) any {
	r, err := multilevel.Fit(m.data, multilevel.Design{}, multilevel.Options{Level: m.c.level})
	if err != nil {
		return Tree{"error": err.Error()}
	}
	var out []Tree
	for i, comp := range []multilevel.Components{multilevel.BetweenOnly, multilevel.WithinOnly} {
		t := Tree{"component": "sigma2_" + strconv.Itoa(i+1)}
		ci, err := r.ProfileInterval(comp)
		if err != nil {
			t["error"] = err.Error()
		} else {
			t["est"], t["lb"], t["ub"] = ci.Estimate, ci.Lower, ci.Upper
		}
		out = append(out, t)
	}
	return out
}

// aggregate combines effects by cluster and pools the result.
func (m *multilevelRun) aggregate(ask any) any {
	req := asTree(ask)
	rho, ok := asNumber(req["rho"])
	if !ok {
		rho = m.rho
	}
	out := Tree{"rho": rho}
	agg, err := multilevel.Aggregate(m.data, rho)
	if err != nil {
		out["error"] = err.Error()
		return out
	}
	cluster, yi, vi := make([]string, len(agg)), make([]float64, len(agg)), make([]float64, len(agg))
	for i, a := range agg {
		cluster[i], yi[i], vi[i] = a.Cluster, a.Effect, a.Variance
	}
	out["cluster"], out["yi"], out["vi"] = cluster, yi, vi
	if _, ok := req["rma_reml_knha"]; ok {
		out["rma_reml_knha"] = m.clusterFreeFit(yi, vi, meta.REML, meta.KnHa)
	}
	return out
}

// clusterFreeFit is the univariate model that the clustered ones are compared with.
func (m *multilevelRun) clusterFreeFit(yi, vi []float64, method meta.Method, test meta.Test) Tree {
	r, err := meta.Fit(yi, vi, meta.Options{Method: method, Test: test, Unguarded: true, Level: m.c.level})
	if err != nil {
		return Tree{"error": err.Error()}
	}
	out := Tree{"method": string(r.Method), "test": string(r.Test), "k": r.K, "p": len(r.Coef), "tau2": r.Tau2, "se_tau2": r.SETau2}
	putOne(out, r.Coef[0])
	putHeterogeneity(out, &r.Fit)
	if df := r.Coef[0].DF; !math.IsInf(df, 1) {
		out["ddf"] = df
	}
	return out
}

// moderators fits the models with moderators, with and without sampling correlation.
func (m *multilevelRun) moderators(ask any) any {
	var out []Tree
	for _, req := range asTrees(ask) {
		t := Tree{"name": req["name"], "formula": req["formula"]}
		design, err := m.design(text(req, "formula"))
		for key, rho := range map[string]float64{"three_level": 0, "che": m.rho} {
			fit := asTree(req[key])
			switch {
			case fit == nil:
			case err != nil:
				t[key] = Tree{"error": err.Error()}
			default:
				t[key] = m.fit(fit, design, rho)
			}
		}
		out = append(out, t)
	}
	return out
}

// ordinary is the univariate random-effects model with robust variance.
func (m *multilevelRun) ordinary(ask any) any {
	req := asTree(ask)
	fit := asTree(req["fit"])
	out := Tree{"fit": m.clusterFreeFit(m.data.Effect, m.data.Variance, meta.Method(text(fit, "method")), meta.Test(text(fit, "test")))}
	r, err := multilevel.Fit(m.data, multilevel.Design{}, multilevel.Options{Method: multilevel.Method(text(fit, "method")),
		Components: multilevel.WithinOnly, Level: m.c.level})
	for key := range req {
		if key != "cr1_adjust" && key != "cr2_club_sandwich" && key != "cr0_no_adjust" {
			continue
		}
		if err != nil {
			out[key] = Tree{"error": err.Error()}
			continue
		}
		t := asTree(robustTree(Tree{key: Tree{}}, r)[key])
		if df, ok := t["df"].([]float64); ok {
			t["df"] = oneOrAll(df)
		}
		out[key] = t
	}
	return out
}

// moments fits robumeta's two models.
func (m *multilevelRun) moments(ask any) any {
	out := Tree{}
	for key := range asTree(ask) {
		var r *multilevel.Moments
		var err error
		switch key {
		case "corr_rho_0_8":
			r, err = multilevel.Correlated(m.data, multilevel.Design{}, 0.8, m.c.level)
		case "hier":
			r, err = multilevel.Hierarchical(m.data, multilevel.Design{}, m.c.level)
		default:
			continue
		}
		if err != nil {
			out[key] = Tree{"error": err.Error()}
			continue
		}
		b := r.Robust
		t := Tree{"b": oneOrAll(r.Beta), "se": oneOrAll(b.SE), "t": oneOrAll(b.Stat), "dfs": oneOrAll(b.DF),
			"p": oneOrAll(b.PValue), "ci_lb": oneOrAll(b.CILower), "ci_ub": oneOrAll(b.CIUpper), "tau_sq": r.Tau2}
		if key == "hier" {
			t["omega_sq"] = r.Omega2
		} else {
			t["i_2"] = r.I2
		}
		out[key] = t
	}
	return out
}

// oneOrAll is the value itself for models with one coefficient, else the array.
func oneOrAll(x []float64) any {
	if len(x) == 1 {
		return x[0]
	}
	return x
}
