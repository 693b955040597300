package cases

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"past/analysis"
	"past/analysis/effect"
	"past/internal/metafile/answer"
	"past/internal/metafile/table"
)

// way is a conversion: a function of package effect, the inputs that it takes in the
// order of its parameters, and the names of what it gives. Of inputs joined by a bar
// the first that is there is taken; "x=1" has a value for when nothing is given, "x?"
// is NaN then. "quantiles" and "groups" are a whole summary and lists of groups. Of
// results, the numbers of a struct come one by one, and those named _ are left out.
type way struct {
	f            any
	takes, gives string
}

// known are the conversions by the names that requests use.
var known = map[string]way{
	"wan2014_s1":      {wan(effect.S1), "quantiles", "mean sd"},
	"wan2014_s2":      {wan(effect.S2), "quantiles", "mean sd"},
	"wan2014_s3":      {wan(effect.S3), "quantiles", "mean sd"},
	"luo2018_s1_mean": {luo(effect.S1), "quantiles", "mean weight"},
	"luo2018_s2_mean": {luo(effect.S2), "quantiles", "mean weight1 weight2"},
	"luo2018_s3_mean": {luo(effect.S3), "quantiles", "mean weight"},
	"shi2020_s2_sd":   {effect.Shi2020, "quantiles", "sd theta1 theta2"},
	"hozo2005":        {effect.Hozo2005, "quantiles", "mean sd"},
	"bland2015":       {effect.Bland2015, "quantiles", "mean sd"},
	"mcgrath2020_qe":  {effect.McGrathQE, "quantiles", "mean sd"},
	"mcgrath2020_bc":  {effect.McGrathBC, "quantiles", "mean sd"},
	"shi2023_skew_s1": {skewness(effect.S1), "quantiles", "statistic critical skewed"},
	"shi2023_skew_s2": {skewness(effect.S2), "quantiles", "statistic critical skewed"},
	"shi2023_skew_s3": {skewness(effect.S3), "quantiles", "statistic critical skewed"},
	"quantiles_to_sd": {effect.MeanSDFromQuantiles, "quantiles", "mean sd method_used"},
	"iqr_to_sd":       {effect.SDFromIQR, "q1 q3", "sd"},
	"range_to_sd":     {effect.SDFromRange, "min max n", "sd"},
	"se_to_sd":        {effect.SDFromSE, "se n", "sd"},
	"ci_to_sd_normal": {groupCI(false), "lb ub n level=0.95", "sd se"},
	"ci_to_sd_t":      {groupCI(true), "lb ub n level=0.95", "sd se"},
	"combine_groups":  {combine, "groups", "mean sd n"},

	"change_sd":                 {effect.ChangeSD, "sd_baseline|sd1 sd_final|sd2 r", "sd_change"},
	"change_correlation":        {effect.ChangeCorrelation, "sd_baseline|sd1 sd_final|sd2 sd_change", "r"},
	"md_ci_to_pooled_sd_t":      {differenceCI(true), "md_lb|lb md_ub|ub level=0.95 n1 n2", "se sd"},
	"md_ci_to_pooled_sd_normal": {differenceCI(false), "md_lb|lb md_ub|ub level=0.95 n1 n2", "se sd"},
	"md_p_to_se":                {differenceP, "md p_two_sided|p n1 n2", "se sd t"},
	"md_t_to_se":                {differenceT, "md t n1 n2", "se sd"},
	"md_se_to_pooled_sd":        {effect.PooledSD, "se n1 n2", "sd"},

	"d_to_g":           {effect.GFromD, "d n1 n2", correction},
	"t_to_g":           {tToG, "t n1 n2", correction},
	"f_to_g":           {fToG, "f sign=1 n1 n2", correction},
	"p_to_g":           {pToG(2), "p_two_sided|p sign=1 n1 n2", "t " + correction},
	"p_one_sided_to_g": {pToG(1), "p_one_sided|p sign=1 n1 n2", "t " + correction},
	"t_to_r":           {tToR, "t df", "r z var_z"},
	"p_to_z":           {pToZ, "p_two_sided|p", "z"},
	"chisq_to_phi":     {effect.PhiFromChiSq, "chisq n", "phi"},
	"eta2_to_d":        {effect.DFromEtaSq, "eta2", "d"},
	"beta_to_d":        {effect.DFromBeta, "b sd_y n1 n2", "d"},

	"log_or_to_smd":      {effect.SMDFromLogOR, "log_or var?", "d var_d"},
	"log_or_to_smd_cox":  {effect.SMDFromLogORCox, "log_or var?", "d var_d"},
	"smd_to_log_or":      {effect.LogORFromSMD, "d var_d?", "log_or var"},
	"smd_to_log_or_cox":  {effect.LogORFromSMDCox, "d var_d?", "log_or var"},
	"ratio_ci_to_log_se": {ratioCI, "ratio lb ub level=0.95", "log_ratio se var"},
	"or_to_rr":           {effect.RRFromOR, "or p0", "rr"},
	"rr_to_or":           {effect.ORFromRR, "rr p0", "or"},
	"or_to_rd_nnt":       {effect.FromOR, "or p0", "_ p1 rd nnt"},
	"rr_to_rd_nnt":       {effect.FromRR, "rr p0", "_ p1 rd nnt"},
	"rd_to_nnt":          {effect.FromRD, "rd p0", "_ p1 rd nnt"},
	"smd_to_rd_nnt":      {effect.FromSMD, "d p0", "_ p1 rd nnt"},
	"d_to_r":             {effect.RFromD, "d var_d? n1? n2?", "r var_r"},
	"r_to_d":             {effect.DFromR, "r var_r?", "d var_d"},
	"r_to_z":             {rToZ, "r n?", "z var_z r_back"},
	"z_to_r":             {math.Tanh, "z", "r"},
	"d_to_cles":          {effect.CommonLanguage, "d", "cles u3"},

	"power_mean_effect":       {effect.PowerOfMean, "delta k v tau2=0 alpha=0.05", "lambda power_two_sided power_one_sided"},
	"power_heterogeneity_re":  {effect.PowerOfQ, "k v tau2 alpha=0.05", "power"},
	"power_heterogeneity_fe":  {effect.PowerOfQFixed, "k v tau2 alpha=0.05", "power"},
	"hr_from_oe_v":            {effect.LogHRFromOE, "o_minus_e v", "log_hr se"},
	"hr_from_p_events":        {effect.LogHRFromP, "p_two_sided|p events1 events2 sign=1", "log_hr se o_minus_e v"},
	"hr_from_ci":              {ratioCI, "hr|ratio lb ub level=0.95", "log_hr se var"},
	"small_sample_correction": {corrections, "df|m", "j_exact j_approx"},
}

