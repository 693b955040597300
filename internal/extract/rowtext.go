package extract

import (
	"strings"

	"past/internal/text"
	"past/internal/vocab"
)

// rowText is what the title of a row says by itself. The titles of a record's
// rows repeat ("Week 4"), so that each is read once.
type rowText struct {
	kind   string // the kind of outcome that it names
	answer string // yes, no or missing, where it answers the outcome's title
	said   string // what it says of a score: change, percent-change, auc
	place  string // a cycle, session or visit without a time
	words  string // what is left beside times, sizes and words of change
	shift  bool   // a shift from one state to another
	base   bool   // values before treatment
	moment text.Moment
	timed  bool // moment is its one point in time
	spread dispersion
	mixed  bool // it names more than one spread
}

// readings are the row titles, groups and matches of one record.
type readings struct {
	v     *vocab.Vocabulary
	rows  map[string]*rowText
	arms  map[armWords]armReading
	match map[string]seenMatch
	units map[string]string
	times map[string]said
}

// unit is what a unit counts.
func (r *readings) unit(unit string) string {
	kind, ok := r.units[unit]
	if !ok {
		kind = r.v.UnitKind(unit)
		r.units[unit] = kind
	}
	return kind
}

// time is the one point in time of a title or time frame.
func (r *readings) time(s string) said {
	t, ok := r.times[s]
	if !ok {
		t.moment, t.ok = text.Single(s)
		r.times[s] = t
	}
	return t
}

// armWords are the words of a group.
type armWords struct{ title, description string }

func newReadings(v *vocab.Vocabulary) *readings {
	return &readings{v: v, rows: map[string]*rowText{"": {}}, arms: map[armWords]armReading{}, match: map[string]seenMatch{},
		units: map[string]string{}, times: map[string]said{}}
}

// row reads a row's title.
func (r *readings) row(title string) *rowText {
	if t := r.rows[title]; t != nil {
		return t
	}
	t := &rowText{answer: r.v.Answer(title),
		place: text.Place(title), words: rowWords(title)}
	if s := strings.ToLower(title); containsAny(s, "shift", "baseline") {
		t.shift = shiftRow.MatchString(title)
	}
	t.kind, t.said = r.v.Says(title)
	t.moment, t.timed = text.Single(title)
	t.spread, t.mixed = spreadNamed(title)
	t.base = isBaselineRow(title, t)
	r.rows[title] = t
	return t
}
