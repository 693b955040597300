package roles

import (
	"fmt"
	"maps"
	"slices"

	"past/internal/metafile/names"
	"past/internal/metafile/table"
)

// nameGroups finds two groups of columns that are named by what was given, such as
// "Ketamine mean" and "Midazolam mean", and which of them is the control. Groups
// that are named treatment, control, 1 or 2 need nothing.
func (r *Reading) nameGroups() {
	columns := map[string]map[string]string{} // by group and statistic
	for _, name := range r.Names {
		if group, statistic, ok := names.GroupStatistic(name); ok {
			if columns[group] == nil {
				columns[group] = map[string]string{}
			}
			columns[group][statistic] = name
		}
	}
	var groups, controls []string
	unnamed := false
	for _, g := range slices.Sorted(maps.Keys(columns)) {
		if len(columns[g]) < 2 || names.IsOccasion(g) {
			continue
		}
		groups = append(groups, g)
		side := names.Side(g)
		unnamed = unnamed || side == 0
		is := names.IsControl(g, r.Control)
		if is || r.Control == "" && side == 2 {
			controls = append(controls, g)
		}
		r.Controlled = r.Controlled || r.Control != "" && is && side == 2
	}
	if len(groups) < 2 || !unnamed {
		return
	}
	if len(groups) > 2 || len(controls) != 1 {
		r.leaveOpen(controlAnswers(groups), "the columns are of the groups %s: say which is the control with --control NAME, and give two groups",
			quoted(groups))
		return
	}
	r.alias = map[string]string{}
	r.Controlled = r.Control != ""
	for _, g := range groups {
		side := "1"
		if g == controls[0] {
			side = "2"
		}
		for statistic, column := range columns[g] {
			r.alias[statistic+side] = column
		}
	}
}

func controlAnswers(of []string) []table.Answer {
	var out []table.Answer
	for _, name := range of {
		out = append(out, table.Answer{Flag: "control", Value: name})
	}
	return out
}

// armColumn names the arm of a row, "" where no column does.
func (r *Reading) armColumn() string {
	if c := r.Options.Columns["arm"]; c != "" {
		return r.Named(c)
	}
	return r.Find(names.Arms...)
}

// pairArms turns a table with one row per arm into one with one row per comparison:
// each other arm of a study against its control arm. Tables with columns of two
// groups are left alone. Which arm is the control is asked where the names do not
// say.
func (r *Reading) pairArms() error {
	arm, study := r.armColumn(), r.LabelColumn()
	value := r.longColumns()
	if arm == "" || study == "" || value == nil || !r.IsText(arm) {
		return nil
	}
	studies, _, err := r.Texts(study)
	if err != nil {
		return err
	}
	arms, _, err := r.Texts(arm)
	if err != nil {
		return err
	}
	rows := map[string][]int{}
	var order []string
	for i, s := range studies {
		if rows[s] == nil {
			order = append(order, s)
		}
		rows[s] = append(rows[s], i)
	}
	if len(order) == len(studies) {
		return nil
	}
	var pairs [][2]int
	for _, s := range order {
		var named []string
		var base []int
		for _, i := range rows[s] {
			if named = append(named, arms[i]); names.IsControl(arms[i], r.Control) {
				base = append(base, i)
			}
		}
		if len(base) != 1 {
			return table.Ask(controlAnswers(named), "the table is arm-level, one row per arm (column %s), and in study %s the control arm cannot"+
				" be told among %s; say --control NAME", arm, s, quoted(named))
		}
		if len(rows[s]) < 2 {
			r.Warn("%s: study %s has one arm only and is left out", r.RowName(rows[s][0]), s)
		}
		for _, i := range rows[s] {
			if i != base[0] {
				pairs = append(pairs, [2]int{i, base[0]})
			}
		}
	}
	if len(pairs) == 0 {
		return fmt.Errorf("the table is arm-level (column %s) and no study has two arms", arm)
	}
	r.Controlled = r.Control != ""
	r.widen(arm, value, pairs)
	r.Options.Columns = maps.Clone(r.Options.Columns)
	for _, roles := range longRoles { // the columns have the names of the roles now
		for _, role := range roles {
			delete(r.Options.Columns, role)
		}
	}
	return nil
}