// correction is what a d gives that is corrected for small samples.
const correction = "d j_exact g var_g_ls var_g_borenstein j_approx g_approx"

// Those that fix a parameter, or are made of two functions.
var (
	wan = func(s effect.Scenario) any {
		return func(q effect.Quantiles) (effect.MeanSD, error) { return effect.Wan2014(q, s) }
	}
	luo = func(s effect.Scenario) any {
		return func(q effect.Quantiles) (float64, []float64, error) { return effect.Luo2018(q, s) }
	}
	skewness = func(s effect.Scenario) any {
		return func(q effect.Quantiles) (statistic, critical float64, skewed bool, err error) {
			statistic, critical, err = effect.SkewnessTest(q, s)
			return statistic, critical, statistic > critical, err
		}
	}
	groupCI = func(useT bool) any {
		return func(lb, ub, n, level float64) (sd, se float64, err error) {
			return effect.SDFromCI(analysis.Interval{Lower: lb, Upper: ub}, n, level, useT)
		}
	}
	combine      = func(groups []effect.Mean) (effect.Mean, error) { return effect.CombineGroups(groups...) }
	differenceCI = func(useT bool) any {
		return func(lb, ub, level, n1, n2 float64) (se, sd float64, err error) {
			df := math.Inf(1)
			if useT {
				df = n1 + n2 - 2
			}
			if se, err = effect.SEFromCI(lb, ub, level, df); err == nil {
				sd, err = effect.PooledSD(se, n1, n2)
			}
			return se, sd, err
		}
	}
	differenceP = func(md, p, n1, n2 float64) (se, sd, t float64, err error) {
		if se, t, err = effect.SEFromP(md, p, n1+n2-2); err == nil {
			sd, err = effect.PooledSD(se, n1, n2)
		}
		return se, sd, t, err
	}
	differenceT = func(md, t, n1, n2 float64) (se, sd float64, err error) {
		se = math.Abs(md / t)
		sd, err = effect.PooledSD(se, n1, n2)
		return se, sd, err
	}
	tToG = func(t, n1, n2 float64) (effect.G, error) { return effect.GFromD(effect.DFromT(t, n1, n2), n1, n2) }
	fToG = func(f, sign, n1, n2 float64) (effect.G, error) {
		d, err := effect.DFromF(f, sign, n1, n2)
		if err != nil {
			return effect.G{}, err
		}
		return effect.GFromD(d, n1, n2)
	}
	pToG = func(sides int) any {
		return func(p, sign, n1, n2 float64) (t float64, g effect.G, err error) {
			d, t, err := effect.DFromP(effect.PValue{P: p, Sides: sides}, sign, n1, n2)
			if err == nil {
				g, err = effect.GFromD(d, n1, n2)
			}
			return t, g, err
		}
	}
	tToR = func(t, df float64) (r, z, v float64) {
		r = effect.RFromT(t, df)
		z, v = effect.FisherZ(r, df+2)
		return r, z, v
	}
	rToZ = func(r, n float64) (z, v, back float64) {
		z, v = effect.FisherZ(r, n)
		return z, v, math.Tanh(z)
	}
	pToZ    = func(p float64) (float64, error) { return effect.ZFromP(p, 2) }
	ratioCI = func(ratio, lb, ub, level float64) (log, se, v float64, err error) {
		log, se, err = effect.LogRatioFromCI(ratio, lb, ub, level)
		return log, se, se * se, err
	}
	corrections = func(m float64) (exact, approx float64) { return effect.J(m), effect.JApprox(m) }
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
		out[i] = answer.Echo(c)
		if c.Input != nil {
			out[i]["input"] = c.Input
		}
		if result, err := c.run(); err != nil {
			out[i]["error"] = err.Error()
		} else {
			out[i]["output"] = result
		}
	}
	return out
}

