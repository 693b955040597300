package evidence

import (
	"regexp"
	"slices"
	"strings"
)

// Notice is something that was done to the evidence: a retraction, a
// correction, a finding of misconduct, a regulator's decision. It concerns a paper, a
// trial, or a substance as treatment of a condition; at least one is given.
type Notice struct {
	Kind      string     `json:"kind"` // see NoticeKinds
	Substance string     `json:"substance,omitempty"`
	Condition string     `json:"condition,omitempty"`
	TrialID   string     `json:"trial_id,omitempty"`
	DOI       string     `json:"doi,omitempty"`
	PMID      string     `json:"pmid,omitempty"`
	Date      DateStruct `json:"date"`
	Said      string     `json:"said"` // what was said, in the row's own words
	By        string     `json:"by"`   // who said it
	Source    string     `json:"source"`
	Read      string     `json:"read"` // what was read: the notice, a news report, an abstract, ReadRecord
	CheckedBy string     `json:"checked_by,omitempty"`
	// Covers are the trials that a named paper reports on, by its bibliographic
	// record; their own numbers are not touched by the notice.
	Covers []string   `json:"covers,omitempty"`
	Prov   Provenance `json:"provenance"`
}

// NoticeKinds are the kinds of notice and their names for people.
var NoticeKinds = []struct{ ID, Name string }{
	{"retraction", "retraction"}, {"correction", "correction"}, {"expression-of-concern", "expression of concern"},
	{"misconduct-finding", "finding of misconduct"}, {"regulator-decision", "regulator's decision"},
	{"adviser-concern", "concern of a regulator's advisers"},
	{"results-withdrawn", "results withdrawn from a register"},
}

// relationKinds are the relations between papers that are notices, as registers of
// papers write them, in small letters alone: of the paper that a notice is about,
// and of the notice.
var relationKinds = map[string]struct {
	kind  string
	other bool // the related work is what the notice is about
}{
	"retractionin": {"retraction", false}, "retractedby": {"retraction", false},
	"retractionof": {"retraction", true}, "retracts": {"retraction", true}, "retraction": {"retraction", true},
	"partialretractionin": {"correction", false}, "partialretractionof": {"correction", true},
	"expressionofconcernin": {"expression-of-concern", false}, "expressionofconcernfor": {"expression-of-concern", true},
	"erratumin": {"correction", false}, "correctedby": {"correction", false}, "correctedandrepublishedin": {"correction", false},
	"erratumfor": {"correction", true}, "erratumof": {"correction", true}, "corrects": {"correction", true},
	"correction": {"correction", true}, "corrigendum": {"correction", true}, "erratum": {"correction", true},
}

// Notice says which kind of notice a related work makes and whether the related
// work, not the paper itself, is what the notice is about; "" for other relations.
func (w RelatedWork) Notice() (kind string, other bool) {
	k := relationKinds[letters(w.Type)]
	return k.kind, k.other
}

// Partial reports a notice that takes back a part of a paper.
func (w RelatedWork) Partial() bool { return strings.HasPrefix(letters(w.Type), "partial") }

func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, strings.ToLower(s))
}

// NoticeName is the name of a kind for people.
func NoticeName(kind string) string {
	for _, k := range NoticeKinds {
		if k.ID == kind {
			return k.Name
		}
	}
	return kind
}

// ReadRecord is what was read for a notice that a bibliographic record carries.
const ReadRecord = "bibliographic record"

// Stated gives the day and the author, to follow a verb: " on 2024-08-10 by a journal", or
// ", as PubMed records" of a notice of which a bibliographic record is all that was
// read.
func (n *Notice) Stated() string {
	day := ""
	if n.Date.Raw != "" {
		day = " on " + n.Date.Raw
	}
	switch {
	case n.Read == ReadRecord:
		return day + ", as " + n.By + " records"
	case n.By != "":
		return day + " by " + n.By
	}
	return day
}

