package vocab

import (
	"fmt"
	"strings"

	"past/internal/evidence"
)

// MatchInstrument finds the instrument behind an outcome, from its title and,
// where the title names none or leaves the form open, from its description. It
// returns false when neither names an instrument of the catalogue.
//
// The match is certain when the title alone names one instrument whose form and
// score are clear. Otherwise it is a proposal, and Reason says what is open.
func (v *Vocabulary) MatchInstrument(title, description string) (InstrumentMatch, bool) {
	return v.matchOutcome(v.readTitle(title, description), description)
}

// OutcomeText is what the texts of an outcome say.
type OutcomeText struct {
	Match InstrumentMatch // see [Vocabulary.MatchInstrument]
	Known bool            // there is a match
	// Event and Score are what the title names, as [Vocabulary.Says] has it.
	Event, Score string
}

// ReadOutcome reads the title and the description of an outcome once for what
// [Vocabulary.MatchInstrument] and [Vocabulary.Says] find in them.
func (v *Vocabulary) ReadOutcome(title, description string) (out OutcomeText) {
	t := v.readTitle(title, description)
	out.Match, out.Known = v.matchOutcome(t, description)
	out.Event = t.outcomeKind()
	if mayName(v.scores, t.folded()) {
		out.Score = firstKind(v.scores, t.folded())
	}
	return out
}

func (v *Vocabulary) readTitle(title, description string) *reading {
	title = unbracket(title)
	return v.readIn(&reading{v: v, text: title}, len(title), description)
}

func (v *Vocabulary) matchOutcome(t *reading, description string) (InstrumentMatch, bool) {
	names := t.outcomeNames()
	if len(names) > 0 {
		m, doubts := t.outcomeMatch(names, "title")
		v.refine(&m, doubts, description)
		return m, true
	}
	if strings.TrimSpace(description) == "" {
		return InstrumentMatch{}, false
	}
	d := v.read(unbracket(description), len(description))
	names = d.outcomeNames()
	if len(names) == 0 || v.byInstrument[names[0].id].Kind == kindPhysiology || t.scoreWords()["other"] {
		return InstrumentMatch{}, false // what a description says in passing
	}
	m, _ := d.outcomeMatch(names, "description")
	if !answersTopic(t.text, v.byInstrument[m.ID], m) {
		return InstrumentMatch{}, false
	}
	if other := t.otherTopic(v.byInstrument[m.ID]); other != "" {
		m.Reason += "; the title speaks of " + other
	}
	d.scoreFromTitle(&m, t)
	return m, true
}

// CalledInstrument finds the instrument that a table or a question of a person
// calls by a name or by the catalogue's id. Abbreviations that mean several
// things in running text (isi, audit, caps in small letters) are ids there.
func (v *Vocabulary) CalledInstrument(name string) (InstrumentMatch, bool) {
	if m, ok := v.MatchInstrument(name, ""); ok {
		return m, true
	}
	in, ok := v.byInstrument[strings.TrimSpace(name)]
	if !ok {
		return InstrumentMatch{}, false
	}
	return InstrumentMatch{ID: in.ID, Domain: in.Domain, Direction: in.Direction, Range: in.Range, IsTotal: true, ScoreKind: ScoreTotal,
		Term: name, Field: "title", Certain: !in.Generic, Reason: fmt.Sprintf("%q is the catalogue's word for %s", name, in.Name)}, true
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

// outcomeMatch describes the first of the named instruments and counts what is
// open about it.
func (r *reading) outcomeMatch(names []named, field string) (m InstrumentMatch, doubts int) {
	n := names[0]
	in := r.v.byInstrument[n.id]
	m = InstrumentMatch{ID: in.ID, Domain: in.Domain, Direction: in.Direction, Range: in.Range,
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
		doubts++
		reasons = append(reasons, fmt.Sprintf(format, args...))
	}
	if in.Generic {
		doubt("which form was used is not stated")
	}
	if len(m.Others) > 0 {
		doubt("%s named as well", strings.Join(m.Others, ", "))
	}
	words := r.scoreWords()
	words["part"] = in.PartOf == "" && r.partWord(n)
	if field == "description" {
		// descriptions explain items and subscales at length
		words["part"] = words["part"] && r.partWordNear(in)
	}
	r.setPart(&m, in, r.partsOf(in), words, doubt)
	if other := r.otherTopic(in); other != "" {
		doubt("the %s speaks of %s", field, other)
	}
	m.Event = r.outcomeKind()
	if m.Event == "" && words.responds(in) {
		m.Event = evidence.ScoreResponse
	}
	m.ScoreKind = words.kind(in, m.Subscale != "" || !m.IsTotal, m.Event)
	if m.ScoreKind == ScoreSubscale && in.isItem(m.Subscale) {
		m.ScoreKind = ScoreItem
	}
	m.Change, m.Percent, m.ChangeHint = words["change"], words["percent"], words["change-loose"]
	if field == "description" {
		m.Certain = false
		reasons = append(reasons, "the title names no instrument")
	}
	m.Reason = strings.Join(reasons, "; ")
	return m, doubts
}

// setPart records a subscale or version, and whether the total is meant.
func (r *reading) setPart(m *InstrumentMatch, in *Instrument, parts []partHit, words scoreWords, doubt func(string, ...any)) {
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
	case len(parts) > 0 && words["total"]:
		doubt("a total and a part (%q) are both named", r.surface(parts[0].found))
	case len(parts) > 1:
		m.IsTotal, m.Range = false, nil
		doubt("several parts are named")
	case len(parts) == 1:
		m.take(in, parts[0].part)
		if !parts[0].sure {
			doubt("%q may name the part or only the topic", r.surface(parts[0].found))
		}
	case words["part"] && words["total"]:
		doubt("a total and parts are both named")
	case words["part"]:
		m.IsTotal, m.Range = false, nil
		doubt("a part is named that the catalogue does not know")
	}
}

