package vocab

import (
	"fmt"
	"strings"
)

// MatchInstrument finds the instrument behind an outcome, from its title and,
// where the title names none or leaves the form open, from its description. It
// returns false when neither names an instrument of the catalogue.
//
// The match is certain when the title alone names one instrument whose form and
// score are clear. Otherwise it is a proposal, and Reason says what is open.
func (v *Vocabulary) MatchInstrument(title, description string) (InstrumentMatch, bool) {
	t := v.read(title, len(title))
	names := t.outcomeNames()
	if len(names) > 0 {
		m := t.outcomeMatch(names, "title")
		v.refine(&m, description)
		return m, true
	}
	if strings.TrimSpace(description) == "" {
		return InstrumentMatch{}, false
	}
	d := v.read(description, len(description))
	names = d.outcomeNames()
	if len(names) == 0 {
		return InstrumentMatch{}, false
	}
	m := d.outcomeMatch(names, "description")
	d.scoreFromTitle(&m, t)
	return m, true
}

// outcomeNames lists the instruments named, scales and counts before vital signs.
func (r *reading) outcomeNames() []named {
	var scales, vitals []named
	for _, n := range r.namedInstruments() {
		if r.v.byInstrument[n.id].Kind == kindPhysiology {
			vitals = append(vitals, n)
		} else {
			scales = append(scales, n)
		}
	}
	if len(scales) > 0 {
		return scales
	}
	return vitals
}

// outcomeMatch describes the first of the named instruments.
func (r *reading) outcomeMatch(names []named, field string) InstrumentMatch {
	n := names[0]
	in := r.v.byInstrument[n.id]
	m := InstrumentMatch{ID: in.ID, Domain: in.Domain, Direction: in.Direction, Range: in.Range,
		Term: r.surface(n.found), Field: field, Certain: true}
	for _, o := range names[1:] {
		if o.id != n.id {
			m.Others = appendNew(m.Others, o.id)
		}
	}
	reasons := []string{fmt.Sprintf("%q in the %s is %s (%s)", m.Term, field, in.Short, in.Name)}
	if n.cue != nil {
		reasons = append(reasons, fmt.Sprintf("form selected by %q", r.surface(*n.cue)))
	}
	doubt := func(format string, args ...any) {
		m.Certain = false
		reasons = append(reasons, fmt.Sprintf(format, args...))
	}
	if in.Generic {
		doubt("which form was used is not stated")
	}
	if len(m.Others) > 0 {
		doubt("%s named as well", strings.Join(m.Others, ", "))
	}
	words := r.scoreWords()
	part, sure := r.partOf(n, in, words)
	r.setPart(&m, in, part, sure, words, doubt)
	m.ScoreKind = words.kind(in, m.Subscale != "" || !m.IsTotal)
	m.Change, m.Percent, m.ChangeHint = words["change"], words["percent"], words["change-loose"]
	if field == "description" {
		m.Certain = false
		reasons = append(reasons, "the title names no instrument")
	}
	m.Reason = strings.Join(reasons, "; ")
	return m
}

// setPart records a subscale or version, and whether the total is meant.
func (r *reading) setPart(m *InstrumentMatch, in *Instrument, part *found, sure bool, words scoreWords, doubt func(string, ...any)) {
	m.IsTotal = true
	for _, ver := range in.Versions {
		if f := r.versionHit(in.ID, ver.ID); f != nil {
			m.Version = ver.ID
			if ver.Range != nil {
				m.Range = ver.Range
			}
			break
		}
	}
	switch {
	case part != nil && words["total"]:
		doubt("a total and a part (%q) are both named", r.surface(*part))
	case part != nil:
		m.IsTotal, m.Subscale = false, part.part
		for _, s := range in.Subscales {
			if s.ID == part.part {
				m.Range = s.Range
				if s.Direction != "" {
					m.Direction = s.Direction
				}
				if s.Domain != "" {
					m.Domain = s.Domain
				}
			}
		}
		if !sure {
			doubt("%q may name the part or only the topic", r.surface(*part))
		}
	case words["part"] && words["total"]:
		doubt("a total and parts are both named")
	case words["part"]:
		m.IsTotal, m.Range = false, nil
		doubt("a part is named that the catalogue does not know")
	}
}

