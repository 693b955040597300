package answer

import (
	"past/analysis"
	"past/analysis/meta"
	"past/internal/metafile/plan"
)

func sensitivity(r *plan.Result) any {
	q, s, out := r.Plan.Sensitivity, r.Sensitivity, Tree{}
	if q.LeaveOneOut != nil {
		out["leave1out"] = list(s.LeaveOneOut, func(a plan.Answer[plan.Fit, []analysis.Fit]) Tree {
			return entry(a, func(t Tree, f []analysis.Fit) { Series(t, f, a.Asked.Test) })
		})
	}
	if q.Influence != nil {
		out["influence"] = list(s.Influence, func(a plan.Answer[plan.Fit, *meta.Influence]) Tree {
			return entry(a, func(t Tree, in *meta.Influence) {
				for k, v := range Influence(nil, in) {
					t[k] = v
				}
			})
		})
	}
	if q.Cumulative != nil {
		out["cumul"] = list(s.Cumulative, func(a plan.Answer[plan.Fit, plan.Cumulated]) Tree {
			return entry(a, func(t Tree, c plan.Cumulated) {
				Series(t, c.Fits, a.Asked.Test)
				if c.Order != nil {
					index := make([]int, len(c.Order))
					for i, o := range c.Order {
						index[i] = o + 1
					}
					t["order_index"] = index
				}
			})
		})
	}
	if q.Baujat != nil {
		out["baujat"] = list(s.Baujat, func(a plan.Answer[plan.Fit, *meta.Baujat]) Tree {
			return entry(a, func(t Tree, b *meta.Baujat) { Put(t, "x y", b.X, b.Y) })
		})
	}
	if q.BLUP != nil {
		out["blup"] = list(s.BLUP, func(a plan.Answer[plan.Fit, *meta.BLUP]) Tree {
			return entry(a, func(t Tree, b *meta.BLUP) {
				Put(t, "pred se pi_lb pi_ub ranef_pred ranef_se ranef_pi_lb ranef_pi_ub", b.Pred, b.SE, b.Lb, b.Ub, b.RanefPred, b.RanefSE,
					b.RanefLb, b.RanefUb)
			})
		})
	}
	if q.GOSH != nil {
		out["gosh"] = list(s.GOSH, func(a plan.Answer[plan.GOSH, *meta.GOSHResult]) Tree {
			return entry(a, func(t Tree, g *meta.GOSHResult) {
				Put(t, "subsets exhaustive subset_sizes estimate qe i2", g.Subsets, g.Exhaustive, subsets(r.K), summary(g.Estimate), summary(g.Q),
					summary(g.I2))
				if a.Asked.Tau2 {
					t["tau2"] = summary(g.Tau2)
				}
			})
		})
	}
	primary(out, q, s.Primary)
	return out
}

// primary answers what is asked of the REML fit with z tests.
func primary(out Tree, q *plan.Sensitivity, a plan.Fitted) {
	add := func(name string, asked bool, value func(*meta.Result) any) {
		switch {
		case a.Err == nil && asked:
			out[name] = value(a.Got)
		case asked:
			out[name] = failed(Tree{}, a.Err)
		}
	}
	add("weights_percent", bool(q.Weights) || a.Err == nil, func(r *meta.Result) any { return r.Weights })
	add("residuals", bool(q.Residuals), func(r *meta.Result) any { return residuals(r) })
	add("qqnorm", bool(q.QQNorm), func(r *meta.Result) any {
		n := r.QQNorm()
		return Tree{"x": n.X, "y": n.Y}
	})
}

// Series answers fits to a series of parts of the studies; the statistic is named by
// the distribution of the test asked for.
func Series(t Tree, list []analysis.Fit, test meta.Test) {
	var coef []analysis.Estimate
	var q, p, tau2, i2, h2 []float64
	for _, f := range list {
		coef = append(coef, f.Coef[0])
		q, p, tau2, i2, h2 = append(q, f.Q.Value), append(p, f.Q.P), append(tau2, f.Tau2), append(i2, f.I2), append(h2, f.H2)
	}
	estimates(t, coef)
	t["estimate"] = t["beta"]
	if test, err := meta.ParseTest(string(test)); err != nil || test != meta.Z {
		t["tval"] = t["zval"]
		delete(t, "zval")
	}
	delete(t, "beta")
	Put(t, "q q_p tau2 i2 h2", q, p, tau2, i2, h2)
}

func summary(s meta.Summary) Tree {
	return Tree{"mean": s.Mean, "sd": s.SD, "min": s.Min, "max": s.Max, "median": s.Median}
}