// take makes the match one of a subscale.
func (m *InstrumentMatch) take(in *Instrument, part string) {
	m.IsTotal, m.Subscale = false, part
	for _, s := range in.Subscales {
		if s.ID != part {
			continue
		}
		m.Range = s.Range
		if s.Direction != "" {
			m.Direction = s.Direction
		}
		if s.Domain != "" {
			m.Domain = s.Domain
		}
	}
}

// otherTopic returns a condition the text names outside instrument names when
// the instrument measures another one: a title on depression with the GAD-7.
func (r *reading) otherTopic(in *Instrument) string {
	if in.Domain != "depression" && in.Domain != "anxiety" && in.Domain != "ptsd" {
		return ""
	}
	other := ""
	for i, h := range r.hits {
		if h.kind != patCondition || r.inside[i] != nil || r.sectionOf(h) != secTitle {
			continue
		}
		switch h.id {
		case in.Domain:
			return ""
		case "depression", "anxiety", "ptsd":
			if r.cueNear("population", h, 4, 0) == nil {
				other = h.id
			}
		}
	}
	return other
}

// besidePartWord reports whether a word such as domain is beside a match.
func (r *reading) besidePartWord(f found) bool {
	c := r.cueNear("score-part", f, 2, 2)
	return c != nil && !r.inInstrument(*c)
}

// refine settles an open form by the description: a title that says CAPS and a
// description that says CAPS-5.
func (v *Vocabulary) refine(m *InstrumentMatch, doubts int, description string) {
	in := v.byInstrument[m.ID]
	if v.hasPart(m.ID) && m.IsTotal {
		v.refinePart(m, description)
	}
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
	m.Certain = doubts == 1 // that the form was not stated, which is settled now
	m.Reason += fmt.Sprintf("; the description says %s", f.Short)
}

// refinePart settles by the number of items that a description states which part
// of an instrument was used: "IIEF" and "the six item questionnaire".
func (v *Vocabulary) refinePart(m *InstrumentMatch, description string) {
	if !strings.Contains(strings.ToLower(description), "item") {
		return
	}
	d := v.read(description, len(description))
	for _, h := range d.hits {
		part := v.byInstrument[h.id]
		if h.kind == patPart && h.part == "" && part != nil && part.PartOf == m.ID && strings.Contains(strings.ToLower(h.term), "item") {
			m.ID, m.Domain, m.Direction, m.Range = part.ID, part.Domain, part.Direction, part.Range
			m.Reason += fmt.Sprintf("; the description says %q: %s", d.surface(h), part.Short)
			return
		}
	}
}

// scoreFromTitle takes the kind of score from a title that names no instrument.
func (d *reading) scoreFromTitle(m *InstrumentMatch, title *reading) {
	words := title.scoreWords()
	in := d.v.byInstrument[m.ID]
	m.Event = title.outcomeKind()
	if m.Event == "" && words.responds(in) {
		m.Event = evidence.ScoreResponse
	}
	if k := words.kind(in, m.Subscale != "" || !m.IsTotal, m.Event); k != ScoreTotal && k != ScoreSubscale {
		m.ScoreKind = k
	} else if m.ScoreKind != ScoreTotal && m.ScoreKind != ScoreSubscale && m.ScoreKind != ScoreItem && m.ScoreKind != ScoreCount &&
		m.ScoreKind != ScoreValue {
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
