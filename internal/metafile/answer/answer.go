package answer

import (
	"math"
	"slices"
	"strings"

	"past/analysis"
	"past/analysis/meta"
	"past/analysis/pooled2x2"
	"past/internal/metafile/plan"
)

// writers write the blocks by their names.
var writers = map[string]func(*plan.Result) any{
	"analysis": func(r *plan.Result) any {
		return Tree{"measure": r.Measure, "yi": r.Yi, "vi": r.Vi, "rows_used": r.RowsUsed, "k": r.K}
	},
	"escalc":              variants,
	"rma":                 func(r *plan.Result) any { return list(r.Fits, fit) },
	"rma_genq":            func(r *plan.Result) any { return fit(r.GenQ) },
	"rma_reml_unweighted": func(r *plan.Result) any { return fit(r.Unweighted) },
	"rma_tau2_fixed":      func(r *plan.Result) any { return fit(r.Tau2Held) },
	"meta_regression":     func(r *plan.Result) any { return list(r.Regressions, regression) },
	"subgroups":           func(r *plan.Result) any { return list(r.Subgroups, grouping) },
	"sensitivity":         sensitivity,
	"publication_bias":    publicationBias,
	"multilevel":          dependent,
	"lagged": func(r *plan.Result) any {
		t := Given(r.Lagged)
		t["phi"], t["rho"] = r.Plan.Lagged.Phi, 0.0
		if rho := r.Plan.Lagged.Rho; rho != nil {
			t["rho"] = *rho
		}
		return t
	},
	"shared_control":     func(r *plan.Result) any { return Given(r.Shared) },
	"dose_response":      dose,
	"two_by_two_pooled":  func(r *plan.Result) any { return counts(r.Counts) },
	"person_time_pooled": func(r *plan.Result) any { return counts(r.Rates) },
	"beta_binomial":      rare,
	"glmm":               func(r *plan.Result) any { return list(r.Mixed, mixed) },
}

// Of is the answer to a plan, without its warnings.
func Of(r *plan.Result) Tree {
	out := Tree{}
	blocks := r.Plan.Blocks()
	slices.SortFunc(blocks, func(a, b plan.Block) int { return strings.Compare(a.Name, b.Name) })
	for _, b := range blocks {
		if err := r.Failed[b.Name]; err != nil {
			out[b.Name] = failed(Tree{}, err)
			r.Warn("%s: %v", b.Name, err)
		} else if b.Asked {
			out[b.Name] = writers[b.Name](r)
		}
	}
	return out
}

// list writes answers in the order of their questions.
func list[A any](of []A, write func(A) Tree) []Tree {
	out := make([]Tree, len(of))
	for i, a := range of {
		out[i] = write(a)
	}
	return out
}

// entry writes an answer to a question: what was asked, and an error or what write
// adds.
func entry[Q, A any](a plan.Answer[Q, A], write func(Tree, A)) Tree {
	t := Echo(a.Asked)
	if a.Err != nil {
		return failed(t, a.Err)
	}
	write(t, a.Got)
	return t
}

// add answers the questions of a list under a name; none where it was not asked.
func add[Q, A any](out Tree, name string, answers []plan.Answer[Q, A], write func(Tree, Q, A)) {
	if answers != nil {
		out[name] = list(answers, func(a plan.Answer[Q, A]) Tree {
			return entry(a, func(t Tree, got A) { write(t, a.Asked, got) })
		})
	}
}

// Put adds values to an entry: names in one string, in the order of the values.
func Put(t Tree, names string, values ...any) {
	for i, name := range strings.Fields(names) {
		t[name] = values[i]
	}
}

func variants(r *plan.Result) any {
	out := Tree{}
	for name, a := range r.Variants {
		if a.Err != nil {
			out[name] = failed(Tree{}, a.Err)
			continue
		}
		t := Echo(a.Asked)
		if args := Echo(a.Asked.Args); len(args) > 0 {
			t["args"] = args
		}
		t["yi"], t["vi"] = a.Got.Y, a.Got.V
		out[name] = t
	}
	return out
}

func fit(a plan.Fitted) Tree {
	return entry(a, func(t Tree, r *meta.Result) {
		describe(t, a.Asked, r)
		estimate(t, r.Coef[0])
		if u := r.Unguarded; u != nil {
			Put(t, "ci_unguarded_lb ci_unguarded_ub pval_unguarded", u.Coef[0].Lower, u.Coef[0].Upper, u.Coef[0].P)
		}
		if a.Asked.Predict {
			t["predict"] = prediction(r.Predict(), true)
		}
		if a.Asked.PredictExp {
			t["predict_exp"] = prediction(r.Predict().Exp(), false)
		}
	})
}

