package vocab

import (
	"slices"
	"sort"
	"strings"
)

// armReading is what the words of an arm say.
type armReading struct {
	v          *Vocabulary
	arm        ArmText
	substances []string // active drugs, folded ids, sorted
	studied    []string // those of them that the tracker is about
	doses      []Dose
	words      map[string]string // comparator class id to the words that name it
	inLabel    map[string]bool   // classes named in label or intervention names
	armType    string
	therapy    bool
	order      sequence
}

// sequence is the order of placebo and drug in a label that names both in turn.
type sequence uint8

const (
	noSequence sequence = iota
	placeboFirst
	drugFirst
)

func (v *Vocabulary) readArm(arm ArmText) *armReading {
	a := &armReading{v: v, arm: arm, words: map[string]string{}, inLabel: map[string]bool{}}
	a.armType = strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(arm.Type), " ", "_"))
	names := []string{arm.Label}
	long := []string{arm.Description}
	for _, in := range arm.Interventions {
		names = append(append(names, in.Name), in.OtherNames...)
		long = append(long, in.Description)
	}
	for _, s := range names {
		a.add(s, true)
	}
	named := len(a.substances) > 0
	for _, s := range long {
		a.addLong(s, named)
	}
	sort.Strings(a.substances)
	for _, s := range a.substances {
		if v.bySubstance[s].Core {
			a.studied = append(a.studied, s)
		}
	}
	return a
}

// add reads a label or the name of an intervention.
func (a *armReading) add(text string, label bool) {
	r := a.v.read(text, 0)
	for i, h := range r.hits {
		if r.inside[i] != nil {
			continue
		}
		switch h.kind {
		case patSubstance:
			id := a.v.foldedSubstance(h.id)
			if !r.negatedDrug(h) && !slices.Contains(a.substances, id) {
				a.substances = append(a.substances, id)
			}
		case patComparator:
			if _, ok := a.words[h.id]; !ok {
				a.words[h.id] = r.surface(h)
			}
			a.inLabel[h.id] = a.inLabel[h.id] || label
		}
	}
	if label && a.order == noSequence {
		a.order = r.sequence(a.v)
	}
	a.doses = append(a.doses, r.findDoses(a.v)...)
	for _, t := range r.tokens {
		switch t.text {
		case "therapy", "psychotherapy", "counseling", "psychoeducation", "cbt", "support", "mindfulness":
			a.therapy = true
		}
	}
}

// sequence reads "placebo, then MDMA" and the reverse.
func (r *reading) sequence(v *Vocabulary) sequence {
	placebo, active, turn := -1, -1, false
	for i, h := range r.hits {
		switch {
		case h.kind == patComparator && h.id == InactivePlacebo && placebo < 0:
			placebo = h.first
		case h.kind == patSubstance && r.inside[i] == nil && active < 0 && !r.negatedDrug(h) && v.bySubstance[v.foldedSubstance(h.id)].Core:
			active = h.first
		}
	}
	for _, t := range r.tokens {
		switch t.text {
		case "then", "followed", "first", "crossover", "sequence", "second":
			turn = true
		}
	}
	switch {
	case placebo < 0 || active < 0 || !turn:
		return noSequence
	case placebo < active:
		return placeboFirst
	}
	return drugFirst
}

// addLong reads a description. Descriptions tell the whole protocol, later
// phases and other arms included, so they add drugs only when the label and the
// interventions name none.
func (a *armReading) addLong(text string, named bool) {
	if strings.TrimSpace(text) == "" {
		return
	}
	before := slices.Clone(a.substances)
	doses := len(a.doses)
	a.add(text, false)
	if named {
		a.substances = before
		kept := a.doses[:doses]
		for _, d := range a.doses[doses:] {
			if slices.Contains(before, d.Substance) {
				kept = append(kept, d)
			}
		}
		a.doses = kept
	}
}

// negatedDrug reports whether a drug is named as what a placebo imitates
// ("psilocybin placebo", "placebo for MDMA", "matched to ketamine").
func (r *reading) negatedDrug(f found) bool {
	for _, h := range window(r.hits, f.first-longestName, f.last+4) {
		if h.kind != patComparator || h.id != InactivePlacebo {
			continue
		}
		if h.first > f.last && h.first-f.last <= 2 && r.joinedWords(f.last, h.first, placeboJoin) {
			return true // "psilocybin placebo", "ketamine-matched placebo"
		}
		if h.last < f.first && f.first-h.last <= 4 && r.joinedWords(h.last, f.first, placeboFor) {
			return true // "placebo for MDMA", "placebo matching ketamine"
		}
	}
	return false
}

var (
	placeboJoin = map[string]bool{"matched": true, "matching": true, "like": true, "dummy": true}
	placeboFor  = map[string]bool{"for": true, "of": true, "to": true, "matching": true, "matched": true, "the": true, "oral": true, "intranasal": true, "identical": true}
)

func (r *reading) joinedWords(last, first int, allowed map[string]bool) bool {
	for i := last + 1; i < first; i++ {
		if !allowed[r.tokens[i].text] {
			return false
		}
		if r.tokens[i].gap >= gapHard {
			return false
		}
	}
	return r.tokens[first].gap < gapHard
}
