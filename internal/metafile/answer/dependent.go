package answer

import (
	"math"
	"strconv"

	"past/analysis"
	"past/analysis/multilevel"
	"past/internal/metafile/plan"
)

func dependent(r *plan.Result) any {
	q, d := r.Plan.Dependent, r.Dependent
	out := Echo(*q)
	if q.Three != nil {
		out["three_level"] = list(d.Three, levels)
	}
	if q.CHE != nil {
		out["che"] = Tree{"rho": d.Rho, "fits": list(d.CHE, levels)}
	}
	if q.Intervals != nil {
		var intervals []Tree
		for i, a := range d.Intervals {
			t := entryOf(a, func(t Tree, c plan.Component) { Put(t, "est lb ub", c.Value, c.Lower, c.Upper) })
			t["component"] = "sigma2_" + strconv.Itoa(i+1)
			intervals = append(intervals, t)
		}
		out["three_level_confint"] = intervals
	}
	if q.Aggregate != nil {
		t := Tree{"rho": d.Aggregate.Got.Rho}
		if a := d.Aggregate; a.Err != nil {
			failed(t, a.Err)
		} else {
			Put(t, "cluster yi vi", a.Got.Cluster, a.Got.Yi, a.Got.Vi)
			if q.Aggregate.Fit {
				t["rma_reml_knha"] = univariate(a.Got.Fit)
			}
		}
		out["aggregate_rho"] = t
	}
	if q.Mods != nil {
		out["mods"] = list(d.Mods, func(m plan.ModeratedLevels) Tree {
			t := Tree{"name": m.Asked.Name, "formula": m.Asked.Formula, "reference_levels": r.References(m.Asked.Formula)}
			for key, a := range map[string]plan.Answer[*plan.LevelFit, plan.Levels]{"three_level": m.Three, "che": m.CHE} {
				if a.Asked != nil {
					t[key] = levels(plan.Answer[plan.LevelFit, plan.Levels]{Asked: *a.Asked, Got: a.Got, Err: a.Err})
				}
			}
			return t
		})
	}
	if q.Ordinary != nil {
		t := robust(q.Ordinary.RobustKinds, d.Ordinary.Robust, d.Ordinary.Err)
		for _, v := range t {
			if df, ok := v.(Tree)["df"].([]float64); ok { // of the only coefficient
				v.(Tree)["df"] = df[0]
			}
		}
		t["fit"] = univariate(d.Ordinary.Fit)
		out["ordinary_rma_robust"] = t
	}
	if q.Moments != nil {
		t := Tree{}
		for name, a := range d.Moments {
			t[name] = moments(name, a)
		}
		out["robumeta"] = t
	}
	return out
}

func moments(name string, a plan.Answer[plan.Moments, *multilevel.Moments]) Tree {
	return entry(a, func(t Tree, m *multilevel.Moments) {
		b := m.Coef[0]
		Put(t, "b se t dfs p ci_lb ci_ub tau_sq", b.Value, b.SE, b.Stat, b.DF, b.P, b.Lower, b.Upper, m.Tau2)
		if name == "hier" {
			t["omega_sq"] = m.Omega2
		} else {
			t["i_2"] = m.I2
		}
	})
}

// univariate is the model that those of dependent effects are compared with.
func univariate(a plan.Fitted) Tree {
	if a.Err != nil {
		return failed(Tree{}, a.Err)
	}
	r := a.Got
	t := Tree{"method": r.Method, "test": r.Test}
	numbers(t, r)
	estimate(t, r.Coef[0])
	return t
}

