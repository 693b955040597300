package evidence

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Effect is an effect size of one comparison in one study: what is pooled.
type Effect struct {
	ID         string `json:"id"`
	StudyID    string `json:"study_id"`
	StudyLabel string `json:"study_label"`
	Year       int    `json:"year,omitempty"`
	RecordID   string `json:"record_id,omitempty"`

	Substance       string   `json:"substance"`      // vocabulary id under which it is counted
	Drug            string   `json:"drug,omitempty"` // own name where it is a form of that: esketamine
	Condition       string   `json:"condition"`
	Population      string   `json:"population,omitempty"`       // as stated
	PopulationClass string   `json:"population_class,omitempty"` // diagnosis | other-illness | ""
	Comparator      string   `json:"comparator,omitempty"`       // as stated
	ComparatorClass string   `json:"comparator_class"`           // vocabulary id
	Background      string   `json:"background,omitempty"`       // what both arms got besides; NoBackground; "" is not stated
	DoseTreat       string   `json:"dose_treat,omitempty"`
	DoseCtrl        string   `json:"dose_ctrl,omitempty"`
	ArmTreat        string   `json:"arm_treat,omitempty"`
	ArmCtrl         string   `json:"arm_ctrl,omitempty"`
	Sessions        *int     `json:"sessions,omitempty"`
	Design          string   `json:"design,omitempty"`
	Blinding        string   `json:"blinding,omitempty"`
	RiskOfBias      string   `json:"risk_of_bias,omitempty"` // low | some concerns | high, from a review file
	RoBDomains      []string `json:"rob_domains,omitempty"`  // D1…D5, same words, where given
	Sponsor         string   `json:"sponsor,omitempty"`

	Instrument     string   `json:"instrument,omitempty"`
	Domain         string   `json:"domain"`
	ScoreType      string   `json:"score_type,omitempty"` // endpoint | change | events
	TimepointRaw   string   `json:"timepoint_raw,omitempty"`
	TimepointWeeks *float64 `json:"timepoint_weeks,omitempty"`
	// TimepointOrigin is what the weeks are counted from (baseline, first dose,
	// last dose, session 2, randomisation, end of treatment); "" is not stated.
	TimepointOrigin string `json:"timepoint_origin,omitempty"`
	// WeeksAfterLastDose is the same time counted from the last dose; nil where
	// the source does not say when that was.
	WeeksAfterLastDose *float64 `json:"weeks_after_last_dose,omitempty"`
	// PrimaryInstrument and PrimaryTime are the source's own declaration.
	PrimaryInstrument bool `json:"primary_instrument,omitempty"`
	PrimaryTime       bool `json:"primary_time,omitempty"`
	PostCrossover     Tri  `json:"post_crossover,omitempty"`
	HigherBetter      Tri  `json:"higher_better,omitempty"`
	// Analysis is how the sponsor says that the numbers were analysed: ITT, per
	// protocol, MMRM, LOCF, …; "" is not stated.
	Analysis string `json:"analysis,omitempty"`
	// Adjusted is set where the numbers are a model's (least squares means and
	// their contrasts), not of the people as observed.
	Adjusted bool `json:"adjusted,omitempty"`

	Measure string `json:"measure"` // SMD, RR, OR, MD, …
	Formula string `json:"formula"` // metafor | metapsy | revman
	// The effect on the analysis scale (natural logarithm for ratios), all nil
	// where none could be computed.
	Estimate *float64 `json:"estimate"`
	Variance *float64 `json:"variance"`
	SE       *float64 `json:"se"`
	CILower  *float64 `json:"ci_lb"` // 95 %, normal
	CIUpper  *float64 `json:"ci_ub"`
	// Ratio and its limits are the same effect as people read it, for measures
	// that are analysed as logarithms; nil for the others.
	Ratio      *float64 `json:"ratio,omitempty"`
	RatioLower *float64 `json:"ratio_lb,omitempty"`
	RatioUpper *float64 `json:"ratio_ub,omitempty"`

	// The numbers it was made from; absent ones are nil.
	N1     *float64 `json:"n1,omitempty"` // treatment
	Mean1  *float64 `json:"mean1,omitempty"`
	SD1    *float64 `json:"sd1,omitempty"`
	N2     *float64 `json:"n2,omitempty"` // control
	Mean2  *float64 `json:"mean2,omitempty"`
	SD2    *float64 `json:"sd2,omitempty"`
	Event1 *float64 `json:"events1,omitempty"`
	Event2 *float64 `json:"events2,omitempty"`

	Channel string   `json:"channel"` // register | paper | dataset
	DOI     string   `json:"doi,omitempty"`
	Source  string   `json:"source,omitempty"` // where a person can look it up
	Verdict Verdict  `json:"verdict"`
	Reason  string   `json:"reason"`
	Flags   []string `json:"flags,omitempty"`
	// Inputs lead each number back to its bytes.
	Inputs []Input `json:"inputs"`
}

