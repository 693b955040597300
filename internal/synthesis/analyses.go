package synthesis

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"past/internal/evidence"
)

// analysisRanks is the rule by which one of several analyses of the same result
// is taken: the population as randomised before per protocol; a model of all
// visits or multiple imputation before the last observation carried forward or
// observed cases; response before its onset; values of the arms before an
// adjusted contrast of the same measure; a change before an endpoint. What is
// not stated ranks between.
var analysisRanks = []struct {
	what string
	rank func(evidence.Effect) float64
}{
	{"the population as randomised before per protocol", func(e evidence.Effect) float64 {
		return says(e, "ITT") - 2*says(e, "per protocol")
	}},
	{"a model of all visits before the last observation carried forward or observed cases", func(e evidence.Effect) float64 {
		return says(e, "MMRM") + says(e, "multiple imputation") - 2*says(e, "LOCF") - 2*says(e, "observed cases")
	}},
	{"response before its onset", func(e evidence.Effect) float64 {
		if e.ScoreType == evidence.ScoreOnset || e.ScoreType == evidence.ScoreSustained {
			return -1
		}
		return 0
	}},
	{"the arms' own values before a contrast", func(e evidence.Effect) float64 {
		if e.Mean1 == nil && e.Event1 == nil {
			return -1
		}
		return 0
	}},
	{"a change before an endpoint", func(e evidence.Effect) float64 {
		if e.ScoreType == evidence.ScoreChange {
			return 1
		}
		return 0
	}},
}

func says(e evidence.Effect, word string) float64 {
	if strings.Contains(e.Analysis, word) {
		return 1
	}
	return 0
}

// byAnalysis keeps, of several analyses of one comparison in one source, those
// that the written rule prefers, and names what it passes over. Comparisons of
// other arms and rows of other sources are left to their own rules.
func (q Question) byAnalysis(in []evidence.Effect) ([]evidence.Effect, string, string) {
	if len(in) < 2 {
		return in, "", ""
	}
	groups := map[string][]evidence.Effect{}
	key := func(e evidence.Effect) string {
		return strings.Join([]string{e.Channel, e.RecordID, e.Source, e.ArmTreat, e.DoseTreat, e.ComparatorClass, e.ArmCtrl, e.DoseCtrl}, "\x00")
	}
	for _, e := range in {
		groups[key(e)] = append(groups[key(e)], e)
	}
	keep := map[string]bool{}
	why := ""
	for _, k := range slices.Sorted(maps.Keys(groups)) {
		g := groups[k]
		for _, r := range analysisRanks {
			best, _, _ := keepBest(g, "", "", r.rank)
			if len(best) < len(g) {
				why = fmt.Sprintf("another analysis of this result is taken (%s): %s", r.what, best[0].ID)
			}
			g = best
		}
		for _, e := range g {
			keep[e.ID] = true
		}
	}
	return filter(in, func(e evidence.Effect) bool { return keep[e.ID] }), CodeDuplicate, why
}
