package plan

import (
	"errors"
	"fmt"
	"math"

	"past/analysis"
	"past/analysis/effect"
	"past/analysis/meta"
	"past/analysis/multilevel"
)

// Clusters says which effects depend on each other, and how their sampling errors do.
type Clusters struct {
	Cluster string   `json:"cluster_column"`
	Inner   string   `json:"es_column"`
	Time    string   `json:"time_column"`
	Formula string   `json:"formula"`
	Rho     *float64 `json:"rho"`
	Phi     *float64 `json:"phi"`
}

// Dependent asks for models of dependent effects: three-level, correlated and
// hierarchical (CHE), aggregated, ordinary with robust variance, and the two moment
// models of robust variance estimation.
type Dependent struct {
	Clusters
	Random    string             `json:"random"`
	Three     []LevelFit         `json:"three_level"`
	Intervals any                `json:"three_level_confint"`
	CHE       *CHE               `json:"che"`
	Aggregate *Aggregate         `json:"aggregate_rho"`
	Mods      []Moderators       `json:"mods"`
	Ordinary  *Ordinary          `json:"ordinary_rma_robust"`
	Moments   map[string]Moments `json:"robumeta"`
}

// LevelFit asks for a multilevel model.
type LevelFit struct {
	Method  meta.Method   `json:"method"`
	Test    meta.Test     `json:"test"`
	DF      multilevel.DF `json:"dfs"`
	I2      Asked         `json:"i2_multilevel"`
	Predict Asked         `json:"predict"`
	Robust  *RobustKinds  `json:"robust"`
}

// RobustKinds asks for robust variances.
type RobustKinds struct {
	CR0   Asked          `json:"cr0_no_adjust"`
	CR1   Asked          `json:"cr1_adjust"`
	CR2   Asked          `json:"cr2_club_sandwich"`
	Types map[string]any `json:"club_sandwich_types"`
}

// CHE asks for models in which the sampling errors of a cluster correlate by Rho.
type CHE struct {
	Rho  *float64   `json:"rho"`
	Fits []LevelFit `json:"fits"`
}

// Aggregate asks for one effect a cluster, and for their univariate model.
type Aggregate struct {
	Rho *float64 `json:"rho"`
	Fit Asked    `json:"rma_reml_knha"`
}

// Moderators asks for models with moderators, with and without sampling correlation.
type Moderators struct {
	Name    string    `json:"name"`
	Formula string    `json:"formula"`
	Three   *LevelFit `json:"three_level"`
	CHE     *LevelFit `json:"che"`
}

// Ordinary asks for the univariate model with robust variance.
type Ordinary struct {
	Fit Fit `json:"fit"`
	RobustKinds
}

// Moments asks for a moment model of robust variance estimation.
type Moments struct{}

// DefaultRho is the within-cluster sampling correlation when none is named.
const DefaultRho = 0.6

// DependentResult answers Dependent.
type DependentResult struct {
	Rho       float64
	Three     []Answer[LevelFit, Levels]
	Intervals []Answer[multilevel.Components, Component]
	CHE       []Answer[LevelFit, Levels]
	Aggregate Answer[Aggregate, Aggregated]
	Mods      []ModeratedLevels
	Ordinary  OrdinaryResult
	Moments   map[string]Answer[Moments, *multilevel.Moments]
}

// Component is a variance component with its interval.
type Component struct {
	Value float64
	analysis.Interval
}

// Levels is a multilevel fit with its robust variances.
type Levels struct {
	*multilevel.Result
	Robust
}

// Robust are the robust variances of a fit, each where it was asked for.
type Robust struct {
	CR0, CR1, CR2 Answer[Asked, *multilevel.Robust]
	Types         map[string]Answer[any, *multilevel.Robust]
}

// Aggregated is one effect a cluster.
type Aggregated struct {
	Rho     float64
	Cluster []string
	Yi, Vi  []float64
	Fit     Fitted
}

// ModeratedLevels are the models of one formula.
type ModeratedLevels struct {
	Asked      Moderators
	Three, CHE Answer[*LevelFit, Levels]
}

// OrdinaryResult answers Ordinary.
type OrdinaryResult struct {
	Fit    Fitted
	Robust Robust
	Err    error // of the robust variances
}

// clustered gathers the effects used with the labels of their clusters.
func (d *Data) clustered(q Clusters) (out multilevel.Data, err error) {
	if q.Cluster == "" {
		return out, errors.New(`multilevel needs "cluster_column": the column that says which study an effect belongs to`)
	}
	cluster, _, err := d.Texts(q.Cluster)
	if err != nil {
		return out, err
	}
	out = multilevel.Data{Effect: d.Y, Variance: d.V, Cluster: Used(d, cluster)}
	if d.Has(q.Inner) {
		inner, _, err := d.Texts(q.Inner)
		if err != nil {
			return out, err
		}
		out.Inner = Used(d, inner)
	}
	return out, nil
}

