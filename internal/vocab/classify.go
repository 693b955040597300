package vocab

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// Classify tells what a study is about, apart from what its text mentions.
func (v *Vocabulary) Classify(title, abstract string) Classification {
	if strings.TrimSpace(title) == "" {
		return v.ClassifyText(abstract)
	}
	text := title + "\n" + abstract
	return v.read(text, len(title)).classify()
}

// ClassifyText is Classify for a text whose first line is the title. A text of
// one line is read as a title when it is short, else as an abstract without one.
func (v *Vocabulary) ClassifyText(text string) Classification {
	return v.read(text, titleEnd(text)).classify()
}

func (r *reading) classify() Classification {
	c := Classification{
		Substances:  r.aboutSubstances(),
		Conditions:  r.aboutConditions(),
		Topics:      r.aboutTopics(),
		Instruments: r.instrumentIDs(),
		StudyType:   r.studyType(),
	}
	return c
}

// mention is one occurrence of a condition with its verdict.
type mention struct {
	found
	inside  *pattern
	section section
	use     use
	cue     *found
	weight  float64
}

// aboutConditions weighs the mentions of each condition.
func (r *reading) aboutConditions() []Subject {
	mentions := r.conditionMentions()
	healthy := r.studiesHealthyPeople()
	inTitle := r.titleConditions()
	var list []Subject
	for _, id := range sortedKeys(mentions) {
		list = append(list, r.weigh(id, mentions[id], healthy, inTitle))
	}
	sortSubjects(list)
	return list
}

// conditionMentions groups the condition hits by id, hints with their condition.
func (r *reading) conditionMentions() map[string][]mention {
	perSentence := r.conditionsPerSentence()
	mentions := map[string][]mention{}
	for i, h := range r.hits {
		if h.kind != patCondition && h.kind != patHint {
			continue
		}
		n := r.sentenceOf[h.first]
		m := mention{found: h, inside: r.inside[i], section: r.sentences[n].section}
		m.use, m.cue = r.useOf(h, perSentence[n] >= listLength && m.section != secTitle)
		if m.inside != nil {
			m.use = useMeasured
		}
		m.weight = sectionWeight[m.section] * useWeight[m.use]
		if m.section == secTitle || m.section == secCondition {
			m.weight = sectionWeight[m.section]
			if m.use == useAbsent {
				m.weight = 0
			}
		}
		if h.kind == patHint {
			m.weight *= hintFactor
		}
		mentions[h.id] = append(mentions[h.id], m)
	}
	r.inheritUse(mentions)
	return mentions
}

// inheritUse lets conditions that are coordinated ("PTSD and depression", "MDD,
// social anxiety disorder") share the use of the first of them.
func (r *reading) inheritUse(mentions map[string][]mention) {
	var all []*mention
	for id := range mentions {
		for i := range mentions[id] {
			all = append(all, &mentions[id][i])
		}
	}
	sort.Slice(all, func(i, j int) bool {
		if all[i].first != all[j].first {
			return all[i].first < all[j].first
		}
		return all[i].id < all[j].id
	})
	for i := 1; i < len(all); i++ {
		a, b := all[i-1], all[i]
		if a.use != usePopulation || b.use != useBare && b.use != useListed || b.kind == patHint {
			continue
		}
		if r.sentenceOf[a.first] == r.sentenceOf[b.first] && r.coordinated(a.last, b.first) {
			b.use, b.cue = a.use, a.cue
			if b.section != secTitle && b.section != secCondition {
				b.weight = sectionWeight[b.section] * useWeight[b.use]
			}
		}
	}
}

// coordinated reports whether only joining words stand between two mentions.
func (r *reading) coordinated(last, first int) bool {
	if first-last > 6 {
		return false
	}
	for i := last + 1; i < first; i++ {
		switch r.tokens[i].text {
		case "and", "or", "with", "comorbid", "co", "chronic", "severe", "disorder", "also", "both", "suicidal", "ideation":
		default:
			if len(r.tokens[i].text) > 4 || r.tokens[i].number() {
				return false
			}
		}
	}
	return true
}

// conditionsPerSentence counts the distinct conditions each sentence names.
func (r *reading) conditionsPerSentence() []int {
	seen := make([]map[string]bool, len(r.sentences))
	counts := make([]int, len(r.sentences))
	for i, h := range r.hits {
		if h.kind != patCondition || r.inside[i] != nil || h.id == "healthy" || h.id == "anesthesia" {
			continue
		}
		n := r.sentenceOf[h.first]
		if seen[n] == nil {
			seen[n] = map[string]bool{}
		}
		if !seen[n][h.id] {
			seen[n][h.id] = true
			counts[n]++
		}
	}
	return counts
}

