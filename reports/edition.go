package reports

import (
	"errors"
	"io"

	"past/internal/coding"
	"past/internal/evidence"
)

// Edition is everything that a report shows. The caller fills it; reports
// only draws it. Slices are shown in the order given unless a field says
// otherwise; nil slices give pages that explain their emptiness.
//
// Scale: estimates of ratio measures (RR, OR, HR, IRR, ROM and their "log"
// spellings) are natural logarithms, as effect and meta deliver them; reports
// prints them back-transformed and says so.
type Edition struct {
	ID              string // same data, same id
	Date            string // cut-off of the data, YYYY-MM-DD; never the clock
	DataHash        string // over normalised evidence and decisions
	SoftwareVersion string
	// Subject is what the tracker is about, in words; empty for the shipped field.
	Subject string
	// Starter puts a standing note on every page: restated facts of real trials,
	// and how to crawl the live record.
	Starter bool
	// Counts are those of `past status --json` plus anything else worth a line
	// (records, payloads, studies, trials, measurements, effects, findings, …).
	Counts map[string]int

	Findings []evidence.Finding
	Claims   []evidence.ClaimVerdict
	// ClaimFiles names the file of each claim that is the user's own, by id.
	ClaimFiles map[string]string
	Gap        GapMap
	// TopicDecisions are people's corrections of the gap map.
	TopicDecisions []TopicDecision
	// Switches are dated changes of the plans of trials, in order of date.
	Switches []Switch
	Studies  []evidence.Study
	Trials   []TrialRow
	// Registered reads what a trial's record holds beside that, by record id, when
	// the page of its study is drawn; it gives nil for a record that it does not
	// know. It may be nil itself.
	Registered func(record string) (*Registered, error)
	Harms      []evidence.HarmRow
	// Papers are those that people's tables tie to a study, by its id.
	Papers map[string][]TiedPaper
	// Searches are what the sources were asked: the words behind every coverage.
	Searches []evidence.Search
	// HarmSummaries are the harms of each of the tracker's substances.
	HarmSummaries []evidence.Harms
	Missing       []evidence.MissingTrial
	Changes       []Change
	// PreviousEdition is the edition that Changes start from; empty for the
	// first one.
	PreviousEdition string
	// Earlier are editions that were published before, newest first, compared with
	// this one; each of their findings gets a page at its permalink.
	Earlier []Earlier
	Prisma  PrismaCounts
	// Notices are what was done to the evidence; Guesses who guessed the treatment.
	Notices []evidence.Notice
	Guesses []evidence.Guess
	// Cards are the topics; Sexual is every sexual or relational outcome of any
	// stored trial; Protocols is who was left out and what was done beside the drug.
	Cards     []evidence.TopicCard
	Sexual    []evidence.LayerRow
	Protocols coding.Summary
	// Comparators are what treatments were compared with, by class.
	Comparators []ComparatorUse
	// Links gives the links that joined the records of a study; nil for none.
	Links func(study string) ([]evidence.Link, error)
	// PrismaByFinding adds a flow for a single question; the key is Finding.ID.
	PrismaByFinding map[string]PrismaCounts
	RiskOfBias      []RiskOfBiasRow
	// Payloads lead a hash to where its bytes came from; the key is the
	// lower-case hex SHA-256.
	Payloads map[string]PayloadNote
	// Citations of findings, keyed by Finding.ID; "" is the edition itself.
	Citations map[string]Citation
	// Names of vocabulary ids for people ("mdma" → "MDMA", "inactive-placebo" →
	// "inactive placebo"); an id that is absent is printed as it is.
	Names map[string]string
	// Methods are paragraphs about what ran, printed on the methods page after
	// the standing text (search strings, rules of the analysis plan, …).
	Methods []Note
	// Sources are registers and datasets with licence and attribution.
	Sources []SourceNote
	// Limits and known problems of this edition, one sentence each.
	Limits []string
	// Downloads are written into the edition's folder and listed.
	Downloads []Download
}

// ComparatorUse is one comparator as its sources name it.
type ComparatorUse struct {
	Class   string // vocabulary id
	Name    string
	Studies int
}

// Label is an id of the vocabulary and its name for people.
type Label struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Group gathers rows of the gap map under a heading; may be empty.
	Group string `json:"group,omitempty"`
}

// GapMap is the evidence gap map: topics as rows, substances as columns. Cells
// that are absent are empty, and are drawn as such.
type GapMap struct {
	Topics     []Label
	Substances []Label
	Cells      []evidence.GapCell
}

// TopicDecision is a person's word on whether a study belongs to a topic.
type TopicDecision struct {
	StudyID, Topic string
	Include        bool
	Who, When, Why string
}

// Switch is a dated fact about a trial's plan: what its record said before and
// after. It accuses no one.
type Switch struct {
	RecordID, StudyID   string
	Date                string // YYYY-MM-DD
	Kind, Before, After string
	Timing              string // before the start, after the start, start unknown
}

// TrialRow is one registered trial as the trials page lists it.
type TrialRow struct {
	ID         string // register id
	StudyID    string // leads to the study page; may be empty
	Title      string
	Status     evidence.Status
	StatusRaw  string
	Phases     []string
	StudyType  string
	Enrolment  *int // nil when the register does not say
	Planned    bool // Enrolment is an estimate
	Start      evidence.DateStruct
	Completion evidence.DateStruct
	Updated    string
	Substances []string // names for people
	Conditions []string
	Topics     []string
	Sponsor    string
	Countries  []string
	Source     string // "ctgov", "isrctn", …
	URL        string // public page of the record
	HasResults bool
	Restated   bool // a fact of the starter set, not read from the live record
}

