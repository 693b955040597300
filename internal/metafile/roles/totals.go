package roles

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"past/internal/metafile/names"
	"past/internal/metafile/table"
	human "past/internal/text"
)

// LabelColumn is the column that names the studies; "" where none does.
func (r *Reading) LabelColumn() string {
	if c := r.Options.Columns["study"]; c != "" {
		return r.Named(c)
	}
	if name := r.Find(names.Labels...); name != "" {
		return name
	}
	if len(r.Names) > 0 && r.Lines != nil && r.IsText(r.Names[0]) {
		return r.Names[0]
	}
	return ""
}

// leaveOutTotals takes rows away that sum up the others: totals, pooled results and
// tests below the studies. A row without a name below named ones, and one that is
// the sum of those above, is asked about.
func (r *Reading) leaveOutTotals() error {
	label := r.LabelColumn()
	if r.Lines == nil || label == "" {
		return nil
	}
	studies, _, err := r.Texts(label)
	if err != nil {
		return err
	}
	arms := make([]string, len(studies))
	if arm := r.armColumn(); arm != "" && r.IsText(arm) {
		if arms, _, err = r.Texts(arm); err != nil {
			return err
		}
	}
	keep := make([]bool, len(studies))
	var out []string
	for i, s := range studies {
		if keep[i] = !human.Summary(s) && !human.Summary(arms[i]); !keep[i] {
			out = append(out, fmt.Sprintf("%s %q", r.RowName(i), human.OneLine(s)))
		}
	}
	switch n := len(out); {
	case 2*n > len(studies) && n < len(studies):
		return table.Ask([]table.Answer{{Flag: "study"}}, "%d of %d rows are named in column %s as totals or pooled results: name the column of"+
			" the study with --study COLUMN", n, len(studies), label)
	case n > 0 && n < len(studies):
		r.Warn("left out, being a total, a pooled result or a test and not a study: %s", strings.Join(out, ", "))
		if err := r.Take(keep); err != nil {
			return err
		}
	}
	return r.nameless(label)
}

// WithoutRow answers a question by a row that is left out.
func WithoutRow(label, name string) table.Answer {
	return table.Answer{Flag: "where", Value: label + "!=" + cmp.Or(name, "NA")}
}

// nameless reads empty cells of the label's column as merged ones, and asks about
// rows that look like totals.
func (r *Reading) nameless(label string) error {
	studies, missing, err := r.Texts(label)
	if err != nil {
		return err
	}
	if err := r.askAboutSums(label, studies); err != nil {
		return err
	}
	if !slices.Contains(missing, true) || missing[0] || !r.IsText(label) {
		return nil
	}
	if last := len(studies) - 1; slices.Index(missing, true) == last && r.hasNumbers(last) && last > 1 && r.armColumn() == "" {
		a := WithoutRow(label, "")
		return table.Ask([]table.Answer{a}, "%s has numbers and no name below the named studies: name the study, or leave a total out with %s",
			r.RowName(last), a)
	}
	cells := slices.Clone(r.Table.Columns[label].Cells)
	filled := false
	for i := range cells {
		if missing[i] && r.hasNumbers(i) {
			cells[i] = cells[i-1]
			filled = true
		}
	}
	if filled {
		r.Table.Columns[label] = &table.Column{Cells: cells}
		r.Warn("empty cells of column %s are read as the name above them, as merged cells are saved", label)
	}
	return nil
}

func (r *Reading) hasNumbers(row int) bool {
	return slices.ContainsFunc(r.Names, func(n string) bool { _, ok := r.Table.Columns[n].Cells[row].(float64); return ok })
}

// askAboutSums stops at a row that is the sum of those above in several columns of
// whole numbers.
func (r *Reading) askAboutSums(label string, studies []string) error {
	sums, whole := map[string]float64{}, map[string]bool{}
	for i := range studies {
		var same []string
		for _, n := range r.Names {
			x, ok := r.Table.Columns[n].Cells[i].(float64)
			whole[n] = (i == 0 || whole[n]) && ok && x == math.Trunc(x) && x >= 0
			if i > 1 && whole[n] && x == sums[n] && x >= 5 {
				same = append(same, n)
			}
			sums[n] += x
		}
		if len(same) >= 3 || len(same) == 2 && studies[i] == "" {
			a := WithoutRow(label, studies[i])
			return table.Ask([]table.Answer{a}, "%s is the sum of the rows above in %s: leave a total out with %s; if it is a study, move it up",
				r.RowName(i), strings.Join(same, ", "), a)
		}
	}
	return nil
}
