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
// that would pool the very same rows in the same way is not repeated.
func sensitivity(q Question, b Base, effects []evidence.Effect) []evidence.PooledResult {
	if len(effects) < 2 {
		return nil
	}
	var out []evidence.PooledResult
	add := func(m Model, rows []evidence.Effect) {
		r, err := Pool(m, rows)
		if err != nil {
			r = unfitted(m, rows, err)
		}
		out = append(out, r)
	}
	if q.wants("estimators") && q.ModelKind != CHE {
		for _, m := range estimators(q) {
			add(m, effects)
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
			m := other.Model()
			m.Label = "effect formulas of " + formula
			add(m, rows)
		}
	}
	for _, s := range subsets(q, effects) {
		if len(s.rows) == 0 || len(s.rows) == len(effects) {
			continue
		}
		m := q.Model()
		m.Label = s.label
		add(m, s.rows)
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
	part := func(name, label string, keep func(evidence.Effect) bool) {
		if q.wants(name) {
			out = append(out, subset{label, filter(effects, keep)})
		}
	}
	part("without-high-risk-of-bias", "without high risk of bias", func(e evidence.Effect) bool {
		return !strings.EqualFold(e.RiskOfBias,
			"high")
	})
	part("double-blind", "double-blind trials only", func(e evidence.Effect) bool { return e.Blinding == "double-blind" })
	part("inactive-placebo", "inactive placebo only", func(e evidence.Effect) bool { return e.ComparatorClass == "inactive-placebo" })
	part("without-crossover", "without crossover trials", func(e evidence.Effect) bool { return e.Design != "crossover-rct" })
	part("without-imputed", "without imputed numbers", func(e evidence.Effect) bool { return !imputed(e) })
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
	other := q
	m := q.Model()
	var rows []evidence.Effect
	if q.ModelKind == CHE {
		other.ModelKind = OnePerStudy
		rows = Select(other, b.Effects).Included
		m.Kind, m.Label = OnePerStudy, "one effect per study"
	} else {
		rows = eligible(q, b.Effects)
		m.Kind, m.Label = CHE, allRowsLabel
	}
	rows, _ = Recompute(other, rows)
	if m.Kind == CHE && !several(rows) || len(rows) == 0 {
		return out
	}
	r, err := Pool(m, rows)
	if err != nil {
		r = unfitted(m, rows, err)
	}
	return append(out, r)
}
