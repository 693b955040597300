package metafile

import (
	"fmt"
	"strings"

	"past/analysis/effect"
	"past/analysis/pooled2x2"
)

// twoByTwoBlock answers two_by_two_pooled: Mantel-Haenszel and Peto, and both
// without each study in turn.
var twoByTwoBlock = block{"two_by_two_pooled", func(c *Case) (any, error) {
	tables, err := c.tables()
	if err != nil {
		return nil, err
	}
	req := asTree(c.Request["two_by_two_pooled"])
	out := Tree{}
	for key, ask := range req {
		switch {
		case key == "mantel_haenszel":
			out[key] = pooledList(asTrees(ask), func(m effect.Measure, o pooled2x2.Options) (pooled2x2.Result, error) {
				return pooled2x2.MantelHaenszel(m, tables, c.pooling(o))
			})
		case key == "peto":
			out[key] = pooledEntry(Tree{}, "peto", func() (pooled2x2.Result, error) {
				return pooled2x2.Peto(tables,
					pooled2x2.Options{Level: c.level})
			})
		case key == "peto_leave1out":
			out[key] = leaveOneOut(tables, func(t pooled2x2.Tables) (pooled2x2.Result, error) {
				return pooled2x2.Peto(t, pooled2x2.Options{Level: c.level})
			})
		case strings.HasPrefix(key, "mh_leave1out_"):
			m := effect.Measure(strings.ToUpper(strings.TrimPrefix(key, "mh_leave1out_")))
			out[key] = leaveOneOut(tables, func(t pooled2x2.Tables) (pooled2x2.Result, error) {
				return pooled2x2.MantelHaenszel(m, t, c.pooling(pooled2x2.Options{}))
			})
		default:
			out[key] = Tree{"error": "unknown method"}
		}
	}
	return out, nil
}}

// betaBinomialBlock answers beta_binomial: a model of rare events in which studies
// without events count and nothing is added to cells.
var betaBinomialBlock = block{"beta_binomial", func(c *Case) (any, error) {
	tables, err := c.tables()
	if err != nil {
		return nil, err
	}
	m, err := pooled2x2.BetaBinomial(tables, c.level)
	if err != nil {
		return nil, err
	}
	out := Tree{"risk1": m.Risk1, "risk2": m.Risk2, "rho": m.Rho, "log_lik": m.LogLik}
	for name, r := range map[string]pooled2x2.Result{"or": m.OR, "rr": m.RR, "rd": m.RD} {
		out[name] = Tree{"k": r.K, "beta": r.Beta, "se": r.SE, "zval": r.Z, "pval": r.P, "ci_lb": r.Lower, "ci_ub": r.Upper}
	}
	remark(out, "", m.Warnings.Texts())
	return out, nil
}}

// rareEvents reports whether a study has no events, or only events, in one of its
// groups, so that methods that add to cells are in doubt.
func (c *Case) rareEvents() bool {
	t, err := c.tables()
	if err != nil {
		return false
	}
	for i := range t.Events1 {
		if t.Events1[i] == 0 || t.Events2[i] == 0 || t.Events1[i] == t.N1[i] || t.Events2[i] == t.N2[i] {
			return true
		}
	}
	return false
}

// personTimeBlock answers person_time_pooled.
var personTimeBlock = block{"person_time_pooled", func(c *Case) (any, error) {
	rates, err := c.rates()
	if err != nil {
		return nil, err
	}
	return Tree{"mantel_haenszel": pooledList(asTrees(asTree(c.Request["person_time_pooled"])["mantel_haenszel"]),
		func(m effect.Measure, o pooled2x2.Options) (pooled2x2.Result, error) {
			return pooled2x2.PersonTime(m, rates, c.pooling(o))
		})}, nil
}}

// pooling sets the zero-cell rule of the case's formula mode.
func (c *Case) pooling(o pooled2x2.Options) pooled2x2.Options {
	o.Level = c.level
	if c.Formula == effect.Metapsy || c.Formula == effect.RevMan {
		o.AddToZero = 0.5
	}
	return o
}

// tables gathers the counts of two groups; non-events may be given instead of
// sizes.
func (c *Case) tables() (pooled2x2.Tables, error) {
	d, err := c.effectData(effect.KindTwoByTwo)
	if err != nil {
		return pooled2x2.Tables{}, err
	}
	n1, err1 := sizes(d.AI, d.BI, d.N1I, "ai", "bi", "n1i")
	n2, err2 := sizes(d.CI, d.DI, d.N2I, "ci", "di", "n2i")
	if err1 != nil || err2 != nil {
		return pooled2x2.Tables{}, fmt.Errorf("pooling counts needs events and sizes of both groups: %w", firstError(err1, err2))
	}
	return pooled2x2.Tables{Events1: d.AI, N1: n1, Events2: d.CI, N2: n2}, nil
}

