package multilevel

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"past/analysis"
)

// Data holds one row per effect size. All slices have the same length.
type Data struct {
	Effect   []float64 // effect sizes, on the scale they are pooled on; NaN = missing
	Variance []float64 // their sampling variances, above 0; NaN = missing
	Cluster  []string  // which cluster (study) a row belongs to; "" = missing
	// Inner labels the second level within a cluster. Rows of one cluster with the
	// same label share their within-cluster random effect. Nil: every row has its own.
	Inner []string
}

// Design is the fixed part of the model, one column per coefficient; an intercept
// is an ordinary column of ones. The zero Design is the intercept alone.
type Design struct {
	Names   []string
	Columns [][]float64 // NaN = missing: the row is left out
}

// InterceptName is the name of the intercept's coefficient.
const InterceptName = "intrcpt"

// block is one cluster: rows off to off+n of the problem's arrays.
type block struct {
	label   string
	off, n  int
	groups  int    // number of inner groups
	flat    bool   // every row is its own inner group
	uniform []bool // per column of the design basis: constant within this cluster
}

// problem is a checked and scaled data set. Effects are divided by unit and
// variances by its square, so that tolerances need no scale; the design is held as
// an orthonormal basis q with design = q r.
type problem struct {
	n, p      int
	used      []int     // input row of each row here
	unit      float64   // scale of the effects
	v, s      []float64 // sampling variances and their roots, scaled
	xy        []float64 // n rows of p+1: the basis q, then the residual of y on q
	start     []float64 // q'y, what was taken off y
	group     []int     // inner group of each row, counted within its cluster
	blocks    []block
	inner     int // inner groups in all
	rho       float64
	basis     basis
	names     []string
	intercept int  // column of the intercept, -1 without
	separable bool // the two components have different covariance patterns
	warnings  analysis.Warnings
}

// prepare checks the data, drops incomplete rows and builds the problem.
func prepare(data Data, design Design, rho float64) (*problem, error) {
	n := len(data.Effect)
	if err := checkShape(data, design); err != nil {
		return nil, err
	}
	design = design.orIntercept(n)
	used, err := completeRows(data, design)
	if err != nil {
		return nil, err
	}
	m := &problem{rho: rho}
	if left := n - len(used); left > 0 {
		m.warnings.Add(analysis.RowsDropped, "%s left out for a missing effect, variance, cluster or moderator",
			analysis.Count{N: left, Noun: "row"})
	}
	if len(used) == 0 {
		return nil, fmt.Errorf("no row has an effect, a variance, a cluster and all moderators")
	}
	m.order(data, used)
	if err := m.checkRho(); err != nil {
		return nil, err
	}
	return m, m.load(data, design)
}

// orIntercept is the design, with the intercept where it has no columns.
func (d Design) orIntercept(n int) Design {
	if len(d.Columns) > 0 {
		return d
	}
	return Design{Names: []string{InterceptName}, Columns: [][]float64{slices.Repeat([]float64{1}, n)}}
}

func checkShape(data Data, design Design) error {
	n := len(data.Effect)
	switch {
	case len(data.Variance) != n:
		return fmt.Errorf("%d effects but %d variances", n, len(data.Variance))
	case len(data.Cluster) != n:
		return fmt.Errorf("%d effects but %d cluster labels", n, len(data.Cluster))
	case data.Inner != nil && len(data.Inner) != n:
		return fmt.Errorf("%d effects but %d inner labels", n, len(data.Inner))
	case len(design.Names) != len(design.Columns):
		return fmt.Errorf("%d coefficient names but %d design columns", len(design.Names), len(design.Columns))
	case n == 0:
		return fmt.Errorf("no effects given")
	}
	for j, c := range design.Columns {
		if len(c) != n {
			return fmt.Errorf("design column %q has %d values for %d effects", design.Names[j], len(c), n)
		}
	}
	return nil
}

// completeRows lists the rows with all values present; a value that is present but
// impossible is an error that names the row (counted from 1).
func completeRows(data Data, design Design) ([]int, error) {
	var used []int
	for j, c := range design.Columns {
		most := 0.0
		for _, x := range c {
			if !math.IsNaN(x) {
				most = math.Max(most, math.Abs(x))
			}
		}
		if most > 0 && most < 1/analysis.Largest {
			return nil, fmt.Errorf("the moderator %q has no value beyond %g: rescale it", design.Names[j], most)
		}
	}
rows:
	for i, y := range data.Effect {
		v := data.Variance[i]
		if fault := analysis.RowFault(y, v); fault != "" {
			return nil, fmt.Errorf("row %d has %s", i+1, fault)
		}
		for j, c := range design.Columns {
			if math.Abs(c[i]) > analysis.Largest {
				return nil, fmt.Errorf("row %d: the moderator %q is %g; it must lie within 1e60 of 0", i+1, design.Names[j], c[i])
			}
			if math.IsNaN(c[i]) {
				continue rows
			}
		}
		if math.IsNaN(y) || math.IsNaN(v) || data.Cluster[i] == "" {
			continue
		}
		used = append(used, i)
	}
	return used, nil
}

