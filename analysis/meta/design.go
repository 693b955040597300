package meta

import (
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"

	"past/analysis"
)

// Term is one moderator: a numeric column or a factor. Build it with [Numeric] or
// [Factor].
type Term struct {
	name   string
	values []float64
	labels []string
	factor bool
}

// Numeric is a moderator used as a number; NaN is a missing value.
func Numeric(name string, values []float64) Term {
	return Term{name: name, values: values}
}

// Factor is a moderator with categories, dummy coded with treatment contrasts
// against its first level. Levels are sorted as numbers when all of them are
// numbers, else bytewise; "" is a missing value. Dummies are named name+level.
func Factor(name string, labels []string) Term {
	return Term{name: name, labels: labels, factor: true}
}

// Design is a model matrix. Rows with a missing moderator are known and left out
// by [Fit].
type Design struct {
	// Names of the columns; the intercept is "intrcpt".
	Names []string
	// Formula in R's notation, for display.
	Formula string
	// Intercept reports whether the first column is the intercept.
	Intercept bool

	k, p    int
	x       []float64 // k x p, row by row
	missing []bool
}

// Levels are the levels of one of the design's factors in the order in which they are
// coded; rows that the design leaves out have none.
func (d *Design) Levels(labels []string) []string { return Factor("", labels).levels(d.missing) }

// NewDesign builds the model matrix of the terms, which must have the same length.
// Without an intercept the first factor keeps all its levels.
func NewDesign(intercept bool, terms ...Term) (*Design, error) {
	if len(terms) == 0 {
		return nil, fmt.Errorf("a design needs at least one moderator")
	}
	d := &Design{Intercept: intercept, k: terms[0].len()}
	for _, t := range terms {
		if t.len() != d.k {
			return nil, fmt.Errorf("moderator %q has %d rows, %q has %d: give every moderator one value for each row",
				t.name, t.len(), terms[0].name, d.k)
		}
	}
	d.missing = missingRows(terms, d.k)
	var cols [][]float64
	var formula []string
	if intercept {
		d.Names = append(d.Names, "intrcpt")
		cols = append(cols, ones(d.k))
	} else {
		formula = append(formula, "0")
	}
	full := !intercept // the first factor of a model without intercept keeps all levels
	for _, t := range terms {
		formula = append(formula, t.name)
		if !t.factor {
			if err := checkNumeric(t); err != nil {
				return nil, err
			}
			d.Names = append(d.Names, t.name)
			cols = append(cols, t.values)
			continue
		}
		levels := t.levels(d.missing)
		if len(levels) == 0 {
			return nil, fmt.Errorf("moderator %q has no value in any usable row", t.name)
		}
		if !full {
			levels = levels[1:]
		}
		full = false
		for _, l := range levels {
			d.Names = append(d.Names, t.name+l)
			cols = append(cols, t.dummy(l))
		}
	}
	d.Formula = "~ " + strings.Join(formula, " + ")
	d.p = len(cols)
	d.x = make([]float64, d.k*d.p)
	for j, c := range cols {
		for i, v := range c {
			d.x[i*d.p+j] = v
		}
	}
	return d, nil
}

// NewDesignMatrix takes a ready model matrix, row by row, all rows of one length.
// intercept says that the first column is the intercept. NaN is a missing value.
func NewDesignMatrix(names []string, rows [][]float64, intercept bool) (*Design, error) {
	d := &Design{Names: names, Intercept: intercept, k: len(rows), p: len(names), Formula: "~ " + strings.Join(names, " + ")}
	if d.p == 0 {
		return nil, fmt.Errorf("a design needs at least one column")
	}
	d.x = make([]float64, 0, d.k*d.p)
	d.missing = make([]bool, d.k)
	most := make([]float64, d.p)
	for i, r := range rows {
		if intercept && len(r) > 0 && r[0] != 1 && !math.IsNaN(r[0]) {
			return nil, fmt.Errorf("the first column of the design is to be the intercept, but it is %v in row %d", r[0], i+1)
		}
		if len(r) != d.p {
			return nil, fmt.Errorf("row %d of the design has %d values, not %d", i+1, len(r), d.p)
		}
		for j, v := range r {
			if math.IsInf(v, 0) || math.Abs(v) > analysis.Largest {
				return nil, fmt.Errorf("column %q of the design has the value %v in row %d: values must lie within 1e60 of zero", names[j], v, i+1)
			}
			d.missing[i] = d.missing[i] || math.IsNaN(v)
			if !math.IsNaN(v) {
				most[j] = math.Max(most[j], math.Abs(v))
			}
		}
		d.x = append(d.x, r...)
	}
	for j, m := range most {
		if tooSmall(m) {
			return nil, fmt.Errorf("column %q of the design has no value beyond %g: rescale it", names[j], m)
		}
	}
	return d, nil
}

// Row returns row i of the model matrix; the slice must not be changed.
func (d *Design) Row(i int) []float64 { return d.x[i*d.p : (i+1)*d.p] }

// Missing reports whether row i has a missing moderator.
func (d *Design) Missing(i int) bool { return d.missing[i] }

func (t Term) len() int {
	if t.factor {
		return len(t.labels)
	}
	return len(t.values)
}

func missingRows(terms []Term, k int) []bool {
	m := make([]bool, k)
	for _, t := range terms {
		for i := range m {
			if t.factor {
				m[i] = m[i] || t.labels[i] == ""
			} else {
				m[i] = m[i] || math.IsNaN(t.values[i])
			}
		}
	}
	return m
}

// tooSmall reports whether the squares of a column with this largest magnitude
// would vanish.
func tooSmall(most float64) bool { return most > 0 && most < 1/analysis.Largest }

func checkNumeric(t Term) error {
	most := 0.0
	for i, v := range t.values {
		if !math.IsNaN(v) {
			most = math.Max(most, math.Abs(v))
		}
		if math.IsInf(v, 0) || math.Abs(v) > analysis.Largest {
			return fmt.Errorf("moderator %q has the value %v in row %d: values must lie within 1e60 of zero", t.name, v, i+1)
		}
	}
	if tooSmall(most) {
		return fmt.Errorf("moderator %q has no value beyond %g: rescale it", t.name, most)
	}
	return nil
}

// levels returns the sorted levels among rows that are not missing.
func (t Term) levels(missing []bool) []string {
	seen := map[string]bool{}
	var out []string
	numeric := true
	for i, l := range t.labels {
		if missing[i] || seen[l] {
			continue
		}
		seen[l] = true
		out = append(out, l)
		if v, err := strconv.ParseFloat(l, 64); err != nil || math.IsNaN(v) {
			numeric = false
		}
	}
	sort.Slice(out, func(a, b int) bool {
		if numeric {
			x, _ := strconv.ParseFloat(out[a], 64)
			y, _ := strconv.ParseFloat(out[b], 64)
			if x != y {
				return x < y
			}
		}
		return out[a] < out[b]
	})
	return out
}

func (t Term) dummy(level string) []float64 {
	c := make([]float64, len(t.labels))
	for i, l := range t.labels {
		if l == level {
			c[i] = 1
		}
	}
	return c
}

func ones(k int) []float64 {
	o := make([]float64, k)
	for i := range o {
		o[i] = 1
	}
	return o
}
