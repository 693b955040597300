package synthesis

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"past/internal/evidence"
	"past/internal/extract/reason"
)

// notPooled says which counts of a harm stand in the rows that were left out, those of
// the pooled trials first, and why they are not pooled.
func notPooled(q Question, f *evidence.Finding, effects []evidence.Effect) []string {
	if q.Kind != "harm" {
		return nil
	}
	at := map[string]*evidence.Effect{}
	for i := range effects {
		at[effects[i].ID] = &effects[i]
	}
	pooled := func(study string) bool {
		return slices.ContainsFunc(f.Effects, func(e evidence.Effect) bool { return e.StudyID == study })
	}
	rows := slices.Clone(f.Excluded)
	slices.SortStableFunc(rows, func(a, b evidence.Exclusion) int {
		return cmp.Compare(map[bool]int{true: 0, false: 1}[pooled(a.StudyID)], map[bool]int{true: 0, false: 1}[pooled(b.StudyID)])
	})
	var out []string
	for _, x := range rows {
		e := at[x.EffectID]
		if e == nil || x.Code == CodeRetracted {
			continue
		}
		counts := countsOf(e)
		if counts == "" {
			continue
		}
		arm := strings.TrimSpace(e.ArmTreat + " " + e.DoseTreat)
		if doubt := reason.DoseDoubt(e.Flags); doubt != "" {
			arm += " (" + doubt + ")"
		}
		why := strings.TrimPrefix(x.Reason, "its numbers cannot be used: ")
		said := fmt.Sprintf("%s, %s, %s: %s. Not pooled: %s.", cmp.Or(x.Label, x.StudyID), cmp.Or(e.TimepointRaw, plain(e.Domain)),
			cmp.Or(arm, plain(e.Substance)), counts, strings.TrimSuffix(why, "."))
		if !slices.Contains(out, said) {
			out = append(out, said)
		}
	}
	return out
}

// countsOf are the counts of people that an effect was to be made of: "2 and 5 of 79
// people against 0 and 5 of 79"; "" where a side has none.
func countsOf(e *evidence.Effect) string {
	side := func(events, n string) string {
		var counts []string
		size := ""
		for _, in := range e.Inputs {
			switch in.Name {
			case events:
				counts = append(counts, strconv.FormatFloat(in.Value, 'f', -1, 64))
			case n:
				size = strconv.FormatFloat(in.Value, 'f', -1, 64)
			}
		}
		if len(counts) == 0 || size == "" {
			return ""
		}
		return strings.Join(counts, " and ") + " of " + size
	}
	treat, control := side("events1", "n1"), side("events2", "n2")
	if treat == "" || control == "" {
		return ""
	}
	return treat + " against " + control
}
