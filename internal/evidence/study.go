package evidence

import (
	"strings"

	"past/internal/text"
)

// Study is what is synthesised: one piece of research, described by one or more
// records and papers.
type Study struct {
	ID        string   `json:"id"`                  // stable: from its smallest register id, else DOI, else label slug
	Label     string   `json:"label"`               // "Mitchell 2021" or the acronym or the id
	Year      int      `json:"year,omitempty"`      // of the main report or the start
	Records   []string `json:"records"`             // record ids, sorted
	Papers    []string `json:"papers,omitempty"`    // publication record ids (doi:… or pmid:…)
	Retracted []string `json:"retracted,omitempty"` // papers among them that are retracted
	Links     []Link   `json:"links,omitempty"`

	Substances []string `json:"substances,omitempty"` // vocabulary ids it is about
	Conditions []string `json:"conditions,omitempty"`
	// Stated are the conditions in the words of its records.
	Stated   []string `json:"stated_conditions,omitempty"`
	Topics   []string `json:"topics,omitempty"`
	Design   string   `json:"design,omitempty"` // vocabulary design id
	Blinding string   `json:"blinding,omitempty"`
	// DesignFrom and BlindingFrom say who states them: a record in its fields or
	// a person's row, and what that row overrides.
	DesignFrom   *Statement `json:"design_from,omitempty"`
	BlindingFrom *Statement `json:"blinding_from,omitempty"`
	Status       Status     `json:"status,omitempty"`
	Sponsor      string     `json:"sponsor,omitempty"`
	Enrollment   *int       `json:"enrollment,omitempty"`
	Randomised   *int       `json:"randomised,omitempty"`
}

// UnknownConditions are the conditions in the words of the records where the
// vocabulary knows none of them; "" otherwise.
func (s *Study) UnknownConditions() string {
	if len(s.Conditions) > 0 || len(s.Stated) == 0 {
		return ""
	}
	return strings.Join(s.Stated, "; ") + " (as stated; not in the vocabulary)"
}

// Statement is where a fact of a study is stated.
type Statement struct {
	By   string     `json:"by"`             // record id or id of the extraction row
	Says string     `json:"says,omitempty"` // the source's own words
	Over string     `json:"over,omitempty"` // what another source says instead
	Prov Provenance `json:"provenance"`
}

// Link says why two records are one study. Strength orders reasons: an id that
// both sides name is "certain"; evidence short of that is "probable"; what is
// only suspected is "possible" and joins nothing.
type Link struct {
	A        string     `json:"a"`
	B        string     `json:"b"`
	Kind     string     `json:"kind"`   // same-trial | country-record | reports | related | neighbour | …: see internal/link
	Reason   string     `json:"reason"` // a sentence
	Strength string     `json:"strength"`
	Prov     Provenance `json:"provenance"`
	// Undone is set by a human decision; the link then joins nothing.
	Undone string `json:"undone,omitempty"`
}

// Verdict on whether a number may be used.
type Verdict string

// The verdicts.
const (
	Usable      Verdict = "usable"
	NeedsReview Verdict = "needs review"
	Unusable    Verdict = "unusable"
)

