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

// words splits a formula into its terms, with a*b written out.
func words(formula string) (intercept bool, terms []string, err error) {
	rhs, found := strings.CutPrefix(strings.TrimSpace(formula), "~")
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

// moderated returns the effects and variances of the used rows and the design of a
// formula such as "~ dose + I(dose^2) + factor(type)". Text columns are factors; rows
// with a missing moderator are marked so in the design.
func (c *Case) moderated(formula string) (y, v []float64, d *meta.Design, err error) {
	intercept, list, err := words(formula)
	if err != nil {
		return nil, nil, nil, err
	}
	var terms []meta.Term
	for _, w := range list {
		a, b, crossed := strings.Cut(w, ":")
		if c.HasColumn(w) || !crossed {
			t, err := c.term(w)
			if err != nil {
				return nil, nil, nil, err
			}
			terms = append(terms, t)
			continue
		}
		products, err := c.products(strings.TrimSpace(a), strings.TrimSpace(b))
		if err != nil {
			return nil, nil, nil, err
		}
		terms = append(terms, products...)
	}
	d, err = meta.NewDesign(intercept, terms...)
	if err == nil {
		d.Formula = "~ " + strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(formula), "~"))
	}
	return c.Y, c.V, d, err
}

// term reads one word of a formula over the used rows.
func (c *Case) term(word string) (meta.Term, error) {
	name, factor := word, false
	if in, ok := strings.CutPrefix(word, "factor("); ok && strings.HasSuffix(in, ")") {
		name, factor = strings.TrimSpace(strings.TrimSuffix(in, ")")), true
	}
	if m := power.FindStringSubmatch(word); m != nil && !c.HasColumn(word) {
		x, err := c.Floats(m[1])
		if err != nil {
			return meta.Term{}, err
		}
		n, _ := strconv.ParseFloat(m[2], 64)
		x = Used(c, x)
		for i := range x {
			x[i] = math.Pow(x[i], n)
		}
		return meta.Numeric(word, x), nil
	}
	if !c.HasColumn(name) && strings.ContainsAny(name, "():*^|-/%") {
		return meta.Term{}, fmt.Errorf("term %q of the formula: columns, factor(column), I(column^2), a:b and a*b, joined by +, are understood", word)
	}
	if factor || c.IsText(name) || c.isLogical(name) {
		labels, _, err := c.Texts(name)
		if err != nil {
			return meta.Term{}, err
		}
		return meta.Factor(word, Used(c, labels)), nil
	}
	values, err := c.Floats(name)
	if err != nil {
		return meta.Term{}, err
	}
	return meta.Numeric(word, Used(c, values)), nil
}

// indicator is a column of the model matrix with its name.
type indicator struct {
	name   string
	values []float64
}

// indicators are the columns that a term has in a model with an intercept.
func (c *Case) indicators(word string) ([]indicator, error) {
	name := word
	if in, ok := strings.CutPrefix(word, "factor("); ok && strings.HasSuffix(in, ")") {
		name = strings.TrimSpace(strings.TrimSuffix(in, ")"))
	}
	if name == word && !c.IsText(name) && !c.isLogical(name) {
		if _, err := c.term(word); err != nil {
			return nil, err
		}
		source, p := word, 1.0
		if m := power.FindStringSubmatch(word); m != nil {
			source = m[1]
			p, _ = strconv.ParseFloat(m[2], 64)
		}
		x, err := c.Floats(source)
		if err != nil {
			return nil, err
		}
		x = Used(c, x)
		for i := range x {
			x[i] = math.Pow(x[i], p)
		}
		return []indicator{{word, x}}, nil
	}
	all, _, err := c.Texts(name)
	if err != nil {
		return nil, err
	}
	labels := Used(c, all)
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
func (c *Case) products(a, b string) ([]meta.Term, error) {
	first, err := c.indicators(a)
	if err != nil {
		return nil, err
	}
	second, err := c.indicators(b)
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