// checkSize refuses more coefficients than the effects can tell apart.
func (m *problem) checkSize() error {
	if m.n > m.p {
		return nil
	}
	return fmt.Errorf("%s cannot carry %s: at least one effect more is needed", analysis.Count{N: m.n, Noun: "effect"},
		analysis.Count{N: m.p, Noun: "coefficient"})
}

// order groups the used rows by cluster in order of first appearance, and within a
// cluster by inner label.
func (m *problem) order(data Data, used []int) {
	m.n = len(used)
	index := map[string]int{}
	var rows [][]int
	for _, i := range used {
		c, seen := index[data.Cluster[i]]
		if !seen {
			c = len(rows)
			index[data.Cluster[i]] = c
			rows = append(rows, nil)
			m.blocks = append(m.blocks, block{label: data.Cluster[i]})
		}
		rows[c] = append(rows[c], i)
	}
	for c := range m.blocks {
		b := &m.blocks[c]
		b.off, b.n = len(m.used), len(rows[c])
		groups := map[string]int{}
		g := make([]int, b.n)
		for k, i := range rows[c] {
			if data.Inner == nil || data.Inner[i] == "" {
				g[k] = b.groups
				b.groups++
				continue
			}
			id, seen := groups[data.Inner[i]]
			if !seen {
				id = b.groups
				groups[data.Inner[i]] = id
				b.groups++
			}
			g[k] = id
		}
		b.flat = b.groups == b.n
		m.inner += b.groups
		order := make([]int, b.n)
		for k := range order {
			order[k] = k
		}
		sort.SliceStable(order, func(x, y int) bool { return g[order[x]] < g[order[y]] })
		for _, k := range order {
			m.used = append(m.used, rows[c][k])
			m.group = append(m.group, g[k])
		}
	}
	for _, b := range m.blocks {
		m.separable = m.separable || b.groups > 1
	}
}

// checkRho makes sure that every cluster's sampling covariance is positive definite:
// -1/(n_i - 1) < ρ < 1.
func (m *problem) checkRho() error {
	if math.IsNaN(m.rho) || m.rho >= 1 || m.rho <= -1 {
		return fmt.Errorf("the sampling correlation rho = %g must lie between -1 and 1, the ends left out", m.rho)
	}
	for _, b := range m.blocks {
		if b.n > 1 && 1+m.rho*float64(b.n-1) <= 1e-10 {
			return fmt.Errorf("the sampling correlation rho = %g is too negative for cluster %q with %d effects: it must be above %.4g", m.rho,
				b.label, b.n, -1/float64(b.n-1))
		}
	}
	return nil
}

// load scales the effects and variances and orthonormalises the design.
func (m *problem) load(data Data, design Design) error {
	n := m.n
	m.v, m.s = make([]float64, n), make([]float64, n)
	y := make([]float64, n)
	for k, i := range m.used {
		m.v[k], y[k] = data.Variance[i], data.Effect[i]
	}
	m.unit = math.Sqrt(median(m.v))
	for k := range m.v {
		sd := math.Sqrt(m.v[k]) / m.unit
		m.v[k], m.s[k] = sd*sd, sd
		y[k] /= m.unit
		if !finite(y[k]) || !finite(m.v[k]) || m.v[k] == 0 {
			return fmt.Errorf("row %d: effect and variance are too far in size from the others to compute with", m.used[k]+1)
		}
	}
	cols := make([][]float64, len(design.Columns))
	for j, c := range design.Columns {
		cols[j] = make([]float64, n)
		for k, i := range m.used {
			cols[j][k] = c[i]
		}
	}
	var dropped []string
	m.basis, m.names, dropped = orthonormal(cols, design.Names)
	if len(dropped) > 0 {
		m.warnings.Add(analysis.ColumnDropped, "left out of the model, being determined by the other columns: %s",
			strings.Join(dropped, ", "))
	}
	m.p = m.basis.p
	if m.p == 0 {
		return fmt.Errorf("the design has no column with a value other than 0")
	}
	m.intercept = m.basis.intercept
	m.start, m.xy = m.basis.residuals(y)
	m.markUniform()
	return nil
}

// markUniform notes which columns are constant within which cluster: for these W x
// has a form without cancellation.
func (m *problem) markUniform() {
	c := m.p + 1
	for i := range m.blocks {
		b := &m.blocks[i]
		b.uniform = make([]bool, c)
		for j := 0; j < c; j++ {
			first, same := m.xy[b.off*c+j], true
			for k := 1; k < b.n && same; k++ {
				same = m.xy[(b.off+k)*c+j] == first
			}
			b.uniform[j] = same
		}
	}
}

func median(x []float64) float64 {
	s := append([]float64(nil), x...)
	sort.Float64s(s)
	h := len(s) / 2
	if len(s)%2 == 1 {
		return s[h]
	}
	return math.Sqrt(s[h-1]) * math.Sqrt(s[h]) // geometric: no overflow, and it is only a scale
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
