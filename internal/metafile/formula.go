package metafile

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"past/analysis/meta"
)

// A formula is terms joined by +: columns, factor(column), I(column^power),
// interactions a:b, and a*b for both and their interaction; 0 or -1 leaves the
// intercept out.

// power is I(column^2) and the like.
var power = regexp.MustCompile(`^I\(\s*(.+?)\s*\^\s*([2-6])\s*\)$`)

var noIntercept = regexp.MustCompile(`-\s*1\s*$`)

// words splits a formula into its terms, with a*b written out.
func words(formula string) (intercept bool, terms []string, err error) {
	rhs, found := strings.CutPrefix(strings.TrimSpace(formula), "~")
	rhs = noIntercept.ReplaceAllString(rhs, "+ 0")
	if !found {
		return false, nil, fmt.Errorf("formula %q must start with ~", formula)
	}
	intercept = true
	add := func(t string) {
		if !slices.Contains(terms, t) {
			terms = append(terms, t)
		}
	}
	var crossed []string
	for _, w := range strings.Split(rhs, "+") {
		switch w = strings.TrimSpace(w); w {
		case "0", "-1":
			intercept = false
		case "1":
		case "":
			return false, nil, fmt.Errorf("formula %q has an empty term", formula)
		default:
			parts := strings.Split(w, "*")
			for i := range parts {
				parts[i] = strings.TrimSpace(parts[i])
			}
			if len(parts) > 2 || slices.Contains(parts, "") {
				return false, nil, fmt.Errorf("term %q of the formula: cross two columns at a time, a*b", w)
			}
			for _, p := range parts {
				add(p)
			}
			if len(parts) == 2 {
				crossed = append(crossed, parts[0]+":"+parts[1])
			}
		}
	}
	for _, t := range crossed {
		add(t)
	}
	if len(terms) == 0 {
		return false, nil, fmt.Errorf("formula %q names no moderator", formula)
	}
	return intercept, terms, nil
}

// formulaRows reads formulas over the rows used, or over all rows of the input, in
// which those that cannot be used are missing elsewhere.
type formulaRows struct {
	c   *Case
	all bool
}

func rowsOf[T any](r formulaRows, x []T) []T {
	if r.all {
		return slices.Clone(x)
	}
	return Used(r.c, x)
}

// design is the design of a formula such as "~ dose + I(dose^2) + factor(type)". Text
// columns are factors; rows with a missing moderator are marked so in the design.
func (r formulaRows) design(formula string) (*meta.Design, error) {
	intercept, list, err := words(formula)
	if err != nil {
		return nil, err
	}
	var terms []meta.Term
	for _, w := range list {
		a, b, crossed := strings.Cut(w, ":")
		if r.c.HasColumn(w) || !crossed {
			t, err := r.term(w)
			if err != nil {
				return nil, err
			}
			terms = append(terms, t)
			continue
		}
		products, err := r.products(strings.TrimSpace(a), strings.TrimSpace(b))
		if err != nil {
			return nil, err
		}
		terms = append(terms, products...)
	}
	d, err := meta.NewDesign(intercept, terms...)
	if err == nil {
		d.Formula = "~ " + strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(formula), "~"))
	}
	return d, err
}

// moderated returns the effects and variances of the used rows and the design of a
// formula.
func (c *Case) moderated(formula string) (y, v []float64, d *meta.Design, err error) {
	d, err = formulaRows{c: c}.design(formula)
	return c.Y, c.V, d, err
}

// term reads one word of a formula over the used rows.
func (r formulaRows) term(word string) (meta.Term, error) {
	name, factor := word, false
	if in, ok := strings.CutPrefix(word, "factor("); ok && strings.HasSuffix(in, ")") {
		name, factor = strings.TrimSpace(strings.TrimSuffix(in, ")")), true
	}
	if m := power.FindStringSubmatch(word); m != nil && !r.c.HasColumn(word) {
		x, err := r.c.Floats(m[1])
		if err != nil {
			return meta.Term{}, err
		}
		n, _ := strconv.ParseFloat(m[2], 64)
		x = rowsOf(r, x)
		for i := range x {
			x[i] = math.Pow(x[i], n)
		}
		return meta.Numeric(word, x), nil
	}
	if !r.c.HasColumn(name) && strings.ContainsAny(name, "():*^|-/%") {
		return meta.Term{}, fmt.Errorf("term %q of the formula: columns, factor(column), I(column^2), a:b and a*b, joined by +, are understood",
			word)
	}
	if factor || r.c.IsText(name) || r.c.isLogical(name) {
		labels, err := r.labels(name)
		return meta.Factor(word, labels), err
	}
	values, err := r.c.Floats(name)
	if err != nil {
		return meta.Term{}, err
	}
	return meta.Numeric(word, rowsOf(r, values)), nil
}

