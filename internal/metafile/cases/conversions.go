package cases

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"past/analysis/effect"
	"past/internal/metafile/answer"
	"past/internal/metafile/table"
)

// conversion is one entry of a request, with an input of its own.
type conversion struct {
	Method    string         `json:"method"`
	Formula   string         `json:"formula"`
	Reference string         `json:"reference"`
	Input     map[string]any `json:"input"`
}

// conversions answers a list of named conversions.
func conversions(request json.RawMessage) any {
	var list []conversion
	if err := json.Unmarshal(request, &list); err != nil {
		return answer.Tree{"error": err.Error()}
	}
	out := make([]answer.Tree, len(list))
	for i, c := range list {
		t := answer.Echo(c)
		if c.Input != nil {
			t["input"] = c.Input
		}
		if result, err := convert(c); err != nil {
			t["error"] = err.Error()
		} else {
			t["output"] = result
		}
		out[i] = t
	}
	return out
}

// convert runs one conversion.
func convert(c conversion) (answer.Tree, error) {
	f, ok := known[c.Method]
	if !ok {
		return nil, fmt.Errorf("unknown conversion %q; known are %s", c.Method, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
	}
	in := &inputs{values: c.Input}
	values, err := f.run(in)
	if in.err != nil {
		err = in.err
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Method, err)
	}
	out := answer.Tree{}
	for i, name := range strings.Fields(f.gives) {
		if i < len(values) {
			out[name] = values[i]
		}
	}
	return out, nil
}

// inputs hands out named numbers and keeps the first thing that is missing.
type inputs struct {
	values map[string]any
	err    error
}

// num is the first of the names that the input holds.
func (in *inputs) num(names ...string) float64 {
	for _, n := range names {
		if v, ok := in.values[n]; ok {
			x, isNumber := table.Number(v)
			if !isNumber && in.err == nil {
				in.err = fmt.Errorf("%s must be a number, not %v", n, v)
			}
			return x
		}
	}
	if in.err == nil {
		in.err = fmt.Errorf("the input lacks %s", names[0])
	}
	return math.NaN()
}

// or is num with a value for when nothing is given.
func (in *inputs) or(otherwise float64, names ...string) float64 {
	for _, n := range names {
		if _, ok := in.values[n]; ok {
			return in.num(n)
		}
	}
	return otherwise
}

func (in *inputs) level() float64          { return in.or(0.95, "level") }
func (in *inputs) sizes() (n1, n2 float64) { return in.num("n1"), in.num("n2") }

func (in *inputs) quantiles() effect.Quantiles {
	nan := math.NaN()
	return effect.Quantiles{Min: in.or(nan, "min", "a"), Q1: in.or(nan, "q1"), Median: in.or(nan, "median", "m"),
		Q3: in.or(nan, "q3"), Max: in.or(nan, "max", "b"), N: in.num("n")}
}

// numbers is a list of the input.
func (in *inputs) numbers(name string) []float64 {
	list, _ := in.values[name].([]any)
	out := make([]float64, len(list))
	for i := range list {
		out[i], _ = table.Number(list[i])
	}
	return out
}

// way is a conversion: the names of what it gives, and how.
type way struct {
	gives string
	run   func(*inputs) ([]any, error)
}