// logMeasures are analysed as natural logarithms.
var logMeasures = map[string]bool{"RR": true, "OR": true, "HR": true, "IRR": true, "ROM": true, "PETO": true}

// inferredScale finds a note that the name of the scale is not the source's.
var inferredScale = regexp.MustCompile(`(?i)\b(?:instrument|scale)\b[^;]*\b(?:inferred|guessed|not in (?:the )?source)`)

// ScaleInferred reports whether a note beside the effect says that the source does not
// name its scale.
func (e *Effect) ScaleInferred() bool {
	return slices.ContainsFunc(e.Flags, inferredScale.MatchString)
}

// IsLogMeasure reports whether effects of a measure are natural logarithms of a
// ratio.
func IsLogMeasure(measure string) bool { return logMeasures[measure] }

// Natural is an estimate on the scale that people read: a ratio, not its logarithm.
func Natural(measure string, x float64) float64 {
	if IsLogMeasure(measure) {
		return math.Exp(x)
	}
	return x
}

// z975 is the 97.5 % point of the normal distribution.
const z975 = 1.959963984540054

// SetEffect fills in the numbers of an effect from its value and variance on
// the analysis scale.
func (e *Effect) SetEffect(measure, formula string, estimate, variance float64) {
	e.Measure, e.Formula = measure, formula
	se := math.Sqrt(variance)
	lower, upper := estimate-z975*se, estimate+z975*se
	e.Estimate, e.Variance, e.SE, e.CILower, e.CIUpper = &estimate, &variance, &se, &lower, &upper
	e.Ratio, e.RatioLower, e.RatioUpper = nil, nil, nil
	if IsLogMeasure(measure) {
		ratio, lb, ub := math.Exp(estimate), math.Exp(lower), math.Exp(upper)
		e.Ratio, e.RatioLower, e.RatioUpper = &ratio, &lb, &ub
	}
}

// DropUnlessFinite takes the numbers of an effect away that are not finite, or whose
// variance is none, and reports whether it did.
func (e *Effect) DropUnlessFinite() bool {
	bad := e.Variance != nil && !(*e.Variance > 0)
	for _, x := range []*float64{e.Estimate, e.Variance, e.SE, e.CILower, e.CIUpper, e.Ratio, e.RatioLower, e.RatioUpper} {
		bad = bad || x != nil && (math.IsNaN(*x) || math.IsInf(*x, 0))
	}
	if bad {
		e.Estimate, e.Variance, e.SE, e.CILower, e.CIUpper, e.Ratio, e.RatioLower, e.RatioUpper = nil, nil, nil, nil, nil, nil, nil, nil
	}
	return bad
}

// Known returns the estimate and its variance, and false where the effect has
// none.
func (e *Effect) Known() (estimate, variance float64, ok bool) {
	if e.Estimate == nil || e.Variance == nil {
		return 0, 0, false
	}
	return *e.Estimate, *e.Variance, true
}

// Contrast reports whether a source gives the effect itself and neither means
// nor counts of its arms: it is taken as it is in every formula mode.
func (e *Effect) Contrast() bool {
	return e.Variance != nil && e.Mean1 == nil && e.Mean2 == nil && e.Event1 == nil && e.Event2 == nil
}

// NoBackground is the background of a comparison in which both arms got
// nothing besides.
const NoBackground = "none"

// Input is one number that went into an effect and where it was read.
type Input struct {
	Name  string     `json:"name"` // n1, mean1, sd1, …
	Raw   string     `json:"raw"`
	Value float64    `json:"value"`
	Prov  Provenance `json:"provenance"`
}

// Absolute is a finding in numbers that a reader can picture: people of a
// hundred for counted outcomes, points of a named scale for severity. It follows
// from the headline; a finding without one has none.
type Absolute struct {
	People *PeopleOf100 `json:"people,omitempty"`
	Points *ScalePoints `json:"points,omitempty"`
}

