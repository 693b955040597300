package metafile

import (
	"errors"
	"math"
	"strings"

	stats "past/analysis"
	"past/analysis/meta"
)

// metaRegressionBlock fits models with moderators.
var metaRegressionBlock = block{"meta_regression", func(c *Case) (any, error) {
	var out []Tree
	for _, req := range asTrees(c.Request["meta_regression"]) {
		out = append(out, c.metaRegression(req))
	}
	return out, nil
}}

func (c *Case) metaRegression(req Tree) Tree {
	t := echo(req)
	t["factor_coding"] = "treatment; reference = first level in sort order"
	y, v, design, err := c.moderated(formulaOf(req))
	if err != nil {
		t["error"] = err.Error()
		return t
	}
	var fits []Tree
	for _, f := range asTrees(req["fits"]) {
		fits = append(fits, c.moderatedFit(f, y, v, design))
	}
	t["fits"] = fits
	if has(req, "lrt_ml") {
		t["lrt_ml"] = likelihoodRatio(y, v, design)
	}
	return t
}

// formulaOf is the formula of a request, or one built from its moderators.
func formulaOf(req Tree) string {
	if f := text(req, "formula"); f != "" {
		return f
	}
	var names []string
	for _, m := range asList(req["moderators"]) {
		if s, ok := m.(string); ok {
			names = append(names, s)
		}
	}
	return "~ " + strings.Join(names, " + ")
}

// isLogical reports whether a column holds true and false.
func (c *Case) isLogical(name string) bool {
	col := c.columns[name]
	if col == nil {
		return false
	}
	for _, v := range col.cells {
		if _, ok := v.(bool); ok {
			return true
		}
	}
	return false
}

func (c *Case) moderatedFit(req Tree, y, v []float64, d *meta.Design) Tree {
	t := echo(req)
	r, err := meta.Fit(y, v, meta.Options{Method: meta.Method(text(req, "method")), Test: meta.Test(text(req, "test")), Design: d,
		Unguarded: c.unguarded, Level: c.level})
	if err != nil {
		t["error"] = err.Error()
		return t
	}
	moderatedTree(t, req, r)
	if has(req, "vif") {
		names, vif, err := r.VIF()
		if err != nil {
			t["vif"] = Tree{"error": err.Error()}
		} else {
			t["vif"] = Tree{"coef_names": names, "vif": vif}
		}
	}
	if has(req, "fitted") {
		t["fitted"] = fittedTree(r)
	}
	if has(req, "influence") {
		t["influence"] = influenceTree(r)
	}
	if has(req, "residuals") {
		t["residuals"] = residualsTree(r)
	}
	return t
}

// moderatedTree answers coefficients as arrays, and the omnibus test.
func moderatedTree(t, req Tree, r *meta.Result) {
	fitTree(t, req, r)
	t["coef_names"] = r.Names
	putAll(t, r.Coef)
	putOmnibus(t, r.Omnibus)
	t["vb"], t["r2"] = r.Cov, r.R2
	if u := r.Unguarded; u != nil {
		c := stats.ColumnsOf(u.Coef)
		t["ci_unguarded_lb"], t["ci_unguarded_ub"] = c.Lower, c.Upper
	}
}

func fittedTree(r *meta.Result) Tree {
	n := r.K
	pred, se, lb, ub, plb, pub := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n),
		make([]float64, n)
	for i, p := range r.Fitted() {
		pred[i], se[i], lb[i], ub[i], plb[i], pub[i] = p.Value, p.SE, p.CI.Lower, p.CI.Upper, p.PI.Lower, p.PI.Upper
	}
	t := Tree{"pred": pred, "se": se, "ci_lb": lb, "ci_ub": ub}
	if n > 0 && !math.IsNaN(plb[0]) {
		t["pi_lb"], t["pi_ub"] = plb, pub
	}
	return t
}

// influenceTree answers the case-deletion diagnostics. With moderators dfbs is a
// list: one array for each coefficient, then the row numbers and the number of
// decimals (4, nine times) that R's print method attaches to such a list.
func influenceTree(r *meta.Result) Tree {
	in := r.Influence()
	t := Tree{"rstudent": in.RStudent, "dffits": in.DFFits, "cook_d": in.CookD, "cov_r": in.CovR,
		"tau2_del": in.Tau2Del, "qe_del": in.QEDel, "hat": in.Hat, "weight": in.Weight,
		"is_influential": in.Influential}
	if len(r.Coef) == 1 {
		t["dfbs"] = in.DFBetas[0]
		return t
	}
	list := append([][]float64(nil), in.DFBetas...)
	rows, decimals := make([]float64, r.K), make([]float64, 9)
	for i, row := range r.Rows {
		rows[i] = float64(row + 1)
	}
	for i := range decimals {
		decimals[i] = 4
	}
	t["dfbs"] = append(list, rows, decimals)
	return t
}

func residualsTree(r *meta.Result) Tree {
	s := r.Residuals()
	return Tree{"resid": s.Resid, "rstandard_se": s.StdSE, "rstandard_z": s.StdZ,
		"rstudent_resid": s.StudResid, "rstudent_se": s.StudSE, "rstudent_z": s.StudZ}
}

// likelihoodRatio tests the design against the mean, both by ML on the same rows.
func likelihoodRatio(y, v []float64, d *meta.Design) Tree {
	full, err := meta.Fit(y, v, meta.Options{Method: meta.ML, Design: d})
	if err != nil {
		return Tree{"error": err.Error()}
	}
	if len(full.Coef) < 2 {
		return Tree{"error": errors.New("the model has no moderator beside the intercept").Error()}
	}
	reduced, err := meta.Fit(full.Yi, full.Vi, meta.Options{Method: meta.ML})
	if err != nil {
		return Tree{"error": err.Error()}
	}
	l, err := meta.CompareML(full, reduced)
	if err != nil {
		return Tree{"error": err.Error()}
	}
	return Tree{"lrt": l.Value, "pval": l.P, "df": l.DF, "log_lik_full": full.FitML.LogLik, "log_lik_reduced": reduced.FitML.LogLik}
}
