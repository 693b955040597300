package metafile

import (
	stats "past/analysis"
	"past/analysis/bias"
	"past/analysis/meta"
)

// publicationBias answers the block of small-study and selection methods. Every entry asked for is answered on its own: one
// that cannot be computed becomes {"error": ...} and the others go on.
var publicationBias = block{"publication_bias", func(c *Case) (any, error) {
	req := asTree(c.Request["publication_bias"])
	s := bias.Studies{Y: c.Y, V: c.V}
	if c.NTotal != nil {
		s.N = Used(c, c.NTotal)
	}
	out := Tree{}
	for key, answer := range map[string]func(bias.Studies, Tree) Tree{
		"regtest": regressionTestTree, "tes": excessTree, "pet_peese": petPeeseTree, "selmodel": selectionTree, "trimfill": trimFillTree,
	} {
		if !has(req, key) {
			continue
		}
		list := []Tree{}
		for _, r := range asTrees(req[key]) {
			list = append(list, answer(s, r))
		}
		out[key] = list
	}
	if has(req, "ranktest") {
		out["ranktest"] = rankTestTree(s)
	}
	if has(req, "fsn") {
		fsn := Tree{}
		for name, r := range asTree(req["fsn"]) {
			fsn[name] = failSafeTree(s, name, asTree(r))
		}
		out["fsn"] = fsn
	}
	if has(req, "henmi_copas") {
		out["henmi_copas"] = henmiCopasTree(s)
	}
	return out, nil
}}

// failed turns an entry into its error.
func failed(t Tree, err error) Tree {
	t["error"] = err.Error()
	return t
}

// remark adds what a reader must know about an entry: why it is not to be read as a test, and warnings.
func remark(t Tree, limit string, warnings []string) Tree {
	if limit != "" {
		t["limit"] = limit
	}
	if len(warnings) > 0 {
		t["warnings"] = warnings
	}
	return t
}

func regressionTestTree(s bias.Studies, req Tree) Tree {
	t := echo(req)
	o := bias.RegressionOptions{Model: bias.RegressionModel(text(req, "model")), Predictor: bias.Predictor(text(req, "predictor"))}
	if o.Model != bias.Dispersion {
		o.Method, o.Test = meta.Method(text(req, "method")), meta.Test(text(req, "test"))
	}
	r, err := bias.RegressionTest(s, o)
	if err != nil {
		return failed(t, err)
	}
	t["name"], t["k"] = r.Method, r.K
	slope, c := r.Slope(), stats.ColumnsOf(r.Coef)
	t["statistic"], t["pval"], t["ddf"] = slope.Stat, slope.P, finiteOrNaN(slope.DF)
	t["limit_est"], t["limit_ci_lb"], t["limit_ci_ub"] = r.LimitEffect.Value, r.LimitEffect.Lower, r.LimitEffect.Upper
	t["beta"], t["se"] = c.Value, c.SE
	if r.Options.Model == bias.Dispersion {
		t["sigma2"] = r.Sigma2
	} else {
		t["tau2"] = r.Tau2
	}
	return remark(t, r.Limit, r.Warnings.Texts())
}

func rankTestTree(s bias.Studies) Tree {
	r, err := bias.RankTest(s)
	if err != nil {
		return failed(Tree{}, err)
	}
	return remark(Tree{"name": r.Method, "tau": r.Tau, "pval": r.P, "has_ties": r.Ties, "exact": r.Exact}, r.Limit, r.Warnings.Texts())
}

func trimFillTree(s bias.Studies, req Tree) Tree {
	t := echo(req)
	r, err := bias.TrimFill(s, bias.TrimFillOptions{Method: meta.Method(text(req, "method")),
		Estimator: bias.TrimFillEstimator(text(req, "estimator")), Side: bias.Side(text(req, "side_forced"))})
	if err != nil {
		return failed(t, err)
	}
	f := r.Fit
	if !has(req, "side_forced") {
		t["side"] = string(r.Side)
	}
	t["name"], t["k"], t["k0"], t["se_k0"], t["p_k0"] = r.Method, f.K, r.K0, r.SEK0, r.PK0
	putOne(t, f.Coef[0])
	t["tau2"], t["i2"], t["qe"] = f.Tau2, f.I2, f.Q.Value
	t["filled_yi"], t["filled_vi"] = r.FilledY, r.FilledV
	return remark(t, r.Limit, r.Warnings.Texts())
}

func failSafeTree(s bias.Studies, name string, req Tree) Tree {
	kind := map[string]bias.FailSafeKind{"rosenthal": bias.Rosenthal, "orwin": bias.Orwin, "orwin_target_0_1": bias.Orwin,
		"orwin_weighted": bias.OrwinWeighted, "rosenberg": bias.Rosenberg}
	k, known := kind[name]
	if !known {
		return Tree{"error": "unknown fail-safe number: ask for rosenthal, orwin, orwin_weighted or rosenberg"}
	}
	target, _ := asNumber(req["target"])
	r, err := bias.FailSafeN(s, k, target)
	if err != nil {
		return failed(echo(req), err)
	}
	return remark(Tree{"name": r.Method, "fsnum": r.N, "pval": r.P, "meanes": r.Mean, "target": r.Target}, "", r.Warnings.Texts())
}

