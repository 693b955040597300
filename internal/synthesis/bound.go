package synthesis

import (
	"fmt"
	"math"

	"past/analysis/meta"
	"past/internal/evidence"
)

// bound answers: how many participants in unreported trials, all at no effect,
// would move the finding across its line? One added trial of n participants
// (half in each arm) with effect 0 joins the pool, and n grows until the
// headline interval includes no effect. A finding whose interval includes no
// effect already has no line to cross.
func bound(q Question, effects []evidence.Effect, p evidence.PooledResult, missing []evidence.MissingTrial) *evidence.Bound {
	if p.K < 2 || p.Estimate == nil || q.Measure != "SMD" {
		return nil
	}
	lo, hi := Headline(p)
	if lo <= 0 && hi >= 0 {
		return nil
	}
	b := &evidence.Bound{Line: "the headline interval would include no effect"}
	for _, m := range missing {
		if m.PlannedN != nil {
			b.PlannedInMissing += *m.PlannedN
		}
	}
	crossed := func(n float64) bool {
		yi, vi := columns(effects)
		yi, vi = append(yi, 0), append(vi, 4/n)
		fit, err := meta.Fit(yi, vi, meta.Options{Method: meta.Method(q.Method), Test: meta.Test(q.Test)})
		if err != nil {
			return false
		}
		l, h := fit.HeadlineCI(0)
		return l <= 0 && h >= 0
	}
	const most = 1e6
	n := 4.0
	for n <= most && !crossed(n) {
		n *= 1.5
	}
	if n > most {
		b.Participants = most
		b.Note = "no number of participants at no effect up to one million in a single added trial moves the interval across it"
		return b
	}
	low, high := math.Max(2, n/1.5), n
	for high-low > 1 {
		mid := math.Floor((low + high) / 2)
		if crossed(mid) {
			high = mid
		} else {
			low = mid
		}
	}
	b.Participants = int(math.Ceil(high))
	b.Reachable = b.PlannedInMissing >= b.Participants
	b.Note = fmt.Sprintf("one further trial with %d participants and no effect; registered trials without results plan %d", b.Participants, b.PlannedInMissing)
	return b
}
