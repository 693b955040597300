package plan

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"past/analysis"
	"past/analysis/effect"
	"past/analysis/pooled2x2"
	"past/internal/metafile/table"
)

// Pooling asks for counts to be pooled by models; a method without any is an object.
type Pooling []PooledModel

// UnmarshalJSON implements json.Unmarshaler.
func (p *Pooling) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("[")) {
		return json.Unmarshal(data, (*[]PooledModel)(p))
	}
	*p = Pooling{}
	return nil
}

// PooledModel is a measure with the continuity correction of its test.
type PooledModel struct {
	Measure string `json:"measure"`
	Correct *bool  `json:"correct"`
}

// Pooled is what came of one model; of an analysis without each study in turn, Without.
type Pooled struct {
	Answer[PooledModel, pooled2x2.Result]
	Without []analysis.Fit
}

// Mixed asks for a generalized linear mixed model.
type Mixed struct {
	Measure string          `json:"measure"`
	Model   pooled2x2.Model `json:"model"`
}

// counts pools by Mantel and Haenszel and by Peto, and by both without each study in
// turn.
func (r *Result) counts() error {
	tables, err := r.tables()
	if err != nil {
		return err
	}
	peto := func(t pooled2x2.Tables) (pooled2x2.Result, error) {
		return pooled2x2.Peto(t, pooled2x2.Options{Level: r.Level})
	}
	r.Counts = map[string][]Pooled{}
	for key, asked := range r.Plan.Counts {
		leave, without := strings.CutPrefix(key, "mh_leave1out_")
		switch {
		case key == "mantel_haenszel":
			r.Counts[key] = r.pooled(asked, func(m effect.Measure, o pooled2x2.Options) (pooled2x2.Result, error) {
				return pooled2x2.MantelHaenszel(m, tables, o)
			})
		case key == "peto":
			a, err := peto(tables)
			r.Counts[key] = []Pooled{{Answer: Answer[PooledModel, pooled2x2.Result]{Got: a, Err: err}}}
		case key == "peto_leave1out":
			r.Counts[key] = leaveOneOut(tables, peto)
		case without:
			r.Counts[key] = leaveOneOut(tables, func(t pooled2x2.Tables) (pooled2x2.Result, error) {
				return pooled2x2.MantelHaenszel(upper(leave), t, r.pooling(false))
			})
		default:
			r.Counts[key] = []Pooled{{Answer: Answer[PooledModel, pooled2x2.Result]{Err: fmt.Errorf("unknown method")}}}
		}
	}
	return nil
}

func (r *Result) pooled(asked Pooling, pool func(effect.Measure, pooled2x2.Options) (pooled2x2.Result, error)) []Pooled {
	var out []Pooled
	for _, a := range each(asked, func(q PooledModel) (pooled2x2.Result, error) {
		return pool(upper(q.Measure), r.pooling(q.Correct == nil || *q.Correct))
	}) {
		out = append(out, Pooled{Answer: a})
	}
	return out
}

func leaveOneOut(t pooled2x2.Tables, pool func(pooled2x2.Tables) (pooled2x2.Result, error)) []Pooled {
	list, err := t.LeaveOneOut(pool)
	return []Pooled{{Answer: Answer[PooledModel, pooled2x2.Result]{Err: err}, Without: list}}
}

// pooling sets the zero-cell rule of the formula mode.
func (d *Data) pooling(correct bool) pooled2x2.Options {
	o := pooled2x2.Options{Correct: correct, Level: d.Level}
	if d.Formula == effect.Metapsy || d.Formula == effect.RevMan {
		o.AddToZero = 0.5
	}
	return o
}

func (r *Result) rates() error {
	rates, err := r.persontime()
	if err != nil {
		return err
	}
	r.Rates = map[string][]Pooled{"mantel_haenszel": r.pooled(r.Plan.Rates["mantel_haenszel"],
		func(m effect.Measure, o pooled2x2.Options) (pooled2x2.Result, error) {
			return pooled2x2.PersonTime(m, rates, o)
		})}
	return nil
}

// rare fits a model of rare events in which studies without events count and nothing
// is added to cells.
func (r *Result) rare() error {
	tables, err := r.tables()
	if err != nil {
		return err
	}
	m, err := pooled2x2.BetaBinomial(tables, r.Level)
	r.Rare = &m
	return err
}

// RareEvents reports whether a study has no events, or only events, in one of its
// groups, so that methods that add to cells are in doubt.
func (d *Data) RareEvents() bool {
	t, err := d.tables()
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

// tables gathers the counts of two groups; non-events may be given instead of
// sizes.
func (d *Data) tables() (pooled2x2.Tables, error) {
	x, err := d.columnsOf(effect.KindTwoByTwo)
	if err != nil {
		return pooled2x2.Tables{}, err
	}
	size := func(events, rest, n []float64) []float64 {
		if n != nil || events == nil || rest == nil {
			return n
		}
		out := make([]float64, len(events))
		for i := range out {
			out[i] = events[i] + rest[i]
		}
		return out
	}
	t := pooled2x2.Tables{Events1: x.AI, N1: size(x.AI, x.BI, x.N1I), Events2: x.CI, N2: size(x.CI, x.DI, x.N2I)}
	if err := lacking([]string{"ai", "n1i", "ci", "n2i"}, t.Events1, t.N1, t.Events2, t.N2); err != nil {
		return t, fmt.Errorf("pooling counts needs events and sizes of both groups: %w", err)
	}
	return t, nil
}

// lacking is an error about the first of the columns that there is not.
func lacking(names []string, columns ...[]float64) error {
	for i, c := range columns {
		if c == nil {
			return fmt.Errorf("column %q: %w", names[i], table.ErrNoColumn)
		}
	}
	return nil
}

func (d *Data) persontime() (pooled2x2.Rates, error) {
	x, err := d.columnsOf(effect.KindPersonTime2)
	if err == nil {
		err = lacking([]string{"x1i", "t1i", "x2i", "t2i"}, x.X1I, x.T1I, x.X2I, x.T2I)
	}
	return pooled2x2.Rates{Events1: x.X1I, Time1: x.T1I, Events2: x.X2I, Time2: x.T2I}, err
}

func (r *Result) mixed(q Mixed) (pooled2x2.Mixed, error) {
	switch m := upper(q.Measure); m {
	case effect.OR:
		t, err := r.tables()
		if err != nil {
			return pooled2x2.Mixed{}, err
		}
		return pooled2x2.FitTables(t, q.Model, r.Level)
	case effect.IRR:
		t, err := r.persontime()
		if err != nil {
			return pooled2x2.Mixed{}, err
		}
		return pooled2x2.FitRates(t, q.Model, r.Level)
	case effect.PLO, effect.IRLN:
		x, err := r.FloatsOf("xi", "ni", "ti")
		if err != nil {
			return pooled2x2.Mixed{}, err
		}
		size, fit := "ni", pooled2x2.FitProportions
		if m == effect.IRLN {
			size, fit = "ti", pooled2x2.FitIncidence
		}
		if err := lacking([]string{"xi", size}, x["xi"], x[size]); err != nil {
			return pooled2x2.Mixed{}, err
		}
		return fit(x["xi"], x[size], r.Level)
	}
	return pooled2x2.Mixed{}, fmt.Errorf("there is no mixed model for measure %q: use OR, IRR, PLO or IRLN", upper(q.Measure))
}
