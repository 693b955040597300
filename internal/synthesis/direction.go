package synthesis

import (
	"fmt"
	"slices"
	"strings"

	"past/internal/vocab"
)

// settleDirection sets which side is better for the patient, and lists what the file
// says wrongly of it. Left out, it is taken from what is asked: of a harm fewer events
// are better, of response and remission more, of scores what the catalogue says of the
// instruments. Where that leaves it open the question has to say it: the other side
// would turn every sentence round.
func (q *Question) settleDirection(v *vocab.Vocabulary) []string {
	lower, why, fixed := q.directionAsked(v)
	switch {
	case q.Lower == nil && lower == nil:
		return []string{"lower_is_better is missing: say true or false, " + why}
	case q.Lower == nil:
		q.LowerIsBetter = *lower
	default:
		q.LowerIsBetter = *q.Lower
		if lower != nil && fixed && *lower != *q.Lower {
			return []string{fmt.Sprintf("lower_is_better: %v cannot be: %s", *q.Lower, why)}
		}
	}
	return nil
}

// directionAsked gives the better side by what is asked, nil where that leaves it open,
// with the reason. fixed is set where the other side cannot be meant; scores of a pool
// of standardised differences may be turned.
func (q *Question) directionAsked(v *vocab.Vocabulary) (lower *bool, why string, fixed bool) {
	yes, no := true, false
	switch {
	case q.Measure != "SMD" && q.Measure != "MD" && q.Kind == "harm":
		return &yes, "of a harm fewer events are better", true
	case q.Measure != "SMD" && q.Measure != "MD" && !slices.Contains(q.Scores, "events"):
		return &no, "of " + strings.Join(q.Scores, " and ") + " more is better", true
	case q.Measure != "SMD" && q.Measure != "MD":
		return nil, "whether fewer of these events are better", false
	}
	seen := map[vocab.Direction]bool{}
	if q.InstrumentsOnly {
		for _, name := range q.Instruments {
			if m, ok := v.CalledInstrument(name); ok {
				seen[v.DirectionOf(m, q.conditions())] = true
			}
		}
	} else {
		for _, in := range v.Instruments() {
			if in.Domain == q.Domain {
				seen[in.DirectionFor(q.conditions(), v)] = true
			}
		}
	}
	fixed = q.Measure == "MD" && q.InstrumentsOnly
	switch {
	case seen[vocab.LowerBetter] && !seen[vocab.HigherBetter]:
		return &yes, "lower scores of its instruments are better", fixed
	case seen[vocab.HigherBetter] && !seen[vocab.LowerBetter]:
		return &no, "higher scores of its instruments are better", fixed
	}
	return nil, fmt.Sprintf("since the catalogue's instruments of %s do not agree on it", q.Domain), false
}
