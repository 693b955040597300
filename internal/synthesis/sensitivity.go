package synthesis

import (
	"slices"
	"strings"

	"past/internal/evidence"
)

// sensitivityNames are the analyses that a plan may name.
var sensitivityNames = map[string]bool{
	"estimators": true, "formulas": true, "without-high-risk-of-bias": true, "double-blind": true, "inactive-placebo": true,
	"without-crossover": true, "without-imputed": true, "all-rows": true,
}

// wants reports whether the plan asks for a sensitivity analysis.
func (q Question) wants(name string) bool {
	return len(q.Sensitivity) == 0 || slices.Contains(q.Sensitivity, name)
}

// sensitivity refits the question under other defensible choices. An analysis
// that would pool the very same rows in the same way is not repeated. Another model
// is shown as it is fitted, other rows under the plan's model as a finding is shown.
func sensitivity(q Question, b Base, effects []evidence.Effect) []evidence.PooledResult {
	if len(effects) < 2 {
		return nil
	}
	var out []evidence.PooledResult
	if q.wants("estimators") && q.ModelKind != CHE {
		for _, m := range estimators(q) {
			r, err := Pool(m, effects)
			if err != nil {
				r = unfitted(m, effects, err)
			}
			out = append(out, r)
		}
	}
	if q.wants("formulas") {
		for _, formula := range []string{"metafor", "metapsy", "revman"} {
			other := q
			other.Formula = formula
			rows, _ := Recompute(other, effects)
			if formula == q.Formula || len(rows) != len(effects) || sameNumbers(rows, effects) {
				continue
			}
			r, _ := part(other, "effect formulas of "+formula, rows)
			out = append(out, r)
		}
	}
	for _, s := range subsets(q, effects) {
		if len(s.rows) == 0 || len(s.rows) == len(effects) {
			continue
		}
		r, _ := part(q, s.label, s.rows)
		out = append(out, r)
	}
	return allRows(q, b, out)
}

func estimators(q Question) []Model {
	var out []Model
	for _, m := range []Model{
		{Label: "common effect, Wald", Method: "EE", Test: "z"},
		{Label: "DerSimonian-Laird, Wald", Method: "DL", Test: "z"},
		{Label: "Paule-Mandel, Knapp-Hartung", Method: "PM", Test: "knha"},
		{Label: "REML, Knapp-Hartung", Method: "REML", Test: "knha"},
	} {
		if m.Method != q.Method || m.Test != q.Test {
			m.Measure, m.Formula, m.Prediction = q.Measure, q.Formula, q.Prediction
			out = append(out, m)
		}
	}
	return out
}

type subset struct {
	label string
	rows  []evidence.Effect
}

// subsets are parts of the pooled rows that another plan would have taken.
func subsets(q Question, effects []evidence.Effect) []subset {
	var out []subset
	take := func(name, label string, keep func(evidence.Effect) bool) {
		if q.wants(name) {
			out = append(out, subset{label, filter(effects, keep)})
		}
	}
	take("without-high-risk-of-bias", "without high risk of bias", func(e evidence.Effect) bool {
		return !strings.EqualFold(e.RiskOfBias,
			"high")
	})
	take("double-blind", "double-blind trials only", func(e evidence.Effect) bool { return e.Blinding == "double-blind" })
	take("inactive-placebo", "inactive placebo only", func(e evidence.Effect) bool { return e.ComparatorClass == "inactive-placebo" })
	take("without-crossover", "without crossover trials", func(e evidence.Effect) bool { return e.Design != "crossover-rct" })
	take("without-imputed", "without imputed numbers", func(e evidence.Effect) bool { return !imputed(e) })
	return out
}

func imputed(e evidence.Effect) bool {
	return slices.ContainsFunc(e.Flags, func(f string) bool { return strings.HasPrefix(f, "imputed") })
}

func sameNumbers(a, b []evidence.Effect) bool {
	return slices.EqualFunc(a, b, func(x, y evidence.Effect) bool {
		return evidence.Value(x.Estimate) == evidence.Value(y.Estimate) && evidence.Value(x.Variance) == evidence.Value(y.Variance)
	})
}

// allRowsLabel names the three-level model of all rows.
const allRowsLabel = "all rows, three-level model"

// allRows adds the other way to treat studies with several rows: all eligible
// rows in a three-level model beside one row per study, and one row per study
// beside the three-level model.
func allRows(q Question, b Base, out []evidence.PooledResult) []evidence.PooledResult {
	if !q.wants("all-rows") {
		return out
	}
	if q.ModelKind == CHE {
		other := q
		other.ModelKind = OnePerStudy
		if rows, _ := Recompute(other, Select(other, b.Effects).Included); len(rows) > 0 {
			r, _ := part(other, "one effect per study", rows)
			out = append(out, r)
		}
		return out
	}
	rows, _ := Recompute(q, eligible(q, b.Effects))
	if !several(rows) {
		return out
	}
	m := q.Model()
	m.Kind, m.Label = CHE, allRowsLabel
	r, err := Pool(m, rows)
	if err != nil {
		r = unfitted(m, rows, err)
	}
	return append(out, r)
}
