package synthesis

import (
	"slices"
	"strings"
	"testing"

	"past/internal/evidence"
)

func TestByAnalysisTakesTheWrittenRule(t *testing.T) {
	n := 20.0
	row := func(id, analysis, score string) evidence.Effect {
		return evidence.Effect{ID: id, Channel: "register", RecordID: "NCT00000001", Source: "s", ArmTreat: "drug", ArmCtrl: "placebo",
			Analysis: analysis, ScoreType: score, Mean1: &n}
	}
	contrast := row("contrast", "MMRM", "change")
	contrast.Mean1 = nil
	other := row("other arm", "LOCF", "change")
	other.ArmTreat = "more drug"
	for name, c := range map[string]struct {
		in   []evidence.Effect
		want []string
		why  string
	}{
		"MMRM over LOCF": {[]evidence.Effect{row("locf", "LOCF", "change"), row("mmrm", "MMRM", "change")}, []string{"mmrm"},
			"model of all visits"},
		"not stated over LOCF": {[]evidence.Effect{row("locf", "LOCF", "change"), row("plain", "", "change")}, []string{"plain"},
			"carried forward"},
		"ITT over per protocol": {[]evidence.Effect{row("pp", "per protocol, MMRM", "change"), row("itt", "ITT, LOCF", "change")},
			[]string{"itt"}, "as randomised"},
		"response over onset": {[]evidence.Effect{row("onset", "", "onset"), row("response", "", "response")}, []string{"response"},
			"before its onset"},
		"values over the contrast": {[]evidence.Effect{contrast, row("row", "MMRM", "change")}, []string{"row"}, "own values"},
		"other arms stay":          {[]evidence.Effect{row("mmrm", "MMRM", "change"), other}, []string{"mmrm", "other arm"}, ""},
		"one stays":                {[]evidence.Effect{other}, []string{"other arm"}, ""},
	} {
		for range 2 {
			keep, _, why := Question{}.byAnalysis(c.in)
			var got []string
			for _, e := range keep {
				got = append(got, e.ID)
			}
			slices.Sort(got)
			if !slices.Equal(got, c.want) || !strings.Contains(why, c.why) {
				t.Errorf("%s: %q (%s), want %q", name, got, why, c.want)
			}
			slices.Reverse(c.in)
		}
	}
}
