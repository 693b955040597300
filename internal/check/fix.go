package check

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"past/internal/wholefile"
)

// Fix puts the keys and numbers that are marked as ours right in a text file's
// own bytes: editions in permalinks, keys and markers, and the numbers of bound
// sentences, each written with the decimals and the minus sign that stood
// there. A value that is beside another of its kind, and every number of a
// sentence with one that could not be checked, is left to a person.
// Nothing else changes. It returns the text and the number of changes.
func Fix(text string, k *Known) (string, int) {
	original := text
	text = plainMarks(plainSpaces(text))
	type edit struct {
		from, to int
		with     string
	}
	var edits []edit
	now := k.Shelf.Document.ID
	known := k.Shelf.Keys()
	edition := func(m []int) {
		if id := group(text, m, 1); slices.Contains(known, id) && m[4] >= 0 && text[m[4]:m[5]] != now {
			edits = append(edits, edit{m[4], m[5], now})
		}
	}
	for _, m := range permalink.FindAllStringSubmatchIndex(text, -1) {
		edition(m)
	}
	for _, m := range pastKey.FindAllStringSubmatchIndex(text, -1) {
		edition(m)
	}
	for _, m := range citeKey.FindAllStringSubmatchIndex(text, -1) {
		edition(m)
	}
	starts := marker.FindAllStringSubmatchIndex(text, -1)
	for i, m := range starts {
		edition(m)
		end := markerEnd.FindStringIndex(text[m[1]:])
		if end == nil || i+1 < len(starts) && starts[i+1][0] < m[1]+end[0] {
			continue
		}
		f, ok := k.Shelf.Finding(group(text, m, 1))
		if !ok {
			continue
		}
		inner := text[m[1] : m[1]+end[0]]
		found, orphans := tokens(inner, f)
		if digits(inner) != inner {
			continue // numbers in words are a person's to change
		}
		if len(unchecked(inner, f.Sentence, found, orphans)) > 0 {
			continue // what stands beside it may belong to it
		}
		for _, t := range found {
			if old := inner[t.from:t.to]; !agrees(old, t.want) && !mixed(inner, found, t.name) {
				edits = append(edits, edit{m[1] + t.from, m[1] + t.to, t.write(old)})
			}
		}
	}
	slices.SortFunc(edits, func(a, b edit) int { return a.from - b.from })
	var out strings.Builder
	last, n := 0, 0
	for _, e := range edits {
		if e.from < last { // the same place found by two patterns
			continue
		}
		out.WriteString(original[last:e.from])
		out.WriteString(e.with)
		last = e.to
		n++
	}
	out.WriteString(original[last:])
	return out.String(), n
}

// FixFile fixes a file in place, whole or not at all. Word files and files that
// are not UTF-8 are left alone, with the reason.
func FixFile(name string, k *Known) (changes int, why string, err error) {
	if to, err := filepath.EvalSymlinks(name); err == nil {
		name = to // the file that a link leads to is fixed, the link stays
	}
	info, err := os.Stat(name)
	if err != nil {
		return 0, "", err
	}
	if info.Size() > maxFile {
		return 0, "too large", nil
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return 0, "", err
	}
	if kindOf(name, b) == "docx" {
		return 0, "a Word file is never rewritten; change it by hand", nil
	}
	if !utf8.Valid(b) {
		return 0, "not UTF-8", nil
	}
	fixed, n := Fix(string(b), k)
	if n == 0 {
		return 0, "", nil
	}
	if err := wholefile.Bytes(name, info.Mode().Perm(), []byte(fixed)); err != nil {
		return 0, "", err
	}
	return n, "", nil
}
