package roles

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"past/analysis/effect"
	"past/internal/metafile/table"
	human "past/internal/text"
)

// Numbers of people are whole. What a spreadsheet made of them is undone here:
// marks between thousands, which elsewhere are decimal marks, and percentages of
// a group whose size is known.

// sizeRoles and countRoles are the roles of numbers of people: of groups, and of
// those with or without an event, with the size that holds them.
var (
	sizeRoles  = []string{"n1i", "n2i", "ni"}
	countRoles = map[string]string{"ai": "n1i", "bi": "n1i", "ci": "n2i", "di": "n2i", "xi": "ni", "x1i": "", "x2i": ""}
)

// chosen is the column of a role, nil where none was chosen for it.
func (r *Reading) chosen(role string) *table.Column {
	if r.Chosen[role] == "" {
		return nil
	}
	return r.Table.Columns[role]
}

// readWhole reads the chosen columns of sizes and counts as whole numbers.
func (r *Reading) readWhole() error {
	if err := r.checkMarks(); err != nil {
		return err
	}
	for _, role := range sizeRoles {
		if r.chosen(role) != nil {
			if err := r.wholeRole(role, true); err != nil {
				return err
			}
		}
	}
	if r.Kind == effect.KindCronbach {
		return nil
	}
	for _, role := range slices.Sorted(maps.Keys(countRoles)) {
		if c := r.chosen(role); c != nil {
			if err := r.readCounts(role, countRoles[role], c.Percent); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *Reading) readCounts(role, size string, percent bool) error {
	if percent {
		return r.countsOfPercent(role, size)
	}
	if err := r.wholeRole(role, false); err != nil {
		return err
	}
	return r.checkShare(role, size)
}

// wholeRole reads the column of a role as whole numbers; counts of which more than
// half are none are refused.
func (r *Reading) wholeRole(role string, size bool) error {
	x, changed, err := r.whole(role, size)
	if err != nil {
		return err
	}
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
	if !size && 2*broken > given {
		return table.Ask(nil, "%s, column %q: %g and others are no whole numbers of events; if they are percentages, say so in the column's name"+
			" (%q), and the events are worked out with the sizes of the groups", r.RowName(first), r.ColumnName(role), x[first],
			r.ColumnName(role)+" %")
	}
	if changed {
		r.Set(role, x)
	}
	return nil
}

// whole is a column of numbers of people. A group of three digits behind a mark
// is thousands where one of them cannot be decimals; a size that is no whole
// number, or may be one in two ways, is an error.
func (r *Reading) whole(name string, size bool) (x []float64, changed bool, err error) {
	col := r.Table.Columns[name]
	if col.Written == nil {
		x, err = r.Floats(name)
		return x, false, err
	}
	if size && col.Percent {
		return nil, false, fmt.Errorf("column %q holds percentages, not numbers of people", r.ColumnName(name))
	}
	grouped := map[int]float64{}
	sure := false
	for i, cell := range col.Written {
		if n, certain, ok := human.GroupedPeople(cell); ok {
			grouped[i] = n
			sure = sure || certain
		}
	}
	plain := &table.Column{Cells: slices.Clone(col.Cells)}
	var rows []int
	decimals := len(grouped) == 0 || !sure && r.threeDecimals(col)
	for i, cell := range col.Written {
		n, in := grouped[i]
		if !in || decimals {
			continue
		}
		if !sure {
			if _, one := plain.Cells[i].(float64); one && col.Style == human.StyleRegister && strings.Contains(cell, ",") {
				continue // 40,000 in a table with decimal points
			}
			return nil, false, table.Ask(nil, "%s, column %q: %q may be %.0f or %.0f people; write it without the mark", r.RowName(i),
				r.ColumnName(name), cell, n/1000, n)
		}
		if plain.Cells[i] != any(n) {
			rows = append(rows, i)
		}
		plain.Cells[i] = n
	}
	r.Table.Columns[name] = plain
	x, err = r.Floats(name)
	r.Table.Columns[name] = col
	if err != nil {
		return nil, false, err
	}
	r.WarnRows(rows, "column %s: the mark before three digits is read as one between thousands, since a number of people is whole",
		r.ColumnName(name))
	for i, v := range x {
		if size && v != math.Trunc(v) && !math.IsNaN(v) {
			return nil, false, r.CellError(i, name, "%q is no whole number of people", strings.TrimSpace(col.Written[i]))
		}
	}
	return x, len(rows) > 0, nil
}

// sideBySide are the roles of numbers that the two groups of a row have in one unit.
var sideBySide = [][2]string{{"t1i", "t2i"}, {"m1i", "m2i"}, {"sd1i", "sd2i"}, {"se1i", "se2i"}, {"med1i", "med2i"}}

// checkMarks stops at a number of which the mark before three digits may be one
// between thousands: where that brings it nearer to the number of the other group,
// or to the others of its column, than a decimal mark does.
func (r *Reading) checkMarks() error {
	for _, pair := range sideBySide {
		for k, role := range pair {
			if err := r.checkMarksOf(role, func(i int) (float64, bool) { return r.wholeCell(pair[1-k], i) }); err != nil {
				return err
			}
		}
	}
	for _, role := range []string{"t1i", "t2i", "ti", "m1i", "m2i", "mi", "yi"} {
		usual, ok := r.usualWhole(role)
		if err := r.checkMarksOf(role, func(int) (float64, bool) { return usual, ok }); err != nil {
			return err
		}
	}
	return nil
}

// checkMarksOf compares the cells of a column with what beside gives.
func (r *Reading) checkMarksOf(role string, beside func(row int) (float64, bool)) error {
	col := r.chosen(role)
	if col == nil {
		return nil
	}
	for i, cell := range col.Written {
		n, _, grouped := human.GroupedPeople(strings.TrimPrefix(cell, "-"))
		x, ok := col.Cells[i].(float64)
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
			return table.Ask(nil, "%s, column %q: %q may be %g or %g, and the numbers beside it are nearer to %g; write it without the mark,"+
				" or with another number of decimals", r.RowName(i), r.ColumnName(role), strings.TrimSpace(cell), n/1000, n, other)
		}
	}
	return nil
}

// usualWhole is the median of the whole numbers of a column that has no decimals
// beside them; ok is unset for other columns.
func (r *Reading) usualWhole(role string) (m float64, ok bool) {
	col := r.chosen(role)
	if col == nil {
		return 0, false
	}
	var whole []float64
	for i, cell := range col.Written {
		_, _, grouped := human.GroupedPeople(strings.TrimPrefix(cell, "-"))
		if x, ok := r.wholeCell(role, i); ok {
			whole = append(whole, math.Abs(x))
		} else if !grouped && !human.Missing(cell) {
			return 0, false
		}
	}
	if len(whole) == 0 {
		return 0, false
	}
	return table.Median(whole), true
}

// wholeCell is a number that is written without a mark.
func (r *Reading) wholeCell(role string, row int) (float64, bool) {
	col := r.chosen(role)
	if col == nil || col.Written == nil || strings.ContainsAny(col.Written[row], ".,") {
		return 0, false
	}
	x, ok := col.Cells[row].(float64)
	return x, ok
}

// threeDecimals reports whether the other numbers of the table have three decimals
// as well, so that 40.000 is 40.
func (r *Reading) threeDecimals(col *table.Column) bool {
	seen := false
	for _, name := range r.Names {
		o := r.Table.Columns[name]
		if o == nil || o == col || r.IsText(name) {
			continue
		}
		for _, cell := range o.Written {
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
func (r *Reading) countsOfPercent(role, size string) error {
	if !r.Has(size) {
		return fmt.Errorf("column %q holds percentages: numbers of people with the event are needed, or the sizes of the groups",
			r.ColumnName(role))
	}
	x, err := r.FloatsOf(role, size)
	if err != nil {
		return err
	}
	share, n := x[role], x[size]
	for i, v := range share {
		if math.IsNaN(v) || math.IsNaN(n[i]) {
			share[i] = math.NaN()
			continue
		}
		written, _ := human.PlainNumber(r.Table.Columns[role].Written[i])
		low, high := human.CountsOfShare(written, v, 100, n[i])
		if low != high {
			what := "is the share of no whole number"
			if low < high {
				what = fmt.Sprintf("may be anything from %.0f to %.0f", low, high)
			}
			return r.CellError(i, role, "%s %% of %.0f people %s; write numbers of people", strings.TrimSuffix(written, "%"), n[i], what)
		}
		share[i] = low
	}
	r.Warn("column %s holds percentages: the numbers of people are worked out from them and the sizes of the groups", r.ColumnName(role))
	r.Set(role, share)
	return nil
}

// checkShare warns where a count and the percentage beside it contradict each other.
func (r *Reading) checkShare(role, size string) error {
	beside := r.Table.Columns[r.Chosen[role]+" percent"]
	if beside == nil || !r.Has(size) {
		return nil
	}
	x, err := r.FloatsOf(role, size)
	if err != nil {
		return err
	}
	var rows []int
	for i, cell := range beside.Cells {
		if p, ok := cell.(float64); ok && x[size][i] > 0 && math.Abs(100*x[role][i]/x[size][i]-p) > 1 {
			rows = append(rows, i)
		}
	}
	r.WarnRows(rows, "the count in column %s is not the percentage beside it of column %s", r.ColumnName(role), r.ColumnName(size))
	return nil
}
