package metafile

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"past/analysis/effect"
)

// namesakes refuses a table in which a column that is used has a second one of
// the same name but for capitals, spaces and separators.
func (c *Case) namesakes(bound map[string]string) error {
	var used []string
	for _, actual := range bound {
		used = append(used, actual)
	}
	sort.Strings(used)
	for _, u := range used {
		for _, n := range c.names {
			if n != u && fold(n) == fold(u) && !strings.HasPrefix(n, ".") { // R's mark of a column that a program added
				return fmt.Errorf("columns %q and %q: one of them would be used and it is not clear which; rename the other", u, n)
			}
		}
	}
	return nil
}

// checkTable looks at the cells of a person's own table for what can be computed
// and is hardly meant.
func (c *Case) checkTable(labels []string, cmd Command) error {
	if err := c.checkDependence(labels, cmd); err != nil {
		return err
	}
	c.checkCopies(labels)
	if err := c.checkPooled(labels); err != nil {
		return err
	}
	for i, v := range c.V {
		if v == 0 {
			return fmt.Errorf("%s: a sampling variance of 0, an infinite weight; leave the row out or use a measure with a continuity correction",
				c.rowName(c.RowsUsed[i]-1))
		}
	}
	if c.Kind == string(effect.KindEffectAndVar) && c.HasColumn("vi") && c.HasColumn("sei") {
		if err := c.checkErrorAgainstVariance(); err != nil {
			return err
		}
	}
	if c.Kind == string(effect.KindMeans) {
		return c.checkSpreads()
	}
	if c.Kind == string(effect.KindTwoByTwo) || c.Kind == string(effect.KindProportion) {
		return c.checkWholeCounts("ai", "bi", "ci", "di", "n1i", "n2i", "xi", "ni")
	}
	return nil
}

// checkDependence warns of rows that are not independent although they are pooled
// as if they were: one label twice, one control group twice, clusters that a
// subgroup or moderator analysis does not see.
func (c *Case) checkDependence(labels []string, cmd Command) error {
	if cmd.Cluster != "" {
		if cmd.Subgroup != "" || cmd.Mods != "" {
			c.warn("--cluster: the model for dependent effects is what counts; subgroups and moderators of the footnote take the " +
				"rows as independent")
		}
		return nil
	}
	seen, twice := map[string]int{}, []string{}
	for _, l := range labels {
		if seen[l]++; seen[l] == 2 {
			twice = append(twice, l)
		}
	}
	if len(twice) == 0 || cmd.Dose != "" {
		return nil
	}
	switch effect.Kind(c.Kind) {
	case effect.KindSingleMean, effect.KindProportion, effect.KindPersonTime:
		if cmd.Measure == "" {
			return fmt.Errorf("several rows are labelled %s and each row has one group: if the rows are arms, name their column with --arm;"+
				" if they are times, put them side by side; if each is a result of its own, name the measure, or --cluster with the study",
				strings.Join(twice, ", "))
		}
	}
	var shared []string
	for _, names := range [][]string{{"m2i", "sd2i", "n2i"}, {"ci", "n2i"}} {
		if c.standardised {
			break // there are no means that show a control to be the same
		}
		s, err := c.sameControls(labels, names)
		if err != nil {
			return err
		}
		shared = append(shared, s...)
	}
	slices.Sort(shared)
	if shared = slices.Compact(shared); len(shared) > 0 {
		c.shared = true
		c.warn("shared control: rows of %s have the same control group, whose people count more than once; the model with a "+
			"shared control allows for it,"+
			" or combine the arms", strings.Join(shared, ", "))
		return nil
	}
	c.warn("several rows are labelled %s: results of one study are not independent; use --cluster with the column that names the study",
		strings.Join(twice, ", "))
	return nil
}