// Concerns reports whether the notice is about one of the trials or papers, about a
// paper that covers one of the trials, or about the substance as treatment of the
// condition. A notice that names a trial or a paper concerns nothing else.
func (n *Notice) Concerns(substance, condition string, trials, papers map[string]bool) bool {
	if n.TrialID != "" || n.DOI != "" || n.PMID != "" {
		return slices.ContainsFunc(n.Covers, func(t string) bool { return trials[t] }) || n.TrialID != "" && trials[n.TrialID] || n.DOI != "" &&
			papers["doi:"+n.DOI] || n.PMID != "" && papers["pmid:"+n.PMID]
	}
	return n.Substance != "" && n.Substance == substance && (n.Condition == "" || n.Condition == condition)
}

// ConcernsHarms reports whether the notice bears on what is counted as harm of the
// substance: it is about one of the trials or papers, or it names harms of the
// substance, in whatever condition it was given.
func (n *Notice) ConcernsHarms(substance string, trials, papers map[string]bool) bool {
	return n.Concerns(substance, n.Condition, trials, papers) && (n.Substance == "" || n.OfHarms())
}

var (
	harmWords = regexp.MustCompile(`(?i)\b(?:adverse|side[- ]effects?|safety|unsafe|harms?|harmful|cardiovascular|blood[- ]pressure|` +
		`hypertens\w+|suicid\w+|deaths?|died|fatal\w*|injur\w+|toxic\w*|abuse|risks?)\b`)
	eventWords  = regexp.MustCompile(`(?i)\b(?:adverse|side[- ]effects?|harms?|events?|reactions?|safety data)\b`)
	riskOfBias  = regexp.MustCompile(`(?i)\brisks? of bias\b`)
	notRecorded = regexp.MustCompile(`(?i)\b(?:not|never)\b(?:\W+\w+){0,3}?\W+(?:record|report|captur|collect|document|count|includ|ask)|` +
		`\bunrecorded|\bunreported|\bunder-?(?:report|record)|\bmissing\b|\bomit|\bleft out\b|\bincomplete|\bincompletely|` +
		`\bfail\w* to (?:record|report|capture|collect|document)`)
	sentenceEnds = regexp.MustCompile(`[.;!?](?:\s|$)`)
)

// OfHarms reports whether what the notice says names harms.
func (n *Notice) OfHarms() bool {
	return harmWords.MatchString(riskOfBias.ReplaceAllString(n.Said, ""))
}

// Uncounted reports whether the notice says that adverse events went unrecorded:
// counts of harm may then be too low.
func (n *Notice) Uncounted() bool {
	return slices.ContainsFunc(sentenceEnds.Split(n.Said, -1), func(s string) bool {
		return eventWords.MatchString(s) && notRecorded.MatchString(s)
	})
}

// OtherEvidence is a report that is not a controlled trial's result: a survey, an
// observational study, an open-label sample. It is shown with the risk words of its
// design; it is never pooled and never becomes a trial.
type OtherEvidence struct {
	Reference  string `json:"reference"`
	Year       int    `json:"year,omitempty"`
	Design     string `json:"design"` // see OtherDesigns
	N          *int   `json:"n,omitempty"`
	Substance  string `json:"substance,omitempty"`
	Topic      string `json:"topic"`
	Instrument string `json:"instrument,omitempty"` // as the source names it
	Population string `json:"population,omitempty"`
	Direction  string `json:"direction,omitempty"` // as reported
	Numbers    string `json:"numbers,omitempty"`   // as reported, never pooled
	Limits     string `json:"limits"`
	DOI        string `json:"doi,omitempty"`
	// TrialID is set where the report describes people of a registered trial.
	TrialID   string     `json:"trial_id,omitempty"`
	Source    string     `json:"source"`
	Read      string     `json:"read"` // full text | abstract | news report
	CheckedBy string     `json:"checked_by,omitempty"`
	Prov      Provenance `json:"provenance"`
}

