package vocab

import (
	"fmt"
	"slices"
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
