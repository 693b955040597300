package evidence

// Effect is an effect size of one comparison in one study: what is pooled.
type Effect struct {
	ID         string `json:"id"`
	StudyID    string `json:"study_id"`
	StudyLabel string `json:"study_label"`
	Year       int    `json:"year,omitempty"`
	RecordID   string `json:"record_id,omitempty"`

	Substance       string   `json:"substance"`
	Condition       string   `json:"condition"`
	Population      string   `json:"population,omitempty"`       // as stated
	PopulationClass string   `json:"population_class,omitempty"` // diagnosis | other-illness | ""
	Comparator      string   `json:"comparator,omitempty"`       // as stated
	ComparatorClass string   `json:"comparator_class"`           // vocabulary id
	DoseTreat       string   `json:"dose_treat,omitempty"`
	DoseCtrl        string   `json:"dose_ctrl,omitempty"`
	ArmTreat        string   `json:"arm_treat,omitempty"`
	ArmCtrl         string   `json:"arm_ctrl,omitempty"`
	Sessions        *int     `json:"sessions,omitempty"`
	Design          string   `json:"design,omitempty"`
	Blinding        string   `json:"blinding,omitempty"`
	RiskOfBias      string   `json:"risk_of_bias,omitempty"` // low | some concerns | high, from a human file
	RoBDomains      []string `json:"rob_domains,omitempty"`  // D1…D5, same words, where given
	Sponsor         string   `json:"sponsor,omitempty"`

	Instrument     string   `json:"instrument,omitempty"`
	Domain         string   `json:"domain"`
	ScoreType      string   `json:"score_type,omitempty"` // endpoint | change | events
	TimepointRaw   string   `json:"timepoint_raw,omitempty"`
	TimepointWeeks *float64 `json:"timepoint_weeks,omitempty"`
	// PrimaryInstrument and PrimaryTime are the source's own declaration.
	PrimaryInstrument bool `json:"primary_instrument,omitempty"`
	PrimaryTime       bool `json:"primary_time,omitempty"`
	PostCrossover     bool `json:"post_crossover,omitempty"`
	HigherBetter      bool `json:"higher_better"`

	Measure  string  `json:"measure"` // SMD, RR, OR, MD, …
	Formula  string  `json:"formula"` // metafor | metapsy | revman
	Estimate float64 `json:"estimate"`
	Variance float64 `json:"variance"`
	SE       float64 `json:"se"`
	CILower  float64 `json:"ci_lb"` // 95 %, normal
	CIUpper  float64 `json:"ci_ub"`

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

// Input is one number that went into an effect and where it was read.
type Input struct {
	Name  string     `json:"name"` // n1, mean1, sd1, …
	Raw   string     `json:"raw"`
	Value float64    `json:"value"`
	Prov  Provenance `json:"provenance"`
}
