package extract

import (
	"fmt"
	"strings"

	"past/internal/evidence"
	"past/internal/vocab"
)

// Register reads every posted value of a record into arm results, in payload
// order: one for each cell, whatever can be said of it.
func Register(r *evidence.Record, v *vocab.Vocabulary) []evidence.ArmResult {
	if r.Results == nil {
		return nil
	}
	var out []evidence.ArmResult
	for i := range r.Results.Outcomes {
		o := &r.Results.Outcomes[i]
		x := newOutcome(r, o, v)
		first := len(out)
		for ci := range o.Classes {
			for ki := range o.Classes[ci].Categories {
				for mi := range o.Classes[ci].Categories[ki].Measurements {
					out = append(out, x.cell(ci, ki, mi))
				}
			}
		}
		judgeTogether(out[first:])
	}
	return out
}

// outcome is one posted outcome with what all its cells share.
type outcome struct {
	record *evidence.Record
	o      *evidence.PostedOutcome
	groups map[string]evidence.Group
	match  vocab.InstrumentMatch
	known  bool
	change bool
	v      *vocab.Vocabulary
}

func newOutcome(r *evidence.Record, o *evidence.PostedOutcome, v *vocab.Vocabulary) *outcome {
	x := &outcome{record: r, o: o, v: v, groups: map[string]evidence.Group{}}
	for _, g := range o.Groups {
		x.groups[g.ID] = g
	}
	x.match, x.known = v.MatchInstrument(o.Title, o.Description)
	x.change = x.known && x.match.Change || announcesChange(o.Title)
	return x
}

// announcesChange sees a change from baseline in a title.
func announcesChange(title string) bool {
	t := strings.ToLower(title)
	for _, s := range []string{"change from", "change in", "change of", "changes in", "changes from", "change to", "change at", "mean change", "improvement in", "improvement from", "reduction in", "reduction from", "difference from baseline", "change score"} {
		if strings.Contains(t, s) {
			return true
		}
	}
	return strings.HasPrefix(t, "change ") || strings.HasSuffix(t, " change")
}

// cell reads one measurement.
func (x *outcome) cell(ci, ki, mi int) evidence.ArmResult {
	class := &x.o.Classes[ci]
	cat := &class.Categories[ki]
	m := &cat.Measurements[mi]
	a := evidence.ArmResult{
		ID:       fmt.Sprintf("%s/o%d/c%d/k%d/m%d", x.record.ID, x.o.Index, ci, ki, mi),
		RecordID: x.record.ID, Channel: "register",
		OutcomeIndex: x.o.Index, OutcomeTitle: x.o.Title, OutcomeType: x.o.Type,
		ClassIndex: ci, ClassTitle: class.Title, CategoryIndex: ki, CategoryTitle: cat.Title,
		GroupID: m.GroupID, GroupTitle: x.groups[m.GroupID].Title,
		ParamType: x.o.ParamType, ValueRaw: m.Value, DispersionType: x.o.DispersionType,
		SpreadRaw: m.Spread, LowerRaw: m.Lower, UpperRaw: m.Upper, Unit: x.o.Unit,
		Prov: evidence.Provenance{PayloadSHA256: x.record.Prov.PayloadSHA256, Pointer: m.Pointer},
	}
	a.Value, a.Spread = number(m.Value), number(m.Spread)
	a.Lower, a.Upper = number(m.Lower), number(m.Upper)
	a.NRaw, a.N = denominator(x.o, class, m.GroupID)
	x.instrument(&a)
	x.time(&a)
	x.judge(&a, m)
	return a
}

// number is the value of a cell; nil where there is none, or where the text
// carries an operator, so that a bound is never taken for a value.
func number(raw string) *float64 {
	n := evidence.ParseNumber(raw, evidence.StyleRegister)
	if !n.OK || n.Op != "" {
		return nil
	}
	return &n.Value
}

