package evidence

// TopicCard is what stands on the page of one topic: its meaning, what measures
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