// known are the conversions by the names that requests use.
var known = map[string]way{
	"wan2014_s1":      wan(effect.S1),
	"wan2014_s2":      wan(effect.S2),
	"wan2014_s3":      wan(effect.S3),
	"luo2018_s1_mean": luo(effect.S1, "mean weight"),
	"luo2018_s2_mean": luo(effect.S2, "mean weight1 weight2"),
	"luo2018_s3_mean": luo(effect.S3, "mean weight"),
	"shi2020_s2_sd":   {"sd theta1 theta2", func(in *inputs) ([]any, error) { return three(effect.Shi2020(in.quantiles())) }},
	"hozo2005":        meanSD(effect.Hozo2005),
	"bland2015":       meanSD(effect.Bland2015),
	"mcgrath2020_qe":  meanSD(effect.McGrathQE),
	"mcgrath2020_bc":  meanSD(effect.McGrathBC),
	"shi2023_skew_s1": skewness(effect.S1),
	"shi2023_skew_s2": skewness(effect.S2),
	"shi2023_skew_s3": skewness(effect.S3),
	"iqr_to_sd":       value("sd", func(in *inputs) (float64, error) { return effect.SDFromIQR(in.num("q1"), in.num("q3")) }),
	"range_to_sd": value("sd", func(in *inputs) (float64, error) {
		return effect.SDFromRange(in.num("min"), in.num("max"), in.num("n"))
	}),
	"se_to_sd":           value("sd", func(in *inputs) (float64, error) { return effect.SDFromSE(in.num("se"), in.num("n")) }),
	"change_sd":          value("sd_change", changeSD),
	"change_correlation": value("r", changeCorrelation),
	"p_to_z":             value("z", func(in *inputs) (float64, error) { return effect.ZFromP(in.num("p_two_sided", "p"), 2) }),
	"eta2_to_d":          value("d", func(in *inputs) (float64, error) { return effect.DFromEtaSq(in.num("eta2")) }),
	"or_to_rr":           value("rr", func(in *inputs) (float64, error) { return effect.RRFromOR(in.num("or"), in.num("p0")) }),
	"rr_to_or":           value("or", func(in *inputs) (float64, error) { return effect.ORFromRR(in.num("rr"), in.num("p0")) }),
	"chisq_to_phi":       value("phi", func(in *inputs) (float64, error) { return effect.PhiFromChiSq(in.num("chisq"), in.num("n")), nil }),
	"z_to_r":             value("r", func(in *inputs) (float64, error) { return math.Tanh(in.num("z")), nil }),
	"beta_to_d": value("d", func(in *inputs) (float64, error) {
		return effect.DFromBeta(in.num("b"), in.num("sd_y"), in.num("n1"), in.num("n2"))
	}),
	"power_heterogeneity_re": powerOfQ(effect.PowerOfQ),
	"power_heterogeneity_fe": powerOfQ(effect.PowerOfQFixed),
	"quantiles_to_sd": {"mean sd method_used", func(in *inputs) ([]any, error) {
		r, method, err := effect.MeanSDFromQuantiles(in.quantiles())
		return []any{r.Mean, r.SD, method}, err
	}},
	"ci_to_sd_normal":           groupCI(false),
	"ci_to_sd_t":                groupCI(true),
	"md_ci_to_pooled_sd_t":      differenceCI(true),
	"md_ci_to_pooled_sd_normal": differenceCI(false),
	"md_p_to_se": {"se sd t", func(in *inputs) ([]any, error) {
		se, t, err := effect.SEFromP(in.num("md"), in.num("p_two_sided", "p"), in.num("n1")+in.num("n2")-2)
		return pooledSD(in, se, err, t)
	}},
	"md_t_to_se": {"se sd", func(in *inputs) ([]any, error) { return pooledSD(in, math.Abs(in.num("md")/in.num("t")), nil) }},
	"md_se_to_pooled_sd": value("sd", func(in *inputs) (float64, error) {
		return effect.PooledSD(in.num("se"), in.num("n1"), in.num("n2"))
	}),
	"combine_groups": {"n mean sd", combineGroups},
	"d_to_g":         toG(func(in *inputs, _, _ float64) (float64, float64, error) { return in.num("d"), math.NaN(), nil }),
	"t_to_g": toG(func(in *inputs, n1, n2 float64) (float64, float64, error) {
		return effect.DFromT(in.num("t"), n1, n2), math.NaN(), nil
	}),
	"f_to_g": toG(func(in *inputs, n1, n2 float64) (float64, float64, error) {
		d, err := effect.DFromF(in.num("f"), in.or(1, "sign"), n1, n2)
		return d, math.NaN(), err
	}),
	"p_to_g":            toG(fromP("p_two_sided", 2)),
	"p_one_sided_to_g":  toG(fromP("p_one_sided", 1)),
	"log_or_to_smd":     scaled("d var_d", effect.SMDFromLogOR, "log_or", "var"),
	"log_or_to_smd_cox": scaled("d var_d", effect.SMDFromLogORCox, "log_or", "var"),
	"smd_to_log_or":     scaled("log_or var", effect.LogORFromSMD, "d", "var_d"),
	"smd_to_log_or_cox": scaled("log_or var", effect.LogORFromSMDCox, "d", "var_d"),
	"r_to_d":            scaled("d var_d", effect.DFromR, "r", "var_r"),
	"r_to_z": {"z var_z r_back", func(in *inputs) ([]any, error) {
		z, v := effect.FisherZ(in.num("r"), in.or(math.NaN(), "n"))
		return []any{z, v, math.Tanh(z)}, nil
	}},
	"t_to_r": {"r z var_z", func(in *inputs) ([]any, error) {
		r := effect.RFromT(in.num("t"), in.num("df"))
		z, v := effect.FisherZ(r, in.num("df")+2)
		return []any{r, z, v}, nil
	}},
	"d_to_r": {"r var_r", func(in *inputs) ([]any, error) {
		nan := math.NaN()
		r, v := effect.RFromD(in.num("d"), in.or(nan, "var_d"), in.or(nan, "n1"), in.or(nan, "n2"))
		return []any{r, v}, nil
	}},
	"d_to_cles": {"cles u3", func(in *inputs) ([]any, error) {
		c, u := effect.CommonLanguage(in.num("d"))
		return []any{c, u}, nil
	}},
	"ratio_ci_to_log_se": ratioCI("log_ratio se var", "ratio"),
	"hr_from_ci":         ratioCI("log_hr se var", "hr", "ratio"),
	"hr_from_oe_v": {"log_hr se", func(in *inputs) ([]any, error) {
		l, se, err := effect.LogHRFromOE(in.num("o_minus_e"), in.num("v"))
		return []any{l, se}, err
	}},
	"hr_from_p_events": {"log_hr se o_minus_e v", func(in *inputs) ([]any, error) {
		l, se, oe, v, err := effect.LogHRFromP(in.num("p_two_sided", "p"), in.num("events1"), in.num("events2"), in.or(1, "sign"))
		return []any{l, se, oe, v}, err
	}},
	"or_to_rd_nnt":  absolute(effect.FromOR, "or"),
	"rr_to_rd_nnt":  absolute(effect.FromRR, "rr"),
	"rd_to_nnt":     absolute(effect.FromRD, "rd"),
	"smd_to_rd_nnt": absolute(effect.FromSMD, "d"),
	"power_mean_effect": {"lambda power_two_sided power_one_sided", func(in *inputs) ([]any, error) {
		p, err := effect.PowerOfMean(in.num("delta"), in.num("k"), in.num("v"), in.or(0, "tau2"), in.or(0.05, "alpha"))
		return []any{p.Lambda, p.TwoSided, p.OneSided}, err
	}},
	"small_sample_correction": {"j_exact j_approx", func(in *inputs) ([]any, error) {
		m := in.num("df", "m")
		return []any{effect.J(m), effect.JApprox(m)}, nil
	}},
}

