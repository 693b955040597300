package meta

import (
	"encoding/csv"
	"math"
	"os"
	"strconv"
	"testing"

	"past/analysis"
)

// figures are the numbers of testdata/metafor.csv: case, quantity, values.
type figures map[string]map[string][]float64

func readFigures(t *testing.T, file string) figures {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := figures{}
	for _, row := range rows[1:] {
		v, err := strconv.ParseFloat(row[3], 64)
		if err != nil {
			t.Fatal(err)
		}
		if out[row[0]] == nil {
			out[row[0]] = map[string][]float64{}
		}
		out[row[0]][row[1]] = append(out[row[0]][row[1]], v)
	}
	return out
}

func ptr(x float64) *float64 { return &x }

// The models that the big reference set has no case for: given weights, equal
// weights, held tau2, no intercept, other levels, all against metafor.
func TestAgainstMetafor(t *testing.T) {
	fig := readFigures(t, "testdata/metafor.csv")
	d := fig["data"]
	design := func(intercept bool, terms ...Term) *Design {
		x, err := NewDesign(intercept, terms...)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	labels := make([]string, len(d["yi"]))
	for i := range labels {
		labels[i] = "alternate"
		if d["random"][i] == 1 {
			labels[i] = "random"
		}
		if d["systematic"][i] == 1 {
			labels[i] = "systematic"
		}
	}
	ablat, alloc := Numeric("ablat", d["ablat"]), Factor("factor(alloc)", labels)
	w := d["weight"]
	for name, opt := range map[string]Options{
		"reml_knha_mods":       {Method: REML, Test: KnHa, Design: design(true, ablat)},
		"weights_knha":         {Method: REML, Test: KnHa, Weights: w},
		"weights_mods":         {Method: DL, Weights: w, Design: design(true, ablat)},
		"weights_fe":           {Method: FE, Weights: w},
		"unweighted_knha_mods": {Method: REML, Test: KnHa, Unweighted: true, Design: design(true, ablat)},
		"unweighted_t":         {Method: PM, Test: T, Unweighted: true},
		"fixed_tau2_mods":      {Method: REML, Test: AdHoc, Tau2: ptr(0.1), Design: design(true, ablat)},
		"no_intercept":         {Method: ML, Design: design(false, alloc)},
		"genq_mods":            {Method: GENQ, Weights: w, Design: design(true, ablat)},
		"level90":              {Method: EB, Test: KnHa, Level: 0.9},
		"factor_hsk":           {Method: HSk, Design: design(true, alloc)},
		"factor_sj":            {Method: SJ, Test: KnHa, Design: design(true, alloc)},
		"factor_he":            {Method: HE, Design: design(true, alloc, ablat)},
		"factor_pmm":           {Method: PMM, Design: design(true, alloc, ablat)},
	} {
		t.Run(name, func(t *testing.T) {
			if fig[name] == nil {
				t.Fatalf("no figures for %s", name)
			}
			opt.Unguarded = true
			r, err := Fit(d["yi"], d["vi"], opt)
			if err != nil {
				t.Fatal(err)
			}
			got := quantities(t, r)
			for q, want := range fig[name] {
				if len(got[q]) < len(want) {
					t.Fatalf("%s: %d values, want %d", q, len(got[q]), len(want))
				}
				for i := range want {
					if math.Abs(got[q][i]-want[i]) > 1e-8*math.Abs(want[i])+1e-10 {
						t.Errorf("%s[%d] = %v, metafor has %v", q, i, got[q][i], want[i])
					}
				}
			}
		})
	}
}

// quantities lists a result under the names of the figures.
func quantities(t *testing.T, r *Result) map[string][]float64 {
	t.Helper()
	stats := func(f analysis.Likelihood) []float64 { return []float64{f.LogLik, f.Deviance, f.AIC, f.BIC, f.AICc} }
	res, in := r.Residuals(), r.Influence()
	pred, c := r.Fitted()[0], analysis.ColumnsOf(r.Coef)
	q := map[string][]float64{
		"beta": c.Value, "se": c.SE, "zval": c.Stat, "pval": c.P, "ci_lb": c.Lower, "ci_ub": c.Upper,
		"tau2": {r.Tau2}, "se_tau2": {r.SETau2}, "i2": {r.I2}, "h2": {r.H2}, "qm": {r.Omnibus.Value}, "qm_p": {r.Omnibus.P}, "qe": {r.Q.Value},
		"ml": stats(r.FitML), "reml": stats(r.FitREML), "r2": {r.R2},
		"resid": res.Resid, "rstandard_se": res.StdSE, "rstudent_resid": res.StudResid, "rstudent_se": res.StudSE,
		"weights": in.Weight, "hat": in.Hat, "dffits": in.DFFits, "cook_d": in.CookD, "cov_r": in.CovR, "tau2_del": in.Tau2Del,
		"pred": {pred.Value}, "pi_lb": {pred.PI.Lower}, "pi_ub": {pred.PI.Upper},
	}
	for j, d := range in.DFBetas {
		q["dfbs"+strconv.Itoa(j+1)] = d
	}
	if b, err := r.BLUP(); err == nil {
		q["blup"], q["blup_se"], q["blup_lb"] = b.Pred, b.SE, b.Lb
	}
	if r.Method.common() { // metafor repeats the confidence interval, we give none
		q["pi_lb"], q["pi_ub"] = []float64{pred.CI.Lower}, []float64{pred.CI.Upper}
	}
	return q
}
