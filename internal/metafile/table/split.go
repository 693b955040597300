package table

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"past/internal/metafile/names"
	human "past/internal/text"
)

// Cells that hold several numbers become columns, named by what the header says
// they are. Where it does not say, the column stays as it is, and the question is
// kept for a table that cannot be read without it.

var (
	headerBrackets = regexp.MustCompile(`[(\[{]([^()\[\]{}]*)[)\]}]`)
	headerWord     = regexp.MustCompile(`[\pL]+|\d+`)
	measureWords   = strings.Fields("mean means m median medians med sd sds se sem iqr interquartile range quartiles q1 q3 ci cri " +
		"confidence interval limits 95 90 99 standard deviation error std stdev stderr " +
		"ecart type desviacion estandar tipica intervalle de confiance")
	countWords  = strings.Fields("events event responders responder cases n total no number percent of")
	effectEnds  = strings.Fields("95 90 99 ci cri se interval confidence")
	meanWords   = []string{"mean", "means", "m"}
	medianWords = []string{"median", "medians", "med"}
)

// headerParts says what the words of a column's name are: those that say which
// numbers its cells hold, and the rest, which names the group or the effect.
type headerParts struct{ words, rest []string }

func partsOf(name string, drop []string) headerParts {
	return headerParts{words: names.Words(name), rest: slices.DeleteFunc(headerWord.FindAllString(name, -1),
		func(w string) bool { return slices.Contains(drop, names.Meaning(w)) })}
}

func (h headerParts) has(words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(h.words, w) })
}

// named are names of columns made of words before the rest of the header.
func (h headerParts) named(words ...string) []string {
	for i, w := range words {
		words[i] = strings.Join(append([]string{w}, h.rest...), " ")
	}
	return words
}

func (h headerParts) name() string { return strings.Join(h.rest, " ") }

// split takes the columns apart whose cells hold several numbers.
func (f *file) split() error {
	pair := f.countedPair()
	for j := 0; j < len(f.header); j++ {
		style := human.StyleOf(strings.FieldsFunc(strings.Join(f.cells(j), " "),
			func(r rune) bool { return strings.ContainsRune(" ()[];±/", r) }))
		cells, form := f.forms(j, style)
		if form == human.PlainCell {
			continue
		}
		parts := partNames(f.header[j], form, pair)
		if parts == nil {
			f.ask(j, form)
			continue
		}
		if err := f.place(j, form, parts, cells); err != nil {
			return err
		}
	}
	return nil
}

// countedPair reports whether two columns begin with counts of people and one of them
// is named as a control.
func (f *file) countedPair() bool {
	columns, controls := 0, 0
	for j, h := range f.header {
		i := slices.IndexFunc(f.rows, func(row []string) bool { return !human.Missing(row[j]) })
		if i >= 0 && human.ReadCell(f.rows[i][j], human.StyleUnknown).Form == human.CountCell {
			columns++
			if names.IsControl(partsOf(h, countWords).name(), "") {
				controls++
			}
		}
	}
	return columns == 2 && controls == 1
}

// forms reads the cells of a column and the form that all of them have which are not
// missing. Where only most of them have one, the first of another is asked about.
func (f *file) forms(j int, style human.NumberStyle) (cells []human.Cell, form human.CellForm) {
	cells = make([]human.Cell, len(f.rows))
	number, first := map[human.CellForm]int{}, map[human.CellForm]int{}
	filled, mixed := 0, false
	for i, row := range f.rows {
		s, _ := human.PlainNumber(row[j])
		if human.Missing(s) {
			continue
		}
		cells[i] = human.ReadCell(s, style)
		found := cells[i].Form
		if filled++; number[found] == 0 {
			first[found] = i
		}
		number[found]++
		n := human.ParseNumber(s, style)
		switch {
		case n.Ambiguous || found == human.PlainCell && n.OK: // "1,020" is one number, whichever, and no pair of limits
			cells[i].Parts = []string{s}
		case found == human.PlainCell || form != human.PlainCell && form != found:
			mixed = true
		default:
			form = found
		}
	}
	if !mixed {
		return cells, form
	}
	for most, n := range number {
		if most == human.PlainCell || 2*n <= filled {
			continue
		}
		odd := -1
		for other, i := range first {
			if other != most && (odd < 0 || other < cells[odd].Form) {
				odd = i
			}
		}
		f.open = append(f.open, *Ask(nil, "line %d, column %q: %q is not written as the other cells are, such as %q", f.lines[odd], f.header[j],
			human.CleanCell(f.rows[odd][j]), human.CleanCell(f.rows[first[most]][j])))
	}
	return nil, human.PlainCell
}

