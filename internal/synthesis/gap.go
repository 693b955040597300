package synthesis

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/internal/vocab"
)

// TopicDecision is a person's word on whether a study belongs to a topic.
type TopicDecision struct {
	Study, Topic   string // study id, topic id
	Include        bool
	Who, When, Why string
}

// GapInput is what the gap map is counted from.
type GapInput struct {
	Studies  []evidence.Study
	Effects  []evidence.Effect
	Measured []evidence.Measured
	// Why says for a study and a topic which words put it there (TopicReasons).
	Why map[string]map[string]string
	// Decisions correct the classification; later ones win.
	Decisions []TopicDecision
}

// TopicReasons says which words of a registered trial speak of which topic:
// topic id → the term and where it stands.
func TopicReasons(v *vocab.Vocabulary, r *evidence.Record) map[string]string {
	out := map[string]string{}
	note := func(field, text string) {
		for _, h := range v.Match(text).Topics {
			if out[h.ID] == "" {
				out[h.ID] = fmt.Sprintf("%q in the %s of %s", h.Term, field, r.ID)
			}
		}
	}
	note("conditions", strings.Join(r.Conditions, "\n"))
	note("title", r.Title)
	note("official title", r.OfficialTitle)
	note("summary", r.Summary)
	return out
}

// GapMap is Gaps without reasons and corrections.
func GapMap(studies []evidence.Study, effects []evidence.Effect, measured []evidence.Measured) []evidence.GapCell {
	return Gaps(GapInput{Studies: studies, Effects: effects, Measured: measured})
}

// topicsOf gives the topics of a study with the reason for each, after the
// decisions of people.
func (in GapInput) topicsOf(s evidence.Study) (topics []string, why map[string]string) {
	why = map[string]string{}
	for _, t := range s.Topics {
		why[t] = cmp.Or(in.Why[s.ID][t], "classified by the vocabulary")
	}
	for _, d := range in.Decisions {
		switch {
		case d.Study != s.ID:
		case d.Include:
			why[d.Topic] = fmt.Sprintf("included by %s, %s: %s", d.Who, d.When, d.Why)
		default:
			delete(why, d.Topic)
		}
	}
	for t := range why {
		topics = append(topics, t)
	}
	slices.Sort(topics)
	return topics, why
}

// Gaps counts studies per topic and substance. Cells without a study are left
// out: what is absent from the map is empty, and drawn as such.
func Gaps(in GapInput) []evidence.GapCell {
	studies, effects, measured := in.Studies, in.Effects, in.Measured
	people := map[string]float64{}
	for _, e := range effects {
		if e.Verdict == evidence.Usable && e.N1 != nil && e.N2 != nil {
			people[e.StudyID] = max(people[e.StudyID], *e.N1+*e.N2)
		}
	}
	reported := map[string]bool{}
	for _, m := range measured {
		reported[m.StudyID] = m.StudyID != ""
	}
	type key struct{ topic, substance string }
	cells := map[key]*evidence.GapCell{}
	for _, s := range studies {
		topics, why := in.topicsOf(s)
		for _, t := range topics {
			for _, sub := range s.Substances {
				k := key{t, sub}
				if cells[k] == nil {
					cells[k] = &evidence.GapCell{Topic: t, Substance: sub}
				}
				count(cells[k], s, people[s.ID], reported[s.ID], why[t])
			}
		}
	}
	out := make([]evidence.GapCell, 0, len(cells))
	for _, c := range cells {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b evidence.GapCell) int {
		return cmp.Or(strings.Compare(a.Topic, b.Topic), strings.Compare(a.Substance, b.Substance))
	})
	return out
}

func count(c *evidence.GapCell, s evidence.Study, people float64, reported bool, why string) {
	if len(s.Records) > 0 {
		c.Registered++
	}
	switch s.Status {
	case evidence.StatusNotYet, evidence.StatusRecruiting, evidence.StatusActive, evidence.StatusSuspended:
		c.Running++
	case evidence.StatusCompleted:
		c.Completed++
	}
	if people > 0 || reported {
		c.WithResults++
	}
	if people > 0 {
		n := int(people)
		if c.Randomised != nil {
			n += *c.Randomised
		}
		c.Randomised = &n
	}
	c.StudyIDs = append(c.StudyIDs, s.ID)
	c.Reasons = append(c.Reasons, s.Label+": "+why)
}
