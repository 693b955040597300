package metafile

import "past/analysis/meta"

// subgroupsBlock compares the levels of each factor asked for.
var subgroupsBlock = block{"subgroups", func(c *Case) (any, error) {
	var out []Tree
	for _, req := range asTrees(c.Request["subgroups"]) {
		out = append(out, c.subgroups(req))
	}
	return out, nil
}}

func (c *Case) subgroups(req Tree) Tree {
	t := echo(req)
	factor := text(req, "factor")
	labels, _, err := c.Texts(factor)
	if err != nil {
		t["error"] = err.Error()
		return t
	}
	labels = Used(c, labels)
	var byMethod []Tree
	for _, m := range asTrees(req["by_method"]) {
		b := echo(m)
		g, err := meta.Subgroups(c.Y, c.V, "factor("+factor+")", labels, meta.Options{Method: meta.Method(text(m, "method")),
			Test: meta.Test(text(m, "test")), Unguarded: c.unguarded, Level: c.level})
		if err != nil {
			b["error"] = err.Error()
			byMethod = append(byMethod, b)
			continue
		}
		t["levels"] = levelsOf(g)
		c.subgroupTree(b, m, g)
		byMethod = append(byMethod, b)
	}
	t["by_method"] = byMethod
	return t
}

func levelsOf(g *meta.SubgroupResult) []string {
	var l []string
	for _, s := range g.Groups {
		l = append(l, s.Level)
	}
	return l
}

func (c *Case) subgroupTree(b, req Tree, g *meta.SubgroupResult) {
	asked := asTrees(req["groups"])
	var groups []Tree
	for i, s := range g.Groups {
		ask := Tree{"method": string(s.Fit.Method), "test": string(s.Fit.Test), "fit_stats": Tree{}, "predict": Tree{}}
		if i < len(asked) {
			ask = asked[i]
		}
		one := c.rma(ask, s.Fit.Yi, s.Fit.Vi, meta.Options{})
		one["level"] = s.Level
		groups = append(groups, one)
	}
	b["groups"] = groups
	b["q_between_separate_tau2"] = Tree{"q_between": g.QBetween, "df": g.QBetweenDF, "p": g.QBetweenP}
	for key, r := range map[string]*meta.Result{"common_tau2": g.CommonTau2, "common_tau2_no_intercept": g.NoIntercept} {
		one := echo(asTree(req[key]))
		if r == nil {
			one["error"] = "one tau2 for all groups could not be estimated"
		} else {
			moderatedTree(one, asTree(req[key]), r)
		}
		b[key] = one
	}
	remark(b, "", g.Warnings.Texts())
}