// labels are the levels of a factor. A level is one that a used row has.
func (r formulaRows) labels(name string) ([]string, error) {
	labels, _, err := r.c.Texts(name)
	if err != nil {
		return nil, err
	}
	labels = rowsOf(r, labels)
	for i := range labels {
		if r.all && !slices.Contains(r.c.RowsUsed, i+1) {
			labels[i] = ""
		}
	}
	return labels, nil
}

// indicator is a column of the model matrix with its name.
type indicator struct {
	name   string
	values []float64
}

// indicators are the columns that a term has in a model with an intercept.
func (r formulaRows) indicators(word string) ([]indicator, error) {
	name := word
	if in, ok := strings.CutPrefix(word, "factor("); ok && strings.HasSuffix(in, ")") {
		name = strings.TrimSpace(strings.TrimSuffix(in, ")"))
	}
	if name == word && !r.c.IsText(name) && !r.c.isLogical(name) {
		if _, err := r.term(word); err != nil {
			return nil, err
		}
		source, p := word, 1.0
		if m := power.FindStringSubmatch(word); m != nil {
			source = m[1]
			p, _ = strconv.ParseFloat(m[2], 64)
		}
		x, err := r.c.Floats(source)
		if err != nil {
			return nil, err
		}
		x = rowsOf(r, x)
		for i := range x {
			x[i] = math.Pow(x[i], p)
		}
		return []indicator{{word, x}}, nil
	}
	labels, err := r.labels(name)
	if err != nil {
		return nil, err
	}
	levels := slices.Clone(labels)
	sort.Slice(levels, func(i, j int) bool {
		a, errA := strconv.ParseFloat(levels[i], 64)
		b, errB := strconv.ParseFloat(levels[j], 64)
		if errA == nil && errB == nil {
			return a < b
		}
		return levels[i] < levels[j]
	})
	levels = slices.DeleteFunc(slices.Compact(levels), func(s string) bool { return s == "" })
	var out []indicator
	for _, l := range levels[min(1, len(levels)):] {
		x := make([]float64, len(labels))
		for i, s := range labels {
			switch s {
			case "":
				x[i] = math.NaN()
			case l:
				x[i] = 1
			}
		}
		out = append(out, indicator{word + l, x})
	}
	return out, nil
}

// products are the columns of an interaction.
func (r formulaRows) products(a, b string) ([]meta.Term, error) {
	first, err := r.indicators(a)
	if err != nil {
		return nil, err
	}
	second, err := r.indicators(b)
	if err != nil {
		return nil, err
	}
	var out []meta.Term
	for _, g := range second {
		for _, f := range first {
			x := make([]float64, len(f.values))
			for i := range x {
				x[i] = f.values[i] * g.values[i]
			}
			out = append(out, meta.Numeric(f.name+":"+g.name, x))
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("the interaction %s:%s has no column: a factor with one level", a, b)
	}
	return out, nil
}

// atoms are the columns that a term names.
func atoms(term string) []string {
	var out []string
	for _, w := range strings.Split(term, ":") {
		w = strings.TrimSpace(w)
		if in, ok := strings.CutPrefix(w, "factor("); ok {
			w = strings.TrimSpace(strings.TrimSuffix(in, ")"))
		}
		if m := power.FindStringSubmatch(w); m != nil {
			w = m[1]
		}
		out = append(out, w)
	}
	return out
}

// formulaColumns are the columns that a formula names.
func formulaColumns(f string) []string {
	_, list, err := words(f)
	if err != nil {
		return nil
	}
	var out []string
	for _, t := range list {
		for _, a := range atoms(t) {
			if !slices.Contains(out, a) {
				out = append(out, a)
			}
		}
	}
	return out
}

// rFormula quotes the column names of a formula, which in R may hold anything
// between backquotes.
func rFormula(f string) string {
	intercept, list, err := words(f)
	if err != nil {
		return f
	}
	var out []string
	if !intercept {
		out = append(out, "0")
	}
	for _, t := range list {
		parts := strings.Split(t, ":")
		for i, w := range parts {
			w = strings.TrimSpace(w)
			quoted := rName(atoms(w)[0])
			switch m := power.FindStringSubmatch(w); {
			case m != nil:
				quoted = "I(" + quoted + "^" + m[2] + ")"
			case strings.HasPrefix(w, "factor("):
				quoted = "factor(" + quoted + ")"
			}
			parts[i] = quoted
		}
		out = append(out, strings.Join(parts, ":"))
	}
	return "~ " + strings.Join(out, " + ")
}
