package metafile

import (
	"errors"
	"fmt"
	"math"

	"past/analysis/effect"
	"past/analysis/multilevel"
)

// lagBlock answers lagged: effects of one cluster at several times, whose sampling
// errors correlate less the farther apart they are.
var lagBlock = block{"lagged", func(c *Case) (any, error) {
	req := asTree(c.Request["lagged"])
	d, err := c.clustered(req)
	if err != nil {
		return nil, err
	}
	time, err := c.Floats(text(req, "time_column"))
	if err != nil {
		return nil, err
	}
	phi, ok := asNumber(req["phi"])
	if !ok || !(phi >= 0 && phi < 1) {
		return nil, errors.New("phi must be a number from 0 to below 1: the correlation of sampling errors one unit of time apart")
	}
	rho, ok := asNumber(req["rho"])
	if !ok {
		rho = 0
	}
	for i, t := range time {
		if math.IsNaN(t) {
			d.Effect[i] = math.NaN()
		}
	}
	return givenTree(c, Tree{"phi": phi, "rho": rho}, d, multilevel.Lagged(d.Variance, time, rho, phi))
}}

// sharedBlock answers shared_control: rows of one study that have the same control
// group, whose sampling errors correlate by what they share.
var sharedBlock = block{"shared_control", func(c *Case) (any, error) {
	d, err := c.clustered(asTree(c.Request["shared_control"]))
	if err != nil {
		return nil, err
	}
	cov, err := c.sharedCovariance()
	if err != nil {
		return nil, err
	}
	return givenTree(c, Tree{}, d, cov)
}}

func givenTree(c *Case, t Tree, d multilevel.Data, cov multilevel.Covariance) (any, error) {
	g, err := multilevel.FitGiven(d, multilevel.Design{}, cov, multilevel.Options{Level: c.level})
	if err != nil {
		return nil, err
	}
	for k, v := range map[string]any{"k": g.K, "n_clusters": g.Clusters, "beta": g.Beta[0], "se": g.SE[0], "pval": g.PValue[0],
		"ci_lb": g.CILower[0],
		"ci_ub": g.CIUpper[0], "sigma2": []float64{g.Sigma2.Between, g.Sigma2.Within}, "log_lik": g.LogLik} {
		t[k] = v
	}
	return t, nil
}

// sharedCovariance is the sampling covariance of two comparisons with one control
// group (Gleser and Olkin 2009): the part of the variance that the control has, for
// standardised mean differences with the part of the common standard deviation.
func (c *Case) sharedCovariance() (multilevel.Covariance, error) {
	x := map[string][]float64{}
	for _, name := range []string{"ci", "n2i", "m2i", "sd2i", "n1i"} {
		col, err := c.optionalFloats(name)
		if err != nil {
			return nil, err
		}
		x[name] = col
	}
	n := x["n2i"]
	if n == nil {
		return nil, errors.New("the size of the control group is needed")
	}
	same := func(i, j int) bool {
		for _, name := range []string{"ci", "n2i", "m2i", "sd2i"} {
			if col := x[name]; col != nil && col[i] != col[j] {
				return false
			}
		}
		return true
	}
	var part func(i, j int) float64
	counts := func(f func(events, rest float64) float64) func(i, j int) float64 {
		return func(i, _ int) float64 {
			e, r := x["ci"][i], n[i]-x["ci"][i]
			if e == 0 || r == 0 {
				e, r = e+0.5, r+0.5
			}
			return f(e, r)
		}
	}
	switch m := effect.Measure(c.Measure); {
	case x["ci"] != nil && m == effect.OR:
		part = counts(func(e, r float64) float64 { return 1/e + 1/r })
	case x["ci"] != nil && m == effect.RR:
		part = counts(func(e, r float64) float64 { return 1/e - 1/(e+r) })
	case x["ci"] != nil && m == effect.RD:
		part = counts(func(e, r float64) float64 { return e * r / math.Pow(e+r, 3) })
	case x["sd2i"] != nil && m == effect.MD:
		part = func(i, _ int) float64 { return x["sd2i"][i] * x["sd2i"][i] / n[i] }
	case x["sd2i"] != nil && m == effect.SMD && x["n1i"] != nil:
		part = func(i, j int) float64 {
			return 1/n[i] + c.Yi[i]*c.Yi[j]/(2*(x["n1i"][i]+x["n1i"][j]+n[i]))
		}
	default:
		return nil, fmt.Errorf("no covariance of a shared control is known for measure %s", c.Measure)
	}
	return func(i, j int) float64 {
		if !same(i, j) {
			return 0
		}
		return part(i, j)
	}, nil
}
