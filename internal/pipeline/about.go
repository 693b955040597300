package pipeline

import (
	"slices"
	"strings"

	"past/internal/evidence"
	"past/internal/synthesis"
	"past/internal/vocab"
)

// About says what a registered trial is about. A register states its
// interventions and conditions in fields of their own, so those decide first;
// title and summary decide where the fields say nothing that the vocabulary
// knows.
func About(v *vocab.Vocabulary, r *evidence.Record) synthesis.StudyTopics {
	given := []string{}
	for _, iv := range r.Interventions {
		for _, name := range append([]string{iv.Name}, iv.OtherNames...) {
			g := v.Given(name)
			for _, id := range append(g.Drugs, g.Imitated...) {
				given = append(given, v.Family(id))
			}
		}
	}
	slices.Sort(given)
	text := v.Classify(r.Title, strings.Join([]string{r.OfficialTitle, r.Summary}, "\n"))
	t := synthesis.StudyTopics{
		Substances: slices.Compact(given),
		Conditions: ids(v.Match(strings.Join(r.Conditions, "\n")).Conditions),
		Topics:     union(ids(v.Match(strings.Join(r.Conditions, "\n")).Topics), text.AboutTopics()),
	}
	if len(t.Substances) == 0 {
		t.Substances = text.AboutSubstances()
	}
	if len(t.Conditions) == 0 {
		t.Conditions = text.AboutConditions()
	}
	return t
}

func ids(hits []vocab.Hit) []string {
	out := []string{}
	for _, h := range hits {
		if !slices.Contains(out, h.ID) {
			out = append(out, h.ID)
		}
	}
	slices.Sort(out)
	return out
}
