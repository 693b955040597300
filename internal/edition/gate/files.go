package gate

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"past/internal/edition/changes"
	"past/internal/review"
	"past/internal/text"
)

// judgeFiles lists what people's tables lost and what was changed in place. A
// number is corrected by a row of correction.csv, which names who and why; an
// edit of the row itself, or its deletion, has neither, and may be a slip of a
// spreadsheet.
func judgeFiles(prev, next *changes.Snapshot) []Reason {
	var out []Reason
	for _, name := range slices.Sorted(maps.Keys(prev.Rows)) {
		kind := review.KindOfName(name)
		if kind == nil || !kind.MovesNumbers || kind.MediaType != "text/csv" || prev.Files[name] == next.Files[name] {
			continue
		}
		before, after := tableOf(prev.Rows[name]), tableOf(next.Rows[name])
		out = append(out, judgeTable(name, before, after, rowsElsewhere(next, name))...)
	}
	return out
}

// fileTable is a table by the keys of its rows.
type fileTable struct {
	columns []string
	rows    map[string]map[string]string // key → column → cell
	order   []string
}

// keyColumns name a row; a table without any of them is compared by whole rows.
var keyColumns = []string{"id", "target", "field", "topic", "a", "b", "kind", "who"}

func tableOf(rows []string) fileTable {
	t := fileTable{rows: map[string]map[string]string{}}
	if len(rows) == 0 {
		return t
	}
	for _, c := range strings.Split(rows[0], "\t") {
		t.columns = append(t.columns, strings.ToLower(strings.TrimSpace(c)))
	}
	keys := keyColumns[1:]
	if slices.Contains(t.columns, "id") {
		keys = keyColumns[:1]
	}
	for _, r := range rows[1:] {
		cells := map[string]string{}
		for i, c := range strings.Split(r, "\t") {
			if i < len(t.columns) {
				cells[t.columns[i]] = c
			}
		}
		var parts []string
		for _, k := range keys {
			if v := cells[k]; v != "" {
				parts = append(parts, v)
			}
		}
		key := cmp.Or(strings.Join(parts, " "), strings.Join(strings.Fields(r), " "))
		if key == "" {
			continue
		}
		if _, twice := t.rows[key]; !twice {
			t.order = append(t.order, key)
		}
		t.rows[key] = cells
	}
	return t
}

// rowsElsewhere are the keys of the rows in other files of the same kind: a row
// that moved to another file is not lost.
func rowsElsewhere(s *changes.Snapshot, name string) map[string]map[string]string {
	out := map[string]map[string]string{}
	for other, rows := range s.Rows {
		if other != name && review.KindOfName(other) == review.KindOfName(name) {
			maps.Copy(out, tableOf(rows).rows)
		}
	}
	return out
}

func judgeTable(name string, before, after fileTable, elsewhere map[string]map[string]string) []Reason {
	var lost, changed []string
	kept := map[string]bool{}
	studies := map[string]bool{}
	for _, cells := range after.rows {
		kept[cells["study"]] = true
	}
	for _, cells := range elsewhere {
		kept[cells["study"]] = true
	}
	for _, key := range before.order {
		was := before.rows[key]
		now, ok := after.rows[key]
		if !ok {
			if now, ok = elsewhere[key]; !ok {
				lost = append(lost, rowName(key, was))
				if s := was["study"]; s != "" && !kept[s] {
					studies[s] = true
				}
				continue
			}
		}
		for _, c := range before.columns {
			v, there := now[c]
			if was[c] != v && c != "note" {
				if !there {
					v = "(no such column)"
				}
				changed = append(changed, fmt.Sprintf("%s: %s %s → %s", rowName(key, was), c, cmp.Or(was[c], "empty"), cmp.Or(v, "empty")))
			}
		}
	}
	var out []Reason
	add := func(rule, message, do string, list []string) {
		out = append(out, Reason{Rule: rule, Subject: name, After: strings.Join(list, "; "),
			Message: fmt.Sprintf(message, name, text.Count(len(list), rule[:strings.Index(rule, "-")]), few(list)), Do: do})
	}
	if len(studies) > 0 {
		add("study-lost", "%s lost every row of %s: %s",
			"if the study is to be left out, say so in inclusion.csv and keep its rows; put them back from version control",
			slices.Sorted(maps.Keys(studies)))
	}
	if len(lost) > 0 {
		add("row-lost", "%s lost %s: %s",
			"put them back from version control; a row that is not to be pooled is excluded in inclusion.csv, with who and why", lost)
	}
	if len(changed) > 0 {
		add("value-changed", "in %s, %s changed in place: %s", "put the former value back and correct it in correction.csv, with who and why",
			changed)
	}
	return out
}

func rowName(key string, cells map[string]string) string {
	if s := cells["study"]; s != "" && s != key {
		return key + " (" + s + ")"
	}
	return key
}

// few joins the first of a list.
func few(list []string) string {
	const most = 10
	if len(list) <= most {
		return strings.Join(list, "; ")
	}
	return fmt.Sprintf("%s; and %d more", strings.Join(list[:most], "; "), len(list)-most)
}
