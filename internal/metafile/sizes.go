package metafile

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"past/analysis/effect"
	human "past/internal/text"
)

// Numbers of people are whole. What a spreadsheet made of them is undone here:
// marks between thousands, which elsewhere are decimal marks, and percentages of
// a group whose size is known.

// sizeRoles and countRoles are the roles of numbers of people: of groups, and of
// those with or without an event.
var (
	sizeRoles  = []string{"n1i", "n2i", "ni"}
	countRoles = map[string]string{"ai": "n1i", "bi": "n1i", "ci": "n2i", "di": "n2i", "xi": "ni", "x1i": "",
		"x2i": ""} // with the size that holds them
)

// readWhole reads the chosen columns of sizes and counts as whole numbers.
func (c *Case) readWhole() error {
	if err := c.checkMarks(); err != nil {
		return err
	}
	for _, role := range sizeRoles {
		if err := c.wholeRole(role, true); err != nil {
			return err
		}
	}
	if c.Kind == string(effect.KindCronbach) {
		return nil
	}
	for _, role := range sortedKeys(countRoles) {
		if c.columns[role] == nil || c.chosen[role] == "" {
			continue
		}
		err := error(nil)
		if c.columns[role].percent {
			err = c.countsOfPercent(role, countRoles[role])
		} else if err = c.wholeRole(role, false); err == nil {
			err = c.checkShare(role, countRoles[role])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *Case) wholeRole(role string, size bool) error {
	if c.columns[role] == nil || c.chosen[role] == "" {
		return nil
	}
	x, changed, err := c.whole(role, size)
	if err == nil && !size {
		err = c.fractions(role, x)
	}
	if err == nil && changed {
		c.set(role, x)
	}
	return err
}

// fractions refuses counts of which more than half are no whole numbers.
func (c *Case) fractions(role string, x []float64) error {
	given, broken, first := 0, 0, -1
	for i, v := range x {
		if math.IsNaN(v) {
			continue
		}
		if given++; v != math.Trunc(v) {
			if broken++; first < 0 {
				first = i
			}
		}
	}
	if 2*broken <= given {
		return nil
	}
	return fmt.Errorf("%s, column %q: %g and others are no whole numbers of events; if they are percentages, say so in the column's name"+
		" (%q), and the events are worked out with the sizes of the groups", c.rowName(first), c.columnName(role), x[first],
		c.columnName(role)+" %")
}

// whole is a column of numbers of people. A group of three digits behind a mark
// is thousands where one of them cannot be decimals; a size that is no whole
// number, or may be one in two ways, is an error.
func (c *Case) whole(name string, size bool) (x []float64, changed bool, err error) {
	col := c.columns[name]
	if col.written == nil {
		x, err = c.Floats(name)
		return x, false, err
	}
	if size && col.percent {
		return nil, false, fmt.Errorf("column %q holds percentages, not numbers of people", c.columnName(name))
	}
	plain := &column{cells: slices.Clone(col.cells)}
	grouped := map[int]float64{}
	sure := false
	for i, cell := range col.written {
		if n, certain, ok := human.GroupedPeople(cell); ok {
			grouped[i] = n
			sure = sure || certain
		}
	}
	if len(grouped) > 0 && !sure && !c.threeDecimals(col) {
		for i := range col.written {
			if _, in := grouped[i]; !in {
				continue
			}
			if _, one := plain.cells[i].(float64); one && col.style == human.StyleRegister && strings.Contains(col.written[i], ",") {
				delete(grouped, i) // 40,000 in a table with decimal points
				continue
			}
			return nil, false, fmt.Errorf("%s, column %q: %q may be %.0f or %.0f people; write it without the mark",
				c.rowName(i), c.columnName(name), col.written[i], grouped[i]/1000, grouped[i])
		}
	}
	var rows []string
	for i := range col.written {
		if v, ok := grouped[i]; ok && sure {
			if plain.cells[i] != any(v) {
				rows = append(rows, c.rowName(i))
			}
			plain.cells[i] = v
		}
	}
	c.columns[name] = plain
	x, err = c.Floats(name)
	c.columns[name] = col
	if err != nil {
		return nil, false, err
	}
	c.warnRows(rows, "column %s: the mark before three digits is read as one between thousands, since a number of people is whole",
		c.columnName(name))
	for i, v := range x {
		if size && v != math.Trunc(v) && !math.IsNaN(v) {
			return nil, false, fmt.Errorf("%s, column %q: %q is no whole number of people", c.rowName(i), c.columnName(name),
				strings.TrimSpace(col.written[i]))
		}
	}
	return x, len(rows) > 0, nil
}

// sideBySide are the roles of numbers that the two groups of a row have in one unit.
var sideBySide = [][2]string{{"t1i", "t2i"}, {"m1i", "m2i"}, {"sd1i", "sd2i"}, {"se1i", "se2i"}, {"med1i", "med2i"}}

// checkMarks stops at a number of which the mark before three digits may be one
// between thousands: where that brings it nearer to the number of the other group,
// or to the others of its column, than a decimal mark does.
func (c *Case) checkMarks() error {
	for _, pair := range sideBySide {
		for k, role := range pair {
			if err := c.checkMarksOf(role, func(i int) (float64, bool) { return c.wholeCell(pair[1-k], i) }); err != nil {
				return err
			}
		}
	}
	for _, role := range []string{"t1i", "t2i", "ti", "m1i", "m2i", "mi", "yi"} {
		usual, ok := c.usualWhole(role)
		if err := c.checkMarksOf(role, func(int) (float64, bool) { return usual, ok }); err != nil {
			return err
		}
	}
	return nil
}

// checkMarksOf compares the cells of a column with what beside gives.
func (c *Case) checkMarksOf(role string, beside func(row int) (float64, bool)) error {
	col := c.columns[role]
	if c.chosen[role] == "" || col == nil || col.written == nil {
		return nil
	}
	for i, cell := range col.written {
		n, _, grouped := human.GroupedPeople(strings.TrimPrefix(cell, "-"))
		x, ok := col.cells[i].(float64)
		if !grouped || !ok {
			continue
		}
		x = math.Abs(x)
		other := n
		if x == n {
			other = n / 1000
		}
		y, ok := beside(i)
		if ok && y != 0 && math.Abs(math.Log(math.Abs(other/y))) < math.Abs(math.Log(math.Abs(x/y))) {
			return fmt.Errorf("%s, column %q: %q may be %g or %g, and the numbers beside it are nearer to %g; write it without the mark,"+
				" or with another number of decimals", c.rowName(i), c.columnName(role), strings.TrimSpace(cell), n/1000, n, other)
		}
	}
	return nil
}

// usualWhole is the median of the whole numbers of a column that has no decimals
// beside them; ok is unset for other columns.
func (c *Case) usualWhole(role string) (m float64, ok bool) {
	if c.chosen[role] == "" || c.columns[role] == nil {
		return 0, false
	}
	var whole []float64
	for i, cell := range c.columns[role].written {
		_, _, grouped := human.GroupedPeople(strings.TrimPrefix(cell, "-"))
		if x, ok := c.wholeCell(role, i); ok {
			whole = append(whole, math.Abs(x))
		} else if !grouped && !human.Missing(cell) {
			return 0, false
		}
	}
	if len(whole) == 0 {
		return 0, false
	}
	return median(whole), true
}

// wholeCell is a number that is written without a mark.
func (c *Case) wholeCell(role string, row int) (float64, bool) {
	col := c.columns[role]
	if c.chosen[role] == "" || col == nil || col.written == nil || strings.ContainsAny(col.written[row], ".,") {
		return 0, false
	}
	x, ok := col.cells[row].(float64)
	return x, ok
}

// threeDecimals reports whether the other numbers of the table have three decimals
// as well, so that 40.000 is 40.
func (c *Case) threeDecimals(col *column) bool {
	seen := false
	for _, name := range c.names {
		o := c.columns[name]
		if o == nil || o == col || o.written == nil || c.IsText(name) {
			continue
		}
		for _, cell := range o.written {
			s, _ := human.PlainNumber(cell)
			if i := strings.LastIndexAny(s, ".,"); s != "" && !human.Missing(s) && (i < 0 || len(s)-i != 4) {
				return false
			}
			seen = true
		}
	}
	return seen
}

// countsOfPercent turns percentages into the numbers of people that they mean.
func (c *Case) countsOfPercent(role, size string) error {
	if size == "" || c.columns[size] == nil {
		return fmt.Errorf("column %q holds percentages: numbers of people with the event are needed, or the sizes of the groups",
			c.columnName(role))
	}
	share, err := c.Floats(role)
	if err != nil {
		return err
	}
	n, err := c.Floats(size)
	if err != nil {
		return err
	}
	for i, v := range share {
		if math.IsNaN(v) || math.IsNaN(n[i]) {
			share[i] = math.NaN()
			continue
		}
		written, _ := human.PlainNumber(c.columns[role].written[i])
		low, high := human.CountsOfShare(written, v, 100, n[i])
		if low != high {
			what := "is the share of no whole number"
			if low < high {
				what = fmt.Sprintf("may be anything from %.0f to %.0f", low, high)
			}
			return fmt.Errorf("%s, column %q: %s %% of %.0f people %s; write numbers of people", c.rowName(i), c.columnName(role),
				strings.TrimSuffix(written, "%"), n[i], what)
		}
		share[i] = low
	}
	c.warn("column %s holds percentages: the numbers of people are worked out from them and the sizes of the groups", c.columnName(role))
	c.set(role, share)
	return nil
}

// checkShare warns where a count and the percentage beside it contradict each other.
func (c *Case) checkShare(role, size string) error {
	beside := c.columns[c.chosen[role]+" percent"]
	if beside == nil || size == "" || c.columns[size] == nil {
		return nil
	}
	count, err := c.Floats(role)
	if err != nil {
		return err
	}
	n, err := c.Floats(size)
	if err != nil {
		return err
	}
	var rows []string
	for i, cell := range beside.cells {
		if p, ok := cell.(float64); ok && n[i] > 0 && math.Abs(100*count[i]/n[i]-p) > 1 {
			rows = append(rows, c.rowName(i))
		}
	}
	c.warnRows(rows, "the count in column %s is not the percentage beside it of column %s", c.columnName(role), c.columnName(size))
	return nil
}
