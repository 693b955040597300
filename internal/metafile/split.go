package metafile

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	human "past/internal/text"
)

// Cells that hold several numbers become columns, named by what the header says
// they are. Where it does not say, the column stays as it is, and the question is
// kept for a table that cannot be read without it.

var (
	headerBrackets = regexp.MustCompile(`[(\[{]([^()\[\]{}]*)[)\]}]`)
	headerWord     = regexp.MustCompile(`[\pL]+|\d+`)
	measureWords   = []string{"mean", "means", "m", "median", "medians", "med", "sd", "sds", "se", "sem", "iqr", "interquartile", "range",
		"quartiles",
		"q1", "q3", "ci", "cri", "confidence", "interval", "limits", "95", "90", "99", "standard", "deviation",
		"error", "std", "stdev", "stderr", "ecart", "type", "desviacion", "estandar", "tipica", "intervalle", "de", "confiance"}
	countWords = []string{"events", "event", "responders", "responder", "cases", "n", "total", "no", "number", "percent", "of"}
)

// headerParts says what the words of a column's name are: those that say which
// numbers its cells hold, and the rest, which names the group or the effect.
type headerParts struct {
	words map[string]bool
	rest  string
}

func partsOf(name string, drop []string) headerParts {
	h := headerParts{words: map[string]bool{}}
	var keep []string
	for _, w := range headerWord.FindAllString(name, -1) {
		if !slices.Contains(drop, meaning(w)) {
			keep = append(keep, w)
		}
	}
	for _, w := range english(name) {
		h.words[w] = true
	}
	h.rest = strings.Join(keep, " ")
	return h
}

func (h headerParts) has(words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return h.words[w] })
}

// split takes the columns apart whose cells hold several numbers.
func (t *table) split() error {
	for j := 0; j < len(t.header); j++ {
		style := human.StyleOf(strings.FieldsFunc(strings.Join(t.cells(j), " "), func(r rune) bool {
			return strings.ContainsRune(" ()[];±/",
				r)
		}))
		cells, form, ok := t.forms(j, style)
		if !ok {
			t.askAboutForms(j, style)
			continue
		}
		names, percent := t.partNames(t.header[j], form)
		if names == nil {
			t.ask(j, form)
			continue
		}
		parts := make([][]string, len(names))
		for k := range names {
			parts[k] = make([]string, len(t.rows))
			for i, c := range cells {
				if k < len(c.Parts) {
					parts[k][i] = c.Parts[k]
				}
			}
		}
		if err := t.place(j, names, parts, percent); err != nil {
			return err
		}
	}
	return nil
}

// askAboutForms keeps the question that a column leaves of which most cells hold
// several numbers in one form, and another does not.
func (t *table) askAboutForms(j int, style human.NumberStyle) {
	number, first := map[human.CellForm]int{}, map[human.CellForm]int{}
	cells := 0
	for i, row := range t.rows {
		s, _ := human.PlainNumber(row[j])
		if human.Missing(s) {
			continue
		}
		f := human.ReadCell(s, style).Form
		if cells++; number[f] == 0 {
			first[f] = i
		}
		number[f]++
	}
	for f, n := range number {
		if f == human.PlainCell || 2*n <= cells {
			continue
		}
		for _, other := range sortedForms(first) {
			if i := first[other]; other != f {
				t.open = append(t.open, fmt.Sprintf("line %d, column %q: %q is not written as the other cells are, such as %q", t.lines[i], t.header[j],
					human.CleanCell(t.rows[i][j]), human.CleanCell(t.rows[first[f]][j])))
				return
			}
		}
	}
}

func sortedForms(m map[human.CellForm]int) []human.CellForm { return slices.Sorted(maps.Keys(m)) }

// place puts the parts in the place of column j. A part that another column holds
// already must be the same there, and is left to it.
func (t *table) place(j int, names []string, parts [][]string, percent []bool) error {
	old := t.header[j]
	for k := len(names) - 1; k > 0; k-- {
		at := slices.IndexFunc(t.header, func(h string) bool { return fold(h) == fold(names[k]) })
		if at < 0 || at == j {
			continue
		}
		for i, row := range t.rows {
			if a, b := strings.TrimSpace(parts[k][i]), strings.TrimSpace(row[at]); a != "" && !human.Missing(b) && a != b {
				return fmt.Errorf("line %d: column %q says %s where column %q says %s (%s)", t.lines[i], old, a, t.header[at], b, names[k])
			}
		}
		names, parts, percent = slices.Delete(names, k, k+1), slices.Delete(parts, k, k+1), slices.Delete(percent, k, k+1)
	}
	t.insert(j, names, parts, percent)
	t.notes = append(t.notes, fmt.Sprintf("column %q is read as %s", old, strings.Join(names, ", ")))
	return nil
}

