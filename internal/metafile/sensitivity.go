package metafile

import (
	"fmt"
	"math"
	"sort"

	"past/analysis/meta"
)

// sensitivityBlock asks how far single studies carry the result.
var sensitivityBlock = block{"sensitivity", func(c *Case) (any, error) {
	req := asTree(c.Request["sensitivity"])
	out := Tree{}
	for key, run := range map[string]func(Tree, *meta.Result) (Tree, error){
		"leave1out": c.leaveOneOut, "influence": c.influence, "cumul": c.cumulative,
		"baujat": c.baujat, "blup": c.blup,
	} {
		if has(req, key) {
			out[key] = c.eachFit(asTrees(req[key]), run)
		}
	}
	if has(req, "gosh") {
		out["gosh"] = c.gosh(asTrees(req["gosh"]))
	}
	c.primaryDiagnostics(out, req)
	return out, nil
}}

// eachFit fits the method and test of each entry and answers it.
func (c *Case) eachFit(reqs []Tree, run func(Tree, *meta.Result) (Tree, error)) []Tree {
	var out []Tree
	for _, req := range reqs {
		t := echo(req)
		r, err := meta.Fit(c.Y, c.V, meta.Options{Method: meta.Method(text(req, "method")), Test: meta.Test(text(req, "test")),
			Unguarded: c.unguarded})
		if err == nil {
			var answer Tree
			if answer, err = run(req, r); err == nil {
				for k, v := range answer {
					t[k] = v
				}
			}
		}
		if err != nil {
			t["error"] = err.Error()
		}
		out = append(out, t)
	}
	return out
}

// primaryDiagnostics answers what is asked of the REML fit with z tests.
func (c *Case) primaryDiagnostics(out, req Tree) {
	r, err := meta.Fit(c.Y, c.V, meta.Options{})
	if err != nil {
		for _, key := range []string{"residuals", "qqnorm", "weights_percent"} {
			if has(req, key) {
				out[key] = Tree{"error": err.Error()}
			}
		}
		return
	}
	out["weights_percent"] = r.Weights
	if has(req, "residuals") {
		out["residuals"] = residualsTree(r)
	}
	if has(req, "qqnorm") {
		q := r.QQNorm()
		out["qqnorm"] = Tree{"x": q.X, "y": q.Y}
	}
}

func (c *Case) leaveOneOut(req Tree, r *meta.Result) (Tree, error) {
	s, err := r.LeaveOneOut()
	if err != nil {
		return nil, err
	}
	return seriesTree(s, text(req, "test")), nil
}

func (c *Case) cumulative(req Tree, r *meta.Result) (Tree, error) {
	var order []int
	if text(req, "order") == "order_column" {
		var err error
		if order, err = c.ordered(); err != nil {
			return nil, err
		}
	}
	s, err := r.Cumulative(order)
	if err != nil {
		return nil, err
	}
	t := seriesTree(s, text(req, "test"))
	if order != nil {
		index := make([]int, len(order))
		for i, o := range order {
			index[i] = o + 1
		}
		t["order_index"] = index
	}
	return t, nil
}

// ordered sorts the used rows by the order column; rows without a value come last.
func (c *Case) ordered() ([]int, error) {
	if c.OrderBy == "" {
		return nil, fmt.Errorf(`the input names no "order_by" column for the ordered cumulative analysis`)
	}
	index := make([]int, c.K)
	for i := range index {
		index[i] = i
	}
	if c.IsText(c.OrderBy) {
		texts, missing, err := c.Texts(c.OrderBy)
		if err != nil {
			return nil, err
		}
		texts, missing = Used(c, texts), Used(c, missing)
		sort.SliceStable(index, func(a, b int) bool {
			i, j := index[a], index[b]
			if missing[i] != missing[j] {
				return missing[j]
			}
			return texts[i] < texts[j]
		})
		return index, nil
	}
	values, err := c.Floats(c.OrderBy)
	if err != nil {
		return nil, err
	}
	values = Used(c, values)
	sort.SliceStable(index, func(a, b int) bool {
		x, y := values[index[a]], values[index[b]]
		if math.IsNaN(x) || math.IsNaN(y) {
			return !math.IsNaN(x) && math.IsNaN(y)
		}
		return x < y
	})
	return index, nil
}

func (c *Case) influence(_ Tree, r *meta.Result) (Tree, error) { return influenceTree(r), nil }

func (c *Case) baujat(_ Tree, r *meta.Result) (Tree, error) {
	b := r.Baujat()
	return Tree{"x": b.X, "y": b.Y}, nil
}

func (c *Case) blup(_ Tree, r *meta.Result) (Tree, error) {
	b, err := r.BLUP()
	if err != nil {
		return nil, err
	}
	return Tree{"pred": b.Pred, "se": b.SE, "pi_lb": b.Lb, "pi_ub": b.Ub,
		"ranef_pred": b.RanefPred, "ranef_se": b.RanefSE, "ranef_pi_lb": b.RanefLb, "ranef_pi_ub": b.RanefUb}, nil
}

func (c *Case) gosh(reqs []Tree) []Tree {
	var out []Tree
	for _, req := range reqs {
		t := echo(req)
		method, err := meta.ParseMethod(text(req, "method"))
		var g *meta.GOSHResult
		if err == nil {
			g, err = meta.GOSH(c.Y, c.V, meta.GOSHOptions{Method: method})
		}
		if err != nil {
			t["error"] = err.Error()
			out = append(out, t)
			continue
		}
		t["subsets"], t["exhaustive"] = g.Subsets, g.Exhaustive
		t["subset_sizes"] = fmt.Sprintf("1..%d", c.K)
		t["estimate"], t["qe"], t["i2"] = summaryTree(g.Estimate), summaryTree(g.Q), summaryTree(g.I2)
		if has(req, "tau2") {
			t["tau2"] = summaryTree(g.Tau2)
		}
		out = append(out, t)
	}
	return out
}

func summaryTree(s meta.Summary) Tree {
	return Tree{"mean": s.Mean, "sd": s.SD, "min": s.Min, "max": s.Max, "median": s.Median}
}