func excessTree(s bias.Studies, req Tree) Tree {
	t := echo(req)
	f, err := meta.Fit(s.Y, s.V, meta.Options{Method: meta.Method(text(req, "method"))})
	if err != nil {
		return failed(t, err)
	}
	r, err := bias.ExcessSignificance(s, f.Coef[0].Value, f.Tau2, bias.MetaforReach)
	if err != nil {
		return failed(t, err)
	}
	sig := make([]int, r.K)
	for i, yes := range r.Significant {
		if yes {
			sig[i] = 1
		}
	}
	t["name"], t["k"], t["observed"], t["expected"], t["ratio"] = r.Method, r.K, r.Observed, r.Expected, r.Ratio
	t["chi2"], t["pval_chi2"], t["pval_binom"] = r.ChiSquared, r.PChiSquared, r.PBinomial
	t["theta"], t["tau2"], t["power"], t["observed_sig"] = r.Theta, r.Tau2, r.Power, sig
	return remark(t, r.Limit, r.Warnings.Texts())
}

// petPeeseTree answers one of the two lines; the model is "pet" or "peese" and the method "wls_lm" or one of the estimators.
func petPeeseTree(s bias.Studies, req Tree) Tree {
	t := echo(req)
	o := bias.PETPEESEOptions{Model: bias.Dispersion}
	if text(req, "method") != "wls_lm" {
		o = bias.PETPEESEOptions{Model: bias.MetaRegression, Method: meta.Method(text(req, "method")), Test: meta.Test(text(req, "test"))}
	}
	r, err := bias.PETPEESE(s, o)
	if err != nil {
		return failed(t, err)
	}
	line := r.PET
	if text(req, "model") == "peese" {
		line = r.PEESE
	}
	t["name"], t["chosen"] = r.Method, map[bool]string{false: "pet", true: "peese"}[r.UsesPEESE]
	putAll(t, line.Coef)
	if o.Model == bias.Dispersion {
		t["tval"], t["df"], t["sigma2"] = t["zval"], line.Coef[0].DF, line.Sigma2
		delete(t, "zval")
		return remark(t, r.Limit, r.Warnings.Texts())
	}
	t["k"], t["p"], t["coef_names"], t["vb"], t["tau2"] = line.K, len(line.Coef), line.Names, line.Cov, line.Tau2
	t["se_tau2"], t["r2"] = line.SETau2, line.R2
	putHeterogeneity(t, &line.Fit)
	putOmnibus(t, line.Omnibus)
	return remark(t, r.Limit, r.Warnings.Texts())
}

// henmiCopasTree gives the interval with the root tolerance of metafor's hc(), so that its printed numbers are repeated, and
// beside it the exact one.
func henmiCopasTree(s bias.Studies) Tree {
	exact, err := bias.HenmiCopas(s, bias.HenmiCopasOptions{})
	if err != nil {
		return failed(Tree{}, err)
	}
	r, err := bias.HenmiCopas(s, bias.HenmiCopasOptions{RootTolerance: bias.MetaforRootTolerance})
	if err != nil {
		return failed(Tree{}, err)
	}
	m, e := r.Coef[0], exact.Coef[0]
	t := Tree{"name": r.Method, "beta": m.Value, "se": m.SE, "ci_lb": m.Lower, "ci_ub": m.Upper, "tau2": r.Tau2, "ci_lb_exact": e.Lower,
		"ci_ub_exact": e.Upper}
	return remark(t, "", r.Warnings.Texts())
}

func selectionTree(s bias.Studies, req Tree) Tree {
	t := echo(req)
	o := bias.SelectionOptions{Kind: bias.SelectionKind(text(req, "type")), Alternative: bias.Alternative(text(req, "alternative"))}
	if o.Kind == bias.StepFunction {
		steps := req["steps"]
		if !has(req, "steps") {
			steps = req["steps_requested"]
		}
		o.Steps = asNumbers(steps)
	}
	r, err := bias.FitSelection(s, o)
	if err != nil {
		return failed(t, err)
	}
	t["name"], t["k"] = r.Method, r.K
	if o.Kind == bias.StepFunction && !has(req, "steps") {
		t["steps"] = r.Options.Steps
	}
	putOne(t, r.Coef[0])
	d := stats.ColumnsOf(r.Delta)
	t["tau2"], t["se_tau2"], t["delta"], t["se_delta"] = r.Tau2, r.SETau2, d.Value, d.SE
	t["zval_delta"], t["pval_delta"], t["ci_lb_delta"], t["ci_ub_delta"] = d.Stat, d.P, d.Lower, d.Upper
	t["lrt"], t["lrt_df"], t["lrt_p"], t["lrt_tau2"], t["lrt_tau2_p"] = r.LRT.Value, r.LRT.DF, r.LRT.P, r.LRTTau2.Value, r.LRTTau2.P
	t["log_lik"], t["beta_unadjusted"], t["tau2_unadjusted"] = r.LogLik, r.UncorrectedBeta, r.UncorrectedTau2
	polishedSE := append([]float64(nil), d.SE...)
	if o.Kind == bias.StepFunction {
		t["pval_counts"] = r.Counts
		polishedSE[0] = 0 // the first weight is held at 1
	}
	t["polished"] = Tree{"beta": r.Coef[0].Value, "tau2": r.Tau2, "delta": d.Value, "log_lik": r.LogLik, "se_beta": r.Coef[0].SE,
		"se_tau2": r.SETau2, "se_delta": polishedSE, "max_abs_gradient": r.MaxGradient}
	return remark(t, r.Limit, r.Warnings.Texts())
}