func three(a, b, c float64, err error) ([]any, error) { return []any{a, b, c}, err }

func value(gives string, f func(*inputs) (float64, error)) way {
	return way{gives, func(in *inputs) ([]any, error) {
		x, err := f(in)
		return []any{x}, err
	}}
}

func meanSD(f func(effect.Quantiles) (effect.MeanSD, error)) way {
	return way{"mean sd", func(in *inputs) ([]any, error) {
		r, err := f(in.quantiles())
		return []any{r.Mean, r.SD}, err
	}}
}

func wan(s effect.Scenario) way {
	return meanSD(func(q effect.Quantiles) (effect.MeanSD, error) { return effect.Wan2014(q, s) })
}

func luo(s effect.Scenario, gives string) way {
	return way{gives, func(in *inputs) ([]any, error) {
		mean, weights, err := effect.Luo2018(in.quantiles(), s)
		out := []any{mean}
		for _, w := range weights {
			out = append(out, w)
		}
		return out, err
	}}
}

func skewness(s effect.Scenario) way {
	return way{"statistic critical skewed", func(in *inputs) ([]any, error) {
		stat, crit, err := effect.SkewnessTest(in.quantiles(), s)
		return []any{stat, crit, stat > crit}, err
	}}
}

func groupCI(useT bool) way {
	return way{"sd se", func(in *inputs) ([]any, error) {
		sd, se, err := effect.SDFromCI(in.num("lb"), in.num("ub"), in.num("n"), in.level(), useT)
		return []any{sd, se}, err
	}}
}

