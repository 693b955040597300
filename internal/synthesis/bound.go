package synthesis

import (
	"fmt"
	"math"
	"slices"

	"past/internal/evidence"
)

// mostAdded bounds how many trials at no effect are added.
const mostAdded = 200

// bound answers: how many participants in unreported trials, all at no effect,
// would move the finding across its line? Trials of the median size of the
// pooled ones, half of the people in each arm and no effect (for ratios: the
// pooled risk of the controls in both arms), join the pool one by one until the
// headline interval includes no effect. A finding whose
// interval includes it already has no line to cross.
func bound(q Question, effects []evidence.Effect, p evidence.PooledResult, h evidence.Headline,
	missing []evidence.MissingTrial) (*evidence.Bound, error) {
	if p.K < 2 || p.Estimate == nil || q.Measure != "SMD" && !eventRatio(q.Measure) {
		return nil, nil
	}
	if lo, hi, ok := h.Interval(); !ok || lo <= 0 && hi >= 0 {
		return nil, nil
	}
	b := &evidence.Bound{Line: "the headline interval would include no effect"}
	unsized := 0
	for _, m := range missing {
		switch {
		case !unreported(m):
		case m.PlannedN != nil:
			b.PlannedInMissing += *m.PlannedN
		default:
			unsized++
		}
	}
	size := medianSize(effects)
	yi, vi := columns(effects)
	variance := 4 / size // a difference in standard deviations, size/2 in each arm
	if eventRatio(q.Measure) {
		risk, _, _ := comparatorRisk(effects)
		if !(risk > 0 && risk < 1) {
			return nil, nil
		}
		// log ratio of two arms with the pooled risk of the controls
		variance = 4 * (1 - risk) / (risk * size)
		if q.Measure == "OR" {
			variance = 4 / (risk * (1 - risk) * size)
		}
	}
	for added := 1; added <= mostAdded; added++ {
		yi, vi = append(yi, 0), append(vi, variance)
		l, u, err := answered(q, effects, yi, vi)
		if err != nil {
			return nil, err
		}
		if l <= 0 && u >= 0 {
			b.Participants = int(math.Round(float64(added) * size))
			b.Reachable = b.PlannedInMissing >= b.Participants
			b.Note = fmt.Sprintf("%s of %s with no effect (the median size of the pooled trials); registered trials without results plan %s",
				plural(added, "further trial", "further trials"), plural(int(math.Round(size)), "participant", "participants"),
				plural(b.PlannedInMissing, "participant", "participants"))
			if unsized > 0 {
				b.Note += fmt.Sprintf(", and %s a size", plural(unsized, "trial does not state", "trials do not state"))
			}
			return b, nil
		}
	}
	b.Participants, b.Beyond = int(math.Round(mostAdded*size)), true
	b.Note = fmt.Sprintf("more than %d further trials of %d participants with no effect", mostAdded, int(math.Round(size)))
	return b, nil
}

func medianSize(effects []evidence.Effect) float64 {
	var n []float64
	for i := range effects {
		n = append(n, float64(Participants(effects[i:i+1])))
	}
	slices.Sort(n)
	m := len(n) / 2
	if len(n)%2 == 1 {
		return n[m]
	}
	return (n[m-1] + n[m]) / 2
}
