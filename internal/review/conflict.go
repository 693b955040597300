package review

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Conflict is one cell on which two extractions of the same comparison differ.
type Conflict struct {
	ID     string   `json:"id"`
	Field  string   `json:"field"`
	Values []string `json:"values"` // one per extraction, as written
	Files  []string `json:"files"`
	// Resolved is the value that a person chose, with who and why; "" is open.
	Resolved string `json:"resolved,omitempty"`
	By       string `json:"by,omitempty"`
}

// Extracted is an extraction with the file it is in.
type Extracted struct {
	Extraction
	File string
}

// comparable columns of an extraction, in the order of the table.
var cells = []string{"n1", "mean1", "sd1", "n2", "mean2", "sd2", "events1", "total1", "events2", "total2"}

// Compare holds the extractions of two or more people against each other, cell
// by cell, where the same id is in more than one file. It returns one
// extraction per id, resolved where a person decided, and every conflict. A row
// with an open conflict is not among the returned ones: it waits.
func Compare(rows []Extracted, decisions []Decision) ([]Extraction, []Conflict) {
	by := map[string][]Extracted{}
	var order []string
	for _, r := range rows {
		if by[r.ID] == nil {
			order = append(order, r.ID)
		}
		by[r.ID] = append(by[r.ID], r)
	}
	var out []Extraction
	var conflicts []Conflict
	for _, id := range order {
		group := by[id]
		merged := group[0].Extraction
		open := false
		for _, field := range cells {
			c, differs := compareCell(id, field, group)
			if !differs {
				continue
			}
			if d, ok := resolution(decisions, id, field); ok {
				c.Resolved, c.By = d.Fields["value"], d.Who
				open = !take(&merged, field, group, c.Resolved) || open
			} else {
				open = true
			}
			conflicts = append(conflicts, c)
		}
		if !open {
			out = append(out, merged)
		}
	}
	slices.SortStableFunc(conflicts, func(a, b Conflict) int {
		return cmp.Or(strings.Compare(a.ID, b.ID), slices.Index(cells, a.Field)-slices.Index(cells, b.Field))
	})
	return out, conflicts
}

func compareCell(id, field string, group []Extracted) (Conflict, bool) {
	c := Conflict{ID: id, Field: field}
	differs := false
	for i, g := range group {
		in, has := g.Inputs[field]
		raw := ""
		if has {
			raw = in.Raw
		}
		c.Values, c.Files = append(c.Values, raw), append(c.Files, g.File)
		if i > 0 {
			first, had := group[0].Inputs[field]
			differs = differs || has != had || has && math.Abs(first.Value-in.Value) > 1e-9*math.Max(1, math.Abs(first.Value))
		}
	}
	return c, differs
}

func resolution(ds []Decision, id, field string) (Decision, bool) {
	for _, d := range ds {
		if d.Kind == Resolution && d.Target == id && d.Fields["field"] == field {
			return d, true
		}
	}
	return Decision{}, false
}

// take sets a cell of the merged extraction to the chosen value, which must be
// one of those extracted: a third value is a correction and needs its own file.
func take(x *Extraction, field string, group []Extracted, value string) bool {
	for _, g := range group {
		in, ok := g.Inputs[field]
		if !ok || strings.TrimSpace(in.Raw) != value {
			continue
		}
		x.Inputs = maps.Clone(x.Inputs)
		x.Inputs[field] = in
		*x.cell(field) = &in.Value
		return true
	}
	return false
}

// cell is the pointer field of a column.
func (x *Extraction) cell(field string) **float64 {
	switch field {
	case "n1":
		return &x.N1
	case "mean1":
		return &x.Mean1
	case "sd1":
		return &x.SD1
	case "n2":
		return &x.N2
	case "mean2":
		return &x.Mean2
	case "sd2":
		return &x.SD2
	case "events1":
		return &x.Events1
	case "total1":
		return &x.Total1
	case "events2":
		return &x.Events2
	case "total2":
		return &x.Total2
	}
	panic(fmt.Sprintf("no cell %q", field)) // a fault of the program: fields come from cells
}
