package extract

import (
	"fmt"
	"strings"

	"past/internal/evidence"
)

// denominatorPointer is the place of a cell's denominator in the payload. It
// follows the register's layout: classes[i]/denoms or the outcome's own.
func denominatorPointer(r *evidence.Record, a *evidence.ArmResult) (string, bool) {
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
	raw, ok := countOf(denoms, selected, a.GroupID)
	if !ok || strings.TrimSpace(raw) != strings.TrimSpace(a.NRaw) {
		return "", false
	}
	for d := range denoms {
		for c, k := range denoms[d].Counts {
			if k.GroupID == a.GroupID && k.Value == raw {
				return fmt.Sprintf("%s/denoms/%d/counts/%d/value", base, d, c), true
			}
		}
	}
	return "", false
}