func (r *Result) dependent() error {
	q := r.Plan.Dependent
	data, err := r.clustered(q.Clusters)
	if err != nil {
		return err
	}
	out := &DependentResult{Rho: DefaultRho}
	if q.CHE != nil && q.CHE.Rho != nil {
		out.Rho = *q.CHE.Rho
	}
	fit := func(design multilevel.Design, rho float64) func(LevelFit) (Levels, error) {
		return func(f LevelFit) (l Levels, err error) {
			if l.Result, err = multilevel.Fit(data, design, multilevel.Options{Method: f.Method, Test: f.Test, DF: f.DF, Rho: rho,
				Level: r.Level}); err == nil && f.Robust != nil {
				l.Robust = robust(*f.Robust, l.Result)
			}
			return l, err
		}
	}
	out.Three = each(q.Three, fit(multilevel.Design{}, 0))
	if q.CHE != nil {
		out.CHE = each(q.CHE.Fits, fit(multilevel.Design{}, out.Rho))
	}
	if q.Intervals != nil {
		m, err := multilevel.Fit(data, multilevel.Design{}, multilevel.Options{Level: r.Level})
		out.Intervals = each([]multilevel.Components{multilevel.BetweenOnly, multilevel.WithinOnly},
			func(c multilevel.Components) (v Component, _ error) {
				if err != nil {
					return v, err
				}
				if v.Value = m.Sigma2.Within; c == multilevel.BetweenOnly {
					v.Value = m.Sigma2.Between
				}
				var failed error
				v.Interval, failed = m.ProfileInterval(c)
				return v, failed
			})
	}
	for _, m := range q.Mods {
		answer := ModeratedLevels{Asked: m}
		d, err := r.Design(m.Formula)
		with := func(f *LevelFit, rho float64) Answer[*LevelFit, Levels] {
			return one(f, func(f *LevelFit) (l Levels, _ error) {
				if err != nil || f == nil {
					return l, err
				}
				return fit(r.columns(d), rho)(*f)
			})
		}
		answer.Three, answer.CHE = with(m.Three, 0), with(m.CHE, out.Rho)
		out.Mods = append(out.Mods, answer)
	}
	if q.Aggregate != nil {
		out.Aggregate = one(*q.Aggregate, func(a Aggregate) (Aggregated, error) { return r.aggregate(data, a, out.Rho) })
	}
	if q.Ordinary != nil {
		out.Ordinary = r.ordinary(data, *q.Ordinary)
	}
	out.Moments = byName(q.Moments, func(name string, _ Moments) (*multilevel.Moments, error) {
		switch name {
		case "corr_rho_0_8":
			return multilevel.Correlated(data, multilevel.Design{}, multilevel.Options{Rho: 0.8, Level: r.Level})
		case "hier":
			return multilevel.Hierarchical(data, multilevel.Design{}, multilevel.Options{Level: r.Level})
		}
		return nil, fmt.Errorf("unknown moment model %q: use corr_rho_0_8 or hier", name)
	})
	r.Dependent = out
	return nil
}

// robust answers the robust variances asked for.
func robust(q RobustKinds, m *multilevel.Result) (out Robust) {
	if q.CR0 {
		out.CR0 = one(q.CR0, func(Asked) (*multilevel.Robust, error) { return m.RobustNaive(multilevel.CR0) })
	}
	if q.CR1 {
		out.CR1 = one(q.CR1, func(Asked) (*multilevel.Robust, error) { return m.RobustNaive(multilevel.CR1p) })
	}
	if q.CR2 {
		out.CR2 = one(q.CR2, func(Asked) (*multilevel.Robust, error) { return m.Robust(multilevel.CR2) })
	}
	out.Types = byName(q.Types, func(name string, _ any) (*multilevel.Robust, error) {
		kind, ok := map[string]multilevel.Kind{"cr0": multilevel.CR0, "cr1": multilevel.CR1, "cr1p": multilevel.CR1p,
			"cr1s": multilevel.CR1S, "cr2": multilevel.CR2, "cr3": multilevel.CR3}[name]
		if !ok {
			return nil, fmt.Errorf("unknown robust variance %q: use cr0, cr1, cr1p, cr1s, cr2 or cr3", name)
		}
		return m.Robust(kind)
	})
	return out
}

// free is the univariate model that the clustered ones are compared with.
func (r *Result) free(yi, vi []float64, q Fit) Fitted {
	return one(q, func(q Fit) (*meta.Result, error) {
		return meta.Fit(yi, vi, meta.Options{Method: q.Method, Test: q.Test, Unguarded: true, Level: r.Level})
	})
}

