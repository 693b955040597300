package export

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"

	"past/internal/evidence"
)

// revmanColumns are those of the data rows that Cochrane publishes beside its
// reviews (…-data-rows.csv), which RevMan and readers made for it know.
var revmanColumns = []string{"Analysis group", "Analysis number", "Analysis name", "Subgroup", "Subgroup number", "Study", "Study year",
	"GIV Mean", "GIV SE", "Experimental mean", "Experimental SD", "Experimental cases", "Experimental N", "Control mean", "Control SD",
	"Control cases", "Control N",
	"O-E", "Variance", "Weight", "Mean", "CI start", "CI end", "Footnotes"}

// RevMan writes the pooled rows of the findings as RevMan data rows: one
// analysis per finding, in the order given. Dichotomous and continuous outcomes
// carry their raw numbers, others the estimate and standard error (generic
// inverse variance). Mean and interval are those of our formula mode, ratios as
// ratios; RevMan works out its own from the raw numbers.
func RevMan(findings []evidence.Finding) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	if err := w.Write(revmanColumns); err != nil {
		return nil, fmt.Errorf("RevMan: %w", err)
	}
	number := 0
	for _, f := range findings {
		if len(f.Effects) == 0 {
			continue
		}
		number++
		for i, e := range f.Effects {
			if err := w.Write(revmanRow(f, e, number, i)); err != nil {
				return nil, fmt.Errorf("RevMan, finding %s: %w", f.ID, err)
			}
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

func revmanRow(f evidence.Finding, e evidence.Effect, number, i int) []string {
	v := map[string]string{
		"Analysis group": "1", "Analysis number": strconv.Itoa(number), "Analysis name": Guard(f.Title), "Study": Guard(e.StudyLabel),
		"Mean": natural(e.Measure, evidence.Value(e.Estimate)), "CI start": natural(e.Measure, evidence.Value(e.CILower)),
		"CI end":    natural(e.Measure, evidence.Value(e.CIUpper)),
		"Footnotes": Guard(e.ID + "; formula mode " + e.Formula),
	}
	if e.Year != 0 {
		v["Study year"] = strconv.Itoa(e.Year)
	}
	if i < len(f.Primary.Weights) && len(f.Primary.Weights) == len(f.Effects) {
		v["Weight"] = plainNumber(&f.Primary.Weights[i])
	}
	switch {
	case (e.Measure == "SMD" || e.Measure == "MD") && means(e):
		v["Experimental mean"], v["Experimental SD"], v["Experimental N"] = plainNumber(e.Mean1), plainNumber(e.SD1), plainNumber(e.N1)
		v["Control mean"], v["Control SD"], v["Control N"] = plainNumber(e.Mean2), plainNumber(e.SD2), plainNumber(e.N2)
	case e.Measure != "SMD" && e.Measure != "MD" && counts(e):
		v["Experimental cases"], v["Experimental N"], v["Control cases"], v["Control N"] = plainNumber(e.Event1), plainNumber(e.N1),
			plainNumber(e.Event2), plainNumber(e.N2)
	default:
		v["GIV Mean"], v["GIV SE"] = plainNumber(e.Estimate), plainNumber(e.SE)
	}
	out := make([]string, len(revmanColumns))
	for j, c := range revmanColumns {
		out[j] = v[c]
	}
	return out
}

func plainNumber(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'g', -1, 64)
}
