package evidence

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

	Prov Provenance `json:"provenance"`
}
