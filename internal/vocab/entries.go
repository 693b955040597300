package vocab

import (
	"sort"
)

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

// Card is what a teaching page says of a topic before any study is named: its
// definition in clinical words, the scales that measure it, the nearest evidence
// that is not about psychedelics, and what must not be concluded.
type Card struct {
	Topic       string   `yaml:"topic"`
	Definition  string   `yaml:"definition"`
	Instruments []string `yaml:"instruments"` // catalogue ids
	Nearest     string   `yaml:"nearest"`
	NotToSay    []string `yaml:"not_to_say"`
}

// Card returns the card of a topic.
func (v *Vocabulary) Card(topic string) (Card, bool) {
	for _, c := range v.cards {
		if c.Topic == topic {
			return c, true
		}
	}
	return Card{}, false
}

// checkCards wants one complete card for each topic and none for another.
func (v *Vocabulary) checkCards(c *checker) {
	c.ids("card", len(v.cards), func(i int) string { return v.cards[i].Topic })
	for _, card := range v.cards {
		where := "card " + card.Topic
		c.ref(where, "topic", card.Topic)
		c.ref(where, "instrument", card.Instruments...)
		if card.Definition == "" || card.Nearest == "" || len(card.NotToSay) == 0 {
			c.fail("%s needs a definition, the nearest evidence and what must not be said", where)
		}
	}
}

// DoseLimit is where a substance's control doses end, for one route. Up to Low
// participants feel something, if anything, and no therapeutic effect is
// expected; from Full on a dose is a treatment dose. Trials use the middle
// either way.
type DoseLimit struct {
	Route string  `yaml:"route"`
	Unit  string  `yaml:"unit"`
	Low   float64 `yaml:"low"`
	Full  float64 `yaml:"full"`
}

// DoseLevel is where a dose is between the limits of its substance.
type DoseLevel int

// The levels.
const (
	DoseUnknown DoseLevel = iota // no limit is known for the route or the unit
	DoseLow
	DoseMiddle
	DoseFull
)

// kilos is the body weight by which doses per kilogram and doses in all are
// compared.
const kilos = 70

// Level places a dose of a substance, given by its own id where it has limits
// of its own, else by its family's. limit is the control dose it was held
// against.
func (v *Vocabulary) Level(id string, d Dose) (level DoseLevel, limit DoseLimit) {
	limits := v.doseLimits(id)
	for _, l := range limits {
		if d.Route != "" && l.Route != d.Route {
			continue
		}
		amount, ok := Convert(d, l.Unit)
		if !ok {
			continue
		}
		switch {
		case amount <= l.Low:
			return DoseLow, l
		case amount < l.Full:
			return DoseMiddle, l
		}
		return DoseFull, l
	}
	return DoseUnknown, DoseLimit{}
}

// BeyondAny reports whether an amount is a hundred times a full dose or more: a
// slip of the unit, not a dose.
func (v *Vocabulary) BeyondAny(id string, d Dose) bool {
	level, limit := v.Level(id, d)
	amount, _ := Convert(d, limit.Unit)
	return level == DoseFull && limit.Full > 0 && amount >= 100*limit.Full
}

func (v *Vocabulary) doseLimits(id string) []DoseLimit {
	if s := v.bySubstance[id]; s != nil && len(s.DoseLimits) > 0 {
		return s.DoseLimits
	}
	if s := v.bySubstance[v.foldedSubstance(id)]; s != nil {
		return s.DoseLimits
	}
	return nil
}

// inMilligrams gives a unit of mass in milligrams and says whether it is per
// kilogram of body weight.
func inMilligrams(unit string) (factor float64, perKilo, ok bool) {
	switch unit {
	case "g":
		return 1000, false, true
	case "mg", "mg/70kg":
		return 1, false, true
	case "ug", "ug/70kg":
		return 0.001, false, true
	case "mg/kg":
		return 1, true, true
	case "ug/kg":
		return 0.001, true, true
	}
	return 0, false, false
}

// Convert gives the largest amount of a dose in another unit; a dose per
// kilogram is taken for a person of 70 kg.
func Convert(d Dose, unit string) (float64, bool) {
	from, fromKilo, ok1 := inMilligrams(d.Unit)
	to, toKilo, ok2 := inMilligrams(unit)
	if !ok1 || !ok2 {
		return 0, false
	}
	x := max(d.Amount, d.Upper) * from / to
	switch {
	case fromKilo && !toKilo:
		x *= kilos
	case !fromKilo && toKilo:
		x /= kilos
	}
	return x, true
}

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
