package layout

import (
	"past/internal/evidence"
	"past/internal/store/value"
	"slices"
	"strconv"
	"strings"
)

// The large parts of a record's results are laid out as compact JSON, one text
// per outcome and one for all adverse events: a table row for each of a
// register's many millions of cells would make collecting three times slower.
// The views measurements and adverse_events show them as rows.

// groupList is [[id, title], …].
func groupList(gs []evidence.Group) any {
	if len(gs) == 0 {
		return nil
	}
	b := []byte{'['}
	for i, g := range gs {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		b = value.AppendText(b, g.ID)
		b = append(b, ',')
		b = appendTextOrNull(b, g.Title)
		b = append(b, ']')
	}
	return string(append(b, ']'))
}

// denomList is [[units, [[group, count], …]], …] with counts as posted.
func denomList(ds []evidence.Denom) any {
	if len(ds) == 0 {
		return nil
	}
	return string(appendDenoms(nil, ds))
}

func appendDenoms(b []byte, ds []evidence.Denom) []byte {
	b = append(b, '[')
	for i, d := range ds {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		b = appendTextOrNull(b, d.Units)
		b = append(b, ",["...)
		for j, c := range d.Counts {
			if j > 0 {
				b = append(b, ',')
			}
			b = append(b, '[')
			b = value.AppendText(b, c.GroupID)
			b = append(b, ',')
			b = value.AppendText(b, c.Value)
			b = append(b, ']')
		}
		b = append(b, "]]"...)
	}
	return append(b, ']')
}

// classList is the table of an outcome, [[title, denoms, category titles,
// cells], …] with null for what is absent, and how many cells it has. Cells
// are [[cell, …] for each category], a cell being [group, value, spread, lower,
// upper, comment, pointer] without its trailing nulls; the pointer is only
// where it is not the one that the place in the table implies.
func classList(o *evidence.PostedOutcome) (list any, cells int) {
	if len(o.Classes) == 0 {
		return nil, 0
	}
	for i := range o.Classes {
		for j := range o.Classes[i].Categories {
			cells += len(o.Classes[i].Categories[j].Measurements)
		}
	}
	b := make([]byte, 0, 64*len(o.Classes)+32*cells)
	b = append(b, '[')
	for i := range o.Classes {
		c := &o.Classes[i]
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		b = appendTextOrNull(b, c.Title)
		b = append(b, ',')
		if len(c.Denoms) == 0 {
			b = append(b, "null"...)
		} else {
			b = appendDenoms(b, c.Denoms)
		}
		b = append(b, ',')
		b = appendCategories(b, c.Categories)
		b = append(b, ',')
		b = appendCells(b, o.Pointer, i, c.Categories)
		b = append(b, ']')
	}
	return string(append(b, ']')), cells
}

// appendCategories writes the titles of the categories, null when none has one.
func appendCategories(b []byte, cs []evidence.Category) []byte {
	if !slices.ContainsFunc(cs, func(c evidence.Category) bool { return c.Title != "" }) {
		return append(b, "null"...)
	}
	b = append(b, '[')
	for i := range cs {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendTextOrNull(b, cs[i].Title)
	}
	return append(b, ']')
}

func appendCells(b []byte, outcome string, class int, cs []evidence.Category) []byte {
	base := outcome + "/classes/" + strconv.Itoa(class) + "/categories/"
	b = append(b, '[')
	for i := range cs {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		prefix := base + strconv.Itoa(i) + "/measurements/"
		for j := range cs[i].Measurements {
			if j > 0 {
				b = append(b, ',')
			}
			b = appendCell(b, prefix, j, &cs[i].Measurements[j])
		}
		b = append(b, ']')
	}
	return append(b, ']')
}

func appendCell(b []byte, prefix string, j int, m *evidence.Measurement) []byte {
	vals := [...]string{m.GroupID, m.Value, m.Spread, m.Lower, m.Upper, m.Comment, m.Pointer}
	last := len(vals)
	if impliedPointer(m.Pointer, prefix, j) {
		last--
		for last > 0 && vals[last-1] == "" {
			last--
		}
	}
	b = append(b, '[')
	for k, v := range vals[:last] {
		if k > 0 {
			b = append(b, ',')
		}
		if k == 6 {
			b = value.AppendText(b, v) // "" too: it must not read as the implied one
		} else {
			b = appendTextOrNull(b, v)
		}
	}
	return append(b, ']')
}

// impliedPointer reports whether p is prefix followed by j, without making text.
func impliedPointer(p, prefix string, j int) bool {
	if len(p) <= len(prefix) || p[:len(prefix)] != prefix {
		return false
	}
	n, err := strconv.Atoi(p[len(prefix):])
	return err == nil && n == j && (p[len(prefix)] != '0' || len(p) == len(prefix)+1) && p[len(prefix)] != '+'
}

