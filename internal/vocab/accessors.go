package vocab

import "slices"

// Substances returns all substances in file order.
func (v *Vocabulary) Substances() []Substance { return slices.Clone(v.substances) }

// Conditions returns all conditions in file order.
func (v *Vocabulary) Conditions() []Condition { return slices.Clone(v.conditions) }

// Topics returns the 25 rows of the evidence gap map in file order.
func (v *Vocabulary) Topics() []Topic { return slices.Clone(v.topics) }

// Domains returns the six curriculum domains in file order.
func (v *Vocabulary) Domains() []Domain { return slices.Clone(v.domains) }

// Claims returns the claims C1 to C12 in order.
func (v *Vocabulary) Claims() []Claim { return slices.Clone(v.claims) }

// Comparators returns the comparator classes in file order.
func (v *Vocabulary) Comparators() []Comparator { return slices.Clone(v.comparators) }

// Comparator looks up a class of comparator by its id.
func (v *Vocabulary) Comparator(id string) (Comparator, bool) {
	i := slices.IndexFunc(v.comparators, func(c Comparator) bool { return c.ID == id })
	if i < 0 {
		return Comparator{}, false
	}
	return v.comparators[i], true
}

// Designs returns the study designs in file order.
func (v *Vocabulary) Designs() []Design { return slices.Clone(v.designs) }

// Design looks up a design by its id.
func (v *Vocabulary) Design(id string) (Design, bool) {
	i := slices.IndexFunc(v.designs, func(d Design) bool { return d.ID == id })
	if i < 0 {
		return Design{}, false
	}
	return v.designs[i], true
}

// Instruments returns the instrument catalogue in file order.
func (v *Vocabulary) Instruments() []Instrument { return slices.Clone(v.instruments) }

// OutcomeDomains returns what instruments measure, in file order.
func (v *Vocabulary) OutcomeDomains() []OutcomeDomain { return slices.Clone(v.outcomes) }

// Sources returns the sources of the catalogue's figures in file order.
func (v *Vocabulary) Sources() []Source { return slices.Clone(v.sources) }

// Instrument returns the catalogue entry with this id.
func (v *Vocabulary) Instrument(id string) (Instrument, bool) {
	p, ok := v.byInstrument[id]
	if !ok {
		return Instrument{}, false
	}
	return *p, true
}

// Substance returns the substance with this id.
func (v *Vocabulary) Substance(id string) (Substance, bool) {
	p, ok := v.bySubstance[id]
	if !ok {
		return Substance{}, false
	}
	return *p, true
}

// Condition returns the condition with this id.
func (v *Vocabulary) Condition(id string) (Condition, bool) {
	p, ok := v.byCondition[id]
	if !ok {
		return Condition{}, false
	}
	return *p, true
}

// QueryTerms returns the synonyms with which a register is asked for the given
// substance and condition ids, in file order without duplicates. Empty ids mean
// the four core substances and the tracked conditions. Unknown ids are ignored.
func (v *Vocabulary) QueryTerms(substances, conditions []string) (subst, cond []string) {
	for _, s := range v.substances {
		fold := s.FoldInto
		if wanted(substances, s.ID, fold, s.Core || fold != "") {
			subst = appendNew(subst, s.Queries...)
		}
	}
	for _, c := range v.conditions {
		if wanted(conditions, c.ID, c.Parent, c.Tracked) {
			cond = appendNew(cond, c.Queries...)
		}
	}
	return subst, cond
}

func wanted(ids []string, id, parent string, byDefault bool) bool {
	if len(ids) == 0 {
		return byDefault
	}
	return slices.Contains(ids, id) || parent != "" && slices.Contains(ids, parent)
}

func appendNew(list []string, more ...string) []string {
	for _, m := range more {
		if !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	return list
}
