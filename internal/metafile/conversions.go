package metafile

import (
	"fmt"
	"math"
	"sort"
	"strings"

	"past/analysis/effect"
)

// conversionsBlock computes a list of named conversions; each has a method and
// an input of its own.
var conversionsBlock = block{"conversions", func(c *Case) (any, error) {
	list := asTrees(c.Request["conversions"])
	out := make([]Tree, len(list))
	for i, req := range list {
		out[i] = echo(req)
		in := &inputs{values: asTree(req["input"]), method: text(req, "method")}
		if in.values != nil {
			out[i]["input"] = in.values
		}
		result, err := convert(in)
		if err != nil {
			out[i]["error"] = err.Error()
			continue
		}
		out[i]["output"] = result
	}
	return out, nil
}}

// convert runs one conversion.
func convert(in *inputs) (Tree, error) {
	run, ok := conversions[in.method]
	if !ok {
		names := make([]string, 0, len(conversions))
		for n := range conversions {
			names = append(names, n)
		}
		sort.Strings(names)
		return nil, fmt.Errorf("unknown conversion %q; known are %s", in.method, strings.Join(names, ", "))
	}
	out, err := run(in)
	if in.err != nil {
		err = in.err
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", in.method, err)
	}
	return out, nil
}

// inputs hands out named numbers and keeps the first thing that is missing.
type inputs struct {
	method string
	values Tree
	err    error
}

