package plan

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"past/analysis"
	"past/analysis/meta"
)

// Fit asks for one model, and for what its answer shows beside the estimates.
type Fit struct {
	Method meta.Method `json:"method"`
	Test   meta.Test   `json:"test"`
	Rule   string      `json:"weights_rule"` // of the generalised Q estimator
	Tau2   *float64    `json:"tau2_given"`
	Order  string      `json:"order"` // of a cumulative analysis: order_column, else by row

	FitStats          Asked `json:"fit_stats"`
	Predict           Asked `json:"predict"`
	PredictExp        Asked `json:"predict_exp"`
	QProfile          Asked `json:"confint_q_profile"`
	ProfileLikelihood Asked `json:"confint_profile_likelihood"`
	VIF               Asked `json:"vif"`
	Fitted            Asked `json:"fitted"`
	Influence         Asked `json:"influence"`
	Residuals         Asked `json:"residuals"`
}

func (r *Result) fit(q Fit) (*meta.Result, error) { return r.fitTo(r.Y, r.V, q, meta.Options{}) }

func (r *Result) fitTo(y, v []float64, q Fit, o meta.Options) (*meta.Result, error) {
	o.Method, o.Test, o.Unguarded, o.Level = q.Method, q.Test, r.Unguarded, r.Level
	return meta.Fit(y, v, o)
}

func (r *Result) genQ() error {
	w := make([]float64, r.K)
	for i, v := range r.V {
		switch rule := r.Plan.GenQ.Rule; rule {
		case "1/sqrt(vi)", "":
			w[i] = 1 / math.Sqrt(v)
		case "1/vi":
			w[i] = 1 / v
		case "1":
			w[i] = 1
		default:
			return fmt.Errorf("weights_rule %q is not known: use 1/sqrt(vi), 1/vi or 1", rule)
		}
	}
	r.GenQ = one(*r.Plan.GenQ, func(q Fit) (*meta.Result, error) { return r.fitTo(r.Y, r.V, q, meta.Options{Weights: w}) })
	return nil
}

func (r *Result) unweighted() error {
	r.Unweighted = one(*r.Plan.Unweighted, func(q Fit) (*meta.Result, error) {
		return r.fitTo(r.Y, r.V, q, meta.Options{Unweighted: true})
	})
	return nil
}

func (r *Result) tau2Held() error {
	if r.Plan.Tau2Held.Tau2 == nil {
		return errors.New(`rma_tau2_fixed needs "tau2_given", a number`)
	}
	r.Tau2Held = one(*r.Plan.Tau2Held, func(q Fit) (*meta.Result, error) { return r.fitTo(r.Y, r.V, q, meta.Options{Tau2: q.Tau2}) })
	return nil
}

// Regression asks for models with moderators.
type Regression struct {
	Name       string   `json:"name"`
	Formula    string   `json:"formula"`
	Moderators []string `json:"moderators"`
	Fits       []Fit    `json:"fits"`
	LRT        Asked    `json:"lrt_ml"`
}

// Regressed is one formula and what was fitted by it.
type Regressed = Answer[Regression, Moderated]

// Moderated are the models of one formula, and their test against the mean.
type Moderated struct {
	Fits []Fitted
	LRT  Answer[Asked, Nested]

	References map[string]string // of its factors
}

// Nested is the likelihood-ratio test of a model against the mean.
type Nested struct {
	analysis.Statistic
	Full, Reduced *meta.Result
}

func (r *Result) regressions() error {
	r.Regressions = each(r.Plan.Regressions, func(q Regression) (out Moderated, err error) {
		formula := q.Formula
		if formula == "" {
			formula = "~ " + strings.Join(q.Moderators, " + ")
		}
		d, err := r.Design(formula)
		if err != nil {
			return out, err
		}
		out.References = r.References(formula)
		out.Fits = each(q.Fits, func(f Fit) (*meta.Result, error) { return r.fitTo(r.Y, r.V, f, meta.Options{Design: d}) })
		if q.LRT {
			out.LRT = one(q.LRT, func(Asked) (Nested, error) { return r.likelihoodRatio(d) })
		}
		return out, nil
	})
	return nil
}

// likelihoodRatio tests the design against the mean, both by ML on the same rows.
func (r *Result) likelihoodRatio(d *meta.Design) (out Nested, err error) {
	if out.Full, err = meta.Fit(r.Y, r.V, meta.Options{Method: meta.ML, Design: d}); err != nil {
		return out, err
	}
	if len(out.Full.Coef) < 2 {
		return out, errors.New("the model has no moderator beside the intercept")
	}
	if out.Reduced, err = meta.Fit(out.Full.Yi, out.Full.Vi, meta.Options{Method: meta.ML}); err != nil {
		return out, err
	}
	out.Statistic, err = meta.CompareML(out.Full, out.Reduced)
	return out, err
}

// Grouping asks for a comparison of the levels of a factor.
type Grouping struct {
	Factor  string     `json:"factor"`
	Methods []GroupFit `json:"by_method"`
}

// GroupFit is a model for every group, and how the answer shows each.
type GroupFit struct {
	Fit
	Groups      []Fit `json:"groups"`
	Common      Fit   `json:"common_tau2"`
	NoIntercept Fit   `json:"common_tau2_no_intercept"`
}

// Grouped is a factor and the comparison of its levels by each method.
type Grouped = Answer[Grouping, []Answer[GroupFit, Groups]]

// Groups compares the levels of a factor; Fits are those of the levels as they were
// asked for.
type Groups struct {
	*meta.SubgroupResult
	Fits []Fitted
}

