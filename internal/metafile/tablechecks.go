package metafile

import (
	"fmt"
	"math"
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
func (c *Case) checkTable() error {
	for i, v := range c.V {
		if v == 0 {
			return fmt.Errorf("%s: a sampling variance of 0, an infinite weight; leave the row out or use a measure with a continuity correction", c.rowName(c.RowsUsed[i]-1))
		}
	}
	if c.Kind == string(effect.KindEffectAndVar) && c.HasColumn("vi") && c.HasColumn("sei") {
		if err := c.checkErrorAgainstVariance(); err != nil {
			return err
		}
	}
	if c.Kind == string(effect.KindTwoByTwo) || c.Kind == string(effect.KindProportion) {
		return c.checkWholeCounts("ai", "bi", "ci", "di", "n1i", "n2i", "xi", "ni")
	}
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
	c.warnRows(rows, "the standard error (column %s) is not the root of the variance (column %s); the variance is used", c.columnName("sei"), c.columnName("vi"))
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