// PeopleOf100 says how many of 100 people have the event with and without the
// treatment.
type PeopleOf100 struct {
	Without       float64 `json:"without"`        // of 100 with the comparator
	WithoutSource string  `json:"without_source"` // where the comparator risk comes from
	With          float64 `json:"with"`
	WithLower     float64 `json:"with_lb"` // from the headline interval
	WithUpper     float64 `json:"with_ub"`
	// NNT is the number of people treated for one more, or one fewer, event; nil
	// when the interval includes no effect. NNTLower is the end nearer to 1.
	NNT      *float64 `json:"nnt"`
	NNTLower *float64 `json:"nnt_lb"`
	NNTUpper *float64 `json:"nnt_ub"`
	// NNTFor is what the one more or fewer event is: "one more person with …".
	NNTFor string `json:"nnt_for,omitempty"`
}

// ScalePoints is a difference on the scale that most of the studies used, as its
// scores run.
type ScalePoints struct {
	Instrument string  `json:"instrument"` // vocabulary id
	Scale      string  `json:"scale"`      // its short name
	Range      string  `json:"range,omitempty"`
	Better     string  `json:"better,omitempty"` // lower | higher
	Points     float64 `json:"points"`           // treatment minus comparator
	Lower      float64 `json:"lb"`
	Upper      float64 `json:"ub"`
	Way        string  `json:"way"` // pooled mean difference, or g times a standard deviation: which, and of what
	// Inferred is set where a source of these rows does not name the scale.
	Inferred bool `json:"inferred,omitempty"`
	// Kind is what the interval is: that of a fit, of one study or of a small-sample answer.
	Kind HeadlineKind `json:"kind"`
	// Studies are the finding's studies on this scale, which the points or the
	// standard deviation come from.
	Studies int `json:"studies"`
	// Scaled is set where the points are the finding's effect times that deviation.
	Scaled bool `json:"scaled,omitempty"`
	// Threshold is the finding's minimal important difference in points of this scale,
	// nil where it declares none.
	Threshold       *float64 `json:"threshold"`
	ThresholdSource string   `json:"threshold_source,omitempty"`
	// Published is a minimal important difference that a source gives for the scale; it
	// is given beside Threshold and nothing is judged by it.
	Published       *float64 `json:"published"`
	PublishedSource string   `json:"published_source,omitempty"`
}

// Side is the side of the difference: lower or higher with the treatment.
func (p ScalePoints) Side() string {
	if p.Points > 0 {
		return "higher"
	}
	return "lower"
}

// Which says in brackets what a reader of points has to know of the scale: its range
// and which side is better.
func (p ScalePoints) Which() string {
	var parts []string
	if p.Range != "" {
		parts = append(parts, p.Range)
	}
	if p.Better != "" {
		parts = append(parts, p.Better+" is better")
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, "; ") + ")"
}

// WholePeople prints people of a hundred; what rounds to none and is not says so.
func WholePeople(x float64) string {
	if x > 0 && x < 0.5 {
		return "fewer than 1"
	}
	return strconv.FormatFloat(x, 'f', 0, 64)
}

var comparatorDose = regexp.MustCompile(
	`(?i)\s*\b\d[\d.,]*\s*(?:%|mg|g|µg|ug|mcg)\S*(?:\s+or\s+\S+|\s*[;,]\s*\d\S*\s*\S*)*`)

// WithoutDose is the name of a comparator without the doses written in it.
func WithoutDose(name string) string {
	return strings.TrimSpace(comparatorDose.ReplaceAllString(name, ""))
}

// ControlGiven is what the comparison group was given, as the first of the names says
// that says something. An inactive placebo has no dose: one that a source writes
// beside it is the dose that it imitates.
func (e *Effect) ControlGiven(names ...string) string {
	name := cmp.Or(names...)
	if e.ComparatorClass != "inactive-placebo" {
		return name
	}
	return cmp.Or(WithoutDose(name), name)
}

// shortNames are abbreviations of comparators and of people that sources leave unexplained.
var shortNames = map[string]string{"mbsr": "mindfulness-based stress reduction (MBSR)", "tau": "treatment as usual", "cau": "care as usual",
	"soc": "standard of care", "ad": "antidepressant", "mdd": "major depression", "tr-mdd": "treatment-resistant major depression",
	"mde": "major depressive episode", "ptsd": "PTSD"}

// Spelled is the name of what an arm gives with such abbreviations spelled out; one
// with brackets may explain itself and stays.
func Spelled(name string) string {
	if strings.Contains(name, "(") {
		return name
	}
	words := strings.Fields(name)
	for i, w := range words {
		if long := shortNames[strings.ToLower(w)]; long != "" {
			words[i] = long
		}
	}
	return strings.Join(words, " ")
}