func levels(a plan.Answer[plan.LevelFit, plan.Levels]) Tree {
	return entry(a, func(t Tree, l plan.Levels) {
		r := l.Result
		Put(t, "method test k p coef_names sigma2", r.Options.Method, r.Options.Test, r.K, len(r.Coef), r.Names,
			[]float64{r.Sigma2.Between, r.Sigma2.Within})
		coefficients(t, r.Coef)
		Put(t, "qe qe_df qe_p log_lik aic bic aicc", r.Q.Value, r.Q.DF, r.Q.P, r.LogLik, r.AIC, r.BIC, r.AICc)
		t["log_lik_optimizer"] = r.LogLik // the reference keeps its optimiser's value apart; here it is the maximum itself
		if df := analysis.ColumnsOf(r.Coef).DF; !math.IsInf(df[0], 1) {
			t["ddf"] = df
		}
		joint(t, r.Omnibus)
		remark(t, "", r.Warnings.Texts())
		if a.Asked.I2 {
			t["i2_multilevel"] = Tree{"total": r.I2, "cluster": r.I2Level.Between, "within": r.I2Level.Within}
		}
		if p, e := r.Prediction, r.Coef[0]; bool(a.Asked.Predict) && !math.IsNaN(p.Lower) {
			t["predict"] = Tree{"pred": e.Value, "se": e.SE, "ci_lb": e.Lower, "ci_ub": e.Upper, "pi_lb": p.Lower, "pi_ub": p.Upper}
		}
		if a.Asked.Robust != nil {
			t["robust"] = robust(*a.Asked.Robust, l.Robust, nil)
		}
	})
}

// joint answers the test of the moderators where there are any.
func joint(t Tree, s analysis.Statistic) {
	if !math.IsNaN(s.DF) {
		omnibus(t, s)
	}
}

// robust answers the robust analyses asked for.
func robust(q plan.RobustKinds, of plan.Robust, err error) Tree {
	out := Tree{}
	for _, k := range []struct {
		name  string
		asked plan.Asked
		a     plan.Answer[plan.Asked, *multilevel.Robust]
		naive bool
	}{{"cr0_no_adjust", q.CR0, of.CR0, true}, {"cr1_adjust", q.CR1, of.CR1, true}, {"cr2_club_sandwich", q.CR2, of.CR2, false}} {
		if !k.asked {
			continue
		}
		if err != nil {
			k.a.Err = err
		}
		out[k.name] = entryOf(k.a, func(t Tree, b *multilevel.Robust) {
			coefficients(t, b.Coef)
			df := analysis.ColumnsOf(b.Coef).DF
			if k.naive {
				df = df[:1]
			}
			Put(t, "tval df n_clusters", t["zval"], df, b.Clusters)
			delete(t, "beta")
			delete(t, "zval")
			joint(t, b.Omnibus)
			remark(t, "", b.Warnings.Texts())
		})
	}
	if q.Types != nil && of.Types != nil {
		types := Tree{}
		for name, a := range of.Types {
			types[name] = entryOf(a, func(t Tree, b *multilevel.Robust) {
				c := analysis.ColumnsOf(b.Coef)
				Put(t, "se tval df pval", c.SE, c.Stat, c.DF, c.P)
			})
		}
		out["club_sandwich_types"] = types
	}
	return out
}

// Given is a model of effects with a known covariance of sampling errors.
func Given(g *multilevel.Given) Tree {
	e := g.Coef[0]
	return Tree{"k": g.K, "n_clusters": g.Clusters, "beta": e.Value, "se": e.SE, "pval": e.P, "ci_lb": e.Lower, "ci_ub": e.Upper,
		"sigma2": []float64{g.Sigma2.Between, g.Sigma2.Within}, "log_lik": g.LogLik}
}

func dose(r *plan.Result) any {
	m := r.Dose
	sd := make([]float64, len(m.Psi))
	for j := range sd {
		sd[j] = math.Sqrt(m.Psi[j][j])
	}
	c := analysis.ColumnsOf(m.Coef)
	t := Tree{"formula": m.Formula, "covariance": m.How, "k": m.K, "n_studies": m.Clusters, "coef_names": m.Names, "beta": c.Value, "se": c.SE,
		"pval": c.P, "ci_lb": c.Lower, "ci_ub": c.Upper, "psi": m.Psi, "sd_between": sd, "log_lik": m.LogLik}
	if df := m.Coef[0].DF; !math.IsInf(df, 1) {
		t["ddf"] = df
	}
	t["curve"] = list(m.Curve, func(p plan.DosePoint) Tree {
		return Tree{"dose": p.Dose, "pred": p.Pred, "ci_lb": p.Lower, "ci_ub": p.Upper}
	})
	return remark(t, "", m.Warnings.Texts())
}
