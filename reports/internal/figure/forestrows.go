package figure

import (
	"fmt"

	"past/internal/evidence"
	"past/reports/internal/show"
)

// addPooled adds the diamond, the other interval and the prediction interval;
// one study alone has none of them.
func (fo *forest) addPooled() {
	p := &fo.f.Primary
	m := fo.read.Measure
	if p.Estimate == nil || p.K < 2 {
		return
	}
	add := func(kind rowKind, label, note string, est, lo, hi *float64) {
		r := forestRow{kind: kind, label: label, note: note, est: *est, row: fo.nextRow(), value: m.Full(est, lo, hi)}
		if lo != nil && hi != nil {
			r.lo, r.hi = *lo, *hi
			r.ok = finite(r.est, r.lo, r.hi)
		}
		fo.rows = append(fo.rows, r)
	}
	h := &fo.f.Headline
	switch h.Kind {
	case evidence.HeadlinePooled:
		add(pooledRow, "Pooled", ModelShort(p), h.Estimate, h.Lower, h.Upper)
	case evidence.HeadlineSmall:
		add(pooledRow, "Small-sample answer", "Bayesian", h.Estimate, h.Lower, h.Upper)
		fallthrough
	default:
		add(otherPooledRow, "Fitted model", ModelShort(p), p.Estimate, p.CILower, p.CIUpper)
	}
	if p.Guarded() {
		add(otherPooledRow, "Same model, no guard", "", p.Estimate, p.UnguardedLow, p.UnguardedHigh)
	}
	if p.PILower != nil && p.PIUpper != nil {
		r := forestRow{kind: predictionRow, label: "95% prediction interval", est: *p.Estimate, lo: *p.PILower, hi: *p.PIUpper, row: fo.nextRow()}
		r.ok = finite(r.lo, r.hi)
		r.value = m.Interval(r.lo, r.hi)
		fo.rows = append(fo.rows, r)
	}
}

// SubgroupsInForest is how many subgroup rows a forest plot takes in; more get
// a figure of their own.
const SubgroupsInForest = 14

// SubgroupRows counts the groups of all factors.
func SubgroupRows(f *evidence.Finding) int {
	n := 0
	for _, s := range f.Subgroups {
		n += len(s.Groups)
	}
	return n
}

func (fo *forest) addSubgroups(name func(string) string) {
	if SubgroupRows(fo.f) > SubgroupsInForest {
		return // they have their own figure
	}
	for _, s := range fo.f.Subgroups {
		fo.rows = append(fo.rows, forestRow{kind: headingRow, label: "By " + FactorName(s.Factor), value: groupTest(&s), row: -1})
		for i := range s.Groups {
			g := &s.Groups[i]
			lo, hi := g.CILower, g.CIUpper
			r := forestRow{kind: subgroupRow, label: name(g.Label), note: fmt.Sprintf("k = %d, n = %s", g.K, show.Int(g.N)), row: fo.nextRow(), value: fo.read.Measure.Full(g.Estimate, lo, hi)}
			if g.Estimate != nil && lo != nil && hi != nil {
				r.est, r.lo, r.hi = *g.Estimate, *lo, *hi
				r.ok = finite(r.est, r.lo, r.hi)
			}
			fo.rows = append(fo.rows, r)
		}
	}
}

// nextRow is the line that the next result takes in the table.
func (fo *forest) nextRow() int {
	n := 0
	for _, r := range fo.rows {
		if r.row >= 0 {
			n++
		}
	}
	return n
}

func groupTest(s *evidence.Subgroup) string {
	if s.P == nil {
		return ""
	}
	return "difference between groups: " + show.P(s.P)
}

func (fo *forest) addMissing() {
	list := fo.f.Missing
	if len(list) == 0 {
		return
	}
	fo.rows = append(fo.rows, forestRow{kind: headingRow, label: fmt.Sprintf("Registered, without a usable result (%s)", show.Plural(len(list), "trial", "trials")), row: -1})
	for i, m := range list {
		if i == maxMissingRows && len(list) > maxMissingRows+1 {
			fo.rows = append(fo.rows, forestRow{kind: missingRow, label: fmt.Sprintf("and %s more", show.Int(len(list)-i)), row: -1})
			return
		}
		note := show.Clip(m.Why, 40)
		if note == "unknown" {
			note = "status unknown"
		}
		if m.PlannedN != nil {
			note += ", planned n = " + show.Int(*m.PlannedN)
		}
		fo.rows = append(fo.rows, forestRow{kind: missingRow, label: show.Clip(m.RecordID, 40), note: note, row: -1})
	}
}
