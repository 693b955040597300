package effect

import (
	"fmt"
	"math"
	"slices"

	"past/analysis"
)

// countCells checks the counts and completes missing cells from the group sizes.
// With Drop00 the tables without information on a ratio become missing.
func (j *job) countCells() (cells, bool) {
	d := &j.d
	if d.BI == nil && d.N1I == nil {
		j.errs = append(j.errs, &InputError{Column: "n1i", Reason: "not given: the size of arm 1 (n1i) or its non-events (bi) are needed"})
	}
	if d.DI == nil && d.N2I == nil {
		j.errs = append(j.errs, &InputError{Column: "n2i", Reason: "not given: the size of arm 2 (n2i) or its non-events (di) are needed"})
	}
	names := slices.DeleteFunc(Columns(KindTwoByTwo),
		func(name string) bool { return name != "ai" && name != "ci" && *d.Column(name) == nil })
	if !j.need(names...) {
		return cells{}, false
	}
	for _, name := range names {
		j.reject(name, isCount)
	}
	t := cells{clone(d.AI), j.rest("bi", "n1i", "ai", d.BI, d.N1I, d.AI), clone(d.CI), j.rest("di", "n2i", "ci", d.DI, d.N2I, d.CI)}
	if len(j.errs) > 0 {
		return cells{}, false
	}
	for i := 0; j.o.Drop00 && i < j.k; i++ {
		if t.a[i] == 0 && t.c[i] == 0 || t.b[i] == 0 && t.d[i] == 0 {
			t.a[i], t.b[i], t.c[i], t.d[i] = math.NaN(), math.NaN(), math.NaN(), math.NaN()
		}
	}
	return t, true
}

// rest is the non-events of one arm: given, or size minus events; both given must
// agree.
func (j *job) rest(name, sizeName, eventName string, given, size, events []float64) []float64 {
	out := make([]float64, j.k)
	for i := range out {
		out[i] = math.NaN()
		if given != nil {
			out[i] = given[i]
		}
		if size == nil || math.IsNaN(size[i]) {
			continue
		}
		if math.IsNaN(out[i]) {
			out[i] = size[i] - events[i]
			if out[i] < 0 {
				j.rejectRow(i, eventName, fmt.Sprintf("more events (%g) than people (%s is %g)", events[i], sizeName, size[i]))
			}
		} else if size[i] != events[i]+out[i] {
			j.rejectRow(i, sizeName, fmt.Sprintf("is %g but %s + %s is %g", size[i], eventName, name, events[i]+out[i]))
		}
	}
	return out
}

// correctCells adds the continuity correction to a copy and says which rows got
// it.
func (j *job) correctCells(t cells) (cells, []int) {
	zero, any := make([]bool, j.k), false
	for i := range zero {
		zero[i] = t.a[i] == 0 || t.b[i] == 0 || t.c[i] == 0 || t.d[i] == 0
		any = any || zero[i]
	}
	out := cells{clone(t.a), clone(t.b), clone(t.c), clone(t.d)}
	var rows []int
	for i := range zero {
		if j.corrects(zero[i], any) {
			out.a[i] += j.add
			out.b[i] += j.add
			out.c[i] += j.add
			out.d[i] += j.add
			rows = append(rows, i+1)
		}
	}
	return out, rows
}

// corrects reports whether a study gets the correction, by the rule in Options.To.
func (j *job) corrects(zero, any bool) bool {
	if j.add == 0 {
		return false
	}
	switch j.o.To {
	case All:
		return true
	case If0All:
		return any
	case Only0:
		return zero
	}
	return false
}

// correctCounts adds the correction to several columns of counts of the same
// studies (rates, proportions).
func (j *job) correctCounts(columns ...[]float64) [][]float64 {
	zero, any := make([]bool, j.k), false
	for i := range zero {
		for _, c := range columns {
			zero[i] = zero[i] || c[i] == 0
		}
		any = any || zero[i]
	}
	out := make([][]float64, len(columns))
	for n, c := range columns {
		out[n] = clone(c)
	}
	var rows []int
	for i := range zero {
		if !j.corrects(zero[i], any) {
			continue
		}
		rows = append(rows, i+1)
		for _, c := range out {
			c[i] += j.add
		}
	}
	j.warnRows(analysis.CellsCorrected, rows, cellNote, j.add)
	return out
}

const cellNote = "%g was added to each cell (continuity correction)"

func clone(x []float64) []float64 { return slices.Clone(x) }
