package metafile

import (
	"fmt"
	"math"
	"slices"
	"strings"

	human "past/internal/text"
)

// labelColumn is the column that names the studies; "" where none does.
func (c *Case) labelColumn() string {
	if r := c.roles["study"]; r != "" {
		return c.named(r)
	}
	if name := c.find(labelNames); name != "" {
		return name
	}
	if len(c.names) > 0 && c.lines != nil && c.IsText(c.names[0]) {
		return c.names[0]
	}
	return ""
}

// leaveOutTotals takes rows away that sum up the others: totals, pooled results and
// tests below the studies. A row without a name below named ones, and one that is
// the sum of those above, is asked about.
func (c *Case) leaveOutTotals() error {
	label := c.labelColumn()
	if c.lines == nil || label == "" {
		return nil
	}
	names, _, err := c.Texts(label)
	if err != nil {
		return err
	}
	arms := make([]string, len(names))
	if arm := c.armColumn(); arm != "" && c.IsText(arm) {
		if arms, _, err = c.Texts(arm); err != nil {
			return err
		}
	}
	keep := make([]bool, len(names))
	var out []string
	for i, n := range names {
		if keep[i] = !human.Summary(n) && !human.Summary(arms[i]); !keep[i] {
			out = append(out, fmt.Sprintf("%s %q", c.rowName(i), printable(n)))
		}
	}
	if 2*len(out) > len(names) && len(out) < len(names) {
		return fmt.Errorf("%d of %d rows are named in column %s as totals or pooled results: name the column of the study with --study COLUMN",
			len(out), len(names), label)
	}
	if len(out) > 0 && len(out) < len(names) {
		c.warn("left out, being a total, a pooled result or a test and not a study: %s", strings.Join(out, ", "))
		if err := c.take(keep); err != nil {
			return err
		}
	}
	return c.nameless(label)
}

// nameless reads empty cells of the label's column as merged ones, and asks about
// rows that look like totals.
func (c *Case) nameless(label string) error {
	names, missing, err := c.Texts(label)
	if err != nil {
		return err
	}
	last := len(names) - 1
	empty := 0
	for _, m := range missing {
		if m {
			empty++
		}
	}
	if err := c.askAboutSums(label, names); err != nil {
		return err
	}
	if empty == 0 || missing[0] || !c.IsText(label) {
		return nil
	}
	if empty == 1 && missing[last] && c.hasNumbers(last) && last > 1 && c.armColumn() == "" {
		return fmt.Errorf("%s has numbers and no name below the named studies: name the study, or leave a total out with --where %s",
			c.rowName(last), shellWord(label+"!=NA"))
	}
	col := &column{cells: slices.Clone(c.columns[label].cells)}
	filled := false
	for i := range col.cells {
		if missing[i] && c.hasNumbers(i) {
			col.cells[i] = col.cells[i-1]
			filled = true
		}
	}
	if filled {
		c.columns[label] = col
		c.warn("empty cells of column %s are read as the name above them, as merged cells are saved", label)
	}
	return nil
}

func (c *Case) hasNumbers(row int) bool {
	return slices.ContainsFunc(c.names, func(n string) bool { _, ok := c.columns[n].cells[row].(float64); return ok })
}

// askAboutSums stops at a row that is the sum of those above in several columns of
// whole numbers.
func (c *Case) askAboutSums(label string, names []string) error {
	for i := 2; i < len(names); i++ {
		var same []string
		for _, n := range c.names {
			col := c.columns[n]
			sum, whole := 0.0, true
			for j := 0; j <= i && whole; j++ {
				x, ok := col.cells[j].(float64)
				whole = ok && x == math.Trunc(x) && x >= 0
				if j < i {
					sum += x
				}
			}
			if x, _ := col.cells[i].(float64); whole && x == sum && x >= 5 {
				same = append(same, n)
			}
		}
		if len(same) >= 3 || len(same) == 2 && names[i] == "" {
			return fmt.Errorf("%s is the sum of the rows above in %s: leave a total out with --where %s; if it is a study, move it up",
				c.rowName(i), strings.Join(same, ", "), shellWord(label+"!="+orElse(names[i], "NA")))
		}
	}
	return nil
}

// checkPooled finds a row that is to the others what a pooled result is: asked
// about where it is the last, as pooled results are, else a warning.
func (c *Case) checkPooled(labels []string) error {
	for i, v := range c.V {
		var w, wy float64
		for j := range c.V {
			if j != i {
				w += 1 / c.V[j]
				wy += c.Y[j] / c.V[j]
			}
		}
		if c.K < 3 || math.Abs(v*w-1) >= 0.05 || math.Abs(c.Y[i]-wy/w) >= 0.05*math.Sqrt(v) {
			continue
		}
		row := c.rowName(c.RowsUsed[i] - 1)
		if i == c.K-1 && c.lines != nil {
			return fmt.Errorf("%s (%s) has the effect and the variance of a pooled result of the rows above: leave it out with "+
				"--where if it is one;"+
				" if it is a study, move it up", row, labels[i])
		}
		c.warn("%s (%s) has the effect and the variance of a pooled result of the other rows: leave it out if it is one", row, labels[i])
	}
	return nil
}