// Registered is what the record of a trial says of its plan and of its results.
type Registered struct {
	Allocation, Layout, Masking string // in plain words
	Sex, MinimumAge, MaximumAge string // as the register writes them
	Arms                        []RegisteredArm
	Planned                     []PlannedRow
	// Posted are the first cells of the posted results, in their order; PostedAll
	// counts them all.
	Posted    []PostedRow
	PostedAll int
	// Coded are passages of the protocol that were coded: who was left out, what
	// was done beside the drug.
	Coded    []evidence.Coded
	Versions []VersionRow
}

// TiedPaper is a report that people's tables tie to a study, with the tables in words.
type TiedPaper struct {
	DOI, Label, Source string
	Tables             []string
}

// RegisteredArm is an arm of a record, with the doubts about what is given.
type RegisteredArm struct {
	evidence.Arm
	Flags []string
}

// PlannedRow is an outcome of a protocol with what it was read as.
type PlannedRow struct {
	Type, Measure, TimeFrame string
	Instrument, Domain       string // vocabulary ids, where it was read
}

// PostedRow is one cell of posted results with its verdict.
type PostedRow struct {
	Outcome, Group, When, Value string
	N                           *int
	Instrument                  string
	Verdict                     evidence.Verdict // on the reading of the cell
	Flags                       []string         // doubts and remarks beside it
	Unused                      bool             // no effect is made of it, Reason says why
	Reason                      string
}

// became is the verdict, or that a value which was read well is not used.
func (p *PostedRow) became() string {
	if p.Unused && p.Verdict == evidence.Usable {
		return "read, not used"
	}
	return string(p.Verdict)
}

// VersionRow is a version of a record.
type VersionRow struct {
	Stated string // the register's own date of it
	Seen   string // when it was received first
	SHA256 string
}

// Change is one difference from the edition before.
type Change struct {
	Date    string
	Kind    string // "finding moved", "new trial", "status", "results posted", "outcome switched", "retraction", …
	Subject string // finding, trial or claim id
	Title   string
	Before  string
	After   string
	Why     string
	// Moved is set when a conclusion (sign, interval against zero, verdict,
	// certainty) changed: those are shown first.
	Moved bool
	URL   string
}

// Earlier is an edition published before this one.
type Earlier struct {
	ID, Date string
	Findings []Then
	Claims   []ClaimThen
	More     int // findings without a page of their own
}

// Then is a finding as an earlier edition said it, compared with this one.
type Then struct {
	Finding, Title       string
	Changed, Gone        bool
	Rows                 []ThenRow
	In, Out              []string // studies
	Retracted, Corrected []string // papers that it rests on now
	ThenWords, NowWords  string
}

// ThenRow is one aspect of a finding then and now.
type ThenRow struct {
	What, Then, Now string
	Changed         bool
}

// ClaimThen is the verdict on a claim then and now.
type ClaimThen struct{ ID, Text, Then, Now string }

// PrismaCounts fill the boxes of a PRISMA 2020 flow diagram. A nil number is
// printed as "not recorded", never as zero.
type PrismaCounts struct {
	Identified      []Counted // records per register or database
	Duplicates      *int
	RemovedByRule   *int // marked ineligible by automation
	RemovedOther    *int
	Screened        *int
	ScreenedOut     []Counted
	Sought          *int
	NotRetrieved    *int
	Assessed        *int
	Excluded        []Counted // reports excluded, by reason
	IncludedStudies *int
	IncludedReports *int
	Pooled          *int // studies with a number in at least one finding
	Note            string
}

// Counted is a number with its name.
type Counted struct {
	Name string
	N    int
}

// RiskOfBiasRow is a human judgement of one study.
type RiskOfBiasRow struct {
	StudyID  string
	Label    string
	Tool     string   // "RoB 2", …
	Domains  []string // D1…D5: low | some concerns | high
	Overall  string
	JudgedBy string // as the review file names itself
	Date     string
	Why      string
	Source   string
}

// PayloadNote says where stored bytes came from.
type PayloadNote struct {
	Source    string
	RecordID  string
	URL       string
	FetchedAt string
	MediaType string
	Bytes     int64
}

// Citation is one way to cite, in each export format; empty ones are left out.
type Citation struct {
	Text    string
	BibTeX  string
	RIS     string
	CSLJSON string
}

// Note is a headed paragraph.
type Note struct {
	Title string
	Text  string
}

// SourceNote is a register or dataset that the edition draws on.
type SourceNote struct {
	Name        string
	URL         string
	Licence     string
	LicenceURL  string
	Attribution string
	Records     int
	LastCrawl   string
}

// ScriptPath is where the edition's folder has the R program of a finding.
func ScriptPath(finding string) string { return "scripts/" + finding + ".R" }

// Download is a file offered by the data page. Path is relative to the
// edition's folder, with forward slashes, and may not leave it. Data is
// written there, or what Make writes; without either the file is expected to be
// put there by the caller and only listed.
type Download struct {
	Path  string
	Title string
	About string
	Data  []byte
	// Make writes a file that is too large to be held, once for each form of the
	// edition, in the order of the downloads. It returns what About then says, ""
	// for what it says already. ErrLeftOut takes the file out of the edition.
	Make func(w io.Writer) (about string, err error)

	size int64
}

// ErrLeftOut is returned by [Download.Make] where the edition does not offer the file.
var ErrLeftOut = errors.New("the file is not part of the edition")
