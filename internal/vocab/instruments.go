package vocab

// Direction says which way an instrument's score is better for the patient.
type Direction string

// The directions an instrument can have.
const (
	LowerBetter  Direction = "lower"
	HigherBetter Direction = "higher"
	// NeutralScore is for measures without a better side (drug effect, dose).
	NeutralScore Direction = "neutral"
)

// InstrumentKinds are the kinds of an instrument, and Raters those who score it.
var (
	InstrumentKinds = []string{"questionnaire", "interview", "rating", "event-count", "duration", "device", "test", kindPhysiology}
	Raters          = []string{"clinician", "self", "partner", "couple", "observer", "device"}
)

// Range is the span of possible scores, both ends included.
type Range struct {
	Min float64 `yaml:"min" json:"min"`
	Max float64 `yaml:"max" json:"max"`
}

// Contains reports whether x can be a score.
func (r Range) Contains(x float64) bool { return x >= r.Min && x <= r.Max }

// Figure is a catalogue value that came from somewhere.
type Figure struct {
	Value float64 `yaml:"value" json:"value"`
	// Upper is set when the source gives a span from Value to Upper.
	Upper      float64 `yaml:"upper" json:"upper,omitempty"`
	Population string  `yaml:"population" json:"population,omitempty"`
	// Kind says how a minimal important difference was found (anchor,
	// distribution) or which SD it is (baseline, endpoint, change).
	Kind   string `yaml:"kind" json:"kind,omitempty"`
	Source string `yaml:"source" json:"source"`
	// Verified is true only when the value was read in its source.
	Verified bool `yaml:"verified" json:"verified"`
}

// Subscale is a part of an instrument with a score of its own.
type Subscale struct {
	ID        string    `yaml:"id"`
	Name      string    `yaml:"name"`
	Domain    string    `yaml:"domain"` // empty: the instrument's
	Direction Direction `yaml:"direction"`
	Range     *Range    `yaml:"range"`
	Terms     `yaml:",inline"`
}

// Version is a form of an instrument: another length, period or rater.
type Version struct {
	ID    string `yaml:"id"`
	Name  string `yaml:"name"`
	Items int    `yaml:"items"`
	// Range is set when it differs from the instrument's.
	Range *Range `yaml:"range"`
	Rater string `yaml:"rater"`
	Terms `yaml:",inline"`
}

// Instrument is an entry of the catalogue: a scale, interview, event count or
// physiological measure as registers name it. Two scales whose raw scores must
// not be pooled (CAPS-IV and CAPS-5) are two instruments of one family.
type Instrument struct {
	ID     string `yaml:"id"`
	Short  string `yaml:"short"`
	Name   string `yaml:"name"`
	Family string `yaml:"family"`
	// Generic marks the family entry used when a text does not say which form
	// was used; its Range is the widest of the family.
	Generic bool `yaml:"generic"`
	// PartOf names the instrument whose subscale this is (IIEF-EF of IIEF).
	PartOf string `yaml:"part_of"`
	Domain string `yaml:"domain"` // an outcome domain
	Kind   string `yaml:"kind"`   // one of InstrumentKinds; "" is not stated and read as a scale
	Rater  string `yaml:"rater"`  // one of Raters; "" is not stated
	Items  int    `yaml:"items"`
	// Direction is the better side of the total score.
	Direction Direction `yaml:"direction"`
	// DirectionIn is the better side in people with a condition, where it is
	// another than Direction, by condition id.
	DirectionIn map[string]Direction `yaml:"direction_in"`
	// Range of the total score; nil when there is no fixed range.
	Range *Range `yaml:"range"`
	Unit  string `yaml:"unit"`
	// RangeSource names where Range and Direction come from.
	RangeSource string `yaml:"range_source"`
	// RangeVerified is true only when the range was read in its source.
	RangeVerified bool `yaml:"range_verified"`
	// SD holds typical standard deviations of raw total scores, to catch a
	// standard error written as a standard deviation.
	SD []Figure `yaml:"sd"`
	// MID holds minimal important differences; empty when none is known with a
	// source.
	MID       []Figure   `yaml:"mid"`
	Versions  []Version  `yaml:"versions"`
	Subscales []Subscale `yaml:"subscales"`
	// Cues are words that select this form when only the family is named:
	// "state" for the STAI-S.
	Cues  []string `yaml:"cues"`
	Note  string   `yaml:"note"`
	Terms `yaml:",inline"`
}

// DirectionFor is the better side of the total score in people with the
// conditions, given as vocabulary ids or in a register's words.
func (in Instrument) DirectionFor(conditions []string, v *Vocabulary) Direction {
	if len(in.DirectionIn) == 0 {
		return in.Direction
	}
	for _, c := range conditions {
		if d, ok := in.DirectionIn[c]; ok {
			return d
		}
		for _, h := range v.Match(c).Conditions {
			if d, ok := in.DirectionIn[h.ID]; ok {
				return d
			}
		}
	}
	return in.Direction
}

// DirectionOf is the better side of what a match reports, in people with the
// conditions. A part's own direction does not depend on them.
func (v *Vocabulary) DirectionOf(m InstrumentMatch, conditions []string) Direction {
	in := v.byInstrument[m.ID]
	if in == nil || m.Direction != in.Direction {
		return m.Direction
	}
	return in.DirectionFor(conditions, v)
}

// ScoreKind says what is reported of an instrument.
type ScoreKind string

// The kinds of score an outcome title can announce.
const (
	ScoreTotal     ScoreKind = "total"
	ScoreSubscale  ScoreKind = "subscale"
	ScoreItem      ScoreKind = "item"
	ScoreResponder ScoreKind = "responder"
	ScoreRemission ScoreKind = "remission"
	ScoreRelapse   ScoreKind = "relapse"
	ScoreThreshold ScoreKind = "threshold" // share at or beyond a cut-off
	ScoreEventTime ScoreKind = "time-to-event"
	ScoreCount     ScoreKind = "count" // event counts and diary counts
	ScoreValue     ScoreKind = "value" // durations, device readings, vital signs
)

// InstrumentMatch is the instrument behind an outcome title.
type InstrumentMatch struct {
	ID       string `json:"id"`
	Version  string `json:"version,omitempty"`
	Subscale string `json:"subscale,omitempty"`
	// IsTotal is true when the total score of ID is meant.
	IsTotal   bool      `json:"is_total"`
	ScoreKind ScoreKind `json:"score_kind"`
	// Event is the kind of outcome that the title names, as one of evidence's
	// Score constants ("response", "non-remission", …); "" when it names none.
	Event string `json:"event,omitempty"`
	// Change is true when a change from baseline is announced, Percent when it
	// is a percentage of the baseline.
	Change  bool `json:"change"`
	Percent bool `json:"percent,omitempty"`
	// ChangeHint is true when the title speaks of change ("change in") without
	// saying from where; the values may then be endpoints.
	ChangeHint bool `json:"change_hint,omitempty"`
	// Range and Direction are those of the version or subscale matched; Range
	// is of raw scores, also when Change is true, and nil when unknown.
	Range     *Range    `json:"range,omitempty"`
	Direction Direction `json:"direction"`
	Domain    string    `json:"domain"`
	// Term is the text that decided, Field where it stood (title, description).
	Term   string `json:"term"`
	Field  string `json:"field"`
	Reason string `json:"reason"`
	// Certain is false when another reading is possible: several instruments, a
	// family whose form is not stated, or a description that decides alone.
	Certain bool `json:"certain"`
	// Others are further instruments named in the title, in order of place.
	Others []string `json:"others,omitempty"`
}