// longRoles are the options that name a column of an arm-level table.
var longRoles = map[string][]string{"m": {"mi", "m1i"}, "sd": {"sdi", "sd1i"}, "se": {"se1i"}, "n": {"ni", "n1i"}, "x": {"xi", "ai"}}

// longNames are the usual names of these columns.
var longNames = map[string][]string{"m": {"mean", "m", "meanchange", "change", "meanscore"},
	"sd": {"sd", "stdev", "sdchange", "standarddeviation"}, "se": {"se", "sem", "standarderror"},
	"n": {"n", "total", "size", "samplesize"}, "x": {"events", "event", "cases", "responders"}}

// longColumns are the columns of an arm-level table by the role that the treated arm's
// have; nil when the table is none.
func (r *Reading) longColumns() map[string]string {
	for _, second := range second {
		if r.Options.Columns[second] != "" {
			return nil
		}
	}
	at := map[string]string{}
	for stem, roles := range longRoles {
		at[stem] = r.Find(longNames[stem]...)
		for _, role := range roles {
			if name := r.Options.Columns[role]; name != "" {
				at[stem] = r.Named(name)
			}
		}
	}
	switch {
	case at["n"] == "":
		return nil
	case at["m"] != "" && at["sd"] != "":
		return map[string]string{"m1i": at["m"], "sd1i": at["sd"], "n1i": at["n"]}
	case at["m"] != "" && at["se"] != "":
		return map[string]string{"m1i": at["m"], "se1i": at["se"], "n1i": at["n"]}
	case at["x"] != "":
		return map[string]string{"ai": at["x"], "n1i": at["n"]}
	}
	return nil
}

// second is the role of the comparator's column beside the treated arm's.
var second = map[string]string{"m1i": "m2i", "sd1i": "sd2i", "se1i": "se2i", "n1i": "n2i", "ai": "ci"}

// widen replaces the rows by comparisons. What a row says of its study is as the
// treated arm's row has it.
func (r *Reading) widen(arm string, value map[string]string, pairs [][2]int) {
	of := func(name string, side int) *table.Column {
		col := *r.Table.Columns[name]
		cells, written := make([]any, len(pairs)), make([]string, len(pairs))
		for k, p := range pairs {
			if cells[k] = col.Cells[p[side]]; col.Written != nil {
				written[k] = col.Written[p[side]]
			}
		}
		if col.Cells = cells; col.Written != nil {
			col.Written = written
		}
		return &col
	}
	r.Warn("the table is arm-level: %d rows are paired to %d comparisons with the control arm of each study (column %s)",
		r.Rows, len(pairs), arm)
	columns, order := map[string]*table.Column{}, []string{}
	put := func(name string, col *table.Column) {
		if columns[name] == nil {
			order = append(order, name)
		}
		columns[name] = col
	}
	r.Reference = map[string]*table.Column{}
	for _, n := range r.Names {
		r.Reference[n] = &table.Column{Cells: of(n, 1).Cells}
		put(n, of(n, 0))
	}
	for _, role := range slices.Sorted(maps.Keys(value)) {
		from := value[role]
		put(role, of(from, 0))
		put(second[role], of(from, 1))
		if from != role {
			delete(columns, from)
			order = slices.DeleteFunc(order, func(n string) bool { return n == from })
		}
	}
	put("control_arm", of(arm, 1))
	var lines, ids []int
	for _, p := range pairs {
		id := p[0] + 1
		if r.RowIDs != nil {
			id = r.RowIDs[p[0]]
		}
		ids = append(ids, id)
		if r.Lines != nil {
			lines = append(lines, r.Lines[p[0]])
		}
	}
	r.Read = max(r.Read, r.Rows)
	r.Table.Columns, r.Names, r.Rows, r.RowIDs, r.Lines, r.NTotal = columns, order, len(pairs), ids, lines, nil
}
