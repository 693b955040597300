package vocab

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// aboutConditions weighs the mentions of each condition.
func (r *reading) aboutConditions() []Subject {
	mentions := r.conditionMentions()
	who := r.whoWasStudied()
	var list []Subject
	for _, id := range sortedKeys(mentions) {
		list = append(list, r.weigh(id, mentions[id], who))
	}
	sortSubjects(list)
	return list
}

// weighing adds up the mentions of one condition.
type weighing struct {
	who        people
	healthy    bool // healthy people were studied, and none with the condition
	elsewhere  bool // the title names another condition
	background float64
	secondary  float64
}

// weigh adds up the mentions of one condition, the strongest of each sentence.
func (r *reading) weigh(id string, list []mention, who people) Subject {
	s := Subject{ID: id, Count: len(list)}
	best := map[int]mention{}
	patients, named, titled := false, false, false
	for _, m := range list {
		n := r.sentenceOf[m.first]
		if b, ok := best[n]; !ok || m.weight > b.weight {
			best[n] = m
		}
		if m.kind != patCondition || m.inside != nil {
			continue
		}
		named = true
		titled = titled || m.section == secTitle && m.use != useAbsent && m.use != useOutlook
		switch m.section {
		case secAim, secMethods, secResults, secBody, secInclusion, secPrimary:
			patients = patients || m.use == usePopulation
		}
	}
	w := weighing{who: who}
	w.healthy = who.healthyTitle && !titled || who.healthy && !patients && !titled
	w.elsewhere = len(who.inTitle) > 0 && !slices.Contains(who.inTitle, id) && !r.related(id, who.inTitle)
	for _, n := range sortedInts(best) {
		m := best[n]
		score := w.score(m)
		s.Score += score
		if score >= 0.5 {
			s.Reasons = append(s.Reasons, m.reason(r, score))
		}
	}
	s.Score = round2(s.Score)
	s.About = s.Score >= aboutThreshold
	s.Role = w.role(s.About, list)
	s.Reasons = append(s.Reasons, w.verdict(s, named))
	return s
}

// score is what one sentence adds, given who was studied.
func (w *weighing) score(m mention) float64 {
	x := m.weight
	if w.healthy {
		x *= healthyFactor
	}
	if w.who.ownUse && m.section == secTitle && m.use != usePopulation {
		x *= ownUseFactor // an outcome or a predictor of use, not what is treated
	}
	if m.section != secTitle && m.section != secCondition {
		surely := m.use == usePopulation && (m.section == secAim || m.section == secInclusion)
		if w.elsewhere && !surely {
			x *= elsewhereFactor
		}
		if w.who.severelyIll && (m.id == "anxiety" || m.id == "depression") && m.use != useMeasured {
			x *= distressFactor
		}
		if w.who.users && m.use != usePopulation {
			x *= usersFactor
		}
	}
	switch m.section {
	case secBackground:
		x = min(x, max(0, backgroundCap-w.background))
		w.background += x
	case secSecondary:
		x = min(x, max(0, secondaryCap-w.secondary))
		w.secondary += x
	}
	return x
}

// role is the part that a condition plays in the study: what is treated, what
// is measured as an outcome of treatment, or one of the parts that do not make
// the study one about it.
func (w *weighing) role(about bool, list []mention) string {
	uses := map[use]int{}
	background := true
	for _, m := range list {
		uses[m.use]++
		background = background && (m.section == secBackground || m.section == secOther || m.section == secConclusion)
	}
	switch {
	case w.who.ownUse:
		return RoleOwnUse
	case about && uses[usePopulation]+uses[useTreatment]+uses[useBare] > 0:
		return RoleIndication
	case about:
		return RoleEndpoint
	case uses[useAbsent] == len(list):
		return RoleExcluded
	case background || uses[useOutlook] > 0 && uses[usePopulation]+uses[useMeasured]+uses[useTreatment] == 0:
		return RoleBackground
	case uses[usePopulation]+uses[useAlongside] > 0:
		return RoleComorbidity
	case uses[useMeasured]+uses[useTreatment]+uses[useHarm] > 0:
		return RoleEndpoint
	}
	return RoleBackground
}

func (m mention) reason(r *reading, score float64) string {
	s := fmt.Sprintf("%q in the %s", r.surface(m.found), m.section)
	if m.section != secTitle {
		s += ", " + m.use.String()
		if m.cue != nil {
			s += fmt.Sprintf(" (%q)", r.surface(*m.cue))
		}
	}
	return s + fmt.Sprintf(": %+.2f", score)
}

func (w *weighing) verdict(s Subject, named bool) string {
	var why []string
	if w.healthy {
		why = append(why, "healthy people were studied")
	}
	if w.elsewhere {
		why = append(why, "the title names another condition")
	}
	if w.who.users {
		why = append(why, "the title speaks of people who use a drug")
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