func (r *Result) grouping(q Grouping) ([]Answer[GroupFit, Groups], error) {
	labels, _, err := r.Texts(q.Factor)
	if err != nil {
		return nil, err
	}
	return each(q.Methods, func(m GroupFit) (Groups, error) {
		g, err := meta.Subgroups(r.Y, r.V, meta.Factor("factor("+q.Factor+")", Used(r.Data, labels)),
			meta.Options{Method: m.Method, Test: m.Test, Unguarded: r.Unguarded, Level: r.Level})
		if err != nil {
			return Groups{}, err
		}
		out := Groups{SubgroupResult: g}
		for i, s := range g.Groups {
			f := Fitted{Asked: Fit{Method: s.Fit.Method, Test: s.Fit.Test, FitStats: true, Predict: true}, Got: s.Fit}
			if i < len(m.Groups) {
				f = one(m.Groups[i], func(q Fit) (*meta.Result, error) { return r.fitTo(s.Fit.Yi, s.Fit.Vi, q, meta.Options{}) })
			}
			out.Fits = append(out.Fits, f)
		}
		return out, nil
	}), nil
}

// Sensitivity asks how far single studies carry the result.
type Sensitivity struct {
	LeaveOneOut []Fit  `json:"leave1out"`
	Influence   []Fit  `json:"influence"`
	Cumulative  []Fit  `json:"cumul"`
	Baujat      []Fit  `json:"baujat"`
	BLUP        []Fit  `json:"blup"`
	GOSH        []GOSH `json:"gosh"`
	Residuals   Asked  `json:"residuals"` // these two and the weights are of the REML fit with z tests
	QQNorm      Asked  `json:"qqnorm"`
	Weights     Asked  `json:"weights_percent"`
}

// GOSH asks for the fits to all subsets of the studies.
type GOSH struct {
	Method meta.Method `json:"method"`
	Tau2   Asked       `json:"tau2"`
}

// SensitivityResult answers Sensitivity.
type SensitivityResult struct {
	LeaveOneOut []Answer[Fit, []analysis.Fit]
	Influence   []Answer[Fit, *meta.Influence]
	Cumulative  []Answer[Fit, Cumulated]
	Baujat      []Answer[Fit, *meta.Baujat]
	BLUP        []Answer[Fit, *meta.BLUP]
	GOSH        []Answer[GOSH, *meta.GOSHResult]
	Primary     Fitted
}

// Cumulated are fits to more and more studies; Order is nil for the order of the rows.
type Cumulated struct {
	Fits  []analysis.Fit
	Order []int
}

func (r *Result) sensitivity() error {
	q, s := r.Plan.Sensitivity, &SensitivityResult{}
	s.LeaveOneOut = onFits(r, q.LeaveOneOut, func(_ Fit, m *meta.Result) ([]analysis.Fit, error) { return m.LeaveOneOut() })
	s.Influence = onFits(r, q.Influence, func(_ Fit, m *meta.Result) (*meta.Influence, error) { return m.Influence(), nil })
	s.Baujat = onFits(r, q.Baujat, func(_ Fit, m *meta.Result) (*meta.Baujat, error) { return m.Baujat(), nil })
	s.BLUP = onFits(r, q.BLUP, func(_ Fit, m *meta.Result) (*meta.BLUP, error) { return m.BLUP() })
	s.Cumulative = onFits(r, q.Cumulative, func(q Fit, m *meta.Result) (out Cumulated, err error) {
		if q.Order == "order_column" {
			if out.Order, err = r.ordered(); err != nil {
				return out, err
			}
		}
		out.Fits, err = m.Cumulative(out.Order)
		return out, err
	})
	s.GOSH = each(q.GOSH, func(g GOSH) (*meta.GOSHResult, error) {
		method, err := meta.ParseMethod(string(g.Method))
		if err != nil {
			return nil, err
		}
		return meta.GOSH(r.Y, r.V, meta.GOSHOptions{Method: method})
	})
	s.Primary = one(Fit{}, func(Fit) (*meta.Result, error) { return meta.Fit(r.Y, r.V, meta.Options{}) })
	r.Sensitivity = s
	return nil
}

// onFits fits the model of each question and answers it by the fit.
func onFits[A any](r *Result, asked []Fit, answer func(Fit, *meta.Result) (A, error)) []Answer[Fit, A] {
	return each(asked, func(q Fit) (a A, err error) {
		m, err := r.fit(q)
		if err != nil {
			return a, err
		}
		return answer(q, m)
	})
}

// ordered sorts the used rows by the order column; rows without a value come last.
func (d *Data) ordered() ([]int, error) {
	if d.OrderBy == "" {
		return nil, errors.New(`the input names no "order_by" column for the ordered cumulative analysis`)
	}
	texts, missing, err := d.Texts(d.OrderBy)
	if err != nil {
		return nil, err
	}
	less := func(a, b int) int { return strings.Compare(texts[a], texts[b]) }
	if !d.IsText(d.OrderBy) {
		values, err := d.Floats(d.OrderBy)
		if err != nil {
			return nil, err
		}
		less = func(a, b int) int {
			switch {
			case values[a] < values[b]:
				return -1
			case values[a] > values[b]:
				return 1
			}
			return 0
		}
	}
	index := make([]int, d.K)
	for i := range index {
		index[i] = i
	}
	slices.SortStableFunc(index, func(i, j int) int {
		a, b := d.RowsUsed[i]-1, d.RowsUsed[j]-1
		if missing[a] != missing[b] {
			return map[bool]int{true: 1, false: -1}[missing[a]]
		}
		return less(a, b)
	})
	return index, nil
}