// ArmResult is one value cell of an outcome: a number of one group at one time
// with its spread and denominator, raw and parsed.
type ArmResult struct {
	ID             string   `json:"id"`
	RecordID       string   `json:"record_id"`
	StudyID        string   `json:"study_id,omitempty"`
	Channel        string   `json:"channel"` // register | paper | dataset
	OutcomeIndex   int      `json:"outcome_index"`
	OutcomeTitle   string   `json:"outcome_title"`
	OutcomeType    string   `json:"outcome_type,omitempty"` // PRIMARY, SECONDARY, …
	ClassIndex     int      `json:"class_index"`
	ClassTitle     string   `json:"class_title,omitempty"`
	CategoryIndex  int      `json:"category_index"`
	CategoryTitle  string   `json:"category_title,omitempty"`
	GroupID        string   `json:"group_id"`
	GroupTitle     string   `json:"group_title,omitempty"`
	ParamType      string   `json:"param_type,omitempty"`
	ValueRaw       string   `json:"value_raw"`
	Value          *float64 `json:"value"`
	DispersionType string   `json:"dispersion_type,omitempty"`
	SpreadRaw      string   `json:"spread_raw,omitempty"`
	LowerRaw       string   `json:"lower_raw,omitempty"`
	UpperRaw       string   `json:"upper_raw,omitempty"`
	Spread         *float64 `json:"spread,omitempty"`
	Lower          *float64 `json:"lower,omitempty"`
	Upper          *float64 `json:"upper,omitempty"`
	N              *int     `json:"n"` // the denominator that applies to this very cell
	NRaw           string   `json:"n_raw,omitempty"`
	Unit           string   `json:"unit,omitempty"`
	TimepointRaw   string   `json:"timepoint_raw,omitempty"`
	TimepointWeeks *float64 `json:"timepoint_weeks"`
	// TimepointOrigin is what the weeks are counted from: one of the Origin
	// constants, with a number where the source numbers it; empty: not stated.
	TimepointOrigin string `json:"timepoint_origin,omitempty"`
	Instrument      string `json:"instrument,omitempty"`
	Domain          string `json:"domain,omitempty"`
	ScoreType       string `json:"score_type,omitempty"` // one of the Score constants
	Subscale        string `json:"subscale,omitempty"`
	Baseline        bool   `json:"baseline,omitempty"`
	Adjusted        bool   `json:"adjusted,omitempty"` // LS means and their like
	// Use is what became of the cell: "effect", or "CODE: sentence" of why no
	// effect is made from it.
	Use     string     `json:"use,omitempty"`
	Verdict Verdict    `json:"verdict"`
	Reason  string     `json:"reason"` // "CODE: sentence"; CODE from the documented list
	Flags   []string   `json:"flags,omitempty"`
	Prov    Provenance `json:"provenance"`
}

// Posted is the value of a cell with its spread and unit, as the source writes them.
func (a *ArmResult) Posted() string {
	value := a.ValueRaw
	kind := strings.ToLower(a.DispersionType)
	limits := a.LowerRaw != "" && a.UpperRaw != "" && (strings.Contains(kind, "interval") || strings.Contains(kind, "range") ||
		strings.Contains(kind, "confidence"))
	switch {
	case a.SpreadRaw != "" && !limits: // a spread beside the limits of an interval is not the interval
		value += " (" + strings.TrimSpace(a.DispersionType+" "+a.SpreadRaw) + ")"
	case a.LowerRaw != "" || a.UpperRaw != "":
		value += " (" + strings.TrimSpace(a.DispersionType+" "+a.LowerRaw+" to "+a.UpperRaw) + ")"
	}
	return strings.TrimSpace(value + " " + a.Unit)
}

// Contrast is a sponsor's between-group analysis, read.
type Contrast struct {
	ID           string   `json:"id"`
	RecordID     string   `json:"record_id"`
	StudyID      string   `json:"study_id,omitempty"`
	OutcomeIndex int      `json:"outcome_index"`
	Index        int      `json:"analysis_index"`
	OutcomeTitle string   `json:"outcome_title,omitempty"`
	GroupIDs     []string `json:"group_ids"`
	// Kind is mean-difference, risk-ratio, odds-ratio, hazard-ratio, risk-difference,
	// p-only or another contrast.
	Kind     string     `json:"kind,omitempty"`
	ParamRaw string     `json:"param_raw,omitempty"`
	Estimate *float64   `json:"estimate"`
	CILevel  *float64   `json:"ci_level,omitempty"` // percent
	CISides  int        `json:"ci_sides,omitempty"`
	Lower    *float64   `json:"lower,omitempty"`
	Upper    *float64   `json:"upper,omitempty"`
	SE       *float64   `json:"se,omitempty"`
	PRaw     string     `json:"p_raw,omitempty"`
	P        *float64   `json:"p,omitempty"`
	POp      string     `json:"p_op,omitempty"` // "=", "<", ">", "<=", ">="
	Method   string     `json:"method,omitempty"`
	Adjusted bool       `json:"adjusted,omitempty"`
	Sign     string     `json:"sign,omitempty"` // "first minus second", "second minus first", "unknown"
	Verdict  Verdict    `json:"verdict"`
	Reason   string     `json:"reason"`
	Prov     Provenance `json:"provenance"`
}

