package synthesis

import (
	"fmt"
	"slices"
	"strings"

	"past/internal/evidence"
)

// splitShared divides the people of an arm that several pooled comparisons of
// a study share among these comparisons, so that no one is counted twice
// (Cochrane Handbook 23.3.4): n and events are divided, means and
// standard deviations stay. A contrast has neither: its variance grows as that
// of a difference between the divided arms does. notes says what was divided.
func splitShared(effects []evidence.Effect) (out []evidence.Effect, notes []string) {
	uses := map[string]int{}
	for _, e := range effects {
		uses[armKey(e, true)]++
		uses[armKey(e, false)]++
	}
	out = slices.Clone(effects)
	for i := range out {
		e := &out[i]
		t, c := uses[armKey(*e, true)], uses[armKey(*e, false)]
		if t < 2 && c < 2 {
			continue
		}
		e.Flags = slices.Clone(e.Flags)
		if e.Mean1 == nil && e.Event1 == nil && e.Variance != nil {
			e.SetEffect(e.Measure, e.Formula, *e.Estimate, *e.Variance*sharedVariance(*e, float64(t), float64(c)))
		} else {
			e.Formula = "" // the numbers change: Recompute works the effect out anew
		}
		if t > 1 {
			e.N1, e.Event1 = divided(e.N1, t), divided(e.Event1, t)
			e.Flags = append(e.Flags, fmt.Sprintf("shared treatment arm: its people are divided by %d comparisons", t))
		}
		if c > 1 {
			e.N2, e.Event2 = divided(e.N2, c), divided(e.Event2, c)
			e.Flags = append(e.Flags, fmt.Sprintf("shared control arm: its people are divided by %d comparisons", c))
		}
		if note := e.StudyLabel + ": people of a shared arm are divided among its comparisons"; !slices.Contains(notes, note) {
			notes = append(notes, note)
		}
	}
	return out, notes
}

// sharedVariance is the factor by which the variance of a difference grows when
// its arms are divided by t and c; by the larger where a size is not known.
func sharedVariance(e evidence.Effect, t, c float64) float64 {
	if e.N1 == nil || e.N2 == nil || !(*e.N1 > 0) || !(*e.N2 > 0) {
		return max(t, c)
	}
	return (t / *e.N1 + c / *e.N2) / (1 / *e.N1 + 1 / *e.N2)
}

// armKey names an arm within its study: a dose that is the treatment of one
// comparison and the control of another is one arm. Rows whose source names
// neither arm nor dose, or both arms alike, are distinguished by side and size.
func armKey(e evidence.Effect, treat bool) string {
	arm, dose, n, side := e.ArmCtrl, e.DoseCtrl, e.N2, e.ComparatorClass
	if treat {
		arm, dose, n, side = e.ArmTreat, e.DoseTreat, e.N1, "treatment"
	}
	size := ""
	if arm == "" && dose == "" && n != nil {
		size = fixed(*n, 3)
	}
	if size == "" && (arm != "" || dose != "") && (e.ArmTreat != e.ArmCtrl || e.DoseTreat != e.DoseCtrl) {
		side = ""
	}
	return strings.Join([]string{e.StudyID, side, arm, dose, size}, "\x00")
}

func divided(x *float64, by int) *float64 {
	if x == nil {
		return nil
	}
	v := *x / float64(by)
	return &v
}
