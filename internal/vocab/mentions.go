package vocab

import (
	"slices"
	"sort"
)

// mention is one occurrence of a condition with how it is used.
type mention struct {
	found
	inside  *pattern
	section section
	use     use
	cue     *found
	weight  float64
}

// weighOnce sets the weight a mention has before the study's own facts count.
func (m *mention) weighOnce() {
	m.weight = sectionWeight[m.section] * useWeight[m.use]
	if m.section == secTitle || m.section == secCondition {
		m.weight = sectionWeight[m.section]
		if m.use == useAbsent || m.use == useOutlook || m.use == useAlongside {
			m.weight *= useWeight[m.use]
		}
	}
	if m.kind == patHint {
		m.weight *= hintFactor
	}
}

// conditionMentions groups the condition hits by id, hints with their condition.
func (r *reading) conditionMentions() map[string][]mention {
	perSentence := r.conditionsPerSentence()
	var all []mention
	for i, h := range r.hits {
		if h.kind != patCondition && h.kind != patHint {
			continue
		}
		n := r.sentenceOf[h.first]
		m := mention{found: h, inside: r.inside[i], section: r.sentences[n].section}
		m.use, m.cue = r.useOf(h, perSentence[n] >= listLength && m.section != secTitle)
		if m.inside != nil {
			m.use = useMeasured
		} else if m.section == secTitle {
			if c := r.cueNear("outlook", h, 8, 0); c != nil {
				m.use, m.cue = useOutlook, c
			}
		}
		m.weighOnce()
		all = append(all, m)
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].first < all[j].first })
	r.inheritUse(all)
	mentions := map[string][]mention{}
	for _, m := range all {
		mentions[m.id] = append(mentions[m.id], m)
	}
	return mentions
}

// inheritUse lets conditions that are coordinated ("PTSD and depression", "MDD,
// social anxiety disorder") share the use of the first of them: if people have
// the first, they have the others.
func (r *reading) inheritUse(all []mention) {
	for i := 1; i < len(all); i++ {
		a, b := &all[i-1], &all[i]
		if a.use != usePopulation || b.use == usePopulation || b.use == useAbsent || b.inside != nil {
			continue
		}
		if r.sentenceOf[a.first] == r.sentenceOf[b.first] && r.coordinated(a.last, b.first) {
			b.use, b.cue = a.use, a.cue
			b.weighOnce()
		}
	}
}

// coordinated reports whether only joining words stand between two mentions.
func (r *reading) coordinated(last, first int) bool {
	if first-last > 6 {
		return false
	}
	for i := last + 1; i < first; i++ {
		if !joining[r.tokens[i].Text] {
			return false
		}
	}
	return true
}

// joining are the words that may stand between coordinated conditions.
var joining = map[string]bool{
	"and": true, "or": true, "with": true, "a": true, "of": true, "history": true, "comorbid": true,
	"co": true, "occurring": true, "chronic": true, "severe": true, "current": true, "disorder": true,
	"both": true, "ocd": true, "mdd": true, "trd": true, "ptsd": true, "gad": true, "sad": true, "symptoms": true,
}

// conditionsPerSentence counts the distinct conditions, not settings, that each
// sentence names.
func (r *reading) conditionsPerSentence() []int {
	seen := make([]map[string]bool, len(r.sentences))
	counts := make([]int, len(r.sentences))
	for i, h := range r.hits {
		if h.kind != patCondition || r.inside[i] != nil || r.v.byCondition[h.id].Setting {
			continue
		}
		n, id := r.sentenceOf[h.first], r.v.nearTo(h.id)
		if seen[n] == nil {
			seen[n] = map[string]bool{}
		}
		if !seen[n][id] {
			seen[n][id] = true
			counts[n]++
		}
	}
	return counts
}

// nearTo returns the condition that counts an id among its near ones, or the id.
func (v *Vocabulary) nearTo(id string) string {
	for i := range v.conditions {
		if slices.Contains(v.conditions[i].Near, id) {
			return v.conditions[i].ID
		}
	}
	return id
}
