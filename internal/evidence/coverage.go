package evidence

// State says what is known for a question, a cell of the gap map or a claim.
// Absence has kinds: a trial that was not found is not a trial that was never
// looked for.
type State string

// The states, from a number to nothing at all.
const (
	Supported    State = "supported"
	Contradicted State = "contradicted"
	Uncertain    State = "uncertain"
	// Uncontrolled is evidence without a comparison group only.
	Uncontrolled State = "uncontrolled evidence only"
	// MeasuredOnly is a controlled trial that measured it, without a number that
	// could be extracted.
	MeasuredOnly State = "measured, not extracted"
	// RegisteredOnly is a registered trial of which no result is known.
	RegisteredOnly State = "registered, no result yet"
	// SearchedNone is a search that named it and found nothing; its Coverage
	// says what was asked.
	SearchedNone State = "searched, none"
	// SelectionNone is what the starter facts hold nothing of: a selection of
	// trials, for which no register was searched.
	SelectionNone State = "none in this selection"
	// NotLooked is what no search of this edition asked for.
	NotLooked State = "not looked for"
	// Outside is what trials of the tracker's substances cannot answer.
	Outside State = "outside this tracker"
)

// States lists the states in their order.
var States = []State{Supported, Contradicted, Uncertain, Uncontrolled, MeasuredOnly, RegisteredOnly, SearchedNone,
	SelectionNone, NotLooked, Outside}

// Answered reports whether a pooled or single number is behind the state.
func (s State) Answered() bool { return s == Supported || s == Contradicted || s == Uncertain }

// Sayable reports whether a sentence may be printed about it: what was not
// looked for or is outside the tracker carries no sentence and no citation.
func (s State) Sayable() bool { return s != NotLooked && s != Outside && s != "" }

// Search is one query put to one source, with what its hit list said.
type Search struct {
	ID     string `json:"id"` // source/key, stable over the runs
	Source string `json:"source"`
	Name   string `json:"name,omitempty"` // of the source, for people
	Words  string `json:"words"`          // as they were sent
	// Substances, Conditions and Topics are the vocabulary ids that the words
	// name; a search that names no condition and no topic asked for all of them.
	Substances []string `json:"substances"`
	Conditions []string `json:"conditions,omitempty"`
	Topics     []string `json:"topics,omitempty"`
	Day        string   `json:"day"`  // YYYY-MM-DD of the last reading
	Hits       *int     `json:"hits"` // the source's own count; nil where it gives none
	Listed     *int     `json:"listed"`
	Complete   bool     `json:"complete"` // the hit list was read to its end
}

// Coverage says what was searched for a question, a cell or a claim: the
// denominator of every absence.
type Coverage struct {
	Asked bool `json:"asked"`
	// Complete is set when every search was read to its end.
	Complete bool `json:"complete"`
	// Restated is set when the sources were the embedded starter facts and no
	// register itself was asked.
	Restated bool   `json:"retold,omitempty"`
	Day      string `json:"day,omitempty"` // of the newest search
	// Searches are those that asked for it, by source and id.
	Searches []SearchRef `json:"searches,omitempty"`
}

// None is the state of a question that was asked and of which nothing was found.
func (c Coverage) None() State {
	if c.Restated {
		return SelectionNone
	}
	return SearchedNone
}

// SearchRef names a search of the edition; its words are in the list of searches.
type SearchRef struct {
	ID       string `json:"id"`
	Source   string `json:"source"`
	Name     string `json:"name,omitempty"` // of the source, for people
	Day      string `json:"day"`
	Hits     *int   `json:"hits"`
	Complete bool   `json:"complete"`
}
