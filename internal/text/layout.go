package text

import (
	"fmt"
	"slices"
	"strings"
)

// What a cell holds, for finding the header of a table.
type cellKind int

const (
	emptyCell cellKind = iota
	numberCell
	wordCell
)

func shown(cell string) cellKind {
	n := ParseNumber(cell, StyleMixed)
	switch {
	case strings.TrimSpace(cell) == "":
		return emptyCell
	case n.OK, n.Missing, n.Ambiguous, ReadCell(cell, StyleUnknown).Form != PlainCell:
		return numberCell
	}
	return wordCell
}

func filled(row []string) int {
	n := 0
	for _, c := range row {
		if strings.TrimSpace(c) != "" {
			n++
		}
	}
	return n
}

// headerWithin is how many lines are looked at for the names of the columns.
const headerWithin = 10

// headerNaming takes the first line that has all the names as the header, and
// gives the index of the row below it; 0 without names or such a line.
func (t *Table) headerNaming(rows [][]string, lines []int, names []string) int {
	names = slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == "" })
	if len(names) == 0 {
		return 0
	}
	at := slices.IndexFunc(rows[:min(len(rows), headerWithin)], func(row []string) bool {
		return !slices.ContainsFunc(names, func(n string) bool {
			return !slices.ContainsFunc(row, func(h string) bool { return strings.EqualFold(CleanCell(h), n) })
		})
	})
	if at < 0 {
		return 0
	}
	for _, line := range lines[:at] {
		t.note(line, fmt.Sprintf("not read: it is above the names of the columns in line %d; delete it and undo merged cells", lines[at]))
	}
	for _, h := range rows[at] {
		t.Header = append(t.Header, CleanCell(h))
	}
	return at + 1
}

// readHeader finds the header among the rows that are not blank, notes what it
// passed over, and gives the index of the first row below it.
func (t *Table) readHeader(rows [][]string, lines []int) int {
	at := 0
	for at < len(rows)-1 && filled(rows[at]) == 1 && filled(rows[at+1]) >= 1 && widest(rows[at:]) > 1 {
		t.note(lines[at], "taken as a title: it has one filled cell")
		at++
	}
	header := make([]string, len(rows[at]))
	for i, h := range rows[at] {
		header[i] = CleanCell(h)
	}
	at++
	for at < len(rows) && wordsOnly(rows[at]) && len(rows[at]) >= filled(header) {
		joined, ok := joinHeader(header, rows[at])
		switch {
		case ok:
			t.note(lines[at], "taken as the second line of the header")
			header = joined
		case CleanCell(rows[at][0]) == "" && filled(rows[at]) > 0:
			t.note(lines[at], "passed over: words without a name and without numbers, taken as units")
		default:
			t.Header = header
			return at
		}
		at++
	}
	t.Header = header
	return at
}

func (t *Table) note(line int, message string) {
	t.Notes = append(t.Notes, LineProblem{line, message})
}

func widest(rows [][]string) int {
	most := 0
	for _, r := range rows {
		most = max(most, filled(r))
	}
	return most
}

// wordsOnly reports whether a row has words, more than one or none in its first
// cell, and no number.
func wordsOnly(row []string) bool {
	words := 0
	for _, c := range row {
		switch shown(c) {
		case numberCell:
			return false
		case wordCell:
			words++
		}
	}
	return words > 1 || words == 1 && CleanCell(row[0]) == ""
}

// joinHeader joins the second line of a merged header to the first, in which a
// name covers the empty cells to its right or is repeated. ok is false where the
// first line is a complete header by itself.
func joinHeader(top, sub []string) (out []string, ok bool) {
	if len(sub) > len(top) && filled(sub[len(top):]) > 0 {
		return nil, false
	}
	seen := map[string]bool{}
	covered := ""
	for i := range max(len(top), len(sub)) {
		var a, b string
		if i < len(top) {
			a = top[i]
		}
		if i < len(sub) {
			b = CleanCell(sub[i])
		}
		if a != "" {
			covered = a
		}
		if b != "" && (a == "" && covered != "" || a != "" && seen[a]) {
			ok = true
		}
		seen[a] = true
		switch {
		case b == "":
			out = append(out, a)
		case covered == "" || strings.EqualFold(covered, b):
			out = append(out, b)
		default:
			out = append(out, covered+" "+b)
		}
	}
	return out, ok
}