// place puts the parts in the place of column j. A part that another column holds
// already must be the same there, and is left to it.
func (f *file) place(j int, form human.CellForm, parts []string, cells []human.Cell) error {
	old := f.header[j]
	part := func(k, i int) string {
		if k < len(cells[i].Parts) {
			return cells[i].Parts[k]
		}
		return ""
	}
	var keep []int
	var header []string
	var percent []bool
	for k, name := range parts {
		at := slices.IndexFunc(f.header, func(h string) bool { return names.Fold(h) == names.Fold(name) })
		if k == 0 || at < 0 || at == j {
			keep, header, percent = append(keep, k), append(header, name), append(percent, form == human.ShareCell && k == 1)
			continue
		}
		for i, row := range f.rows {
			if a, b := strings.TrimSpace(part(k, i)), strings.TrimSpace(row[at]); a != "" && !human.Missing(b) && a != b {
				return fmt.Errorf("line %d: column %q says %s where column %q says %s (%s)", f.lines[i], old, a, f.header[at], b, name)
			}
		}
	}
	f.header = slices.Replace(f.header, j, j+1, header...)
	f.percent = slices.Replace(f.percent, j, j+1, percent...)
	for i, row := range f.rows {
		var own []string
		for _, k := range keep {
			own = append(own, part(k, i))
		}
		f.rows[i] = slices.Concat(row[:j], own, row[j+1:])
	}
	f.notes = append(f.notes, fmt.Sprintf("column %q is read as %s", old, strings.Join(header, ", ")))
	return nil
}

// partNames are the columns that the cells of a column become; nil where its name
// does not say what they hold.
// Where counts of two groups are beside each other, pair, a column may be named by
// what was given alone.
func partNames(name string, form human.CellForm, pair bool) []string {
	h := partsOf(name, measureWords)
	spread := ""
	switch {
	case h.has("sd", "sds", "deviation", "stdev"):
		spread = "sd"
	case h.has("se", "sem", "stderr") || h.has("standard", "std") && h.has("error"):
		spread = "se"
	}
	base := effectName(name)
	ci, means, medians := h.has("ci", "cri", "confidence"), h.has(meanWords...), h.has(medianWords...)
	limit := "ci "
	if level := names.Level(name); level != 0 {
		limit = fmt.Sprintf("ci %g ", 100*level)
	}
	quartiles, ends := h.has("iqr", "interquartile", "quartiles"), h.has("range")
	switch form {
	case human.SpreadCell, human.BracketCell:
		switch {
		case spread == "se" && names.IsEffect(base):
			return []string{base, "se"}
		case spread == "" || h.has("median", "medians"):
		case !names.IsEffect(h.name()):
			return h.named("mean", spread)
		case spread == "se":
			return []string{h.name(), "se"}
		}
	case human.IntervalCell:
		switch {
		case medians && (quartiles || h.has("q1")):
			return h.named("median", "q1", "q3")
		case medians && (ends || h.has("min")):
			return h.named("median", "min", "max")
		case names.IsEffect(base) || base != "" && ci && !means && !medians:
			return []string{base, limit + "lower", limit + "upper"}
		case !means && !medians && (ci || names.IsEffect(h.name())):
			return []string{h.name(), limit + "lower", limit + "upper"}
		}
	case human.LimitsCell:
		switch {
		case ci && names.Side(h.name()) != 0:
		case ci:
			return []string{limit + "lower", limit + "upper"}
		case quartiles:
			return h.named("q1", "q3")
		case ends:
			return h.named("min", "max")
		}
	case human.ShareCell:
		return []string{name, name + " percent"}
	case human.CountCell:
		c := partsOf(name, countWords)
		if c.name() != name && c.has("events", "event", "responders", "responder", "cases", "n") || names.Side(c.name()) != 0 || pair {
			return []string{strings.TrimSpace("events " + c.name()), strings.TrimSpace("n " + c.name())}
		}
	}
	return nil
}

// effectName is the name of a column without the text in brackets and without
// the words of an interval or error behind it.
func effectName(name string) string {
	words := strings.Fields(headerBrackets.ReplaceAllString(name, " "))
	for len(words) > 0 && !slices.ContainsFunc(names.Words(words[len(words)-1]),
		func(w string) bool { return !slices.Contains(effectEnds, w) }) {
		words = words[:len(words)-1]
	}
	return strings.Join(words, " ")
}

// ask keeps the question that a column of several numbers leaves.
func (f *file) ask(j int, form human.CellForm) {
	i := slices.IndexFunc(f.rows, func(row []string) bool { return !human.Missing(row[j]) })
	cell, name := human.CleanCell(f.rows[max(i, 0)][j]), f.header[j]
	text := ""
	switch h := partsOf(name, measureWords); {
	case form == human.SpreadCell || form == human.BracketCell:
		text = fmt.Sprintf("is the second number of %q a standard deviation or a standard error? Name the column %q or %q", cell,
			name+" (SD)", name+" (SE)")
	case form == human.LimitsCell && names.Side(h.name()) != 0 && h.has("ci", "cri", "confidence"):
		text = "the interval of a group's mean is not read; give its standard deviation or standard error"
	case form == human.LimitsCell || form == human.IntervalCell:
		text = fmt.Sprintf("are the limits of %q those of a confidence interval, of the quartiles or of a range? Name the column %q, %q or %q",
			cell, name+" (95% CI)", name+" (median, IQR)", name+" (median, range)")
	case form == human.CountCell:
		text = fmt.Sprintf("if %q are events of people, name the column %q", cell, "events "+name)
	default:
		return
	}
	f.open = append(f.open, *Ask(nil, "column %q: %s", name, text))
}