// pooledSD adds the SD behind the standard error of a difference.
func pooledSD(in *inputs, se float64, err error, more ...any) ([]any, error) {
	if err != nil {
		return nil, err
	}
	sd, err := effect.PooledSD(se, in.num("n1"), in.num("n2"))
	return append([]any{se, sd}, more...), err
}

func differenceCI(useT bool) way {
	return way{"se sd", func(in *inputs) ([]any, error) {
		df := math.Inf(1)
		if useT {
			df = in.num("n1") + in.num("n2") - 2
		}
		se, err := effect.SEFromCI(in.num("md_lb", "lb"), in.num("md_ub", "ub"), in.level(), df)
		return pooledSD(in, se, err)
	}}
}

// toG corrects a d for small samples; d may come with a t value.
func toG(d func(in *inputs, n1, n2 float64) (d, t float64, err error)) way {
	return way{"d j_exact g var_g_ls var_g_borenstein j_approx g_approx t", func(in *inputs) ([]any, error) {
		n1, n2 := in.sizes()
		x, t, err := d(in, n1, n2)
		if err != nil {
			return nil, err
		}
		r, err := effect.GFromD(x, n1, n2)
		out := []any{r.D, r.J, r.G, r.VarLS, r.VarBorenstein, r.JApprox, r.GApprox}
		if !math.IsNaN(t) {
			out = append(out, t)
		}
		return out, err
	}}
}

func fromP(name string, sides int) func(in *inputs, n1, n2 float64) (d, t float64, err error) {
	return func(in *inputs, n1, n2 float64) (d, t float64, err error) {
		return effect.DFromP(in.num(name, "p"), in.or(1, "sign"), n1, n2, sides)
	}
}

// scaled converts an effect with its variance.
func scaled(gives string, f func(x, v float64) (float64, float64), x, v string) way {
	return way{gives, func(in *inputs) ([]any, error) {
		y, w := f(in.num(x), in.or(math.NaN(), v))
		return []any{y, w}, nil
	}}
}

func ratioCI(gives string, names ...string) way {
	return way{gives, func(in *inputs) ([]any, error) {
		l, se, err := effect.LogRatioFromCI(in.num(names...), in.num("lb"), in.num("ub"), in.level())
		return []any{l, se, se * se}, err
	}}
}

func absolute(f func(x, p0 float64) (effect.Absolute, error), name string) way {
	return way{"p1 rd nnt", func(in *inputs) ([]any, error) {
		a, err := f(in.num(name), in.num("p0"))
		return []any{a.Risk, a.Difference, a.NNT}, err
	}}
}

func powerOfQ(f func(k, v, tau2, alpha float64) (float64, error)) way {
	return value("power", func(in *inputs) (float64, error) {
		return f(in.num("k"), in.num("v"), in.num("tau2"), in.or(0.05, "alpha"))
	})
}

func changeSD(in *inputs) (float64, error) {
	return effect.ChangeSD(in.num("sd_baseline", "sd1"), in.num("sd_final", "sd2"), in.num("r"))
}

func changeCorrelation(in *inputs) (float64, error) {
	return effect.ChangeCorrelation(in.num("sd_baseline", "sd1"), in.num("sd_final", "sd2"), in.num("sd_change"))
}

func combineGroups(in *inputs) ([]any, error) {
	n, m, s := in.numbers("n"), in.numbers("mean"), in.numbers("sd")
	if len(n) == 0 || len(n) != len(m) || len(n) != len(s) {
		return nil, fmt.Errorf("n, mean and sd must be lists of one length (they have %d, %d and %d entries)", len(n), len(m), len(s))
	}
	groups := make([]effect.Mean, len(n))
	for i := range n {
		groups[i] = effect.Mean{M: m[i], SD: s[i], N: n[i]}
	}
	r, err := effect.CombineGroups(groups...)
	return []any{r.N, r.M, r.SD}, err
}
