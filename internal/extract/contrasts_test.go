package extract

import (
	"strings"
	"testing"

	"past/internal/evidence"
)

func TestKindOfContrast(t *testing.T) {
	for param, want := range map[string]string{
		"LS Mean Difference": KindMeanDifference, "LS mean difference": KindMeanDifference,
		"Mean Difference (Final Values)": KindMeanDifference, "Mean Difference (Net)": KindMeanDifference,
		"Difference in LS Mean": KindMeanDifference, "Difference of LS-means": KindMeanDifference,
		"LS Mean Difference(Eleclazine - Placebo)": KindMeanDifference, "Least Squares Mean Difference": KindMeanDifference,
		"Treatment Difference": KindMeanDifference, "Difference": KindMeanDifference, "LSMD": KindMeanDifference,
		"Adjusted mean difference": KindMeanDifference, "Estimated treatment difference": KindMeanDifference,
		"Difference between means": KindMeanDifference, "MEAN_DIFFERENCE_FINAL_VALUES": KindMeanDifference,
		"Hazard Ratio (HR)": KindHazardRatio, "Cause-specific Hazard Ratio": KindHazardRatio, "Hazard Ratio, log": KindHazardRatio,
		"Odds Ratio (OR)": KindOddsRatio, "Odds Ratio, log": KindOddsRatio, "Common odds ratio": KindOddsRatio,
		"Risk Ratio (RR)": KindRiskRatio, "Relative Risk": KindRiskRatio, "Ratio of Response Rate": KindRiskRatio,
		"Rate ratio": KindRateRatio, "Incidence Rate Ratio": KindRateRatio,
		"Ratio of adjusted geometric means": KindGeoMeanRatio, "Least Squared Geometric Mean Ratio": KindGeoMeanRatio,
		"Ratio of LS Means":    KindMeanRatio,
		"Risk Difference (RD)": KindRiskDifference, "Difference in proportions": KindRiskDifference,
		"Difference in response rates":     KindRiskDifference,
		"Median Difference (Final Values)": KindMedianDiff, "Hodges-Lehmann median difference": KindMedianDiff,
		"Percent Difference": KindPercentDiff, "percent difference": KindPercentDiff,
		"Slope": KindSlope, "Spearman Correlation": KindCorrelation, "F": KindStatistic, "t": KindStatistic, "Chi-squared": KindStatistic,
		"Least Squared Mean": KindArmEstimate, "Cohen's d": KindSMD, "Standardized mean difference": KindSMD, "": "",
	} {
		if got := NewReader(nil).kindOfContrast(param, ""); got != want {
			t.Errorf("kindOfContrast(%q) = %q, want %q", param, got, want)
		}
	}
}

// The sense of a contrast comes from the words of its groups; an estimate of no
// difference needs none; everything else is left open, whatever the order.
func TestSenseOfContrasts(t *testing.T) {
	for _, c := range []struct{ param, value, said, sign, code string }{
		{"Mean Difference (Net)", "-4.0", "Ketamine - Placebo", SignFirstMinusSecond, CodeComplete},
		{"Mean Difference (Net)", "-4.0", "placebo minus ketamine", SignSecondMinusFirst, CodeComplete},
		{"Odds Ratio (OR)", "1.4", "Odds ratio (ketamine /placebo)", SignFirstMinusSecond, CodeComplete},
		{"Odds Ratio (OR)", "1.4", "placebo/ketamine", SignSecondMinusFirst, CodeComplete},
		{"Mean Difference (Net)", "-4.0", "week 4 and/or later", SignUnknown, CodeSign},
		{"Mean Difference (Net)", "-4.0", "", SignUnknown, CodeSign},
		{"Mean Difference (Net)", "0.0", "", SignUnknown, CodeComplete},
		{"Risk Ratio (RR)", "1.00", "", SignUnknown, CodeComplete},
		{"Mean Difference (Net)", "1.00", "", SignUnknown, CodeSign},
	} {
		o := evidence.PostedOutcome{Groups: []evidence.Group{{ID: "OG000", Title: "Ketamine"}, {ID: "OG001", Title: "Placebo"}}}
		a := evidence.Analysis{ParamType: c.param, ParamValue: c.value, PValue: "0.04", GroupDescription: c.said,
			GroupIDs:       []string{"OG000", "OG001"},
			DispersionType: "STANDARD_ERROR_OF_MEAN", DispersionValue: "1.2"}
		if c.param != "Mean Difference (Net)" {
			a.CILower, a.CIUpper, a.CIPct, a.CISides, a.PValue = "0.7", "2.8", "95", "TWO_SIDED", ""
		}
		if c.value == "0.0" {
			a.PValue = ""
		}
		o.Analyses = []evidence.Analysis{a}
		got := NewReader(nil).contrast(&evidence.Record{ID: "NCT00000001"}, &o, 0)
		if got.Sign != c.sign || !strings.HasPrefix(got.Reason, c.code+":") {
			t.Errorf("%s %s, %q: %s, %s", c.param, c.value, c.said, got.Sign, got.Reason)
		}
	}
}

