package vocab

// ArmText is an arm of a study as a register words it.
type ArmText struct {
	Label       string
	Type        string // register's arm type: EXPERIMENTAL, PLACEBO_COMPARATOR, ...
	Description string
	// Interventions are the interventions given in this arm.
	Interventions []InterventionText
	// SingleArm is true when the study has no other arm.
	SingleArm bool
}

// InterventionText is an intervention as a register words it.
type InterventionText struct {
	Name        string
	Type        string // DRUG, BEHAVIORAL, ...
	Description string
	OtherNames  []string
}

// Comparator class ids, as in the embedded data.
const (
	InactivePlacebo = "inactive-placebo"
	ActivePlacebo   = "active-placebo-or-low-dose"
	OtherDrug       = "other-drug"
	TherapyAlone    = "therapy-alone"
	Waitlist        = "waitlist-or-delayed"
	NoComparator    = "none"
)

// Role is the part an arm plays in its study.
type Role string

// The roles of an arm.
const (
	RoleExperimental Role = "experimental"
	RoleComparator   Role = "comparator"
	RoleUnknown      Role = "unknown"
)

// Dose is an amount of a substance found in an arm's words.
type Dose struct {
	Substance string
	Amount    float64
	Upper     float64 // set for "0.5 to 1 mg", else 0
	Unit      string  // mg, ug, mg/kg, mg/70kg, ...
	Text      string  // as it stood
}

// ArmClass is what an arm is: its role, and for a comparator its class.
type ArmClass struct {
	Role Role
	// Comparator is a comparator class id; empty for an experimental arm. A
	// study without any control has class NoComparator on its single arm.
	Comparator string
	// Substances are the ids of the active drugs given, sorted.
	Substances []string
	Doses      []Dose
	// Certain is false when the words allow another reading; the class is then
	// a proposal for a person to confirm.
	Certain bool
	Reason  string
}
