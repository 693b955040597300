package resample

import (
	"fmt"
	"math"
	"sort"

	"past/analysis/meta"
)

// ModeratorResult is the outcome of [PermuteModerators].
type ModeratorResult struct {
	Method     string
	Options    PermutationOptions
	Fit        *meta.Result // of the observed data
	P          []float64    // permutation p-value per coefficient, in the order of Fit.CoefNames
	POmnibus   float64      // of the test of all coefficients but the intercept
	Exact      bool
	Iterations int // permutations compared, the observed order included
	Failed     int // permutations whose model could not be fitted, left out
	Warnings   []string
}

// PermuteModerators tests moderators by giving each study's moderator values to other studies: if they had nothing to do with the
// effects, every order would be as likely (Higgins & Thompson 2004, Stat. Med. 23:1663-1682). Rows of the model matrix are
// permuted as wholes; when there are no more distinct orders than Iterations all of them are used once.
func PermuteModerators(y, v []float64, design *meta.Design, o PermutationOptions) (ModeratorResult, error) {
	const name = "permutation test of moderators"
	if err := o.fill(); err != nil {
		return ModeratorResult{}, fmt.Errorf("%s: %w", name, err)
	}
	if design == nil {
		return ModeratorResult{}, fmt.Errorf("%s: there are no moderators", name)
	}
	f, err := meta.Fit(y, v, meta.Options{Method: o.Method, Test: o.Test, Design: design, Unguarded: true})
	if err != nil {
		return ModeratorResult{}, fmt.Errorf("%s: %w", name, err)
	}
	r := ModeratorResult{Method: fmt.Sprintf("%s (Higgins & Thompson 2004), %s, %s", name, o.Method, o.Test), Options: o, Fit: f}
	m := newModeratorRun(f, design)
	if all := m.orders(); o.Exact && all > MaxExact {
		return r, fmt.Errorf("%s: %d studies have %.3g distinct orders, more than the %d that an exact test goes through: use random permutations", name, f.K, all, MaxExact)
	} else if r.Exact = o.Exact || all <= float64(o.Iterations); r.Exact {
		m.allOrders(&r)
	} else {
		m.randomOrders(&r)
	}
	r.P = make([]float64, f.P)
	for j := range r.P {
		r.P[j] = float64(m.hits[j]) / float64(m.counted)
	}
	r.POmnibus = float64(m.omnibus) / float64(m.counted)
	r.Iterations = m.counted
	if r.Failed > 0 {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%d permutations could not be fitted and are left out", r.Failed))
	}
	if !r.Exact {
		r.Warnings = append(r.Warnings, fmt.Sprintf("p-values are from %d random permutations", r.Iterations))
	}
	return r, nil
}

// moderatorRun holds the data in a fixed order and the counts.
type moderatorRun struct {
	f                *meta.Result
	y, v             []float64
	rows             [][]float64 // of the model matrix, sorted
	class            []int       // equal rows share a class, classes rise
	hits             []int
	omnibus, counted int
}

func newModeratorRun(f *meta.Result, d *meta.Design) *moderatorRun {
	m := &moderatorRun{f: f, hits: make([]int, f.P)}
	idx := make([]int, f.K)
	for i := range idx {
		idx[i] = i
		m.rows = append(m.rows, d.Row(f.Rows[i]))
	}
	sort.SliceStable(idx, func(a, b int) bool {
		return f.Vi[idx[a]] < f.Vi[idx[b]] || f.Vi[idx[a]] == f.Vi[idx[b]] && f.Yi[idx[a]] < f.Yi[idx[b]]
	})
	for _, i := range idx {
		m.y, m.v = append(m.y, f.Yi[i]), append(m.v, f.Vi[i])
	}
	sort.SliceStable(m.rows, func(a, b int) bool { return compareRows(m.rows[a], m.rows[b]) < 0 })
	m.class = make([]int, f.K)
	for i := 1; i < f.K; i++ {
		if m.class[i] = m.class[i-1]; compareRows(m.rows[i-1], m.rows[i]) != 0 {
			m.class[i]++
		}
	}
	return m
}

func compareRows(a, b []float64) int {
	for j := range a {
		if a[j] != b[j] {
			if a[j] < b[j] {
				return -1
			}
			return 1
		}
	}
	return 0
}

// orders is the number of distinct orders of the rows, k!/prod(class sizes!).
func (m *moderatorRun) orders() float64 {
	l, _ := math.Lgamma(float64(len(m.class)) + 1)
	size := 0
	for i := range m.class {
		size++
		if i == len(m.class)-1 || m.class[i+1] != m.class[i] {
			part, _ := math.Lgamma(float64(size) + 1)
			l, size = l-part, 0
		}
	}
	return math.Round(math.Exp(l))
}

// try fits one order: order[i] is a row of m.rows for study i.
func (m *moderatorRun) try(order []int, r *ModeratorResult) {
	rows := make([][]float64, len(order))
	for i, j := range order {
		rows[i] = m.rows[j]
	}
	d, err := meta.NewDesignMatrix(m.f.CoefNames, rows, m.f.CoefNames[0] == "intrcpt")
	var f *meta.Result
	if err == nil {
		f, err = meta.Fit(m.y, m.v, meta.Options{Method: r.Options.Method, Test: r.Options.Test, Design: d, Unguarded: true})
	}
	if err != nil {
		r.Failed++
		return
	}
	m.count(f, r)
}

func (m *moderatorRun) count(f *meta.Result, r *ModeratorResult) {
	m.counted++
	for j := range m.hits {
		if r.Options.Alternative.extreme(f.Stat[j], m.f.Stat[j]) {
			m.hits[j]++
		}
	}
	if f.QM >= m.f.QM-tolerance {
		m.omnibus++
	}
}

// allOrders goes through the distinct orders in lexicographic order of the classes.
func (m *moderatorRun) allOrders(r *ModeratorResult) {
	first := map[int]int{} // a row of each class stands for all of them
	for i := len(m.class) - 1; i >= 0; i-- {
		first[m.class[i]] = i
	}
	c := append([]int(nil), m.class...)
	order := make([]int, len(c))
	for {
		for i, class := range c {
			order[i] = first[class]
		}
		m.try(order, r)
		if !nextPermutation(c) {
			return
		}
	}
}

// nextPermutation moves to the next larger order of a multiset; false after the last.
func nextPermutation(c []int) bool {
	i := len(c) - 2
	for i >= 0 && c[i] >= c[i+1] {
		i--
	}
	if i < 0 {
		return false
	}
	j := len(c) - 1
	for c[j] <= c[i] {
		j--
	}
	c[i], c[j] = c[j], c[i]
	for a, b := i+1, len(c)-1; a < b; a, b = a+1, b-1 {
		c[a], c[b] = c[b], c[a]
	}
	return true
}

// randomOrders draws orders; the first one is the observed one.
func (m *moderatorRun) randomOrders(r *ModeratorResult) {
	rng := newRNG(r.Options.Seed)
	m.count(m.f, r)
	order := make([]int, len(m.class))
	for i := 1; i < r.Options.Iterations; i++ {
		for j := range order {
			order[j] = j
		}
		rng.shuffle(order)
		m.try(order, r)
	}
}
