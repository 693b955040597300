package extract

import "testing"

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
		"Risk Difference (RD)": KindRiskDifference, "Difference in proportions": KindRiskDifference, "Difference in response rates": KindRiskDifference,
		"Median Difference (Final Values)": KindMedianDiff, "Hodges-Lehmann median difference": KindMedianDiff,
		"Percent Difference": KindPercentDiff, "percent difference": KindPercentDiff,
		"Slope": KindSlope, "Spearman Correlation": KindCorrelation, "F": KindStatistic, "t": KindStatistic, "Chi-squared": KindStatistic,
		"Least Squared Mean": KindArmEstimate, "Cohen's d": KindSMD, "Standardized mean difference": KindSMD, "": "",
	} {
		if got := kindOfContrast(param, ""); got != want {
			t.Errorf("kindOfContrast(%q) = %q, want %q", param, got, want)
		}
	}
}