// OtherDesigns are the designs of other evidence, each with the words that
// say what it cannot show.
var OtherDesigns = []struct{ ID, Name, Risk string }{
	{"trial-report", "report of a randomised trial without extractable numbers",
		"The trial was randomised, but no number for the comparison could be extracted; it is not part of any pooled result."},
	{"open-label", "open-label study without a comparison group",
		"Without a comparison group, change over time cannot be attributed to the treatment."},
	{"before-after", "observational before-after study",
		"People chose to use the substance and to answer; expectation, selection and change over time are not separated from an effect."},
	{"survey", "cross-sectional survey", "A survey describes what respondents reported; it cannot show an effect."},
	{"interview", "interview study", "Interviews describe experiences; they do not estimate how common or how large an effect is."},
	{"case-series", "case series", "Cases are selected; they show that something occurred, not how often."},
	{"systematic-review", "systematic review", "A review is as strong as the studies in it, which are named in its limits."},
	{"prevalence-study", "study of how common a problem is", "It tells how common a problem is among the people studied, not what treats it."},
	{"non-drug-trial", "trial of a treatment without a psychedelic", "It is evidence on another treatment; it says nothing on psychedelics."},
}

// OtherDesign gives the name and the risk words of a design.
func OtherDesign(id string) (name, risk string) {
	for _, d := range OtherDesigns {
		if d.ID == id {
			return d.Name, d.Risk
		}
	}
	return id, ""
}

// Guess is how many people of one arm guessed their treatment rightly.
type Guess struct {
	TrialID    string     `json:"trial_id"`
	Arm        string     `json:"arm"`
	Role       string     `json:"role"`  // treatment | control
	Asked      string     `json:"asked"` // participant | therapist | rater
	N          *int       `json:"n,omitempty"`
	Right      *int       `json:"guessed_right,omitempty"`
	Percent    *float64   `json:"percent,omitempty"` // where no counts are stated
	When       string     `json:"when,omitempty"`
	Instrument string     `json:"instrument,omitempty"`
	Source     string     `json:"source"`
	Prov       Provenance `json:"provenance"`
}

// Share is the share that guessed rightly, between 0 and 1; ok is false where the
// source gives neither counts nor a percentage.
func (g *Guess) Share() (share float64, ok bool) {
	switch {
	case g.N != nil && g.Right != nil && *g.N > 0:
		return float64(*g.Right) / float64(*g.N), true
	case g.Percent != nil:
		return *g.Percent / 100, true
	}
	return 0, false
}

// CardSignature is a person's signature under a topic card.
type CardSignature struct {
	Topic, Who, When, Note string
	Prov                   Provenance
}

// TopicCard is what is on the page of one topic: its meaning, what measures
// it, what evidence there is of each kind, and what must not be said.
type TopicCard struct {
	Topic       string   `json:"topic"`
	Name        string   `json:"name"`
	Definition  string   `json:"definition"`
	Instruments []string `json:"instruments"` // names for people
	// Controlled and Uncontrolled are registered trials by their design; Unclear
	// are trials whose record does not state one.
	Controlled   []CardStudy `json:"controlled"`
	Uncontrolled []CardStudy `json:"uncontrolled"`
	Unclear      []CardStudy `json:"unclear,omitempty"`
	// Other is evidence that is not a controlled trial's result; Nearest names the
	// closest evidence that is not about psychedelics.
	Other    []OtherEvidence `json:"other"`
	Nearest  string          `json:"nearest"`
	NotToSay []string        `json:"not_to_say"`
	Cells    []GapCell       `json:"cells"` // by substance
	Signed   *CardSignature  `json:"signed,omitempty"`
}

// CardStudy is a trial on a topic card.
type CardStudy struct {
	StudyID    string   `json:"study_id"`
	Label      string   `json:"label"`
	Design     string   `json:"design,omitempty"`
	Substances []string `json:"substances"`
}
