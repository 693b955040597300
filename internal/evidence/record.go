package evidence

// RecordKind says what a register's record describes.
type RecordKind string

// The kinds of record.
const (
	KindTrial       RecordKind = "trial"
	KindPublication RecordKind = "publication"
	KindDataset     RecordKind = "dataset"
)

// Record is the normalised form of one register record, made from one payload.
// Values are as the register writes them; nothing is corrected. A field that
// the register lacks is empty (pointer fields nil), never zero by default.
type Record struct {
	ID     string     `json:"id"` // the register's own id, canonical spelling
	Source string     `json:"source"`
	Kind   RecordKind `json:"kind"`
	// ContentHash is a SHA-256 over what matters in the payload (volatile
	// stamps such as CT.gov's versionHolder left out): equal hashes mean that
	// nothing changed.
	ContentHash string     `json:"content_hash"`
	Prov        Provenance `json:"provenance"`
	URL         string     `json:"url,omitempty"` // the public page of the record
	// Version is the register's own version label, where it has one.
	Version string `json:"version,omitempty"`
	// DataDay is the day of the register's data that the answer shows, where it
	// says so. It moves while nothing else does and is no part of ContentHash.
	DataDay string `json:"data_day,omitempty"`

	Title         string   `json:"title,omitempty"`
	OfficialTitle string   `json:"official_title,omitempty"`
	Acronym       string   `json:"acronym,omitempty"`
	Summary       string   `json:"summary,omitempty"` // brief summary or abstract text
	Aliases       []string `json:"aliases,omitempty"` // other ids of this very record
	SecondaryIDs  []ID     `json:"secondary_ids,omitempty"`

	// Status in the tracker's own words (see Status constants); StatusRaw is
	// the register's. StatusDerived is set where the register has no status
	// field and we worked it out from dates.
	Status        Status `json:"status,omitempty"`
	StatusRaw     string `json:"status_raw,omitempty"`
	StatusDerived bool   `json:"status_derived,omitempty"`
	LastKnown     string `json:"last_known_status,omitempty"`
	WhyStopped    string `json:"why_stopped,omitempty"`

	Start              DateStruct `json:"start,omitzero"`
	PrimaryCompletion  DateStruct `json:"primary_completion,omitzero"`
	Completion         DateStruct `json:"completion,omitzero"`
	StatusVerified     DateStruct `json:"status_verified,omitzero"`
	FirstSubmitted     DateStruct `json:"first_submitted,omitzero"`
	FirstPosted        DateStruct `json:"first_posted,omitzero"`
	ResultsFirstPosted DateStruct `json:"results_first_posted,omitzero"`
	LastUpdateSubmit   DateStruct `json:"last_update_submit,omitzero"`
	LastUpdatePosted   DateStruct `json:"last_update_posted,omitzero"`

	StudyType         string   `json:"study_type,omitempty"` // INTERVENTIONAL, OBSERVATIONAL, …
	Phases            []string `json:"phases,omitempty"`
	Allocation        string   `json:"allocation,omitempty"`
	InterventionModel string   `json:"intervention_model,omitempty"`
	PrimaryPurpose    string   `json:"primary_purpose,omitempty"`
	Masking           string   `json:"masking,omitempty"`
	WhoMasked         []string `json:"who_masked,omitempty"`
	// Enrollment is the registered or actual enrolment, which is not the
	// number randomised; nil when absent.
	Enrollment     *int   `json:"enrollment,omitempty"`
	EnrollmentType string `json:"enrollment_type,omitempty"` // ACTUAL | ESTIMATED

	Sex         string `json:"sex,omitempty"`
	MinimumAge  string `json:"minimum_age,omitempty"`
	MaximumAge  string `json:"maximum_age,omitempty"`
	Eligibility string `json:"eligibility,omitempty"`

	Conditions    []string         `json:"conditions,omitempty"`
	Keywords      []string         `json:"keywords,omitempty"`
	MeshTerms     []string         `json:"mesh_terms,omitempty"`
	Arms          []Arm            `json:"arms,omitempty"`
	Interventions []Intervention   `json:"interventions,omitempty"`
	Planned       []PlannedOutcome `json:"planned_outcomes,omitempty"`
	Sponsor       Organisation     `json:"sponsor,omitzero"`
	Collaborators []Organisation   `json:"collaborators,omitempty"`
	Sites         []Site           `json:"sites,omitempty"`
	Countries     []string         `json:"countries,omitempty"`
	References    []Reference      `json:"references,omitempty"`
	Documents     []Document       `json:"documents,omitempty"`

	// ResultsInQC is set when results were submitted but are not yet posted.
	ResultsInQC bool     `json:"results_in_qc,omitempty"`
	Results     *Results `json:"results,omitempty"`

	Publication *Publication `json:"publication,omitempty"` // Kind == KindPublication

	// Unknown counts keys of the payload that the parser does not know, by
	// their path with indices replaced by []; schema drift shows here first.
	Unknown map[string]int `json:"unknown,omitempty"`
	// Problems are values that could not be read; their raw text is kept.
	Problems []Problem `json:"problems,omitempty"`
}

// ID is an identifier in some register or database.
type ID struct {
	Value  string `json:"value"`
	Type   string `json:"type,omitempty"`   // as the register labels it: EUDRACT_NUMBER, REGISTRY, …
	Domain string `json:"domain,omitempty"` // free text
	Link   string `json:"link,omitempty"`
}

// Status is a recruitment status in the tracker's words, one set for all
// registers.
type Status string