// versionHit finds a version of an instrument by its own words; words inside an
// instrument's name count, since short forms are names.
func (r *reading) versionHit(id, version string) *found {
	for i := range r.hits {
		h := &r.hits[i]
		if h.kind == patPart && h.id == id && h.part == version {
			return h
		}
	}
	return nil
}

// partReach is the distance in tokens between an instrument and its part.
const partReach = 6

// partOf finds the subscale that is meant; sure is true when it stands right
// beside the instrument's name or beside a word such as domain or subscale.
func (r *reading) partOf(n named, in *Instrument, words scoreWords) (part *found, sure bool) {
	for i := range r.hits {
		h := &r.hits[i]
		if h.kind != patPart || h.id != in.ID || h.part == "" || r.inInstrument(*h) {
			continue
		}
		if in.isVersion(h.part) {
			continue
		}
		beside := r.besidePartWord(*h)
		near := h.first-n.last <= partReach && h.first > n.last || n.first-h.last <= partReach && h.last < n.first || h.first <= n.last && h.last >= n.first
		if !beside && !near || r.cueNear("population", *h, 4, 0) != nil {
			continue
		}
		adjacent := h.first-n.last <= 2 && h.first > n.last || h.first <= n.last && h.last >= n.first
		if part == nil || beside && !sure || h.length > part.length {
			part, sure = h, beside || adjacent || h.length > 1
		}
	}
	return part, sure
}

func (in *Instrument) isVersion(part string) bool {
	for _, v := range in.Versions {
		if v.ID == part {
			return true
		}
	}
	return false
}

// besidePartWord reports whether a word such as domain stands beside a match.
func (r *reading) besidePartWord(f found) bool {
	c := r.cueNear("score-part", f, 2, 2)
	return c != nil && !r.inInstrument(*c)
}

// refine settles an open form by the description: a title that says CAPS and a
// description that says CAPS-5.
func (v *Vocabulary) refine(m *InstrumentMatch, description string) {
	in := v.byInstrument[m.ID]
	if !in.Generic || in.Family == "" || strings.TrimSpace(description) == "" {
		return
	}
	d := v.read(description, len(description))
	form := ""
	for _, n := range d.namedInstruments() {
		other := v.byInstrument[n.id]
		if other.Family != in.Family || other.Generic {
			continue
		}
		if form != "" && form != n.id {
			return // the description names two forms
		}
		form = n.id
	}
	if form == "" {
		return
	}
	f := v.byInstrument[form]
	m.ID, m.Domain, m.Direction = f.ID, f.Domain, f.Direction
	if m.Subscale == "" && m.IsTotal {
		m.Range = f.Range
	} else {
		m.Range = nil
	}
	m.Certain = len(m.Others) == 0
	m.Reason += fmt.Sprintf("; the description says %s", f.Short)
}

// scoreFromTitle takes the kind of score from a title that names no instrument.
func (d *reading) scoreFromTitle(m *InstrumentMatch, title *reading) {
	words := title.scoreWords()
	in := d.v.byInstrument[m.ID]
	if k := words.kind(in, m.Subscale != "" || !m.IsTotal); k != ScoreTotal && k != ScoreSubscale {
		m.ScoreKind = k
	} else if m.ScoreKind != ScoreTotal && m.ScoreKind != ScoreSubscale && m.ScoreKind != ScoreCount && m.ScoreKind != ScoreValue {
		// a description often explains what response would mean
		m.ScoreKind = ScoreTotal
		if !m.IsTotal {
			m.ScoreKind = ScoreSubscale
		}
	}
	m.Change = words["change"]
	m.ChangeHint = words["change-loose"]
	m.Percent = words["percent"]
}
