package posted

import (
	"fmt"
	"math"
	"strings"

	"past/internal/evidence"
	"past/internal/extract/reason"
)

// judgeInterval doubts the interval of a raw mean from which no standard
// deviation follows: its level is not stated, or it does not contain the mean.
func judgeInterval(d verdict) {
	a := d.a
	if _, level := KindOfDispersion(a.DispersionType); level == 0 {
		d.set(evidence.NeedsReview, reason.NoSpread, fmt.Sprintf("the level of the interval %q is not one that is read", a.DispersionType))
	}
	if a.Value == nil || *a.Lower >= *a.Upper {
		return
	}
	// both halves are equal but for rounding and a little slack
	width := *a.Upper - *a.Lower
	rounding := 2 * (lastPlace(a.ValueRaw) + lastPlace(a.LowerRaw) + lastPlace(a.UpperRaw))
	if apart := math.Abs(*a.Upper + *a.Lower - 2**a.Value); apart > 0.1*width+rounding {
		d.set(evidence.NeedsReview, reason.Limits,
			fmt.Sprintf("the mean %v does not lie in the middle of %v to %v, so that no standard deviation follows from them", *a.Value, *a.Lower,
				*a.Upper))
	}
}

// lastPlace is half the last digit's place of a number as written.
func lastPlace(raw string) float64 {
	i := strings.LastIndexAny(raw, ".,")
	if i < 0 {
		return 0.5
	}
	return 0.5 * math.Pow(10, -float64(len(strings.TrimSpace(raw))-i-1))
}

// judgeScale doubts a score in percent of an instrument that counts points: it
// cannot stand beside values or changes in points.
func (x *outcome) judgeScale(d verdict) {
	a := d.a
	if a.Instrument == "" || a.ScoreType != "endpoint" && a.ScoreType != "change" && a.ScoreType != "subscale" {
		return
	}
	if ins, ok := x.v.Instrument(x.cur.ID); !ok || IsPercentUnit(ins.Unit) || x.cur.Domain == "vitals" {
		return
	}
	if x.cur.Percent || IsPercentUnit(a.Unit) && !strings.Contains(strings.ToLower(a.Unit),
		"maxim") { // of the maximum: points on another scale
		d.set(evidence.NeedsReview, reason.ScoreType, "in percent, not in points of the instrument")
	}
}

// judgeNamesakes doubts cells that nothing but their place distinguishes: two
// values of one group in one row, or rows of one name whose values differ.
func judgeNamesakes(rows []evidence.ArmResult) {
	type name struct{ class, category, group string }
	first := map[name]int{}
	for i := range rows {
		a := &rows[i]
		k := name{a.ClassTitle, a.CategoryTitle, a.GroupID}
		j, seen := first[k]
		if !seen {
			first[k] = i
			continue
		}
		b := &rows[j]
		sameRow := a.ClassIndex == b.ClassIndex && a.CategoryIndex == b.CategoryIndex
		if a.Value == nil || b.Value == nil || !sameRow && *a.Value == *b.Value {
			continue
		}
		why := fmt.Sprintf("two rows are called the same and give %s and %s for group %s", b.ValueRaw, a.ValueRaw, a.GroupID)
		if sameRow {
			why = fmt.Sprintf("group %s has two values in one row: %s and %s", a.GroupID, b.ValueRaw, a.ValueRaw)
		}
		verdict{a}.set(evidence.NeedsReview, reason.Row, why)
		verdict{b}.set(evidence.NeedsReview, reason.Row, why)
	}
}
