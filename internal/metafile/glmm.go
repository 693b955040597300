package metafile

import (
	"fmt"
	"strings"

	"past/analysis/effect"
	"past/analysis/pooled2x2"
)

// glmmBlock fits the generalized linear mixed models that are asked for. Under
// log_lik it gives what metafor 3.8-1 calls the log-likelihood, the one with the
// random effects at their modes; log_lik_marginal is the likelihood that was
// maximised.
var glmmBlock = block{"glmm", func(c *Case) (any, error) {
	reqs := asTrees(c.Request["glmm"])
	out := make([]Tree, len(reqs))
	for i, req := range reqs {
		out[i] = echo(req)
		m, err := c.mixed(effect.Measure(strings.ToUpper(text(req, "measure"))), pooled2x2.Model(text(req, "model")))
		if err != nil {
			out[i]["error"] = err.Error()
			continue
		}
		for k, v := range map[string]any{"k": m.K, "beta": m.Beta, "se": m.SE, "zval": m.Z, "pval": m.P, "ci_lb": m.Lower,
			"ci_ub": m.Upper, "tau2": m.Tau2, "qe_wald": m.QWald, "qe_wald_p": m.QWaldP, "qe_lrt": m.QLRT, "qe_lrt_p": m.QLRTP,
			"log_lik": m.LogLikModes, "log_lik_marginal": m.LogLik} {
			out[i][k] = v
		}
		remark(out[i], "", m.Warnings.Texts())
	}
	return out, nil
}}

func (c *Case) mixed(m effect.Measure, model pooled2x2.Model) (pooled2x2.Mixed, error) {
	switch m {
	case effect.OR:
		t, err := c.tables()
		if err != nil {
			return pooled2x2.Mixed{}, err
		}
		return pooled2x2.FitTables(t, model, c.level)
	case effect.IRR:
		r, err := c.rates()
		if err != nil {
			return pooled2x2.Mixed{}, err
		}
		return pooled2x2.FitRates(r, model, c.level)
	case effect.PLO, effect.IRLN:
		x, err := c.Floats("xi")
		if err != nil {
			return pooled2x2.Mixed{}, err
		}
		size := "ni"
		if m == effect.IRLN {
			size = "ti"
		}
		n, err := c.Floats(size)
		if err != nil {
			return pooled2x2.Mixed{}, err
		}
		if m == effect.PLO {
			return pooled2x2.FitProportions(x, n, c.level)
		}
		return pooled2x2.FitIncidence(x, n, c.level)
	}
	return pooled2x2.Mixed{}, fmt.Errorf("there is no mixed model for measure %q: use OR, IRR, PLO or IRLN", m)
}
