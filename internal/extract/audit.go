package extract

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/internal/extract/reason"
)

// Audit looks at effects side by side and returns them, in their order, with
// the doubts added that only the neighbours show: the same people in both arms
// of a crossover, one control arm in several comparisons, change beside
// endpoint scores, different numbers for one result from two sources, sizes
// that do not belong together, a spread or a table copied from another row, groups
// that did not start alike, standard deviations that are standard errors times √n.
//
// A doubt about the number itself makes the row one for review. What is only a
// matter of choice or a small disagreement between sources stays usable and
// carries a flag. Auditing twice adds nothing.
func Audit(effects []evidence.Effect) []evidence.Effect {
	out := slices.Clone(effects)
	for i := range out {
		out[i].Flags = slices.Clone(out[i].Flags)
		if out[i].DropUnlessFinite() {
			effectJudge{&out[i]}.set(evidence.Unusable, reason.Implausible, "its numbers give an effect that is not finite")
		}
		auditSpreadSource(&out[i])
		auditReason(&out[i])
	}
	byStudy := map[string][]int{}
	for i, e := range out {
		k := e.StudyID
		if k == "" {
			k = e.StudyLabel
		}
		byStudy[k] = append(byStudy[k], i)
	}
	for _, k := range slices.Sorted(maps.Keys(byStudy)) {
		rows := byStudy[k]
		auditCrossover(out, rows)
		auditSizes(out, rows)
		for n, i := range rows {
			for _, j := range rows[n+1:] {
				auditPair(&out[i], &out[j])
			}
		}
	}
	return out
}

// doubt makes an effect one for review; remark only adds a flag.
func doubt(e *evidence.Effect, code, sentence string) {
	effectJudge{e}.set(evidence.NeedsReview, code, sentence)
}

func remark(e *evidence.Effect, code, sentence string) {
	text := reason.Say(code, sentence)
	if !slices.Contains(e.Flags, text) {
		e.Flags = append(e.Flags, text)
	}
}

func auditPair(a, b *evidence.Effect) {
	if a.Measure != b.Measure {
		return // a contrast in points beside the standardised difference of its row
	}
	sameOutcome := a.Instrument == b.Instrument && a.Instrument != "" && a.Domain == b.Domain
	sameTime := sameWeeks(a, b)
	if sameOutcome && sameTime {
		auditSameOutcome(a, b)
	}
	if sameTime && sameOutcome && sameCountsOfTwoKinds(a, b) {
		both(a, b, remark, reason.Repeated, "the counts are those of another kind of event ("+"%s"+")")
	}
	if sameSpreadsOfTwoRows(a, b) && !(sameOutcome && sameTime) { // two comparisons of one outcome share their arms
		auditSpreads(a, b)
	}
}

// auditSameOutcome compares two effects of one outcome at one time.
func auditSameOutcome(a, b *evidence.Effect) {
	switch {
	case a.ScoreType == b.ScoreType && sourceOf(a) == sourceOf(b):
		auditControl(a, b)
		if twice(a, b) {
			both(a, b, doubt, reason.CountedTwice, "this result stands twice: here and in %s")
		}
	case !sameComparison(a, b):
	case a.ScoreType == b.ScoreType:
		auditSources(a, b)
	case !IsCount(a.ScoreType) && !IsCount(b.ScoreType):
		both(a, b, remark, reason.ScoreType,
			"the study gives change and endpoint scores of this outcome (%s): standardised, they are two different effects")
		auditBaselines(a, b)
	}
}

// twice reports whether two effects have the same arms and numbers.
func twice(a, b *evidence.Effect) bool {
	if a.Mean1 == nil && a.Event1 == nil {
		return false
	}
	sameArms := a.DoseTreat == b.DoseTreat && a.DoseCtrl == b.DoseCtrl && a.ArmTreat == b.ArmTreat && a.ArmCtrl == b.ArmCtrl
	return sameArms && same(a.Mean1, b.Mean1) && same(a.Mean2, b.Mean2) && same(a.Event1, b.Event1) && same(a.N1, b.N1)
}