// aggregate combines effects by cluster and pools the result.
func (r *Result) aggregate(data multilevel.Data, q Aggregate, rho float64) (out Aggregated, err error) {
	if out.Rho = rho; q.Rho != nil {
		out.Rho = *q.Rho
	}
	list, err := multilevel.Aggregate(data, out.Rho)
	for _, a := range list {
		out.Cluster, out.Yi, out.Vi = append(out.Cluster, a.Cluster), append(out.Yi, a.Effect), append(out.Vi, a.Variance)
	}
	if err == nil && q.Fit {
		out.Fit = r.free(out.Yi, out.Vi, Fit{Method: meta.REML, Test: meta.KnHa})
	}
	return out, err
}

// ordinary is the univariate random-effects model with robust variance.
func (r *Result) ordinary(data multilevel.Data, q Ordinary) OrdinaryResult {
	out := OrdinaryResult{Fit: r.free(data.Effect, data.Variance, q.Fit)}
	m, err := multilevel.Fit(data, multilevel.Design{}, multilevel.Options{Method: q.Fit.Method,
		Components: multilevel.WithinOnly, Level: r.Level})
	if out.Err = err; err == nil {
		q.Types = nil
		out.Robust = robust(q.RobustKinds, m)
	}
	return out
}

// lagged fits effects of one cluster at several times, whose sampling errors correlate
// less the farther apart they are.
func (r *Result) lagged() error {
	q := r.Plan.Lagged
	data, err := r.clustered(*q)
	if err != nil {
		return err
	}
	time, err := r.Floats(q.Time)
	if err != nil {
		return err
	}
	if q.Phi == nil || !(*q.Phi >= 0 && *q.Phi < 1) {
		return errors.New("phi must be a number from 0 to below 1: the correlation of sampling errors one unit of time apart")
	}
	time = Used(r.Data, time)
	data.Effect = append([]float64(nil), data.Effect...)
	for i, t := range time {
		if math.IsNaN(t) {
			data.Effect[i] = math.NaN()
		}
	}
	rho := 0.0
	if q.Rho != nil {
		rho = *q.Rho
	}
	r.Lagged, err = r.given(data, multilevel.Lagged(data.Variance, time, rho, *q.Phi))
	return err
}

// shared fits rows of one study that have the same control group, whose sampling
// errors correlate by what they share.
func (r *Result) shared() error {
	data, err := r.clustered(*r.Plan.Shared)
	if err != nil {
		return err
	}
	cov, err := r.sharedCovariance()
	if err != nil {
		return err
	}
	r.Shared, err = r.given(data, cov)
	return err
}

func (r *Result) given(d multilevel.Data, cov multilevel.Covariance) (*multilevel.Given, error) {
	return multilevel.FitGiven(d, multilevel.Design{}, cov, multilevel.Options{Level: r.Level})
}

// sharedCovariance is the sampling covariance of two comparisons with one control
// group (Gleser and Olkin 2009): the part of the variance that the control has, for
// standardised mean differences with the part of the common standard deviation.
func (d *Data) sharedCovariance() (multilevel.Covariance, error) {
	all, err := d.FloatsOf("ci", "n2i", "m2i", "sd2i", "n1i")
	if err != nil {
		return nil, err
	}
	x := map[string][]float64{}
	for name, col := range all {
		x[name] = Used(d, col)
	}
	n, ci, sd := x["n2i"], x["ci"], x["sd2i"]
	if n == nil {
		return nil, errors.New("the size of the control group is needed")
	}
	counts := func(f func(events, rest float64) float64) func(i, j int) float64 {
		return func(i, _ int) float64 {
			e, r := ci[i], n[i]-ci[i]
			if e == 0 || r == 0 {
				e, r = e+0.5, r+0.5
			}
			return f(e, r)
		}
	}
	var part func(i, j int) float64
	switch m := d.Measure; {
	case ci != nil && m == effect.OR:
		part = counts(func(e, r float64) float64 { return 1/e + 1/r })
	case ci != nil && m == effect.RR:
		part = counts(func(e, r float64) float64 { return 1/e - 1/(e+r) })
	case ci != nil && m == effect.RD:
		part = counts(func(e, r float64) float64 { return e * r / math.Pow(e+r, 3) })
	case sd != nil && m == effect.MD:
		part = func(i, _ int) float64 { return sd[i] * sd[i] / n[i] }
	case sd != nil && m == effect.SMD && x["n1i"] != nil:
		part = func(i, j int) float64 { return 1/n[i] + d.Y[i]*d.Y[j]/(2*(x["n1i"][i]+x["n1i"][j]+n[i])) }
	default:
		return nil, fmt.Errorf("no covariance of a shared control is known for measure %s", m)
	}
	return func(i, j int) float64 {
		for _, name := range []string{"ci", "n2i", "m2i", "sd2i"} {
			if col := x[name]; col != nil && col[i] != col[j] {
				return 0
			}
		}
		return part(i, j)
	}, nil
}
