package posted

import (
	"fmt"
	"strings"

	"past/internal/evidence"
	"past/internal/text"
)

// DenominatorPointer is the place of a cell's denominator in the payload. It
// follows the register's layout: classes[i]/denoms or the outcome's own.
func DenominatorPointer(r *evidence.Record, a *evidence.ArmResult) (string, bool) {
	for i := range r.Results.Outcomes {
		o := &r.Results.Outcomes[i]
		if o.Index != a.OutcomeIndex || a.ClassIndex >= len(o.Classes) {
			continue
		}
		class := fmt.Sprintf("%s/classes/%d", o.Pointer, a.ClassIndex)
		if p, ok := countPointer(class, o.Classes[a.ClassIndex].Denoms, o.DenomUnits, a); ok {
			return p, true
		}
		if p, ok := countPointer(o.Pointer, o.Denoms, o.DenomUnits, a); ok {
			return p, true
		}
		return class + "/title", true // the sizes of old records stand in the title
	}
	return "", false
}

func countPointer(base string, denoms []evidence.Denom, selected string, a *evidence.ArmResult) (string, bool) {
	raw, _, ok := countOf(denoms, selected, a.GroupID)
	if !ok || strings.TrimSpace(raw) != strings.TrimSpace(a.NRaw) {
		return "", false
	}
	for d := range denoms {
		for c, k := range denoms[d].Counts {
			if k.GroupID == a.GroupID && k.Value == raw {
				if k.Pointer != "" {
					return k.Pointer, true
				}
				return fmt.Sprintf("%s/denoms/%d/counts/%d/value", base, d, c), true
			}
		}
	}
	return "", false
}

// denominator is how many stand behind a group's cell in this very class: the
// class's own counts where it has them, else the outcome's. Of several units
// the one that the outcome declares is taken, else participants.
func denominator(o *evidence.PostedOutcome, c *evidence.Class, group string) (raw string, n *int) {
	for _, denoms := range [][]evidence.Denom{c.Denoms, o.Denoms} {
		if raw, _, ok := countOf(denoms, o.DenomUnits, group); ok {
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

// analysedUnits names what the denominator of a group's cell counts, as the
// register writes it; "" where it does not say.
func analysedUnits(o *evidence.PostedOutcome, c *evidence.Class, group string) string {
	if o.UnitsAnalyzed != "" {
		return o.UnitsAnalyzed
	}
	for _, denoms := range [][]evidence.Denom{c.Denoms, o.Denoms} {
		if _, units, ok := countOf(denoms, o.DenomUnits, group); ok {
			return units
		}
	}
	return ""
}

// countOf is the count of a group and the units that it counts.
func countOf(denoms []evidence.Denom, selected, group string) (raw, units string, ok bool) {
	pick := func(want func(units string) bool) (string, string, bool) {
		for _, d := range denoms {
			if !want(strings.ToLower(strings.TrimSpace(d.Units))) {
				continue
			}
			for _, c := range d.Counts {
				if c.GroupID == group {
					return c.Value, d.Units, true
				}
			}
		}
		return "", "", false
	}
	if s := strings.ToLower(strings.TrimSpace(selected)); s != "" {
		if v, u, ok := pick(func(u string) bool { return u == s }); ok {
			return v, u, ok
		}
	}
	if v, u, ok := pick(func(u string) bool { return u == "participants" || u == "participant" }); ok {
		return v, u, ok
	}
	return pick(func(string) bool { return true })
}

// countExists reports whether any number of n people has that share.
func countExists(raw string, v, scale, n float64) bool {
	low, high := text.CountsOfShare(raw, v, scale, n)
	return low <= high
}
