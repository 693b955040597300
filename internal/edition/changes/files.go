package changes

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"past/internal/evidence"
	"past/internal/review"
)

// File is a review file as a snapshot remembers it: the hash of its bytes and
// its rows, by which the next edition says what a change of it bears on.
type File struct {
	SHA256  string
	Rows    []string
	Notices []evidence.Notice // of a file of notices
}

// cellEnd parts the cells of a row.
const cellEnd = "\t"

// Rows splits a review file into what can be compared apart: the records of a
// table (the first are the names of the columns), or the entries of a list in
// YAML. A file that cannot be split is one row.
func Rows(name string, body []byte) []string {
	text := strings.TrimPrefix(string(body), "\ufeff")
	if strings.HasSuffix(strings.ToLower(name), ".csv") {
		if all, err := review.Cells(name, body); err == nil {
			out := make([]string, len(all))
			for i, cells := range all {
				out[i] = strings.Join(cells, cellEnd)
			}
			return out
		}
	}
	out, entry := []string{""}, -1 // no columns; the least indent of an entry
	for line := range strings.Lines(text) {
		if rest := strings.TrimLeft(line, " "); strings.HasPrefix(rest, "- ") && (entry < 0 || len(line)-len(rest) < entry) {
			entry = len(line) - len(rest)
		}
	}
	for line := range strings.Lines(text) {
		if len(out) == 1 || entry >= 0 && strings.HasPrefix(line, strings.Repeat(" ", entry)+"- ") {
			out = append(out, line)
		} else {
			out[len(out)-1] += line
		}
	}
	return out
}

// A changed review file bears on something in one of these degrees.
const (
	bearsNot    = iota
	bearsUnsure // it cannot be told: its rows are not known, or its columns changed
	bears       // a row that came, went or changed names it
)

// changedFile is a review file that came, changed or went.
type changedFile struct {
	name, how string
	rows      []string // that came, went or changed
	known     bool     // whether rows tells all
}

// changedFiles lists them in order.
func changedFiles(old, new *Snapshot) []changedFile {
	var out []changedFile
	both(old.Files, new.Files, func(name, a, b string, inOld, inNew bool) {
		if inOld && inNew && a == b {
			return
		}
		f := changedFile{name: name, how: "changed"}
		switch {
		case !inOld:
			f.how = "is new"
		case !inNew:
			f.how = "is gone"
		}
		x, y := old.Rows[name], new.Rows[name]
		f.known = !(inOld && len(x) == 0) && !(inNew && len(y) == 0)
		if inOld && inNew && f.known && x[0] != y[0] {
			f.known = false // other columns: every row reads otherwise
		}
		if f.known {
			f.rows = differing(x, y)
		}
		out = append(out, f)
	})
	return out
}

// differing are the rows below the columns that one list has more often than
// the other.
func differing(x, y []string) []string {
	count := map[string]int{}
	for i, r := range x {
		if i > 0 {
			count[r]++
		}
	}
	for i, r := range y {
		if i > 0 {
			count[r]--
		}
	}
	var out []string
	for r, n := range count {
		if n != 0 {
			out = append(out, r)
		}
	}
	slices.Sort(out)
	return out
}

// on reports whether the file bears on what has these names.
func (f changedFile) on(names []string) int {
	if !f.known {
		return bearsUnsure
	}
	for _, r := range f.rows {
		row := strings.ToLower(r)
		if slices.ContainsFunc(names, func(n string) bool { return mentions(row, strings.ToLower(n)) }) {
			return bears
		}
	}
	return bearsNot
}

// mentions reports whether text has name as a whole: x1 is not in x12.
func mentions(text, name string) bool {
	if name == "" {
		return false
	}
	word := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	for from := 0; ; {
		i := strings.Index(text[from:], name)
		if i < 0 {
			return false
		}
		i += from
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		after, _ := utf8.DecodeRuneInString(text[i+len(name):])
		if !word(before) && !word(after) {
			return true
		}
		from = i + 1
	}
}

// movesNumbers reports whether an estimate, an interval or a certainty can
// depend on the file.
func (f changedFile) movesNumbers() bool {
	kind := review.KindOfName(f.name)
	return kind != nil && kind.MovesNumbers
}

// bearing lists, in words, the changed files that bear on what has these names.
func bearing(old, new *Snapshot, names []string) []string {
	var out []string
	for _, f := range changedFiles(old, new) {
		if !f.movesNumbers() {
			continue
		}
		switch f.on(names) {
		case bears:
			out = append(out, "review file "+f.name+" "+f.how)
		case bearsUnsure:
			out = append(out, "possible cause: review file "+f.name+" "+f.how)
		}
	}
	return out
}

// namesOf are the names by which a review file may mean a study: its own, its
// records, its papers, and its effects in both editions.
func namesOf(study Effect, editions ...Finding) []string {
	out := slices.Concat([]string{study.Study, study.Label}, study.Records)
	papers := slices.Clone(study.Papers)
	for _, f := range editions {
		for id, e := range f.Effects {
			if e.Study == study.Study {
				out = append(append(out, id, e.Instrument), e.Records...)
				papers = append(papers, e.Papers...)
			}
		}
	}
	for _, p := range papers {
		_, bare, ok := strings.Cut(p, ":")
		out = append(out, p)
		if ok && bare != "" {
			out = append(out, bare)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// namesIn are the names by which a review file may mean a finding or what it
// pools.
func namesIn(a, b Finding) []string {
	out := []string{cmp.Or(b.Flat.ID, a.Flat.ID), cmp.Or(b.Flat.Question, a.Flat.Question)}
	seen := map[string]bool{}
	for _, f := range []Finding{a, b} {
		for _, e := range f.Effects {
			if !seen[e.Study] {
				seen[e.Study] = true
				out = append(out, namesOf(e, a, b)...)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
