package answer

import (
	"math"

	"past/analysis"
	"past/analysis/meta"
	"past/internal/metafile/plan"
)

func regression(a plan.Regressed) Tree {
	out := entry(a, func(t Tree, m plan.Moderated) {
		t["fits"], t["reference_levels"] = list(m.Fits, moderatedFit), m.References
		if a.Asked.LRT {
			t["lrt_ml"] = entryOf(m.LRT, func(t Tree, l plan.Nested) {
				Put(t, "lrt pval df log_lik_full log_lik_reduced", l.Value, l.P, l.DF, l.Full.FitML.LogLik, l.Reduced.FitML.LogLik)
			})
		}
	})
	out["factor_coding"] = "treatment; reference = first level in sort order"
	return out
}

// entryOf is entry for questions that say nothing themselves.
func entryOf[Q, A any](a plan.Answer[Q, A], write func(Tree, A)) Tree {
	return entry(plan.Answer[struct{}, A]{Got: a.Got, Err: a.Err}, write)
}

func moderatedFit(a plan.Fitted) Tree {
	return entry(a, func(t Tree, r *meta.Result) {
		moderated(t, a.Asked, r)
		if a.Asked.VIF {
			names, vif, err := r.VIF()
			if t["vif"] = (Tree{"coef_names": names, "vif": vif}); err != nil {
				t["vif"] = failed(Tree{}, err)
			}
		}
		if a.Asked.Fitted {
			t["fitted"] = fitted(r)
		}
		if a.Asked.Influence {
			t["influence"] = Influence(r, r.Influence())
		}
		if a.Asked.Residuals {
			t["residuals"] = residuals(r)
		}
	})
}

// moderated answers coefficients as arrays, and the omnibus test.
func moderated(t Tree, q plan.Fit, r *meta.Result) {
	describe(t, q, r)
	regressed(t, &r.Fit)
	if u := r.Unguarded; u != nil {
		c := analysis.ColumnsOf(u.Coef)
		Put(t, "ci_unguarded_lb ci_unguarded_ub", c.Lower, c.Upper)
	}
}

// regressed answers what a fit with moderators has beside a mean's.
func regressed(t Tree, f *analysis.Fit) {
	estimates(t, f.Coef)
	omnibus(t, f.Omnibus)
	Put(t, "coef_names vb r2", f.Names, f.Cov, f.R2)
}

func fitted(r *meta.Result) Tree {
	t := Tree{}
	var pred, se, lb, ub, plb, pub []float64
	for _, p := range r.Fitted() {
		pred, se, lb, ub = append(pred, p.Value), append(se, p.SE), append(lb, p.CI.Lower), append(ub, p.CI.Upper)
		plb, pub = append(plb, p.PI.Lower), append(pub, p.PI.Upper)
	}
	Put(t, "pred se ci_lb ci_ub", pred, se, lb, ub)
	if len(plb) > 0 && !math.IsNaN(plb[0]) {
		Put(t, "pi_lb pi_ub", plb, pub)
	}
	return t
}

// Influence answers the case-deletion diagnostics of a fit. With moderators dfbs is a
// list: one array for each coefficient, then the row numbers and the number of
// decimals (4, nine times) that R's print method attaches to such a list.
func Influence(r *meta.Result, in *meta.Influence) Tree {
	t := Tree{"rstudent": in.RStudent, "dffits": in.DFFits, "cook_d": in.CookD, "cov_r": in.CovR,
		"tau2_del": in.Tau2Del, "qe_del": in.QEDel, "hat": in.Hat, "weight": in.Weight,
		"is_influential": in.Influential}
	if len(in.DFBetas) == 1 {
		t["dfbs"] = in.DFBetas[0]
		return t
	}
	rows, decimals := make([]float64, r.K), make([]float64, 9)
	for i, row := range r.Rows {
		rows[i] = float64(row + 1)
	}
	for i := range decimals {
		decimals[i] = 4
	}
	t["dfbs"] = append(append([][]float64(nil), in.DFBetas...), rows, decimals)
	return t
}

func residuals(r *meta.Result) Tree {
	s := r.Residuals()
	return Tree{"resid": s.Resid, "rstandard_se": s.StdSE, "rstandard_z": s.StdZ,
		"rstudent_resid": s.StudResid, "rstudent_se": s.StudSE, "rstudent_z": s.StudZ}
}

func grouping(a plan.Grouped) Tree {
	t := Echo(a.Asked)
	if a.Err != nil {
		return failed(t, a.Err)
	}
	t["by_method"] = list(a.Got, func(m plan.Answer[plan.GroupFit, plan.Groups]) Tree {
		return entry(m, func(b Tree, g plan.Groups) {
			levels := make([]string, len(g.Groups))
			groups := list(g.Fits, fit)
			for i, s := range g.Groups {
				levels[i], groups[i]["level"] = s.Level, s.Level
			}
			t["levels"], b["groups"] = levels, groups
			b["q_between_separate_tau2"] = Tree{"q_between": g.QBetween, "df": g.QBetweenDF, "p": g.QBetweenP}
			b["common_tau2"] = common(m.Asked.Common, g.CommonTau2)
			b["common_tau2_no_intercept"] = common(m.Asked.NoIntercept, g.NoIntercept)
			remark(b, "", g.Warnings.Texts())
		})
	})
	return t
}

func common(q plan.Fit, r *meta.Result) Tree {
	t := Echo(q)
	if r == nil {
		t["error"] = "one tau2 for all groups could not be estimated"
		return t
	}
	moderated(t, q, r)
	return t
}
