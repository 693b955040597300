package synthesis

import (
	"errors"
	"fmt"

	"past/analysis"
	"past/analysis/bias"
	"past/internal/evidence"
)

// smallStudy runs the analyses of small-study effects and selection. Below
// ten studies none is shown as a test; its limit says so.
func smallStudy(q Question, effects []evidence.Effect) []evidence.TestResult {
	if len(effects) < 3 {
		return nil
	}
	yi, vi := columns(effects)
	s := bias.Studies{Y: yi, V: vi}
	var n1, n2 []float64
	for _, e := range effects {
		if e.N1 == nil || e.N2 == nil {
			n1 = nil
			break
		}
		n1, n2 = append(n1, *e.N1), append(n2, *e.N2)
	}
	var out []evidence.TestResult
	add := func(t evidence.TestResult, limit string, err error) {
		switch {
		case errors.Is(err, bias.ErrTooFew):
			t.Limit = "too few studies"
		case err != nil:
			t.Limit = err.Error()
		default:
			t.Limit = limit
		}
		if err != nil { // what could not be worked out has no numbers, not zeros
			t.Statistic, t.P, t.Estimate, t.CILower, t.CIUpper = nil, nil, nil, nil, nil
		}
		t.K = len(effects)
		t.Shown = t.Limit == ""
		out = append(out, t)
	}
	if len(n1) == len(effects) {
		r, err := bias.SampleSizeTest(s, n1, n2)
		add(evidence.TestResult{Name: "regression on sample size (Pustejovsky and Rodgers)", Statistic: finite(r.Slope().Stat),
			P: finite(r.Slope().P)},
			r.Limit, err)
	}
	eg, err := bias.RegressionTest(s, bias.RegressionOptions{})
	linked := func(limit string) string {
		if limit == "" && q.Measure == "SMD" {
			return "a standardised mean difference and its standard error are linked by construction; read the regression on sample size instead"
		}
		return limit
	}
	add(evidence.TestResult{Name: "regression on the standard error (Egger)", Statistic: finite(eg.Slope().Stat), P: finite(eg.Slope().P)},
		linked(eg.Limit), err)
	rk, err := bias.RankTest(s)
	add(evidence.TestResult{Name: "rank correlation (Begg and Mazumdar)", Statistic: finite(rk.Tau), P: finite(rk.P)}, linked(rk.Limit), err)
	if tf, err := bias.TrimFill(s, bias.TrimFillOptions{}); err == nil {
		add(evidence.TestResult{Name: fmt.Sprintf("trim and fill (%d filled in)", tf.K0), Estimate: finite(tf.Fit.Coef[0].Value),
			CILower: finite(tf.Fit.Coef[0].Lower), CIUpper: finite(tf.Fit.Coef[0].Upper)}, tf.Limit, nil)
	}
	pp, err := bias.PETPEESE(s, bias.RegressionOptions{Model: bias.Dispersion})
	add(evidence.TestResult{Name: "PET-PEESE", Estimate: finite(pp.Effect.Value), CILower: finite(pp.Effect.Lower),
		CIUpper: finite(pp.Effect.Upper)}, pp.Limit, err)
	alt := bias.Greater
	if q.LowerIsBetter {
		alt = bias.Less
	}
	sel, err := bias.FitSelection(s, bias.SelectionOptions{Kind: bias.StepFunction, Alternative: alt, Steps: []float64{0.025}})
	var corrected analysis.Estimate
	if err == nil {
		corrected = sel.Coef[0]
	}
	add(evidence.TestResult{Name: "three-parameter selection model (step at one-sided p = 0.025)", Statistic: finite(sel.LRT.Value),
		P:        finite(sel.LRT.P),
		Estimate: finite(corrected.Value), CILower: finite(corrected.Lower), CIUpper: finite(corrected.Upper)}, sel.Limit, err)
	return out
}
