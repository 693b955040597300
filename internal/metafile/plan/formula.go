package plan

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"past/analysis/meta"
	"past/analysis/multilevel"
)

// A formula is terms joined by +: columns, factor(column), I(column^power),
// interactions a:b, and a*b for both and their interaction; 0 or -1 leaves the
// intercept out.
type formula struct {
	text      string
	intercept bool
	terms     [][]atom // products, mostly of one
}

// atom is one word of a term.
type atom struct {
	word, column string
	power        string // of I(column^power), else ""
	factor       bool   // written as factor(column)
}

var (
	power       = regexp.MustCompile(`^I\(\s*(.+?)\s*\^\s*([2-6])\s*\)$`)
	factor      = regexp.MustCompile(`^factor\(\s*(.*?)\s*\)$`)
	noIntercept = regexp.MustCompile(`-\s*1\s*$`)
)

// formula reads a formula; a name that a column has is that column, whatever it
// looks like.
func (d *Data) formula(text string) (formula, error) {
	rhs, found := strings.CutPrefix(strings.TrimSpace(text), "~")
	if !found {
		return formula{}, fmt.Errorf("formula %q must start with ~", text)
	}
	f := formula{text: "~ " + strings.TrimSpace(rhs), intercept: true}
	var words, crossed []string
	for _, w := range strings.Split(noIntercept.ReplaceAllString(rhs, "+ 0"), "+") {
		switch w = strings.TrimSpace(w); w {
		case "0", "-1":
			f.intercept = false
		case "1":
		case "":
			return f, fmt.Errorf("formula %q has an empty term", text)
		default:
			parts := strings.Split(w, "*")
			for i := range parts {
				parts[i] = strings.TrimSpace(parts[i])
			}
			if len(parts) > 2 || slices.Contains(parts, "") {
				return f, fmt.Errorf("term %q of the formula: cross two columns at a time, a*b", w)
			}
			words = append(words, parts...)
			if len(parts) == 2 {
				crossed = append(crossed, parts[0]+":"+parts[1])
			}
		}
	}
	seen := map[string]bool{}
	for _, w := range append(words, crossed...) {
		if seen[w] {
			continue
		}
		seen[w] = true
		a, b, product := strings.Cut(w, ":")
		if d.Has(w) || !product {
			f.terms = append(f.terms, []atom{d.atom(w)})
		} else {
			f.terms = append(f.terms, []atom{d.atom(a), d.atom(b)})
		}
	}
	if len(f.terms) == 0 {
		return f, fmt.Errorf("formula %q names no moderator", text)
	}
	return f, nil
}

func (d *Data) atom(word string) atom {
	a := atom{word: strings.TrimSpace(word)}
	a.column = a.word
	if d.Has(a.word) {
		return a
	}
	if m := power.FindStringSubmatch(a.word); m != nil {
		a.column, a.power = m[1], m[2]
	} else if m := factor.FindStringSubmatch(a.word); m != nil {
		a.column, a.factor = m[1], true
	}
	return a
}

// Design is the design of a formula such as "~ dose + I(dose^2) + factor(type)" over
// the rows used. Text columns are factors; rows with a missing moderator are marked
// so in the design.
func (d *Data) Design(text string) (*meta.Design, error) {
	f, err := d.formula(text)
	if err != nil {
		return nil, err
	}
	var terms []meta.Term
	for _, t := range f.terms {
		first, err := d.term(t[0])
		if err == nil && len(t) == 2 {
			var second meta.Term
			if second, err = d.term(t[1]); err == nil {
				terms, err = d.products(terms, first, second)
			}
		} else if err == nil {
			terms = append(terms, first)
		}
		if err != nil {
			return nil, err
		}
	}
	out, err := meta.NewDesign(f.intercept, terms...)
	if err == nil {
		out.Formula = f.text
	}
	return out, err
}

// term reads one word of a formula.
func (d *Data) term(a atom) (meta.Term, error) {
	if a.column == a.word && !d.Has(a.word) && strings.ContainsAny(a.word, "():*^|-/%") {
		return meta.Term{}, fmt.Errorf("term %q of the formula: columns, factor(column), I(column^2), a:b and a*b, joined by +, are understood",
			a.word)
	}
	if a.factor || a.power == "" && d.IsFactor(a.column) {
		labels, _, err := d.Texts(a.column)
		return meta.Factor(a.word, Used(d, labels)), err
	}
	x, err := d.Floats(a.column)
	if err != nil {
		return meta.Term{}, err
	}
	x = Used(d, x)
	if n, err := strconv.ParseFloat(a.power, 64); err == nil {
		for i := range x {
			x[i] = math.Pow(x[i], n)
		}
	}
	return meta.Numeric(a.word, x), nil
}