// denominator is how many stand behind a group's cell in this very class: the
// class's own counts where it has them, else the outcome's. Of several units
// the one that the outcome declares is taken, else participants.
func denominator(o *evidence.PostedOutcome, c *evidence.Class, group string) (raw string, n *int) {
	for _, denoms := range [][]evidence.Denom{c.Denoms, o.Denoms} {
		if raw, ok := countOf(denoms, o.DenomUnits, group); ok {
			p := evidence.ParseNumber(raw, evidence.StyleRegister)
			if p.OK && p.Op == "" && p.Value >= 0 && p.Value == float64(int(p.Value)) {
				v := int(p.Value)
				return raw, &v
			}
			return raw, nil
		}
	}
	return "", nil
}

func countOf(denoms []evidence.Denom, selected, group string) (string, bool) {
	pick := func(want func(units string) bool) (string, bool) {
		for _, d := range denoms {
			if !want(strings.ToLower(strings.TrimSpace(d.Units))) {
				continue
			}
			for _, c := range d.Counts {
				if c.GroupID == group {
					return c.Value, true
				}
			}
		}
		return "", false
	}
	if s := strings.ToLower(strings.TrimSpace(selected)); s != "" {
		if v, ok := pick(func(u string) bool { return u == s }); ok {
			return v, ok
		}
	}
	if v, ok := pick(func(u string) bool { return u == "participants" || u == "participant" }); ok {
		return v, ok
	}
	return pick(func(string) bool { return true })
}

// instrument names what was measured: by the title and description of the
// outcome, narrowed by a class or category that names a subscale.
func (x *outcome) instrument(a *evidence.ArmResult) {
	m, known := x.match, x.known
	for _, t := range []string{a.ClassTitle, a.CategoryTitle} {
		if t == "" || isTime(t) {
			continue
		}
		// a class may name another scale, or a part of the outcome's own
		if sub, ok := x.v.MatchInstrument(t, ""); ok && sub.Certain && sub.Field == "title" {
			m, known = sub, true
		} else if known {
			if sub, ok := x.v.MatchInstrument(x.o.Title+": "+t, ""); ok && sub.ID == m.ID && sub.Subscale != "" {
				m = sub
			}
		}
	}
	if known {
		a.Instrument, a.Domain, a.Subscale = m.ID, m.Domain, m.Subscale
		if m.Version != "" {
			a.Instrument = m.Version
		}
	}
	a.ScoreType = x.scoreType(m, known, a)
	a.Adjusted = kindOfParam(x.o.ParamType) == paramLSMean
	a.Baseline = startsWithBaseline(a.ClassTitle) || startsWithBaseline(a.CategoryTitle)
	if a.Baseline && a.ScoreType == "change" {
		a.ScoreType = "endpoint" // a row of baseline values within a change outcome
	}
}

// scoreType says what kind of number the cell is.
func (x *outcome) scoreType(m vocab.InstrumentMatch, known bool, a *evidence.ArmResult) string {
	count := kindOfParam(x.o.ParamType) == paramCount || isCountUnit(x.o.Unit) && kindOfParam(x.o.ParamType) == paramNumber
	percent := isPercentOfPeople(x.o.Unit)
	if known {
		switch m.ScoreKind {
		case vocab.ScoreResponder:
			return "response"
		case vocab.ScoreRemission:
			return "remission"
		case vocab.ScoreRelapse:
			return "relapse"
		case vocab.ScoreThreshold:
			return "threshold"
		case vocab.ScoreEventTime:
			return "time-to-event"
		case vocab.ScoreItem:
			return "item"
		}
	}
	switch {
	case count:
		return "count"
	case percent:
		return "percent"
	case x.change || changeClass(a.ClassTitle):
		return "change"
	case known && (m.Subscale != "" || m.ScoreKind == vocab.ScoreSubscale):
		return "subscale"
	case known && m.ScoreKind == vocab.ScoreCount:
		return "count"
	}
	return "endpoint"
}

func changeClass(title string) bool {
	return announcesChange(title) || strings.Contains(strings.ToLower(title), "change")
}