// eventList is {"t": [text, …], "e": [[serious, term, organ system, vocabulary,
// assessment, notes, pointer base, stats], …]}, how many stats there are in all, and
// the beginning that all pointer bases share (the bases are without it). Organ
// system, vocabulary, assessment and group are numbers of texts; a base that is
// the register's own for the list and place is the place.
func eventList(es []evidence.AdverseEvent) (list string, stats int, shared string) {
	bases := make([]string, len(es))
	for i := range es {
		stats += len(es[i].Stats)
		bases[i] = statsBase(es[i].Stats)
	}
	shared = sharedBase(bases)
	t := textNumbers{no: map[string]int{}}
	b := make([]byte, 0, 64*len(es)+16*stats)
	b = append(b, '[')
	for i := range es {
		e := &es[i]
		if i > 0 {
			b = append(b, ',')
		}
		list := "otherEvents/"
		if e.Serious {
			list = "seriousEvents/"
			b = append(b, "[1,"...)
		} else {
			b = append(b, "[0,"...)
		}
		b = value.AppendText(b, e.Term)
		for _, s := range [...]string{e.System, e.Vocabulary, e.Assessment} {
			b = append(b, ',')
			b = t.appendOrNull(b, s)
		}
		b = append(b, ',')
		b = appendTextOrNull(b, e.Notes)
		b = append(b, ',')
		if base := bases[i]; base == "" {
			b = append(b, "null"...)
		} else if place, ok := placeIn(base[len(shared):], list); ok {
			b = append(b, place...)
		} else {
			b = value.AppendText(b, base[len(shared):])
		}
		b = append(b, ',')
		b = appendStats(b, e.Stats, bases[i], &t)
		b = append(b, ']')
	}
	b = append(b, ']')
	return `{"t":` + value.Array(t.texts) + `,"e":` + string(b) + `}`, stats, shared
}

// textNumbers numbers texts in the order in which they come.
type textNumbers struct {
	no    map[string]int
	texts []string
}

func (t *textNumbers) appendOrNull(b []byte, s string) []byte {
	if s == "" {
		return append(b, "null"...)
	}
	return t.append(b, s)
}

func (t *textNumbers) append(b []byte, s string) []byte {
	n, ok := t.no[s]
	if !ok {
		n = len(t.texts)
		t.no[s] = n
		t.texts = append(t.texts, s)
	}
	return strconv.AppendInt(b, int64(n), 10)
}

// placeIn is N where base is list + N + "/stats/".
func placeIn(base, list string) (string, bool) {
	base, ok := strings.CutPrefix(base, list)
	place, end := strings.CutSuffix(base, "/stats/")
	n, err := strconv.ParseUint(place, 10, 31)
	return place, ok && end && err == nil && strconv.FormatUint(n, 10) == place
}

// statsBase is the first pointer of a list up to its last part.
func statsBase(ss []evidence.EventStat) string {
	if len(ss) == 0 {
		return ""
	}
	return ss[0].Pointer[:strings.LastIndexByte(ss[0].Pointer, '/')+1]
}

// sharedBase is what all bases that are not empty begin with.
func sharedBase(bases []string) string {
	shared, any := "", false
	for _, b := range bases {
		if b == "" {
			continue
		}
		if !any {
			shared, any = b, true
			continue
		}
		n := 0
		for n < len(shared) && n < len(b) && shared[n] == b[n] {
			n++
		}
		shared = shared[:n]
	}
	shared = shared[:strings.LastIndexByte(shared, '/')+1] // never within a character
	return shared
}

// appendStats writes [[group, events, affected, at risk, pointer], …]; a pointer is
// only where it is not the base and the place in the list.
func appendStats(b []byte, ss []evidence.EventStat, base string, t *textNumbers) []byte {
	b = append(b, '[')
	for i := range ss {
		s := &ss[i]
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		b = t.append(b, s.GroupID)
		for _, n := range [...]*int{s.Events, s.Affected, s.AtRisk} {
			b = append(b, ',')
			b = appendIntOrNull(b, n)
		}
		if base == "" || !impliedPointer(s.Pointer, base, i) {
			b = append(b, ',')
			b = value.AppendText(b, s.Pointer)
		}
		b = append(b, ']')
	}
	return append(b, ']')
}

// appendTextOrNull writes an absent text as null.
func appendTextOrNull(b []byte, s string) []byte {
	if s == "" {
		return append(b, "null"...)
	}
	return value.AppendText(b, s)
}

func appendIntOrNull(b []byte, n *int) []byte {
	if n == nil {
		return append(b, "null"...)
	}
	return strconv.AppendInt(b, int64(*n), 10)
}
