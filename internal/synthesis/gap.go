package synthesis

import (
	"cmp"
	"slices"
	"strings"

	"past/internal/evidence"
)

// GapMap counts studies per topic and substance. Cells without a study are
// left out: what is absent from the map is empty, and drawn as such.
func GapMap(studies []evidence.Study, effects []evidence.Effect, measured []evidence.Measured) []evidence.GapCell {
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
		for _, t := range s.Topics {
			for _, sub := range s.Substances {
				k := key{t, sub}
				if cells[k] == nil {
					cells[k] = &evidence.GapCell{Topic: t, Substance: sub}
				}
				count(cells[k], s, people[s.ID], reported[s.ID])
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

func count(c *evidence.GapCell, s evidence.Study, people float64, reported bool) {
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
	c.Randomised += int(people)
	c.StudyIDs = append(c.StudyIDs, s.ID)
	c.Reasons = append(c.Reasons, s.Label)
}
