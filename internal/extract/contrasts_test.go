package extract

import (
	"strings"
	"testing"

	"past/internal/evidence"
	"past/internal/extract/posted"
	"past/internal/extract/reason"
)

func TestKindOfContrast(t *testing.T) {
	for param, want := range map[string]string{
		"LS Mean Difference": posted.KindMeanDifference, "LS mean difference": posted.KindMeanDifference,
		"Mean Difference (Final Values)": posted.KindMeanDifference, "Mean Difference (Net)": posted.KindMeanDifference,
		"Difference in LS Mean": posted.KindMeanDifference, "Difference of LS-means": posted.KindMeanDifference,
		"LS Mean Difference(Eleclazine - Placebo)": posted.KindMeanDifference, "Least Squares Mean Difference": posted.KindMeanDifference,
		"Treatment Difference": posted.KindMeanDifference, "Difference": posted.KindMeanDifference, "LSMD": posted.KindMeanDifference,
		"Adjusted mean difference": posted.KindMeanDifference, "Estimated treatment difference": posted.KindMeanDifference,
		"Difference between means": posted.KindMeanDifference, "MEAN_DIFFERENCE_FINAL_VALUES": posted.KindMeanDifference,
		"Hazard Ratio (HR)": posted.KindHazardRatio, "Cause-specific Hazard Ratio": posted.KindHazardRatio,
		"Hazard Ratio, log": posted.KindHazardRatio,
		"Odds Ratio (OR)":   posted.KindOddsRatio, "Odds Ratio, log": posted.KindOddsRatio, "Common odds ratio": posted.KindOddsRatio,
		"Risk Ratio (RR)": posted.KindRiskRatio, "Relative Risk": posted.KindRiskRatio, "Ratio of Response Rate": posted.KindRiskRatio,
		"Rate ratio": posted.KindRateRatio, "Incidence Rate Ratio": posted.KindRateRatio,
		"Ratio of adjusted geometric means": posted.KindGeoMeanRatio, "Least Squared Geometric Mean Ratio": posted.KindGeoMeanRatio,
		"Ratio of LS Means":    posted.KindMeanRatio,
		"Risk Difference (RD)": posted.KindRiskDifference, "Difference in proportions": posted.KindRiskDifference,
		"Difference in response rates":     posted.KindRiskDifference,
		"Median Difference (Final Values)": posted.KindMedianDiff, "Hodges-Lehmann median difference": posted.KindMedianDiff,
		"Percent Difference": posted.KindPercentDiff, "percent difference": posted.KindPercentDiff,
		"Slope": posted.KindSlope, "Spearman Correlation": posted.KindCorrelation, "F": posted.KindStatistic, "t": posted.KindStatistic,
		"Chi-squared":        posted.KindStatistic,
		"Least Squared Mean": posted.KindArmEstimate, "Cohen's d": posted.KindSMD, "Standardized mean difference": posted.KindSMD, "": "",
	} {
		if got := posted.NewReader(nil).KindOfContrast(param, ""); got != want {
			t.Errorf("kindOfContrast(%q) = %q, want %q", param, got, want)
		}
	}
}

// The sense of a contrast comes from the words of its groups; an estimate of no
// difference needs none; everything else is left open, whatever the order.
func TestSenseOfContrasts(t *testing.T) {
	for _, c := range []struct{ param, value, said, sign, code string }{
		{"Mean Difference (Net)", "-4.0", "Ketamine - Placebo", posted.SignFirstMinusSecond, reason.Complete},
		{"Mean Difference (Net)", "-4.0", "placebo minus ketamine", posted.SignSecondMinusFirst, reason.Complete},
		{"Odds Ratio (OR)", "1.4", "Odds ratio (ketamine /placebo)", posted.SignFirstMinusSecond, reason.Complete},
		{"Odds Ratio (OR)", "1.4", "placebo/ketamine", posted.SignSecondMinusFirst, reason.Complete},
		{"Mean Difference (Net)", "-4.0", "week 4 and/or later", posted.SignUnknown, reason.Sign},
		{"Mean Difference (Net)", "-4.0", "", posted.SignUnknown, reason.Sign},
		{"Mean Difference (Net)", "0.0", "", posted.SignUnknown, reason.Complete},
		{"Risk Ratio (RR)", "1.00", "", posted.SignUnknown, reason.Complete},
		{"Mean Difference (Net)", "1.00", "", posted.SignUnknown, reason.Sign},
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
		got := posted.NewReader(nil).Contrast(&evidence.Record{ID: "NCT00000001"}, &o, 0)
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
		got := posted.NewReader(nil).Contrast(&evidence.Record{ID: "NCT00000001"}, &o, 0)
		if why := posted.PrecisionClashes(&got, &a); (len(why) > 0) != c.clash {
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