// products adds the columns of an interaction, as a model with an intercept has them.
func (d *Data) products(to []meta.Term, a, b meta.Term) ([]meta.Term, error) {
	first, err := d.indicators(a)
	if err != nil {
		return nil, err
	}
	second, err := d.indicators(b)
	if err != nil {
		return nil, err
	}
	if len(first.Columns)*len(second.Columns) == 0 {
		return nil, fmt.Errorf("an interaction has no column: a factor with one level")
	}
	for k, g := range second.Columns {
		for j, f := range first.Columns {
			x := make([]float64, len(f))
			for i := range x {
				x[i] = f[i] * g[i]
			}
			to = append(to, meta.Numeric(first.Names[j]+":"+second.Names[k], x))
		}
	}
	return to, nil
}

// indicators are the columns that a term has in a model with an intercept.
func (d *Data) indicators(t meta.Term) (multilevel.Design, error) {
	one, err := meta.NewDesign(true, t)
	if err != nil {
		return multilevel.Design{}, err
	}
	c := d.columns(one)
	return multilevel.Design{Names: c.Names[1:], Columns: c.Columns[1:]}, nil
}

// columns is a design by columns; NaN where a moderator is missing.
func (d *Data) columns(of *meta.Design) multilevel.Design {
	out := multilevel.Design{Names: of.Names, Columns: make([][]float64, len(of.Names))}
	for i := range d.K {
		for j, x := range of.Row(i) {
			if of.Missing(i) {
				x = math.NaN()
			}
			out.Columns[j] = append(out.Columns[j], x)
		}
	}
	return out
}

// FormulaColumns are the columns that a formula names; none for one that cannot be read.
func (d *Data) FormulaColumns(text string) []string {
	var out []string
	f, _ := d.formula(text)
	for _, t := range f.terms {
		for _, a := range t {
			if !slices.Contains(out, a.column) {
				out = append(out, a.column)
			}
		}
	}
	return out
}

// Levels are the levels of the factors of a formula, the reference first.
func (d *Data) Levels(text string) map[string][]string {
	f, err := d.formula(text)
	design, fails := d.Design(text)
	if err != nil || fails != nil {
		return nil
	}
	out := map[string][]string{}
	for _, a := range slices.Concat(f.terms...) {
		if labels, _, err := d.Texts(a.column); err == nil && (a.factor || a.power == "" && d.IsFactor(a.column)) {
			out[a.column] = design.Levels(Used(d, labels))
		}
	}
	return out
}

// References are the levels that the others of a factor are compared with; the first
// factor of a formula without an intercept has none.
func (d *Data) References(text string) map[string]string {
	f, _ := d.formula(text)
	out, full := map[string]string{}, !f.intercept
	levels := d.Levels(text)
	for _, a := range slices.Concat(f.terms...) {
		of := levels[a.column]
		if len(of) == 0 {
			continue
		}
		if !full && out[a.column] == "" {
			out[a.column] = of[0]
		}
		full = false
	}
	return out
}

// RFormula writes a formula for R, with the names of columns made by name and texts by
// quote. The levels of a factor are written out: R sorts them by the locale.
func (d *Data) RFormula(text string, name, quote func(string) string) string {
	f, _ := d.formula(text)
	levels := d.Levels(text)
	var out []string
	if !f.intercept {
		out = append(out, "0")
	}
	for _, t := range f.terms {
		var words []string
		for _, a := range t {
			of := make([]string, len(levels[a.column]))
			for i, l := range levels[a.column] {
				of[i] = quote(l)
			}
			switch w := name(a.column); {
			case a.power != "":
				words = append(words, "I("+w+"^"+a.power+")")
			case len(of) > 0:
				words = append(words, "factor("+w+", levels = c("+strings.Join(of, ", ")+"))")
			default:
				words = append(words, w)
			}
		}
		out = append(out, strings.Join(words, ":"))
	}
	return "~ " + strings.Join(out, " + ")
}
