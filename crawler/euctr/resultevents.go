package euctr

import (
	"strings"

	"past/crawler/xmltree"
	"past/internal/evidence"
)

// adverse reads the adverse events. How many stood at risk of death is not
// stated and stays so; the exposed are those of both kinds of event.
func (r *resultReader) adverse(n *xmltree.Node, at string) *evidence.AdverseEvents {
	out := &evidence.AdverseEvents{FrequencyThreshold: text(n, "nonSeriousEventFrequencyThreshold"), TimeFrame: text(n, "timeFrame"),
		Description: text(n, "description")}
	each(n.Get("reportingGroups"), at+"/reportingGroups", "reportingGroup", func(k *xmltree.Node, at string) {
		exposed := r.integer(k, "subjectsExposed", at)
		out.Groups = append(out.Groups, evidence.EventGroup{
			Group:           evidence.Group{ID: k.Attr("id"), Title: text(k, "title"), Description: text(k, "description")},
			DeathsAffected:  r.integer(k, "deathsAllCauses", at),
			SeriousAffected: r.integer(k, "subjectsAffectedBySeriousAdverseEvents", at), SeriousAtRisk: exposed,
			OtherAffected: r.integer(k, "subjectsAffectedByNonSeriousAdverseEvents", at), OtherAtRisk: exposed,
			Pointers: evidence.EventPointers{Serious: at + "/subjectsAffectedBySeriousAdverseEvents", SeriousAtRisk: at + "/subjectsExposed",
				Other: at + "/subjectsAffectedByNonSeriousAdverseEvents", OtherAtRisk: at + "/subjectsExposed"},
		})
	})
	words := dictionary(n.Get("dictionary"))
	how := choice(n, "assessmentMethod")
	for _, kind := range []struct {
		name    string
		serious bool
	}{{"seriousAdverseEvent", true}, {"nonSeriousAdverseEvent", false}} {
		each(n.Get(kind.name+"s"), at+"/"+kind.name+"s", kind.name, func(k *xmltree.Node, at string) {
			out.Events = append(out.Events, r.event(k, at, kind.serious, words, how))
		})
	}
	return out
}

func (r *resultReader) event(n *xmltree.Node, at string, serious bool, words, how string) evidence.AdverseEvent {
	e := evidence.AdverseEvent{Serious: serious, Term: text(n, "term"), Notes: text(n, "description"), Vocabulary: words}
	if own := dictionary(n.Get("dictionary")); own != "" && text(n, "dictionaryOverridden") == "true" {
		e.Vocabulary = own
	}
	if own := choice(n, "assessmentMethod"); own != "" {
		how = own
	}
	e.Assessment = r.word(assessments, how, at+"/assessmentMethod/value")
	if code := n.At("organSystem", "eutctId").Text(); code != "" {
		e.System = r.word(organs, code, at+"/organSystem/eutctId")
	}
	each(n.Get("values"), at+"/values", "value", func(k *xmltree.Node, at string) {
		e.Stats = append(e.Stats, evidence.EventStat{GroupID: k.Attr("reportingGroupId"), Pointer: at,
			Events: r.integer(k, "occurrences", at), Affected: r.integer(k, "subjectsAffected", at), AtRisk: r.integer(k, "subjectsExposed", at)})
	})
	return e
}

// dictionary names a dictionary with its version: "MedDRA 18.0".
func dictionary(n *xmltree.Node) string {
	name := choice(n, "name")
	switch term(name) {
	case "meddra":
		name = "MedDRA"
	case "other", "":
		name = text(n, "otherName")
	}
	return strings.TrimSpace(name + " " + text(n, "version"))
}
