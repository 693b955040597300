package extract

import (
	"fmt"
	"math"

	"past/internal/evidence"
	"past/internal/extract/posted"
	"past/internal/extract/reason"
	"past/internal/text"
)

func input(name, raw string, value float64, prov evidence.Provenance, field string) evidence.Input {
	prov.Pointer += "/" + field
	return evidence.Input{Name: name, Raw: raw, Value: value, Prov: prov}
}

// size takes a cell's denominator over.
func (b *effectBuilder) size(j effectJudge, a *evidence.ArmResult, name string) *float64 {
	if a.N == nil || *a.N < 1 {
		j.set(evidence.Unusable, reason.NoN, "no number of people for group "+a.GroupID)
		return nil
	}
	n := float64(*a.N)
	prov := a.Prov
	if p, ok := posted.DenominatorPointer(b.r, a); ok {
		prov.Pointer = p
	}
	j.e.Inputs = append(j.e.Inputs, evidence.Input{Name: name, Raw: a.NRaw, Value: n, Prov: prov})
	return &n
}

func (b *effectBuilder) fromMeans(j effectJudge, o *evidence.PostedOutcome, t, c *evidence.ArmResult) {
	e := j.e
	e.N1, e.N2 = b.size(j, t, "n1"), b.size(j, c, "n2")
	if e.N1 == nil || e.N2 == nil {
		return
	}
	e.Mean1, e.SD1 = b.meanSD(j, t, "1")
	e.Mean2, e.SD2 = b.meanSD(j, c, "2")
	if e.SD1 == nil || e.SD2 == nil {
		return
	}
	if err := Compute(e, b.formula); err != nil {
		j.set(evidence.Unusable, reason.NotComputable, err.Error())
		return
	}
	judgeEffectSize(j)
	b.triangulate(j, o, t, c)
}

// meanSD takes a raw mean and its standard deviation over; a standard error or
// an interval is converted, and says so.
func (b *effectBuilder) meanSD(j effectJudge, a *evidence.ArmResult, side string) (mean, sd *float64) {
	if a.Value == nil {
		j.set(evidence.Unusable, reason.NoValue, "no mean for group "+a.GroupID)
		return nil, nil
	}
	j.e.Inputs = append(j.e.Inputs, input("mean"+side, a.ValueRaw, *a.Value, a.Prov, "value"))
	kind, level := posted.KindOfDispersion(a.DispersionType)
	x, in, err := spreadSD(a, kind, level)
	j.e.Inputs = append(j.e.Inputs, rename(in, side)...)
	of := "a mean"
	if a.Adjusted || posted.KindOfParam(a.ParamType) == posted.ParamLSMean {
		of = "a model's mean"
		j.e.Adjusted = true
	}
	switch {
	case err != nil:
	case kind == posted.DispSE:
		j.e.Flags = append(j.e.Flags, "sd"+side+": computed from the standard error of "+of+" (Cochrane Handbook 6.5.2.2)")
	case kind == posted.DispCI:
		j.e.Flags = append(j.e.Flags, "sd"+side+": computed from the confidence interval of "+of+" (Cochrane Handbook 6.5.2.2)")
	}
	if err != nil || math.IsNaN(x) || x <= 0 {
		why := fmt.Sprintf("no usable standard deviation for group %s", a.GroupID)
		if err != nil {
			why = err.Error()
		}
		j.set(evidence.Unusable, reason.NoSpread, why)
		return a.Value, nil
	}
	return a.Value, &x
}

func (b *effectBuilder) fromCounts(j effectJudge, t, c *evidence.ArmResult) {
	e := j.e
	e.N1, e.N2 = b.size(j, t, "n1"), b.size(j, c, "n2")
	if e.N1 == nil || e.N2 == nil {
		return
	}
	e.Event1, e.Event2 = b.events(j, t, "events1", *e.N1), b.events(j, c, "events2", *e.N2)
	if e.Event1 == nil || e.Event2 == nil {
		return
	}
	if err := Compute(e, b.formula); err != nil {
		j.set(evidence.Unusable, reason.NotComputable, err.Error())
		return
	}
	judgeEffectSize(j)
}

// events is a number of people: as posted, or worked out from a percentage
// where its digits leave exactly one.
func (b *effectBuilder) events(j effectJudge, a *evidence.ArmResult, name string, n float64) *float64 {
	if a.Value == nil {
		j.set(evidence.Unusable, reason.NoValue, "no count for group "+a.GroupID)
		return nil
	}
	v := *a.Value
	j.e.Inputs = append(j.e.Inputs, input(name, a.ValueRaw, v, a.Prov, "value"))
	share := posted.IsPercentUnit(a.Unit) || posted.Probability.MatchString(a.Unit)
	switch {
	case a.Adjusted:
		j.set(evidence.Unusable, reason.Adjusted, "an adjusted share: no count of people follows from it")
		return nil
	case !share && v == math.Trunc(v) && v >= 0 && v <= n:
		return &v
	case !share:
		j.set(evidence.Unusable, reason.Counts, fmt.Sprintf("%s of %v is no number of people", a.ValueRaw, n))
		return nil
	}
	scale := 100.0
	if !posted.IsPercentUnit(a.Unit) {
		scale = 1
	}
	k, ok := countFromShare(a.ValueRaw, v, scale, n)
	if !ok {
		j.set(evidence.NeedsReview, reason.Percent, fmt.Sprintf("%s of %v people fits more than one count, or none", a.ValueRaw, n))
		return nil
	}
	j.e.Flags = append(j.e.Flags, fmt.Sprintf("%s: %v people worked out from %s of %v", name, k, a.ValueRaw, n))
	return &k
}

// countFromShare gives the one number of n people whose share, rounded to the
// digits of raw, is v of scale.
func countFromShare(raw string, v, scale, n float64) (float64, bool) {
	low, high := text.CountsOfShare(raw, v, scale, n)
	return low, low == high
}

// judgeEffectSize doubts what is beyond anything seen in the field.
func judgeEffectSize(j effectJudge) {
	e := j.e
	if e.Measure == "SMD" && e.Estimate != nil && math.Abs(*e.Estimate) > 3 {
		j.set(evidence.NeedsReview, reason.Implausible,
			fmt.Sprintf("a standardised mean difference of %.2f is beyond what treatments do; a standard error taken for a standard "+
				"deviation would look like this", *e.Estimate))
	}
	if e.Mean1 != nil && e.Mean2 != nil && e.SD1 != nil && e.SD2 != nil && *e.Mean1 == *e.Mean2 && *e.SD1 == *e.SD2 {
		j.set(evidence.NeedsReview, reason.Identical, "both arms have the same mean and standard deviation")
	}
	if e.Event1 != nil && e.Event2 != nil && e.N1 != nil && e.N2 != nil && *e.N1 > 0 && *e.N2 > 0 && *e.Event1 == *e.N1 && *e.Event2 == *e.N2 {
		j.set(evidence.Unusable, reason.NotComputable, "everybody in both groups had the event: the ratio is 1 whatever the treatments do,"+
			" and its small standard error is only that of the correction for empty cells")
	}
}
