package metafile

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// armNames are the usual names of the column that names a row's arm.
var armNames = []string{"arm", "group", "treatment", "condition", "trt", "intervention"}

// controlWords mark the arm that the others are compared with.
var controlWords = []string{"placebo", "control", "ctrl", "waitlist", "wait list", "waiting list", "sham", "usual care",
	"treatment as usual", "tau", "no treatment", "delayed", "comparator"}

// pairArms turns a table with one row per arm into one with one row per comparison:
// each other arm of a study against its control arm. Tables with columns of two
// groups are left alone. Which arm is the control is asked where the names do not
// say.
func (c *Case) pairArms(control string) error {
	arm, study := c.armColumn(), c.labelColumn()
	value := c.longColumns()
	if arm == "" || study == "" || value == nil || !c.IsText(arm) {
		return nil
	}
	studies, _, err := c.Texts(study)
	if err != nil {
		return err
	}
	arms, _, err := c.Texts(arm)
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
	if !slices.ContainsFunc(order, func(s string) bool { return len(rows[s]) > 1 }) {
		return nil
	}
	var pairs [][2]int
	for _, s := range order {
		base := slices.DeleteFunc(slices.Clone(rows[s]), func(i int) bool { return !isControl(arms[i], control) })
		if len(base) != 1 {
			return fmt.Errorf("the table is arm-level, one row per arm (column %s), and in study %s the control arm cannot be told "+
				"among %s; say --control NAME", arm, s, quotedList(arms, rows[s]))
		}
		if len(rows[s]) < 2 {
			c.warn("%s: study %s has one arm only and is left out", c.rowName(rows[s][0]), s)
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
	c.controlled = control != ""
	c.widen(study, arm, value, pairs)
	c.roles = maps.Clone(c.roles)
	for _, roles := range longRoles { // the columns have the names of the roles now
		for _, r := range roles {
			delete(c.roles, r)
		}
	}
	return nil
}

func quotedList(arms []string, rows []int) string {
	var out []string
	for _, i := range rows {
		out = append(out, arms[i])
	}
	return quoted(out)
}

func isControl(arm, control string) bool {
	if control != "" {
		return strings.EqualFold(strings.TrimSpace(arm), control)
	}
	low := " " + strings.Join(english(arm), " ") + " "
	return slices.ContainsFunc(controlWords, func(w string) bool { return strings.Contains(low, " "+w+" ") || strings.HasPrefix(low, " "+w) })
}

// longRoles are the options that name a column of an arm-level table.
var longRoles = map[string][]string{"m": {"mi", "m1i"}, "sd": {"sdi", "sd1i"}, "se": {"se1i"}, "n": {"ni", "n1i"}, "x": {"xi", "ai"}}

// longColumns are the columns of an arm-level table by the stem of their role; nil
// when the table is none.
func (c *Case) longColumns() map[string]string {
	out := map[string]string{"m": c.find([]string{"mean", "m", "meanchange", "change", "meanscore"}),
		"sd": c.find([]string{"sd", "stdev", "sdchange", "standarddeviation"}), "se": c.find([]string{"se", "sem", "standarderror"}),
		"n": c.find([]string{"n", "total", "size", "samplesize"}), "x": c.find([]string{"events", "event", "cases", "responders"})}
	for _, second := range []string{"m2i", "sd2i", "se2i", "n2i", "ci"} {
		if c.roles[second] != "" {
			return nil
		}
	}
	for stem, roles := range longRoles {
		for _, r := range roles {
			if name := c.roles[r]; name != "" {
				out[stem] = c.named(name)
			}
		}
	}
	switch {
	case out["n"] == "":
		return nil
	case out["m"] != "" && out["sd"] != "":
		return map[string]string{"m1i": out["m"], "sd1i": out["sd"], "n1i": out["n"]}
	case out["m"] != "" && out["se"] != "":
		return map[string]string{"m1i": out["m"], "se1i": out["se"], "n1i": out["n"]}
	case out["x"] != "":
		return map[string]string{"ai": out["x"], "n1i": out["n"]}
	}
	return nil
}

// widen replaces the rows by comparisons.
func (c *Case) widen(study, arm string, value map[string]string, pairs [][2]int) {
	c.reference = map[string]*column{}
	second := map[string]string{"m1i": "m2i", "sd1i": "sd2i", "se1i": "se2i", "n1i": "n2i", "ai": "ci"}
	cols, names := map[string]*column{}, []string{}
	put := func(name, from string, side int) {
		cells := make([]any, len(pairs))
		col := *c.columns[from]
		written := make([]string, len(pairs))
		for k, p := range pairs {
			cells[k] = col.cells[p[side]]
			if col.written != nil {
				written[k] = col.written[p[side]]
			}
		}
		col.cells = cells
		if col.written != nil {
			col.written = written
		}
		if cols[name] == nil {
			names = append(names, name)
		}
		cols[name] = &col
	}
	for _, n := range c.names {
		c.reference[n] = &column{cells: make([]any, len(pairs))}
		for k, p := range pairs {
			c.reference[n].cells[k] = c.columns[n].cells[p[1]]
		}
		put(n, n, 0) // what a row says of its study, as the treated arm's row has it
	}
	for role, from := range value {
		put(role, from, 0)
		put(second[role], from, 1)
		if from != role {
			delete(cols, from)
			names = slices.DeleteFunc(names, func(n string) bool { return n == from })
		}
	}
	put("control_arm", arm, 1)
	lines, ids := make([]int, 0, len(pairs)), make([]int, 0, len(pairs))
	for _, p := range pairs {
		ids = append(ids, p[0]+1)
		if c.lines != nil {
			lines = append(lines, c.lines[p[0]])
		}
	}
	c.warn("the table is arm-level: %d rows are paired to %d comparisons with the control arm of each study (column %s)",
		len(c.columns[study].cells), len(pairs), arm)
	c.read = max(c.read, c.Rows)
	c.columns, c.names, c.Rows, c.rowIDs, c.NTotal = cols, names, len(pairs), ids, nil
	if c.lines != nil {
		c.lines = lines
	}
}
