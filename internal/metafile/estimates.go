package metafile

import (
	"math"

	stats "past/analysis"
	"past/analysis/meta"
)

// putOne answers one estimate by R's names of its numbers.
func putOne(t Tree, e stats.Estimate) {
	t["beta"], t["se"], t["zval"], t["pval"], t["ci_lb"], t["ci_ub"] = e.Value, e.SE, e.Stat, e.P, e.Lower, e.Upper
}

// putAll answers estimates as one list for each of their numbers.
func putAll(t Tree, list []stats.Estimate) {
	c := stats.ColumnsOf(list)
	t["beta"], t["se"], t["zval"], t["pval"], t["ci_lb"], t["ci_ub"] = c.Value, c.SE, c.Stat, c.P, c.Lower, c.Upper
}

// putHeterogeneity answers Q and what is made of it.
func putHeterogeneity(t Tree, f *stats.Fit) {
	t["qe"], t["qe_df"], t["qe_p"], t["i2"], t["h2"] = f.Q.Value, f.Q.DF, f.Q.P, f.I2, f.H2
}

// putOmnibus answers the test of all moderators; chi-square has no second degrees of
// freedom.
func putOmnibus(t Tree, s stats.Statistic) {
	t["qm"], t["qm_p"] = s.Value, s.P
	t["qm_df"] = []float64{s.DF, finiteOrNaN(s.DF2)}
}

func finiteOrNaN(x float64) float64 {
	if math.IsInf(x, 0) {
		return math.NaN()
	}
	return x
}

// seriesTree answers fits to a series of parts of the studies; the statistic is named
// by the distribution of the test asked for.
func seriesTree(list []stats.Fit, test string) Tree {
	var coef []stats.Estimate
	var q, p, tau2, i2, h2 []float64
	stat := "tval"
	if t, err := meta.ParseTest(test); err == nil && t == meta.Z {
		stat = "zval"
	}
	for _, f := range list {
		coef = append(coef, f.Coef[0])
		q, p, tau2, i2, h2 = append(q, f.Q.Value), append(p, f.Q.P), append(tau2, f.Tau2), append(i2, f.I2), append(h2, f.H2)
	}
	c := stats.ColumnsOf(coef)
	return Tree{"estimate": c.Value, "se": c.SE, stat: c.Stat, "pval": c.P, "ci_lb": c.Lower, "ci_ub": c.Upper, "q": q, "q_p": p,
		"tau2": tau2, "i2": i2, "h2": h2}
}
