package posted

import (
	"regexp"
	"strings"

	"past/internal/extract/arm"
	"past/internal/text"
	"past/internal/vocab"
)

// rowText is what the title of a row says by itself.
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
	spread Dispersion
	mixed  bool // it names more than one spread
}

// Reader reads the records of a run. Units, times and the titles of rows repeat
// within a record and from record to record, so that each is read once.
type Reader struct {
	v *vocab.Vocabulary
	kept
	// of the record being read
	record   string
	arms     map[armWords]arm.Reading
	outcomes map[outcomeWords]vocab.OutcomeText
	visits   map[string]said // when its numbered visits were; nil until one is asked for
}

// kept are readings of texts. Between two records, the reader starts over where
// they have become more than mostKept bytes of text.
type kept struct {
	bytes  int
	rows   map[string]*rowText
	match  map[string]seenMatch
	units  map[string]string
	times  map[string]said
	params map[string]string // kinds of contrasts
}

const mostKept = 1 << 20

func newKept() kept {
	return kept{rows: map[string]*rowText{"": {}}, match: map[string]seenMatch{}, units: map[string]string{}, times: map[string]said{},
		params: map[string]string{}}
}

// NewReader returns a reader with the words of a vocabulary.
func NewReader(v *vocab.Vocabulary) *Reader { return &Reader{v: v, kept: newKept()} }

// begin forgets what belongs to another record.
func (read *Reader) begin(id string) {
	if read.arms != nil && read.record == id {
		return
	}
	read.visits = nil
	read.record, read.arms, read.outcomes = strings.Clone(id), map[armWords]arm.Reading{}, map[outcomeWords]vocab.OutcomeText{}
	if read.bytes > mostKept {
		read.kept = newKept()
	}
}

// once gives what is kept for a text, else what make reads in it. Texts are
// copied, since those of a record are parts of its page.
func once[V any](k *kept, in map[string]V, s string, make func(string) V) V {
	got, ok := in[s]
	if !ok {
		k.bytes += len(s)
		s = strings.Clone(s)
		got = make(s)
		in[s] = got
	}
	return got
}

// unit is what a unit counts.
func (read *Reader) unit(unit string) string {
	return once(&read.kept, read.units, unit, read.v.UnitKind)
}

// time is the one point in time of a title or time frame.
func (read *Reader) time(s string) said {
	return once(&read.kept, read.times, s, func(s string) (t said) {
		t.moment, t.ok = text.Single(s)
		return t
	})
}

// outcome is what title and description of an outcome say. A posted outcome has
// mostly the words of the planned one.
func (read *Reader) outcome(title, description string) vocab.OutcomeText {
	words := outcomeWords{title, description}
	out, ok := read.outcomes[words]
	if !ok {
		out = read.v.ReadOutcome(title, description)
		read.outcomes[words] = out
	}
	return out
}

// outcomeWords are the texts of an outcome, armWords those of a group.
type (
	outcomeWords struct{ title, description string }
	armWords     struct{ title, description string }
)

// row reads a row's title.
func (read *Reader) row(title string) *rowText {
	return once(&read.kept, read.rows, title, read.readRow)
}

func (read *Reader) readRow(title string) *rowText {
	words := withoutSizes(title)
	t := &rowText{answer: read.v.Answer(words), place: text.Place(title), words: RowWords(title)}
	if t.answer == "" && aroundTime.MatchString(words) {
		t.answer = read.v.Answer(aroundTime.ReplaceAllString(words, ""))
	}
	if s := strings.ToLower(title); containsAny(s, "shift", "baseline") {
		t.shift = shiftRow.MatchString(title)
	}
	t.kind, t.said = read.v.Says(words)
	t.moment, t.timed = text.Single(title)
	t.spread, t.mixed = spreadNamed(title)
	t.base = isBaselineRow(title, t)
	return t
}

// aroundTime finds a point in time at either end of a row's title ("Week 4, No",
// "Responder at Day 28").
var aroundTime = regexp.MustCompile(`(?i)^(?:at\s+)?(?:week|day|month|visit)s?\s*\d+[\s,:;–-]+|[\s,:;–-]+(?:at\s+)?(?:week|day` +
	`|month|visit)s?\s*\d+$`)