// num is the first of the names that the input holds.
func (in *inputs) num(names ...string) float64 {
	for _, n := range names {
		if v, ok := in.values[n]; ok {
			x, isNumber := asNumber(v)
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

func (in *inputs) quantiles() effect.Quantiles {
	nan := math.NaN()
	return effect.Quantiles{Min: in.or(nan, "min", "a"), Q1: in.or(nan, "q1"), Median: in.or(nan, "median", "m"),
		Q3: in.or(nan, "q3"), Max: in.or(nan, "max", "b"), N: in.num("n")}
}

// conversions by the names that requests use.
var conversions = map[string]func(*inputs) (Tree, error){
	"wan2014_s1":      wan(effect.S1),
	"wan2014_s2":      wan(effect.S2),
	"wan2014_s3":      wan(effect.S3),
	"luo2018_s1_mean": luo(effect.S1),
	"luo2018_s2_mean": luo(effect.S2),
	"luo2018_s3_mean": luo(effect.S3),
	"shi2020_s2_sd": func(in *inputs) (Tree, error) {
		sd, t1, t2, err := effect.Shi2020(in.quantiles())
		return Tree{"sd": sd, "theta1": t1, "theta2": t2}, err
	},
	"hozo2005":        meanSD(effect.Hozo2005),
	"bland2015":       meanSD(effect.Bland2015),
	"mcgrath2020_qe":  meanSD(effect.McGrathQE),
	"mcgrath2020_bc":  meanSD(effect.McGrathBC),
	"shi2023_skew_s1": skewness(effect.S1),
	"shi2023_skew_s2": skewness(effect.S2),
	"shi2023_skew_s3": skewness(effect.S3),
	"quantiles_to_sd": recommended,
	"iqr_to_sd":       func(in *inputs) (Tree, error) { return value("sd")(effect.SDFromIQR(in.num("q1"), in.num("q3"))) },
	"range_to_sd":     rangeToSD,
	"se_to_sd":        func(in *inputs) (Tree, error) { return value("sd")(effect.SDFromSE(in.num("se"), in.num("n"))) },
	"ci_to_sd_normal": groupCI(false),
	"ci_to_sd_t":      groupCI(true),
	"combine_groups":  combineGroups,
	"change_sd":       changeSD,
	"change_correlation": func(in *inputs) (Tree, error) {
		return value("r")(effect.ChangeCorrelation(in.num("sd_baseline", "sd1"), in.num("sd_final", "sd2"), in.num("sd_change")))
	},
	"md_ci_to_pooled_sd_t":      differenceCI(true),
	"md_ci_to_pooled_sd_normal": differenceCI(false),
	"md_p_to_se":                differenceP,
	"md_t_to_se":                differenceT,
	"md_se_to_pooled_sd":        differenceSE,
	"t_to_g":                    tToG,
	"f_to_g":                    fToG,
	"p_to_g":                    pToG(2),
	"p_one_sided_to_g":          pToG(1),
	"d_to_g":                    func(in *inputs) (Tree, error) { return g(in, in.num("d")) },
	"t_to_r":                    tToR,
	"p_to_z":                    func(in *inputs) (Tree, error) { return value("z")(effect.ZFromP(in.num("p_two_sided", "p"), 2)) },
	"chisq_to_phi": func(in *inputs) (Tree, error) {
		return Tree{"phi": effect.PhiFromChiSq(in.num("chisq"), in.num("n"))}, nil
	},
	"eta2_to_d": func(in *inputs) (Tree, error) { return value("d")(effect.DFromEtaSq(in.num("eta2"))) },
	"beta_to_d": func(in *inputs) (Tree, error) {
		return value("d")(effect.DFromBeta(in.num("b"), in.num("sd_y"), in.num("n1"), in.num("n2")))
	},
	"log_or_to_smd":           logORToSMD(effect.SMDFromLogOR),
	"log_or_to_smd_cox":       logORToSMD(effect.SMDFromLogORCox),
	"smd_to_log_or":           smdToLogOR(effect.LogORFromSMD),
	"smd_to_log_or_cox":       smdToLogOR(effect.LogORFromSMDCox),
	"ratio_ci_to_log_se":      ratioCI,
	"or_to_rr":                func(in *inputs) (Tree, error) { return value("rr")(effect.RRFromOR(in.num("or"), in.num("p0"))) },
	"rr_to_or":                func(in *inputs) (Tree, error) { return value("or")(effect.ORFromRR(in.num("rr"), in.num("p0"))) },
	"or_to_rd_nnt":            absolute(effect.FromOR, "or"),
	"rr_to_rd_nnt":            absolute(effect.FromRR, "rr"),
	"rd_to_nnt":               absolute(effect.FromRD, "rd"),
	"smd_to_rd_nnt":           absolute(effect.FromSMD, "d"),
	"d_to_r":                  dToR,
	"r_to_d":                  rToD,
	"r_to_z":                  rToZ,
	"z_to_r":                  func(in *inputs) (Tree, error) { return Tree{"r": math.Tanh(in.num("z"))}, nil },
	"d_to_cles":               dToCLES,
	"power_mean_effect":       powerOfMean,
	"power_heterogeneity_re":  powerOfQ(effect.PowerOfQ),
	"power_heterogeneity_fe":  powerOfQ(effect.PowerOfQFixed),
	"hr_from_oe_v":            hrFromOE,
	"hr_from_p_events":        hrFromP,
	"hr_from_ci":              hrFromCI,
	"small_sample_correction": smallSample,
}

func value(name string) func(float64, error) (Tree, error) {
	return func(x float64, err error) (Tree, error) { return Tree{name: x}, err }
}

func wan(s effect.Scenario) func(*inputs) (Tree, error) {
	return func(in *inputs) (Tree, error) {
		r, err := effect.Wan2014(in.quantiles(), s)
		return Tree{"mean": r.Mean, "sd": r.SD}, err
	}
}

func luo(s effect.Scenario) func(*inputs) (Tree, error) {
	return func(in *inputs) (Tree, error) {
		mean, w, err := effect.Luo2018(in.quantiles(), s)
		t := Tree{"mean": mean}
		switch len(w) {
		case 1:
			t["weight"] = w[0]
		case 2:
			t["weight1"], t["weight2"] = w[0], w[1]
		}
		return t, err
	}
}

func meanSD(f func(effect.Quantiles) (effect.MeanSD, error)) func(*inputs) (Tree, error) {
	return func(in *inputs) (Tree, error) {
		r, err := f(in.quantiles())
		return Tree{"mean": r.Mean, "sd": r.SD}, err
	}
}

func skewness(s effect.Scenario) func(*inputs) (Tree, error) {
	return func(in *inputs) (Tree, error) {
		stat, crit, err := effect.SkewnessTest(in.quantiles(), s)
		return Tree{"statistic": stat, "critical": crit, "skewed": stat > crit}, err
	}
}

func recommended(in *inputs) (Tree, error) {
	r, method, err := effect.MeanSDFromQuantiles(in.quantiles())
	return Tree{"mean": r.Mean, "sd": r.SD, "method_used": method}, err
}

func rangeToSD(in *inputs) (Tree, error) {
	return value("sd")(effect.SDFromRange(in.num("min"), in.num("max"), in.num("n")))
}

func groupCI(useT bool) func(*inputs) (Tree, error) {
	return func(in *inputs) (Tree, error) {
		sd, se, err := effect.SDFromCI(in.num("lb"), in.num("ub"), in.num("n"), in.or(0.95, "level"), useT)
		return Tree{"sd": sd, "se": se}, err
	}
}

// pooled adds the SD behind the standard error of a difference.
func pooled(in *inputs, t Tree, se float64, err error) (Tree, error) {
	if err != nil {
		return nil, err
	}
	sd, err := effect.PooledSD(se, in.num("n1"), in.num("n2"))
	t["se"], t["sd"] = se, sd
	return t, err
}

func differenceCI(useT bool) func(*inputs) (Tree, error) {
	return func(in *inputs) (Tree, error) {
		df := math.Inf(1)
		if useT {
			df = in.num("n1") + in.num("n2") - 2
		}
		se, err := effect.SEFromCI(in.num("md_lb", "lb"), in.num("md_ub", "ub"), in.or(0.95, "level"), df)
		return pooled(in, Tree{}, se, err)
	}
}

func differenceP(in *inputs) (Tree, error) {
	se, t, err := effect.SEFromP(in.num("md"), in.num("p_two_sided", "p"), in.num("n1")+in.num("n2")-2)
	return pooled(in, Tree{"t": t}, se, err)
}

func differenceT(in *inputs) (Tree, error) {
	return pooled(in, Tree{}, math.Abs(in.num("md")/in.num("t")), nil)
}

func differenceSE(in *inputs) (Tree, error) {
	return value("sd")(effect.PooledSD(in.num("se"), in.num("n1"), in.num("n2")))
}

func g(in *inputs, d float64) (Tree, error) {
	r, err := effect.GFromD(d, in.num("n1"), in.num("n2"))
	return Tree{"d": r.D, "j_exact": r.J, "g": r.G, "var_g_ls": r.VarLS, "var_g_borenstein": r.VarBorenstein,
		"j_approx": r.JApprox, "g_approx": r.GApprox}, err
}

func tToG(in *inputs) (Tree, error) {
	return g(in, effect.DFromT(in.num("t"), in.num("n1"), in.num("n2")))
}

func fToG(in *inputs) (Tree, error) {
	d, err := effect.DFromF(in.num("f"), in.or(1, "sign"), in.num("n1"), in.num("n2"))
	if err != nil {
		return nil, err
	}
	return g(in, d)
}

func pToG(sides int) func(*inputs) (Tree, error) {
	return func(in *inputs) (Tree, error) {
		name := "p_two_sided"
		if sides == 1 {
			name = "p_one_sided"
		}
		d, t, err := effect.DFromP(in.num(name, "p"), in.or(1, "sign"), in.num("n1"), in.num("n2"), sides)
		if err != nil {
			return nil, err
		}
		out, err := g(in, d)
		if err == nil {
			out["t"] = t
		}
		return out, err
	}
}

func tToR(in *inputs) (Tree, error) {
	df := in.num("df")
	r := effect.RFromT(in.num("t"), df)
	z, v := effect.FisherZ(r, df+2)
	return Tree{"r": r, "z": z, "var_z": v}, nil
}

func combineGroups(in *inputs) (Tree, error) {
	n, m, s := asNumbers(in.values["n"]), asNumbers(in.values["mean"]), asNumbers(in.values["sd"])
	if len(n) == 0 || len(n) != len(m) || len(n) != len(s) {
		return nil, fmt.Errorf("n, mean and sd must be lists of one length (they have %d, %d and %d entries)", len(n), len(m), len(s))
	}
	groups := make([]effect.Mean, len(n))
	for i := range n {
		groups[i] = effect.Mean{M: m[i], SD: s[i], N: n[i]}
	}
	r, err := effect.CombineGroups(groups...)
	return Tree{"n": r.N, "mean": r.M, "sd": r.SD}, err
}

func changeSD(in *inputs) (Tree, error) {
	return value("sd_change")(effect.ChangeSD(in.num("sd_baseline", "sd1"), in.num("sd_final", "sd2"), in.num("r")))
}

func logORToSMD(f func(x, v float64) (float64, float64)) func(*inputs) (Tree, error) {
	return func(in *inputs) (Tree, error) {
		d, v := f(in.num("log_or"), in.or(math.NaN(), "var"))
		return Tree{"d": d, "var_d": v}, nil
	}
}

func smdToLogOR(f func(x, v float64) (float64, float64)) func(*inputs) (Tree, error) {
	return func(in *inputs) (Tree, error) {
		l, v := f(in.num("d"), in.or(math.NaN(), "var_d"))
		return Tree{"log_or": l, "var": v}, nil
	}
}

func ratioCI(in *inputs) (Tree, error) {
	l, se, err := effect.LogRatioFromCI(in.num("ratio"), in.num("lb"), in.num("ub"), in.or(0.95, "level"))
	return Tree{"log_ratio": l, "se": se, "var": se * se}, err
}

func absolute(f func(x, p0 float64) (effect.Absolute, error), name string) func(*inputs) (Tree, error) {
	return func(in *inputs) (Tree, error) {
		a, err := f(in.num(name), in.num("p0"))
		return Tree{"p1": a.Risk, "rd": a.Difference, "nnt": a.NNT}, err
	}
}

func dToR(in *inputs) (Tree, error) {
	r, v := effect.RFromD(in.num("d"), in.or(math.NaN(), "var_d"), in.or(math.NaN(), "n1"), in.or(math.NaN(), "n2"))
	return Tree{"r": r, "var_r": v}, nil
}

func rToD(in *inputs) (Tree, error) {
	d, v := effect.DFromR(in.num("r"), in.or(math.NaN(), "var_r"))
	return Tree{"d": d, "var_d": v}, nil
}

func rToZ(in *inputs) (Tree, error) {
	z, v := effect.FisherZ(in.num("r"), in.or(math.NaN(), "n"))
	return Tree{"z": z, "var_z": v, "r_back": math.Tanh(z)}, nil
}

func dToCLES(in *inputs) (Tree, error) {
	c, u := effect.CommonLanguage(in.num("d"))
	return Tree{"cles": c, "u3": u}, nil
}

func powerOfMean(in *inputs) (Tree, error) {
	p, err := effect.PowerOfMean(in.num("delta"), in.num("k"), in.num("v"), in.or(0, "tau2"), in.or(0.05, "alpha"))
	return Tree{"lambda": p.Lambda, "power_two_sided": p.TwoSided, "power_one_sided": p.OneSided}, err
}

func powerOfQ(f func(k, v, tau2, alpha float64) (float64, error)) func(*inputs) (Tree, error) {
	return func(in *inputs) (Tree, error) {
		return value("power")(f(in.num("k"), in.num("v"), in.num("tau2"), in.or(0.05, "alpha")))
	}
}

func hrFromOE(in *inputs) (Tree, error) {
	l, se, err := effect.LogHRFromOE(in.num("o_minus_e"), in.num("v"))
	return Tree{"log_hr": l, "se": se}, err
}

func hrFromP(in *inputs) (Tree, error) {
	l, se, oe, v, err := effect.LogHRFromP(in.num("p_two_sided", "p"), in.num("events1"), in.num("events2"), in.or(1, "sign"))
	return Tree{"log_hr": l, "se": se, "o_minus_e": oe, "v": v}, err
}

func hrFromCI(in *inputs) (Tree, error) {
	l, se, err := effect.LogRatioFromCI(in.num("hr", "ratio"), in.num("lb"), in.num("ub"), in.or(0.95, "level"))
	return Tree{"log_hr": l, "se": se, "var": se * se}, err
}

func smallSample(in *inputs) (Tree, error) {
	m := in.num("df", "m")
	return Tree{"j_exact": effect.J(m), "j_approx": effect.JApprox(m)}, nil
}
