package synthesis

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"past/analysis/effect"
	"past/internal/evidence"
)

// combineArms makes one comparison of those in which several doses of one drug
// stand against the same control arm of a study, at the same time and on the
// same instrument (Cochrane Handbook 6.5.2.10): people and events add up, means
// and standard deviations are those of all people together. The combined row
// keeps the id of the one with the highest dose; the others are excluded with a
// reason. A contrast without the numbers of its arms cannot be combined, nor can
// forms of a drug; their control is shared by [splitShared].
func combineArms(effects []evidence.Effect) (out []evidence.Effect, gone []evidence.Exclusion, notes []string) {
	groups := map[string][]evidence.Effect{}
	var keys []string
	for _, e := range effects {
		k := e.ID
		if (e.Mean1 != nil && e.Mean2 != nil || e.Event1 != nil && e.Event2 != nil) && e.N1 != nil && e.N2 != nil {
			k = strings.Join([]string{armKey(e, false), e.ComparatorClass, e.Substance, e.Drug, e.Instrument, e.ScoreType, e.TimepointRaw,
				weeks(e), e.Background,
				controlNumbers(e)}, "\x00")
		}
		if groups[k] == nil {
			keys = append(keys, k)
		}
		groups[k] = append(groups[k], e)
	}
	for _, k := range keys {
		rows := groups[k]
		slices.SortFunc(rows, func(a, b evidence.Effect) int {
			return cmp.Or(cmp.Compare(doseOf(b).amount, doseOf(a).amount), strings.Compare(a.ID, b.ID))
		})
		one, ok := combined(rows)
		if !ok {
			out = append(out, rows...)
			continue
		}
		out = append(out, one)
		for _, e := range rows[1:] {
			gone = append(gone, evidence.Exclusion{EffectID: e.ID, StudyID: e.StudyID, Label: e.StudyLabel, Code: CodeArm,
				Reason: "its treatment arm is combined with that of " + one.ID})
		}
		notes = append(notes, fmt.Sprintf("%s: %d treatment arms against one control are combined into one", one.StudyLabel, len(rows)))
	}
	slices.SortStableFunc(out, inPlotOrder)
	return out, gone, notes
}

// controlNumbers are the numbers of a control arm, by which the same arm in two
// comparisons is known to be the same.
func controlNumbers(e evidence.Effect) string {
	s := ""
	for _, x := range []*float64{e.N2, e.Mean2, e.SD2, e.Event2} {
		if x != nil {
			s += fmt.Sprint(*x)
		}
		s += "|"
	}
	return s
}

// combined is one comparison of the treatment arms of several rows together
// against their control; ok is false for one row, for rows of one arm, and where
// a number of an arm is missing.
func combined(rows []evidence.Effect) (one evidence.Effect, ok bool) {
	one = rows[0]
	if len(rows) < 2 {
		return one, false
	}
	var n, events float64
	var means []effect.Mean
	var arms, doses, seen []string
	one.Inputs = nil
	for _, e := range rows {
		if arm := armKey(e, true); slices.Contains(seen, arm) {
			return one, false // one arm twice: two results for the same people
		} else {
			seen = append(seen, arm)
		}
		n += *e.N1
		if e.Event1 != nil {
			events += *e.Event1
		} else {
			if e.SD1 == nil {
				return one, false
			}
			means = append(means, effect.Mean{N: *e.N1, M: *e.Mean1, SD: *e.SD1})
		}
		arms, doses = append(arms, e.ArmTreat), append(doses, cmp.Or(e.DoseTreat, e.ArmTreat))
		one.Adjusted = one.Adjusted || e.Adjusted
		for _, in := range e.Inputs {
			if !slices.Contains(one.Inputs, in) {
				one.Inputs = append(one.Inputs, in)
			}
		}
	}
	switch {
	case len(means) == len(rows):
		all, err := effect.CombineGroups(means...)
		if err != nil || math.IsNaN(all.M+all.SD) || math.IsInf(all.M+all.SD, 0) {
			return one, false
		}
		one.Mean1, one.SD1 = &all.M, &all.SD
	case len(means) == 0:
		one.Event1 = &events
	default:
		return one, false
	}
	one.N1, one.Formula = &n, "" // the numbers change: Recompute works the effect out
	one.ArmTreat, one.DoseTreat = strings.Join(arms, " + "), strings.Join(doses, " + ")
	one.Flags = append(slices.Clone(rows[0].Flags), fmt.Sprintf("combined treatment arms (Cochrane Handbook 6.5.2.10): %s",
		strings.Join(doses, ", ")))
	return one, true
}
