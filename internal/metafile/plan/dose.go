package plan

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"past/analysis/effect"
	"past/analysis/multilevel"
	"past/internal/metafile/names"
	"past/internal/metafile/table"
)

// DoseResult is one curve over the doses of all studies, in one stage, with slopes
// that vary between studies.
type DoseResult struct {
	*multilevel.Slopes
	Formula    string
	Rho        *float64
	How        string // how the covariance within studies came about
	Curve      []DosePoint
	Data       multilevel.Data
	Design     multilevel.Design // terms of the dose as differences from the reference
	Covariance multilevel.Covariance
}

// DosePoint is the mean curve at a dose, against a dose of 0.
type DosePoint struct{ Dose, Pred, Lower, Upper float64 }

// defaultDoseRho is the correlation of two comparisons with one control group as
// large as each of theirs.
const defaultDoseRho = 0.5

func (r *Result) dose() error {
	q := r.Plan.Dose
	out := &DoseResult{Formula: q.Formula, Rho: q.Rho}
	var err error
	if out.Data, err = r.clustered(*q); err != nil {
		return err
	}
	for _, name := range r.FormulaColumns(q.Formula) {
		if r.IsText(name) {
			return fmt.Errorf("column %q: doses must be numbers of one unit", name)
		}
	}
	levels, err := r.levels()
	if err != nil {
		return err
	}
	if out.Design, err = r.doseDesign(q.Formula, levels); err != nil {
		return err
	}
	if err := r.doseCovariance(out, levels); err != nil {
		return err
	}
	for k := range r.K {
		if !slices.ContainsFunc(out.Design.Columns, func(col []float64) bool { return col[k] != 0 }) {
			return fmt.Errorf("%s has the dose of its reference: leave the row out", r.UsedName(k))
		}
	}
	if out.Slopes, err = multilevel.FitSlopes(out.Data, out.Design, out.Covariance, multilevel.Options{Level: r.Level}); err != nil {
		return err
	}
	out.Curve, err = r.doseCurve(q.Formula, out.Slopes)
	r.Dose = out
	return err
}

// at is the design of a formula where columns have other values in the rows used.
func (d *Data) at(formula string, columns map[string][]any) (multilevel.Design, error) {
	other := *d
	t := *d.Table
	t.Columns = maps.Clone(d.Columns)
	for name, cells := range columns {
		t.Columns[name] = &table.Column{Cells: cells}
		other.K = len(cells)
	}
	other.Table, other.RowsUsed = &t, nil
	for i := range other.K {
		other.RowsUsed = append(other.RowsUsed, i+1)
	}
	of, err := other.Design(formula)
	if err != nil {
		return multilevel.Design{}, err
	}
	return other.columns(of), nil
}

// doseDesign is the design of a formula as differences from what its columns have at
// the reference of each row: the control's row of a table with one row per arm, the
// reference level of a study that has one, else a dose of 0.
func (d *Data) doseDesign(formula string, levels *doseLevels) (multilevel.Design, error) {
	of, err := d.Design(formula)
	if err != nil {
		return multilevel.Design{}, err
	}
	reference := map[string][]any{}
	for _, name := range d.FormulaColumns(formula) {
		cells := make([]any, d.K)
		for k, r := range d.RowsUsed {
			switch ref, ok := levels.referenceOf(k); {
			case d.Reference[name] != nil:
				cells[k] = d.Reference[name].Cells[r-1]
			case ok:
				cells[k] = d.Columns[name].Cells[ref]
			default:
				cells[k] = 0.0
			}
		}
		reference[name] = cells
	}
	out := d.columns(of)
	ref, err := d.at(formula, reference)
	if err != nil {
		return out, err
	}
	for j, col := range ref.Columns {
		for i := range col {
			out.Columns[j][i] -= col[i]
		}
	}
	return out, nil
}

// doseLevels are the columns of a table of relative risks by dose: cases and people
// of every level, of which the reference has no standard error.
type doseLevels struct {
	study, design []string
	cases, n      []float64
	rows          map[string][]int // used rows by study, as positions among those used
	reference     map[string]int   // row of the table by study
	of            []string         // study of each row used
}

func (l *doseLevels) referenceOf(used int) (row int, ok bool) {
	if l == nil {
		return 0, false
	}
	row, ok = l.reference[l.of[used]]
	return row, ok
}

// levels reads such a table; nil where the table is none.
func (d *Data) levels() (*doseLevels, error) {
	cases := d.Find("cases", "case", "events", "event")
	n := d.Find("n", "total", "peryears", "personyears", "persontime", "py", "subjects")
	if d.Kind != effect.KindEffectAndVar || d.Label == "" || cases == "" || n == "" {
		return nil, nil
	}
	l := &doseLevels{rows: map[string][]int{}, reference: map[string]int{}}
	x, err := d.FloatsOf(cases, n, "yi")
	if err != nil {
		return nil, err
	}
	l.cases, l.n = x[cases], x[n]
	if l.study, _, err = d.Texts(d.Label); err != nil {
		return nil, err
	}
	if name := d.Find("type", "design", "studydesign"); name != "" {
		if l.design, _, err = d.Texts(name); err != nil {
			return nil, err
		}
	}
	for i, s := range l.study {
		if k := slices.Index(d.RowsUsed, i+1); k >= 0 {
			l.rows[s] = append(l.rows[s], k)
			l.of = append(l.of, s)
		} else if _, twice := l.reference[s]; !twice && !(x["yi"][i] != 0) { // 0, or none
			l.reference[s] = i
		}
	}
	if len(l.reference) == 0 {
		return nil, nil
	}
	return l, nil
}