// studiesHealthyPeople reports whether the people studied are healthy: named so
// in the title, the aim or the methods, other than as a comparison group.
func (r *reading) studiesHealthyPeople() bool {
	for _, c := range r.cuesBy["healthy"] {
		s := r.sentences[r.sentenceOf[c.first]].section
		if s != secTitle && s != secAim && s != secMethods && s != secBody && s != secInclusion {
			continue
		}
		return true
	}
	return false
}

// titleConditions lists the conditions that the title names.
func (r *reading) titleConditions() []string {
	var ids []string
	for i, h := range r.hits {
		if h.kind == patCondition && r.inside[i] == nil && r.sentences[r.sentenceOf[h.first]].section == secTitle {
			ids = appendNew(ids, h.id)
		}
	}
	return ids
}

// weigh adds up the mentions of one condition, one per sentence.
func (r *reading) weigh(id string, list []mention, healthy bool, inTitle []string) Subject {
	s := Subject{ID: id, Count: len(list)}
	best := map[int]mention{}
	population, named := false, false
	for _, m := range list {
		n := r.sentenceOf[m.first]
		if b, ok := best[n]; !ok || m.weight > b.weight {
			best[n] = m
		}
		far := m.section != secBackground && m.section != secTitle && m.section != secCondition
		population = population || m.use == usePopulation && far && m.kind == patCondition
		named = named || m.kind == patCondition && m.inside == nil
	}
	elsewhere := len(inTitle) > 0 && !slices.Contains(inTitle, id) && !r.related(id, inTitle)
	var background, secondary float64
	for _, n := range sortedInts(best) {
		m := best[n]
		w := m.weight
		if healthy && !population && (m.section != secTitle || m.kind == patHint) {
			w *= healthyFactor
		}
		if elsewhere && m.section != secTitle && m.section != secCondition {
			w *= elsewhereFactor
		}
		switch m.section {
		case secBackground:
			w = min(w, max(0, backgroundCap-background))
			background += w
		case secSecondary:
			w = min(w, max(0, secondaryCap-secondary))
			secondary += w
		}
		s.Score += w
		if w >= 0.5 {
			s.Reasons = append(s.Reasons, m.reason(r, w))
		}
	}
	s.Score = round2(s.Score)
	s.About = s.Score >= aboutThreshold
	s.Reasons = append(s.Reasons, verdict(s, healthy && !population, elsewhere, named))
	return s
}

// related reports whether a condition is counted together with one of the list.
func (r *reading) related(id string, list []string) bool {
	for _, other := range list {
		if c := r.v.byCondition[other]; c != nil && c.Parent == id {
			return true
		}
		if c := r.v.byCondition[id]; c != nil && c.Parent == other {
			return true
		}
	}
	return false
}

func (m mention) reason(r *reading, w float64) string {
	s := fmt.Sprintf("%q in the %s", r.surface(m.found), m.section)
	if m.section != secTitle {
		s += ", " + m.use.String()
		if m.cue != nil {
			s += fmt.Sprintf(" (%q)", r.surface(*m.cue))
		}
	}
	return s + fmt.Sprintf(": %+.2f", w)
}

func verdict(s Subject, healthy, elsewhere, named bool) string {
	var why []string
	if healthy {
		why = append(why, "healthy people were studied")
	}
	if elsewhere {
		why = append(why, "the title names another condition")
	}
	if !named {
		why = append(why, "only hinted at")
	}
	v := "a mention"
	if s.About {
		v = "what the study is about"
	}
	v += fmt.Sprintf(": score %.2f, threshold %.2f", s.Score, aboutThreshold)
	if len(why) > 0 {
		v += " (" + strings.Join(why, "; ") + ")"
	}
	return v
}

func round2(x float64) float64 { return float64(int(x*100+0.5)) / 100 }

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

func sortedInts[V any](m map[int]V) []int {
	keys := make([]int, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Ints(keys)
	return keys
}

func sortSubjects(list []Subject) {
	sort.SliceStable(list, func(i, j int) bool {
		if list[i].Score != list[j].Score {
			return list[i].Score > list[j].Score
		}
		return list[i].ID < list[j].ID
	})
}