// run calls the function of a conversion by its inputs and names its results.
func (c conversion) run() (answer.Tree, error) {
	w, ok := known[c.Method]
	if !ok {
		return nil, fmt.Errorf("unknown conversion %q; known are %s", c.Method, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
	}
	var args []reflect.Value
	for _, spec := range strings.Fields(w.takes) {
		x, err := c.input(spec)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.Method, err)
		}
		args = append(args, reflect.ValueOf(x))
	}
	var values []any
	for _, v := range reflect.ValueOf(w.f).Call(args) {
		if err, is := v.Interface().(error); is {
			return nil, fmt.Errorf("%s: %w", c.Method, err)
		}
		switch v.Kind() {
		case reflect.Struct:
			for i := range v.NumField() {
				values = append(values, v.Field(i).Interface())
			}
		case reflect.Slice:
			for i := range v.Len() {
				values = append(values, v.Index(i).Interface())
			}
		case reflect.Interface: // no error
		default:
			values = append(values, v.Interface())
		}
	}
	out := answer.Tree{}
	for i, name := range strings.Fields(w.gives) {
		if name != "_" && i < len(values) {
			out[name] = values[i]
		}
	}
	return out, nil
}

// input is what an input of a conversion holds.
func (c conversion) input(spec string) (any, error) {
	switch spec {
	case "quantiles":
		q := effect.Quantiles{}
		for to, of := range map[*float64]string{&q.Min: "min|a?", &q.Q1: "q1?", &q.Median: "median|m?", &q.Q3: "q3?", &q.Max: "max|b?",
			&q.N: "n"} {
			x, err := c.input(of)
			if err != nil {
				return nil, err
			}
			*to = x.(float64)
		}
		return q, nil
	case "groups":
		n, m, s := c.numbers("n"), c.numbers("mean"), c.numbers("sd")
		if len(n) == 0 || len(n) != len(m) || len(n) != len(s) {
			return nil, fmt.Errorf("n, mean and sd must be lists of one length (they have %d, %d and %d entries)", len(n), len(m), len(s))
		}
		groups := make([]effect.Mean, len(n))
		for i := range n {
			groups[i] = effect.Mean{M: m[i], SD: s[i], N: n[i]}
		}
		return groups, nil
	}
	names, otherwise, isDefault := strings.Cut(spec, "=")
	names, optional := strings.CutSuffix(names, "?")
	for _, n := range strings.Split(names, "|") {
		if v, ok := c.Input[n]; ok {
			x, isNumber := table.Number(v)
			if !isNumber {
				return nil, fmt.Errorf("%s must be a number, not %v", n, v)
			}
			return x, nil
		}
	}
	switch {
	case isDefault:
		return strconv.ParseFloat(otherwise, 64)
	case optional:
		return math.NaN(), nil
	}
	return nil, errors.New("the input lacks " + strings.Split(names, "|")[0])
}

// numbers is a list of the input.
func (c conversion) numbers(name string) []float64 {
	list, _ := c.Input[name].([]any)
	out := make([]float64, len(list))
	for i := range list {
		out[i], _ = table.Number(list[i])
	}
	return out
}
