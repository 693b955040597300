package gate

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
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
		if kind == nil || kind.MediaType != "text/csv" || prev.Files[name] == next.Files[name] {
			continue
		}
		var after, elsewhere []fileRow
		for other, rows := range next.Rows {
			switch {
			case other == name:
				_, after = tableOf(rows)
			case review.KindOfName(other) == kind && prev.Files[other] != next.Files[other]:
				_, moved := tableOf(rows) // a row that moved to another file is not lost
				elsewhere = append(elsewhere, moved...)
			}
		}
		columns, before := tableOf(prev.Rows[name])
		if len(columns) == 1 {
			continue // a snapshot of an older program, which knew commas alone
		}
		out = append(out, judgeTable(name, columns, before, after, elsewhere)...)
	}
	return out
}

// fileRow is a row of a table, column → cell.
type fileRow map[string]string

// keyColumns name a row where it has no id: what a correction does not change.
var keyColumns = []string{"study", "label", "trial_id", "doi", "pmid", "reference", "arm", "role", "term", "window", "outcome", "target",
	"field", "topic", "a", "b", "kind", "who"}

// key is the row's id, else its key columns.
func (r fileRow) key() string {
	if id := r["id"]; id != "" {
		return id
	}
	var parts []string
	for _, k := range keyColumns {
		if v := r[k]; v != "" {
			parts = append(parts, v)
		}
	}
	return strings.Join(parts, " ")
}

// whole is all that the row says in these columns, whatever the space in it and
// however its numbers are written.
func (r fileRow) whole(columns []string) string {
	var b strings.Builder
	for _, c := range columns {
		if c != "note" {
			b.WriteString(plain(r[c]) + "\t")
		}
	}
	return b.String()
}

// plain writes a cell in one way: 37.0 and 37 are one number.
func plain(cell string) string {
	cell = strings.Join(strings.Fields(cell), " ")
	if n, err := strconv.ParseFloat(cell, 64); err == nil {
		return strconv.FormatFloat(n, 'g', -1, 64)
	}
	return cell
}

func tableOf(rows []string) (columns []string, out []fileRow) {
	if len(rows) == 0 {
		return nil, nil
	}
	for _, c := range strings.Split(rows[0], "\t") {
		columns = append(columns, strings.ToLower(strings.TrimSpace(c)))
	}
	for _, r := range rows[1:] {
		if strings.TrimSpace(r) == "" {
			continue
		}
		cells := fileRow{}
		for i, c := range strings.Split(r, "\t") {
			if i < len(columns) {
				cells[columns[i]] = c
			}
		}
		out = append(out, cells)
	}
	return columns, out
}

// judgeTable finds each former row again: as it was, else by its key in the row that
// is most like it.
func judgeTable(name string, columns []string, before, after, elsewhere []fileRow) []Reason {
	same, alike := map[string]int{}, map[string][]fileRow{}
	kept := map[string]bool{}
	var come []fileRow
	for _, r := range slices.Concat(after, elsewhere) {
		same[r.whole(columns)]++
		kept[r["study"]] = true
	}
	gone := slices.DeleteFunc(slices.Clone(before), func(r fileRow) bool {
		w := r.whole(columns)
		same[w]--
		return same[w] >= 0
	})
	for _, r := range slices.Concat(after, elsewhere) {
		if w := r.whole(columns); same[w] > 0 {
			same[w]--
			come = append(come, r)
		}
	}
	for _, r := range come {
		if k := r.key(); k != "" {
			alike[k] = append(alike[k], r)
		}
	}
	var lost, changed []string
	studies := map[string]bool{}
	for _, was := range gone {
		list := alike[was.key()]
		if len(list) == 0 {
			lost = append(lost, rowName(was, columns))
			if s := was["study"]; s != "" && !kept[s] {
				studies[s] = true
			}
			continue
		}
		at := 0
		for i := range list {
			if was.equal(list[i], columns) > was.equal(list[at], columns) {
				at = i
			}
		}
		now := list[at]
		alike[was.key()] = slices.Delete(list, at, at+1)
		for _, c := range columns {
			v, there := now[c]
			if plain(was[c]) != plain(v) && c != "note" {
				if !there {
					v = "(no such column)"
				}
				changed = append(changed, fmt.Sprintf("%s: %s %s → %s", rowName(was, columns), c, cmp.Or(was[c], "empty"), cmp.Or(v, "empty")))
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

// equal counts the columns in which two rows say the same.
func (r fileRow) equal(other fileRow, columns []string) (n int) {
	for _, c := range columns {
		if plain(r[c]) == plain(other[c]) {
			n++
		}
	}
	return n
}

func rowName(r fileRow, columns []string) string {
	key := cmp.Or(r.key(), strings.TrimSpace(r.whole(columns)))
	if s := r["study"]; s != "" && s != key && r["id"] != "" {
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