// An interval that contradicts the estimate, standard error or p-value beside
// it is for review; few degrees of freedom and one-sided limits are no
// contradiction.
func TestPrecisionClashes(t *testing.T) {
	for name, c := range map[string]struct {
		param, value, lo, hi, se, p string
		clash                       bool
	}{
		"right":                        {"Mean Difference (Net)", "-4.0", "-7.31", "-0.64", "1.69", "0.020", false},
		"a digit of the SE lost":       {"Mean Difference (Net)", "-4.0", "-7.31", "-0.64", "0.3", "", true},
		"a standard deviation as SE":   {"Mean Difference (Net)", "-4.0", "-7.31", "-0.64", "12.1", "", true},
		"sign of a limit lost":         {"Mean Difference (Net)", "-4.0", "-7.31", "0.64", "", "", true},
		"p of another test":            {"Mean Difference (Net)", "-4.0", "-7.31", "-0.64", "", "<0.0000001", true},
		"p bound that fits":            {"Mean Difference (Net)", "-4.0", "-7.31", "-0.64", "", "<0.05", false},
		"few people":                   {"Mean Difference (Net)", "-4.0", "-9.55", "1.55", "2.0", "", false},
		"rounded":                      {"Mean Difference (Net)", "-1", "-1", "0", "0.3", "", false},
		"a ratio is lopsided by right": {"Odds Ratio (OR)", "2.0", "1.0", "4.0", "", "0.05", false},
	} {
		a := evidence.Analysis{ParamType: c.param, ParamValue: c.value, CILower: c.lo, CIUpper: c.hi, CIPct: "95", CISides: "TWO_SIDED",
			PValue: c.p}
		if c.se != "" {
			a.DispersionType, a.DispersionValue = "STANDARD_ERROR_OF_MEAN", c.se
		}
		o := evidence.PostedOutcome{Groups: []evidence.Group{{ID: "OG000", Title: "Ketamine"}, {ID: "OG001", Title: "Placebo"}}}
		a.GroupIDs = []string{"OG000", "OG001"}
		o.Analyses = []evidence.Analysis{a}
		got := NewReader(nil).contrast(&evidence.Record{ID: "NCT00000001"}, &o, 0)
		if why := precisionClashes(&got, &a); (len(why) > 0) != c.clash {
			t.Errorf("%s: %q", name, why)
		}
	}
}

func TestPartsOfArmsAndLaterPhases(t *testing.T) {
	for title, want := range map[string][2]bool{ // a part of the arm's people, a later phase
		"Ketamine": {}, "Part A: Ketamine": {}, "Ketamine (DB phase)": {}, "Women's health placebo": {}, "Placebo previous formulation": {},
		"Ketamine Responders": {true, false}, "Women: Ketamine": {true, false}, "Ketamine (male)": {true, false},
		"Placebo non-responders": {true, false},
		"OLE Ketamine":           {false, true}, "Previously placebo": {false, true}, "Ketamine, previously on placebo": {false, true},
		"Ketamine - Open-label extension": {false, true},
	} {
		if got := [2]bool{partOfGroup(title) != "", laterPhase.MatchString(title)}; got != want {
			t.Errorf("%q: %v, want %v", title, got, want)
		}
	}
}
