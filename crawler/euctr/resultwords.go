package euctr

import (
	"fmt"
	"strings"

	"past/crawler"
	"past/internal/evidence"
)

// The register writes choices as terms of its own lists, such as
// MEASURE_TYPE.leastSquares. They are put into the words that
// ClinicalTrials.gov shows for the same choice, so that both registers' results
// are read alike; a term that is not listed here stays as it is and is reported.

// measures are MEASURE_TYPE of end points and CENTRAL_TENDENCY of baseline
// characteristics.
var measures = map[string]string{
	"arithmetic": "Mean", "median": "Median", "leastsquares": "Least Squares Mean", "geometric": "Geometric Mean",
	"log": "Log Mean", "number": "Number",
}

const interval = "Confidence Interval"

// dispersions are ENDPOINT_DISPERSION and DISPERSION.
var dispersions = map[string]string{
	"standarddeviation": "Standard Deviation", "standarderror": "Standard Error", "interquartilerange": "Inter-Quartile Range",
	"interquartile": "Inter-Quartile Range", "fullrange": "Full Range", "confidenceinterval": interval,
	"geometriccoefficientvariation": "Geometric Coefficient of Variation", "na": "",
}

// limits are the dispersions that have two values.
var limits = map[string]bool{"Inter-Quartile Range": true, "Full Range": true, interval: true}

var endPointTypes = map[string]string{"primary": "PRIMARY", "secondary": "SECONDARY", "otherprespecified": "OTHER_PRE_SPECIFIED",
	"posthoc": "POST_HOC"}

// parameters are PARAMETER_TYPE of analyses; "other" has its own text.
var parameters = map[string]string{
	"meandifffinal": "Mean Difference (Final Values)", "meandiffnet": "Mean Difference (Net)",
	"mediandifffinal": "Median Difference (Final Values)", "mediandiffnet": "Median Difference (Net)",
	"oddsratio": "Odds Ratio (OR)", "logoddsratio": "Log Odds Ratio", "riskratio": "Risk Ratio (RR)", "riskdiff": "Risk Difference (RD)",
	"hazardratio": "Hazard Ratio (HR)", "loghazardratio": "Log Hazard Ratio", "coxproportionalhazard": "Cox Proportional Hazard",
	"slope": "Slope",
}

// tests are HYPOTHESIS_METHOD of analyses; "other" has its own text.
var tests = map[string]string{
	"ancova": "ANCOVA", "anova": "ANOVA", "mixedmodel": "Mixed Models Analysis", "cochranmantelhaenszel": "Cochran-Mantel-Haenszel",
	"regressionlogistic": "Regression, Logistic", "regressionlinear": "Regression, Linear", "regressioncox": "Regression, Cox",
}

var analysisTypes = map[string]string{"superiority": "SUPERIORITY", "equivalence": "EQUIVALENCE", "noninferiority": "NON_INFERIORITY",
	"other": "OTHER"}

var sides = map[string]string{"twosided": "TWO_SIDED", "onesided": "ONE_SIDED"}

var armTypes = map[string]string{
	"experimental": "EXPERIMENTAL", "activecomp": "ACTIVE_COMPARATOR", "placebocomp": "PLACEBO_COMPARATOR", "noimp": "NO_INTERVENTION",
	"shamcomp": "SHAM_COMPARATOR", "other": "OTHER",
}

var allocations = map[string]string{"randcontrolled": "RANDOMIZED", "nonrandcontrolled": "NON_RANDOMIZED", "na": "NA"}

var blindings = map[string]string{"not": "NONE", "single": "SINGLE", "double": "DOUBLE"}

var reasons = map[string]string{
	"consentwithdrawn": "Consent withdrawn by subject", "lostfollowup": "Lost to Follow-up", "adversenotserious": "Adverse event, non-fatal",
	"adverseseriousfatal": "Adverse event, serious fatal", "adverseseriousnonfatal": "Adverse event, serious non-fatal",
	"physiciandecision": "Physician Decision", "protocoldeviation": "Protocol deviation", "pregnancy": "Pregnancy",
	"lackofefficacy": "Lack of Efficacy", "lackefficacy": "Lack of Efficacy",
}

var assessments = map[string]string{"systematic": "SYSTEMATIC_ASSESSMENT", "non_systematic": "NON_SYSTEMATIC_ASSESSMENT"}

// organs are MedDRA's system organ classes by the controlled-term numbers that
// the register uses; the list is public with EudraCT's upload tools.
var organs = map[string]string{
	"100000004848": "Investigations", "100000004849": "Cardiac disorders", "100000004850": "Congenital, familial and genetic disorders",
	"100000004851": "Blood and lymphatic system disorders", "100000004852": "Nervous system disorders", "100000004853": "Eye disorders",
	"100000004854": "Ear and labyrinth disorders", "100000004855": "Respiratory, thoracic and mediastinal disorders",
	"100000004856": "Gastrointestinal disorders", "100000004857": "Renal and urinary disorders",
	"100000004858": "Skin and subcutaneous tissue disorders",
	"100000004859": "Musculoskeletal and connective tissue disorders", "100000004860": "Endocrine disorders",
	"100000004861": "Metabolism and nutrition disorders", "100000004862": "Infections and infestations",
	"100000004863": "Injury, poisoning and procedural complications",
	"100000004864": "Neoplasms benign, malignant and unspecified (incl cysts and polyps)",
	"100000004865": "Surgical and medical procedures", "100000004866": "Vascular disorders",
	"100000004867": "General disorders and administration site conditions", "100000004868": "Pregnancy, puerperium and perinatal conditions",
	"100000004869": "Social circumstances", "100000004870": "Immune system disorders", "100000004871": "Hepatobiliary disorders",
	"100000004872": "Reproductive system and breast disorders", "100000004873": "Psychiatric disorders", "100000167503": "Product issues",
}

// term cuts the name of its list off a term and folds its case.
func term(raw string) string {
	_, name, ok := strings.Cut(raw, ".")
	if !ok {
		name = raw
	}
	return strings.ToLower(name)
}

// word puts a term into words; one that is not in the table stays raw and is
// reported once for a record.
func (r *resultReader) word(table map[string]string, raw, at string) string {
	if raw == "" {
		return ""
	}
	if w, ok := table[term(raw)]; ok {
		return w
	}
	if !r.told[raw] {
		r.told[raw] = true
		r.note(at, fmt.Sprintf("%q is no term known here; it stays as it is", raw))
	}
	return raw
}

// wordOr is word for lists whose term "other" is explained in a text beside it.
func (r *resultReader) wordOr(table map[string]string, raw, other, at string) string {
	if other != "" && (raw == "" || term(raw) == "other") {
		return other
	}
	if term(raw) == "other" {
		return "Other"
	}
	return r.word(table, raw, at)
}

// note keeps a value that cannot be used aside.
func (r *resultReader) note(at, message string) {
	r.rec.Problems = append(r.rec.Problems, evidence.Problem{Kind: crawler.KindBadValue, Where: at, Message: message})
}