func firstError(errs ...error) error {
	for _, e := range errs {
		if e != nil {
			return e
		}
	}
	return nil
}

func sizes(events, rest, n []float64, names ...string) ([]float64, error) {
	switch {
	case events == nil:
		return nil, fmt.Errorf("column %q: %w", names[0], ErrNoColumn)
	case n != nil:
		return n, nil
	case rest == nil:
		return nil, fmt.Errorf("column %q: %w", names[2], ErrNoColumn)
	}
	out := make([]float64, len(events))
	for i := range out {
		out[i] = events[i] + rest[i]
	}
	return out, nil
}

func (c *Case) rates() (pooled2x2.Rates, error) {
	d, err := c.effectData(effect.KindPersonTime2)
	if err != nil {
		return pooled2x2.Rates{}, err
	}
	for name, col := range map[string][]float64{"x1i": d.X1I, "t1i": d.T1I, "x2i": d.X2I, "t2i": d.T2I} {
		if col == nil {
			return pooled2x2.Rates{}, fmt.Errorf("column %q: %w", name, ErrNoColumn)
		}
	}
	return pooled2x2.Rates{Events1: d.X1I, Time1: d.T1I, Events2: d.X2I, Time2: d.T2I}, nil
}

func pooledList(reqs []Tree, pool func(effect.Measure, pooled2x2.Options) (pooled2x2.Result, error)) []Tree {
	out := make([]Tree, len(reqs))
	for i, req := range reqs {
		o := pooled2x2.Options{Correct: true}
		if b, ok := req["correct"].(bool); ok {
			o.Correct = b
		}
		m := effect.Measure(strings.ToUpper(text(req, "measure")))
		out[i] = pooledEntry(echo(req), "mh", func() (pooled2x2.Result, error) { return pool(m, o) })
	}
	return out
}

// pooledEntry writes one pooled result; Peto has no test of the common odds ratio
// of its own.
func pooledEntry(t Tree, method string, pool func() (pooled2x2.Result, error)) Tree {
	r, err := pool()
	if err != nil {
		t["error"] = err.Error()
		return t
	}
	for k, v := range map[string]any{"k": r.K, "k_yi": r.KEffects, "beta": r.Beta, "se": r.SE, "zval": r.Z, "pval": r.P,
		"ci_lb": r.Lower, "ci_ub": r.Upper, "qe": r.Q, "qe_p": r.QP, "i2": r.I2, "h2": r.H2} {
		t[k] = v
	}
	if r.KPos >= 0 {
		t["k_pos"] = r.KPos
	}
	if method == "mh" {
		for k, v := range map[string]any{"cmh": r.CMH, "cmh_p": r.CMHP, "breslow_day": r.BreslowDay, "breslow_day_p": r.BreslowDayP,
			"tarone": r.Tarone, "tarone_p": r.TaroneP} {
			t[k] = v
		}
	}
	remark(t, "", r.Warnings.Texts())
	return t
}

// leaveOneOut writes a pooling without each study as columns.
func leaveOneOut(tables pooled2x2.Tables, pool func(pooled2x2.Tables) (pooled2x2.Result, error)) Tree {
	list, err := tables.LeaveOneOut(pool)
	if err != nil {
		return Tree{"error": err.Error()}
	}
	t := Tree{}
	for name, get := range map[string]func(r pooled2x2.Result) float64{
		"estimate": func(r pooled2x2.Result) float64 { return r.Beta }, "se": func(r pooled2x2.Result) float64 { return r.SE },
		"zval": func(r pooled2x2.Result) float64 { return r.Z }, "pval": func(r pooled2x2.Result) float64 { return r.P },
		"ci_lb": func(r pooled2x2.Result) float64 { return r.Lower }, "ci_ub": func(r pooled2x2.Result) float64 { return r.Upper },
		"q": func(r pooled2x2.Result) float64 { return r.Q }, "q_p": func(r pooled2x2.Result) float64 { return r.QP },
		"i2": func(r pooled2x2.Result) float64 { return r.I2 }, "h2": func(r pooled2x2.Result) float64 { return r.H2 },
	} {
		col := make([]float64, len(list))
		for i, r := range list {
			col[i] = get(r)
		}
		t[name] = col
	}
	return t
}