// partNames are the columns that the cells of a column become; nil where its name
// does not say what they hold.
func (t *table) partNames(name string, form human.CellForm) (names []string, percent []bool) {
	h := partsOf(name, measureWords)
	group := func(first string) string { return strings.TrimSpace(first + " " + h.rest) }
	spread := ""
	switch {
	case h.has("sd", "sds", "deviation", "stdev"):
		spread = "sd"
	case h.has("se", "sem", "stderr") || h.has("standard", "std") && h.has("error"):
		spread = "se"
	}
	base := effectName(name)
	ci := h.has("ci", "cri", "confidence")
	limit := "ci "
	if level := statedLevel(name); level != 0 {
		limit = fmt.Sprintf("ci %g ", 100*level)
	}
	switch form {
	case human.SpreadCell, human.BracketCell:
		if spread == "se" && t.isEffect(base) {
			return []string{base, "se"}, make([]bool, 2)
		}
		if spread == "" || h.has("median", "medians") {
			return nil, nil
		}
		if t.isEffect(h.rest) {
			if spread != "se" {
				return nil, nil
			}
			return []string{h.rest, "se"}, make([]bool, 2)
		}
		return []string{group("mean"), group(spread)}, make([]bool, 2)
	case human.IntervalCell:
		switch {
		case h.has("median", "medians", "med") && h.has("iqr", "interquartile", "quartiles", "q1"):
			return []string{group("median"), group("q1"), group("q3")}, make([]bool, 3)
		case h.has("median", "medians", "med") && h.has("range", "min"):
			return []string{group("median"), group("min"), group("max")}, make([]bool, 3)
		case t.isEffect(base) || base != "" && ci && !h.has("mean", "means", "m", "median", "medians"):
			return []string{base, limit + "lower", limit + "upper"}, make([]bool, 3)
		case h.has("mean", "means", "m", "median", "medians"):
			return nil, nil
		case ci || t.isEffect(h.rest):
			return []string{h.rest, limit + "lower", limit + "upper"}, make([]bool, 3)
		}
	case human.LimitsCell:
		switch {
		case ci && groupSide(meaning(h.rest)) != 0:
			return nil, nil
		case ci:
			return []string{limit + "lower", limit + "upper"}, make([]bool, 2)
		case h.has("iqr", "interquartile", "quartiles"):
			return []string{group("q1"), group("q3")}, make([]bool, 2)
		case h.has("range"):
			return []string{group("min"), group("max")}, make([]bool, 2)
		}
	case human.ShareCell:
		return []string{name, name + " percent"}, []bool{false, true}
	case human.CountCell:
		c := partsOf(name, countWords)
		if c.rest != name && c.has("events", "event", "responders", "responder", "cases", "n") || groupSide(meaning(c.rest)) != 0 {
			return []string{strings.TrimSpace("events " + c.rest), strings.TrimSpace("n " + c.rest)}, make([]bool, 2)
		}
	}
	return nil, nil
}

// effectName is the name of a column without the text in brackets and without
// the words of an interval or error behind it.
func effectName(name string) string {
	words := strings.Fields(headerBrackets.ReplaceAllString(name, " "))
	for len(words) > 0 && slices.Contains([]string{"95", "90", "99", "ci", "cri", "se", "interval", "confidence"},
		meaning(words[len(words)-1])) {
		words = words[:len(words)-1]
	}
	return strings.Join(words, " ")
}

// isEffect reports whether a name is one of those that an effect's column has.
func (t *table) isEffect(name string) bool {
	return slices.Contains(usualNames[effectKind]["yi"], meaning(name))
}

// ask keeps the question that a column of several numbers leaves.
func (t *table) ask(j int, form human.CellForm) {
	i := slices.IndexFunc(t.rows, func(row []string) bool { return !human.Missing(row[j]) })
	cell := human.CleanCell(t.rows[max(i, 0)][j])
	name := t.header[j]
	switch form {
	case human.SpreadCell, human.BracketCell:
		t.open = append(t.open, fmt.Sprintf("column %q: is the second number of %q a standard deviation or a standard error?"+
			" Name the column %q or %q", name, cell, name+" (SD)", name+" (SE)"))
	case human.LimitsCell:
		if h := partsOf(name, measureWords); groupSide(meaning(h.rest)) != 0 && h.has("ci", "cri", "confidence") {
			t.open = append(t.open,
				fmt.Sprintf("column %q: the interval of a group's mean is not read; give its standard deviation or standard error", name))
			return
		}
		fallthrough
	case human.IntervalCell:
		t.open = append(t.open, fmt.Sprintf("column %q: are the limits of %q those of a confidence interval, of the quartiles or of a range?"+
			" Name the column %q, %q or %q", name, cell, name+" (95% CI)", name+" (median, IQR)", name+" (median, range)"))
	case human.CountCell:
		t.open = append(t.open, fmt.Sprintf("column %q: if %q are events of people, name the column %q", name, cell, "events "+name))
	}
}
