package pooled2x2

import (
	"math"

	"past/analysis"
	"past/analysis/effect"
)

// LeaveOneOut repeats a pooling without each study in turn. The entries are in
// the order of the complete studies; pool is called with tables that lack one
// row.
func (t Tables) LeaveOneOut(pool func(Tables) (Result, error)) ([]analysis.Fit, error) {
	var out []analysis.Fit
	for i := range t.Events1 {
		c := table{t.Events1[i], t.N1[i] - t.Events1[i], t.Events2[i], t.N2[i] - t.Events2[i]}
		if !c.complete() {
			continue
		}
		r, err := pool(t.without(i))
		if err != nil {
			if len(t.Events1) > 1 {
				return nil, err
			}
			r = newResult(effect.GEN, 0)
			wald(&r.Fit, math.NaN(), math.NaN())
		}
		out = append(out, r.Fit)
	}
	return out, nil
}

func (t Tables) without(i int) Tables {
	cut := func(x []float64) []float64 {
		return append(append(make([]float64, 0, len(x)), x[:i]...), x[i+1:]...)
	}
	return Tables{cut(t.Events1), cut(t.N1), cut(t.Events2), cut(t.N2)}
}
