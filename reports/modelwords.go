package reports

import (
	"strings"

	"past/internal/evidence"
	"past/reports/internal/show"
)

// modelName prints a result's own method and test in words.
func modelName(p *evidence.PooledResult) string {
	var parts []string
	switch strings.ToUpper(p.Method) {
	case "", "NONE":
		return "no pooling"
	case "SINGLE STUDY":
		return "single study, normal interval"
	case "EE", "FE", "CE":
		parts = append(parts, "common effect, inverse variance")
	case "MH":
		parts = append(parts, "common effect, Mantel-Haenszel")
	case "PETO":
		parts = append(parts, "common effect, Peto")
	default:
		parts = append(parts, "random effects, "+show.Clip(p.Method, 24))
	}
	switch strings.ToLower(p.Test) {
	case "knha", "hk", "hksj":
		parts = append(parts, "Knapp-Hartung")
	case "adhoc":
		parts = append(parts, "Knapp-Hartung with the ad hoc guard")
	case "z":
		parts = append(parts, "normal interval")
	case "t":
		parts = append(parts, "t interval")
	case "":
	default:
		parts = append(parts, show.Clip(p.Test, 24))
	}
	return strings.Join(parts, ", ")
}

// formulaName names a formula mode.
func formulaName(mode string) string {
	if mode == "" {
		return "stated"
	}
	return show.Clip(mode, 24)
}

var factors = map[string]string{
	"comparator_class": "comparator class", "rob": "risk of bias", "risk_of_bias": "risk of bias", "population": "population",
	"population_class": "population",
	"blinding":         "blinding", "dose_mg": "dose", "sessions": "number of dosing sessions", "year": "year of publication",
	"score_type": "score",
	"design":     "design",
	"instrument": "instrument", "timepoint_weeks": "time after dosing", "substance": "substance",
}

// factorName names a moderator or subgroup factor.
func factorName(id string) string {
	if n, ok := factors[id]; ok {
		return n
	}
	return show.Clip(strings.ReplaceAll(id, "_", " "), 60)
}
