package table

import (
	"fmt"
	"strings"

	human "past/internal/text"
)

// condition is one row filter: column, operator, values.
type condition struct {
	column string
	op     string
	values []string
}

// parseCondition reads "column=value", "column!=value", "column=a|b" or, for
// numbers, <, <=, > and >=. NA represents a missing cell.
func parseCondition(s string) (condition, error) {
	for _, op := range []string{"!=", "<=", ">=", "=", "<", ">"} {
		if i := strings.Index(s, op); i > 0 {
			c := condition{column: strings.TrimSpace(s[:i]), op: op}
			for _, v := range strings.Split(s[i+len(op):], "|") {
				c.values = append(c.values, strings.TrimSpace(v))
			}
			return c, nil
		}
	}
	return condition{}, fmt.Errorf("filter %q: write it as column=value, column!=value, column=a|b or column>number", s)
}

// keep reports whether a cell passes. A missing cell equals only NA, is unequal to
// everything else, and is neither above nor below any number.
func (f condition) keep(cell any) (bool, error) {
	if bad, is := cell.(BadCell); is {
		cell = bad.Text
	}
	x, isNum := cell.(float64)
	for _, v := range f.values {
		want := human.ParseNumber(v, human.StyleRegister)
		switch f.op {
		case "=", "!=":
			equal := false
			switch c := cell.(type) {
			case nil:
				equal = human.Missing(v)
			case float64:
				equal = want.OK && c == want.Value
			case string:
				equal = strings.EqualFold(strings.TrimSpace(c), v)
			case bool:
				equal = strings.EqualFold(fmt.Sprint(c), v)
			}
			if equal {
				return f.op == "=", nil
			}
		default:
			if !want.OK {
				return false, fmt.Errorf("filter on %s: %q is not a number", f.column, v)
			}
			if cell != nil && !isNum {
				return false, fmt.Errorf("filter on %s: the column holds text (%v), so %s cannot be used", f.column, cell, f.op)
			}
			if isNum && (f.op == "<" && x < want.Value || f.op == "<=" && x <= want.Value || f.op == ">" && x > want.Value || f.op == ">=" &&
				x >= want.Value) {
				return true, nil
			}
		}
	}
	return f.op == "!=", nil
}

// Filter keeps the rows that pass every condition.
func (t *Table) Filter(conditions []string) error {
	if len(conditions) == 0 {
		return nil
	}
	passes := make([]bool, t.Rows)
	for i := range passes {
		passes[i] = true
	}
	for _, text := range conditions {
		f, err := parseCondition(text)
		if err != nil {
			return err
		}
		actual := t.Named(f.column)
		if actual == "" {
			return fmt.Errorf("filter on %q: %w (the table has %s)", f.column, ErrNoColumn, strings.Join(t.Names, ", "))
		}
		for i, cell := range t.Columns[actual].Cells {
			ok, err := f.keep(cell)
			if err != nil {
				return err
			}
			passes[i] = passes[i] && ok
		}
	}
	return t.Take(passes)
}