// PlannedReading is what an outcome planned by a protocol measures.
type PlannedReading struct {
	RecordID     string `json:"record_id"`
	OutcomeIndex int    `json:"outcome_index"`
	Instrument   string `json:"instrument"`
	Subscale     string `json:"subscale,omitempty"`
	Domain       string `json:"domain"`
}

// LayerRow is one sexual or relational outcome of one trial: planned, posted,
// asked as a single item, or counted as an adverse event.
type LayerRow struct {
	StudyID     string   `json:"study_id,omitempty"`
	RecordID    string   `json:"record_id"`
	Label       string   `json:"label,omitempty"`
	Substances  []string `json:"substances,omitempty"` // of the study; empty: none that is tracked
	Kind        string   `json:"kind"`
	What        string   `json:"what"` // the outcome or term as the source has it
	OutcomeType string   `json:"outcome_type,omitempty"`
	Instrument  string   `json:"instrument,omitempty"` // catalogue id
	Domain      string   `json:"domain,omitempty"`
	TimeFrame   string   `json:"time_frame,omitempty"`
	// Reported says of a planned outcome whether the posted results hold it; nil
	// where no results are posted.
	Reported *bool  `json:"reported"`
	Cells    int    `json:"cells,omitempty"`  // posted values
	Usable   int    `json:"usable,omitempty"` // of which usable
	Arm      string `json:"arm,omitempty"`
	Affected *int   `json:"affected,omitempty"`
	AtRisk   *int   `json:"at_risk,omitempty"`
	Unit     string `json:"unit,omitempty"` // of the counts: people or sessions
	// N and Note are the people of a measured outcome and what its source says in words.
	N    *int   `json:"n,omitempty"`
	Note string `json:"note,omitempty"`

	Prov Provenance `json:"provenance"`
}

// The kinds of number that an arm result can be (ArmResult.ScoreType). Only
// endpoint and change, response and remission become effects; every other kind
// is named so that it is not taken for one of these.
const (
	ScoreEndpoint      = "endpoint"       // a score at a point in time
	ScoreChange        = "change"         // a difference from the baseline, in points
	ScorePercentChange = "percent-change" // a difference from the baseline in percent of it
	ScoreAUC           = "auc"            // an area under the curve of scores
	ScoreItem          = "item"
	ScoreSubscale      = "subscale"
	ScoreValue         = "value" // what is no score of a scale: a duration, a device's reading

	ScoreResponse     = "response"
	ScoreRemission    = "remission"
	ScoreNoResponse   = "non-response"
	ScoreNoRemission  = "non-remission"
	ScoreSustained    = "sustained" // response or remission that lasts over several visits
	ScoreOnset        = "onset"     // onset of response or remission
	ScorePartial      = "partial"   // partial response or remission
	ScoreRelapse      = "relapse"   // relapse, recurrence, loss of response or remission
	ScoreNoRelapse    = "non-relapse"
	ScoreWorsening    = "worsening"
	ScoreDiscontinued = "discontinuation"
	ScoreThreshold    = "threshold" // people at or beyond a cut-off, partial response among them
	ScoreTimeToEvent  = "time-to-event"
	ScoreDuration     = "duration" // how long an event lasted
	ScoreEvents       = "events"   // events, of which one person can have several
	ScoreCount        = "count"    // people, of whom nothing else is known
	ScorePercent      = "percent"  // a share of people, of whom nothing else is known
	ScoreNotScore     = "not-a-score"
)

// The origins of the clock of a time point (ArmResult.TimepointOrigin), as
// package text reads them. Empty is not stated, which is not the same as
// baseline.
const (
	OriginBaseline      = text.OriginBaseline
	OriginRandomisation = text.OriginRandomisation
	OriginFirstDose     = text.OriginFirstDose
	OriginLastDose      = text.OriginLastDose
	OriginDose          = text.OriginDose
	OriginSession       = text.OriginSession
	OriginCycle         = text.OriginCycle
	OriginVisit         = text.OriginVisit
	OriginPeriod        = text.OriginPeriod
	OriginEnd           = text.OriginEnd
)