// checkCopies warns of rows under two names that have the same numbers in all the
// columns that are used.
func (c *Case) checkCopies(labels []string) {
	if len(c.chosen) < 4 {
		return // two numbers may well be the same
	}
	first := map[string]int{}
	for k, r := range c.RowsUsed {
		key := ""
		for _, role := range sortedKeys(c.chosen) {
			if col := c.columns[c.chosen[role]]; col != nil {
				key += fmt.Sprintf("%v\x00", col.cells[r-1])
			}
		}
		if at, seen := first[key]; seen && labels[at] != labels[k] {
			c.warn("%s (%s) has the same numbers as %s (%s): is a study in the table twice?", c.rowName(r-1), labels[k],
				c.rowName(c.RowsUsed[at]-1), labels[at])
		} else if !seen {
			first[key] = k
		}
	}
}

// sameControls lists the studies of which two used rows have equal numbers in the
// columns of the control group.
func (c *Case) sameControls(labels, names []string) ([]string, error) {
	var key []string
	for _, n := range names {
		x, err := c.optionalFloats(n)
		if x == nil || err != nil {
			return nil, err
		}
		for k, v := range Used(c, x) {
			if len(key) <= k {
				key = append(key, labels[k])
			}
			key[k] += fmt.Sprintf("\x00%g", v)
		}
	}
	seen := map[string]bool{}
	var out []string
	for k, s := range key {
		if seen[s] {
			out = append(out, labels[k])
		}
		seen[s] = true
	}
	return out, nil
}

// checkSpreads warns of a standard deviation that is so much smaller than those of
// the other studies that it is rather a standard error.
func (c *Case) checkSpreads() error {
	var rows []string
	for _, arm := range []string{"1i", "2i"} {
		sd, err := c.optionalFloats("sd" + arm)
		if sd == nil || err != nil {
			return err
		}
		n, err := c.optionalFloats("n" + arm)
		if n == nil || err != nil {
			return err
		}
		for i := range sd {
			var others []float64
			for j, s := range sd {
				if j != i && s > 0 {
					others = append(others, s)
				}
			}
			if len(others) < 2 || !(sd[i] > 0) || !(n[i] > 3) {
				continue
			}
			usual := median(others)
			if sd[i] < usual/2.5 && math.Abs(math.Log(sd[i]*math.Sqrt(n[i])/usual)) < math.Log(2) && !slices.Contains(rows, c.rowName(i)) {
				rows = append(rows, c.rowName(i))
			}
		}
	}
	c.warnRows(rows, "the spread looks like a standard error, not a standard deviation: times the root of n it is as large as "+
		"the standard deviations of the other studies; the effect is far too large if so")
	return nil
}

// checkErrorAgainstVariance warns of rows whose standard error is not the root of
// their variance; the variance is what is used.
func (c *Case) checkErrorAgainstVariance() error {
	se, err := c.Floats("sei")
	if err != nil {
		return err
	}
	vi, err := c.Floats("vi")
	if err != nil {
		return err
	}
	var rows []string
	for i := range vi {
		if math.Abs(se[i]*se[i]-vi[i]) > 0.2*vi[i] { // more than rounding does
			rows = append(rows, c.rowName(i))
		}
	}
	c.warnRows(rows, "the standard error (column %s) is not the root of the variance (column %s); the variance is used", c.columnName("sei"),
		c.columnName("vi"))
	return nil
}

// checkWholeCounts warns of numbers of people that are no whole numbers.
func (c *Case) checkWholeCounts(columns ...string) error {
	for _, name := range columns {
		x, err := c.optionalFloats(name)
		if err != nil {
			return err
		}
		var rows []string
		for i, v := range x {
			if v != math.Trunc(v) && !math.IsNaN(v) {
				rows = append(rows, c.rowName(i))
			}
		}
		c.warnRows(rows, "column %s holds no whole number: perhaps a percentage", c.columnName(name))
	}
	return nil
}

func (c *Case) warnRows(rows []string, format string, args ...any) {
	if len(rows) == 0 {
		return
	}
	more := ""
	if n := len(rows); n > 10 {
		rows, more = rows[:10], fmt.Sprintf(" and %d more", n-10)
	}
	c.warn("%s%s: %s", strings.Join(rows, ", "), more, fmt.Sprintf(format, args...))
}