func both(a, b *evidence.Effect, do func(*evidence.Effect, string, string), code, format string) {
	do(a, code, fmt.Sprintf(format, b.ID))
	do(b, code, fmt.Sprintf(format, a.ID))
}

func sameWeeks(a, b *evidence.Effect) bool {
	if a.TimepointWeeks == nil || b.TimepointWeeks == nil {
		return a.TimepointWeeks == b.TimepointWeeks && a.TimepointRaw == b.TimepointRaw
	}
	return math.Abs(*a.TimepointWeeks-*b.TimepointWeeks) <= 0.5
}

func sourceOf(e *evidence.Effect) string { return e.Channel + "|" + firstField(e.Source) }

func firstField(s string) string {
	if f := strings.Fields(s); len(f) > 0 {
		return f[0]
	}
	return ""
}

// sameComparison recognises rows of two sources that may be one comparison: the same
// kind of control, and no stated doses that differ.
func sameComparison(a, b *evidence.Effect) bool {
	if a.DoseTreat != "" && b.DoseTreat != "" && a.DoseTreat != b.DoseTreat {
		return false
	}
	return a.Substance == b.Substance && (a.ComparatorClass == b.ComparatorClass || a.ComparatorClass == "" || b.ComparatorClass == "")
}

func same(a, b *float64) bool {
	return a == nil && b == nil || a != nil && b != nil && *a == *b
}

// auditControl marks comparisons that share a control arm.
func auditControl(a, b *evidence.Effect) {
	if a.N2 == nil || !same(a.N2, b.N2) || same(a.Mean1, b.Mean1) && same(a.Event1, b.Event1) && same(a.N1, b.N1) {
		return
	}
	if a.Mean2 != nil && same(a.Mean2, b.Mean2) && same(a.SD2, b.SD2) || a.Event2 != nil && same(a.Event2, b.Event2) &&
		a.DoseTreat != b.DoseTreat {
		both(a, b, remark, reason.SharedControl, "its control arm stands in %s too: pooled together, those people would count twice")
	}
}

// auditSources compares two sources on one result.
func auditSources(a, b *evidence.Effect) {
	numbers := func(e *evidence.Effect) []*float64 {
		return []*float64{e.N1, e.Mean1, e.SD1, e.N2, e.Mean2, e.SD2, e.Event1, e.Event2}
	}
	x, y := numbers(a), numbers(b)
	names := []string{"n1", "mean1", "sd1", "n2", "mean2", "sd2", "events1", "events2"}
	var apart []string
	compared := 0
	for i := range x {
		if x[i] == nil || y[i] == nil {
			continue
		}
		compared++
		if math.Abs(*x[i]-*y[i]) > 0.006*math.Max(math.Abs(*x[i]), math.Abs(*y[i]))+1e-9 {
			apart = append(apart, fmt.Sprintf("%s %.5g and %.5g", names[i], *x[i], *y[i]))
		}
	}
	if compared == 0 || len(apart) == 0 {
		return
	}
	tail := ""
	if a.Measure == b.Measure && a.Measure != "" && evidence.Value(a.Estimate)*evidence.Value(b.Estimate) < 0 {
		tail = "; the effects have opposite signs"
	}
	both(a, b, remark, reason.Sources, "another source ("+"%s"+") gives other numbers: "+strings.Join(apart, ", ")+tail)
}

// sameCountsOfTwoKinds reports whether one table of counts is given for two
// kinds of event.
func sameCountsOfTwoKinds(a, b *evidence.Effect) bool {
	if !IsCount(a.ScoreType) || !IsCount(b.ScoreType) || a.ScoreType == b.ScoreType {
		return false
	}
	if a.Event1 == nil || a.Event2 == nil || *a.Event1 <= 0 || *a.Event2 <= 0 {
		return false
	}
	return same(a.Event1, b.Event1) && same(a.N1, b.N1) && same(a.Event2, b.Event2)
}

