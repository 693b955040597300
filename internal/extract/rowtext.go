package extract

import (
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
}

// armWords are the words of a group.
type armWords struct{ title, description string }

func newReadings(v *vocab.Vocabulary) *readings {
	return &readings{v: v, rows: map[string]*rowText{"": {}}, arms: map[armWords]armReading{}, match: map[string]seenMatch{}}
}

// row reads a row's title.
func (r *readings) row(title string) *rowText {
	if t := r.rows[title]; t != nil {
		return t
	}
	t := &rowText{kind: r.v.OutcomeKind(title), answer: r.v.Answer(title), said: r.v.ScoreSaid(title),
		place: text.Place(title), words: rowWords(title), shift: shiftRow.MatchString(title)}
	t.moment, t.timed = text.Single(title)
	t.spread, t.mixed = spreadNamed(title)
	t.base = isBaselineRow(title, t)
	r.rows[title] = t
	return t
}
