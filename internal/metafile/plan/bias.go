package plan

import (
	"cmp"
	"strings"

	"past/analysis/bias"
	"past/analysis/meta"
)

// Bias asks for small-study and selection methods. Every entry is answered on its
// own.
type Bias struct {
	Regression []RegressionTest    `json:"regtest"`
	Rank       Asked               `json:"ranktest"`
	TrimFill   []TrimFill          `json:"trimfill"`
	FailSafe   map[string]FailSafe `json:"fsn"`
	Excess     []Excess            `json:"tes"`
	PETPEESE   []PETPEESE          `json:"pet_peese"`
	HenmiCopas Asked               `json:"henmi_copas"`
	Selection  []Selection         `json:"selmodel"`
}

// RegressionTest asks for a test of the Egger kind.
type RegressionTest struct {
	Model     bias.RegressionModel `json:"model"`
	Predictor bias.Predictor       `json:"predictor"`
	Method    meta.Method          `json:"method"`
	Test      meta.Test            `json:"test"`
}

// TrimFill asks for a trim-and-fill analysis.
type TrimFill struct {
	Method    meta.Method            `json:"method"`
	Estimator bias.TrimFillEstimator `json:"estimator"`
	Side      bias.Side              `json:"side_forced"`
}

// FailSafe asks for a fail-safe number.
type FailSafe struct {
	Target *float64 `json:"target"`
}

// Excess asks for the test of excess significance.
type Excess struct {
	Method meta.Method `json:"method"`
}

// Lines is the method of PETPEESE that fits by weighted least squares.
const Lines = "wls_lm"

// PETPEESE asks for one of the two lines, pet or peese, by wls_lm or an estimator.
type PETPEESE struct {
	Model  string    `json:"model"`
	Method string    `json:"method"`
	Test   meta.Test `json:"test"`
}

// Selection asks for a selection model.
type Selection struct {
	Kind        bias.SelectionKind `json:"type"`
	Alternative bias.Alternative   `json:"alternative"`
	Steps       Numbers            `json:"steps"`
	Requested   Numbers            `json:"steps_requested"`
}

// BiasResult answers Bias.
type BiasResult struct {
	Regression []Answer[RegressionTest, bias.RegressionResult]
	Rank       Answer[Asked, bias.RankResult]
	TrimFill   []Answer[TrimFill, bias.TrimFillResult]
	FailSafe   map[string]Answer[FailSafe, bias.FailSafeResult]
	Excess     []Answer[Excess, bias.ExcessResult]
	PETPEESE   []Answer[PETPEESE, bias.PETPEESEResult]
	HenmiCopas Answer[Asked, HenmiCopas]
	Selection  []Answer[Selection, bias.SelectionResult]
}

// HenmiCopas holds the interval with the root tolerance of metafor's hc(), so that its
// printed numbers are repeated, and the exact one.
type HenmiCopas struct{ Printed, Exact bias.HenmiCopasResult }

// Studies are the effects as the methods for small-study effects take them.
func (d *Data) Studies() bias.Studies {
	s := bias.Studies{Y: d.Y, V: d.V}
	if d.NTotal != nil {
		s.N = Used(d, d.NTotal)
	}
	return s
}

func (r *Result) bias() error {
	s, q, out := r.Studies(), r.Plan.Bias, &BiasResult{}
	out.Regression = each(q.Regression, func(q RegressionTest) (bias.RegressionResult, error) {
		o := bias.RegressionOptions{Model: q.Model, Predictor: q.Predictor, Method: q.Method, Test: q.Test}
		if q.Model == bias.Dispersion {
			o.Method, o.Test = "", ""
		}
		return bias.RegressionTest(s, o)
	})
	out.TrimFill = each(q.TrimFill, func(q TrimFill) (bias.TrimFillResult, error) {
		return bias.TrimFill(s, bias.TrimFillOptions{Method: q.Method, Estimator: q.Estimator, Side: q.Side})
	})
	out.FailSafe = byName(q.FailSafe, func(name string, q FailSafe) (bias.FailSafeResult, error) {
		return bias.FailSafeN(s, bias.FailSafeKind(strings.TrimSuffix(name, "_target_0_1")), number(q.Target))
	})
	out.Excess = each(q.Excess, func(q Excess) (bias.ExcessResult, error) {
		f, err := meta.Fit(s.Y, s.V, meta.Options{Method: q.Method})
		if err != nil {
			return bias.ExcessResult{}, err
		}
		return bias.ExcessSignificance(s, bias.ExcessOptions{Theta: f.Coef[0].Value, Tau2: f.Tau2, AsMetafor: true})
	})
	out.PETPEESE = each(q.PETPEESE, func(q PETPEESE) (bias.PETPEESEResult, error) {
		if q.Method == Lines {
			return bias.PETPEESE(s, bias.RegressionOptions{Model: bias.Dispersion})
		}
		return bias.PETPEESE(s, bias.RegressionOptions{Method: meta.Method(q.Method), Test: q.Test})
	})
	out.Selection = each(q.Selection, func(q Selection) (bias.SelectionResult, error) {
		o := bias.SelectionOptions{Kind: q.Kind, Alternative: q.Alternative}
		if o.Kind == bias.StepFunction {
			if o.Steps = q.Steps; q.Steps == nil {
				o.Steps = q.Requested
			}
		}
		return bias.FitSelection(s, o)
	})
	if q.Rank {
		out.Rank = one(q.Rank, func(Asked) (bias.RankResult, error) { return bias.RankTest(s) })
	}
	if q.HenmiCopas {
		out.HenmiCopas = one(q.HenmiCopas, func(Asked) (h HenmiCopas, err error) {
			var failed error
			h.Exact, err = bias.HenmiCopas(s, bias.HenmiCopasOptions{})
			h.Printed, failed = bias.HenmiCopas(s, bias.HenmiCopasOptions{AsMetafor: true})
			return h, cmp.Or(err, failed)
		})
	}
	r.Bias = out
	return nil
}