// sameSpreadsOfTwoRows reports whether two rows have the same precise spreads
// under different means.
func sameSpreadsOfTwoRows(a, b *evidence.Effect) bool {
	if a.SD1 == nil || a.SD2 == nil || !same(a.SD1, b.SD1) || !same(a.SD2, b.SD2) {
		return false
	}
	return !(same(a.Mean1, b.Mean1) && same(a.Mean2, b.Mean2)) && preciseNumber(*a.SD1) && preciseNumber(*a.SD2)
}

// auditSpreads doubts spreads that are given in two rows and may belong to one.
func auditSpreads(a, b *evidence.Effect) {
	const format = "both standard deviations stand in %s too, under other means: one of the rows may carry the other's"
	if a.Instrument != b.Instrument && !imputed(a) && !imputed(b) {
		both(a, b, doubt, reason.Repeated, format)
		return
	}
	// one spread for all times is what imputation gives; say so once a row
	for _, p := range [][2]*evidence.Effect{{a, b}, {b, a}} {
		if !hasFlag(p[0], reason.Repeated) {
			remark(p[0], reason.Repeated, fmt.Sprintf(format, p[1].ID))
		}
	}
}

func hasFlag(e *evidence.Effect, code string) bool {
	return slices.ContainsFunc(e.Flags, func(f string) bool { return strings.HasPrefix(f, code+":") })
}

func imputed(e *evidence.Effect) bool { return hasFlag(e, "imputed") }

// preciseNumber recognises a number of at least three significant digits.
func preciseNumber(x float64) bool {
	s := strings.TrimLeft(strings.ReplaceAll(fmt.Sprintf("%.6g", math.Abs(x)), ".", ""), "0")
	return len(s) >= 3
}

// auditCrossover doubts a crossover whose two arms are as large as the whole
// study: everybody is in both.
func auditCrossover(all []evidence.Effect, rows []int) {
	most := 0.0
	for _, i := range rows {
		e := &all[i]
		if e.N1 != nil && e.N2 != nil && e.Design == "crossover-rct" && *e.N1 != *e.N2 {
			most = math.Max(most, *e.N1+*e.N2)
		}
	}
	for _, i := range rows {
		e := &all[i]
		if e.Design != "crossover-rct" || e.N1 == nil || e.N2 == nil || *e.N1 != *e.N2 || *e.N1 < 2 || e.PostCrossover == evidence.Yes {
			continue
		}
		if !phaseKnown(e) {
			doubt(e, reason.CountedTwice, fmt.Sprintf("a crossover trial with %v people in each arm: they may be the same people", *e.N1))
		} else if most > 0 && *e.N1 >= 0.9*most {
			doubt(e, reason.CountedTwice, fmt.Sprintf("%v people in each arm, as many as in both arms of other rows of the study", *e.N1))
		}
	}
}

// phaseKnown reports whether the source said on which side of the crossover the
// row was measured; judgeRow leaves its doubt as a flag.
func phaseKnown(e *evidence.Effect) bool {
	return !hasFlag(e, reason.CrossoverPhase)
}

// auditSizes doubts a size that is several times another one of the same arms
// while the other arm keeps its size: a digit lost or doubled.
func auditSizes(all []evidence.Effect, rows []int) {
	for n, i := range rows {
		for _, j := range rows[n+1:] {
			a, b := &all[i], &all[j]
			if a.N1 == nil || a.N2 == nil || b.N1 == nil || b.N2 == nil || a.DoseTreat != b.DoseTreat || a.DoseCtrl != b.DoseCtrl ||
				!sameComparison(a, b) {
				continue
			}
			r1, r2 := ratio(*a.N1, *b.N1), ratio(*a.N2, *b.N2)
			if r1 < 2 && r2 >= 4 || r2 < 2 && r1 >= 4 {
				both(a, b, doubt, reason.Denominator,
					"one arm has several times the people that it has in %s, the other arm has not: a size may be mistyped")
			}
		}
	}
}

func ratio(a, b float64) float64 {
	if a <= 0 || b <= 0 {
		return math.Inf(1)
	}
	return math.Max(a/b, b/a)
}
