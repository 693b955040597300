package review

import (
	"cmp"
	"slices"
	"strings"
)

// Topic decisions that act, and those that two people see differently.
//
// decisions are all decisions; studyOf leads a target (a study or one of its
// records) to the study, "" for an unknown one. One person's later word
// replaces the earlier; where people differ on a study and topic, none acts
// until a resolution row (target = the study or record as written, field =
// "topic:" and the topic) says include or exclude. Decisions come back in a
// fixed order, those without a study marked stale.
func Topics(decisions []Decision, studyOf func(string) string) (act, stale []Decision, conflicts []Conflict) {
	type cell struct{ study, topic string }
	by := map[cell][]Decision{}
	var order []cell
	for _, d := range decisions {
		if d.Kind != TopicChoice {
			continue
		}
		study := studyOf(d.Target)
		if study == "" {
			d.Stale = "no study or record here is called " + d.Target
			stale = append(stale, d)
			continue
		}
		k := cell{study, d.Fields["topic"]}
		if by[k] == nil {
			order = append(order, k)
		}
		by[k] = append(by[k], d)
	}
	slices.SortFunc(order, func(a, b cell) int {
		return cmp.Or(strings.Compare(a.study, b.study), strings.Compare(a.topic, b.topic))
	})
	for _, k := range order {
		list := lastWords(by[k])
		c := Conflict{ID: k.study, Field: "topic:" + k.topic}
		differ := false
		for _, d := range list {
			c.Values, c.Files = append(c.Values, topicWord(d)), append(c.Files, d.File)
			differ = differ || topicWord(d) != topicWord(list[0])
		}
		if !differ {
			act = append(act, list[len(list)-1])
			continue
		}
		for _, target := range append([]string{k.study}, targets(list)...) {
			r, ok := resolution(decisions, target, c.Field)
			i := slices.IndexFunc(list, func(d Decision) bool { return ok && topicWord(d) == strings.ToLower(r.Fields["value"]) })
			if i < 0 {
				continue
			}
			c.Resolved, c.By = topicWord(list[i]), r.Who
			r.Kind, r.Fields = TopicChoice, map[string]string{"topic": k.topic, "decision": c.Resolved}
			r.Target = list[i].Target
			act = append(act, r)
			break
		}
		conflicts = append(conflicts, c)
	}
	return act, stale, conflicts
}

// lastWords keeps the latest word of each person, in order of date.
func lastWords(list []Decision) []Decision {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b Decision) int { return strings.Compare(a.When, b.When) })
	var out []Decision
	for i, d := range list {
		if !slices.ContainsFunc(list[i+1:], func(l Decision) bool { return l.Who == d.Who }) {
			out = append(out, d)
		}
	}
	return out
}

func topicWord(d Decision) string { return strings.ToLower(d.Fields["decision"]) }

func targets(list []Decision) []string {
	var out []string
	for _, d := range list {
		out = append(out, d.Target)
	}
	return out
}
