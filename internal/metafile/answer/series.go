package answer

import (
	"fmt"
	"maps"

	"past/analysis"
	"past/analysis/meta"
	"past/internal/metafile/plan"
)

func sensitivity(r *plan.Result) any {
	s, out := r.Sensitivity, Tree{}
	add(out, "leave1out", s.LeaveOneOut, func(t Tree, q plan.Fit, f []analysis.Fit) { Series(t, f, q.Test) })
	add(out, "influence", s.Influence, func(t Tree, _ plan.Fit, in *meta.Influence) { maps.Copy(t, Influence(nil, in)) })
	add(out, "cumul", s.Cumulative, func(t Tree, q plan.Fit, c plan.Cumulated) {
		Series(t, c.Fits, q.Test)
		if c.Order != nil {
			index := make([]int, len(c.Order))
			for i, o := range c.Order {
				index[i] = o + 1
			}
			t["order_index"] = index
		}
	})
	add(out, "baujat", s.Baujat, func(t Tree, _ plan.Fit, b *meta.Baujat) { Put(t, "x y", b.X, b.Y) })
	add(out, "blup", s.BLUP, func(t Tree, _ plan.Fit, b *meta.BLUP) {
		Put(t, "pred se pi_lb pi_ub ranef_pred ranef_se ranef_pi_lb ranef_pi_ub", b.Pred, b.SE, b.Lb, b.Ub, b.RanefPred, b.RanefSE, b.RanefLb,
			b.RanefUb)
	})
	add(out, "gosh", s.GOSH, func(t Tree, q plan.GOSH, g *meta.GOSHResult) {
		Put(t, "subsets exhaustive subset_sizes estimate qe i2", g.Subsets, g.Exhaustive, fmt.Sprintf("1..%d", r.K), summary(g.Estimate),
			summary(g.Q), summary(g.I2))
		if q.Tau2 {
			t["tau2"] = summary(g.Tau2)
		}
	})
	primary(out, r.Plan.Sensitivity, s.Primary)
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
