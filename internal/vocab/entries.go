package vocab

// Terms are the spellings under which an entry is found.
type Terms struct {
	// Any are spellings that mean the entry whatever their case.
	Any []string `yaml:"terms"`
	// Exact are spellings, mostly abbreviations, that mean the entry only with
	// the capitals written here.
	Exact []string `yaml:"exact"`
	// Guarded are spellings that mean the entry only in some contexts.
	Guarded []Guard `yaml:"guarded"`
}

// Guard is an ambiguous spelling with the contexts that decide it.
type Guard struct {
	// Term is the spelling.
	Term string `yaml:"term"`
	// Exact asks for the capitals as written.
	Exact bool `yaml:"exact"`
	// Needs lists words of which at least one must occur; empty means no demand.
	Needs []string `yaml:"needs"`
	// Unless lists words of which none may occur.
	Unless []string `yaml:"unless"`
	// Within limits the distance in tokens between Term and the context words;
	// 0 means anywhere in the text.
	Within int `yaml:"within"`
	// Why says what else the spelling may mean.
	Why string `yaml:"why"`
}

// Substance is a drug of the field.
type Substance struct {
	ID    string `yaml:"id"`
	Name  string `yaml:"name"`
	Class string `yaml:"class"` // entactogen, classic-psychedelic, dissociative, ...
	// Core marks the four substances the tracker is about.
	Core bool `yaml:"core"`
	// FoldInto is the id under which evaluations and questions count this
	// substance (esketamine counts as ketamine); empty means itself.
	FoldInto string   `yaml:"fold_into"`
	Queries  []string `yaml:"queries"`
	// Mesh are the MeSH headings under which PubMed indexes it.
	Mesh []string `yaml:"mesh"`
	// Rare marks a substance that is in few enough trials to ask registers for
	// all of them, whatever their condition.
	Rare bool   `yaml:"rare"`
	Note string `yaml:"note"`
	// ActivePlacebo marks a drug that trials give to be felt, not to treat.
	ActivePlacebo bool `yaml:"active_placebo"`
	// DoseLimits tell control doses from treatment doses, by route; the first
	// applies where the route is not stated.
	DoseLimits []DoseLimit `yaml:"dose_limits"`
	Terms      `yaml:",inline"`
}

// Condition is a diagnosis or problem that studies treat or describe.
type Condition struct {
	ID   string `yaml:"id"`
	Name string `yaml:"name"`
	// Parent is the wider condition this one is counted in as well.
	Parent string `yaml:"parent"`
	// Tracked marks the conditions the tracker's questions are about; the rest
	// are known to tell them apart.
	Tracked bool `yaml:"tracked"`
	// Setting marks a group or circumstance (cancer, anesthesia) that goes with a
	// condition instead of standing for another subject.
	Setting bool `yaml:"setting"`
	// Near lists conditions that a title may name for this one.
	Near []string `yaml:"near"`
	// Hints point to the condition without naming it and weigh less.
	Hints   []string `yaml:"hints"`
	Queries []string `yaml:"queries"`
	Mesh    []string `yaml:"mesh"`
	Note    string   `yaml:"note"`
	Terms   `yaml:",inline"`
}

// Topic is one row of the evidence gap map.
type Topic struct {
	ID         string   `yaml:"id"`
	Name       string   `yaml:"name"`
	Domains    []string `yaml:"domains"`    // curriculum domains that teach it
	Conditions []string `yaml:"conditions"` // conditions that fall under it
	Queries    []string `yaml:"queries"`
	Mesh       []string `yaml:"mesh"`
	Terms      `yaml:",inline"`
}

// Domain is one of the six curriculum domains.
type Domain struct {
	ID   string `yaml:"id"`
	Name string `yaml:"name"`
	Note string `yaml:"note"`
}

// Claim is a sentence that teaching texts make and the evidence answers.
type Claim struct {
	ID          string   `yaml:"id"` // C1 to C12
	Text        string   `yaml:"text"`
	Substances  []string `yaml:"substances"`  // empty means any of the core substances
	Conditions  []string `yaml:"conditions"`  // population
	Topics      []string `yaml:"topics"`      // gap map rows the claim speaks of
	Outcomes    []string `yaml:"outcomes"`    // outcome domains that would answer it
	Instruments []string `yaml:"instruments"` // preferred instruments, best first
	Domains     []string `yaml:"domains"`     // curriculum domains
	// Kind is efficacy, prevalence, absence or non-drug: what sort of evidence
	// can answer the claim.
	Kind string `yaml:"kind"`
	Note string `yaml:"note"`
}

// Comparator is a class of control arm.
type Comparator struct {
	ID   string `yaml:"id"`
	Name string `yaml:"name"`
	Note string `yaml:"note"`
	// Blinding says what participants can know: low, partial, none.
	Blinding string `yaml:"blinding"`
	Terms    `yaml:",inline"`
}

// Design is a class of study design.
type Design struct {
	ID   string `yaml:"id"`
	Name string `yaml:"name"`
	Note string `yaml:"note"`
	// Between says whether the design gives a randomised between-group effect.
	Between bool `yaml:"between"`
	Terms   `yaml:",inline"`
}

// OutcomeDomain is what an instrument measures.
type OutcomeDomain struct {
	ID     string `yaml:"id"`
	Name   string `yaml:"name"`
	Parent string `yaml:"parent"`
}

// Source is where a catalogue figure comes from.
type Source struct {
	ID string `yaml:"id"`
	// Cite is a short citation: authors, year, journal or report, identifiers.
	Cite string `yaml:"cite"`
	// Kind is paper, registry, field-guide (the project's own domain notes) or
	// general-knowledge.
	Kind string `yaml:"kind"`
}

// LookAlike is a group of phrases that contain a term and mean something else.
type LookAlike struct {
	Reason string   `yaml:"reason"`
	Terms  []string `yaml:"terms"`
}

// Cue is a group of phrases that tell how the words near them are used.
type Cue struct {
	ID    string   `yaml:"id"`
	Note  string   `yaml:"note"`
	Terms []string `yaml:"terms"`
}