// The statuses; StatusUnknown is the register saying so or saying nothing.
const (
	StatusNotYet     Status = "not yet recruiting"
	StatusRecruiting Status = "recruiting"
	StatusActive     Status = "active, not recruiting"
	StatusCompleted  Status = "completed"
	StatusSuspended  Status = "suspended"
	StatusTerminated Status = "terminated"
	StatusWithdrawn  Status = "withdrawn"
	StatusUnknown    Status = "unknown"
	StatusOther      Status = "other" // expanded access and its like
)

// Arm is a planned arm of a trial.
type Arm struct {
	Label             string   `json:"label"`
	Type              string   `json:"type,omitempty"` // EXPERIMENTAL, ACTIVE_COMPARATOR, …
	Description       string   `json:"description,omitempty"`
	InterventionNames []string `json:"intervention_names,omitempty"`
	Pointer           string   `json:"pointer,omitempty"`
}

// Intervention is what is given.
type Intervention struct {
	Type        string   `json:"type,omitempty"`
	Name        string   `json:"name"`
	Description string   `json:"description,omitempty"`
	ArmLabels   []string `json:"arm_labels,omitempty"`
	OtherNames  []string `json:"other_names,omitempty"`
}

// PlannedOutcome is an outcome of the protocol.
type PlannedOutcome struct {
	Type        string `json:"type"` // primary | secondary | other
	Measure     string `json:"measure"`
	Description string `json:"description,omitempty"`
	TimeFrame   string `json:"time_frame,omitempty"`
	Pointer     string `json:"pointer,omitempty"`
}

// Organisation is a sponsor or collaborator; organisations only, no persons.
type Organisation struct {
	Name  string `json:"name"`
	Class string `json:"class,omitempty"` // INDUSTRY, OTHER, NIH, …
}

// Site is a place of a trial.
type Site struct {
	Facility string   `json:"facility,omitempty"`
	City     string   `json:"city,omitempty"`
	State    string   `json:"state,omitempty"`
	Zip      string   `json:"zip,omitempty"`
	Country  string   `json:"country,omitempty"`
	Status   string   `json:"status,omitempty"`
	Lat      *float64 `json:"lat,omitempty"`
	Lon      *float64 `json:"lon,omitempty"`
}

// Reference is a paper that a record names.
type Reference struct {
	PMID     string `json:"pmid,omitempty"`
	DOI      string `json:"doi,omitempty"`
	Type     string `json:"type,omitempty"` // BACKGROUND | RESULT | DERIVED | …
	Citation string `json:"citation,omitempty"`
	Pointer  string `json:"pointer,omitempty"`
	// Retractions as the register lists them, raw.
	Retractions []string `json:"retractions,omitempty"`
}

// Document is a file that a record offers (protocol, SAP, consent form).
type Document struct {
	Type       string `json:"type,omitempty"`
	Label      string `json:"label,omitempty"`
	Filename   string `json:"filename,omitempty"`
	URL        string `json:"url,omitempty"`
	Date       string `json:"date,omitempty"`
	UploadedAt string `json:"uploaded_at,omitempty"`
	Size       int64  `json:"size,omitempty"`
}

// Publication is the bibliographic side of a paper's record.
type Publication struct {
	PMID      string   `json:"pmid,omitempty"`
	PMCID     string   `json:"pmcid,omitempty"`
	DOI       string   `json:"doi,omitempty"`
	Title     string   `json:"title,omitempty"` // markup reduced to text, nothing lost
	Journal   string   `json:"journal,omitempty"`
	Volume    string   `json:"volume,omitempty"`
	Issue     string   `json:"issue,omitempty"`
	Pages     string   `json:"pages,omitempty"`
	Published string   `json:"published,omitempty"` // YYYY[-MM[-DD]] as far as known
	Authors   []Author `json:"authors,omitempty"`
	Types     []string `json:"types,omitempty"`
	Abstract  string   `json:"abstract,omitempty"`
	Language  string   `json:"language,omitempty"`
	Preprint  bool     `json:"preprint,omitempty"`
	Retracted bool     `json:"retracted,omitempty"`
	// TrialIDs are register ids from the databank list or the text; each
	// says where it was found (databank, abstract, title).
	TrialIDs []TrialMention `json:"trial_ids,omitempty"`
	// Related are corrections, retractions, preprints and their like.
	Related []RelatedWork `json:"related,omitempty"`
}

// Author of a publication, as the source spells the name.
type Author struct {
	Family     string `json:"family,omitempty"`
	Given      string `json:"given,omitempty"`
	Collective string `json:"collective,omitempty"`
}

// TrialMention is a register id that a paper names.
type TrialMention struct {
	ID      string `json:"id"`
	Where   string `json:"where"` // databank | abstract | title | reference
	Pointer string `json:"pointer,omitempty"`
}

// RelatedWork is a notice or version that belongs to a paper.
type RelatedWork struct {
	Type  string `json:"type"` // RetractionIn, ErratumIn, UpdateIn, preprint-of, has-preprint, …
	PMID  string `json:"pmid,omitempty"`
	DOI   string `json:"doi,omitempty"`
	Note  string `json:"note,omitempty"`
	Label string `json:"label,omitempty"`
	Date  string `json:"date,omitempty"`
}

// Coded is one code read in a record's free text, with the words that say so.
type Coded struct {
	RecordID string `json:"record_id"`
	Group    string `json:"group"`  // left-out | care
	Code     string `json:"code"`   // id in the code book
	Stance   string `json:"stance"` // excluded | required | allowed | mentioned; described
	Quote    string `json:"quote"`  // the criterion or sentence as the record has it
	Field    string `json:"field"`  // where in the record, in words
	Pointer  string `json:"pointer,omitempty"`
}
