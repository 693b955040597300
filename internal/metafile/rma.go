package metafile

import (
	"fmt"
	"math"
	"sort"

	stats "past/analysis"
	"past/analysis/meta"
)

// rmaBlock fits the model without moderators by each method and test asked for.
var rmaBlock = block{"rma", func(c *Case) (any, error) {
	var out []Tree
	for _, req := range asTrees(c.Request["rma"]) {
		out = append(out, c.rma(req, c.Y, c.V, meta.Options{}))
	}
	return out, nil
}}

// rmaGenqBlock is the generalized Q estimator, with its weights used for the mean
// as well.
var rmaGenqBlock = block{"rma_genq", func(c *Case) (any, error) {
	req := asTree(c.Request["rma_genq"])
	w := make([]float64, len(c.V))
	for i, v := range c.V {
		switch rule := text(req, "weights_rule"); rule {
		case "1/sqrt(vi)", "":
			w[i] = 1 / math.Sqrt(v)
		case "1/vi":
			w[i] = 1 / v
		case "1":
			w[i] = 1
		default:
			return nil, fmt.Errorf("weights_rule %q is not known: use 1/sqrt(vi), 1/vi or 1", rule)
		}
	}
	return c.rma(req, c.Y, c.V, meta.Options{Weights: w}), nil
}}

// rmaUnweightedBlock gives every study the same weight in the mean.
var rmaUnweightedBlock = block{"rma_reml_unweighted", func(c *Case) (any, error) {
	return c.rma(asTree(c.Request["rma_reml_unweighted"]), c.Y, c.V, meta.Options{Unweighted: true}), nil
}}

// rmaFixedBlock holds tau2 at "tau2_given".
var rmaFixedBlock = block{"rma_tau2_fixed", func(c *Case) (any, error) {
	req := asTree(c.Request["rma_tau2_fixed"])
	t, ok := asNumber(req["tau2_given"])
	if !ok {
		return nil, fmt.Errorf(`rma_tau2_fixed needs "tau2_given", a number`)
	}
	return c.rma(req, c.Y, c.V, meta.Options{Tau2: &t}), nil
}}

// rma fits one model to effects y and variances v and answers what req asks.
func (c *Case) rma(req Tree, y, v []float64, opt meta.Options) Tree {
	t := echo(req)
	opt.Method, opt.Test = meta.Method(text(req, "method")), meta.Test(text(req, "test"))
	opt.Unguarded, opt.Level = c.unguarded, c.level
	r, err := meta.Fit(y, v, opt)
	if err != nil {
		t["error"] = err.Error()
		return t
	}
	fitTree(t, req, r)
	putOne(t, r.Coef[0])
	if u := r.Unguarded; u != nil {
		t["ci_unguarded_lb"], t["ci_unguarded_ub"], t["pval_unguarded"] = u.Coef[0].Lower, u.Coef[0].Upper, u.Coef[0].P
	}
	if has(req, "predict") {
		t["predict"] = predictTree(r.Predict(), true)
	}
	if has(req, "predict_exp") {
		t["predict_exp"] = predictTree(r.Predict().Exp(), false)
	}
	return t
}

// fitTree answers what models with and without moderators share.
func fitTree(t, req Tree, r *meta.Result) {
	t["k"], t["p"] = r.K, len(r.Coef)
	putHeterogeneity(t, &r.Fit)
	t["tau2"], t["se_tau2"] = r.Tau2, r.SETau2
	t["i2_q"], t["i2_tau2"] = r.I2Q, r.I2T
	if !math.IsInf(r.Coef[0].DF, 1) {
		t["ddf"] = r.Coef[0].DF
	}
	if m := r.Method; m == meta.ML || m == meta.REML || m == meta.EB {
		t["threshold_used"] = 1e-13 * median(r.Vi)
		t["tau2_effectively_zero"] = r.Tau2 <= 1e-9*median(r.Vi)
	}
	if has(req, "fit_stats") {
		t["fit_stats"] = Tree{"ml": statsTree(r.FitML), "reml": statsTree(r.FitREML)}
	}
	if has(req, "confint_q_profile") {
		v, err := r.QProfile()
		t["confint_q_profile"] = varianceTree(v, err)
	}
	if has(req, "confint_profile_likelihood") {
		v, err := r.ProfileLikelihood()
		t["confint_profile_likelihood"] = varianceTree(v, err)
	}
	remark(t, "", r.Warnings.Texts())
}

func median(x []float64) float64 {
	s := append([]float64(nil), x...)
	sort.Float64s(s)
	n := len(s)
	return (s[(n-1)/2] + s[n/2]) / 2
}

func statsTree(f stats.Likelihood) Tree {
	return Tree{"log_lik": f.LogLik, "deviance": f.Deviance, "aic": f.AIC, "bic": f.BIC, "aicc": f.AICc}
}

func varianceTree(v *meta.VarianceInterval, err error) Tree {
	if err != nil {
		return Tree{"error": err.Error()}
	}
	return Tree{"tau2_lb": v.Tau2.Lower, "tau2_ub": v.Tau2.Upper, "tau_lb": v.Tau.Lower, "tau_ub": v.Tau.Upper,
		"i2_lb": v.I2.Lower, "i2_ub": v.I2.Upper, "h2_lb": v.H2.Lower, "h2_ub": v.H2.Upper, "ci_null": v.Empty}
}

// predictTree is a prediction; without se and the other conventions when back-transformed.
func predictTree(p meta.Prediction, full bool) Tree {
	t := Tree{"pred": p.Value, "ci_lb": p.CI.Lower, "ci_ub": p.CI.Upper}
	random := !math.IsNaN(p.PI.Lower)
	if random {
		t["pi_lb"], t["pi_ub"] = p.PI.Lower, p.PI.Upper
	}
	if full {
		t["se"] = p.SE
		if random {
			t["pi_riley_lb"], t["pi_riley_ub"], t["pi_riley_df"] = p.Riley.Lower, p.Riley.Upper, p.RileyDF
			t["pi_t_lb"], t["pi_t_ub"], t["pi_t_df"] = p.T.Lower, p.T.Upper, p.TDF
			t["pi_classic_t_lb"], t["pi_classic_t_ub"] = p.ClassicT.Lower, p.ClassicT.Upper
			t["pi_classic_hts_lb"], t["pi_classic_hts_ub"] = p.ClassicHTS.Lower, p.ClassicHTS.Upper
		}
	}
	return t
}
