package vocab

import (
	"strings"
)

// Comparator class ids, as in the embedded data.
const (
	InactivePlacebo = "inactive-placebo"
	ActivePlacebo   = "active-placebo-or-low-dose"
	OtherDrug       = "other-drug"
	TherapyAlone    = "therapy-alone"
	Waitlist        = "waitlist-or-delayed"
	NoComparator    = "none"
)

// Dose is an amount of a substance found in words.
type Dose struct {
	Substance string // the id that it counts as
	Amount    float64
	Upper     float64 // set for "0.5 to 1 mg", else 0
	Unit      string  // mg, ug, mg/kg, mg/70kg, ...
	Text      string  // as it stood
	Route     string  // oral, intranasal, ...; "" is not stated
}

// Given is what the words of a label, an intervention's name or a description
// say is given.
type Given struct {
	// Drugs are the active drugs by their own ids, in the order of their first
	// mention; a drug that a placebo only imitates is in Imitated.
	Drugs    []string
	Imitated []string
	// Words are the comparator classes that are named, with the words that do.
	Words map[string]string
	Doses []Dose
	// Therapy is set where psychological or usual care is named.
	Therapy bool
	// PlaceboFirst and DrugFirst are set for "placebo, then MDMA" and the reverse.
	PlaceboFirst, DrugFirst bool
}

// Given reads what a text says is given.
func (v *Vocabulary) Given(text string) Given {
	g := Given{Words: map[string]string{}}
	if strings.TrimSpace(text) == "" {
		return g
	}
	r := v.readIn(&reading{v: v, text: text, given: true}, 0, "")
	for i, h := range r.hits {
		switch {
		case r.inside[i] != nil:
		case h.kind == patSubstance && r.imitated(h):
			g.Imitated = appendNew(g.Imitated, h.id)
		case h.kind == patSubstance:
			g.Drugs = appendNew(g.Drugs, h.id)
		case h.kind == patComparator:
			if _, ok := g.Words[h.id]; !ok {
				g.Words[h.id] = r.surface(h)
			}
		}
	}
	g.Doses = r.findDoses(v)
	route := r.route()
	for i := range g.Doses {
		g.Doses[i].Route = route
	}
	for _, t := range r.tokens {
		switch t.Text {
		case "therapy", "psychotherapy", "counseling", "counselling", "psychoeducation", "cbt", "support", "mindfulness", "psychological":
			g.Therapy = true
		}
	}
	g.PlaceboFirst, g.DrugFirst = r.sequence(v)
	return g
}

var routes = map[string]string{
	"intranasal": "intranasal", "intranasally": "intranasal", "nasal": "intranasal", "nasally": "intranasal", "spray": "intranasal",
	"intravenous": "intravenous", "intravenously": "intravenous", "iv": "intravenous", "infusion": "intravenous", "infusions": "intravenous",
	"infused":       "intravenous",
	"intramuscular": "intramuscular", "intramuscularly": "intramuscular", "im": "intramuscular",
	"subcutaneous": "subcutaneous", "subcutaneously": "subcutaneous", "sublingual": "sublingual",
	"oral": "oral", "orally": "oral", "capsule": "oral", "capsules": "oral", "tablet": "oral", "tablets": "oral",
}

// route is the one route of administration that is named; "" for none or
// several.
func (r *reading) route() string {
	found := ""
	for _, t := range r.tokens {
		if x := routes[t.Text]; x != "" {
			if found != "" && found != x {
				return ""
			}
			found = x
		}
	}
	return found
}

// Route is the one route of administration that a text names; "" for none or
// several.
func (v *Vocabulary) Route(text string) string { return v.read(text, 0).route() }

// sequence reads "placebo, then MDMA" and the reverse.
func (r *reading) sequence(v *Vocabulary) (placeboFirst, drugFirst bool) {
	placebo, active, turn := -1, -1, false
	for i, h := range r.hits {
		switch {
		case h.kind == patComparator && h.id == InactivePlacebo && placebo < 0:
			placebo = h.first
		case h.kind == patSubstance && r.inside[i] == nil && active < 0 && !r.imitated(h) && v.Studied(h.id):
			active = h.first
		}
	}
	for _, t := range r.tokens {
		switch t.Text {
		case "then", "followed", "first", "crossover", "sequence", "second":
			turn = true
		}
	}
	if placebo < 0 || active < 0 || !turn {
		return false, false
	}
	return placebo < active, placebo > active
}

// imitated reports whether a drug is named as what a placebo imitates
// ("psilocybin placebo", "placebo matching MDMA", "placebo (matching to
// esketamine)").
func (r *reading) imitated(f found) bool {
	for _, h := range window(r.hits, f.first-longestName, f.last+4) {
		if h.kind != patComparator || h.id != InactivePlacebo {
			continue
		}
		if h.first > f.last && h.first-f.last <= 2 && r.joined(f.last, h.first, placeboJoin, nil) {
			return true // "psilocybin placebo", "ketamine-matched placebo"
		}
		if h.last < f.first && f.first-h.last <= 6 && r.joined(h.last, f.first, placeboFor, imitates) {
			return true // "placebo for MDMA", "placebo infusion matching ketamine"
		}
	}
	return false
}

var (
	placeboJoin = map[string]bool{"matched": true, "matching": true, "like": true, "dummy": true}
	placeboFor  = map[string]bool{"for": true, "of": true, "to": true, "matching": true, "matched": true, "the": true, "oral": true,
		"intranasal":  true,
		"intravenous": true, "identical": true, "infusion": true, "capsule": true, "capsules": true, "tablet": true, "tablets": true,
		"nasal": true,
		"spray": true, "solution": true, "injection": true, "that": true, "matches": true, "in": true, "appearance": true, "dose": true,
		"mimicking": true}
	imitates = map[string]bool{"for": true, "of": true, "to": true, "matching": true, "matched": true, "identical": true, "matches": true,
		"mimicking": true}
)

// joined reports whether only allowed words stand between two places, and one
// of need where it is given.
func (r *reading) joined(last, first int, allowed, need map[string]bool) bool {
	seen := need == nil
	for i := last + 1; i < first; i++ {
		t := r.tokens[i]
		if !allowed[t.Text] || t.Gap >= gapHard && !r.opensBracket(i) {
			return false
		}
		seen = seen || need[t.Text]
	}
	return seen && r.tokens[first].Gap < gapHard
}

// opensBracket reports whether only an opening bracket parts a token from the
// one before.
func (r *reading) opensBracket(i int) bool {
	return strings.Trim(r.text[r.tokens[i-1].End:r.tokens[i].Start], " \t(") == ""
}

// Studied reports whether a substance is a subject of research here: one of the
// tracker's, a psychoactive drug of the field, or one of a person's own without
// a class.
func (v *Vocabulary) Studied(id string) bool {
	s := v.bySubstance[id]
	if s == nil {
		return false
	}
	family := v.bySubstance[v.foldedSubstance(id)]
	return s.Core || s.Class == "" || psychoactive(s.Class) || family != nil && family.Core
}

// Family is the id under which a substance is counted: ketamine for esketamine.
func (v *Vocabulary) Family(id string) string { return v.foldedSubstance(id) }
