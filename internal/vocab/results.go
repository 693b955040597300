package vocab

import "sort"

// Kind is what sort of entry a hit names.
type Kind string

// The kinds of entries that Match reports.
const (
	KindSubstance  Kind = "substance"
	KindCondition  Kind = "condition"
	KindTopic      Kind = "topic"
	KindInstrument Kind = "instrument"
	KindDesign     Kind = "design"
	KindComparator Kind = "comparator"
)

// Hit is one entry found in a text.
type Hit struct {
	Kind Kind   `json:"kind"`
	ID   string `json:"id"`
	// Term is the text as it stood, Start and End its byte offsets.
	Term  string `json:"term"`
	Start int    `json:"start"`
	End   int    `json:"end"`
	// Reason says in words why the hit counts, and for a study's subject why it
	// is or is not what the study is about.
	Reason string `json:"reason"`
	// About is true when the study is about the entry, false when the text only
	// mentions it.
	About bool `json:"about"`
	// Score is the weight of this hit towards About.
	Score float64 `json:"score"`
}

// Result is everything found in one text, each list ordered by place.
type Result struct {
	Substances  []Hit `json:"substances"`
	Conditions  []Hit `json:"conditions"`
	Topics      []Hit `json:"topics"`
	Instruments []Hit `json:"instruments"`
	StudyType   []Hit `json:"study_type"`
	// Rejected are spellings that look like a term and are not, with the reason.
	Rejected []Hit `json:"rejected,omitempty"`
}

// Subject is one entry with the verdict whether the study is about it.
type Subject struct {
	ID    string  `json:"id"`
	About bool    `json:"about"`
	Score float64 `json:"score"`
	// Role is the part of a condition in the study, one of the Role constants;
	// About is true for an indication and an endpoint of treatment only.
	Role    string   `json:"role,omitempty"`
	Count   int      `json:"count"`
	Reasons []string `json:"reasons"`
}

// The roles of a condition in a study.
const (
	RoleIndication  = "indication"  // it is treated
	RoleEndpoint    = "endpoint"    // it is an outcome
	RoleComorbidity = "comorbidity" // people have it besides
	RoleBackground  = "background"  // it is named for context or as an outlook
	RoleExcluded    = "excluded"    // people with it were left out
	RoleOwnUse      = "own use"     // an outcome or a predictor of people's own drug use
)

// Classification is what a study is about, kept apart from what it mentions.
// Each list is ordered by falling score, then id, and holds mentions too.
type Classification struct {
	Substances  []Subject `json:"substances"`
	Conditions  []Subject `json:"conditions"`
	Topics      []Subject `json:"topics"`
	Instruments []string  `json:"instruments"`
	StudyType   []string  `json:"study_type"`
}

// AboutSubstances returns the ids the study is about, sorted, with forms folded
// into their parent (esketamine into ketamine).
func (c Classification) AboutSubstances() []string { return aboutIDs(c.Substances) }

// AboutConditions returns the condition ids the study is about, sorted.
func (c Classification) AboutConditions() []string { return aboutIDs(c.Conditions) }

// AboutTopics returns the topic ids the study is about, sorted.
func (c Classification) AboutTopics() []string { return aboutIDs(c.Topics) }

func aboutIDs(list []Subject) []string {
	ids := []string{}
	for _, s := range list {
		if s.About {
			ids = append(ids, s.ID)
		}
	}
	sort.Strings(ids)
	return ids
}
