package answer

import (
	"past/analysis"
	"past/analysis/bias"
	"past/internal/metafile/plan"
)

func publicationBias(r *plan.Result) any {
	q, b, out := r.Plan.Bias, r.Bias, Tree{}
	add(out, "regtest", b.Regression, regressionTest)
	add(out, "tes", b.Excess, excess)
	add(out, "pet_peese", b.PETPEESE, petPeese)
	add(out, "selmodel", b.Selection, selection)
	add(out, "trimfill", b.TrimFill, trimFill)
	if q.Rank {
		out["ranktest"] = entryOf(b.Rank, func(t Tree, r bias.RankResult) {
			Put(t, "name tau pval has_ties exact", r.Method, r.Tau, r.P, r.Ties, r.Exact)
			remark(t, r.Limit, r.Warnings.Texts())
		})
	}
	if q.FailSafe != nil {
		fsn := Tree{}
		for name, a := range b.FailSafe {
			fsn[name] = entry(a, func(t Tree, r bias.FailSafeResult) {
				Put(t, "name fsnum pval meanes target", r.Method, r.N, r.P, r.Mean, r.Target)
				remark(t, "", r.Warnings.Texts())
			})
		}
		out["fsn"] = fsn
	}
	if q.HenmiCopas {
		out["henmi_copas"] = entryOf(b.HenmiCopas, func(t Tree, h plan.HenmiCopas) {
			m, exact := h.Printed.Coef[0], h.Exact.Coef[0]
			Put(t, "name beta se ci_lb ci_ub tau2 ci_lb_exact ci_ub_exact", h.Printed.Method, m.Value, m.SE, m.Lower, m.Upper, h.Printed.Tau2,
				exact.Lower, exact.Upper)
			remark(t, "", h.Printed.Warnings.Texts())
		})
	}
	return out
}

func regressionTest(t Tree, q plan.RegressionTest, r bias.RegressionResult) {
	slope, c, at0 := r.Slope(), analysis.ColumnsOf(r.Coef), r.LimitEffect
	Put(t, "name k statistic pval ddf limit_est limit_ci_lb limit_ci_ub beta se", r.Method, r.K, slope.Stat, slope.P, finite(slope.DF),
		at0.Value, at0.Lower, at0.Upper, c.Value, c.SE)
	if r.Options.Model == bias.Dispersion {
		t["sigma2"] = r.Sigma2
	} else {
		t["tau2"] = r.Tau2
	}
	remark(t, r.Limit, r.Warnings.Texts())
}

func trimFill(t Tree, q plan.TrimFill, r bias.TrimFillResult) {
	f := r.Fit
	if q.Side == "" {
		t["side"] = r.Side
	}
	Put(t, "name k k0 se_k0 p_k0 filled_yi filled_vi", r.Method, f.K, r.K0, r.SEK0, r.PK0, r.FilledY, r.FilledV)
	estimate(t, f.Coef[0])
	Put(t, "tau2 i2 qe", f.Tau2, f.I2, f.Q.Value)
	remark(t, r.Limit, r.Warnings.Texts())
}

func excess(t Tree, q plan.Excess, r bias.ExcessResult) {
	significant := make([]int, r.K)
	for i, yes := range r.Significant {
		if yes {
			significant[i] = 1
		}
	}
	Put(t, "name k observed expected ratio chi2 pval_chi2 pval_binom theta tau2 power observed_sig", r.Method, r.K, r.Observed, r.Expected,
		r.Ratio, r.ChiSquared, r.PChiSquared, r.PBinomial, r.Theta, r.Tau2, r.Power, significant)
	remark(t, r.Limit, r.Warnings.Texts())
}

// petPeese answers the line asked for; an estimator's has what a regression has.
func petPeese(t Tree, q plan.PETPEESE, r bias.PETPEESEResult) {
	line := r.PET
	if q.Model == "peese" {
		line = r.PEESE
	}
	Put(t, "name chosen", r.Method, map[bool]string{false: "pet", true: "peese"}[r.UsesPEESE])
	if q.Method == plan.Lines {
		estimates(t, line.Coef)
		Put(t, "tval df sigma2", t["zval"], line.Coef[0].DF, line.Sigma2)
		delete(t, "zval")
	} else {
		Put(t, "k p", line.K, len(line.Coef))
		heterogeneity(t, &line.Fit)
		regressed(t, &line.Fit)
	}
	remark(t, r.Limit, r.Warnings.Texts())
}

func selection(t Tree, q plan.Selection, r bias.SelectionResult) {
	step := q.Kind == bias.StepFunction
	if step && q.Steps == nil {
		t["steps"] = r.Options.Steps
	}
	m, d := r.Coef[0], analysis.ColumnsOf(r.Delta)
	estimate(t, m)
	Put(t, "name k tau2 se_tau2 delta se_delta zval_delta pval_delta ci_lb_delta ci_ub_delta", r.Method, r.K, r.Tau2, r.SETau2, d.Value,
		d.SE, d.Stat, d.P, d.Lower, d.Upper)
	Put(t, "lrt lrt_df lrt_p lrt_tau2 lrt_tau2_p", r.LRT.Value, r.LRT.DF, r.LRT.P, r.LRTTau2.Value, r.LRTTau2.P)
	Put(t, "log_lik beta_unadjusted tau2_unadjusted", r.LogLik, r.UncorrectedBeta, r.UncorrectedTau2)
	polished := append([]float64(nil), d.SE...)
	if step {
		t["pval_counts"] = r.Counts
		polished[0] = 0 // the first weight is held at 1
	}
	t["polished"] = Tree{"beta": m.Value, "tau2": r.Tau2, "delta": d.Value, "log_lik": r.LogLik, "se_beta": m.SE, "se_tau2": r.SETau2,
		"se_delta": polished, "max_abs_gradient": r.MaxGradient}
	remark(t, r.Limit, r.Warnings.Texts())
}