// describe answers what models with and without moderators share.
func describe(t Tree, q plan.Fit, r *meta.Result) {
	numbers(t, r)
	Put(t, "i2_q i2_tau2", r.I2Q, r.I2T)
	if m := r.Method; m == meta.ML || m == meta.REML || m == meta.EB {
		v := slices.Sorted(slices.Values(r.Vi))
		median := (v[(len(v)-1)/2] + v[len(v)/2]) / 2
		Put(t, "threshold_used tau2_effectively_zero", 1e-13*median, r.Tau2 <= 1e-9*median)
	}
	if q.FitStats {
		t["fit_stats"] = Tree{"ml": fitStats(r.FitML), "reml": fitStats(r.FitREML)}
	}
	if q.QProfile {
		v, err := r.QProfile()
		t["confint_q_profile"] = variance(v, err)
	}
	if q.ProfileLikelihood {
		v, err := r.ProfileLikelihood()
		t["confint_profile_likelihood"] = variance(v, err)
	}
	remark(t, "", r.Warnings.Texts())
}

// numbers are those of a univariate fit beside its coefficients.
func numbers(t Tree, r *meta.Result) {
	Put(t, "k p", r.K, len(r.Coef))
	heterogeneity(t, &r.Fit)
	if df := r.Coef[0].DF; !math.IsInf(df, 1) {
		t["ddf"] = df
	}
}

func fitStats(f analysis.Likelihood) Tree {
	return Tree{"log_lik": f.LogLik, "deviance": f.Deviance, "aic": f.AIC, "bic": f.BIC, "aicc": f.AICc}
}

func variance(v *meta.VarianceInterval, err error) Tree {
	if err != nil {
		return failed(Tree{}, err)
	}
	t := Tree{"ci_null": v.Empty}
	limits(t, "tau2_", v.Tau2)
	limits(t, "tau_", v.Tau)
	limits(t, "i2_", v.I2)
	limits(t, "h2_", v.H2)
	return t
}

// prediction is without se and the other conventions when back-transformed.
func prediction(p meta.Prediction, full bool) Tree {
	t := Tree{"pred": p.Value}
	limits(t, "ci_", p.CI)
	random := !math.IsNaN(p.PI.Lower)
	if random {
		limits(t, "pi_", p.PI)
	}
	if full {
		t["se"] = p.SE
	}
	if full && random {
		Put(t, "pi_riley_df pi_t_df", p.RileyDF, p.TDF)
		limits(t, "pi_riley_", p.Riley)
		limits(t, "pi_t_", p.T)
		limits(t, "pi_classic_t_", p.ClassicT)
		limits(t, "pi_classic_hts_", p.ClassicHTS)
	}
	return t
}

func limits(t Tree, name string, of analysis.Interval) {
	t[name+"lb"], t[name+"ub"] = of.Lower, of.Upper
}

// counts writes pooled counts by method: a list of models, one, or one without each
// study in turn.
func counts(of map[string][]plan.Pooled) Tree {
	out := Tree{}
	for key, models := range of {
		switch {
		case key == "mantel_haenszel":
			out[key] = list(models, func(p plan.Pooled) Tree { return pooled(p, true) })
		case models[0].Without != nil:
			out[key] = withoutEach(models[0].Without)
		default:
			out[key] = pooled(models[0], false)
		}
	}
	return out
}

// pooled writes one pooled result; Peto has no test of the common odds ratio of its
// own.
func pooled(p plan.Pooled, tests bool) Tree {
	return entry(p.Answer, func(t Tree, r pooled2x2.Result) {
		estimate(t, r.Coef[0])
		Put(t, "k k_yi qe qe_p i2 h2", r.K, r.KEffects, r.Q.Value, r.Q.P, r.I2, r.H2)
		if r.KPos >= 0 {
			t["k_pos"] = r.KPos
		}
		if tests {
			Put(t, "cmh cmh_p breslow_day breslow_day_p tarone tarone_p", r.CMH.Value, r.CMH.P, r.BreslowDay.Value, r.BreslowDay.P,
				r.Tarone.Value, r.Tarone.P)
		}
		remark(t, "", r.Warnings.Texts())
	})
}

// withoutEach writes a pooling without each study as columns.
func withoutEach(fits []analysis.Fit) Tree {
	t := Tree{}
	Series(t, fits, meta.Z)
	delete(t, "tau2")
	return t
}

func rare(r *plan.Result) any {
	m := r.Rare
	out := Tree{"risk1": m.Risk1, "risk2": m.Risk2, "rho": m.Rho, "log_lik": m.LogLik}
	for name, r := range map[string]analysis.Fit{"or": m.OR, "rr": m.RR, "rd": m.RD} {
		t := Tree{"k": r.K}
		estimate(t, r.Coef[0])
		out[name] = t
	}
	return remark(out, "", m.Warnings.Texts())
}

// mixed gives under log_lik what metafor 3.8-1 calls the log-likelihood, the one with
// the random effects at their modes; log_lik_marginal is the likelihood that was
// maximised.
func mixed(a plan.Answer[plan.Mixed, pooled2x2.Mixed]) Tree {
	return entry(a, func(t Tree, m pooled2x2.Mixed) {
		estimate(t, m.Coef[0])
		Put(t, "k tau2 qe_wald qe_wald_p qe_lrt qe_lrt_p log_lik log_lik_marginal", m.K, m.Tau2, m.Q.Value, m.Q.P, m.QLRT.Value, m.QLRT.P,
			m.LogLikModes, m.LogLik)
		remark(t, "", m.Warnings.Texts())
	})
}