// doseCovariance is the covariance of the effects of one study, and how it came
// about.
func (d *Data) doseCovariance(out *DoseResult, l *doseLevels) (err error) {
	if l != nil {
		out.How = "Greenland and Longnecker"
		out.Covariance, err = d.greenlandLongnecker(l)
		return err
	}
	if cov, err := d.sharedCovariance(); err == nil {
		out.How, out.Covariance = "shared control group", cov
		return nil
	}
	rho := defaultDoseRho
	if r := out.Rho; r != nil {
		rho = *r
	}
	if seen := slices.Sorted(slices.Values(out.Data.Cluster)); len(slices.Compact(seen)) < d.K {
		d.Warn("dose-response: the effects of one study are taken to correlate by %g (--rho), as those of equal groups with one control do", rho)
	}
	out.How = fmt.Sprintf("correlation %g", rho)
	out.Covariance = func(i, j int) float64 { return rho * math.Sqrt(d.V[i]*d.V[j]) }
	return nil
}

// studyDesigns are the words for the designs of relative risks.
var studyDesigns = map[string]multilevel.StudyDesign{"cc": multilevel.CaseControl, "casecontrol": multilevel.CaseControl,
	"1":  multilevel.CaseControl,
	"ir": multilevel.IncidenceRate, "incidencerate": multilevel.IncidenceRate, "2": multilevel.IncidenceRate,
	"ci": multilevel.CumulativeIncidence, "cumulativeincidence": multilevel.CumulativeIncidence, "3": multilevel.CumulativeIncidence,
	"rct": multilevel.CumulativeIncidence, "trial": multilevel.CumulativeIncidence}

func (d *Data) greenlandLongnecker(l *doseLevels) (multilevel.Covariance, error) {
	level := make([]int, d.K) // of a row used among those of its study
	correlations := map[string][][]float64{}
	for s, rows := range l.rows {
		ref, ok := l.reference[s]
		if !ok {
			return nil, fmt.Errorf("dose-response: study %s has no reference row, with a relative risk of 1 and without a standard error", s)
		}
		if l.design == nil {
			return nil, errors.New("dose-response: a column type must say what the relative risks compare: cc (case-control), ir (incidence" +
				" rates) or ci (cumulative incidence)")
		}
		design, known := studyDesigns[names.Fold(l.design[ref])]
		if !known {
			return nil, fmt.Errorf("dose-response: %s: %q is no design; use cc (case-control), ir (incidence rates) or ci (cumulative incidence)",
				d.RowName(ref), l.design[ref])
		}
		cases, n, y := []float64{l.cases[ref]}, []float64{l.n[ref]}, []float64{}
		for at, k := range rows {
			i := d.RowsUsed[k] - 1
			cases, n, y = append(cases, l.cases[i]), append(n, l.n[i]), append(y, d.Y[k])
			level[k] = at
		}
		r, err := multilevel.GreenlandLongnecker(design, cases, n, y)
		if err != nil {
			return nil, fmt.Errorf("dose-response: study %s: %w", s, err)
		}
		correlations[s] = r
	}
	return func(i, j int) float64 {
		return correlations[l.of[i]][level[i]][level[j]] * math.Sqrt(d.V[i]*d.V[j])
	}, nil
}

// doseCurve is the mean curve against a dose of 0 at up to eight of the doses that
// were studied; nothing for formulas of several columns.
func (d *Data) doseCurve(formula string, m *multilevel.Slopes) ([]DosePoint, error) {
	columns := d.FormulaColumns(formula)
	if len(columns) != 1 {
		return nil, nil
	}
	x, err := d.Floats(columns[0])
	if err != nil {
		return nil, err
	}
	doses := slices.Compact(slices.Sorted(slices.Values(slices.DeleteFunc(Used(d, x), math.IsNaN))))
	if n := len(doses); n > 8 {
		var some []float64
		for k := range 8 {
			some = append(some, doses[k*(n-1)/7])
		}
		doses = some
	}
	cells := []any{0.0}
	for _, dose := range doses {
		cells = append(cells, dose)
	}
	design, err := d.at(formula, map[string][]any{columns[0]: cells})
	if err != nil {
		return nil, err
	}
	var out []DosePoint
	for i, dose := range doses {
		v := make([]float64, len(design.Columns))
		for j, col := range design.Columns {
			v[j] = col[i+1] - col[0]
		}
		p := m.Predict(v)
		out = append(out, DosePoint{dose, p.Value, p.Lower, p.Upper})
	}
	return out, nil
}
