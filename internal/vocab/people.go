package vocab

import "slices"

// people says who was studied, as far as it bears on which condition a study is
// about.
type people struct {
	healthy      bool // healthy people, not only as a comparison group
	healthyTitle bool // the title says so
	users        bool // the title speaks of people who use a drug
	severelyIll  bool // the title speaks of life-threatening illness
	ownUse       bool // people's own drug use is studied, not a treatment
	inTitle      []string
}

// whoWasStudied reads the people from the title, the aim and the methods.
func (r *reading) whoWasStudied() people {
	p := people{users: r.titleHas("drug-use"), inTitle: r.titleConditions()}
	p.ownUse = p.users && !r.titleHas("trial-of-treatment")
	for _, h := range r.hits {
		if h.kind == patCondition && h.id == "life-threatening-illness" && r.sectionOf(h) == secTitle {
			p.severelyIll = true
		}
	}
	for _, c := range r.cuesBy["healthy"] {
		if covering(r.cuesBy["comparison-group"], c) != nil {
			continue
		}
		switch r.sentences[r.sentenceOf[c.first]].section {
		case secTitle:
			p.healthy, p.healthyTitle = true, true
		case secAim, secMethods, secBody, secInclusion:
			p.healthy = true
		}
	}
	return p
}

// titleHas reports whether a cue of this group is in the title.
func (r *reading) titleHas(group string) bool {
	for _, c := range r.cuesBy[group] {
		if r.sentences[r.sentenceOf[c.first]].section == secTitle {
			return true
		}
	}
	return false
}

// titleConditions lists the conditions, not settings, that the title names.
func (r *reading) titleConditions() []string {
	var ids []string
	for i, h := range r.hits {
		if h.kind == patCondition && r.inside[i] == nil && !r.v.byCondition[h.id].Setting &&
			r.sentences[r.sentenceOf[h.first]].section == secTitle {
			ids = appendNew(ids, h.id)
		}
	}
	return ids
}

// related reports whether a condition is counted together with one of the list.
func (r *reading) related(id string, list []string) bool {
	c := r.v.byCondition[id]
	for _, other := range list {
		if c.Parent == other || r.v.byCondition[other].Parent == id || slices.Contains(c.Near, other) {
			return true
		}
	}
	return false
}
